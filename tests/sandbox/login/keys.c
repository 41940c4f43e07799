#include "sandbox/login/keys.h"

#include "base/memory.h"
#include "base/text.h"

#include <openssl/core_names.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key {
    EVP_PKEY *pkey;
    X509 *certificate;
    char *kid;
    bool published, signs; /* `signs`: now or before */
};

struct keys {
    struct key *list;
    size_t count;
    size_t signing; /* its place in the list */
    EVP_PKEY *ec, *client_key;
    X509 *client_certificate;
    json_t *added;
};

enum { DECOY = 1 }; /* its place, after the first signing key */

static void add_key(struct keys *keys, EVP_PKEY *pkey, X509 *certificate, bool signs)
{
    keys->list = memory_grow(keys->list, (keys->count + 1) * sizeof *keys->list);
    keys->list[keys->count++] = (struct key){
        .pkey = pkey,
        .certificate = certificate,
        .kid = certificate_x5t(certificate),
        .published = true,
        .signs = signs,
    };
}

static enum fail open_key(struct keys *keys, const char *folder, const char *name, bool signs,
                          struct reason *why)
{
    char key_path[4096], certificate_path[4096];
    EVP_PKEY *pkey = NULL;
    X509 *certificate = NULL;
    (void)snprintf(key_path, sizeof key_path, "%s/%s.key.pem", folder, name);
    (void)snprintf(certificate_path, sizeof certificate_path, "%s/%s.cert.pem", folder, name);
    enum fail fail = key_pair_open(key_path, certificate_path, name, &pkey, &certificate, why);
    if (pkey && certificate)
        add_key(keys, pkey, certificate, signs);
    return fail;
}

enum fail keys_open(const char *folder, struct keys **ret, struct reason *why)
{
    scoped(keys_scoped) struct keys *keys = MEMORY_NEW(struct keys);
    char key_path[4096], certificate_path[4096];
    (void)snprintf(key_path, sizeof key_path, "%s/curfew.key.pem", folder);
    (void)snprintf(certificate_path, sizeof certificate_path, "%s/curfew.cert.pem", folder);
    keys->added = memory_needed(json_array());
    keys->ec = ec_new();
    enum fail fail = key_pair_open(key_path, certificate_path, "Curfew", &keys->client_key,
                                   &keys->client_certificate, why);
    if (!fail)
        fail = open_key(keys, folder, "tenant-signing", true, why);
    if (!fail)
        fail = open_key(keys, folder, "tenant-decoy", false, why);
    if (fail)
        return fail;
    *ret = take(keys);
    return FAIL_NONE;
}

void keys_free(struct keys *keys)
{
    if (!keys)
        return;
    for (size_t i = 0; i < keys->count; i++) {
        EVP_PKEY_free(keys->list[i].pkey);
        X509_free(keys->list[i].certificate);
        free(keys->list[i].kid);
    }
    EVP_PKEY_free(keys->ec);
    EVP_PKEY_free(keys->client_key);
    X509_free(keys->client_certificate);
    json_decref(keys->added);
    free(keys->list);
    free(keys);
}

EVP_PKEY *keys_signing(const struct keys *keys, const char **kid)
{
    *kid = keys->list[keys->signing].kid;
    return keys->list[keys->signing].pkey;
}

EVP_PKEY *keys_decoy(const struct keys *keys, const char **kid)
{
    *kid = keys->list[DECOY].kid;
    return keys->list[DECOY].pkey;
}

EVP_PKEY *keys_find(const struct keys *keys, const char *kid)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->list[i].signs && text_equals(keys->list[i].kid, kid))
            return keys->list[i].pkey;
    return NULL;
}

X509 *keys_client_certificate(const struct keys *keys)
{
    return keys->client_certificate;
}

static json_t *show_rsa(const struct key *key, const char *kid, const char *use, const char *issuer)
{
    char *modulus, *exponent, *x5c = certificate_x5c(key->certificate);
    rsa_numbers(key->pkey, &modulus, &exponent);
    json_t *shown = memory_needed(
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:[s], s:s, s:s}", "kty", "RSA", "use", use,
                  "kid", kid, "x5t", key->kid, "n", modulus, "e", exponent, "x5c", x5c,
                  "cloud_instance_name", "microsoftonline.com", "issuer", issuer));
    free(modulus);
    free(exponent);
    free(x5c);
    return shown;
}

static json_t *show_ec(EVP_PKEY *key, const char *issuer)
{
    unsigned char point[65]; /* 4, x, y: uncompressed */
    char x[BASE64URL_SIZE(32)], y[BASE64URL_SIZE(32)];
    size_t length = 0;
    (void)EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
                                          &length);
    base64url_write(point + 1, 32, x);
    base64url_write(point + 33, 32, y);
    return memory_needed(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kty", "EC", "use", "sig",
                                   "kid", "sandbox-decoy-ec", "crv", "P-256", "x", x, "y", y,
                                   "issuer", issuer));
}

json_t *keys_jwks(const struct keys *keys, const char *issuer)
{
    json_t *list = memory_needed(json_array());
    (void)json_array_append_new(list, show_ec(keys->ec, issuer));
    /* The very key that signs, but for encryption: only its use says that it must not be taken. */
    (void)json_array_append_new(
        list, show_rsa(&keys->list[keys->signing], "sandbox-decoy-encryption", "enc", issuer));
    for (size_t i = keys->count; i-- > 0;) /* the one that signs comes late: place proves nothing */
        if (keys->list[i].published)
            (void)json_array_append_new(list,
                                        show_rsa(&keys->list[i], keys->list[i].kid, "sig", issuer));
    (void)json_array_extend(list, keys->added);
    return memory_needed(json_pack("{s:o}", "keys", list));
}

const char *keys_rotate(struct keys *keys, bool publish)
{
    EVP_PKEY *pkey = rsa_new();
    add_key(keys, pkey, certificate_new(pkey, "tenant-signing"), true);
    keys->signing = keys->count - 1;
    keys->list[keys->signing].published = publish;
    return keys->list[keys->signing].kid;
}

bool keys_withdraw(struct keys *keys, const char *kid)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (!text_equals(keys->list[i].kid, kid) || i == keys->signing || !keys->list[i].published)
            continue;
        keys->list[i].published = false;
        return true;
    }
    return false;
}

void keys_add(struct keys *keys, const json_t *entry)
{
    (void)json_array_append_new(keys->added, json_deep_copy(entry));
}

void keys_reset(struct keys *keys)
{
    (void)json_array_clear(keys->added);
    for (size_t i = 0; i < keys->count; i++)
        keys->list[i].published = true;
}
