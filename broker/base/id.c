#include "base/id.h"

#include "base/digest.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void id_new(int64_t now_ms, char id[ID_SIZE])
{
    uint8_t chance[16];
    randombytes_buf(chance, sizeof chance);
    uint64_t time = (uint64_t)now_ms;
    for (int i = 9; i >= 0; i--, time >>= 5)
        id[i] = crockford[time & 31];
    for (int i = 0; i < 16; i++)
        id[10 + i] = crockford[chance[i] & 31];
    id[26] = '\0';
}

bool id_is(const char *text)
{
    return text && strlen(text) == ID_SIZE - 1 && strspn(text, crockford) == ID_SIZE - 1;
}

void token_new(char token[TOKEN_SIZE])
{
    uint8_t chance[32];
    randombytes_buf(chance, sizeof chance);
    base64url_write(chance, sizeof chance, token);
    sodium_memzero(chance, sizeof chance);
}

void locator_new(char locator[LOCATOR_SIZE])
{
    uint8_t chance[16];
    randombytes_buf(chance, sizeof chance);
    base64url_write(chance, sizeof chance, locator);
}

static void guid_write(const uint8_t b[16], char guid[GUID_SIZE])
{
    (void)snprintf(guid, GUID_SIZE,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                   b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
}

void guid_new(char guid[GUID_SIZE])
{
    uint8_t bytes[16];
    randombytes_buf(bytes, sizeof bytes);
    bytes[6] = (uint8_t)((bytes[6] & 0x0F) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3F) | 0x80);
    guid_write(bytes, guid);
}

void id_guid(const char id[ID_SIZE], char guid[GUID_SIZE])
{
    uint8_t bytes[16] = {0};
    for (const char *digit = id; *digit; digit++) {
        unsigned carry = (unsigned)(strchr(crockford, *digit) - crockford);
        for (size_t i = sizeof bytes; i-- > 0; carry >>= 8) {
            carry |= (unsigned)bytes[i] << 5;
            bytes[i] = (uint8_t)carry;
        }
    }
    guid_write(bytes, guid);
}
