#include "identity/assertion.h"

#include "base/digest.h"
#include "base/id.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LEAST_BITS = 2048, TEXT_BYTES = 8 * 1024, SIGNATURE_BYTES = 2048 /* RSA of 16384 bits */ };

static void bio_scoped(BIO **bio)
{
    (void)BIO_free(*bio);
}

static void x509_scoped(X509 **certificate)
{
    X509_free(*certificate);
}

static void key_scoped(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void digest_context_scoped(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

/* Without this OpenSSL asks on the terminal. */
static int no_password(char *buffer, int size, int writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

/* Certificates are public: any mode will do. */
static enum fail read_certificate(const char *path, X509 **ret, struct reason *why)
{
    scoped(bio_scoped) BIO *file = BIO_new_file(path, "re");
    X509 *certificate = file ? PEM_read_bio_X509(file, NULL, no_password, NULL) : NULL;
    ERR_clear_error();
    if (!certificate)
        return because(why, FAIL_INVALID, "%s holds no certificate that can be read", path);
    *ret = certificate;
    return FAIL_NONE;
}

enum fail certificate_end(const char *path, int64_t *ret, struct reason *why)
{
    scoped(x509_scoped) X509 *certificate = NULL;
    struct tm end;
    enum fail fail = read_certificate(path, &certificate, why);
    if (fail)
        return fail;
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
        return because(why, FAIL_INVALID, "the end of the certificate in %s cannot be read", path);
    *ret = timegm(&end);
    return FAIL_NONE;
}

static enum fail read_key(const char *path, EVP_PKEY **ret, struct reason *why)
{
    scoped(secret_scoped) struct secret *pem = NULL;
    enum fail fail = secret_read(path, &pem, why);
    if (fail)
        return fail;
    scoped(bio_scoped) BIO *file = BIO_new_mem_buf(pem->bytes, (int)pem->length);
    scoped(key_scoped) EVP_PKEY *key = PEM_read_bio_PrivateKey(file, NULL, no_password, NULL);
    ERR_clear_error();
    if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key) < LEAST_BITS)
        return because(why, FAIL_INVALID,
                       "%s must hold an RSA key of %d bits or more, not encrypted", path,
                       LEAST_BITS);
    *ret = take(key);
    return FAIL_NONE;
}

/* The JSON in base64url behind what stands there already. */
static void add_part(struct text *to, const json_t *json)
{
    char *written = json_compact(json);
    size_t length = strlen(written), size = BASE64URL_SIZE(length) - 1;
    char *room = text_room(to, size);
    if (room) {
        base64url_write(written, length, room);
        to->length += size;
    }
    free(written);
}

static void add_header(struct text *to, const X509 *certificate)
{
    struct digest thumbprint;
    char written[DIGEST_BASE64URL_SIZE];
    (void)memory_needed(X509_digest(certificate, EVP_sha256(), thumbprint.bytes, NULL) ? to : NULL);
    digest_base64url(&thumbprint, written);
    json_auto_t *header =
        memory_needed(json_pack("{ss ss ss}", "alg", "PS256", "typ", "JWT", "x5t#S256", written));
    add_part(to, header);
}

static void add_claims(struct text *to, const char *client_id, const char *audience, int64_t now)
{
    char id[GUID_SIZE];
    guid_new(id);
    json_auto_t *claims =
        memory_needed(json_pack("{ss ss ss ss sI sI sI}", "aud", audience, "iss", client_id, "sub",
                                client_id, "jti", id, "nbf", (json_int_t)now, "iat",
                                (json_int_t)now, "exp", (json_int_t)(now + ASSERTION_SECONDS)));
    add_part(to, claims);
}

/* RSASSA-PSS with SHA-256 and a salt as long as the digest (RFC 7518, 3.5). */
static bool sign(EVP_PKEY *key, const char *text, size_t length, uint8_t signature[SIGNATURE_BYTES],
                 size_t *signature_length)
{
    scoped(digest_context_scoped) EVP_MD_CTX *context = memory_needed(EVP_MD_CTX_new());
    EVP_PKEY_CTX *options; /* the context's */
    *signature_length = SIGNATURE_BYTES;
    return EVP_DigestSignInit(context, &options, EVP_sha256(), NULL, key) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1 &&
           EVP_DigestSign(context, signature, signature_length, (const uint8_t *)text, length) == 1;
}

enum fail assertion_sign(const char *certificate_file, const char *key_file, const char *client_id,
                         const char *audience, int64_t now, struct secret **ret, struct reason *why)
{
    scoped(x509_scoped) X509 *certificate = NULL;
    scoped(key_scoped) EVP_PKEY *key = NULL;
    scoped(text_scoped) struct text text = TEXT_LIMIT(TEXT_BYTES);
    uint8_t signature[SIGNATURE_BYTES];
    size_t length;
    enum fail fail = read_certificate(certificate_file, &certificate, why);
    fail = fail ? fail : read_key(key_file, &key, why);
    if (fail)
        return fail;
    if (X509_check_private_key(certificate, key) != 1) {
        ERR_clear_error();
        return because(why, FAIL_INVALID, "%s is not the key of %s", key_file, certificate_file);
    }
    add_header(&text, certificate);
    text_add_char(&text, '.');
    add_claims(&text, client_id, audience, now);
    if (!sign(key, text_of(&text), text.length, signature, &length)) {
        ERR_clear_error();
        return because(why, FAIL_INVALID, "%s does not sign", key_file);
    }
    char written[BASE64URL_SIZE(SIGNATURE_BYTES)];
    base64url_write(signature, length, written);
    text_add_char(&text, '.');
    text_add(&text, written);
    if (text.cut)
        return because(why, FAIL_INVALID, "an assertion of more than %d bytes", TEXT_BYTES);
    *ret = secret_copy(text_of(&text), text.length);
    sodium_memzero(text.data, text.capacity);
    return FAIL_NONE;
}
