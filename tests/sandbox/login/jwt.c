#include "sandbox/login/jwt.h"

#include "base/id.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_LIMIT = 64 * 1024 };

static void add_part(struct text *text, const void *bytes, size_t length)
{
    char *room = text_room(text, BASE64URL_SIZE(length));
    if (!room)
        return;
    base64url_write(bytes, length, room);
    text->length += strlen(room);
}

static void add_json(struct text *text, const json_t *json)
{
    char *compact = json_compact(json);
    add_part(text, compact, strlen(compact));
    free(compact);
}

static char *write_parts(struct arena *arena, EVP_PKEY *key, const json_t *sent_header,
                         const json_t *signed_header, const json_t *claims)
{
    scoped(text_scoped) struct text signed_parts = TEXT_LIMIT(TOKEN_LIMIT);
    scoped(text_scoped) struct text sent = TEXT_LIMIT(TOKEN_LIMIT);
    uint8_t signature[SIGNATURE_LIMIT];
    size_t length;
    add_json(&signed_parts, signed_header);
    text_add_char(&signed_parts, '.');
    add_json(&signed_parts, claims);
    rsa_sign(key, text_of(&signed_parts), signed_parts.length, signature, &length);
    add_json(&sent, sent_header);
    text_add_char(&sent, '.');
    add_json(&sent, claims);
    text_add_char(&sent, '.');
    add_part(&sent, signature, length);
    return arena_copy(arena, text_of(&sent));
}

char *jwt_write(struct arena *arena, EVP_PKEY *key, const char *kid, json_t *header,
                const json_t *claims)
{
    json_auto_t *usual = memory_needed(
        json_pack("{s:s, s:s, s:s, s:s}", "typ", "JWT", "alg", "RS256", "x5t", kid, "kid", kid));
    (void)json_object_update(usual, header);
    return write_parts(arena, key, usual, usual, claims);
}

/* The header as it is signed: with the hash of the nonce. */
static json_t *hidden_header(const json_t *header)
{
    json_t *hidden = memory_needed(json_deep_copy(header));
    const char *nonce = json_member_text(header, "nonce");
    struct digest digest = digest_of_text(nonce ? nonce : "");
    char text[DIGEST_BASE64URL_SIZE];
    digest_base64url(&digest, text);
    (void)json_object_set_new(hidden, "nonce", json_string(text));
    return hidden;
}

char *jwt_write_for_graph(struct arena *arena, const struct keys *keys, const json_t *claims)
{
    const char *kid;
    char nonce[TOKEN_SIZE];
    EVP_PKEY *key = keys_signing(keys, &kid);
    token_new(nonce);
    json_auto_t *header =
        memory_needed(json_pack("{s:s, s:s, s:s, s:s, s:s}", "typ", "JWT", "nonce", nonce, "alg",
                                "RS256", "x5t", kid, "kid", kid));
    json_auto_t *hidden = hidden_header(header);
    return write_parts(arena, key, header, hidden, claims);
}

static json_t *read_part(const char *text, size_t length)
{
    json_t *json = NULL;
    char *encoded = memory_new(length + 1, 1), *bytes = memory_new(length + 1, 1);
    size_t got;
    memcpy(encoded, text, length);
    if (base64url_read(encoded, length, bytes, &got))
        (void)!json_read(bytes, got, &json, NULL, NULL);
    free(encoded);
    free(bytes);
    return json;
}

bool jwt_read(const char *text, struct jwt *jwt)
{
    *jwt = (struct jwt){.text = text};
    const char *first = strchr(text, '.'), *second = first ? strchr(first + 1, '.') : NULL;
    if (!second || strlen(text) > TOKEN_LIMIT)
        return false;
    jwt->signed_length = (size_t)(second - text);
    jwt->header = read_part(text, (size_t)(first - text));
    jwt->claims = read_part(first + 1, (size_t)(second - first - 1));
    return json_is_object(jwt->header) && json_is_object(jwt->claims) &&
           base64url_read(second + 1, sizeof jwt->signature, jwt->signature,
                          &jwt->signature_length);
}

void jwt_scoped(struct jwt *jwt)
{
    json_decref(jwt->header);
    json_decref(jwt->claims);
}

bool jwt_signed_by(const struct jwt *jwt, EVP_PKEY *key, enum signing signing)
{
    return rsa_verify(key, signing, jwt->text, jwt->signed_length, jwt->signature,
                      jwt->signature_length);
}

bool jwt_signed_for_graph(const struct jwt *jwt, const struct keys *keys)
{
    EVP_PKEY *key = keys_find(keys, json_member_text(jwt->header, "kid"));
    if (!key || !text_equals(json_member_text(jwt->header, "alg"), "RS256"))
        return false;
    scoped(text_scoped) struct text parts = TEXT_LIMIT(TOKEN_LIMIT);
    json_auto_t *hidden = hidden_header(jwt->header);
    add_json(&parts, hidden);
    const char *dot = strchr(jwt->text, '.');
    text_add_bytes(&parts, dot, jwt->signed_length - (size_t)(dot - jwt->text));
    return rsa_verify(key, SIGNING_RS256, text_of(&parts), parts.length, jwt->signature,
                      jwt->signature_length);
}
