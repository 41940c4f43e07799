#include "identity/jwks.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_KEYS = 64, MOST_NUMBER_BYTES = 1024 };

struct jwks {
    size_t count;
    struct published {
        char *kid; /* or NULL */
        struct jws_key *key;
    } keys[MOST_KEYS];
};

/* Entra writes the issuer of keys that serve every tenant with the word "{tenantid}". */
static bool is_issuer(const char *written, const char *issuer, const char *tenant)
{
    static const char placeholder[] = "{tenantid}";
    scoped(text_scoped) struct text filled = TEXT_LIMIT(1024);
    const char *at = strstr(written, placeholder);
    if (!at)
        return text_equals(written, issuer);
    text_add_bytes(&filled, written, (size_t)(at - written));
    text_add(&filled, tenant);
    text_add(&filled, at + sizeof placeholder - 1);
    return !filled.cut && text_equals(text_of(&filled), issuer);
}

/* True when the member is absent or is this text. */
static bool may_be(const json_t *key, const char *name, const char *value)
{
    return !json_object_get(key, name) || text_equals(json_member_text(key, name), value);
}

static bool is_for_signing(const json_t *key, const char *issuer, const char *tenant)
{
    const char *of = json_member_text(key, "issuer");
    if (json_object_get(key, "issuer") && (!of || !is_issuer(of, issuer, tenant)))
        return false;
    return text_equals(json_member_text(key, "kty"), "RSA") && may_be(key, "use", "sig") &&
           may_be(key, "alg", "RS256");
}

static bool is_there_twice(const json_t *keys, const char *kid)
{
    size_t index, times = 0;
    json_t *key;
    json_array_foreach (keys, index, key) {
        times += text_equals(json_member_text(key, "kid"), kid);
    }
    return times > 1;
}

static struct jws_key *read_key(const json_t *key)
{
    const char *n = json_member_text(key, "n"), *e = json_member_text(key, "e");
    uint8_t modulus[MOST_NUMBER_BYTES], exponent[MOST_NUMBER_BYTES];
    size_t modulus_length, exponent_length;
    struct jws_key *read = NULL;
    if (!n || !e || !base64url_read(n, sizeof modulus, modulus, &modulus_length) ||
        !base64url_read(e, sizeof exponent, exponent, &exponent_length) ||
        jws_key_new(modulus, modulus_length, exponent, exponent_length, &read, NULL))
        return NULL;
    return read;
}

static void add_key(struct jwks *jwks, const json_t *keys, const json_t *key)
{
    const char *kid = json_member_text(key, "kid");
    if (kid ? strlen(kid) > JWS_KID_LIMIT || is_there_twice(keys, kid)
            : json_object_get(key, "kid") != NULL)
        return;
    struct jws_key *read = read_key(key);
    if (read)
        jwks->keys[jwks->count++] = (struct published){.kid = memory_copy(kid), .key = read};
}

enum fail jwks_read(const json_t *set, const char *issuer, const char *tenant, struct jwks **ret,
                    struct reason *why)
{
    const json_t *keys = json_object_get(set, "keys");
    size_t index;
    json_t *key;
    if (!json_is_array(keys) || json_array_size(keys) > MOST_KEYS)
        return because(why, FAIL_INVALID, "not a key set of at most %d keys", MOST_KEYS);
    scoped(jwks_scoped) struct jwks *jwks = MEMORY_NEW(struct jwks);
    json_array_foreach (keys, index, key) {
        if (is_for_signing(key, issuer, tenant))
            add_key(jwks, keys, key);
    }
    if (!jwks->count)
        return because(why, FAIL_INVALID, "a key set without a key for signing");
    *ret = take(jwks);
    return FAIL_NONE;
}

void jwks_free(struct jwks *jwks)
{
    if (!jwks)
        return;
    for (size_t i = 0; i < jwks->count; i++) {
        free(jwks->keys[i].kid);
        jws_key_free(jwks->keys[i].key);
    }
    free(jwks);
}

const struct jws_key *jwks_key(const struct jwks *jwks, const char *kid)
{
    if (!kid)
        return jwks->count == 1 ? jwks->keys[0].key : NULL;
    for (size_t i = 0; i < jwks->count; i++)
        if (text_equals(jwks->keys[i].kid, kid))
            return jwks->keys[i].key;
    return NULL;
}
