/* The two lives, of a request and of a grant: what is not in these tables cannot happen (design 2).
 */
#pragma once

#include <stdbool.h>

#define REQUEST_STATES(X)                                                                          \
    X(CHECKING, "checking") /* evidence is being gathered */                                       \
    X(PENDING, "pending")   /* approvers are asked */                                              \
    X(APPROVED, "approved")                                                                        \
    X(REFUSED, "refused")     /* by policy or evidence */                                          \
    X(DENIED, "denied")       /* by an approver */                                                 \
    X(CANCELLED, "cancelled") /* by the requester */                                               \
    X(LAPSED, "lapsed")       /* nobody decided in time */

#define GRANT_STATES(X)                                                                            \
    X(WAITING, "waiting")       /* for its start, or the requester's fresh sign-in */              \
    X(ACTIVATING, "activating") /* an intent is out */                                             \
    X(ACTIVE, "active")         /* read back in the directory */                                   \
    X(ENDING, "ending")         /* removal or expiry is being confirmed */                         \
    X(ENDED, "ended")                                                                              \
    X(FAILED, "failed")                                                                            \
    X(LAPSED, "lapsed")

enum request_state {
#define X(name, text) REQUEST_##name,
    REQUEST_STATES(X)
#undef X
        REQUEST_STATE_COUNT
};

enum grant_state {
#define X(name, text) GRANT_##name,
    GRANT_STATES(X)
#undef X
        GRANT_STATE_COUNT
};

const char *request_state_text(enum request_state state);
bool request_state_read(const char *text, enum request_state *state);
bool request_may_become(enum request_state from, enum request_state to);
/* Nothing follows. */
bool request_is_over(enum request_state state);

const char *grant_state_text(enum grant_state state);
bool grant_state_read(const char *text, enum grant_state *state);
bool grant_may_become(enum grant_state from, enum grant_state to);
bool grant_is_over(enum grant_state state);
