/* Goal: the token of a sign-in is exchanged exactly as Entra wants it, what it refuses is told
   apart, and of its challenge only what is understood comes through. */
#include "base/text.h"
#include "identity/tenant.h"
#include "support/spec.h"

#include <stdlib.h>
#include <string.h>

static const char graph[] = "https://graph.microsoft.com/.default";

static struct told exchanged(struct tenant *tenant, size_t count, const char *const contexts[],
                             int status, const char *answer)
{
    struct secret *assertion = secret_copy("assertion.of.ada", 16);
    const struct on_behalf asked = {
        .assertion = assertion, .scope = graph, .context_count = count, .contexts = contexts};
    tenant_says(tenant, PAGE_TOKEN, status, "Content-Type: application/json\r\n", answer);
    struct told told = told_on_behalf(tenant, &asked);
    secret_free(assertion);
    return told;
}

#define FINE                                                                                       \
    "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"graph-token-of-ada\"}"

START_TEST(a_sign_in_gives_the_token_that_may_be_exchanged)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    char *tokens = tokens_of(tenant, NULL, NULL, 0);
    tenant_says(tenant, PAGE_TOKEN, 200, "Content-Type: application/json\r\n", tokens);
    struct told told = told_redeem(tenant);
    ck_assert(text_starts_with(told.api_token, "eyJ"));
    ck_assert_ptr_nonnull(strstr(tokens, told.api_token));
    free(tokens);
}
END_TEST

START_TEST(a_token_that_is_not_good_is_given_to_nobody)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    char *tokens = tokens_of(tenant, NULL, "{\"aud\":\"https://graph.microsoft.com\"}", 0);
    tenant_says(tenant, PAGE_TOKEN, 200, "Content-Type: application/json\r\n", tokens);
    struct told told = told_redeem(tenant);
    ck_assert_int_eq(told.fail, FAIL_NOT_SIGNED_IN);
    ck_assert_text(told.api_token, "");
    free(tokens);
}
END_TEST

START_TEST(the_token_endpoint_is_asked_this)
{
    static const struct {
        const char *field, *value;
    } fields[] = {
        {"client_id", CLIENT},
        {"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
        {"assertion", "assertion.of.ada"},
        {"scope", "https://graph.microsoft.com/.default"},
        {"requested_token_use", "on_behalf_of"},
        {"claims", "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}"},
        {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
    };
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    struct told told = exchanged(tenant, 0, NULL, 200, FINE);
    ck_assert_int_eq(told.fail, FAIL_NONE);
    ck_assert_text(told.token, "graph-token-of-ada");
    for (size_t i = 0; i < COUNT(fields); i++)
        ck_assert_text(tenant_sent(tenant, fields[i].field), fields[i].value);
    ck_assert_uint_gt(strlen(tenant_sent(tenant, "client_assertion")), 400);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 1);
}
END_TEST

START_TEST(a_context_is_asked_for_in_the_new_token)
{
    static const char *const contexts[] = {"c7"};
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    ck_assert_int_eq(exchanged(tenant, 1, contexts, 200, FINE).fail, FAIL_NONE);
    ck_assert_text(tenant_sent(tenant, "claims"),
                   "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c7\"},"
                   "\"xms_cc\":{\"values\":[\"cp1\"]}}}");
}
END_TEST

START_TEST(nothing_is_kept_for_the_next_one)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    for (int i = 1; i <= 3; i++) {
        ck_assert_int_eq(exchanged(tenant, 0, NULL, 200, FINE).fail, FAIL_NONE);
        ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), i);
    }
}
END_TEST

START_TEST(what_is_refused_is_told_apart)
{
    static const struct {
        int status;
        const char *answer;
        enum fail fail;
        int64_t aadsts;
    } refusals[] = {
        {400, "{\"error\":\"invalid_grant\",\"error_codes\":[50013]}", FAIL_NOT_SIGNED_IN, 50013},
        {400,
         "{\"error\":\"invalid_grant\",\"error_codes\":[65001],\"suberror\":\"consent_required\"}",
         FAIL_NOT_SIGNED_IN, 65001},
        {400, "{\"error\":\"interaction_required\",\"error_codes\":[50079]}", FAIL_STEP_UP_NEEDED,
         50079},
        {401, "{\"error\":\"invalid_client\",\"error_codes\":[700027]}", FAIL_BROKEN, 700027},
        {400, "{\"error\":\"invalid_scope\",\"error_codes\":[70011]}", FAIL_BROKEN, 70011},
        {200, "{\"token_type\":\"Bearer\",\"expires_in\":3599}", FAIL_UNAVAILABLE, 0},
        {503, "", FAIL_UNAVAILABLE, 0},
        {0, "", FAIL_UNAVAILABLE, 0},
    };
    for (size_t i = 0; i < COUNT(refusals); i++) {
        scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
        struct told told = exchanged(tenant, 0, NULL, refusals[i].status, refusals[i].answer);
        ck_assert_int_eq(told.fail, refusals[i].fail);
        ck_assert_int_eq(told.refusal.aadsts, refusals[i].aadsts);
        ck_assert_uint_eq(told.refusal.challenge.context_count, 0);
        ck_assert_text(told.token, "");
        ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 1);
    }
}
END_TEST

#define CHALLENGED(claims)                                                                         \
    "{\"error\":\"interaction_required\",\"error_codes\":[50079],\"claims\":\"" claims "\"}"

START_TEST(a_challenge_comes_through_as_what_it_asks_for)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    struct told told =
        exchanged(tenant, 0, NULL, 400,
                  CHALLENGED("{\\\"access_token\\\":{\\\"polids\\\":{\\\"essential\\\":true,"
                             "\\\"values\\\":[\\\"9AB0f1d2-0000-4000-8000-000000000001\\\"]}}}"));
    ck_assert_int_eq(told.fail, FAIL_STEP_UP_NEEDED);
    ck_assert_uint_eq(told.refusal.challenge.policy_count, 1);
    ck_assert_text(told.refusal.challenge.policies[0], "9ab0f1d2-0000-4000-8000-000000000001");
    told = exchanged(tenant, 0, NULL, 400, CHALLENGED("{\\\"id_token\\\":{}}"));
    ck_assert_int_eq(told.fail, FAIL_STEP_UP_NEEDED);
    ck_assert_uint_eq(told.refusal.challenge.policy_count, 0);
}
END_TEST

SPECIFICATION("identity/on_behalf", a_sign_in_gives_the_token_that_may_be_exchanged,
              a_token_that_is_not_good_is_given_to_nobody, the_token_endpoint_is_asked_this,
              a_context_is_asked_for_in_the_new_token, nothing_is_kept_for_the_next_one,
              what_is_refused_is_told_apart, a_challenge_comes_through_as_what_it_asks_for)
