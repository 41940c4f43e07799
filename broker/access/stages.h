/* How far the approvals of a request are: which stages have what they need, which are asked now,
   and which are still to come. */
#pragma once

#include "access/access.h"
#include "policies/tally.h"
#include "store/approvals.h"
#include "store/requests.h"

struct progress {
    size_t count;
    struct stored_stage stages[STORED_STAGES];
    int64_t given[STORED_STAGES];  /* approvals that count for each */
    int64_t denied[STORED_STAGES]; /* denials by those who may speak on each */
    size_t decision_count;
    struct stored_decision *decisions;
    bool approved; /* every stage of every line has what it needs */
    bool over;     /* some stage has as many denials as end the request */
};

enum fail progress_read(struct store *store, const struct request_id *id, struct arena *arena,
                        struct progress *ret, struct reason *why);
/* The stored stage of a demand; NULL when there is none. */
struct stored_stage *progress_stage(struct progress *progress,
                                    const struct approval_demand *demand);
bool progress_met(const struct progress *progress, size_t stage);
/* Whether it is asked now: the first of its line that lacks something. */
bool progress_asks(const struct progress *progress, size_t stage);
/* What was decided in somebody's place, or else by them in another's; NULL: nothing yet. */
const struct stored_decision *progress_decision(const struct progress *progress,
                                                const struct person_key *person);
/* Whether somebody decided when the stage had been asked, so that it may count there. */
bool progress_spoke(const struct stored_stage *stage, const struct person_key *person);
/* Whether enough are left of those who were asked or are to be, when `who` (NULL: nobody) agrees
   now: everybody counts once, and for a stage that was asked when they spoke. */
bool progress_could_be_met(const struct progress *progress, const struct person_key *who,
                           struct arena *arena);

/* Mails those of the stages that are asked now who have not decided; telling twice does nothing. */
enum fail progress_ask(struct turn *turn, const struct stored_request *request,
                       const struct progress *progress, struct reason *why);
/* Inside a change of a pending request: asks the stages whose turn it is now, and says until when
   anybody may decide. `progress` was read after the last decision. */
enum fail progress_go_on(struct turn *turn, struct stored_request *request,
                         const struct demands *demands, struct progress *progress,
                         struct reason *why);
/* Inside a change, each minute: reminds and escalates where the time for that has come. */
enum fail progress_nudge(struct turn *turn, const struct stored_request *request,
                         const struct demands *demands, struct progress *progress,
                         struct reason *why);
