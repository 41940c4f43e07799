#include "identity/issuer.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "outbound/library.h"

#include <check.h>
#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 4 };

static EVP_PKEY *keys[KEYS], *little_key;

static void free_keys(void)
{
    for (size_t i = 0; i < KEYS; i++)
        EVP_PKEY_free(keys[i]);
    EVP_PKEY_free(little_key);
}

/* Before the cases part ways, so that none of them has to wait for its own. */
__attribute__((constructor)) static void make_keys(void)
{
    library_begin();
    for (size_t i = 0; i < KEYS; i++)
        keys[i] = EVP_RSA_gen(2048);
    little_key = EVP_RSA_gen(1024);
    (void)atexit(free_keys);
}

EVP_PKEY *key_number(size_t number)
{
    return keys[number];
}

json_t *jwk_from(const char *n, const char *e, const char *kid)
{
    json_t *jwk = json_pack("{ss ss ss ss}", "kty", "RSA", "use", "sig", "n", n, "e", e);
    if (kid)
        (void)json_object_set_new(jwk, "kid", json_string(kid));
    return jwk;
}

static void number_text(EVP_PKEY *key, const char *name, char text[BASE64URL_SIZE(1024)])
{
    BIGNUM *number = NULL;
    unsigned char bytes[1024];
    ck_assert_int_eq(EVP_PKEY_get_bn_param(key, name, &number), 1);
    int length = BN_bn2bin(number, bytes);
    base64url_write(bytes, (size_t)length, text);
    BN_free(number);
}

json_t *jwk_of(EVP_PKEY *key, const char *kid)
{
    char n[BASE64URL_SIZE(1024)], e[BASE64URL_SIZE(1024)];
    number_text(key, OSSL_PKEY_PARAM_RSA_N, n);
    number_text(key, OSSL_PKEY_PARAM_RSA_E, e);
    return jwk_from(n, e, kid);
}

json_t *key_set_with(json_t *own)
{
    json_t *other = jwk_of(key_number(3), "decoy-1"), *locks = jwk_of(key_number(3), "decoy-2");
    json_t *tiny = jwk_of(little_key, "decoy-4"), *foreign = jwk_of(key_number(3), "decoy-5");
    (void)json_object_set_new(locks, "use", json_string("enc"));
    (void)json_object_set_new(
        foreign, "issuer",
        json_string("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"));
    json_t *curve = json_pack("{ss ss ss ss ss ss}", "kty", "EC", "use", "sig", "kid", "decoy-3",
                              "crv", "P-256", "x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                              "y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    return json_pack("{s[oooooo]}", "keys", other, locks, own, curve, tiny, foreign);
}

/* Tokens. */

static void add_base64url(struct text *to, const void *bytes, size_t length)
{
    char *room = text_room(to, BASE64URL_SIZE(length) - 1);
    ck_assert_ptr_nonnull(room);
    base64url_write(bytes, length, room);
    to->length += BASE64URL_SIZE(length) - 1;
}

static struct text signing_input(const char *header, const char *claims)
{
    struct text token = TEXT_LIMIT(1024 * 1024);
    add_base64url(&token, header, strlen(header));
    text_add_char(&token, '.');
    add_base64url(&token, claims, strlen(claims));
    return token;
}

static char *finished(struct text token, const void *signature, size_t length)
{
    text_add_char(&token, '.');
    add_base64url(&token, signature, length);
    return token.data;
}

char *token_signed_as(EVP_PKEY *key, const char *digest, int padding, const char *header,
                      const char *claims)
{
    struct text token = signing_input(header, claims);
    unsigned char signature[1024];
    size_t length = sizeof signature;
    EVP_PKEY_CTX *options;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ck_assert_int_eq(EVP_DigestSignInit_ex(context, &options, digest, NULL, NULL, key, NULL), 1);
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(options, padding), 1);
    ck_assert_int_eq(EVP_DigestSign(context, signature, &length,
                                    (const unsigned char *)text_of(&token), token.length),
                     1);
    EVP_MD_CTX_free(context);
    return finished(token, signature, length);
}

char *token_signed(EVP_PKEY *key, const char *header, const char *claims)
{
    return token_signed_as(key, "SHA256", RSA_PKCS1_PADDING, header, claims);
}

char *token_with_mac(const void *secret, size_t length, const char *header, const char *claims)
{
    struct text token = signing_input(header, claims);
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int mac_length;
    ck_assert_ptr_nonnull(HMAC(EVP_sha256(), secret, (int)length,
                               (const unsigned char *)text_of(&token), token.length, mac,
                               &mac_length));
    return finished(token, mac, mac_length);
}

char *token_with(const char *header, const char *claims, const char *signature)
{
    struct text token = signing_input(header, claims);
    text_add_char(&token, '.');
    text_add(&token, signature);
    return token.data;
}

/* Claims. */

json_t *id_claims(const char *issuer, int64_t now)
{
    return json_pack("{ss ss ss ss ss ss ss sI sI sI sI si s[s] s[s] ss ss ss}", "ver", "2.0",
                     "iss", issuer, "aud", CLIENT, "tid", TENANT, "oid", PERSON, "sub",
                     "AAAAAAAAAAAAAAA", "nonce", NONCE, "iat", (json_int_t)(now - 300), "nbf",
                     (json_int_t)(now - 300), "exp", (json_int_t)(now + 3600), "auth_time",
                     (json_int_t)(now - 20), "acct", 0, "acrs", "c1", "roles", "Curfew.Auditor",
                     "name", "Ada", "preferred_username", "ada@example.com", "sid", "s-1");
}

json_t *api_claims(int64_t now)
{
    return json_pack("{ss ss ss ss ss ss ss ss sI sI sI sI si s[s] s[ss] ss ss}", "ver", "1.0",
                     "iss", ISSUER_V1, "aud", CLIENT, "tid", TENANT, "oid", PERSON, "sub", "BBBBBB",
                     "appid", CLIENT, "scp", "access", "iat", (json_int_t)(now - 300), "nbf",
                     (json_int_t)(now - 300), "exp", (json_int_t)(now + 3600), "auth_time",
                     (json_int_t)(now - 20), "acct", 0, "acrs", "c1", "amr", "pwd", "mfa",
                     "deviceid", DEVICE, "ipaddr", "203.0.113.7");
}

char *patched(json_t *json, const char *patch)
{
    json_t *changes = patch ? json_loads(patch, 0, NULL) : json_object(), *value;
    const char *name;
    ck_assert_msg(changes != NULL, "%s", patch);
    json_object_foreach (changes, name, value) {
        if (json_is_null(value))
            (void)json_object_del(json, name);
        else
            (void)json_object_set(json, name, value);
    }
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(changes);
    json_decref(json);
    return text;
}
