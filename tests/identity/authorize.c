/* Goal: the browser takes exactly this question to Entra, and nothing of it can be mistaken. */
#include "identity/authorize.h"
#include "identity/tenant.h"
#include "support/spec.h"

#include <string.h>

static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; /* RFC 7636, B */

static const char *query_of(const struct sign_in_begin *begin, struct text *query)
{
    text_clear(query);
    authorize_query(begin, CLIENT, "https://curfew.example/auth/callback",
                    "openid profile " CLIENT "/access", query);
    return text_of(query);
}

#define ALWAYS                                                                                     \
    "client_id=" CLIENT "&response_type=code&response_mode=query"                                  \
    "&redirect_uri=https%3A%2F%2Fcurfew.example%2Fauth%2Fcallback"                                 \
    "&scope=openid%20profile%20" CLIENT "%2Faccess&state=s-1&nonce=n-1"                            \
    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"

START_TEST(a_plain_sign_in_asks_this)
{
    scoped(text_scoped) struct text query = TEXT_LIMIT(4096);
    struct sign_in_begin begin = {.state = "s-1", .nonce = "n-1", .verifier = verifier};
    ck_assert_text(query_of(&begin, &query), ALWAYS);
}
END_TEST

START_TEST(a_fresh_sign_in_asks_for_credentials)
{
    scoped(text_scoped) struct text query = TEXT_LIMIT(4096);
    struct sign_in_begin begin = {.state = "s-1",
                                  .nonce = "n-1",
                                  .verifier = verifier,
                                  .fresh = true,
                                  .choose_account = true};
    ck_assert_text(query_of(&begin, &query), ALWAYS "&prompt=login");
}
END_TEST

START_TEST(an_account_is_chosen_or_hinted_at_never_both)
{
    scoped(text_scoped) struct text query = TEXT_LIMIT(4096);
    struct sign_in_begin begin = {
        .state = "s-1", .nonce = "n-1", .verifier = verifier, .choose_account = true};
    ck_assert_text(query_of(&begin, &query), ALWAYS "&prompt=select_account");
    begin.login_hint = "ada+soc&prompt=none@example.com";
    ck_assert_text(query_of(&begin, &query),
                   ALWAYS "&login_hint=ada%2Bsoc%26prompt%3Dnone%40example.com");
}
END_TEST

START_TEST(contexts_are_asked_for_in_both_tokens)
{
    scoped(text_scoped) struct text query = TEXT_LIMIT(4096);
    static const char *const contexts[] = {"c1", "c10"};
    struct sign_in_begin begin = {.state = "s-1",
                                  .nonce = "n-1",
                                  .verifier = verifier,
                                  .context_count = 1,
                                  .contexts = contexts};
    ck_assert_text(query_of(&begin, &query),
                   ALWAYS "&claims=%7B%22id_token%22%3A%7B%22acrs%22%3A%7B%22essential%22%3Atrue%2C"
                          "%22value%22%3A%22c1%22%7D%7D%2C%22access_token%22%3A%7B%22acrs%22%3A%7B"
                          "%22essential%22%3Atrue%2C%22value%22%3A%22c1%22%7D%7D%7D");
    begin.context_count = 2;
    ck_assert_ptr_nonnull(
        strstr(query_of(&begin, &query), "%22values%22%3A%5B%22c1%22%2C%22c10%22%5D"));
}
END_TEST

/* The whole address. */

START_TEST(the_address_is_the_issuers_own)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    struct sign_in_begin begin = {.state = "s-1", .nonce = "n-1", .verifier = verifier};
    char expected[2048];
    struct told told = told_begin(tenant, &begin);
    (void)snprintf(expected, sizeof expected, "%s/" TENANT "/oauth2/v2.0/authorize?%s",
                   tenant_authority(tenant), ALWAYS);
    ck_assert_int_eq(told.fail, FAIL_NONE);
    ck_assert_text(told.url, expected);
}
END_TEST

static void without_api_token(struct identity_settings *settings)
{
    settings->api_token = API_TOKEN_NONE;
}

START_TEST(without_an_api_token_only_the_id_token_is_asked_for)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(without_api_token);
    struct sign_in_begin begin = {.state = "s-1", .nonce = "n-1", .verifier = verifier};
    struct told told = told_begin(tenant, &begin);
    ck_assert_ptr_nonnull(strstr(told.url, "&scope=openid%20profile&"));
}
END_TEST

START_TEST(policies_of_a_challenge_are_asked_for_beside_contexts)
{
    scoped(text_scoped) struct text query = TEXT_LIMIT(4096);
    static const char *const contexts[] = {"c1"};
    static const char *const policies[] = {"9ab0f1d2-0000-4000-8000-000000000001"};
    struct sign_in_begin begin = {.state = "s-1",
                                  .nonce = "n-1",
                                  .verifier = verifier,
                                  .policy_count = 1,
                                  .policies = policies};
#define POLIDS                                                                                     \
    "%22polids%22%3A%7B%22essential%22%3Atrue%2C%22values%22%3A%5B%229ab0f1d2-0000-4000-8000-"     \
    "000000000001%22%5D%7D"
#define ACRS "%22acrs%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22c1%22%7D"
    ck_assert_text(query_of(&begin, &query),
                   ALWAYS "&claims=%7B%22access_token%22%3A%7B" POLIDS "%7D%7D");
    begin.context_count = 1;
    begin.contexts = contexts;
    ck_assert_text(query_of(&begin, &query),
                   ALWAYS "&claims=%7B%22id_token%22%3A%7B" ACRS
                          "%7D%2C%22access_token%22%3A%7B" ACRS "%2C" POLIDS "%7D%7D");
}
END_TEST

SPECIFICATION("identity/authorize", policies_of_a_challenge_are_asked_for_beside_contexts,
              a_plain_sign_in_asks_this, a_fresh_sign_in_asks_for_credentials,
              an_account_is_chosen_or_hinted_at_never_both, contexts_are_asked_for_in_both_tokens,
              the_address_is_the_issuers_own, without_an_api_token_only_the_id_token_is_asked_for)
