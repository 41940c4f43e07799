/* Goal: each body that Microsoft prints for sign-in is read, or refused for the reason that stands
   here. Those of Graph and Azure are in directory/every_example.c. */
#include "identity/claims.h"
#include "identity/jwks.h"
#include "identity/tenant.h"
#include "support/microsoft.h"

#include "base/digest.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define JSON "Content-Type: application/json\r\n"

static struct told redeemed(const char *number, int status)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    json_auto_t *body = microsoft_example(number);
    char *bytes = json_compact(body);
    tenant_says(tenant, PAGE_TOKEN, status, JSON, bytes);
    struct told told = told_redeem(tenant);
    free(bytes);
    return told;
}

START_TEST(e113_discovery_is_that_of_another_issuer)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    json_auto_t *body = microsoft_example("113");
    char *bytes = json_compact(body);
    tenant_says(tenant, PAGE_METADATA, 200, JSON, bytes);
    const struct sign_in_begin begin = {.state = "s", .nonce = "n", .verifier = "v"};
    struct told told = told_begin(tenant, &begin);
    ck_assert_int_eq(told.fail, FAIL_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(told.refusal.reason.text, "issuer"));
    free(bytes);
}
END_TEST

START_TEST(e114_keys_that_are_shortened_are_none)
{
    json_auto_t *body = microsoft_example("114");
    const json_t *key = json_array_get(json_object_get(body, "keys"), 0);
    const char *issuer = json_member_text(key, "issuer");
    struct jwks *jwks = NULL;
    struct reason why = {0};
    enum fail fail = jwks_read(body, issuer ? issuer : "", TENANT, &jwks, &why);
    ck_assert_int_eq(fail, FAIL_INVALID);
    ck_assert_msg(strstr(why.text, "key"), "%s", why.text);
}
END_TEST

START_TEST(e115_and_e116_tokens_that_are_shortened_are_no_sign_in)
{
    struct told code = redeemed("115", 200), obo = redeemed("116", 200);
    ck_assert_int_eq(code.fail, FAIL_NOT_SIGNED_IN);
    ck_assert_ptr_nonnull(strstr(code.refusal.reason.text, "not of three parts"));
    ck_assert_int_eq(obo.fail, FAIL_NOT_SIGNED_IN); /* on behalf of somebody: nobody signed in */
    ck_assert_ptr_nonnull(strstr(obo.refusal.reason.text, "no ID token"));
}
END_TEST

START_TEST(e117_claims_of_graphs_own_token_are_for_nobody_else)
{
    struct told told = redeemed("117", 200);
    ck_assert_int_eq(told.fail, FAIL_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(told.refusal.reason.text, "none that is understood"));
}
END_TEST

START_TEST(e118_and_e119_refusals_of_the_token_endpoint_keep_their_code)
{
    struct told more = redeemed("118", 400), scope = redeemed("119", 400);
    ck_assert_int_eq(more.fail, FAIL_STEP_UP_NEEDED);
    ck_assert_int_eq(more.refusal.aadsts, 50079);
    ck_assert_int_eq(scope.fail, FAIL_BROKEN); /* our own mistake */
    ck_assert_int_eq(scope.refusal.aadsts, 70011);
}
END_TEST

START_TEST(e120_an_application_token_is_read)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    json_auto_t *body = microsoft_example("120");
    char *bytes = json_compact(body);
    tenant_says(tenant, PAGE_TOKEN, 200, JSON, bytes);
    struct told told = told_bearer(tenant, "https://graph.microsoft.com/.default");
    ck_assert_msg(told.fail == FAIL_NONE, "%s", told.refusal.reason.text);
    ck_assert(strncmp(told.token, json_member_text(body, "access_token"), 20) == 0);
    free(bytes);
}
END_TEST

START_TEST(e121_and_e122_our_assertion_has_the_members_that_theirs_has)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    char *tokens = tokens_of(tenant, NULL, NULL, 0);
    tenant_says(tenant, PAGE_TOKEN, 200, JSON, tokens);
    ck_assert_int_eq(told_redeem(tenant).fail, FAIL_NONE);
    free(tokens);
    const char *sent = tenant_sent(tenant, "client_assertion");
    for (int i = 0; i < 2; i++) {
        json_auto_t *theirs = microsoft_example(i ? "122" : "121");
        unsigned char bytes[4096] = "";
        char part[4096];
        size_t length = strcspn(sent, "."), size;
        (void)snprintf(part, sizeof part, "%.*s", (int)length, sent);
        ck_assert(base64url_read(part, sizeof bytes - 1, bytes, &size));
        json_auto_t *ours = json_loadb((const char *)bytes, size, 0, NULL);
        const char *name;
        json_t *value;
        json_object_foreach (theirs, name, value) {
            const json_t *own = json_object_get(ours, name);
            ck_assert_msg(own && json_typeof(own) == json_typeof(value), "%s", name);
        }
        ck_assert_uint_eq(json_object_size(ours), json_object_size(theirs));
        sent += length + 1;
    }
}
END_TEST

/* The verdict on claims when what they are for is expected. */
static enum fail claims_of(const json_t *token, bool api, struct arena *arena,
                           struct signed_in *who, struct reason *why)
{
    const char *nonce = json_member_text(token, "nonce");
    const struct expected expected = {.issuer = json_member_text(token, "iss"),
                                      .tenant_id = json_member_text(token, "tid"),
                                      .client_id = json_member_text(token, "aud"),
                                      .nonce = nonce ? nonce : "",
                                      .now = json_member_number(token, "iat", 0) + 5};
    return (api ? claims_of_api_token : claims_of_id_token)(token, &expected, arena, who, why);
}

START_TEST(e123_and_e124_claims_of_id_tokens_are_read)
{
    static const char *const numbers[] = {"123", "124"}; /* the second with too many groups */
    for (size_t i = 0; i < 2; i++) {
        scoped(arena_scoped) struct arena *arena = arena_new();
        json_auto_t *token = microsoft_example(numbers[i]);
        struct signed_in who = {0};
        ck_assert_fine(claims_of(token, false, arena, &who, &spec_why));
        ck_assert_text(who.person.oid, "26be570a-ae82-4189-b4e2-a37c6808512d");
        ck_assert_uint_eq(who.acrs.count, 2);
        ck_assert_text(who.acrs.items[1], "c1");
        ck_assert_int_eq(who.auth_time, 1705302300);
    }
}
END_TEST

START_TEST(e125_claims_of_an_api_token_that_another_client_got)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *token = microsoft_example("125");
    struct signed_in who = {0};
    struct reason why = {0};
    ck_assert_int_eq(claims_of(token, true, arena, &who, &why), FAIL_INVALID);
    ck_assert_ptr_nonnull(strstr(why.text, "appid"));
    (void)json_object_set(token, "appid", json_object_get(token, "aud"));
    (void)json_object_set_new(token, "scp", json_string("access")); /* as Curfew's own is called */
    ck_assert_fine(claims_of(token, true, arena, &who, &spec_why));
    ck_assert_uint_eq(who.amr.count, 2);
    ck_assert_text(who.device_id, "6fa60d52-01e7-4b18-8055-4759461fc16b");
    ck_assert_text(who.address, "131.107.159.37");
}
END_TEST

SPECIFICATION_OF_EXAMPLES("identity/examples", e113_discovery_is_that_of_another_issuer,
                          e114_keys_that_are_shortened_are_none,
                          e115_and_e116_tokens_that_are_shortened_are_no_sign_in,
                          e117_claims_of_graphs_own_token_are_for_nobody_else,
                          e118_and_e119_refusals_of_the_token_endpoint_keep_their_code,
                          e120_an_application_token_is_read,
                          e121_and_e122_our_assertion_has_the_members_that_theirs_has,
                          e123_and_e124_claims_of_id_tokens_are_read,
                          e125_claims_of_an_api_token_that_another_client_got)
