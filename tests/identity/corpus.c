#include "identity/corpus.h"

#include "base/moment.h"
#include "base/text.h"
#include "support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void without_api_token(struct identity_settings *settings)
{
    settings->api_token = API_TOKEN_NONE;
}

struct tenant *corpus_tenant(void)
{
    return tenant_new(without_api_token);
}

/* Moments in a patch: `@+61@`. */
static void fill(const char *patch, struct text *filled)
{
    while (*patch) {
        char *end = NULL;
        if (*patch == '@')
            text_addf(filled, "%lld", (long long)(moment_now() + strtol(patch + 1, &end, 10)));
        else
            text_add_char(filled, *patch);
        patch = end ? end + 1 : patch + 1;
    }
}

struct told corpus_sign_in(struct tenant *tenant, const struct odd *odd, size_t number)
{
    const char *header = odd->header ? odd->header : CORPUS_HEADER;
    scoped(text_scoped) struct text filled = TEXT_LIMIT(65536), claims = TEXT_LIMIT(65536);
    fill(odd->patch ? odd->patch : "{}", &filled);
    char *good = patched(id_claims(tenant_issuer(tenant), moment_now()), text_of(&filled));
    text_addf(&claims, "{%s%s", odd->first ? odd->first : "", good + 1);
    char *token = odd->made ? odd->made(header, text_of(&claims))
                            : token_signed(key_number(number), header, text_of(&claims));
    json_t *answer = json_pack("{ss si ss ss}", "token_type", "Bearer", "expires_in", 3599,
                               "access_token", "is not looked at", "id_token", token);
    ck_assert_ptr_nonnull(answer);
    char *body = patched(answer, NULL);
    tenant_says(tenant, PAGE_TOKEN, 200, "Content-Type: application/json\r\n", body);
    struct told told = told_redeem(tenant);
    free(good);
    free(token);
    free(body);
    return told;
}

void corpus_verdicts(const struct odd odds[], size_t count)
{
    static const enum fail fails[] = {
        [PASSES] = FAIL_NONE, [NO_SIGN_IN] = FAIL_NOT_SIGNED_IN, [GUEST] = FAIL_DENIED};
    scoped(tenant_scoped) struct tenant *tenant = corpus_tenant();
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NONE);
    for (size_t i = 0; i < count; i++) {
        struct told told = corpus_sign_in(tenant, &odds[i], 0);
        ck_assert_msg(told.fail == fails[odds[i].verdict], "%zu: %s %s", i, fail_code(told.fail),
                      told.refusal.reason.text);
        ck_assert(told.fail == FAIL_NONE || told.refusal.reason.text[0]);
        if (odds[i].acrs)
            ck_assert_text(told.acrs, odds[i].acrs);
    }
    ck_assert_int_eq(corpus_sign_in(tenant, &(struct odd){0}, 0).fail, FAIL_NONE);
}
