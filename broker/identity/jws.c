#include "identity/jws.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <cjose/cjose.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_BITS = 2048, MOST_BITS = 4096, MOST_EXPONENT_BYTES = 5 };

struct jws_key {
    cjose_jwk_t *rsa;
};

struct jws {
    char *compact;
    json_t *header;
};

/* Keys. */

static size_t bits_of(const uint8_t *number, size_t length)
{
    size_t bits = length * 8;
    for (unsigned mask = 0x80; mask && length && !(number[0] & mask); mask >>= 1)
        bits--;
    return bits;
}

static bool is_exponent(const uint8_t *bytes, size_t length)
{
    uint64_t value = 0;
    if (length < 1 || length > MOST_EXPONENT_BYTES || bytes[0] == 0)
        return false;
    for (size_t i = 0; i < length; i++)
        value = value << 8 | bytes[i];
    return value % 2 == 1 && value >= 3 && value <= UINT64_C(1) << 32;
}

enum fail jws_key_new(const uint8_t *modulus, size_t modulus_length, const uint8_t *exponent,
                      size_t exponent_length, struct jws_key **ret, struct reason *why)
{
    if (modulus_length < LEAST_BITS / 8 || modulus_length > MOST_BITS / 8 || modulus[0] == 0 ||
        bits_of(modulus, modulus_length) < LEAST_BITS || modulus[modulus_length - 1] % 2 == 0)
        return because(why, FAIL_INVALID, "not an RSA modulus of %d to %d bits", LEAST_BITS,
                       MOST_BITS);
    if (!is_exponent(exponent, exponent_length))
        return because(why, FAIL_INVALID, "not an RSA exponent that is odd, 3 to 2^32");
    const cjose_jwk_rsa_keyspec spec = {.n = (uint8_t *)modulus,
                                        .nlen = modulus_length,
                                        .e = (uint8_t *)exponent,
                                        .elen = exponent_length};
    cjose_err error;
    cjose_jwk_t *rsa = cjose_jwk_create_RSA_spec(&spec, &error);
    if (!rsa)
        return because(why, FAIL_INVALID, "an RSA key that OpenSSL does not take");
    *ret = MEMORY_NEW(struct jws_key);
    (*ret)->rsa = rsa;
    return FAIL_NONE;
}

void jws_key_free(struct jws_key *key)
{
    if (key)
        (void)cjose_jwk_release(key->rsa);
    free(key);
}

/* Form and header. */

/* Names that change what the header means, or bring a key of the sender's choice. */
static const char *const forbidden[] = {"b64", "crit", "cty", "enc", "epk",
                                        "jku", "jwk",  "x5c", "x5u", "zip"};

static enum fail check_header(const json_t *header, struct reason *why)
{
    if (!json_is_object(header))
        return because(why, FAIL_INVALID, "the token's header is no object");
    if (!text_equals(json_member_text(header, "alg"), "RS256"))
        return because(why, FAIL_INVALID, "the token is not signed by RS256");
    for (size_t i = 0; i < COUNT(forbidden); i++)
        if (json_object_get(header, forbidden[i]))
            return because(why, FAIL_INVALID, "the token's header has \"%s\"", forbidden[i]);
    const json_t *typ = json_object_get(header, "typ"), *kid = json_object_get(header, "kid");
    if (typ && !text_equals_ignoring_case(json_string_value(typ), "JWT"))
        return because(why, FAIL_INVALID, "the token is of another type");
    if (kid && (!json_is_string(kid) || json_string_length(kid) > JWS_KID_LIMIT))
        return because(why, FAIL_INVALID, "the token names no key that could be");
    return FAIL_NONE;
}

/* The three parts, decoded to see that each is exactly right: the JOSE library is less strict. */
static enum fail read_parts(const char *compact, json_t **header, struct reason *why)
{
    char copy[JWS_LIMIT + 1];
    uint8_t bytes[JWS_LIMIT];
    size_t length = strlen(compact), got;
    if (length > JWS_LIMIT)
        return because(why, FAIL_INVALID, "a token of %zu bytes", length);
    memcpy(copy, compact, length + 1);
    char *rest = copy;
    for (int part = 0; part < 3; part++) {
        const char *text = strsep(&rest, ".");
        if (!text || !*text || !base64url_read(text, sizeof bytes, bytes, &got) || !got)
            return because(why, FAIL_INVALID, "the token is not of three parts in base64url");
        if (part > 0)
            continue;
        enum fail fail = json_read((const char *)bytes, got, header, NULL, why);
        if (fail)
            return fail;
    }
    if (rest)
        return because(why, FAIL_INVALID, "the token has more than three parts");
    return FAIL_NONE;
}

enum fail jws_new(const char *compact, struct jws **ret, struct reason *why)
{
    json_auto_t *header = NULL;
    enum fail fail = read_parts(compact, &header, why);
    if (!fail)
        fail = check_header(header, why);
    if (fail)
        return fail;
    struct jws *jws = MEMORY_NEW(struct jws);
    jws->compact = memory_copy(compact);
    jws->header = json_incref(header);
    *ret = jws;
    return FAIL_NONE;
}

void jws_free(struct jws *jws)
{
    if (!jws)
        return;
    json_decref(jws->header);
    sodium_memzero(jws->compact, strlen(jws->compact)); /* whoever has it may exchange it */
    free(jws->compact);
    free(jws);
}

const char *jws_kid(const struct jws *jws)
{
    return json_member_text(jws->header, "kid");
}

/* Signature and payload. */

static void cjose_scoped(cjose_jws_t **token)
{
    if (*token)
        cjose_jws_release(*token);
}

enum fail jws_open(const struct jws *jws, const struct jws_key *key, json_t **ret,
                   struct reason *why)
{
    cjose_err error;
    uint8_t *payload;
    size_t length;
    scoped(cjose_scoped) cjose_jws_t *token =
        cjose_jws_import(jws->compact, strlen(jws->compact), &error);
    if (!token || !cjose_jws_verify(token, key->rsa, &error) ||
        !cjose_jws_get_plaintext(token, &payload, &length, &error))
        return because(why, FAIL_INVALID, "the token's signature does not hold");
    json_auto_t *claims = NULL;
    enum fail fail = json_read((const char *)payload, length, &claims, NULL, why);
    if (fail)
        return fail;
    if (!json_is_object(claims))
        return because(why, FAIL_INVALID, "the token's payload is no object");
    *ret = json_incref(claims);
    return FAIL_NONE;
}
