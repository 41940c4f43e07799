/* Delegations: an approver names somebody who may decide in their place from a moment until
   another. It is the approver's own place, spoken for once by whoever comes first: it makes nobody
   count twice, goes on to nobody else, and never falls to the requester. */
#pragma once

#include "access/caller.h"
#include "access/decisions.h"
#include "access/worker.h"
#include "store/delegations.h"

enum { DELEGATION_LEAST = 5 * 60, DELEGATION_MOST = 90 * 86400, DELEGATION_AHEAD = 365 * 86400 };

/* Naming somebody: what the form says, and what was found out of them. */
struct delegating {
    const struct caller *caller;
    const char *named; /* object id, or the name that they sign in with */
    int64_t from_at;   /* -1: now */
    int64_t until_at;
    const char *reason;
    struct arena *arena;     /* of the form */
    bool unread;             /* the directory does not say who that is */
    struct person approver;  /* the caller, with their address */
    struct person delegate;  /* without a name there is no such account, or it is disabled */
    struct delegation_id id; /* of the one that was made */
};

/* Reads the members of a form; what is wrong becomes complaints. */
void delegating_read(const json_t *body, int64_t now, struct complaints *complaints,
                     struct delegating *ret);
/* An inquiry: who it is that the form names. */
enum pace delegating_look(struct task *task, void *delegating);
/* The change. FAIL_CONFLICT when the approver has named somebody for some of that time already. */
enum fail delegating_apply(struct turn *turn, void *delegating, struct reason *why);

struct delegation_ending {
    const struct caller *caller;
    struct delegation_id id;
};

/* Ends it before its time, by the approver or the delegate. FAIL_NOT_FOUND for others,
   FAIL_CONFLICT when it is over. */
enum fail delegation_end_apply(struct turn *turn, void *ending, struct reason *why);

/* Inside the change that asks the approvers of a request: asks those who stand in for them now. */
enum fail delegations_ask(struct turn *turn, const struct request_id *request, struct reason *why);

json_t *view_delegation(const struct stored_delegation *delegation, int64_t now);
