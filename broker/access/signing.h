/* The sign-in that a decision takes: the purpose `decide`. Its nonce is the digest of exactly what
   is decided (audit/commitment.h), so that Entra's token is the approver's signature. */
#pragma once

#include "access/decisions.h"
#include "audit/record.h"

/* How often one decision may be sent back to sign in more strongly. */
enum { SIGNING_ROUNDS = 2 };

/* A decision whose approver is back from that sign-in. */
struct signing {
    const char *commitment; /* canonical JSON */
    int64_t duration_seconds;
    uint8_t reason_salt[COMMITMENT_SALT];
    int round; /* how often it was sent back to sign in */
    /* Filled by the caller: */
    const char *id_token; /* borrowed, and kept with the decision */
    const char *key_set;  /* that it was checked with */
};

/* Whether this decision is only committed to now, and made by the sign-in that follows. */
bool decision_needs_sign_in(const struct decision *decision);

/* Inside the change: commits the purpose, to `decision->locator`. */
enum fail signing_ask(struct turn *turn, struct decision *decision, struct reason *why);
/* Inside the change, for a decision with `signing`. FAIL_CONFLICT when the request is not any more
   what was committed to. */
enum fail signing_check(struct turn *turn, struct decision *decision, struct reason *why);
/* Whether the sign-in brings what the policy demands of one; otherwise it is committed to anew, or,
   after SIGNING_ROUNDS, recorded and told by `decision->lacks`. */
enum fail signing_judge(struct turn *turn, struct decision *decision, bool *fine,
                        struct reason *why);
/* Inside the change, after decision_judge: commits to it anew, with a sign-in that also brings what
   a service has challenged. Only while `round` is less than SIGNING_ROUNDS. */
enum fail signing_more(struct turn *turn, struct decision *decision,
                       const struct challenge *challenge, struct reason *why);
/* Keeps the proof beside the decision and adds its digests to the detail of the event. */
enum fail signing_keep(struct turn *turn, const struct decision *decision, json_t *detail,
                       struct reason *why);

/* The nonce of the sign-in that the purpose's body is for; false when it makes no sense. */
bool signing_nonce(const char *body, char nonce[DIGEST_BASE64URL_SIZE]);
/* What the purpose says; false when it makes no sense. Texts are of the arena. */
bool signing_read(const char *body, struct arena *arena, struct decision *decision,
                  struct signing *ret);
