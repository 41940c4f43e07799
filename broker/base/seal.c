#include "base/seal.h"

#include "base/digest.h"
#include "base/memory.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

struct seal {
    struct secret *key;
};

struct seal *seal_new(const struct secret *key)
{
    struct seal *seal = MEMORY_NEW(struct seal);
    seal->key = secret_copy(key->bytes, SEAL_KEY_SIZE);
    return seal;
}

void seal_free(struct seal *seal)
{
    if (!seal)
        return;
    secret_free(seal->key);
    free(seal);
}

size_t seal_size(size_t length)
{
    return BASE64URL_SIZE(NONCE + length + TAG);
}

void seal_close(const struct seal *seal, const char *purpose, const void *bytes, size_t length,
                char *sealed)
{
    unsigned char *box = memory_new(NONCE + length + TAG, 1);
    randombytes_buf(box, NONCE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, NULL, bytes, length,
                                                     (const unsigned char *)purpose,
                                                     strlen(purpose), NULL, box, seal->key->bytes);
    base64url_write(box, NONCE + length + TAG, sealed);
    free(box);
}

bool seal_open(const struct seal *seal, const char *purpose, const char *sealed, size_t room,
               void *bytes, size_t *length)
{
    size_t box_room = NONCE + room + TAG, box_length;
    unsigned char *box = memory_new(box_room, 1);
    bool fine = base64url_read(sealed, box_room, box, &box_length) && box_length >= NONCE + TAG;
    unsigned long long opened = 0;
    fine = fine && crypto_aead_xchacha20poly1305_ietf_decrypt(
                       bytes, &opened, NULL, box + NONCE, box_length - NONCE,
                       (const unsigned char *)purpose, strlen(purpose), box, seal->key->bytes) == 0;
    free(box);
    if (fine)
        *length = (size_t)opened;
    return fine;
}

void seal_derive(const struct seal *seal, const char *purpose, const char *name,
                 unsigned char bytes[16])
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, seal->key->bytes, SEAL_KEY_SIZE, 16);
    (void)crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
    (void)crypto_generichash_update(&state, (const unsigned char *)name, strlen(name));
    (void)crypto_generichash_final(&state, bytes, 16);
}
