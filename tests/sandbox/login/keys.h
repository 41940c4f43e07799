/* The keys of the tenant: what signs its tokens, and what only stands beside them in the JWKS. */
#pragma once

#include "base/scoped.h"
#include "sandbox/login/crypto.h"

#include <jansson.h>

struct keys; /* opaque */

/* Reads them from `folder`, or makes them there: those of the tenant, and curfew.key.pem with
   curfew.cert.pem, which the broker's registration signs its assertions with. */
enum fail keys_open(const char *folder, struct keys **ret, struct reason *why);
void keys_free(struct keys *keys);
SCOPED(keys)

/* What signs now. */
EVP_PKEY *keys_signing(const struct keys *keys, const char **kid);
/* An RSA key that stands in the JWKS and never signs, unless a test wants it to. */
EVP_PKEY *keys_decoy(const struct keys *keys, const char **kid);
/* A key that signs now or signed before, NULL when `kid` is none of these. */
EVP_PKEY *keys_find(const struct keys *keys, const char *kid);
/* The certificate of the broker's registration. */
X509 *keys_client_certificate(const struct keys *keys);

/* `issuer` stands in each key. New reference. */
json_t *keys_jwks(const struct keys *keys, const char *issuer);

/* From now on another key signs; the old one stays in the JWKS. Unless `publish`, the new one
   is kept out of it. */
const char *keys_rotate(struct keys *keys, bool publish);
/* Takes it out of the JWKS. False when it is not there, or signs. */
bool keys_withdraw(struct keys *keys, const char *kid);
/* Puts an entry of any kind into the JWKS. */
void keys_add(struct keys *keys, const json_t *entry);
/* Every added entry goes, every withdrawn key comes back. */
void keys_reset(struct keys *keys);
