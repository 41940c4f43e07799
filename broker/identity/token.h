/* One question to the token endpoint (contract 2.3). */
#pragma once

#include "base/secret.h"
#include "identity/oidc.h"
#include "identity/registration.h"

#include <jansson.h>

struct token_field {
    const char *name, *value;
};

/* The field `claims`: these members of the access token (stolen; NULL: none), and that whoever asks
   understands challenges (contract 2.9). Freed with free(). */
char *token_claims(json_t *members);

/* Borrowed until the callback returns. */
struct tokens {
    struct secret *access, *id; /* `id` is NULL when there was none */
    int64_t expires_in;         /* seconds from now, of `access` */
};

/* Sends `fields` (borrowed until this returns), the client's id and its proof. `done` is called
   once, perhaps before this returns. FAIL_NOT_SIGNED_IN: the grant is not good;
   FAIL_STEP_UP_NEEDED: Entra wants a person; FAIL_BROKEN: Entra refuses this application;
   FAIL_UNAVAILABLE: could not tell, or Entra asked to be left alone. */
void token_request(struct registration *registration, size_t count,
                   const struct token_field fields[],
                   void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                                const struct tokens *tokens),
                   void *context);
