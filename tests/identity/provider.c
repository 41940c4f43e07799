/* Goal: an issuer is believed when its description is what was configured, and its keys while they
 * are young enough; nobody can make Curfew ask for them again and again. */
#include "identity/provider.h"
#include "base/moment.h"
#include "identity/document.h"
#include "identity/tenant.h"
#include "support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sign_in_begin sign_in = {.state = "s", .nonce = NONCE, .verifier = "v"};

/* Discovery. */

START_TEST(a_description_is_fetched_once_and_kept)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(told_begin(tenant, &sign_in).fail, FAIL_NONE);
    tenant_pass(DOCUMENT_RENEWED_SECONDS - 60);
    ck_assert_int_eq(told_begin(tenant, &sign_in).fail, FAIL_NONE);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_METADATA), 1);
    tenant_pass(120);
    ck_assert_int_eq(told_begin(tenant, &sign_in).fail, FAIL_NONE);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_METADATA), 2);
}
END_TEST

static void refuse_description(struct tenant *tenant, const char *patch)
{
    tenant_publishes(tenant, PAGE_METADATA, metadata_of(tenant, false), patch);
    struct told told = told_begin(tenant, &sign_in);
    ck_assert_msg(told.fail == FAIL_UNAVAILABLE, "%s", patch);
    ck_assert_uint_gt(strlen(told.refusal.reason.text), 0);
    tenant_pass(10); /* it is not asked again at once */
}

START_TEST(descriptions_of_another_issuer_are_refused)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    static const char *const issuers[] = {"/{tenantid}/v2.0", "/common/v2.0", ("/" TENANT "/v2.0/"),
                                          ("/" TENANT),
                                          "/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0"};
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++) {
        char patch[256];
        (void)snprintf(patch, sizeof patch, "{\"issuer\":\"%s%s\"}", tenant_authority(tenant),
                       issuers[i]);
        refuse_description(tenant, patch);
    }
    refuse_description(tenant, "{\"issuer\":null}");
    refuse_description(tenant, "{\"issuer\":7}");
    refuse_description(tenant, "{\"issuer\":\"https://login.evil.example/" TENANT "/v2.0\"}");
    ck_assert_int_eq(tenant_asked(tenant, PAGE_METADATA), 8);
}
END_TEST

START_TEST(endpoints_elsewhere_are_refused)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    static const char *const names[] = {"authorization_endpoint", "token_endpoint", "jwks_uri"};
    static const char *const values[] = {
        "null",
        "7",
        "\"\"",
        "\"/oauth2/v2.0/token\"",
        "\"https://login.evil.example/oauth2/v2.0/token\"",
        "\"http://localhost/oauth2/v2.0/token\"",
        "\"http://localhost.evil.example/x\"",
        "\"http://127.0.0.1/x\"",
        "\"file:///etc/passwd\"",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            char patch[256];
            (void)snprintf(patch, sizeof patch, "{\"%s\":%s}", names[i], values[j]);
            refuse_description(tenant, patch);
        }
    char patch[256]; /* plain http where https was configured is another origin, too */
    (void)snprintf(patch, sizeof patch, "{\"token_endpoint\":\"https%s/token\"}",
                   tenant_authority(tenant) + strlen("http"));
    refuse_description(tenant, patch);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_TOKEN) + tenant_asked(tenant, PAGE_KEYS), 0);
}
END_TEST

START_TEST(answers_that_are_no_description_are_refused)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    static const struct {
        int status;
        const char *headers, *body;
    } answers[] = {
        {200, "Content-Type: text/html\r\n", "<html>Welcome to our hotel</html>"},
        {200, "", ""},
        {200, "", "[]"},
        {200, "", "{}"},
        {302, "Location: https://login.evil.example/\r\n", ""},
        {404, "", "{}"},
        {500, "", ""},
        {0, "", ""},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        tenant_says(tenant, PAGE_METADATA, answers[i].status, answers[i].headers, answers[i].body);
        ck_assert_int_eq(told_begin(tenant, &sign_in).fail, FAIL_UNAVAILABLE);
        tenant_pass(10);
    }
}
END_TEST

START_TEST(a_dead_issuer_is_not_asked_by_every_visitor)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    tenant_says(tenant, PAGE_METADATA, 500, "", "");
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(told_begin(tenant, &sign_in).fail, FAIL_UNAVAILABLE);
    ck_assert_int_le(tenant_asked(tenant, PAGE_METADATA), 2);
}
END_TEST

START_TEST(a_description_counts_for_a_day_while_the_issuer_is_out_of_reach)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    ck_assert_int_eq(told_begin(tenant, &sign_in).fail, FAIL_NONE);
    tenant_says(tenant, PAGE_METADATA, 200, "", "{\"issuer\":\"https://evil.example\"}");
    tenant_pass(DOCUMENT_AGE_SECONDS - 30);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(told_begin(tenant, &sign_in).fail, FAIL_NONE);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_METADATA), 2); /* it was tried, once */
    tenant_pass(60);
    ck_assert_int_eq(told_begin(tenant, &sign_in).fail, FAIL_UNAVAILABLE);
}
END_TEST

/* Keys. */

static void sign_in_with(struct tenant *tenant, size_t key, enum fail expected)
{
    char *tokens = tokens_of(tenant, NULL, NULL, key);
    tenant_says(tenant, PAGE_TOKEN, 200, "", tokens);
    struct told told = told_redeem(tenant);
    ck_assert_msg(told.fail == expected, "%s", told.refusal.reason.text);
    free(tokens);
}

START_TEST(keys_are_fetched_once_and_kept)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    for (int i = 0; i < 3; i++)
        sign_in_with(tenant, 0, FAIL_NONE);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_KEYS), 1);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_API_KEYS), 1);
}
END_TEST

START_TEST(j31_to_j32_keys_are_rotated_and_removed)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    tenant_publishes(tenant, PAGE_KEYS, key_set_with(jwk_of(key_number(2), "k0")), NULL);
    sign_in_with(tenant, 0, FAIL_NOT_SIGNED_IN); /* this fetch and one anew did not show k1 */
    ck_assert_int_eq(tenant_asked(tenant, PAGE_KEYS), 2);
    tenant_publishes(tenant, PAGE_KEYS, key_set_with(jwk_of(key_number(0), "k1")), NULL);
    sign_in_with(tenant, 0, FAIL_NOT_SIGNED_IN); /* not yet again */
    ck_assert_int_eq(tenant_asked(tenant, PAGE_KEYS), 2);
    tenant_pass(DOCUMENT_PAUSE_SECONDS);
    sign_in_with(tenant, 0, FAIL_NONE);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_KEYS), 3);
    tenant_publishes(tenant, PAGE_KEYS, key_set_with(jwk_of(key_number(2), "k3")), NULL);
    tenant_pass(DOCUMENT_RENEWED_SECONDS);
    sign_in_with(tenant, 0, FAIL_NOT_SIGNED_IN); /* a removed key is used no more */
}
END_TEST

START_TEST(a_rotated_key_is_found_at_once_the_first_time)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    tenant_publishes(tenant, PAGE_KEYS, key_set_with(jwk_of(key_number(2), "k0")), NULL);
    ck_assert_int_eq(told_begin(tenant, &sign_in).fail, FAIL_NONE);
    sign_in_with(tenant, 0, FAIL_NOT_SIGNED_IN);
    tenant_pass(3600);
    tenant_publishes(tenant, PAGE_KEYS, key_set_with(jwk_of(key_number(0), "k1")), NULL);
    sign_in_with(tenant, 0, FAIL_NONE);
}
END_TEST

START_TEST(j28_to_j29_key_sets_that_are_none)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    char *much = malloc(10 * 1024 * 1024 + 1);
    memset(much, ' ', 10 * 1024 * 1024);
    much[10 * 1024 * 1024] = '\0';
    const char *const answers[] = {
        much, "<html></html>", "", "{\"keys\":[]}", "[]", "{\"keys\":[],\"keys\":[]}"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        tenant_says(tenant, PAGE_KEYS, 200, "", answers[i]);
        sign_in_with(tenant, 0, FAIL_UNAVAILABLE);
        tenant_pass(10);
    }
    free(much);
}
END_TEST

START_TEST(j30_kept_keys_count_for_a_day_without_the_issuer)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    sign_in_with(tenant, 0, FAIL_NONE);
    tenant_says(tenant, PAGE_KEYS, 0, "", "");
    tenant_pass(DOCUMENT_AGE_SECONDS - 60);
    sign_in_with(tenant, 0, FAIL_NONE);
    tenant_pass(120);
    sign_in_with(tenant, 0, FAIL_UNAVAILABLE);
    tenant_publishes(tenant, PAGE_KEYS, key_set_with(jwk_of(key_number(0), "k1")), NULL);
    tenant_pass(DOCUMENT_PAUSE_SECONDS);
    sign_in_with(tenant, 0, FAIL_NONE);
}
END_TEST

static struct provider_settings provider_settings_of(struct tenant *tenant)
{
    return (struct provider_settings){.authority = tenant_authority(tenant),
                                      .metadata =
                                          "/" TENANT "/v2.0/.well-known/openid-configuration",
                                      .issuer = tenant_issuer(tenant),
                                      .tenant_id = TENANT,
                                      .private_peer = true};
}

/* Keys for proofs that are checked before access is given. */

struct proof {
    struct loop *loop;
    struct tenant *tenant;
    struct provider *provider;
    size_t asked;
    bool begun;
};

static const struct {
    int64_t later;
    bool dead;
    enum fail fail;
    int fetches;
} recent[] = {{0, false, FAIL_NONE, 1},
              {DOCUMENT_PAUSE_SECONDS - 60, false, FAIL_NONE, 1},
              {60, false, FAIL_NONE, 2},
              {DOCUMENT_PAUSE_SECONDS, true, FAIL_UNAVAILABLE, 0}};

static void keys_told(void *context, enum fail fail, const struct reason *why);

static void ask_for_recent(struct proof *proof)
{
    tenant_pass(recent[proof->asked].later);
    if (recent[proof->asked].dead)
        tenant_says(proof->tenant, PAGE_KEYS, 0, "", "");
    provider_keys(proof->provider, DOCUMENT_RECENT, keys_told, proof);
}

static void keys_told(void *context, enum fail fail, const struct reason *why)
{
    struct proof *proof = context;
    (void)why;
    ck_assert_int_eq(fail, recent[proof->asked].fail);
    if (!recent[proof->asked].dead)
        ck_assert_int_eq(tenant_asked(proof->tenant, PAGE_KEYS), recent[proof->asked].fetches);
    if (++proof->asked == sizeof recent / sizeof *recent)
        loop_stop(proof->loop);
    else
        ask_for_recent(proof);
}

static int64_t begin_to_ask(void *context)
{
    struct proof *proof = context;
    if (!proof->begun)
        ask_for_recent(proof);
    proof->begun = true;
    return MOMENT_NEVER;
}

START_TEST(what_is_proved_is_checked_with_keys_that_are_minutes_old_at_most)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    const struct provider_settings settings = provider_settings_of(tenant);
    scoped(provider_scoped) struct provider *provider = provider_new(loop, &settings);
    struct proof proof = {.loop = loop, .tenant = tenant, .provider = provider};
    loop_run(loop, begin_to_ask, &proof);
    ck_assert_uint_eq(proof.asked, sizeof recent / sizeof *recent);
}
END_TEST

/* Thrash. */

struct thrash {
    struct loop *loop;
    struct provider *provider;
    char (*kids)[32];
    int count, unknown;
};

static void key_told(void *context, enum fail fail, const struct reason *why,
                     const struct jws_key *key)
{
    struct thrash *thrash = context;
    ck_assert_int_eq(fail, FAIL_INVALID);
    ck_assert(why && !key);
    if (++thrash->unknown == thrash->count)
        loop_stop(thrash->loop);
}

static int64_t look_up_all(void *context)
{
    struct thrash *thrash = context;
    for (int i = 0; i < thrash->count; i++) {
        (void)snprintf(thrash->kids[i], sizeof thrash->kids[i], "random-%d", i);
        provider_key(thrash->provider, thrash->kids[i], key_told, thrash);
    }
    return MOMENT_NEVER;
}

START_TEST(j16_ten_thousand_random_kids_cause_one_more_fetch)
{
    scoped(tenant_scoped) struct tenant *tenant = tenant_new(NULL);
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    const struct provider_settings settings = provider_settings_of(tenant);
    struct provider *provider = provider_new(loop, &settings);
    struct thrash thrash = {
        .loop = loop, .provider = provider, .kids = calloc(10000, 32), .count = 10000};
    loop_run(loop, look_up_all, &thrash);
    ck_assert_int_eq(thrash.unknown, 10000);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_METADATA), 1);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_KEYS), 2);
    thrash.unknown = 0;
    (void)look_up_all(&thrash); /* answered at once, from what is kept */
    ck_assert_int_eq(thrash.unknown, 10000);
    ck_assert_int_eq(tenant_asked(tenant, PAGE_KEYS), 2);
    provider_free(provider);
    free(thrash.kids);
}
END_TEST

SPECIFICATION("identity/provider", a_description_is_fetched_once_and_kept,
              descriptions_of_another_issuer_are_refused, endpoints_elsewhere_are_refused,
              answers_that_are_no_description_are_refused,
              a_dead_issuer_is_not_asked_by_every_visitor,
              a_description_counts_for_a_day_while_the_issuer_is_out_of_reach,
              keys_are_fetched_once_and_kept, j31_to_j32_keys_are_rotated_and_removed,
              a_rotated_key_is_found_at_once_the_first_time, j28_to_j29_key_sets_that_are_none,
              j30_kept_keys_count_for_a_day_without_the_issuer,
              what_is_proved_is_checked_with_keys_that_are_minutes_old_at_most,
              j16_ten_thousand_random_kids_cause_one_more_fetch)
