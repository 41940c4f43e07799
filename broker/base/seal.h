/* Sealing: small pieces that only this installation can read or make (XChaCha20-Poly1305,
 * libsodium). */
#pragma once

#include "base/scoped.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>

enum { SEAL_KEY_SIZE = 32 };

struct seal; /* opaque; may be used by many threads */

/* `key` holds SEAL_KEY_SIZE bytes and is copied. */
struct seal *seal_new(const struct secret *key);
void seal_free(struct seal *seal);
SCOPED(seal)

/* The size of the sealed text of `length` bytes, with its NUL. */
size_t seal_size(size_t length);
/* Writes base64url. `purpose` says what it is for: only the same purpose opens it again. */
void seal_close(const struct seal *seal, const char *purpose, const void *bytes, size_t length,
                char *sealed);
/* False when it was not sealed here for this purpose, or is longer than `room`. */
bool seal_open(const struct seal *seal, const char *purpose, const char *sealed, size_t room,
               void *bytes, size_t *length);
/* 16 bytes that only this installation can tell, the same each time, for one purpose and name. */
void seal_derive(const struct seal *seal, const char *purpose, const char *name,
                 unsigned char bytes[16]);
