/* What tokens say, judged (contract 2.7, 2.8). Pure: what is expected is passed in, the time too.
 */
#pragma once

#include "base/arena.h"
#include "identity/oidc.h"

#include <jansson.h>

/* Clocks may differ by so much; a token of a sign-in is no older than this. */
enum { CLAIMS_SKEW_SECONDS = 60, CLAIMS_AGE_SECONDS = 600 };

struct expected {
    const char *issuer, *tenant_id, *client_id;
    const char *nonce; /* of an ID token */
    int64_t now;
};

/* Texts are borrowed from the token's JSON; lists stand in the arena. A token that lacks a piece of
   evidence has none; one where it has another shape than it should is malformed: FAIL_INVALID.
   FAIL_DENIED: a guest. The ID token is of version 2.0, the token for Curfew's own API of 1.0. */
enum fail claims_of_id_token(const json_t *token, const struct expected *expected,
                             struct arena *arena, struct signed_in *ret, struct reason *why);
enum fail claims_of_api_token(const json_t *token, const struct expected *expected,
                              struct arena *arena, struct signed_in *ret, struct reason *why);

/* What both tokens of one sign-in prove together: the older `auth_time`, the contexts that both
   name; where one says nothing, the other counts. FAIL_INVALID: they are about two persons. */
enum fail claims_join(const struct signed_in *id, const struct signed_in *api, struct arena *arena,
                      struct signed_in *ret, struct reason *why);
