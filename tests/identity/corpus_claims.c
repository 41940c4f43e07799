/* Goal: a sign-in with a token that is about somebody, something or some time else is none
   (corpus J49 to J64 of security.md 2.4). */
#include "identity/corpus.h"

#include "base/moment.h"
#include "support/spec.h"

#include <string.h>

#define CLAIM(name, value) .patch = "{\"" name "\":" value "}"
#define NO                 .verdict = NO_SIGN_IN
#define OTHER              "\"72f988bf-86f1-41af-91ab-2d7cd011db47\""

CORPUS(j49_exp_missing, {CLAIM("exp", "null"), NO})
CORPUS(j50_exp_that_is_no_whole_number, {CLAIM("exp", "\"4102444800\""), NO},
       {CLAIM("exp", "4.1e9"), NO}, {CLAIM("exp", "true"), NO}, {CLAIM("exp", "-1"), NO},
       {CLAIM("exp", "null"), .first = "\"exp\":100000000000000000000,", NO},
       {CLAIM("exp", "null"), .first = "\"exp\":1e3,", NO})
CORPUS(j51_exp_past, {CLAIM("exp", "@-61@"), NO}, {CLAIM("exp", "@-86400@"), NO},
       {CLAIM("exp", "@+5@")})
CORPUS(j52_nbf_future, {CLAIM("nbf", "@+70@"), NO}, {CLAIM("nbf", "\"0\""), NO})
CORPUS(j53_iat_missing_future_or_old, {CLAIM("iat", "null"), NO}, {CLAIM("iat", "@+70@"), NO},
       {CLAIM("iat", "@-610@"), NO}, {CLAIM("iat", "@-590@")}, {CLAIM("iat", "1.7e9"), NO})

/* A good token says who issued it in its own way: these are the others. */
START_TEST(j54_other_issuers)
{
    scoped(tenant_scoped) struct tenant *tenant = corpus_tenant();
    const char *authority = tenant_authority(tenant);
    static const char *const forms[] = {"%s/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
                                        "%s/" TENANT "/v2.0/",
                                        "%s/" TENANT "/V2.0",
                                        "%s/" TENANT "/",
                                        "%s/{tenantid}/v2.0",
                                        "%s/common/v2.0",
                                        " %s/" TENANT "/v2.0"};
    for (size_t i = 0; i <= sizeof forms / sizeof *forms; i++) {
        scoped(text_scoped) struct text patch = TEXT_LIMIT(1024);
        text_add(&patch, "{\"iss\":\"");
        if (i < sizeof forms / sizeof *forms) {
            const char *rest = strstr(forms[i], "%s");
            text_addf(&patch, "%.*s%s%s", (int)(rest - forms[i]), forms[i], authority, rest + 2);
        } else {
            text_add(&patch, ISSUER_V1);
        }
        text_add(&patch, "\"}");
        const struct odd odd = {.patch = text_of(&patch)};
        ck_assert_msg(corpus_sign_in(tenant, &odd, 0).fail == FAIL_NOT_SIGNED_IN, "%s", odd.patch);
    }
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NONE);
}
END_TEST

CORPUS(j55_other_audiences, {CLAIM("aud", OTHER), NO}, {CLAIM("aud", "null"), NO},
       {CLAIM("aud", "[\"" CLIENT "\"," OTHER "]"), NO}, {CLAIM("aud", "\"api://" CLIENT "\""), NO},
       {CLAIM("azp", OTHER), NO}, {CLAIM("azp", "\"" CLIENT "\"")})
CORPUS(j56_other_nonces, {CLAIM("nonce", "null"), NO}, {CLAIM("nonce", "\"\""), NO},
       {CLAIM("nonce", "\"n-of-an-earlier-sign-in\""), NO}, {CLAIM("nonce", "7"), NO})
CORPUS(j57_nobody, {CLAIM("oid", "null"), NO}, {CLAIM("oid", "\"\""), NO},
       {CLAIM("oid", "\"ada@example.com\""), NO}, {CLAIM("sub", "null"), NO},
       {CLAIM("sub", "\"\""), NO}, {CLAIM("oid", "7"), NO})
CORPUS(j58_another_tenant, {CLAIM("tid", OTHER), NO}, {CLAIM("tid", "null"), NO},
       {CLAIM("tid", "\"common\""), NO})
CORPUS(j59_a_guest, {CLAIM("acct", "1"), .verdict = GUEST}, {CLAIM("acct", "2"), .verdict = GUEST},
       {CLAIM("acct", "\"1\""), NO})
CORPUS(j60_contexts, {CLAIM("acrs", "null"), .acrs = ""}, {CLAIM("acrs", "[]"), .acrs = ""},
       {CLAIM("acrs", "\"c1\""), NO}, {CLAIM("acrs", "[1]"), NO},
       {CLAIM("acrs", "[\"c10\"]"), .acrs = "c10"}, {CLAIM("acrs", "[\"C1\"]"), .acrs = "C1"})

START_TEST(j61_auth_time_missing_old_or_future)
{
    scoped(tenant_scoped) struct tenant *tenant = corpus_tenant();
    const struct odd none = {CLAIM("auth_time", "null")}, old = {CLAIM("auth_time", "@-86400@")},
                     future = {CLAIM("auth_time", "@+70@")}, text = {CLAIM("auth_time", "\"1\"")};
    struct told told = corpus_sign_in(tenant, &none, 0);
    ck_assert_int_eq(told.fail, FAIL_NONE);
    ck_assert_int_eq(told.auth_time, -1); /* a sign-in without that evidence */
    told = corpus_sign_in(tenant, &old, 0);
    ck_assert_int_eq(told.fail, FAIL_NONE);
    ck_assert_int_le(told.auth_time, moment_now() - 86400); /* what policy refuses */
    ck_assert_int_eq(corpus_sign_in(tenant, &future, 0).fail, FAIL_NOT_SIGNED_IN);
    ck_assert_int_eq(corpus_sign_in(tenant, &text, 0).fail, FAIL_NOT_SIGNED_IN);
}
END_TEST

CORPUS(j62_tokens_of_another_kind, {CLAIM("scp", "\"access\""), NO},
       {.patch = "{\"nonce\":null,\"scp\":\"access\",\"appid\":\"" CLIENT "\"}", NO},
       {"{\"alg\":\"RS256\",\"typ\":\"logout+jwt\",\"kid\":\"k1\"}", NO},
       {"{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}", NO},
       {CLAIM("events", "{\"http://schemas.openid.net/event/backchannel-logout\":{}}"), NO})
CORPUS(j63_groups_are_never_read,
       {.patch = "{\"_claim_names\":{\"groups\":\"s\"},\"_claim_sources\":{\"s\":{\"endpoint\":"
                 "\"https://graph.windows.net/x\"}}}"},
       {CLAIM("hasgroups", "true")}, {CLAIM("groups", "[\"" CLIENT "\"]")})
CORPUS(j64_a_token_of_another_client, {CLAIM("aud", OTHER), NO},
       {.patch = "{\"aud\":" OTHER ",\"azp\":\"" CLIENT "\"}", NO})

SPECIFICATION("identity/corpus_claims", j49_exp_missing, j50_exp_that_is_no_whole_number,
              j51_exp_past, j52_nbf_future, j53_iat_missing_future_or_old, j54_other_issuers,
              j55_other_audiences, j56_other_nonces, j57_nobody, j58_another_tenant, j59_a_guest,
              j60_contexts, j61_auth_time_missing_old_or_future, j62_tokens_of_another_kind,
              j63_groups_are_never_read, j64_a_token_of_another_client)
