/* Decisions: one approver's approve or deny on one request. */
#pragma once

#include "access/approvers.h"
#include "access/caller.h"
#include "access/moves.h"
#include "base/form.h"

struct review;

/* So long it needs no second look whether whoever decided is still an approver. */
enum { REASON_MOST = 2000, DECIDED_SECONDS = 60, PLACES_MOST = 8 };

/* What stands in the way of a decision by somebody who is an approver. */
enum decision_bar {
    BAR_NONE,
    BAR_EARLIER_STAGE, /* their stage's turn has not come */
    BAR_NEEDED_LATER,  /* a later stage could then not be approved by anybody */
    BAR_OWN_ACCOUNT,   /* another account of the requester's */
    BAR_OTHER_ACCOUNT, /* another account of theirs has decided */
    BAR_NO_HUMAN,      /* the directory does not say whose account it is */
    BAR_NO_REASON,     /* a reason is demanded */
};

/* Somebody in whose place a decision may be made: whoever decides, or who named them to
   (delegations.h); or was made before. What the directory says of them is read for this decision.
 */
struct place {
    struct person_key person;
    const struct memberships *memberships;
    const struct account *account;
};

struct decision {
    struct act act;
    struct request_id id;
    const struct caller *caller;
    size_t place_count; /* the first is the caller's own */
    struct place places[PLACES_MOST];
    const struct account *requester; /* where accounts are told by their human; or NULL */
    const struct manager *manager;   /* of the requester, where a stage asks them; or NULL */
    size_t earlier_count;
    const struct place *earlier; /* who decided before, and in whose place */
    bool approves;
    const char *reason;              /* "" where none is demanded */
    const char *in_place_of;         /* object id; NULL: their own, or else whose they may */
    int64_t duration_seconds;        /* -1: as asked */
    struct signing *signing;         /* of the sign-in that it takes (signing.h); NULL: none yet */
    const struct contexts *contexts; /* to judge that by; NULL: no context counts */
    struct review *review; /* by which it goes to PIM, where PIM holds what it is about; or NULL */
    /* Told by the change: */
    bool unread; /* the directory does not say whether they may */
    enum decision_bar bar;
    char locator[LOCATOR_SIZE]; /* it was only committed to: the purpose of the sign-in that makes
                                   it */
    const char *lacks;          /* the code of what that sign-in did not bring: it was not made */
    /* Its own: */
    bool held;                 /* PIM holds what it is about */
    const struct place *place; /* in which it is made */
    struct stored_request *request;
    struct demands *demands;
    struct progress *progress;
};

/* Reads the members of a form; what is wrong becomes complaints. */
void decision_read(const json_t *body, struct complaints *complaints, struct decision *ret);
/* What has to be found out before somebody may decide. Memory of the arena. */
struct decision_needs {
    size_t group_count;
    const char **groups;
    bool manager, humans;
    struct person_key requester;
    size_t earlier_count;
    struct person_key *earlier; /* who decided before and in whose place, to be looked at again */
};
enum fail decision_needs(struct store *store, const struct stored_request *request,
                         struct arena *arena, struct decision_needs *ret, struct reason *why);
/* The change. FAIL_NOT_FOUND for strangers, FAIL_DENIED for the requester and who may only see it,
   FAIL_CONFLICT when it is decided already or by this person, when its time is over, or as `bar`
   says. An approval
   that is enough, of what PIM holds, only goes on its way to PIM: the request stays pending. */
enum fail decision_apply(struct turn *turn, void *decision, struct reason *why);
/* The two halves of it: whatever refuses the decision, with nothing written; and what follows when
   nothing does: it is made, or committed to (decision_needs_sign_in), or lacks something. */
enum fail decision_judge(struct turn *turn, struct decision *decision, struct reason *why);
enum fail decision_take(struct turn *turn, struct decision *decision, struct reason *why);

/* Inside a change: the pending request becomes what its decisions make of it; `by` spoke last. */
enum fail decision_settle(struct turn *turn, struct stored_request *request, bool approves,
                          const struct person_key *by, struct reason *why);
/* Inside a change: whoever agreed is no approver any more, which does not count. */
enum fail decision_left(struct turn *turn, const struct stored_request *request,
                        const struct person_key *by, struct reason *why);
/* Inside a change: PIM did not take the approval that the intent carried. It does not count, and
   whoever gave it may decide again. */
enum fail decision_void(struct turn *turn, const struct stored_grant *grant,
                        const struct stored_intent *intent, struct reason *why);
