/* An ID token by itself, and a key set that one has: who signed in, in answer to which nonce. Pure:
   nothing is asked of anybody. */
#pragma once

#include "base/arena.h"
#include "model/person.h"

#include <stdint.h>

struct id_token_wanted {
    const char *issuer, *client_id; /* NULL: whatever the token says; it is told what that is */
    const char *tenant_id, *nonce;
    int64_t at; /* when the sign-in was: the token must have been fresh then */
};

struct id_token_found {
    struct person_key person;
    const char *issuer, *client_id; /* of the arena */
    int64_t issued_at;
};

/* `key_set` is JSON as an issuer publishes it. FAIL_INVALID says what is not as it must be,
   FAIL_DENIED: a guest. */
enum fail id_token_check(const char *token, const char *key_set,
                         const struct id_token_wanted *wanted, struct arena *arena,
                         struct id_token_found *ret, struct reason *why);
