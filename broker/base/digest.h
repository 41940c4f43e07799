/* SHA-256, and bytes as text: base64 with and without the URL alphabet (RFC 4648), hexadecimal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DIGEST_SIZE = 32,
    DIGEST_HEX_SIZE = 65,
    DIGEST_BASE64_SIZE = 45,
    DIGEST_BASE64URL_SIZE = 44
};

struct digest {
    uint8_t bytes[DIGEST_SIZE];
};

struct digest digest_of(const void *bytes, size_t length);
struct digest digest_of_text(const char *text);
/* Of several pieces, one after the other. */
struct digest digest_of_pieces(size_t count, const void *const pieces[], const size_t lengths[]);
/* In constant time. */
bool digest_equals(const struct digest *one, const struct digest *other);

void digest_hex(const struct digest *digest, char hex[DIGEST_HEX_SIZE]);
void digest_base64(const struct digest *digest, char text[DIGEST_BASE64_SIZE]);
void digest_base64url(const struct digest *digest, char text[DIGEST_BASE64URL_SIZE]);
bool digest_read_base64(const char *text, struct digest *digest);

/* Sizes with the NUL: of base64 with padding, and of unpadded base64url. */
#define BASE64_SIZE(length)    (((length) + 2) / 3 * 4 + 1)
#define BASE64URL_SIZE(length) (((length)*4 + 2) / 3 + 1)

void base64_write(const void *bytes, size_t length, char *text);
void base64url_write(const void *bytes, size_t length, char *text);
/* Strict: the alphabet, the padding and the unused bits must be exactly right (RFC 4648, 3.5).
   `room` is that of `bytes`; false leaves `*length` alone. */
bool base64_read(const char *text, size_t room, void *bytes, size_t *length);
bool base64url_read(const char *text, size_t room, void *bytes, size_t *length);
