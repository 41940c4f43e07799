#include "outbound/certificate.h"

#include "support/spec.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>

static const int64_t day = 86400;

EVP_PKEY *key_new(unsigned bits)
{
    EVP_PKEY *key = EVP_RSA_gen(bits);
    ck_assert_ptr_nonnull(key);
    return key;
}

static void extend(X509 *certificate, X509 *issuer, int what, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, what, value);
    ck_assert_ptr_nonnull(extension);
    ck_assert_int_eq(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static X509 *make(EVP_PKEY *key, const struct certificate_wish *wish, X509 *issuer,
                  EVP_PKEY *issuer_key)
{
    static long serial = 1;
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    const char *common = wish->name ? wish->name : "Curfew's test authority";
    ck_assert_int_eq(X509_set_version(certificate, X509_VERSION_3), 1);
    ck_assert_int_eq(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), wish->starts);
    (void)X509_gmtime_adj(X509_getm_notAfter(certificate), wish->ends);
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                                (const unsigned char *)common, -1, -1, 0),
                     1);
    issuer = issuer ? issuer : certificate;
    ck_assert_int_eq(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)), 1);
    ck_assert_int_eq(X509_set_pubkey(certificate, key), 1);
    extend(certificate, issuer, NID_basic_constraints,
           wish->name ? "CA:FALSE" : "critical,CA:TRUE");
    if (wish->name) {
        char names[256];
        (void)snprintf(names, sizeof names, "DNS:%s", wish->name);
        extend(certificate, issuer, NID_subject_alt_name, names);
    }
    ck_assert_int_gt(X509_sign(certificate, issuer_key, EVP_sha256()), 0);
    return certificate;
}

const char *pem_file(const char *file, X509 *certificate, EVP_PKEY *key)
{
    const char *path = spec_path(file);
    FILE *out = fopen(path, "we");
    ck_assert_ptr_nonnull(out);
    if (certificate)
        ck_assert_int_eq(PEM_write_X509(out, certificate), 1);
    if (key)
        ck_assert_int_eq(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
    return path;
}

struct authority authority_new(const char *file)
{
    const struct certificate_wish wish = {.starts = -day, .ends = day};
    struct authority authority = {.key = key_new(2048)};
    authority.certificate = make(authority.key, &wish, NULL, authority.key);
    authority.pem = pem_file(file, authority.certificate, NULL);
    return authority;
}

void authority_clear(struct authority *authority)
{
    X509_free(authority->certificate);
    EVP_PKEY_free(authority->key);
}

X509 *certificate_of(EVP_PKEY *key)
{
    const struct certificate_wish wish = {.name = "curfew.example", .starts = -day, .ends = day};
    return make(key, &wish, NULL, key);
}

const char *certificate_file(const struct authority *authority, const struct certificate_wish *wish,
                             const char *file)
{
    EVP_PKEY *key = key_new(2048);
    bool own = wish->signed_by_itself;
    X509 *certificate =
        make(key, wish, own ? NULL : authority->certificate, own ? key : authority->key);
    const char *path = pem_file(file, certificate, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return path;
}
