/* Messages: put into the outbox by the change they tell of, sent by a job, never twice to the same
 * person for the same thing. */
#pragma once

#include "access/moves.h"
#include "access/worker.h"
#include "notify/notify.h"

enum message_kind {
    MESSAGE_DECIDE,   /* to an approver: somebody waits for you */
    MESSAGE_DECIDED,  /* to the other approvers: it is decided */
    MESSAGE_APPROVED, /* from here on to the requester */
    MESSAGE_DENIED,
    MESSAGE_REFUSED,
    MESSAGE_LAPSED,
    MESSAGE_ACTIVE,
    MESSAGE_ENDED,
    MESSAGE_FAILED,           /* a grant that could not be given */
    MESSAGE_START,            /* a grant that only they can start */
    MESSAGE_ALARM,            /* to whom the policy names: what the watch found (message_alarm) */
    MESSAGE_DELEGATE,         /* to who is to decide in somebody's place (message_delegation) */
    MESSAGE_DELEGATED,        /* to that somebody */
    MESSAGE_DELEGATION_ENDED, /* to both */
    MESSAGE_OUTSIDE,          /* PIM put it in force before anybody agreed; to approvers too */
    MESSAGE_REMIND,           /* to an approver who has not decided */
    MESSAGE_STUCK,  /* to the requester and to whom alarms are told: nobody is left to approve it */
    MESSAGE_WARNED, /* to the holder: what was looked at again is bad */
    MESSAGE_TOLD,   /* to whom a rule names: what became of somebody's access */
    MESSAGE_URGENT, /* to approvers who were passed over, and to reviewers */
    MESSAGE_OVERDUE,  /* to reviewers, and to whom alarms are told: nobody has reviewed it */
    MESSAGE_REVIEWED, /* to the requester */
    MESSAGE_KINDS
};

/* Inside the change it tells of. A person without an address is an event, and shown; telling twice
 * does nothing. */
enum fail message_put(struct turn *turn, enum message_kind kind, const struct request_id *request,
                      const struct grant_id *grant, const struct person_key *to,
                      struct reason *why);
/* Reminds an approver; each round once. */
enum fail message_remind(struct turn *turn, const struct request_id *request, int round,
                         const struct person_key *to, struct reason *why);
/* The same about a grant of which there may be several of a kind: `about` says which. */
enum fail message_about(struct turn *turn, enum message_kind kind, const struct stored_grant *grant,
                        const char *about, const struct person_key *to, struct reason *why);
/* Tells of the findings that are told under that id (store/watch.h). */
enum fail message_alarm(struct turn *turn, const char *findings, const struct person_key *to,
                        struct reason *why);
/* Tells of a delegation. */
enum fail message_delegation(struct turn *turn, enum message_kind kind,
                             const struct delegation_id *delegation, const struct person_key *to,
                             struct reason *why);
/* Tells everybody who was asked, but for `except` (may be NULL), that it is decided. */
enum fail message_approvers(struct turn *turn, const struct request_id *request,
                            const struct person_key *except, struct reason *why);
/* Tells the requester and everybody who was asked. */
enum fail message_everybody(struct turn *turn, enum message_kind kind,
                            const struct request_id *request, const struct person_key *requester,
                            struct reason *why);
enum pace message_step(struct task *task);
