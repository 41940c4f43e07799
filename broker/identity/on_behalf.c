#include "identity/on_behalf.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "identity/authorize.h"
#include "identity/token.h"

#include <stdlib.h>

struct exchanging {
    void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                 const struct secret *token);
    void *context;
};

static void exchanged(void *context, enum fail fail, const struct refusal *refusal,
                      const struct tokens *tokens)
{
    struct exchanging *exchanging = context;
    struct exchanging ended = *exchanging;
    free(exchanging);
    ended.done(ended.context, fail, refusal, fail ? NULL : tokens->access);
}

void on_behalf(struct registration *registration, const struct on_behalf *asked,
               void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                            const struct secret *token),
               void *context)
{
    struct exchanging *exchanging = MEMORY_NEW(struct exchanging);
    json_auto_t *wanted = acrs_asked(asked->context_count, asked->contexts);
    json_auto_t *claims = memory_needed(json_pack("{s:{s:O}}", "access_token", "acrs", wanted));
    char *written = json_compact(claims);
    const struct token_field fields[] = {
        {"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
        {"assertion", secret_text(asked->assertion)},
        {"scope", asked->scope},
        {"requested_token_use", "on_behalf_of"},
        {"claims", written}};
    size_t count = asked->context_count ? COUNT(fields) : COUNT(fields) - 1;
    *exchanging = (struct exchanging){.done = done, .context = context};
    token_request(registration, count, fields, exchanged, exchanging);
    free(written);
}
