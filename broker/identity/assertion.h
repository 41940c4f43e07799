/* The client's proof towards the token endpoint: a JWT that it signs itself with PS256 (contract
 * 2.4, RFC 7523). */
#pragma once

#include "base/fail.h"
#include "base/secret.h"

#include <stdint.h>

/* When the (first) certificate of a PEM file ends. */
enum fail certificate_end(const char *path, int64_t *ret, struct reason *why);

/* It counts for so long. */
enum { ASSERTION_SECONDS = 300 };

/* `certificate` and `key` are PEM files; the key is RSA, of 2048 bits or more, not encrypted, and
   belongs to the certificate: otherwise FAIL_INVALID. `audience` is the token endpoint. */
enum fail assertion_sign(const char *certificate, const char *key, const char *client_id,
                         const char *audience, int64_t now, struct secret **ret,
                         struct reason *why);
