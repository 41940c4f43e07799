/* Signed tokens (RFC 7515) in their compact form, by RS256 and nothing else. The only file that
 * knows the JOSE library. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { JWS_LIMIT = 16 * 1024, JWS_KID_LIMIT = 256 };

struct jws_key; /* opaque: an RSA public key */
struct jws;     /* opaque: a token whose header was read */

/* From modulus and exponent as a key set writes them. FAIL_INVALID unless the modulus has 2048 to
   4096 bits and the exponent is odd and between 3 and 2^32. */
enum fail jws_key_new(const uint8_t *modulus, size_t modulus_length, const uint8_t *exponent,
                      size_t exponent_length, struct jws_key **ret, struct reason *why);
void jws_key_free(struct jws_key *key);
SCOPED(jws_key)

/* FAIL_INVALID: the form is not exactly right, or the header asks for what is not done here. */
enum fail jws_new(const char *compact, struct jws **ret, struct reason *why);
void jws_free(struct jws *jws);
SCOPED(jws)
/* The key that the header names; NULL: none. */
const char *jws_kid(const struct jws *jws);
/* The payload, when `key` signed it; FAIL_INVALID otherwise, or when it is no strict JSON object.
 */
enum fail jws_open(const struct jws *jws, const struct jws_key *key, json_t **ret,
                   struct reason *why);
