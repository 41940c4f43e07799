/* Goal: a token counts for this sign-in, this tenant, this application and this person, now; and
 * proves no more than it says (corpus J49 to J64 of security.md 2.4). */
#include "identity/claims.h"
#include "identity/issuer.h"
#include "support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t now = 1800000000;
static const char issuer[] = ISSUER_V2("https://login.microsoftonline.com");

enum kind { ID, API };

struct judged {
    enum fail fail;
    struct signed_in who;
    json_t *token; /* what `who` points into */
    struct arena *arena;
};

static void judged_scoped(struct judged *judged)
{
    json_decref(judged->token);
    arena_free(judged->arena);
}

/* `@+61@` in a patch stands for a moment 61 s after now. */
static void fill(const char *patch, char filled[512])
{
    size_t length = 0;
    while (*patch) {
        char *end = NULL;
        if (*patch == '@')
            length += (size_t)snprintf(filled + length, 512 - length, "%lld",
                                       (long long)(now + strtol(patch + 1, &end, 10)));
        else
            filled[length++] = *patch;
        patch = end ? end + 1 : patch + 1;
    }
    filled[length] = '\0';
}

/* The verdict on a good token, patched. */
static struct judged judge(enum kind kind, const char *patch)
{
    const struct expected expected = {.issuer = kind == API ? ISSUER_V1 : issuer,
                                      .tenant_id = TENANT,
                                      .client_id = CLIENT,
                                      .nonce = NONCE,
                                      .now = now};
    struct judged judged = {.arena = arena_new()};
    struct reason why = {0};
    char filled[512];
    fill(patch ? patch : "{}", filled);
    char *text = patched(kind == API ? api_claims(now) : id_claims(issuer, now), filled);
    judged.token = json_loads(text, 0, NULL);
    free(text);
    judged.fail =
        kind == API ? claims_of_api_token(judged.token, &expected, judged.arena, &judged.who, &why)
                    : claims_of_id_token(judged.token, &expected, judged.arena, &judged.who, &why);
    ck_assert_msg((judged.fail == FAIL_NONE) == !why.text[0], "%s: %s", filled, why.text);
    return judged;
}

static void refuse_all(enum kind kind, size_t count, const char *const patches[])
{
    for (size_t i = 0; i < count; i++) {
        scoped(judged_scoped) struct judged judged = judge(kind, patches[i]);
        ck_assert_msg(judged.fail == FAIL_INVALID, "%s: %s", patches[i], fail_code(judged.fail));
    }
}

#define REFUSE(kind, ...)                                                                          \
    do {                                                                                           \
        static const char *const patches[] = {__VA_ARGS__};                                        \
        refuse_all((kind), sizeof patches / sizeof *patches, patches);                             \
    } while (0)

static bool counts(enum kind kind, const char *patch)
{
    scoped(judged_scoped) struct judged judged = judge(kind, patch);
    return judged.fail == FAIL_NONE;
}

START_TEST(a_good_id_token_says_who_signed_in_and_how)
{
    scoped(judged_scoped) struct judged judged = judge(ID, NULL);
    ck_assert_int_eq(judged.fail, FAIL_NONE);
    ck_assert_text(judged.who.person.tid, TENANT);
    ck_assert_text(judged.who.person.oid, PERSON);
    ck_assert_int_eq(judged.who.issued_at, now - 300);
    ck_assert_int_eq(judged.who.auth_time, now - 20);
    ck_assert_uint_eq(judged.who.acrs.count, 1);
    ck_assert_text(judged.who.acrs.items[0], "c1");
    ck_assert_uint_eq(judged.who.roles.count, 1);
    ck_assert_text(judged.who.roles.items[0], "Curfew.Auditor");
    ck_assert_uint_eq(judged.who.amr.count, 0);
    ck_assert_ptr_null(judged.who.device_id);
    ck_assert_text(judged.who.name, "Ada");
    ck_assert_text(judged.who.user_name, "ada@example.com");
    ck_assert_text(judged.who.session, "s-1");
}
END_TEST

START_TEST(a_good_api_token_brings_methods_and_device)
{
    scoped(judged_scoped) struct judged judged = judge(API, NULL);
    ck_assert_int_eq(judged.fail, FAIL_NONE);
    ck_assert_uint_eq(judged.who.amr.count, 2);
    ck_assert_text(judged.who.amr.items[1], "mfa");
    ck_assert_text(judged.who.device_id, DEVICE);
    ck_assert_text(judged.who.address, "203.0.113.7");
}
END_TEST

START_TEST(j49_to_j51_expiry)
{
    for (enum kind kind = ID; kind <= API; kind++) {
        REFUSE(kind, "{\"exp\":null}", "{\"exp\":\"1900000000\"}", "{\"exp\":1.9e9}",
               "{\"exp\":1900000000.5}", "{\"exp\":true}", "{\"exp\":-1}", "{\"exp\":[1900000000]}",
               "{\"exp\":@-61@}", "{\"exp\":0}");
        ck_assert(counts(kind, "{\"exp\":@-60@}"));
        ck_assert(counts(kind, "{\"exp\":@+86400@}"));
    }
}
END_TEST

START_TEST(j52_to_j53_not_yet_or_not_just_now)
{
    for (enum kind kind = ID; kind <= API; kind++) {
        REFUSE(kind, "{\"nbf\":@+61@}", "{\"nbf\":\"now\"}", "{\"nbf\":1e3}", "{\"iat\":null}",
               "{\"iat\":\"now\"}", "{\"iat\":@+61@}", "{\"iat\":@-601@}", "{\"iat\":0}",
               "{\"iat\":-1}");
        ck_assert(counts(kind, "{\"nbf\":@+60@}"));
        ck_assert(counts(kind, "{\"nbf\":null}"));
        ck_assert(counts(kind, "{\"iat\":@+60@}"));
        ck_assert(counts(kind, "{\"iat\":@-600@}"));
    }
}
END_TEST

START_TEST(j54_other_issuers)
{
    REFUSE(
        ID, "{\"iss\":null}", "{\"iss\":\"\"}",
        "{\"iss\":\"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0\"}",
        "{\"iss\":\"https://login.microsoftonline.com/" TENANT "/v2.0/\"}",
        "{\"iss\":\"https://LOGIN.microsoftonline.com/" TENANT "/v2.0\"}",
        "{\"iss\":\"https://login.microsoftonline.com/{tenantid}/v2.0\"}",
        "{\"iss\":\"https://login.microsoftonline.us/" TENANT "/v2.0\"}",
        "{\"iss\":\"http://login.microsoftonline.com/" TENANT "/v2.0\"}",
        "{\"iss\":\"" ISSUER_V1 "\"}",
        "{\"iss\":[\"https://login.microsoftonline.com/" TENANT "/v2.0\"]}");
    REFUSE(API, "{\"iss\":null}", "{\"iss\":\"https://sts.windows.net/" TENANT "\"}",
           "{\"iss\":\"https://sts.windows.net/{tenantid}/\"}",
           "{\"iss\":\"https://login.microsoftonline.com/" TENANT "/v2.0\"}");
    REFUSE(ID, "{\"ver\":null}", "{\"ver\":\"1.0\"}", "{\"ver\":2.0}", "{\"ver\":\"2\"}");
    REFUSE(API, "{\"ver\":null}", "{\"ver\":\"2.0\"}", "{\"ver\":1}");
}
END_TEST

START_TEST(j55_other_audiences_and_parties)
{
    for (enum kind kind = ID; kind <= API; kind++)
        REFUSE(kind, "{\"aud\":null}", "{\"aud\":\"\"}",
               "{\"aud\":\"00000003-0000-0000-c000-000000000000\"}",
               "{\"aud\":\"https://graph.microsoft.com\"}", "{\"aud\":\"api://" CLIENT "\"}",
               "{\"aud\":[\"" CLIENT "\",\"00000003-0000-0000-c000-000000000000\"]}",
               "{\"aud\":[\"" CLIENT "\"]}", "{\"aud\":\"6E74172B-BE56-4843-9FF4-E66A39BB12E3\"}");
    REFUSE(ID, "{\"azp\":\"00000003-0000-0000-c000-000000000000\"}", "{\"azp\":7}");
    ck_assert(counts(ID, "{\"azp\":\"" CLIENT "\"}"));
    REFUSE(API, "{\"appid\":null}", "{\"appid\":\"00000003-0000-0000-c000-000000000000\"}",
           "{\"appid\":7}");
}
END_TEST

START_TEST(j56_other_nonces)
{
    REFUSE(ID, "{\"nonce\":null}", "{\"nonce\":\"\"}", "{\"nonce\":\"n-0S6_WzA2M\"}",
           "{\"nonce\":\"n-0S6_WzA2Mj \"}", "{\"nonce\":\"N-0S6_WzA2Mj\"}", "{\"nonce\":7}");
    ck_assert(counts(API, "{\"nonce\":null}"));
}
END_TEST

START_TEST(j57_to_j58_no_person_or_one_of_another_tenant)
{
    for (enum kind kind = ID; kind <= API; kind++)
        REFUSE(kind, "{\"oid\":null}", "{\"oid\":\"\"}", "{\"oid\":\"ada@example.com\"}",
               "{\"oid\":\"c2be3a5d0d1a4a3b9c1f1d2f3a4b5c6d\"}", "{\"oid\":7}", "{\"sub\":null}",
               "{\"sub\":\"\"}", "{\"sub\":7}", "{\"tid\":null}", "{\"tid\":\"\"}",
               "{\"tid\":\"72f988bf-86f1-41af-91ab-2d7cd011db47\"}", "{\"tid\":\"common\"}",
               "{\"tid\":[\"" TENANT "\"]}");
}
END_TEST

START_TEST(letters_of_ids_have_no_case)
{
    scoped(judged_scoped) struct judged judged =
        judge(ID, "{\"oid\":\"C2BE3A5D-0D1A-4A3B-9C1F-1D2F3A4B5C6D\"}");
    ck_assert_int_eq(judged.fail, FAIL_NONE);
    ck_assert_text(judged.who.person.oid, PERSON);
}
END_TEST

START_TEST(mail_and_user_name_do_not_make_a_person)
{
    scoped(judged_scoped) struct judged judged =
        judge(ID, "{\"email\":\"victim@example.com\",\"upn\":\"victim@example.com\","
                  "\"preferred_username\":\"victim@example.com\"}");
    ck_assert_text(judged.who.person.oid, PERSON);
}
END_TEST

START_TEST(j59_guests_are_refused)
{
    for (enum kind kind = ID; kind <= API; kind++) {
        static const char *const guests[] = {"{\"acct\":1}", "{\"acct\":2}", "{\"acct\":-1}"};
        for (size_t i = 0; i < sizeof guests / sizeof *guests; i++) {
            scoped(judged_scoped) struct judged judged = judge(kind, guests[i]);
            ck_assert_int_eq(judged.fail, FAIL_DENIED);
        }
        REFUSE(kind, "{\"acct\":\"0\"}", "{\"acct\":false}", "{\"acct\":0.0}");
        ck_assert(counts(kind, "{\"acct\":null}"));
    }
}
END_TEST

START_TEST(j60_contexts_are_a_list_or_no_evidence)
{
    scoped(judged_scoped) struct judged none = judge(ID, "{\"acrs\":null}");
    ck_assert_int_eq(none.fail, FAIL_NONE);
    ck_assert_uint_eq(none.who.acrs.count, 0);
    scoped(judged_scoped) struct judged other = judge(ID, "{\"acrs\":[\"c10\",\"C1\",\"c1 \"]}");
    ck_assert_int_eq(other.fail, FAIL_NONE);
    for (size_t i = 0; i < other.who.acrs.count; i++)
        ck_assert_str_ne(other.who.acrs.items[i], "c1");
    scoped(judged_scoped) struct judged empty = judge(ID, "{\"acrs\":[]}");
    ck_assert_int_eq(empty.fail, FAIL_NONE);
    for (enum kind kind = ID; kind <= API; kind++)
        REFUSE(kind, "{\"acrs\":\"c1\"}", "{\"acrs\":[1]}", "{\"acrs\":[[\"c1\"]]}",
               "{\"acrs\":{\"c1\":true}}", "{\"acrs\":[\"c1\",null]}", "{\"amr\":\"mfa\"}",
               "{\"roles\":\"Curfew.Admin\"}");
}
END_TEST

START_TEST(j61_the_time_of_authentication)
{
    scoped(judged_scoped) struct judged none = judge(ID, "{\"auth_time\":null}");
    ck_assert_int_eq(none.fail, FAIL_NONE);
    ck_assert_int_eq(none.who.auth_time, -1);
    scoped(judged_scoped) struct judged old = judge(ID, "{\"auth_time\":@-86400@}");
    ck_assert_int_eq(old.fail, FAIL_NONE);
    ck_assert_int_eq(old.who.auth_time, now - 86400); /* how old it may be is for the policy */
    for (enum kind kind = ID; kind <= API; kind++) {
        REFUSE(kind, "{\"auth_time\":@+61@}", "{\"auth_time\":\"1800000000\"}",
               "{\"auth_time\":1.8e9}", "{\"auth_time\":-1}");
        ck_assert(counts(kind, "{\"auth_time\":@+60@}"));
    }
}
END_TEST

START_TEST(j62_tokens_of_another_kind)
{
    REFUSE(ID, "{\"scp\":\"access\"}", "{\"nonce\":null,\"scp\":\"access\"}",
           "{\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}}");
    REFUSE(API, "{\"scp\":null}", "{\"scp\":\"\"}", "{\"scp\":\"accessories\"}",
           "{\"scp\":\"no-access\"}", "{\"scp\":\"Access\"}", "{\"scp\":[\"access\"]}",
           "{\"idtyp\":\"app\"}", "{\"idtyp\":\"app\",\"scp\":null}", "{\"idtyp\":7}");
    ck_assert(counts(API, "{\"scp\":\"openid access profile\"}"));
    ck_assert(counts(API, "{\"idtyp\":\"user\"}"));
}
END_TEST

START_TEST(j63_groups_are_never_read)
{
    ck_assert(counts(ID, "{\"_claim_names\":{\"groups\":\"src1\"},\"_claim_sources\":{\"src1\":"
                         "{\"endpoint\":\"https://graph.windows.net/x\"}}}"));
    ck_assert(counts(ID, "{\"groups\":7}"));
    ck_assert(counts(API, "{\"hasgroups\":true,\"wids\":[\"x\"]}"));
}
END_TEST

START_TEST(j64_a_token_for_another_client_of_the_tenant)
{
    REFUSE(ID, "{\"aud\":\"11111111-be56-4843-9ff4-e66a39bb12e3\"}");
    REFUSE(API, "{\"aud\":\"11111111-be56-4843-9ff4-e66a39bb12e3\"}",
           "{\"appid\":\"11111111-be56-4843-9ff4-e66a39bb12e3\"}");
}
END_TEST

START_TEST(texts_that_are_no_texts_are_malformed)
{
    REFUSE(ID, "{\"name\":7}", "{\"preferred_username\":[]}", "{\"sid\":{}}");
    REFUSE(API, "{\"ipaddr\":7}", "{\"deviceid\":\"\"}", "{\"deviceid\":\"laptop\"}",
           "{\"deviceid\":7}");
    ck_assert(counts(API, "{\"deviceid\":null}"));
}
END_TEST

/* Both tokens together. */

static enum fail join(const char *id_patch, const char *api_patch, struct signed_in *who,
                      struct judged judged[2])
{
    judged[0] = judge(ID, id_patch);
    judged[1] = judge(API, api_patch);
    ck_assert_int_eq(judged[0].fail + judged[1].fail, FAIL_NONE);
    return claims_join(&judged[0].who, &judged[1].who, judged[0].arena, who, NULL);
}

static void judged_both(struct judged judged[2])
{
    judged_scoped(&judged[0]);
    judged_scoped(&judged[1]);
}

START_TEST(two_tokens_are_about_one_person_and_one_device)
{
    struct signed_in who;
    struct judged judged[2];
    ck_assert_int_eq(join(NULL, "{\"oid\":\"11111111-0d1a-4a3b-9c1f-1d2f3a4b5c6d\"}", &who, judged),
                     FAIL_INVALID);
    judged_both(judged);
    ck_assert_int_eq(
        join("{\"deviceid\":\"11111111-0d1a-4a3b-9c1f-1d2f3a4b5c6d\"}", NULL, &who, judged),
        FAIL_INVALID);
    judged_both(judged);
    ck_assert_int_eq(join(NULL, NULL, &who, judged), FAIL_NONE);
    ck_assert_text(who.device_id, DEVICE);
    ck_assert_text(who.name, "Ada");
    ck_assert_uint_eq(who.amr.count, 2);
    judged_both(judged);
}
END_TEST

START_TEST(the_older_authentication_counts)
{
    static const struct {
        const char *id, *api;
        int64_t expected;
    } cases[] = {
        {"{\"auth_time\":@-10@}", "{\"auth_time\":@-900@}", -900},
        {"{\"auth_time\":@-900@}", "{\"auth_time\":@-10@}", -900},
        {"{\"auth_time\":null}", "{\"auth_time\":@-10@}", -10},
        {"{\"auth_time\":@-10@}", "{\"auth_time\":null}", -10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct signed_in who;
        struct judged judged[2];
        ck_assert_int_eq(join(cases[i].id, cases[i].api, &who, judged), FAIL_NONE);
        ck_assert_int_eq(who.auth_time, now + cases[i].expected);
        judged_both(judged);
    }
}
END_TEST

START_TEST(only_contexts_that_both_tokens_name_count)
{
    static const struct {
        const char *id, *api, *expected;
    } cases[] = {
        {"{\"acrs\":[\"c1\",\"c2\",\"c3\"]}", "{\"acrs\":[\"c3\",\"c1\",\"c4\"]}", "c1 c3 "},
        {"{\"acrs\":[\"c1\"]}", "{\"acrs\":[]}", ""},
        {"{\"acrs\":[]}", "{\"acrs\":[\"c1\"]}", ""},
        {"{\"acrs\":[\"c1\"]}", "{\"acrs\":[\"c2\"]}", ""},
        {"{\"acrs\":null}", "{\"acrs\":[\"c2\"]}", "c2 "},
        {"{\"acrs\":[\"c1\"]}", "{\"acrs\":null}", "c1 "},
        {"{\"acrs\":null}", "{\"acrs\":null}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct signed_in who;
        struct judged judged[2];
        char all[64] = "";
        ck_assert_int_eq(join(cases[i].id, cases[i].api, &who, judged), FAIL_NONE);
        for (size_t j = 0; j < who.acrs.count; j++)
            (void)snprintf(all + strlen(all), sizeof all - strlen(all), "%s ", who.acrs.items[j]);
        ck_assert_text(all, cases[i].expected);
        judged_both(judged);
    }
}
END_TEST

SPECIFICATION("identity/claims", a_good_id_token_says_who_signed_in_and_how,
              a_good_api_token_brings_methods_and_device, j49_to_j51_expiry,
              j52_to_j53_not_yet_or_not_just_now, j54_other_issuers,
              j55_other_audiences_and_parties, j56_other_nonces,
              j57_to_j58_no_person_or_one_of_another_tenant, letters_of_ids_have_no_case,
              mail_and_user_name_do_not_make_a_person, j59_guests_are_refused,
              j60_contexts_are_a_list_or_no_evidence, j61_the_time_of_authentication,
              j62_tokens_of_another_kind, j63_groups_are_never_read,
              j64_a_token_for_another_client_of_the_tenant, texts_that_are_no_texts_are_malformed,
              two_tokens_are_about_one_person_and_one_device, the_older_authentication_counts,
              only_contexts_that_both_tokens_name_count)
