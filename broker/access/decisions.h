/* Decisions: one approver's approve or deny on one request. */
#pragma once

#include "access/approvers.h"
#include "access/caller.h"
#include "access/moves.h"
#include "base/form.h"

enum { REASON_MOST = 2000 };

struct decision {
    struct act act;
    struct request_id id;
    const struct caller *caller;
    const struct memberships *memberships; /* of the approver, read for this decision */
    const struct account *account;         /* the same */
    bool approves;
    const char *reason;
    int64_t duration_seconds; /* -1: as asked */
    bool unread;              /* told by the change: the directory does not say whether they may */
};

/* Reads the members of a form; what is wrong becomes complaints. */
void decision_read(const json_t *body, struct complaints *complaints, struct decision *ret);
/* Whether this person may decide on the request by what is known of them: a stored answer of who
 * was asked, and its lines. */
size_t decision_groups(const struct stored_request *request, struct arena *arena,
                       const char ***groups);
/* The change. FAIL_NOT_FOUND for strangers, FAIL_DENIED for the requester and who may only see it,
   FAIL_CONFLICT when it is decided already or by this person, or when its time is over. */
enum fail decision_apply(struct turn *turn, void *decision, struct reason *why);
