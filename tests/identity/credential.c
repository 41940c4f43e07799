/* Goal: the token endpoint learns which application asks, by a proof made from the files as they
 * are at that moment; files that cannot serve are found out at the start. */
#include "identity/credential.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "identity/assertion.h"
#include "identity/fields.h"
#include "identity/issuer.h"
#include "outbound/certificate.h"
#include "support/spec.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t now = 1800000000;
static const char endpoint[] = "https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token";

static const char *private_file(const char *name, const char *content)
{
    const char *path = spec_file(name, content);
    ck_assert_int_eq(chmod(path, 0600), 0);
    return path;
}

static const char *certificate_for(size_t key, const char *file)
{
    X509 *certificate = certificate_of(key_number(key));
    const char *path = pem_file(file, certificate, NULL);
    X509_free(certificate);
    return path;
}

static json_t *decoded(const char *part, size_t length)
{
    char text[4096], bytes[4096];
    size_t got;
    json_t *json = NULL;
    (void)snprintf(text, sizeof text, "%.*s", (int)length, part);
    ck_assert(base64url_read(text, sizeof bytes, bytes, &got));
    ck_assert_fine(json_read(bytes, got, &json, NULL, &spec_why));
    return json;
}

static void verify(EVP_PKEY *key, const char *signed_text, size_t length, const char *signature)
{
    unsigned char bytes[1024];
    size_t got;
    EVP_PKEY_CTX *options;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ck_assert(base64url_read(signature, sizeof bytes, bytes, &got));
    ck_assert_int_eq(EVP_DigestVerifyInit(context, &options, EVP_sha256(), NULL, key), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, 32), 1);
    ck_assert_int_eq(
        EVP_DigestVerify(context, bytes, got, (const unsigned char *)signed_text, length), 1);
    EVP_MD_CTX_free(context);
}

START_TEST(an_assertion_is_what_the_contract_says)
{
    const char *certificate = certificate_for(0, "certificate.pem");
    const char *key = pem_file("key.pem", NULL, key_number(0));
    scoped(secret_scoped) struct secret *first = NULL, *second = NULL;
    ck_assert_fine(assertion_sign(certificate, key, CLIENT, endpoint, now, &first, &spec_why));
    ck_assert_fine(assertion_sign(certificate, key, CLIENT, endpoint, now, &second, &spec_why));
    const char *token = secret_text(first), *dot = strchr(token, '.'), *end = strrchr(token, '.');
    json_auto_t *header = decoded(token, (size_t)(dot - token));
    json_auto_t *claims = decoded(dot + 1, (size_t)(end - dot - 1));
    verify(key_number(0), token, (size_t)(end - token), end + 1);

    FILE *file = fopen(certificate, "re");
    X509 *read = PEM_read_X509(file, NULL, NULL, NULL);
    unsigned char *der = NULL;
    int der_length = i2d_X509(read, &der);
    struct digest thumbprint = digest_of(der, (size_t)der_length);
    char written[DIGEST_BASE64URL_SIZE];
    digest_base64url(&thumbprint, written);
    OPENSSL_free(der);
    X509_free(read);
    (void)fclose(file);

    ck_assert_uint_eq(json_object_size(header), 3);
    ck_assert_text(json_member_text(header, "alg"), "PS256");
    ck_assert_text(json_member_text(header, "typ"), "JWT");
    ck_assert_text(json_member_text(header, "x5t#S256"), written);
    ck_assert_uint_eq(json_object_size(claims), 7);
    ck_assert_text(json_member_text(claims, "aud"), endpoint);
    ck_assert_text(json_member_text(claims, "iss"), CLIENT);
    ck_assert_text(json_member_text(claims, "sub"), CLIENT);
    ck_assert_int_eq(json_member_number(claims, "nbf", 0), now);
    ck_assert_int_eq(json_member_number(claims, "iat", 0), now);
    ck_assert_int_eq(json_member_number(claims, "exp", 0), now + 300);
    char guid[37];
    ck_assert(text_read_guid(json_member_text(claims, "jti"), guid));
    ck_assert_str_ne(secret_text(second), token); /* another jti, another salt */
}
END_TEST

/* What is added to the form. */

static const char *added(const struct credential_files *files, struct text *form)
{
    struct credential *credential = NULL;
    ck_assert_fine(credential_new(files, CLIENT, &credential, &spec_why));
    ck_assert_fine(credential_add(credential, endpoint, now, form, &spec_why));
    credential_free(credential);
    return text_of(form);
}

START_TEST(a_secret_is_sent_as_it_stands_in_its_file)
{
    scoped(fields_scoped) struct text form = fields_new();
    const struct credential_files files = {.secret = private_file("secret", "a~b+c&d=e\n")};
    fields_add(&form, "client_id", "7");
    ck_assert_text(added(&files, &form), "client_id=7&client_secret=a~b%2Bc%26d%3De");
}
END_TEST

START_TEST(a_federated_token_is_read_through_the_links_of_kubernetes)
{
    scoped(fields_scoped) struct text form = fields_new();
    const char *real = spec_file("token-1", "eyJ.eyJ.c2ln\n");
    ck_assert_int_eq(chmod(real, 0644), 0);
    ck_assert_int_eq(symlink(real, spec_path("token")), 0);
    const struct credential_files files = {.federated_token = spec_path("token")};
    ck_assert_text(added(&files, &form),
                   "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
                   "jwt-bearer&client_assertion=eyJ.eyJ.c2ln");
}
END_TEST

START_TEST(what_was_rotated_is_used_at_once)
{
    const struct credential_files files = {.secret = private_file("secret", "old\n")};
    struct credential *credential = NULL;
    scoped(fields_scoped) struct text form = fields_new();
    ck_assert_fine(credential_new(&files, CLIENT, &credential, &spec_why));
    (void)private_file("secret", "new\n");
    ck_assert_fine(credential_add(credential, endpoint, now, &form, &spec_why));
    ck_assert_text(text_of(&form), "client_secret=new");
    ck_assert_int_eq(unlink(files.secret), 0);
    ck_assert_int_eq(credential_add(credential, endpoint, now, &form, NULL), FAIL_INVALID);
    credential_free(credential);
}
END_TEST

/* What cannot serve. */

static void refuse(struct credential_files files, const char *says)
{
    struct credential *credential = NULL;
    struct reason why = {0};
    ck_assert_int_eq(credential_new(&files, CLIENT, &credential, &why), FAIL_INVALID);
    ck_assert_msg(strstr(why.text, says) != NULL, "%s", why.text);
    ck_assert_ptr_null(credential);
}

START_TEST(exactly_one_kind_of_credential_is_given)
{
    static const char says[] = "give a certificate with its key";
    refuse((struct credential_files){0}, says);
    refuse((struct credential_files){.certificate = "c"}, says);
    refuse((struct credential_files){.key = "k"}, says);
    refuse((struct credential_files){.certificate = "c", .key = "k", .secret = "s"}, says);
    refuse((struct credential_files){.secret = "s", .federated_token = "t"}, says);
}
END_TEST

static const char *encrypted_key(void)
{
    const char *path = spec_path("encrypted.pem");
    FILE *file = fopen(path, "we");
    ck_assert_int_eq(PEM_write_PrivateKey(file, key_number(0), EVP_aes_128_cbc(),
                                          (const unsigned char *)"hunter2", 7, NULL, NULL),
                     1);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
    return path;
}

START_TEST(files_that_do_not_hold_what_they_should_are_refused)
{
    const char *certificate = certificate_for(0, "certificate.pem");
    EVP_PKEY *small = key_new(1024), *curve = EVP_EC_gen("P-256");
    const char *loose = pem_file("loose.pem", NULL, key_number(0));
    ck_assert_int_eq(chmod(loose, 0644), 0);
    const struct {
        const char *certificate, *key, *says;
    } odd[] = {
        {spec_path("missing"), pem_file("key.pem", NULL, key_number(0)), "holds no certificate"},
        {private_file("empty.pem", "-----BEGIN CERTIFICATE-----\n"), spec_path("key.pem"),
         "holds no certificate"},
        {certificate, spec_path("missing"), "cannot be read"},
        {certificate, loose, "may be read or changed by others"},
        {certificate, private_file("garbage.pem", "hello\n"), "must hold an RSA key"},
        {certificate, encrypted_key(), "must hold an RSA key"},
        {certificate, pem_file("small.pem", NULL, small), "must hold an RSA key"},
        {certificate, pem_file("curve.pem", NULL, curve), "must hold an RSA key"},
        {certificate, pem_file("other.pem", NULL, key_number(1)), "is not the key of"},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        refuse((struct credential_files){.certificate = odd[i].certificate, .key = odd[i].key},
               odd[i].says);
    EVP_PKEY_free(small);
    EVP_PKEY_free(curve);
    refuse((struct credential_files){.secret = spec_file("open", "hunter2\n")},
           "may be read or changed by others");
    refuse((struct credential_files){.federated_token = spec_path("missing")}, "is not a file");
    refuse((struct credential_files){.federated_token = spec_folder()}, "is not a file");
    refuse((struct credential_files){.federated_token = spec_file("blank", "\n\n")},
           "must hold a token");
}
END_TEST

START_TEST(certificate_and_key_may_share_a_file)
{
    X509 *certificate = certificate_of(key_number(0));
    const char *both = pem_file("both.pem", certificate, key_number(0));
    scoped(fields_scoped) struct text form = fields_new();
    const struct credential_files files = {.certificate = both, .key = both};
    X509_free(certificate);
    ck_assert_ptr_nonnull(strstr(added(&files, &form), "&client_assertion=eyJ"));
}
END_TEST

SPECIFICATION("identity/credential", an_assertion_is_what_the_contract_says,
              a_secret_is_sent_as_it_stands_in_its_file,
              a_federated_token_is_read_through_the_links_of_kubernetes,
              what_was_rotated_is_used_at_once, exactly_one_kind_of_credential_is_given,
              files_that_do_not_hold_what_they_should_are_refused,
              certificate_and_key_may_share_a_file)
