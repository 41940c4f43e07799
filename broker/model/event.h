/* An audit event: one thing that happened, as it is recorded for good (design 5.2 and 8). */
#pragma once

#include "model/ids.h"
#include "model/person.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Stable codes: other programs filter by them. Adding is free; renaming is not. */
#define EVENTS(X)                                                                                  \
    X(SERVICE_STARTED, "service.started")                                                          \
    X(SERVICE_STOPPED, "service.stopped")                                                          \
    X(SAFE_MODE_ENTERED, "service.safe_mode")                                                      \
    X(STORE_ACCEPTED, "store.accepted") /* an operator took a restored store for good */           \
    X(POLICY_LOADED, "policy.loaded")                                                              \
    X(POLICY_REFUSED, "policy.refused") /* a new version with mistakes: nothing changed */         \
    X(SIGNED_IN, "person.signed_in")                                                               \
    X(SIGNED_OUT, "person.signed_out")                                                             \
    X(SIGN_IN_FAILED, "person.sign_in_failed")                                                     \
    X(REQUEST_SUBMITTED, "request.submitted")                                                      \
    X(REQUEST_PENDING, "request.pending")                                                          \
    X(REQUEST_APPROVED, "request.approved")                                                        \
    X(REQUEST_REFUSED, "request.refused")                                                          \
    X(REQUEST_DENIED, "request.denied")                                                            \
    X(REQUEST_CANCELLED, "request.cancelled")                                                      \
    X(REQUEST_LAPSED, "request.lapsed")                                                            \
    X(REQUEST_URGENT, "request.urgent") /* let through before anybody approved it */               \
    X(REVIEW_MADE, "review.made")       /* and looked at afterwards */                             \
    X(DECISION_APPROVED, "decision.approved")                                                      \
    X(DECISION_DENIED, "decision.denied")                                                          \
    X(SIGNING_REFUSED, "signing.refused")       /* a sign-in that was too weak to decide by */     \
    X(APPROVAL_VOID, "approval.void")           /* it does not count (any more) */                 \
    X(APPROVAL_OPENED, "approval.opened")       /* the turn of a stage has come */                 \
    X(APPROVAL_REMINDED, "approval.reminded")   /* those who have not decided */                   \
    X(APPROVAL_ESCALATED, "approval.escalated") /* others may decide as well */                    \
    X(DELEGATION_MADE, "delegation.made")       /* somebody decides in an approver's place */      \
    X(DELEGATION_ENDED, "delegation.ended")     /* before its time */                              \
    X(GRANT_WAITING, "grant.waiting")                                                              \
    X(START_REFUSED, "start.refused") /* a start that was refused: it waits on */                  \
    X(GRANT_ACTIVATING, "grant.activating")                                                        \
    X(GRANT_ACTIVE, "grant.active")                                                                \
    X(GRANT_ENDING, "grant.ending")                                                                \
    X(GRANT_ENDED, "grant.ended")                                                                  \
    X(GRANT_FAILED, "grant.failed")                                                                \
    X(GRANT_LAPSED, "grant.lapsed")                                                                \
    X(WATCH_WARNED, "watch.warned")           /* a look at what is live found something wrong */   \
    X(WATCH_RECOVERED, "watch.recovered")     /* it is well again */                               \
    X(PERSON_CLOSED_OUT, "person.closed_out") /* disabled or gone: all of theirs was ended */      \
    X(INTENT_COMMITTED, "intent.committed")                                                        \
    X(INTENT_ANSWERED, "intent.answered")                                                          \
    X(INTENT_UNKNOWN, "intent.unknown")                                                            \
    X(INTENT_ABSENT, "intent.absent") /* reads over long enough showed nothing */                  \
    X(MESSAGE_SENT, "message.sent")                                                                \
    X(MESSAGE_FAILED, "message.failed")                                                            \
    X(MESSAGE_NO_ADDRESS, "message.no_address")                                                    \
    X(ALARM, "alarm.raised")                                                                       \
    X(DRIFT_UNEXPLAINED, "drift.unexplained")                                                      \
    X(DRIFT_PERMANENT, "drift.permanent")                                                          \
    X(DRIFT_LATE, "drift.late")                                                                    \
    X(DRIFT_MISSING, "drift.missing")                                                              \
    X(DRIFT_LAST_OWNER, "drift.last_owner")                                                        \
    X(DRIFT_WEAKER, "drift.policy_weaker")                                                         \
    X(DRIFT_POLICY_CHANGED, "drift.policy_changed")                                                \
    X(DRIFT_CLEARED, "drift.cleared") /* what was found is not there any more */                   \
    X(AUDIT_EXPORTED, "audit.exported")

enum event_code {
#define X(name, text) EVENT_##name,
    EVENTS(X)
#undef X
        EVENT_COUNT
};

const char *event_code_text(enum event_code code);
bool event_code_read(const char *text, enum event_code *code);

enum actor_kind { ACTOR_CURFEW, ACTOR_PERSON, ACTOR_OPERATOR };

/* Who did it: Curfew itself, a person, or somebody at the command line. */
struct actor {
    enum actor_kind kind;
    struct person_key person; /* of ACTOR_PERSON */
};

const char *actor_kind_text(enum actor_kind kind);

/* What happened. Texts and `detail` are borrowed and may be NULL; free text never stands here, only
   the commitment to it (security.md 4.2). */
struct event {
    int64_t at_ms;
    enum event_code code;
    struct actor actor;
    const struct person_key *subject; /* whom it is about */
    const struct request_id *request;
    const struct grant_id *grant;
    const char *role;
    const char *from, *to; /* states, when one changed */
    const json_t *detail;
};
