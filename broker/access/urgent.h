/* Access before approval: everybody who is passed over is told, a review is owed for it, and while
   one is owed there is no second one. */
#pragma once

#include "access/approvers.h"
#include "access/caller.h"
#include "access/moves.h"

/* Who can review it afterwards; nobody where it is not urgent. False: answer PACE_WAIT. */
bool urgent_reviewers(struct task *task, const struct demands *demands,
                      const struct person_key *requester, struct approvers *ret);
/* In the place of judge_approvers, which says nothing of what is urgent. */
void judge_urgent(const struct approvers *passed_over, const struct approvers *reviewers,
                  const struct demands *demands, int64_t now, struct evidence_list *list);
/* Inside a change: FAIL_CONFLICT while this person has an urgent request that is open, or owes a
   review: `*open` is it. */
enum fail urgent_check_open(struct turn *turn, const struct person_key *person,
                            struct request_id *open, struct reason *why);
/* Inside the change that approves it: the reviews are owed from now on, and everybody is told. */
enum fail urgent_begin(struct turn *turn, const struct stored_request *request,
                       const struct demands *demands, const struct approvers *passed_over,
                       const struct approvers *reviewers, struct reason *why);
/* Once its demands are kept: tells whom rules name to hear of it, for each role. */
enum fail urgent_tell_named(struct turn *turn, const struct request_id *id, struct reason *why);
/* The job of a request: a review that is still owed when it is due is an alarm. */
enum pace urgent_step(struct task *task);

/* A look at it afterwards. */
struct urgent_review {
    struct act act;
    struct request_id id;
    const struct caller *caller;
    const struct memberships *memberships; /* of the caller, read for this */
    const struct account *account;         /* the same */
    const struct account *requester;       /* the same, of the requester */
    bool justified;
    const char *reason;
    bool unread; /* told by the change: the directory does not say whether they may */
};

/* Reads the members of a form; what is wrong becomes complaints. */
void urgent_review_read(const json_t *body, struct complaints *complaints,
                        struct urgent_review *ret);
/* The groups that reviewers of the request are taken from. */
size_t urgent_review_groups(const struct stored_request *request, struct arena *arena,
                            const char ***groups);
/* The change. FAIL_NOT_FOUND for strangers, FAIL_DENIED for the requester and who may only see it,
   FAIL_CONFLICT when no review of theirs is owed. */
enum fail urgent_review_apply(struct turn *turn, void *review, struct reason *why);

/* How it stands with a request that is urgent; null of another. */
enum fail view_urgent(struct store *store, const struct stored_request *request, int64_t now,
                      struct arena *arena, json_t **ret, struct reason *why);
