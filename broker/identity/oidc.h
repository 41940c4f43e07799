/* Signing people in with Entra, and Curfew's own tokens. All of it is called, and answers, on the
 * loop's thread; an answer may come before the call returns, and what it brings is borrowed until
 * the callback returns. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"
#include "base/secret.h"
#include "model/challenge.h"
#include "model/person.h"
#include "outbound/bearer.h"
#include "outbound/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct identity; /* opaque; borrows its loop */

/* Exactly one kind: certificate and key, or a secret, or a federated token. Files are read at each
   use, so that what was rotated is used at once. */
struct credential_files {
    const char *certificate, *key, *secret, *federated_token;
};

enum api_token { API_TOKEN_V1, API_TOKEN_NONE };

struct identity_settings {
    const char *authority; /* scheme and host: "https://login.microsoftonline.com" */
    const char *v1_issuer; /* "https://sts.windows.net"; other clouds differ (contract 1) */
    const char *tenant_id, *client_id;
    struct credential_files credential;
    const char *redirect_uri; /* NULL where nobody signs in */
    enum api_token api_token;
    bool private_peer; /* the authority may be on a private network or on this machine */
};

/* Reads the credential once; FAIL_INVALID says what is wrong with a setting. */
enum fail identity_new(struct loop *loop, const struct identity_settings *settings,
                       struct identity **ret, struct reason *why);
/* After its loop has stopped. */
void identity_free(struct identity *identity);
SCOPED(identity)

/* What Entra refused, or what was wrong with what it sent. For the log, and to choose a sentence
   by: never shown as it is. */
struct refusal {
    struct reason reason;
    int64_t aadsts;             /* Entra's own code (contract 2.10); 0: it gave none */
    struct challenge challenge; /* what the next sign-in must bring; empty: it did not say */
};

struct sign_in_begin {
    const char *state, *nonce, *verifier; /* of base/id.h: token_new */
    bool fresh;                           /* credentials are asked for even in an open session */
    bool choose_account;                  /* not with `fresh` or `login_hint` */
    const char *login_hint;               /* or NULL */
    size_t context_count;                 /* authentication contexts: any one of them */
    const char *const *contexts;
    size_t policy_count; /* policies of Conditional Access that a challenge named */
    const char *const *policies;
};

/* Where to send the browser. FAIL_UNAVAILABLE while Entra's description of itself cannot be had or
   is not what it should be. */
void identity_begin(struct identity *identity, const struct sign_in_begin *begin,
                    void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                                 const char *url),
                    void *context);

struct redemption {
    const char *code, *verifier, *nonce;
};

struct text_list {
    size_t count;
    const char *const *items;
};

/* Who signed in and what the tokens prove; NULL, -1 or an empty list where they say nothing. */
struct signed_in {
    struct person_key person;
    const char *name, *user_name; /* to be shown: they prove nothing */
    const char *session;          /* Entra's `sid` */
    const char *address;          /* of the browser, as Entra saw it */
    int64_t issued_at;
    int64_t auth_time;              /* credentials were asked for */
    struct text_list acrs;          /* authentication contexts */
    struct text_list amr;           /* methods: "mfa", "rsa", … */
    struct text_list roles;         /* app roles */
    const char *device_id;          /* a GUID in lower case */
    const struct secret *api_token; /* what identity_on_behalf takes; NULL: none is asked for */
    const struct secret *id_token;  /* as it came: who keeps it can prove the sign-in to others */
    const char *key_set;            /* of its issuer, which it was checked with: canonical JSON */
};

/* Redeems the code of the callback, once. FAIL_NOT_SIGNED_IN: the code or a token is not good;
   FAIL_STEP_UP_NEEDED: Entra wants another sign-in; FAIL_DENIED: a guest; FAIL_UNAVAILABLE: could
   not tell. */
void identity_redeem(struct identity *identity, const struct redemption *redemption,
                     void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                                  const struct signed_in *who),
                     void *context);

enum token_version { TOKEN_V2, TOKEN_V1 };

/* Whether Entra describes itself, for its tokens of this version, as the settings expect, with keys
   that can be read: tells `done`, perhaps before this returns. False: that issuer is not asked. */
bool identity_look(struct identity *identity, enum token_version version,
                   void (*done)(void *context, enum fail fail, const struct reason *why),
                   void *context);

/* What ID tokens are checked with: whose they must be, for whom, and the issuer's keys. */
struct token_keys {
    const char *issuer, *client_id, *tenant_id, *key_set; /* the last one canonical JSON */
};
/* The keys, fetched in the last five minutes, or now; `anew` when even such were found wanting.
   FAIL_UNAVAILABLE when they cannot be had. */
void identity_keys(struct identity *identity, bool anew,
                   void (*done)(void *context, enum fail fail, const struct reason *why,
                                const struct token_keys *keys),
                   void *context);

/* Exchanges a person's token to Curfew's own API, as identity_redeem gave it, for one of the
   service behind `scope`, in their name (contract 2.5); `contexts` (none: NULL) are what that one
   must carry. Both tokens are borrowed. FAIL_STEP_UP_NEEDED: Entra wants another sign-in;
   FAIL_NOT_SIGNED_IN: it refuses this one, or nobody consented; FAIL_BROKEN: it refuses Curfew;
   FAIL_UNAVAILABLE: could not tell. */
struct on_behalf {
    const struct secret *assertion;
    const char *scope;
    size_t context_count;
    const char *const *contexts;
};
void identity_on_behalf(struct identity *identity, const struct on_behalf *asked,
                        void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                                     const struct secret *token),
                        void *context);

/* Curfew's own token for a service: "https://graph.microsoft.com/.default". Kept, renewed when half
   of its life is over, fetched once for all who ask. */
struct bearer identity_bearer(struct identity *identity);
