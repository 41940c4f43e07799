/* Goal: Curfew's own token is fetched once for all who need it, renewed long before it ends, and
 * given up when a service refuses it. */
#include "identity/tenant.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char graph[] = "https://graph.microsoft.com/.default";
static const char arm[] = "https://management.azure.com/.default";

#define UNDERSTANDS_CHALLENGES "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}"

static void grant(struct tenant *tenant, const char *token)
{
    char body[256];
    (void)snprintf(body, sizeof body,
                   "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"%s\"}",
                   token);
    tenant_says(tenant, PAGE_TOKEN, 200, "", body);
}

START_TEST(a_token_is_asked_for_like_this_and_kept)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    grant(tenant, "first");
    ck_assert_text(told_bearer(tenant, graph).token, "first");
    ck_assert_text(tenant_sent(tenant, "grant_type"), "client_credentials");
    ck_assert_text(tenant_sent(tenant, "scope"), graph);
    ck_assert_text(tenant_sent(tenant, "client_id"), CLIENT);
    ck_assert_text(tenant_sent(tenant, "claims"), UNDERSTANDS_CHALLENGES);
    ck_assert_ptr_nonnull(tenant_sent(tenant, "client_assertion"));
    grant(tenant, "second");
    ck_assert_text(told_bearer(tenant, graph).token, "first");
    ck_assert_text(told_bearer(tenant, arm).token, "second"); /* one for each service */
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 2);
}
END_TEST

START_TEST(many_who_ask_at_once_cause_one_fetch)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    grant(tenant, "first");
    tenant_thinks(tenant, 100);
    ck_assert_int_eq(told_many(tenant, graph, 500), 0);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 1);
}
END_TEST

START_TEST(many_who_ask_in_vain_cause_one_fetch)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    tenant_says(tenant, PAGE_TOKEN, 500, "", "");
    ck_assert_int_eq(told_many(tenant, graph, 500), 500);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 1);
    grant(tenant, "first");
    ck_assert_text(told_bearer(tenant, graph).token, "first");
}
END_TEST

START_TEST(at_half_of_its_life_a_token_is_renewed_while_it_is_used)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    grant(tenant, "first");
    ck_assert_text(told_bearer(tenant, graph).token, "first");
    grant(tenant, "second");
    tenant_pass(1790);
    ck_assert_text(told_bearer(tenant, graph).token, "first");
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 1);
    tenant_pass(20);
    ck_assert_text(told_bearer(tenant, graph).token, "first"); /* nobody waits for the renewal */
    for (int i = 0; i < 200 && strcmp(told_bearer(tenant, graph).token, "second") != 0; i++)
        (void)usleep(10000);
    ck_assert_text(told_bearer(tenant, graph).token, "second");
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 2);
}
END_TEST

START_TEST(a_renewal_that_fails_is_tried_again_and_the_old_token_used_to_its_end)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    grant(tenant, "first");
    ck_assert_text(told_bearer(tenant, graph).token, "first");
    tenant_says(tenant, PAGE_TOKEN, 500, "", "");
    tenant_pass(1810);
    for (int i = 0; i < 5; i++) {
        ck_assert_text(told_bearer(tenant, graph).token, "first");
        (void)usleep(20000);
    }
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 2); /* one attempt, then a pause */
    tenant_pass(31);
    ck_assert_text(told_bearer(tenant, graph).token, "first");
    tenant_pass(1800);
    ck_assert_int_eq(told_bearer(tenant, graph).fail, FAIL_UNAVAILABLE);
}
END_TEST

START_TEST(a_token_about_to_end_is_not_given_out)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    grant(tenant, "first");
    ck_assert_text(told_bearer(tenant, graph).token, "first");
    grant(tenant, "second");
    tenant_pass(3590);
    ck_assert_text(told_bearer(tenant, graph).token, "second");
}
END_TEST

START_TEST(a_refused_token_is_replaced_once)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    grant(tenant, "first");
    ck_assert_text(told_bearer(tenant, graph).token, "first");
    grant(tenant, "second");
    tenant_pass(120);
    told_refused(tenant, graph);
    ck_assert_text(told_bearer(tenant, graph).token, "second");
    grant(tenant, "third");
    for (int i = 0; i < 10; i++) { /* others whose calls were refused with the first one */
        told_refused(tenant, graph);
        ck_assert_text(told_bearer(tenant, graph).token, "second");
    }
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 2);
    told_refused(tenant, arm); /* there is none yet */
}
END_TEST

START_TEST(a_challenge_is_answered_with_one_token_that_was_asked_for_with_it)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    grant(tenant, "first");
    ck_assert_text(told_bearer(tenant, graph).token, "first");
    grant(tenant, "second");
    told_challenged(tenant, graph, 1768471200); /* however young the token is */
    ck_assert_text(told_bearer(tenant, graph).token, "second");
    ck_assert_text(tenant_sent(tenant, "claims"),
                   "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1768471200\"},"
                   "\"xms_cc\":{\"values\":[\"cp1\"]}}}");
    grant(tenant, "third");
    for (int i = 0; i < 10; i++) { /* others that met it, and one that came before it */
        told_challenged(tenant, graph, 1768471200 - i);
        ck_assert_text(told_bearer(tenant, graph).token, "second");
    }
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN), 2);
    told_challenged(tenant, graph, 1768471201);
    ck_assert_text(told_bearer(tenant, graph).token, "third");
    grant(tenant, "fourth");
    tenant_pass(3590);
    ck_assert_text(told_bearer(tenant, graph).token, "fourth");
    ck_assert_text(tenant_sent(tenant, "claims"), UNDERSTANDS_CHALLENGES);
}
END_TEST

START_TEST(a_refusal_of_the_application_is_told_with_its_code)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    tenant_says(tenant, PAGE_TOKEN, 401, "",
                "{\"error\":\"invalid_client\",\"error_codes\":[700027]}");
    struct told told = told_bearer(tenant, graph);
    ck_assert_int_eq(told.fail, FAIL_BROKEN);
    ck_assert_ptr_nonnull(strstr(told.refusal.reason.text, "AADSTS700027"));
}
END_TEST

START_TEST(an_outage_of_the_login_service_is_not_made_worse)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    tenant_says(tenant, PAGE_TOKEN, 500, "", "");
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(told_bearer(tenant, graph).fail, FAIL_UNAVAILABLE);
    ck_assert_int_le(tenant_asked(tenant, PAGE_TOKEN), 6);
}
END_TEST

SPECIFICATION("identity/app_token", a_token_is_asked_for_like_this_and_kept,
              many_who_ask_at_once_cause_one_fetch, many_who_ask_in_vain_cause_one_fetch,
              at_half_of_its_life_a_token_is_renewed_while_it_is_used,
              a_renewal_that_fails_is_tried_again_and_the_old_token_used_to_its_end,
              a_token_about_to_end_is_not_given_out, a_refused_token_is_replaced_once,
              a_challenge_is_answered_with_one_token_that_was_asked_for_with_it,
              a_refusal_of_the_application_is_told_with_its_code,
              an_outage_of_the_login_service_is_not_made_worse)
