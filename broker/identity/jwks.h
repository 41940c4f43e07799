/* The keys that an issuer publishes (RFC 7517), as far as they may sign what is believed here. */
#pragma once

#include "identity/jws.h"

struct jwks; /* opaque */

/* Takes the RSA keys for signing that belong to `issuer`, whose "{tenantid}" is `tenant`; leaves
   out every other, and every key whose id is there twice. FAIL_INVALID when none remains. */
enum fail jwks_read(const json_t *set, const char *issuer, const char *tenant, struct jwks **ret,
                    struct reason *why);
void jwks_free(struct jwks *jwks);
SCOPED(jwks)

/* The key of that id; without one, the only key there is. NULL otherwise. */
const struct jws_key *jwks_key(const struct jwks *jwks, const char *kid);
