#include "identity/app_token.h"

#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "identity/token.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LAST_SECONDS = 60,    /* a token this near its end is not given out: the call takes time too */
    REFUSED_SECONDS = 60, /* a newer token is not refused for its age: another would not help */
    PAUSE_SECONDS = 30,   /* between attempts to renew what still counts */
};

struct asker {
    struct asker *next;
    void (*done)(void *context, enum fail fail, const struct reason *why,
                 const struct secret *token);
    void *context;
};

struct app_token {
    struct app_token *next;
    struct registration *registration;
    char *scope;
    struct secret *token; /* NULL: none */
    int64_t fetched_at, renew_at, ends_at;
    int64_t not_before; /* of the newest challenge, which is answered once; 0: there was none */
    bool challenged;    /* the next token is asked for with it */
    bool fetching;
    enum fail fail; /* of the last fetch that brought none, with its reason */
    struct reason why;
    struct asker *askers;
};

struct app_tokens {
    struct registration *registration;
    struct app_token *list; /* a handful: one for each service */
};

struct app_tokens *app_tokens_new(struct registration *registration)
{
    struct app_tokens *tokens = MEMORY_NEW(struct app_tokens);
    tokens->registration = registration;
    return tokens;
}

void app_tokens_free(struct app_tokens *tokens)
{
    if (!tokens)
        return;
    while (tokens->list) {
        struct app_token *token = tokens->list;
        tokens->list = token->next;
        secret_free(token->token);
        free(token->scope);
        free(token);
    }
    free(tokens);
}

static struct app_token *token_for(struct app_tokens *tokens, const char *scope)
{
    struct app_token *token = tokens->list;
    while (token && !text_equals(token->scope, scope))
        token = token->next;
    if (token)
        return token;
    token = MEMORY_NEW(struct app_token);
    token->next = tokens->list;
    token->registration = tokens->registration;
    token->scope = memory_copy(scope);
    tokens->list = token;
    return token;
}

static bool counts(const struct app_token *token)
{
    return token->token && moment_now() < token->ends_at - LAST_SECONDS;
}

static void tell(const struct app_token *token,
                 void (*done)(void *context, enum fail fail, const struct reason *why,
                              const struct secret *token),
                 void *context)
{
    if (counts(token))
        done(context, FAIL_NONE, NULL, token->token);
    else
        done(context, token->fail, &token->why, NULL);
}

static void fetched(void *context, enum fail fail, const struct refusal *refusal,
                    const struct tokens *tokens)
{
    struct app_token *token = context;
    struct asker *askers = take(token->askers);
    int64_t now = moment_now();
    token->fetching = false;
    if (fail) {
        token->fail = fail;
        token->why = refusal->reason;
        token->renew_at = now + PAUSE_SECONDS;
    } else {
        secret_free(token->token);
        token->token = secret_copy(tokens->access->bytes, tokens->access->length);
        token->challenged = false;
        token->fetched_at = now;
        token->renew_at = now + tokens->expires_in / 2;
        token->ends_at = now + tokens->expires_in;
    }
    while (askers) {
        struct asker *next = askers->next;
        tell(token, askers->done, askers->context);
        free(askers);
        askers = next;
    }
}

static char *claims_for(const struct app_token *token)
{
    char text[21];
    (void)snprintf(text, sizeof text, "%" PRId64, token->not_before);
    return token_claims(token->challenged ? memory_needed(json_pack("{s:{s:b, s:s}}", "nbf",
                                                                    "essential", 1, "value", text))
                                          : NULL);
}

static void fetch(struct app_token *token)
{
    char *claims = claims_for(token);
    const struct token_field fields[] = {
        {"grant_type", "client_credentials"}, {"scope", token->scope}, {"claims", claims}};
    token->fetching = true;
    token_request(token->registration, COUNT(fields), fields, fetched, token);
    free(claims);
}

static void get(void *context, const char *scope,
                void (*done)(void *context, enum fail fail, const struct reason *why,
                             const struct secret *token),
                void *done_context)
{
    struct app_token *token = token_for(context, scope);
    bool at_once = counts(token);
    if (!at_once) {
        struct asker *asker = MEMORY_NEW(struct asker);
        *asker = (struct asker){.next = token->askers, .done = done, .context = done_context};
        token->askers = asker;
    }
    if (!token->fetching && (!at_once || moment_now() >= token->renew_at))
        fetch(token);
    if (at_once)
        done(done_context, FAIL_NONE, NULL, token->token);
}

/* Many calls meet one challenge; it is answered with one token. */
static void refused(void *context, const char *scope, int64_t not_before)
{
    struct app_token *token = token_for(context, scope);
    int64_t age = moment_now() - token->fetched_at;
    bool challenged = not_before > token->not_before;
    if (challenged) {
        token->not_before = not_before;
        token->challenged = true;
    }
    if (!challenged && age >= 0 && age < REFUSED_SECONDS)
        return;
    secret_free(take(token->token));
}

struct bearer app_tokens_bearer(struct app_tokens *tokens)
{
    return (struct bearer){.context = tokens, .get = get, .refused = refused};
}
