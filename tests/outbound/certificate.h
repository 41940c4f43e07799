/* Certificates for tests, made on the spot. */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

struct certificate_wish {
    const char *name;      /* of the server; NULL: an authority */
    int64_t starts, ends;  /* seconds from now */
    bool signed_by_itself; /* otherwise by the authority */
};

struct authority {
    X509 *certificate;
    EVP_PKEY *key;
    const char *pem; /* the file that vouches for it */
};

/* `bits` of RSA. */
EVP_PKEY *key_new(unsigned bits);
struct authority authority_new(const char *file);
void authority_clear(struct authority *authority);
/* Certificate and key in one file of the case's folder, as a server takes them. */
const char *certificate_file(const struct authority *authority, const struct certificate_wish *wish,
                             const char *file);
/* A self-signed certificate for `key`. */
X509 *certificate_of(EVP_PKEY *key);
/* Writes PEM to a file that only its owner may read; either may be NULL. */
const char *pem_file(const char *file, X509 *certificate, EVP_PKEY *key);
