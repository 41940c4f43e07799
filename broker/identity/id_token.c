#include "identity/id_token.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "identity/claims.h"
#include "identity/jwks.h"

#include <string.h>

enum { KEY_SET_LIMIT = 1024 * 1024 };

/* What the token says of itself before its signature was looked at: only to know whose keys to try,
   which then must fit. */
static enum fail read_payload(const char *token, json_t **ret, struct reason *why)
{
    char part[JWS_LIMIT + 1], payload[JWS_LIMIT + 1];
    size_t length;
    const char *from = strchr(token, '.'), *to = from ? strchr(from + 1, '.') : NULL;
    if (!to || to - from > JWS_LIMIT)
        return because(why, FAIL_INVALID, "the token is not of three parts");
    memcpy(part, from + 1, (size_t)(to - from - 1));
    part[to - from - 1] = '\0';
    if (!base64url_read(part, sizeof payload, payload, &length))
        return because(why, FAIL_INVALID, "the token's payload is not base64url");
    return json_read(payload, length, ret, NULL, why);
}

static const char *either(const char *wanted, const json_t *payload, const char *name,
                          struct arena *arena)
{
    return wanted ? wanted : arena_copy(arena, json_member_text(payload, name));
}

enum fail id_token_check(const char *token, const char *key_set,
                         const struct id_token_wanted *wanted, struct arena *arena,
                         struct id_token_found *ret, struct reason *why)
{
    json_auto_t *set = NULL, *payload = NULL, *claims = NULL;
    scoped(jws_scoped) struct jws *jws = NULL;
    scoped(jwks_scoped) struct jwks *jwks = NULL;
    struct signed_in who = {0};
    enum fail fail = jws_new(token, &jws, why);
    if (!fail)
        fail = read_payload(token, &payload, why);
    if (!fail && strlen(key_set) > KEY_SET_LIMIT)
        fail = because(why, FAIL_INVALID, "a key set of more than %d bytes", KEY_SET_LIMIT);
    if (!fail)
        fail = json_read(key_set, strlen(key_set), &set, NULL, why);
    if (fail)
        return fail;
    struct expected expected = {.issuer = either(wanted->issuer, payload, "iss", arena),
                                .client_id = either(wanted->client_id, payload, "aud", arena),
                                .tenant_id = wanted->tenant_id,
                                .nonce = wanted->nonce,
                                .now = wanted->at};
    if (!expected.issuer || !expected.client_id)
        return because(why, FAIL_INVALID, "the token does not say whose it is, or for whom");
    fail = jwks_read(set, expected.issuer, expected.tenant_id, &jwks, why);
    const struct jws_key *key = fail ? NULL : jwks_key(jwks, jws_kid(jws));
    if (!fail && !key)
        fail = because(why, FAIL_INVALID, "the key set has no such key");
    if (!fail)
        fail = jws_open(jws, key, &claims, why);
    if (!fail)
        fail = claims_of_id_token(claims, &expected, arena, &who, why);
    if (!fail)
        *ret = (struct id_token_found){.person = who.person,
                                       .issuer = expected.issuer,
                                       .client_id = expected.client_id,
                                       .issued_at = who.issued_at};
    return fail;
}
