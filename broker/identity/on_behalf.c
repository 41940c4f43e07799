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
    json_t *wanted = memory_needed(json_object());
    if (asked->context_count)
        (void)json_object_set_new(wanted, "acrs",
                                  acrs_asked(asked->context_count, asked->contexts));
    char *claims = token_claims(wanted);
    const struct token_field fields[] = {
        {"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
        {"assertion", secret_text(asked->assertion)},
        {"scope", asked->scope},
        {"requested_token_use", "on_behalf_of"},
        {"claims", claims}};
    *exchanging = (struct exchanging){.done = done, .context = context};
    token_request(registration, COUNT(fields), fields, exchanged, exchanging);
    free(claims);
}
