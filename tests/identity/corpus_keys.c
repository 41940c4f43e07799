/* Goal: a sign-in counts only by a key that the tenant publishes now, for signing, sound and not
   ambiguous (corpus J16 to J32 of security.md 2.4). */
#include "identity/corpus.h"

#include "base/id.h"
#include "support/spec.h"

#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO       .verdict = NO_SIGN_IN
#define KID(kid) "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" kid "\"}"
#define NO_KID   "{\"alg\":\"RS256\",\"typ\":\"JWT\"}"

/* The verdict where the tenant publishes these keys; everything is freed. */
static enum fail with_keys(json_t *set, const struct odd *odd, size_t number)
{
    scoped(tenant_scoped) struct tenant *tenant = corpus_tenant();
    tenant_publishes(tenant, PAGE_KEYS, set, NULL);
    return corpus_sign_in(tenant, odd, number).fail;
}

/* The same with one key among decoys, patched. */
static enum fail with_key(json_t *key, const char *patch, const char *header)
{
    char *text = patched(key, patch);
    const struct odd odd = {.header = header};
    json_t *own = json_loads(text, 0, NULL);
    free(text);
    return with_keys(key_set_with(own), &odd, 0);
}

#define REFUSED(call) ck_assert_int_ne(call, FAIL_NONE)
#define OWN           jwk_of(key_number(0), "k1")

START_TEST(j16_unknown_kids_cause_one_refresh)
{
    scoped(tenant_scoped) struct tenant *tenant = corpus_tenant();
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NONE);
    int before = tenant_asked(tenant, PAGE_KEYS);
    for (int i = 0; i < 100; i++) {
        char header[128], kid[TOKEN_SIZE];
        token_new(kid);
        (void)snprintf(header, sizeof header, KID("%s"), kid);
        const struct odd odd = {.header = header};
        ck_assert_int_eq(corpus_sign_in(tenant, &odd, 0).fail, FAIL_NOT_SIGNED_IN);
    }
    ck_assert_int_le(tenant_asked(tenant, PAGE_KEYS) - before, 1);
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NONE);
}
END_TEST

START_TEST(j17_no_kid_and_one_key)
{
    const struct odd odd = {.header = NO_KID};
    ck_assert_int_eq(with_keys(json_pack("{s[o]}", "keys", OWN), &odd, 0), FAIL_NONE);
}
END_TEST

START_TEST(j18_no_kid_and_many_keys)
{
    REFUSED(with_key(OWN, NULL, NO_KID));
}
END_TEST

CORPUS(j19_odd_kids, {KID("../../k1"), NO}, {KID("' OR 1=1 --"), NO}, {KID("k1\\u0000"), NO},
       {KID("k1%00"), NO}, {KID("K1"), NO}, {KID("k1 "), NO}, {KID(""), NO})

START_TEST(j19_a_kid_of_ten_thousand_bytes)
{
    char header[10200];
    (void)snprintf(header, sizeof header, KID("%010000d"), 0);
    const struct odd odd = {.header = header, NO};
    corpus_verdicts(&odd, 1);
}
END_TEST

START_TEST(j20_a_key_for_encryption)
{
    REFUSED(with_key(OWN, "{\"use\":\"enc\"}", NULL));
}
END_TEST

START_TEST(j21_a_key_of_another_kind)
{
    REFUSED(with_key(OWN, "{\"kty\":\"EC\"}", NULL));
    REFUSED(with_key(OWN, "{\"kty\":\"oct\"}", NULL));
    REFUSED(with_key(OWN, NULL, KID("decoy-3")));
}
END_TEST

START_TEST(j22_a_kid_twice)
{
    json_t *twice = json_pack("{s[ooo]}", "keys", OWN, jwk_of(key_number(1), "k1"),
                              jwk_of(key_number(2), "k2"));
    REFUSED(with_keys(twice, &(struct odd){0}, 0));
}
END_TEST

START_TEST(j23_five_decoys)
{
    ck_assert_int_eq(with_key(OWN, NULL, NULL), FAIL_NONE);
    static const char *const decoys[] = {KID("decoy-1"), KID("decoy-2"), KID("decoy-3"),
                                         KID("decoy-4"), KID("decoy-5")};
    for (size_t i = 0; i < sizeof decoys / sizeof *decoys; i++)
        REFUSED(with_key(OWN, NULL, decoys[i]));
}
END_TEST

static EVP_PKEY *small;

static char *by_the_small_key(const char *header, const char *claims)
{
    return token_signed(small, header, claims);
}

START_TEST(j24_rsa_1024)
{
    small = EVP_RSA_gen(1024);
    const struct odd odd = {.made = by_the_small_key};
    REFUSED(with_keys(key_set_with(jwk_of(small, "k1")), &odd, 0));
    EVP_PKEY_free(small);
}
END_TEST

START_TEST(j25_rsa_16384)
{
    char patch[4096];
    (void)snprintf(patch, sizeof patch, "{\"n\":\"_%02730d\"}", 0);
    REFUSED(with_key(OWN, patch, NULL));
}
END_TEST

START_TEST(j26_exponents)
{
    static const char *const odd[] = {"{\"e\":\"AQ\"}", "{\"e\":\"Ag\"}",
                                      "{\"e\":\"AQAAAAAAAAAA\"}", "{\"e\":\"AAEAAQ\"}",
                                      "{\"e\":\"\"}"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        REFUSED(with_key(OWN, odd[i], NULL));
}
END_TEST

START_TEST(j27_a_modulus_with_leading_zeros)
{
    char patch[512];
    (void)snprintf(patch, sizeof patch, "{\"n\":\"AA%0342d\"}", 1);
    REFUSED(with_key(OWN, patch, NULL));
}
END_TEST

START_TEST(j28_ten_thousand_keys_or_ten_megabytes)
{
    json_t *keys = json_pack("[o]", OWN);
    for (int i = 0; i < 10000; i++) {
        char kid[16];
        (void)snprintf(kid, sizeof kid, "more-%d", i);
        (void)json_array_append_new(keys, jwk_from("AQ", "AQAB", kid));
    }
    REFUSED(with_keys(json_pack("{so}", "keys", keys), &(struct odd){0}, 0));
    char *blanks = malloc(10000001);
    memset(blanks, 'x', 10000000);
    blanks[10000000] = '\0';
    json_t *large = json_pack("{s[o] ss}", "keys", OWN, "more", blanks);
    free(blanks);
    REFUSED(with_keys(large, &(struct odd){0}, 0));
}
END_TEST

START_TEST(j29_a_page_instead_of_keys)
{
    scoped(tenant_scoped) struct tenant *tenant = corpus_tenant();
    tenant_says(tenant, PAGE_KEYS, 200, "Content-Type: text/html\r\n", "<html>Sign in</html>");
    REFUSED(corpus_sign_in(tenant, &(struct odd){0}, 0).fail);
}
END_TEST

START_TEST(j30_keys_out_of_reach_count_for_a_day)
{
    scoped(tenant_scoped) struct tenant *tenant = corpus_tenant();
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NONE);
    tenant_says(tenant, PAGE_KEYS, 0, "", "");
    tenant_says(tenant, PAGE_METADATA, 0, "", "");
    tenant_pass(23 * 3600);
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NONE);
    tenant_pass(2 * 3600);
    REFUSED(corpus_sign_in(tenant, &(struct odd){0}, 0).fail);
}
END_TEST

START_TEST(j31_a_rotated_key)
{
    scoped(tenant_scoped) struct tenant *tenant = corpus_tenant();
    const struct odd next = {.header = KID("k7")};
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NONE);
    tenant_publishes(tenant, PAGE_KEYS, key_set_with(jwk_of(key_number(2), "k7")), NULL);
    ck_assert_int_eq(corpus_sign_in(tenant, &next, 2).fail, FAIL_NONE);
}
END_TEST

START_TEST(j32_a_removed_key)
{
    scoped(tenant_scoped) struct tenant *tenant = corpus_tenant();
    const struct odd next = {.header = KID("k7")};
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NONE);
    tenant_publishes(tenant, PAGE_KEYS, key_set_with(jwk_of(key_number(2), "k7")), NULL);
    ck_assert_int_eq(corpus_sign_in(tenant, &next, 2).fail,
                     FAIL_NONE); /* so they were read again */
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NOT_SIGNED_IN);
}
END_TEST

SPECIFICATION("identity/corpus_keys", j16_unknown_kids_cause_one_refresh, j17_no_kid_and_one_key,
              j18_no_kid_and_many_keys, j19_odd_kids, j19_a_kid_of_ten_thousand_bytes,
              j20_a_key_for_encryption, j21_a_key_of_another_kind, j22_a_kid_twice, j23_five_decoys,
              j24_rsa_1024, j25_rsa_16384, j26_exponents, j27_a_modulus_with_leading_zeros,
              j28_ten_thousand_keys_or_ten_megabytes, j29_a_page_instead_of_keys,
              j30_keys_out_of_reach_count_for_a_day, j31_a_rotated_key, j32_a_removed_key)
