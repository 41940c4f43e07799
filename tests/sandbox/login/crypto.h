/* RSA signatures and self-signed certificates (OpenSSL). */
#pragma once

#include "base/digest.h"
#include "base/fail.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIGNATURE_LIMIT = 512 }; /* bytes; RSA of at most 4096 bits */

enum signing { SIGNING_RS256, SIGNING_PS256 };

void pkey_scoped(EVP_PKEY **key);
void certificate_scoped(X509 **certificate);

EVP_PKEY *rsa_new(void);
EVP_PKEY *ec_new(void);
X509 *certificate_new(EVP_PKEY *key, const char *name);

/* `signature` has room for SIGNATURE_LIMIT bytes. */
void rsa_sign(EVP_PKEY *key, const void *bytes, size_t length, uint8_t *signature,
              size_t *signature_length);
bool rsa_verify(EVP_PKEY *key, enum signing signing, const void *bytes, size_t length,
                const uint8_t *signature, size_t signature_length);

/* Thumbprints as x5t and x5t#S256 write them, and the certificate as x5c does. Freed with free().
 */
char *certificate_x5t(X509 *certificate);
char *certificate_x5t_s256(X509 *certificate);
char *certificate_x5c(X509 *certificate);
/* Modulus and exponent in base64url. Freed with free(). */
void rsa_numbers(EVP_PKEY *key, char **modulus, char **exponent);

/* A key and its certificate from two PEM files (which may be one), made when they are not there. */
enum fail key_pair_open(const char *key_path, const char *certificate_path, const char *name,
                        EVP_PKEY **key, X509 **certificate, struct reason *why);
