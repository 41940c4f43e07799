#include "base/digest.h"

#include <sodium.h>
#include <string.h>

struct digest digest_of(const void *bytes, size_t length)
{
    struct digest digest;
    (void)crypto_hash_sha256(digest.bytes, bytes, length);
    return digest;
}

struct digest digest_of_text(const char *text)
{
    return digest_of(text, strlen(text));
}

struct digest digest_of_pieces(size_t count, const void *const pieces[], const size_t lengths[])
{
    struct digest digest;
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++)
        (void)crypto_hash_sha256_update(&state, pieces[i], lengths[i]);
    (void)crypto_hash_sha256_final(&state, digest.bytes);
    return digest;
}

bool digest_equals(const struct digest *one, const struct digest *other)
{
    return sodium_memcmp(one->bytes, other->bytes, DIGEST_SIZE) == 0;
}

void digest_hex(const struct digest *digest, char hex[DIGEST_HEX_SIZE])
{
    (void)sodium_bin2hex(hex, DIGEST_HEX_SIZE, digest->bytes, DIGEST_SIZE);
}

void digest_base64(const struct digest *digest, char text[DIGEST_BASE64_SIZE])
{
    base64_write(digest->bytes, DIGEST_SIZE, text);
}

void digest_base64url(const struct digest *digest, char text[DIGEST_BASE64URL_SIZE])
{
    base64url_write(digest->bytes, DIGEST_SIZE, text);
}

bool digest_read_base64(const char *text, struct digest *digest)
{
    struct digest read;
    size_t length;
    if (!base64_read(text, sizeof read.bytes, read.bytes, &length) || length != DIGEST_SIZE)
        return false;
    *digest = read;
    return true;
}

void base64_write(const void *bytes, size_t length, char *text)
{
    (void)sodium_bin2base64(text, BASE64_SIZE(length), bytes, length,
                            sodium_base64_VARIANT_ORIGINAL);
}

void base64url_write(const void *bytes, size_t length, char *text)
{
    (void)sodium_bin2base64(text, BASE64URL_SIZE(length), bytes, length,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool read_variant(const char *text, size_t room, void *bytes, size_t *length, int variant)
{
    size_t read;
    const char *end;
    size_t written = strlen(text);
    if (sodium_base642bin(bytes, room, text, written, NULL, &read, &end, variant) != 0 ||
        end != text + written)
        return false;
    *length = read;
    return true;
}

bool base64_read(const char *text, size_t room, void *bytes, size_t *length)
{
    return read_variant(text, room, bytes, length, sodium_base64_VARIANT_ORIGINAL);
}

bool base64url_read(const char *text, size_t room, void *bytes, size_t *length)
{
    return read_variant(text, room, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
