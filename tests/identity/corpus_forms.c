/* Goal: a sign-in with an ID token of another form, algorithm or signature is none
   (corpus J01 to J15 and J33 to J48 of security.md 2.4). */
#include "identity/corpus.h"

#include "base/digest.h"
#include "base/memory.h"
#include "support/spec.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALG(alg)   "{\"alg\":" alg ",\"typ\":\"JWT\",\"kid\":\"k1\"}"
#define WITH(more) "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k1\"," more "}"
#define NO         .verdict = NO_SIGN_IN

static char *good(const char *header, const char *claims)
{
    return token_signed(key_number(0), header, claims);
}

static char *unsigned_token(const char *header, const char *claims)
{
    return token_with(header, claims, "");
}

static char *with_two_bytes(const char *header, const char *claims)
{
    return token_with(header, claims, "AAAA");
}

/* The part of a token with that number, beginning at 0. */
static char *part(char *token, int number, size_t *length)
{
    for (; number > 0; number--)
        token = strchr(token, '.') + 1;
    *length = strcspn(token, ".");
    return token;
}

CORPUS(j01_alg_none, {ALG("\"none\""), NO}, {ALG("\"none\""), .made = with_two_bytes, NO})
CORPUS(j02_alg_none_in_other_cases, {ALG("\"None\""), NO}, {ALG("\"nOnE\""), NO},
       {ALG("\"NONE\""), .made = unsigned_token, NO}, {ALG("\"\""), .made = unsigned_token, NO})
CORPUS(j03_none_with_an_empty_signature, {ALG("\"none\""), .made = unsigned_token, NO},
       {.made = unsigned_token, NO})

static char *mac_with_modulus(const char *header, const char *claims)
{
    unsigned char n[256];
    BIGNUM *modulus = NULL;
    ck_assert_int_eq(EVP_PKEY_get_bn_param(key_number(0), "n", &modulus), 1);
    ck_assert_int_eq(BN_bn2bin(modulus, n), sizeof n);
    BN_free(modulus);
    return token_with_mac(n, sizeof n, header, claims);
}

static char *mac_with_pem(const char *header, const char *claims)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem;
    ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, key_number(0)), 1);
    long length = BIO_get_mem_data(bio, &pem);
    char *token = token_with_mac(pem, (size_t)length, header, claims);
    BIO_free(bio);
    return token;
}

CORPUS(j04_hs256_with_the_modulus, {ALG("\"HS256\""), .made = mac_with_modulus, NO},
       {.made = mac_with_modulus, NO})
CORPUS(j05_hs256_with_the_pem, {ALG("\"HS256\""), .made = mac_with_pem, NO},
       {.made = mac_with_pem, NO})

static char *rs384(const char *header, const char *claims)
{
    return token_signed_as(key_number(0), "SHA384", RSA_PKCS1_PADDING, header, claims);
}

static char *rs512(const char *header, const char *claims)
{
    return token_signed_as(key_number(0), "SHA512", RSA_PKCS1_PADDING, header, claims);
}

static char *ps256(const char *header, const char *claims)
{
    return token_signed_as(key_number(0), "SHA256", RSA_PKCS1_PSS_PADDING, header, claims);
}

static char *es256(const char *header, const char *claims)
{
    EVP_PKEY *curve = EVP_EC_gen("P-256");
    char *token = token_signed_as(curve, "SHA256", 0, header, claims);
    EVP_PKEY_free(curve);
    return token;
}

CORPUS(j06_other_algorithms, {ALG("\"RS384\""), .made = rs384, NO},
       {ALG("\"RS512\""), .made = rs512, NO}, {ALG("\"PS256\""), .made = ps256, NO},
       {ALG("\"ES256\""), .made = es256, NO}, {.made = rs384, NO}, {.made = rs512, NO},
       {.made = ps256, NO}, {.made = es256, NO}, {ALG("\"rs256\""), NO})
CORPUS(j07_alg_missing, {"{\"typ\":\"JWT\",\"kid\":\"k1\"}", NO})
CORPUS(j08_alg_that_is_no_text, {ALG("256"), NO}, {ALG("[\"RS256\"]"), NO}, {ALG("null"), NO},
       {ALG("true"), NO}, {ALG("{\"RS256\":1}"), NO})
CORPUS(j09_alg_twice, {WITH("\"alg\":\"none\""), NO}, {WITH("\"alg\":\"RS256\""), NO},
       {WITH("\"\\u0061lg\":\"none\""), NO})
CORPUS(j10_crit, {WITH("\"crit\":[\"exp\"]"), NO}, {WITH("\"crit\":[]"), NO},
       {WITH("\"crit\":null"), NO}, {WITH("\"crit\":[\"x\"],\"x\":1"), NO})
CORPUS(j11_b64_false, {WITH("\"b64\":false"), NO}, {WITH("\"b64\":false,\"crit\":[\"b64\"]"), NO})

/* A token of an attacker's, whose key comes along. */
static char *brings_a_key(const char *header, const char *claims)
{
    (void)header;
    json_t *odd = json_pack("{ss ss ss so}", "alg", "RS256", "typ", "JWT", "kid", "k1", "jwk",
                            jwk_of(key_number(2), "k1"));
    char *text = patched(odd, NULL);
    char *token = token_signed(key_number(2), text, claims);
    free(text);
    return token;
}

static char *by_another(const char *header, const char *claims)
{
    return token_signed(key_number(2), header, claims);
}

CORPUS(j12_an_embedded_jwk, {.made = brings_a_key, NO}, {WITH("\"jwk\":{}"), NO})
CORPUS(j13_jku, {WITH("\"jku\":\"https://evil.example/keys\""), NO},
       {WITH("\"jku\":\"https://evil.example/keys\""), .made = by_another, NO})
CORPUS(j14_x5u, {WITH("\"x5u\":\"https://evil.example/cert\""), NO},
       {WITH("\"x5u\":\"https://evil.example/cert\""), .made = by_another, NO})
CORPUS(j15_x5c, {WITH("\"x5c\":[\"MIIB\"]"), NO},
       {WITH("\"x5c\":[\"MIIB\"]"), .made = by_another, NO})

static char *flipped(const char *header, const char *claims)
{
    char *token = good(header, claims);
    char *at = strrchr(token, '.') + 100;
    *at = *at == 'A' ? 'B' : 'A';
    return token;
}

static char *cut(const char *header, const char *claims)
{
    char *token = good(header, claims);
    token[strlen(token) - 4] = '\0';
    return token;
}

static char *cut_in_the_claims(const char *header, const char *claims)
{
    char *token = good(header, claims);
    strchr(token, '.')[40] = '\0';
    return token;
}

static char *empty(const char *header, const char *claims)
{
    (void)header;
    (void)claims;
    return memory_new(1, 1);
}

static char *dots(const char *header, const char *claims)
{
    char *token = empty(header, claims);
    free(token);
    token = memory_new(3, 1);
    token[0] = token[1] = '.';
    return token;
}

/* Parts of two tokens: the signature is right for one of them. */
static char *spliced(const char *header, const char *claims, const char *other_header,
                     const char *other_claims, int taken)
{
    char *one = good(header, claims), *other = good(other_header, other_claims);
    scoped(text_scoped) struct text token = TEXT_LIMIT(65536);
    for (int i = 0; i < 3; i++) {
        size_t length;
        char *from = part(i == taken ? other : one, i, &length);
        text_addf(&token, "%s%.*s", i ? "." : "", (int)length, from);
    }
    char *copy = memory_new(token.length + 1, 1);
    memcpy(copy, text_of(&token), token.length);
    free(one);
    free(other);
    return copy;
}

static char *header_of_another(const char *header, const char *claims)
{
    return spliced(header, claims, "{\"alg\":\"RS256\",\"kid\":\"k1\"}", claims, 0);
}

static char *claims_of_another(const char *header, const char *claims)
{
    char *other = patched(json_loads(claims, 0, NULL), "{\"oid\":\"" CLIENT "\"}");
    char *token = spliced(header, claims, header, other, 1);
    free(other);
    return token;
}

CORPUS(j33_a_flipped_bit, {.made = flipped, NO}, {.made = by_another, NO})
CORPUS(j34_truncated, {.made = cut, NO}, {.made = cut_in_the_claims, NO})
CORPUS(j35_empty, {.made = empty, NO}, {.made = dots, NO})
CORPUS(j36_the_signature_of_another_header, {.made = header_of_another, NO})
CORPUS(j37_another_payload, {.made = claims_of_another, NO})

/* A good token with text put in: before the end of part `number`, or behind everything. */
static char *with_text(char *token, int number, const char *text)
{
    size_t length, size = strlen(token) + strlen(text) + 1;
    char *changed = memory_new(size, 1), *at = part(token, number, &length) + length;
    (void)snprintf(changed, size, "%.*s%s%s", (int)(at - token), token, text, at);
    free(token);
    return changed;
}

#define ENDING(name, number, text)                                                                 \
    static char *name(const char *header, const char *claims)                                      \
    {                                                                                              \
        return with_text(good(header, claims), number, text);                                      \
    }
ENDING(four_parts, 2, ".AAAA")
ENDING(five_parts, 2, ".AAAA.AAAA")
ENDING(an_empty_part_more, 2, ".")
ENDING(padded, 2, "==")
ENDING(padded_claims, 1, "=")
ENDING(plus_and_slash, 2, "+/")
ENDING(blank, 2, " ")
ENDING(line, 2, "\n")
ENDING(line_in_the_claims, 1, "\r\n")
ENDING(tab_in_the_header, 0, "\t")

static char *two_parts(const char *header, const char *claims)
{
    char *token = good(header, claims);
    *strrchr(token, '.') = '\0';
    return token;
}

/* The same token in the JSON serialization. */
static char *json_form(const char *header, const char *claims)
{
    char *token = good(header, claims);
    size_t lengths[3];
    char *parts[3];
    for (int i = 0; i < 3; i++)
        parts[i] = part(token, i, &lengths[i]);
    char *text = patched(json_pack("{ss% ss% ss%}", "protected", parts[0], lengths[0], "payload",
                                   parts[1], lengths[1], "signature", parts[2], lengths[2]),
                         NULL);
    free(token);
    return text;
}

/* A signature of 256 bytes leaves four bits of its last letter unused; they must be zero. */
static char *stray_bits(const char *header, const char *claims)
{
    char *token = good(header, claims), *last = token + strlen(token) - 1;
    ck_assert_ptr_nonnull(strchr("AQgw", *last));
    (*last)++;
    return token;
}

/* The signature with - and _ as other alphabets write them. */
static char *other_alphabet(const char *header, const char *claims)
{
    char *token = good(header, claims);
    bool changed = false;
    for (char *at = strrchr(token, '.'); *at; at++) {
        char letter = *at;
        *at = letter == '-' ? '+' : letter == '_' ? '/' : letter;
        changed = changed || *at != letter;
    }
    if (!changed)
        *strrchr(token, 'A') = '+';
    return token;
}

CORPUS(j38_other_numbers_of_parts, {.made = two_parts, NO}, {.made = four_parts, NO},
       {.made = five_parts, NO}, {.made = an_empty_part_more, NO})
CORPUS(j39_json_serialization, {.made = json_form, NO})
CORPUS(j40_padding, {.made = padded, NO}, {.made = padded_claims, NO})
CORPUS(j41_the_other_alphabet, {.made = other_alphabet, NO}, {.made = plus_and_slash, NO})
CORPUS(j42_bits_that_say_nothing, {.made = stray_bits, NO})
CORPUS(j43_blanks_and_lines, {.made = blank, NO}, {.made = line, NO},
       {.made = line_in_the_claims, NO}, {.made = tab_in_the_header, NO})
CORPUS(j44_invalid_utf8, {.first = "\"x\":\"\xFF\",", NO}, {.first = "\"x\":\"\xC0\x80\",", NO},
       {.first = "\"\xED\xA0\x80\":1,", NO})
CORPUS(j45_a_claim_twice, {.first = "\"oid\":\"" CLIENT "\",", NO},
       {.first = "\"sub\":\"AAAAAAAAAAAAAAA\",", NO})
CORPUS(j46_a_claim_twice_by_escape, {.first = "\"\\u006fid\":\"" CLIENT "\",", NO})
CORPUS(j47_a_nul_by_escape, {.first = "\"x\":\"a\\u0000b\",", NO},
       {.first = "\"oid\\u0000\":\"x\",", NO})

START_TEST(j48_nested_two_thousand_and_forty_eight_deep)
{
    enum { DEEP = 2048 };
    char first[2 * DEEP + 16];
    (void)snprintf(first, sizeof first, "\"x\":%0*d,", 2 * DEEP, 0);
    memset(first + 4, '[', DEEP);
    memset(first + 4 + DEEP, ']', DEEP);
    const struct odd odd = {.first = first, NO};
    corpus_verdicts(&odd, 1);
}
END_TEST

SPECIFICATION("identity/corpus_forms", j01_alg_none, j02_alg_none_in_other_cases,
              j03_none_with_an_empty_signature, j04_hs256_with_the_modulus, j05_hs256_with_the_pem,
              j06_other_algorithms, j07_alg_missing, j08_alg_that_is_no_text, j09_alg_twice,
              j10_crit, j11_b64_false, j12_an_embedded_jwk, j13_jku, j14_x5u, j15_x5c,
              j33_a_flipped_bit, j34_truncated, j35_empty, j36_the_signature_of_another_header,
              j37_another_payload, j38_other_numbers_of_parts, j39_json_serialization, j40_padding,
              j41_the_other_alphabet, j42_bits_that_say_nothing, j43_blanks_and_lines,
              j44_invalid_utf8, j45_a_claim_twice, j46_a_claim_twice_by_escape, j47_a_nul_by_escape,
              j48_nested_two_thousand_and_forty_eight_deep)
