/* Goal: of what a service wants of the next sign-in only what is understood whole is taken over,
 * in each of its forms. */
#include "model/challenge.h"
#include "support/spec.h"

#include <stdlib.h>
#include <string.h>

#define POLICY "9ab0f1d2-0000-4000-8000-000000000001"

START_TEST(a_context_is_read)
{
    struct challenge challenge;
    ck_assert(challenge_read("{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}",
                             &challenge));
    ck_assert_uint_eq(challenge.context_count, 1);
    ck_assert_uint_eq(challenge.policy_count, 0);
    ck_assert_text(challenge.contexts[0], "c1");
}
END_TEST

START_TEST(several_contexts_and_policies_are_read)
{
    struct challenge challenge;
    ck_assert(
        challenge_read("{\"access_token\":{\"polids\":{\"essential\":true,\"values\":[\"" POLICY
                       "\"]},\"acrs\":{\"values\":[\"c2\",\"c99\"]}}}",
                       &challenge));
    ck_assert_uint_eq(challenge.context_count, 2);
    ck_assert_text(challenge.contexts[1], "c99");
    ck_assert_uint_eq(challenge.policy_count, 1);
    ck_assert_text(challenge.policies[0], POLICY);
}
END_TEST

START_TEST(what_is_not_understood_whole_is_not_taken)
{
    static const char *const wrong[] = {
        "",
        "c1",
        "[]",
        "{}",
        "{\"access_token\":{}}",
        "{\"access_token\":[]}",
        "{\"access_token\":{\"acrs\":{\"essential\":true}}}",
        "{\"access_token\":{\"acrs\":{\"value\":\"c0\"}}}",
        "{\"access_token\":{\"acrs\":{\"value\":\"c100\"}}}",
        "{\"access_token\":{\"acrs\":{\"value\":\"c1 \"}}}",
        "{\"access_token\":{\"acrs\":{\"value\":1}}}",
        "{\"access_token\":{\"acrs\":{\"value\":\"c1\",\"values\":[\"c2\"]}}}",
        "{\"access_token\":{\"acrs\":{\"values\":[]}}}",
        "{\"access_token\":{\"acrs\":{\"values\":[\"c1\",\"c2\",\"c3\",\"c4\",\"c5\"]}}}",
        "{\"access_token\":{\"acrs\":{\"essential\":\"yes\",\"value\":\"c1\"}}}",
        "{\"access_token\":{\"acrs\":{\"value\":\"c1\"},\"prompt\":{\"value\":\"none\"}}}",
        "{\"access_token\":{\"polids\":{\"values\":[\"a policy\"]}}}",
        "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":1768471200}}}",
        "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"\"}}}",
        "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"0\"}}}",
        "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"-1\"}}}",
        "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"99999999999999999999\"}}}",
        "{\"access_token\":{\"acrs\":{\"value\":\"c1\"}},\"id_token\":{}}",
        "{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}} more",
    };
    struct challenge challenge = {.context_count = 7};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!challenge_read(wrong[i], &challenge), "%s", wrong[i]);
    ck_assert(!challenge_read(NULL, &challenge));
    ck_assert_uint_eq(challenge.context_count, 7);
}
END_TEST

#define ENCODED                                                                                    \
    "%7B%22access_token%22%3A%7B%22acrs%22%3A%7B%22essential%22%3Atrue%2C%20%22value%22%3A%22c1"   \
    "%22%7D%7D%7D"

START_TEST(a_message_of_pim_holds_one_percent_encoded)
{
    static const char *const messages[] = {"&claims=" ENCODED, "claims=" ENCODED "&more=1",
                                           "Needed: \"claims=" ENCODED "\" is",
                                           "claims=" ENCODED " x"};
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct challenge challenge = {0};
        ck_assert_msg(challenge_find(messages[i], &challenge), "%s", messages[i]);
        ck_assert_text(challenge.contexts[0], "c1");
    }
}
END_TEST

START_TEST(a_message_without_one_holds_none)
{
    static const char *const messages[] = {"",
                                           "claims",
                                           "claims=",
                                           "claims=%7B%",
                                           "claims=%7",
                                           "claims=%zz",
                                           "claims=%00" ENCODED,
                                           "claims=%7B%22",
                                           "claims=c1",
                                           "claim=" ENCODED};
    struct challenge challenge = {0};
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        ck_assert_msg(!challenge_find(messages[i], &challenge), "%s", messages[i]);
    ck_assert(!challenge_find(NULL, &challenge));
}
END_TEST

/* {"access_token":{"nbf":{"essential":true,"value":"1768471200"}}} */
#define NBF                                                                                        \
    "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzY4NDcxMjAwIn19fQ=="
/* {"access_token":{"acrs":{"essential":true,"value":"c1"}}} */
#define ACRS "eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19"
#define FROM "authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\""

START_TEST(a_header_holds_one_in_base64_in_any_order)
{
    static const char *const headers[] = {
        "Bearer realm=\"\", " FROM ", error=\"insufficient_claims\", claims=\"" NBF "\"",
        "Bearer claims=\"" NBF "\",error=insufficient_claims," FROM ",realm=\"\"",
        "bearer  Error = \"insufficient_claims\" ,, CLAIMS\t=\t\"" NBF "\" ,",
        "Negotiate YII==, Basic realm=\"a \\\", b=\\\"\", Bearer error=\"insufficient_claims\", "
        "claims=\"" NBF "\", Basic realm=\"claims\"",
        "Bearer realm=\"\", " FROM ", Bearer error=\"insufficient_claims\", claims=\"" NBF "\"",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct challenge challenge = {0};
        ck_assert_msg(challenge_of_header(headers[i], &challenge), "%s", headers[i]);
        ck_assert_int_eq(challenge.not_before, 1768471200);
        ck_assert(!challenge_is_empty(&challenge));
    }
}
END_TEST

START_TEST(a_header_may_want_a_context)
{
    struct challenge challenge = {0};
    ck_assert(challenge_of_header("Bearer claims=\"" ACRS "\", error=\"insufficient_claims\"",
                                  &challenge));
    ck_assert_text(challenge.contexts[0], "c1");
    ck_assert_int_eq(challenge.not_before, 0);
}
END_TEST

START_TEST(a_header_without_one_holds_none)
{
    static const char *const headers[] = {
        "",
        "Bearer",
        "Bearer realm=\"\", " FROM,
        "Bearer claims=\"" NBF "\"",
        "Bearer error=\"insufficient_claims\"",
        "Bearer error=\"invalid_token\", claims=\"" NBF "\"",
        "Basic error=\"insufficient_claims\", claims=\"" NBF "\"",
        "Bearer error=\"insufficient_claims\", Basic claims=\"" NBF "\"",
        "error=\"insufficient_claims\", claims=\"" NBF "\"",
        "Bearer error=\"insufficient_claims\", claims=\"" NBF,
        "Bearer error=\"insufficient_claims\", claims=\"{}\"",
        "Bearer error=\"insufficient_claims\", claims=\"e30=\"",
        "Bearer error=\"insufficient_claims\", claims=\"AAAA\"",
        "Bearer error=\"insufficient_claims\", claims=\"" NBF "!\"",
        "Bearer error=\"insufficient_claims\", claims=",
    };
    struct challenge challenge = {0};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        ck_assert_msg(!challenge_of_header(headers[i], &challenge), "%s", headers[i]);
    ck_assert(!challenge_of_header(NULL, &challenge));
    ck_assert(challenge_is_empty(&challenge));
    char *long_one = calloc(1, 200000);
    memcpy(long_one, "Bearer error=\"insufficient_claims\", claims=\"", 45);
    memset(long_one + 44, 'e', 190000);
    ck_assert(!challenge_of_header(long_one, &challenge));
    free(long_one);
}
END_TEST

SPECIFICATION("model/challenge", a_context_is_read, several_contexts_and_policies_are_read,
              what_is_not_understood_whole_is_not_taken, a_header_holds_one_in_base64_in_any_order,
              a_header_may_want_a_context, a_header_without_one_holds_none,
              a_message_of_pim_holds_one_percent_encoded, a_message_without_one_holds_none)
