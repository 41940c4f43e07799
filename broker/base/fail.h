/* What can go wrong, as caller and user may know it; the reason beside it is for the log only. */
#pragma once

#include <stdarg.h>

/* clang takes the GNU spelling on a type, gcc the C23 one; both warn when a result is dropped. */
#ifdef __clang__
#define MUST_CHECK __attribute__((warn_unused_result))
#else
#define MUST_CHECK [[nodiscard]]
#endif

#define PRINTF(template, first) __attribute__((format(printf, template, first)))

/* One line for each kind: its name, the HTTP status, the `code` of a problem (design 5.2) and the
   sentence that a person reads when nothing more exact is known. */
#define FAILS(X)                                                                                   \
    X(NONE, 200, "ok", "")                                                                         \
    X(INVALID, 400, "invalid", "Something in what you sent is not right.")                         \
    X(NOT_SIGNED_IN, 401, "not_signed_in", "Sign in first.")                                       \
    X(STEP_UP_NEEDED, 403, "step_up_needed", "This needs a fresh sign-in.")                        \
    X(DENIED, 403, "denied", "You may not do that.")                                               \
    X(REFUSED_BY_POLICY, 403, "refused_by_policy", "The policy does not allow this.")              \
    X(EVIDENCE_MISSING, 403, "evidence_missing", "Something that must be true is not.")            \
    X(NOT_FOUND, 404, "not_found", "There is nothing here.")                                       \
    X(METHOD, 405, "method_not_allowed", "This address does not do that.")                         \
    X(CONFLICT, 409, "conflict", "Someone else changed this first. Reload and try again.")         \
    X(ALREADY_HELD, 409, "already_held", "You already hold this role.")                            \
    X(NOBODY_CAN_APPROVE, 409, "nobody_can_approve", "Nobody could approve this request.")         \
    X(TOO_LARGE, 413, "too_large", "That is more than this address takes.")                        \
    X(MEDIA_TYPE, 415, "invalid", "Send this as application/json.")                                \
    X(TOO_MANY, 429, "too_many", "Too many at once. Wait a moment and try again.")                 \
    X(BROKEN, 500, "broken", "Curfew made a mistake. It is in its log under this number.")         \
    X(UNAVAILABLE, 503, "unavailable", "Curfew cannot do that at the moment. Nothing was changed.")

enum MUST_CHECK fail {
#define X(name, status, code, sentence) FAIL_##name,
    FAILS(X)
#undef X
};

/* Why, for the log: no allocation, and the first reason given wins. */
struct reason {
    char text[240];
};

/* Notes the reason unless one stands already, and returns `fail`; `why` may be NULL. */
enum fail because(struct reason *why, enum fail fail, const char *format, ...) PRINTF(3, 4);

int fail_status(enum fail fail);
const char *fail_code(enum fail fail);
const char *fail_sentence(enum fail fail);
