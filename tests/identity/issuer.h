/* What an issuer of tokens has: keys, key sets and tokens, right and wrong, made on the spot. */
#pragma once

#include <jansson.h>
#include <openssl/evp.h>
#include <stdint.h>

#define TENANT               "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
#define CLIENT               "6e74172b-be56-4843-9ff4-e66a39bb12e3"
#define PERSON               "c2be3a5d-0d1a-4a3b-9c1f-1d2f3a4b5c6d"
#define DEVICE               "d1b2c3d4-0000-4a3b-9c1f-00000000000d"
#define ISSUER_V2(authority) authority "/" TENANT "/v2.0"
#define ISSUER_V1            "https://sts.windows.net/" TENANT "/"
#define NONCE                "n-0S6_WzA2Mj"

/* One of four RSA keys of 2048 bits, made when the program starts. */
EVP_PKEY *key_number(size_t number);
/* As a key set has it, with use "sig" and no issuer. */
json_t *jwk_of(EVP_PKEY *key, const char *kid);
/* The same with the modulus and exponent given. */
json_t *jwk_from(const char *n, const char *e, const char *kid);
/* `{"keys": […]}` of `own` (owned) and five that must not be used: another RSA key, one for
   encryption, one of an elliptic curve, one too short, one of another tenant. */
json_t *key_set_with(json_t *own);

/* `header`.`claims`.signature, all in base64url, by RSASSA-PKCS1-v1_5 with SHA-256 unless another
   digest is named, or PSS. Freed with free(). */
char *token_signed(EVP_PKEY *key, const char *header, const char *claims);
char *token_signed_as(EVP_PKEY *key, const char *digest, int padding, const char *header,
                      const char *claims);
/* The same with HMAC and that secret. */
char *token_with_mac(const void *secret, size_t length, const char *header, const char *claims);
/* With a signature of one's own. */
char *token_with(const char *header, const char *claims, const char *signature);

/* Claims of a good ID token of version 2.0, and of a good token for Curfew's own API of 1.0. */
json_t *id_claims(const char *issuer, int64_t now);
json_t *api_claims(int64_t now);
/* Members of `patch` replace those of `json`; null removes. `patch` is JSON text or NULL. Answers
   the JSON text, which is freed with free(); `json` is the callee's. */
char *patched(json_t *json, const char *patch);
