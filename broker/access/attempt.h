/* Starting a grant in its holder's name, right after they signed in for it: modes `delegated` and
   `pim_approval` (design 6). The token of that sign-in is exchanged, used once, and dropped with
   the attempt. */
#pragma once

#include "access/caller.h"
#include "access/worker.h"
#include "model/ids.h"
#include "store/grants.h"
#include "store/requests.h"

/* How often one start may be sent back to sign in more strongly. */
enum { ATTEMPT_ROUNDS = 2 };

/* Somebody wants to start a grant. Filled by the caller; `arena` lives until the change is done. */
struct attempt_ask {
    struct act act;
    struct arena *arena;
    struct grant_id id;
    const struct caller *caller;
    json_t *contexts;           /* that the sign-in must carry: a list, filled by attempt_prepare */
    char locator[LOCATOR_SIZE]; /* of the purpose that is committed */
    const char *says;           /* of FAIL_CONFLICT: why not, for people */
};

/* An inquiry: what the sign-in for it must carry, as far as PIM says so. */
enum pace attempt_prepare(struct task *task, void *ask);
/* The change: commits the purpose `activate`. FAIL_NOT_FOUND for strangers, FAIL_DENIED for whoever
   may see it but does not hold it, FAIL_CONFLICT when there is nothing to start. */
enum fail attempt_ask_apply(struct turn *turn, void *ask, struct reason *why);

/* The holder is back. */
struct attempt {
    struct grant_id grant;
    const struct caller *caller;    /* as they just signed in, with the session that was opened */
    const struct secret *assertion; /* the token of that sign-in; borrowed */
    const char *body;               /* of the purpose */
    int round;                      /* how often this start was sent back to sign in */
    bool sent_back;                 /* once more, to the purpose of `locator` */
    char locator[LOCATOR_SIZE];
    struct request_id request; /* to look at then; "" when the grant cannot be read */
    /* Its own. */
    struct task *task;
    struct secret *token;      /* of Graph or ARM, in their name */
    struct fact *own;          /* what PIM holds of theirs; asked with it */
    const char *context;       /* that PIM's rule wants it to carry; valid in this step */
    const struct eligible *by; /* what makes them eligible; likewise */
    enum fail fail;            /* of the exchange */
    struct refusal refusal;
};

/* What the purpose of a start says. Texts of the arena. */
const char *attempt_body(const struct grant_id *grant, json_t *contexts, struct arena *arena);
/* The way back; false when it makes no sense. Texts are borrowed from it. */
bool attempt_read(const char *body, struct attempt *ret);
/* Whether the grant waits for its holder: to be started, or to find out with their token what came
   of a start whose answer is lost. */
bool attempt_may(struct store *store, const struct stored_grant *grant,
                 const struct stored_request *request, struct arena *arena);
/* An inquiry: judges, exchanges, commits the intent, sends it once, and records what came of it.
   Whatever is in the way leaves the grant waiting, and says why. */
enum pace attempt_step(struct task *task, void *attempt);
void attempt_wipe(struct attempt *attempt);
