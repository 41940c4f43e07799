/* Goal: of tokens, only those pass whose form is exactly right and that the issuer signed by RS256
 * (corpus J01 to J15 and J33 to J48 of security.md 2.4). */
#include "identity/jws.h"
#include "base/digest.h"
#include "base/memory.h"
#include "identity/issuer.h"
#include "support/spec.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char header[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}";
static const char claims[] = "{\"sub\":\"ada\"}";

static void free_text(char **text)
{
    free(*text);
}

static struct jws_key *public_key(EVP_PKEY *key)
{
    json_t *jwk = jwk_of(key, NULL);
    unsigned char n[1024], e[8];
    size_t n_length, e_length;
    struct jws_key *ret = NULL;
    ck_assert(base64url_read(json_string_value(json_object_get(jwk, "n")), sizeof n, n, &n_length));
    ck_assert(base64url_read(json_string_value(json_object_get(jwk, "e")), sizeof e, e, &e_length));
    ck_assert_fine(jws_key_new(n, n_length, e, e_length, &ret, &spec_why));
    json_decref(jwk);
    return ret;
}

/* The verdict on a token (freed here) under the issuer's key. */
static bool passes(char *token)
{
    scoped(free_text) char *owned = token;
    scoped(jws_scoped) struct jws *jws = NULL;
    scoped(jws_key_scoped) struct jws_key *key = public_key(key_number(0));
    json_auto_t *payload = NULL;
    struct reason why = {0};
    bool passed =
        jws_new(owned, &jws, &why) == FAIL_NONE && jws_open(jws, key, &payload, &why) == FAIL_NONE;
    ck_assert(passed == (payload != NULL));
    ck_assert(passed == !why.text[0]);
    return passed;
}

static bool header_passes(const char *odd_header)
{
    return passes(token_signed(key_number(0), odd_header, claims));
}

static bool claims_pass(const char *odd_claims)
{
    return passes(token_signed(key_number(0), header, odd_claims));
}

START_TEST(a_good_token_passes)
{
    scoped(free_text) char *token = token_signed(key_number(0), header, claims);
    scoped(jws_scoped) struct jws *jws = NULL;
    scoped(jws_key_scoped) struct jws_key *key = public_key(key_number(0));
    json_auto_t *payload = NULL;
    ck_assert_fine(jws_new(token, &jws, &spec_why));
    ck_assert_text(jws_kid(jws), "k1");
    ck_assert_fine(jws_open(jws, key, &payload, &spec_why));
    ck_assert_text(json_string_value(json_object_get(payload, "sub")), "ada");
    ck_assert(header_passes("{\"alg\":\"RS256\"}"));
    ck_assert(header_passes("{\"alg\":\"RS256\",\"typ\":\"jwt\",\"x5t\":\"abc\",\"kid\":\"k1\"}"));
}
END_TEST

/* Algorithms. */

START_TEST(j01_to_j03_unsigned_tokens)
{
    static const char *const none[] = {"none", "None", "NONE", "nOnE", ""};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        char odd[64];
        (void)snprintf(odd, sizeof odd, "{\"alg\":\"%s\",\"typ\":\"JWT\"}", none[i]);
        ck_assert(!header_passes(odd));
        ck_assert(!passes(token_with(odd, claims, "")));
        ck_assert(!passes(token_with(odd, claims, "AA")));
    }
    ck_assert(!passes(token_with(header, claims, "")));
}
END_TEST

START_TEST(j04_to_j05_a_mac_with_the_public_key)
{
    static const char odd[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}";
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned char n[256];
    char *pem;
    BIGNUM *modulus = NULL;
    ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, key_number(0)), 1);
    long length = BIO_get_mem_data(bio, &pem);
    ck_assert_int_eq(EVP_PKEY_get_bn_param(key_number(0), "n", &modulus), 1);
    ck_assert_int_eq(BN_bn2bin(modulus, n), sizeof n);
    ck_assert(!passes(token_with_mac(n, sizeof n, odd, claims)));
    ck_assert(!passes(token_with_mac(pem, (size_t)length, odd, claims)));
    ck_assert(!passes(token_with_mac(pem, (size_t)length, header, claims)));
    ck_assert(!passes(token_with_mac("", 0, odd, claims)));
    BN_free(modulus);
    BIO_free(bio);
}
END_TEST

START_TEST(j06_other_algorithms_with_a_good_signature)
{
    EVP_PKEY *key = key_number(0), *curve = EVP_EC_gen("P-256");
    ck_assert(!passes(token_signed_as(key, "SHA384", RSA_PKCS1_PADDING,
                                      "{\"alg\":\"RS384\",\"kid\":\"k1\"}", claims)));
    ck_assert(!passes(token_signed_as(key, "SHA512", RSA_PKCS1_PADDING,
                                      "{\"alg\":\"RS512\",\"kid\":\"k1\"}", claims)));
    ck_assert(!passes(token_signed_as(key, "SHA256", RSA_PKCS1_PSS_PADDING,
                                      "{\"alg\":\"PS256\",\"kid\":\"k1\"}", claims)));
    ck_assert(!passes(token_signed_as(key, "SHA256", RSA_PKCS1_PSS_PADDING, header, claims)));
    ck_assert(!passes(token_signed_as(key, "SHA512", RSA_PKCS1_PADDING, header, claims)));
    ck_assert(
        !passes(token_signed_as(curve, "SHA256", 0, "{\"alg\":\"ES256\",\"kid\":\"k1\"}", claims)));
    ck_assert(!passes(token_signed_as(curve, "SHA256", 0, header, claims)));
    EVP_PKEY_free(curve);
}
END_TEST

START_TEST(j07_to_j09_alg_missing_no_text_or_there_twice)
{
    static const char *const odd[] = {
        "{\"typ\":\"JWT\",\"kid\":\"k1\"}",
        "{\"alg\":256}",
        "{\"alg\":null}",
        "{\"alg\":[\"RS256\"]}",
        "{\"alg\":{\"RS256\":true}}",
        "{\"alg\":\"rs256\"}",
        "{\"alg\":\"RS256 \"}",
        "{\"alg\":\"RS256\\u0000\"}",
        "{\"alg\":\"RS256\",\"alg\":\"RS256\"}",
        "{\"alg\":\"none\",\"alg\":\"RS256\"}",
        "{\"alg\":\"RS256\",\"\\u0061lg\":\"none\"}",
        "{}",
        "[]",
        "\"RS256\"",
        "",
        "{\"alg\":\"RS256\"}{}",
        "{\"alg\":\"RS256\"",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        ck_assert_msg(!header_passes(odd[i]), "%s", odd[i]);
}
END_TEST

START_TEST(j10_to_j15_headers_that_bring_rules_or_keys_of_their_own)
{
    static const char *const odd[] = {"\"crit\":[\"exp\"]",
                                      "\"crit\":[]",
                                      "\"b64\":false",
                                      "\"b64\":true",
                                      "\"jwk\":{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQAB\"}",
                                      "\"jku\":\"https://evil.example/keys\"",
                                      "\"x5u\":\"https://evil.example/chain\"",
                                      "\"x5c\":[\"MIIB\"]",
                                      "\"cty\":\"JWT\"",
                                      "\"enc\":\"A256GCM\"",
                                      "\"zip\":\"DEF\"",
                                      "\"epk\":{}",
                                      "\"typ\":\"at+jwt\"",
                                      "\"typ\":\"logout+jwt\"",
                                      "\"typ\":7",
                                      "\"kid\":7",
                                      "\"kid\":null",
                                      "\"kid\":\"a\\u0000b\""};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "{\"alg\":\"RS256\",%s}", odd[i]);
        ck_assert_msg(!header_passes(text), "%s", text);
    }
}
END_TEST

START_TEST(j19_a_kid_of_ten_thousand_bytes)
{
    char *text = memory_new(10100, 1);
    (void)snprintf(text, 10100, "{\"alg\":\"RS256\",\"kid\":\"%0*d\"}", 10000, 7);
    ck_assert(!header_passes(text));
    (void)snprintf(text, 10100, "{\"alg\":\"RS256\",\"kid\":\"%0*d\"}", JWS_KID_LIMIT, 7);
    ck_assert(header_passes(text));
    free(text);
}
END_TEST

/* Signature and form. */

START_TEST(j33_every_flipped_bit_of_the_signature_counts)
{
    scoped(free_text) char *token = token_signed(key_number(0), header, claims);
    char *signature = strrchr(token, '.') + 1;
    unsigned char bytes[256];
    size_t length;
    ck_assert(base64url_read(signature, sizeof bytes, bytes, &length));
    for (size_t bit = 0; bit < 8 * length; bit += 7) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        base64url_write(bytes, length, signature);
        ck_assert(!passes(memory_copy(token)));
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    base64url_write(bytes, length, signature);
    ck_assert(passes(memory_copy(token)));
}
END_TEST

START_TEST(j34_to_j35_tokens_that_are_cut_or_empty)
{
    scoped(free_text) char *token = token_signed(key_number(0), header, claims);
    for (size_t length = 0; length < strlen(token); length++)
        ck_assert(!passes(strndup(token, length)));
    static const char *const empty[] = {"", ".", "..", "...", "a..", ".a.", "..a"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        ck_assert(!passes(memory_copy(empty[i])));
}
END_TEST

/* The parts of a good token, put together differently. */
static char *joined(const char *first, const char *second, const char *third)
{
    size_t room = strlen(first) + strlen(second) + strlen(third) + 3;
    char *token = memory_new(room, 1);
    (void)snprintf(token, room, "%s.%s.%s", first, second, third);
    return token;
}

static void split(char *token, char *parts[3])
{
    for (int i = 0; i < 3; i++)
        parts[i] = strsep(&token, ".");
}

START_TEST(j36_to_j37_a_signature_of_something_else)
{
    scoped(free_text) char *one = token_signed(key_number(0), header, claims);
    scoped(free_text) char *two =
        token_signed(key_number(0), "{\"alg\":\"RS256\"}", "{\"sub\":\"eve\"}");
    scoped(free_text) char *other = token_signed(key_number(1), header, claims);
    char *a[3], *b[3];
    ck_assert(!passes(memory_copy(other)));
    split(one, a);
    split(two, b);
    ck_assert(passes(joined(a[0], a[1], a[2])));
    ck_assert(!passes(joined(b[0], a[1], a[2])));
    ck_assert(!passes(joined(a[0], b[1], a[2])));
    ck_assert(!passes(joined(a[0], a[1], b[2])));
    ck_assert(!passes(joined(a[1], a[0], a[2])));
}
END_TEST

START_TEST(j38_to_j39_other_serializations)
{
    scoped(free_text) char *token = token_signed(key_number(0), header, claims);
    static const struct {
        const char *before, *first, *second, *after;
    } forms[] = {{"", ".", ".", "."},
                 {"", ".", ".", ".AA"},
                 {"", ".", ".", ".AA.AA"},
                 {".", ".", ".", ""},
                 {"", "..", ".", ""},
                 {"", ".", "..", ""},
                 {"", "", ".", ""},
                 {"", ".", "", ""},
                 {"{\"protected\":\"", "\",\"payload\":\"", "\",\"signature\":\"", "\"}"}};
    char *parts[3];
    split(token, parts);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *odd = NULL;
        ck_assert_int_gt(asprintf(&odd, "%s%s%s%s%s%s%s", forms[i].before, parts[0], forms[i].first,
                                  parts[1], forms[i].second, parts[2], forms[i].after),
                         0);
        ck_assert_msg(!passes(odd), "%s", odd);
    }
}
END_TEST

START_TEST(j40_to_j43_other_spellings_of_base64)
{
    scoped(free_text) char *token = token_signed(key_number(0), header, claims);
    char *parts[3], odd[1024];
    split(token, parts);
    for (size_t part = 0; part < 3; part++) {
        static const char *const ends[] = {"=", "==", "\n", " ", "\r\n", "%", "\t", ",", "A"};
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            char *parts_odd[3] = {parts[0], parts[1], parts[2]};
            (void)snprintf(odd, sizeof odd, "%s%s", parts[part], ends[i]);
            parts_odd[part] = odd;
            ck_assert(!passes(joined(parts_odd[0], parts_odd[1], parts_odd[2])));
            (void)snprintf(odd, sizeof odd, "%s%s", ends[i], parts[part]);
            ck_assert(!passes(joined(parts_odd[0], parts_odd[1], parts_odd[2])));
        }
    }
    (void)snprintf(odd, sizeof odd, "%s", parts[2]);
    for (char *at = odd; *at; at++)
        *at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
    ck_assert_str_ne(odd, parts[2]);
    ck_assert(!passes(joined(parts[0], parts[1], odd)));
    (void)snprintf(odd, sizeof odd, "%s", parts[2]); /* the last character has four bits to spare */
    odd[strlen(odd) - 1] = (char)(odd[strlen(odd) - 1] + 1);
    ck_assert(!passes(joined(parts[0], parts[1], odd)));
}
END_TEST

/* Payload. */

START_TEST(j44_to_j48_payloads_that_are_no_strict_json)
{
    static const char *const odd[] = {"{\"sub\":\"\xFF\xFE\"}",
                                      "{\"sub\":\"\xC0\xAF\"}",
                                      "{\"sub\":\"\xED\xA0\x80\"}",
                                      "{\"sub\":\"ada\",\"sub\":\"eve\"}",
                                      "{\"sub\":\"ada\",\"\\u0073ub\":\"eve\"}",
                                      "{\"sub\":\"ada\\u0000\"}",
                                      "{\"\\u0000\":1}",
                                      "{\"exp\":100000000000000000000}",
                                      "{\"exp\":NaN}",
                                      "{sub:\"ada\"}",
                                      "{'sub':'ada'}",
                                      "{\"sub\":\"ada\",}",
                                      "{\"sub\":\"ada\"}{}",
                                      "{\"sub\":\"ada\"} x",
                                      "[\"ada\"]",
                                      "\"ada\"",
                                      "null",
                                      "7",
                                      "{",
                                      "{\"sub\":\"ada\\uD800\"}"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        ck_assert_msg(!claims_pass(odd[i]), "%s", odd[i]);
    ck_assert(claims_pass("{\"sub\":\"ada\"}\n"));
}
END_TEST

START_TEST(j48_a_payload_nested_two_thousand_levels_deep)
{
    enum { DEEP = 2048 };
    char *deep = memory_new(2 * DEEP + 16, 1);
    memcpy(deep, "{\"a\":", 5);
    memset(deep + 5, '[', DEEP);
    memset(deep + 5 + DEEP, ']', DEEP);
    deep[5 + 2 * DEEP] = '}';
    ck_assert(!claims_pass(deep));
    free(deep);
}
END_TEST

START_TEST(a_token_longer_than_its_limit_is_refused)
{
    char *long_claims = memory_new(JWS_LIMIT, 1);
    (void)snprintf(long_claims, JWS_LIMIT, "{\"sub\":\"%0*d\"}", JWS_LIMIT * 3 / 4 - 400, 7);
    ck_assert(claims_pass(long_claims));
    (void)snprintf(long_claims, JWS_LIMIT, "{\"sub\":\"%0*d\"}", JWS_LIMIT * 3 / 4, 7);
    ck_assert(!claims_pass(long_claims));
    free(long_claims);
}
END_TEST

/* Keys. */

START_TEST(j24_to_j27_keys_that_are_too_weak_too_large_or_misshapen)
{
    unsigned char n[2048 + 1], e[16] = {1, 0, 1};
    struct jws_key *key = NULL;
    memset(n, 0xFF, sizeof n);
    static const struct {
        size_t n_length, e_length;
        unsigned char first, last, e[9];
    } odd[] = {
        {128, 3, 0xFF, 0xFF, {1, 0, 1}},                   /* 1024 bits */
        {255, 3, 0xFF, 0xFF, {1, 0, 1}},                   /* 2040 bits */
        {256, 3, 0x7F, 0xFF, {1, 0, 1}},                   /* 2047 bits */
        {513, 3, 0x01, 0xFF, {1, 0, 1}},                   /* 4097 bits */
        {2048, 3, 0xFF, 0xFF, {1, 0, 1}},                  /* 16384 bits */
        {257, 3, 0x00, 0xFF, {1, 0, 1}},                   /* a leading zero */
        {256, 3, 0xFF, 0xFE, {1, 0, 1}},                   /* an even modulus */
        {0, 3, 0xFF, 0xFF, {1, 0, 1}},                     /* none */
        {256, 1, 0xFF, 0xFF, {1}},                         /* e = 1 */
        {256, 1, 0xFF, 0xFF, {2}},                         /* even */
        {256, 3, 0xFF, 0xFF, {1, 0, 0}},                   /* even */
        {256, 1, 0xFF, 0xFF, {0}},                         /* e = 0 */
        {256, 0, 0xFF, 0xFF, {0}},                         /* none */
        {256, 4, 0xFF, 0xFF, {0, 1, 0, 1}},                /* a leading zero */
        {256, 5, 0xFF, 0xFF, {1, 0, 0, 0, 1}},             /* 2^32 + 1 */
        {256, 9, 0xFF, 0xFF, {1, 0, 0, 0, 0, 0, 0, 0, 0}}, /* 2^64 */
        {256, 9, 0xFF, 0xFF, {1, 0, 0, 0, 0, 0, 0, 0, 1}},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        memset(n, 0xFF, sizeof n);
        n[0] = odd[i].first;
        n[odd[i].n_length ? odd[i].n_length - 1 : 0] = odd[i].last;
        ck_assert_msg(jws_key_new(n, odd[i].n_length, odd[i].e, odd[i].e_length, &key, NULL) ==
                          FAIL_INVALID,
                      "%zu", i);
    }
    ck_assert_ptr_null(key);
    static const unsigned char three[] = {3}, most[] = {0xFF, 0xFF, 0xFF, 0xFF};
    memset(n, 0xFF, sizeof n);
    static const size_t lengths[] = {256, 384, 512};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        ck_assert_fine(jws_key_new(n, lengths[i], e, 3, &key, &spec_why));
        jws_key_free(key);
    }
    ck_assert_fine(jws_key_new(n, 256, three, sizeof three, &key, &spec_why));
    jws_key_free(key);
    ck_assert_fine(jws_key_new(n, 256, most, sizeof most, &key, &spec_why));
    jws_key_free(key);
}
END_TEST

SPECIFICATION("identity/jws", a_good_token_passes, j01_to_j03_unsigned_tokens,
              j04_to_j05_a_mac_with_the_public_key, j06_other_algorithms_with_a_good_signature,
              j07_to_j09_alg_missing_no_text_or_there_twice,
              j10_to_j15_headers_that_bring_rules_or_keys_of_their_own,
              j19_a_kid_of_ten_thousand_bytes, j33_every_flipped_bit_of_the_signature_counts,
              j34_to_j35_tokens_that_are_cut_or_empty, j36_to_j37_a_signature_of_something_else,
              j38_to_j39_other_serializations, j40_to_j43_other_spellings_of_base64,
              j44_to_j48_payloads_that_are_no_strict_json,
              j48_a_payload_nested_two_thousand_levels_deep,
              a_token_longer_than_its_limit_is_refused,
              j24_to_j27_keys_that_are_too_weak_too_large_or_misshapen)
