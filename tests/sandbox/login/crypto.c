#include "sandbox/login/crypto.h"

#include "base/memory.h"
#include "base/scoped.h"
#include "base/secret.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_BITS = 2048, YEARS_10 = 10 * 365 * 24 * 3600 };

void pkey_scoped(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

void certificate_scoped(X509 **certificate)
{
    X509_free(*certificate);
}

EVP_PKEY *rsa_new(void)
{
    return memory_needed(EVP_RSA_gen(KEY_BITS));
}

EVP_PKEY *ec_new(void)
{
    return memory_needed(EVP_EC_gen("P-256"));
}

X509 *certificate_new(EVP_PKEY *key, const char *name)
{
    X509 *certificate = memory_needed(X509_new());
    (void)X509_set_version(certificate, 2);
    (void)ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), -24 * 3600);
    (void)X509_gmtime_adj(X509_getm_notAfter(certificate), YEARS_10);
    X509_NAME *subject = X509_get_subject_name(certificate);
    (void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
                                     -1, 0);
    (void)X509_set_issuer_name(certificate, subject);
    (void)X509_set_pubkey(certificate, key);
    (void)X509_sign(certificate, key, EVP_sha256());
    return certificate;
}

static void context_scoped(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

void rsa_sign(EVP_PKEY *key, const void *bytes, size_t length, uint8_t *signature,
              size_t *signature_length)
{
    scoped(context_scoped) EVP_MD_CTX *context = memory_needed(EVP_MD_CTX_new());
    *signature_length = SIGNATURE_LIMIT;
    if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(context, signature, signature_length, bytes, length) != 1)
        (void)memory_needed(NULL); /* with keys of one's own, only memory can be missing */
}

bool rsa_verify(EVP_PKEY *key, enum signing signing, const void *bytes, size_t length,
                const uint8_t *signature, size_t signature_length)
{
    scoped(context_scoped) EVP_MD_CTX *context = memory_needed(EVP_MD_CTX_new());
    EVP_PKEY_CTX *details;
    if (EVP_DigestVerifyInit(context, &details, EVP_sha256(), NULL, key) != 1)
        return false;
    if (signing == SIGNING_PS256 &&
        (EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST) != 1))
        return false;
    return EVP_DigestVerify(context, signature, signature_length, bytes, length) == 1;
}

static char *thumbprint(X509 *certificate, const EVP_MD *algorithm)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length;
    (void)X509_digest(certificate, algorithm, digest, &length);
    char *text = memory_new(BASE64URL_SIZE(length), 1);
    base64url_write(digest, length, text);
    return text;
}

char *certificate_x5t(X509 *certificate)
{
    return thumbprint(certificate, EVP_sha1());
}

char *certificate_x5t_s256(X509 *certificate)
{
    return thumbprint(certificate, EVP_sha256());
}

char *certificate_x5c(X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    (void)memory_needed(der);
    char *text = memory_new(BASE64_SIZE((size_t)length), 1);
    base64_write(der, (size_t)length, text);
    OPENSSL_free(der);
    return text;
}

static char *number_text(EVP_PKEY *key, const char *name)
{
    BIGNUM *number = NULL;
    uint8_t bytes[SIGNATURE_LIMIT];
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1 || BN_num_bytes(number) > SIGNATURE_LIMIT)
        (void)memory_needed(NULL);
    int length = BN_bn2bin(number, bytes);
    BN_free(number);
    char *text = memory_new(BASE64URL_SIZE((size_t)length), 1);
    base64url_write(bytes, (size_t)length, text);
    return text;
}

void rsa_numbers(EVP_PKEY *key, char **modulus, char **exponent)
{
    *modulus = number_text(key, OSSL_PKEY_PARAM_RSA_N);
    *exponent = number_text(key, OSSL_PKEY_PARAM_RSA_E);
}

static void file_scoped(FILE **file)
{
    if (*file)
        (void)fclose(*file);
}

static bool read_pair(const char *key_path, const char *certificate_path, EVP_PKEY **key,
                      X509 **certificate)
{
    scoped(file_scoped) FILE *key_file = fopen(key_path, "re");
    scoped(file_scoped) FILE *certificate_file = fopen(certificate_path, "re");
    if (!key_file || !certificate_file)
        return false;
    *key = PEM_read_PrivateKey(key_file, NULL, NULL, NULL);
    *certificate = PEM_read_X509(certificate_file, NULL, NULL, NULL);
    return *key && *certificate;
}

/* Written to its end before it has its name: a start that was killed leaves no half key behind. */
static enum fail write_pem(const char *path, BIO *pem, struct reason *why)
{
    char *bytes, unfinished[4200];
    long length = BIO_get_mem_data(pem, &bytes);
    scoped(secret_scoped) struct secret *secret = secret_copy(bytes, (size_t)length);
    (void)snprintf(unfinished, sizeof unfinished, "%s.new", path);
    (void)unlink(unfinished);
    enum fail fail = secret_write(unfinished, secret, why);
    if (!fail && rename(unfinished, path) != 0)
        fail = because(why, FAIL_UNAVAILABLE, "%s cannot be made: %s", path, strerror(errno));
    return fail;
}

static void bio_scoped(BIO **bio)
{
    BIO_free(*bio);
}

enum fail key_pair_open(const char *key_path, const char *certificate_path, const char *name,
                        EVP_PKEY **key, X509 **certificate, struct reason *why)
{
    if (access(key_path, F_OK) == 0) {
        if (read_pair(key_path, certificate_path, key, certificate))
            return FAIL_NONE;
        EVP_PKEY_free(take(*key));
        X509_free(take(*certificate));
        return because(why, FAIL_INVALID, "%s and %s are no key with its certificate", key_path,
                       certificate_path);
    }
    *key = rsa_new();
    *certificate = certificate_new(*key, name);
    scoped(bio_scoped) BIO *key_pem = memory_needed(BIO_new(BIO_s_mem()));
    scoped(bio_scoped) BIO *certificate_pem = memory_needed(BIO_new(BIO_s_mem()));
    (void)PEM_write_bio_PrivateKey(key_pem, *key, NULL, NULL, 0, NULL, NULL);
    (void)PEM_write_bio_X509(certificate_pem, *certificate);
    /* The key comes last: where it is, its certificate is too. */
    enum fail fail = write_pem(certificate_path, certificate_pem, why);
    return fail ? fail : write_pem(key_path, key_pem, why);
}
