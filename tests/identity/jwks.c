/* Goal: of the keys that an issuer publishes, only those are used that are for signing, its own,
 * sound, and not ambiguous (corpus J16 to J27 of security.md 2.4). */
#include "identity/jwks.h"
#include "base/memory.h"
#include "identity/issuer.h"
#include "support/spec.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char issuer[] = ISSUER_V2("https://login.microsoftonline.com");

static struct jwks *read_set(json_t *set)
{
    struct jwks *jwks = NULL;
    struct reason why = {0};
    if (jwks_read(set, issuer, TENANT, &jwks, &why))
        ck_assert_uint_gt(strlen(why.text), 0);
    json_decref(set);
    return jwks;
}

/* A key whose members were patched, among decoys. */
static struct jwks *with_key(const char *patch)
{
    char *text = patched(jwk_of(key_number(0), "k1"), patch);
    json_t *key = json_loads(text, 0, NULL);
    free(text);
    return read_set(key_set_with(key));
}

static bool opens(const struct jwks *jwks, const char *header)
{
    char *token = token_signed(key_number(0), header, "{\"sub\":\"ada\"}");
    scoped(jws_scoped) struct jws *jws = NULL;
    json_auto_t *claims = NULL;
    ck_assert_fine(jws_new(token, &jws, &spec_why));
    const struct jws_key *key = jwks_key(jwks, jws_kid(jws));
    bool opened = key && jws_open(jws, key, &claims, NULL) == FAIL_NONE;
    free(token);
    return opened;
}

START_TEST(j23_a_good_key_is_found_among_decoys)
{
    scoped(jwks_scoped) struct jwks *jwks = with_key(NULL);
    ck_assert(opens(jwks, "{\"alg\":\"RS256\",\"kid\":\"k1\"}"));
    for (int i = 1; i <= 5; i++) {
        char decoy[64];
        (void)snprintf(decoy, sizeof decoy, "{\"alg\":\"RS256\",\"kid\":\"decoy-%d\"}", i);
        ck_assert(!opens(jwks, decoy));
    }
}
END_TEST

START_TEST(j16_and_j19_kids_that_nobody_has)
{
    scoped(jwks_scoped) struct jwks *jwks = with_key(NULL);
    static const char *const kids[] = {"",     "k2",       "K1",          "k1 ",
                                       "k",    "../../k1", "' OR 1=1 --", "k1%00",
                                       "k1\n", "*",        "\xC3\xA4",    "decoy-5"};
    for (size_t i = 0; i < sizeof kids / sizeof *kids; i++)
        ck_assert_msg(!jwks_key(jwks, kids[i]), "%s", kids[i]);
}
END_TEST

START_TEST(j17_without_a_kid_the_only_key_is_meant)
{
    json_t *alone = json_pack("{s[o]}", "keys", jwk_of(key_number(0), "k1"));
    scoped(jwks_scoped) struct jwks *jwks = read_set(alone);
    ck_assert(opens(jwks, "{\"alg\":\"RS256\"}"));
    json_t *nameless = json_pack("{s[o]}", "keys", jwk_of(key_number(0), NULL));
    scoped(jwks_scoped) struct jwks *other = read_set(nameless);
    ck_assert(opens(other, "{\"alg\":\"RS256\"}"));
    ck_assert(!opens(other, "{\"alg\":\"RS256\",\"kid\":\"k1\"}"));
}
END_TEST

START_TEST(j18_without_a_kid_no_key_is_chosen_from_many)
{
    json_t *two =
        json_pack("{s[oo]}", "keys", jwk_of(key_number(0), "k1"), jwk_of(key_number(1), "k2"));
    scoped(jwks_scoped) struct jwks *jwks = read_set(two);
    ck_assert(!opens(jwks, "{\"alg\":\"RS256\"}"));
}
END_TEST

START_TEST(j20_to_j21_keys_for_something_else)
{
    static const char *const patches[] = {"{\"use\":\"enc\"}",
                                          "{\"use\":7}",
                                          "{\"kty\":\"EC\"}",
                                          "{\"kty\":\"oct\"}",
                                          "{\"kty\":null}",
                                          "{\"kty\":\"rsa\"}",
                                          "{\"alg\":\"PS256\"}",
                                          "{\"alg\":\"RSA-OAEP\"}",
                                          "{\"alg\":[\"RS256\"]}",
                                          "{\"kid\":7}",
                                          "{\"n\":null}",
                                          "{\"e\":null}",
                                          "{\"n\":7}",
                                          "{\"e\":65537}"};
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++) {
        scoped(jwks_scoped) struct jwks *jwks = with_key(patches[i]);
        ck_assert_msg(!opens(jwks, "{\"alg\":\"RS256\",\"kid\":\"k1\"}"), "%s", patches[i]);
    }
    static const char *const fine[] = {"{\"use\":null}", "{\"alg\":\"RS256\"}",
                                       "{\"x5c\":[\"MIIB\"],\"x5t\":\"abc\"}"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        scoped(jwks_scoped) struct jwks *jwks = with_key(fine[i]);
        ck_assert_msg(opens(jwks, "{\"alg\":\"RS256\",\"kid\":\"k1\"}"), "%s", fine[i]);
    }
}
END_TEST

START_TEST(j22_a_kid_that_is_there_twice_is_nobodys)
{
    json_t *twice = json_pack("{s[ooo]}", "keys", jwk_of(key_number(0), "k1"),
                              jwk_of(key_number(1), "k1"), jwk_of(key_number(2), "k2"));
    scoped(jwks_scoped) struct jwks *jwks = read_set(twice);
    ck_assert_ptr_null(jwks_key(jwks, "k1"));
    ck_assert_ptr_nonnull(jwks_key(jwks, "k2"));
    scoped(jwks_scoped) struct jwks *beside_a_decoy = with_key("{\"kid\":\"decoy-2\"}");
    ck_assert_ptr_null(jwks_key(beside_a_decoy, "decoy-2"));
}
END_TEST

START_TEST(j24_to_j27_weak_and_misshapen_keys)
{
    static const char *const exponents[] = {"AQ",           "Ag", "AAEAAQ", "AQAAAAE",
                                            "AQAAAAAAAAAA", "",   "AQAB=",  "AQ AB"};
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
        char patch[64];
        (void)snprintf(patch, sizeof patch, "{\"e\":\"%s\"}", exponents[i]);
        scoped(jwks_scoped) struct jwks *jwks = with_key(patch);
        ck_assert_msg(!jwks_key(jwks, "k1"), "%s", patch);
    }
    char *patch = memory_new(8192, 1); /* a modulus of 16384 bits, then one with a leading zero */
    (void)snprintf(patch, 8192, "{\"n\":\"_%02730d\"}", 0);
    scoped(jwks_scoped) struct jwks *large = with_key(patch);
    ck_assert_ptr_null(jwks_key(large, "k1"));
    (void)snprintf(patch, 8192, "{\"n\":\"AA%0342d\"}", 1);
    scoped(jwks_scoped) struct jwks *padded = with_key(patch);
    ck_assert_ptr_null(jwks_key(padded, "k1"));
    free(patch);
}
END_TEST

START_TEST(keys_of_other_issuers_are_left_out)
{
    static const char *const others[] = {
        "https://login.microsoftonline.com/{tenantid}",
        "https://login.microsoftonline.com/{tenantid}/v2.0/",
        "https://login.microsoftonline.us/{tenantid}/v2.0",
        "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "https://sts.windows.net/{tenantid}/",
        "{tenantid}",
        "",
        "7"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char patch[256];
        (void)snprintf(patch, sizeof patch, i < 7 ? "{\"issuer\":\"%s\"}" : "{\"issuer\":%s}",
                       others[i]);
        scoped(jwks_scoped) struct jwks *jwks = with_key(patch);
        ck_assert_msg(!jwks_key(jwks, "k1"), "%s", patch);
    }
    scoped(jwks_scoped) struct jwks *any =
        with_key("{\"issuer\":\"https://login.microsoftonline.com/{tenantid}/v2.0\"}");
    ck_assert_ptr_nonnull(jwks_key(any, "k1"));
    scoped(jwks_scoped) struct jwks *own =
        with_key("{\"issuer\":\"https://login.microsoftonline.com/" TENANT "/v2.0\"}");
    ck_assert_ptr_nonnull(jwks_key(own, "k1"));
}
END_TEST

START_TEST(j28_a_set_of_ten_thousand_keys_is_refused)
{
    json_t *keys = json_array();
    for (int i = 0; i < 10000; i++) {
        char kid[16];
        (void)snprintf(kid, sizeof kid, "k%d", i);
        (void)json_array_append_new(keys, jwk_from("AQ", "AQAB", kid));
    }
    (void)json_array_append_new(keys, jwk_of(key_number(0), "good"));
    ck_assert_ptr_null(read_set(json_pack("{so}", "keys", keys)));
}
END_TEST

START_TEST(what_is_no_key_set_is_refused)
{
    static const char *const wrong[] = {"{}",
                                        "[]",
                                        "{\"keys\":{}}",
                                        "{\"keys\":[]}",
                                        "{\"keys\":null}",
                                        "{\"keys\":[null,7,\"RSA\",[]]}",
                                        "{\"Keys\":[]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!read_set(json_loads(wrong[i], 0, NULL)), "%s", wrong[i]);
}
END_TEST

SPECIFICATION("identity/jwks", j23_a_good_key_is_found_among_decoys,
              j16_and_j19_kids_that_nobody_has, j17_without_a_kid_the_only_key_is_meant,
              j18_without_a_kid_no_key_is_chosen_from_many, j20_to_j21_keys_for_something_else,
              j22_a_kid_that_is_there_twice_is_nobodys, j24_to_j27_weak_and_misshapen_keys,
              keys_of_other_issuers_are_left_out, j28_a_set_of_ten_thousand_keys_is_refused,
              what_is_no_key_set_is_refused)
