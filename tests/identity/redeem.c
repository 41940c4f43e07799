/* Goal: a code becomes a person when both tokens are good and agree; whatever else the token
 * endpoint says is a refusal of the right kind, and none of its words reach anybody. */
#include "base/moment.h"
#include "identity/tenant.h"
#include "support/spec.h"

#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct told redeemed(struct tenant *tenant, const char *id_patch, const char *api_patch)
{
    char *tokens = tokens_of(tenant, id_patch, api_patch, 0);
    tenant_says(tenant, PAGE_TOKEN, 200, "Content-Type: application/json\r\n", tokens);
    struct told told = told_redeem(tenant);
    free(tokens);
    return told;
}

START_TEST(a_person_signs_in)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    struct told told = redeemed(tenant, NULL, NULL);
    ck_assert_msg(told.fail == FAIL_NONE, "%s", told.refusal.reason.text);
    ck_assert_text(told.person.tid, TENANT);
    ck_assert_text(told.person.oid, PERSON);
    ck_assert_text(told.acrs, "c1");
    ck_assert_text(told.amr, "pwd mfa");
    ck_assert_text(told.roles, "Curfew.Auditor");
    ck_assert_text(told.device_id, DEVICE);
    ck_assert_text(told.name, "Ada");
    ck_assert_text(told.user_name, "ada@example.com");
    ck_assert_text(told.session, "s-1");
    ck_assert_text(told.address, "203.0.113.7");
    ck_assert_int_le(told.auth_time, moment_now() - 20);
    ck_assert_int_ge(told.auth_time, moment_now() - 25);
}
END_TEST

START_TEST(the_token_endpoint_is_asked_this)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    ck_assert_int_eq(redeemed(tenant, NULL, NULL).fail, FAIL_NONE);
    static const struct {
        const char *field, *value;
    } fields[] = {
        {"client_id", CLIENT},
        {"grant_type", "authorization_code"},
        {"code", "0.ARoA code"},
        {"redirect_uri", "https://curfew.example/auth/callback"},
        {"code_verifier", "verifier-of-forty-three-characters"},
        {"scope", "openid profile " CLIENT "/access"},
        {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
        {"client_secret", NULL},
        {"nonce", NULL},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        ck_assert_text(tenant_sent(tenant, fields[i].field), fields[i].value);
    ck_assert_uint_gt(strlen(tenant_sent(tenant, "client_assertion")), 400);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 1);
}
END_TEST

static void without_api_token(struct identity_settings *settings)
{
    settings->api_token = API_TOKEN_NONE;
}

START_TEST(without_an_api_token_the_id_token_alone_counts)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(without_api_token);
    tenant_says(tenant, PAGE_API_METADATA, 500, "", "");
    struct told told = redeemed(tenant, NULL, "{\"oid\":\"is not looked at\"}");
    ck_assert_int_eq(told.fail, FAIL_NONE);
    ck_assert_text(told.acrs, "c1");
    ck_assert_text(told.amr, "");
    ck_assert_text(told.device_id, "");
    ck_assert_text(tenant_sent(tenant, "scope"), "openid profile");
    ck_assert_int_eq(tenant_asked(tenant, PAGE_API_METADATA), 0);
}
END_TEST

START_TEST(tokens_that_disagree_are_no_sign_in)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    static const struct {
        const char *id, *api;
    } odd[] = {
        {"{\"oid\":\"11111111-0d1a-4a3b-9c1f-1d2f3a4b5c6d\"}", NULL},
        {NULL, "{\"oid\":\"11111111-0d1a-4a3b-9c1f-1d2f3a4b5c6d\"}"},
        {"{\"nonce\":\"another\"}", NULL},
        {"{\"aud\":\"11111111-be56-4843-9ff4-e66a39bb12e3\"}", NULL},
        {NULL, "{\"appid\":\"11111111-be56-4843-9ff4-e66a39bb12e3\"}"},
        {NULL, "{\"tid\":\"72f988bf-86f1-41af-91ab-2d7cd011db47\"}"},
        {NULL, "{\"iss\":\"https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/\"}"},
        {NULL, "{\"ver\":\"2.0\"}"},
        {NULL, "{\"scp\":null,\"idtyp\":\"app\"}"},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct told told = redeemed(tenant, odd[i].id, odd[i].api);
        ck_assert_msg(told.fail == FAIL_NOT_SIGNED_IN, "%zu: %s", i, fail_code(told.fail));
        ck_assert_uint_gt(strlen(told.refusal.reason.text), 0);
    }
}
END_TEST

START_TEST(guests_are_denied_by_either_token)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    ck_assert_int_eq(redeemed(tenant, "{\"acct\":1}", NULL).fail, FAIL_DENIED);
    ck_assert_int_eq(redeemed(tenant, NULL, "{\"acct\":1}").fail, FAIL_DENIED);
}
END_TEST

START_TEST(evidence_is_what_both_tokens_say)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    struct told told = redeemed(tenant, "{\"acrs\":[\"c1\",\"c2\"]}", "{\"acrs\":[\"c2\",\"c3\"]}");
    ck_assert_text(told.acrs, "c2");
    told = redeemed(tenant, "{\"acrs\":null,\"auth_time\":null}",
                    "{\"acrs\":null,\"auth_time\":null,\"amr\":null,\"deviceid\":null}");
    ck_assert_int_eq(told.fail, FAIL_NONE);
    ck_assert_text(told.acrs, "");
    ck_assert_text(told.amr, "");
    ck_assert_text(told.device_id, "");
    ck_assert_int_eq(told.auth_time, -1);
}
END_TEST

/* Wrong tokens from the right endpoint. */

static struct told redeemed_raw(struct tenant *tenant, const char *id, const char *api)
{
    json_t *answer =
        json_pack("{ss si ss}", "token_type", "Bearer", "expires_in", 3599, "access_token", api);
    if (id)
        (void)json_object_set_new(answer, "id_token", json_string(id));
    tenant_publishes(tenant, PAGE_TOKEN, answer, NULL);
    return told_redeem(tenant);
}

START_TEST(a_token_of_one_kind_does_not_pass_for_the_other)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    static const char id_header[] = "{\"alg\":\"RS256\",\"kid\":\"k1\"}";
    static const char api_header[] = "{\"alg\":\"RS256\",\"kid\":\"k2\"}";
    char *id_text = patched(id_claims(tenant_issuer(tenant), moment_now()), NULL);
    char *api_text = patched(api_claims(moment_now()), NULL);
    char *id = token_signed(key_number(0), id_header, id_text);
    char *api = token_signed(key_number(1), api_header, api_text);
    char *by_others_key = token_signed(key_number(1), api_header, id_text);
    char *forged = token_signed(key_number(3), id_header, id_text);
    char *unsigned_one = token_with("{\"alg\":\"none\"}", id_text, "");
    ck_assert_int_eq(redeemed_raw(tenant, id, api).fail, FAIL_NONE);
    const struct {
        const char *id, *api;
    } odd[] = {{api, api},         {id, id},       {by_others_key, api},
               {forged, api},      {id, forged},   {unsigned_one, api},
               {id, unsigned_one}, {id, "opaque"}, {"opaque", api},
               {NULL, api}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct told told = redeemed_raw(tenant, odd[i].id, odd[i].api);
        ck_assert_msg(told.fail == FAIL_NOT_SIGNED_IN, "%zu: %s", i, told.refusal.reason.text);
    }
    free(id_text);
    free(api_text);
    free(id);
    free(api);
    free(by_others_key);
    free(forged);
    free(unsigned_one);
}
END_TEST

/* What the token endpoint refuses. */

static struct told refused(struct tenant *tenant, int status, const char *body)
{
    tenant_says(tenant, PAGE_TOKEN, status, "", body);
    return told_redeem(tenant);
}

START_TEST(refusals_are_told_apart_and_keep_entras_code)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    static const struct {
        int status;
        const char *error;
        int aadsts;
        enum fail fail;
    } cases[] = {
        {400, "invalid_grant", 54005, FAIL_NOT_SIGNED_IN},
        {400, "invalid_grant", 501481, FAIL_NOT_SIGNED_IN},
        {400, "interaction_required", 50079, FAIL_STEP_UP_NEEDED},
        {401, "invalid_client", 700027, FAIL_BROKEN},
        {400, "unauthorized_client", 700016, FAIL_BROKEN},
        {400, "invalid_request", 50011, FAIL_BROKEN},
        {400, "temporarily_unavailable", 0, FAIL_UNAVAILABLE},
        {400, "something_new", 90009, FAIL_UNAVAILABLE},
        {500, "invalid_grant", 0, FAIL_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char body[512];
        (void)snprintf(
            body, sizeof body,
            "{\"error\":\"%s\",\"error_description\":\"AADSTS%d: hunter2 of ada\\r\\n\","
            "\"error_codes\":[%d],\"trace_id\":\"255d1aef-8c98-452f-ac51-23d051240864\"}",
            cases[i].error, cases[i].aadsts, cases[i].aadsts);
        struct told told = refused(tenant, cases[i].status, body);
        ck_assert_msg(told.fail == cases[i].fail, "%s", cases[i].error);
        ck_assert_int_eq(told.refusal.aadsts, cases[i].aadsts);
        ck_assert_ptr_null(strstr(told.refusal.reason.text, "hunter2"));
        ck_assert_ptr_nonnull(
            strstr(told.refusal.reason.text, "255d1aef-8c98-452f-ac51-23d051240864"));
    }
}
END_TEST

START_TEST(answers_that_are_none_are_no_sign_in)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    static const struct {
        int status;
        const char *body;
    } odd[] = {
        {200, ""},
        {200, "<html></html>"},
        {200, "{}"},
        {200, "[]"},
        {200, "{\"token_type\":\"Bearer\",\"expires_in\":3599}"},
        {200, "{\"token_type\":\"mac\",\"expires_in\":3599,\"access_token\":\"a\"}"},
        {200, "{\"token_type\":\"Bearer\",\"expires_in\":0,\"access_token\":\"a\"}"},
        {200, "{\"token_type\":\"Bearer\",\"expires_in\":-1,\"access_token\":\"a\"}"},
        {200, "{\"token_type\":\"Bearer\",\"expires_in\":1e30,\"access_token\":\"a\"}"},
        {200, "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":7}"},
        {302, ""},
        {404, "Not Found"},
        {400, "{\"error\":7,\"error_codes\":{}}"},
        {400, "{\"error\":[],\"error_codes\":[\"x\"],\"trace_id\":7}"},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct told told = refused(tenant, odd[i].status, odd[i].body);
        ck_assert_msg(told.fail == FAIL_UNAVAILABLE, "%s", odd[i].body);
        ck_assert_int_eq(told.refusal.aadsts, 0);
    }
}
END_TEST

START_TEST(a_login_service_that_throttles_is_left_alone)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    tenant_says(tenant, PAGE_TOKEN, 429, "Retry-After: 30\r\n", "{}");
    ck_assert_int_eq(told_redeem(tenant).fail, FAIL_UNAVAILABLE);
    ck_assert_int_eq(redeemed(tenant, NULL, NULL).fail, FAIL_UNAVAILABLE);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 1);
    tenant_pass(31);
    ck_assert_int_eq(redeemed(tenant, NULL, NULL).fail, FAIL_NONE);
}
END_TEST

START_TEST(a_lost_answer_is_not_asked_for_again)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    tenant_says(tenant, PAGE_TOKEN, 0, "", "");
    ck_assert_int_eq(told_redeem(tenant).fail, FAIL_UNAVAILABLE);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 1);
}
END_TEST

START_TEST(a_credential_that_went_missing_is_our_mistake)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    ck_assert_int_eq(chmod(spec_path("key.pem"), 0644), 0);
    struct told told = redeemed(tenant, NULL, NULL);
    ck_assert_int_eq(told.fail, FAIL_BROKEN);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 0);
}
END_TEST

START_TEST(a_code_that_is_no_code_is_not_sent)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    static char code[64 * 1024];
    const struct redemption redemption = {.code = code, .verifier = "v", .nonce = NONCE};
    memset(code, 'x', sizeof code - 1);
    ck_assert_int_eq(told_redeem_code(tenant, &redemption).fail, FAIL_NOT_SIGNED_IN);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 0);
}
END_TEST

START_TEST(an_end_in_the_middle_is_told)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    tenant_thinks(tenant, 20000);
    tenant_stops_at_next(tenant);
    ck_assert_int_eq(told_redeem(tenant).fail, FAIL_UNAVAILABLE);
}
END_TEST

/* Settings. */

static void expect_refusal(struct identity_settings settings, const char *says)
{
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    struct identity *identity = NULL;
    struct reason why = {0};
    ck_assert_int_eq(identity_new(loop, &settings, &identity, &why), FAIL_INVALID);
    ck_assert_msg(strstr(why.text, says) != NULL, "%s", why.text);
    ck_assert_ptr_null(identity);
}

START_TEST(settings_that_cannot_be_are_refused)
{
    const char *secret = spec_file("secret", "hunter2\n");
    ck_assert_int_eq(chmod(secret, 0600), 0);
    const struct identity_settings good = {.authority = "https://login.microsoftonline.com",
                                           .v1_issuer = "https://sts.windows.net",
                                           .tenant_id = TENANT,
                                           .client_id = CLIENT,
                                           .credential = {.secret = secret}};
    struct identity_settings odd = good;
    odd.tenant_id = "common";
    expect_refusal(odd, "tenant_id");
    odd = good;
    odd.client_id = "curfew";
    expect_refusal(odd, "client_id");
    odd = good;
    odd.credential.secret = NULL;
    expect_refusal(odd, "give a certificate");
    static const char *const authorities[] = {"",
                                              "login.microsoftonline.com",
                                              "http://login.microsoftonline.com",
                                              "https://",
                                              "https://login.microsoftonline.com/",
                                              "https://login.microsoftonline.com/common",
                                              "https://login.microsoftonline.com?x",
                                              "https://ada@login.microsoftonline.com",
                                              "ftp://login.microsoftonline.com",
                                              "https://login .com",
                                              "http://localhost:8090"};
    for (size_t i = 0; i < sizeof authorities / sizeof *authorities; i++) {
        odd = good;
        odd.authority = authorities[i];
        expect_refusal(odd, "authority");
    }
}
END_TEST

SPECIFICATION("identity/redeem", a_person_signs_in, the_token_endpoint_is_asked_this,
              without_an_api_token_the_id_token_alone_counts, tokens_that_disagree_are_no_sign_in,
              guests_are_denied_by_either_token, evidence_is_what_both_tokens_say,
              a_token_of_one_kind_does_not_pass_for_the_other,
              refusals_are_told_apart_and_keep_entras_code, answers_that_are_none_are_no_sign_in,
              a_login_service_that_throttles_is_left_alone, a_lost_answer_is_not_asked_for_again,
              a_credential_that_went_missing_is_our_mistake, a_code_that_is_no_code_is_not_sent,
              an_end_in_the_middle_is_told, settings_that_cannot_be_are_refused)
