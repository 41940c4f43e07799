#include "identity/redeem.h"

#include "base/arena.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "identity/claims.h"
#include "identity/token.h"

#include <stdlib.h>

struct redeeming {
    struct registration *registration;
    char *nonce;
    struct arena *arena;
    struct jws *id_token, *api_token;
    struct secret *id_text, *api_text; /* the same as they came, for who may use them */
    json_t *id_claims, *api_claims;    /* what the texts of `who` and `api` point into */
    struct signed_in who, api;
    struct reason why;
    void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                 const struct signed_in *who);
    void *context;
};

static void end(struct redeeming *redeeming, enum fail fail, const struct refusal *refusal)
{
    redeeming->done(redeeming->context, fail, refusal, fail ? NULL : &redeeming->who);
    jws_free(redeeming->id_token);
    jws_free(redeeming->api_token);
    secret_free(redeeming->id_text);
    secret_free(redeeming->api_text);
    json_decref(redeeming->id_claims);
    json_decref(redeeming->api_claims);
    arena_free(redeeming->arena);
    free(redeeming->nonce);
    free(redeeming);
}

/* A token that is not good is no sign-in. */
static void end_because(struct redeeming *redeeming, enum fail fail)
{
    const struct refusal refusal = {.reason = redeeming->why};
    end(redeeming, fail == FAIL_INVALID ? FAIL_NOT_SIGNED_IN : fail, fail ? &refusal : NULL);
}

static struct expected expected_of(const struct redeeming *redeeming,
                                   const struct provider *provider)
{
    return (struct expected){.issuer = provider_issuer(provider),
                             .tenant_id = redeeming->registration->tenant_id,
                             .client_id = redeeming->registration->client_id,
                             .nonce = redeeming->nonce,
                             .now = moment_now()};
}

static void check_api_token(void *context, enum fail fail, const struct reason *why,
                            const struct jws_key *key)
{
    struct redeeming *redeeming = context;
    struct reason *own = &redeeming->why;
    struct signed_in both;
    if (fail) {
        (void)because(own, fail, "API token: %s", why->text);
        end_because(redeeming, fail);
        return;
    }
    struct expected expected = expected_of(redeeming, redeeming->registration->api_provider);
    fail = jws_open(redeeming->api_token, key, &redeeming->api_claims, own);
    fail = fail ? fail
                : claims_of_api_token(redeeming->api_claims, &expected, redeeming->arena,
                                      &redeeming->api, own);
    fail =
        fail ? fail : claims_join(&redeeming->who, &redeeming->api, redeeming->arena, &both, own);
    if (!fail) {
        redeeming->who = both;
        redeeming->who.api_token = redeeming->api_text;
    }
    end_because(redeeming, fail);
}

static void check_id_token(void *context, enum fail fail, const struct reason *why,
                           const struct jws_key *key)
{
    struct redeeming *redeeming = context;
    struct registration *registration = redeeming->registration;
    struct reason *own = &redeeming->why;
    if (fail) {
        (void)because(own, fail, "ID token: %s", why->text);
        end_because(redeeming, fail);
        return;
    }
    struct expected expected = expected_of(redeeming, registration->provider);
    fail = jws_open(redeeming->id_token, key, &redeeming->id_claims, own);
    fail = fail ? fail
                : claims_of_id_token(redeeming->id_claims, &expected, redeeming->arena,
                                     &redeeming->who, own);
    redeeming->who.id_token = redeeming->id_text;
    redeeming->who.key_set = provider_key_set(registration->provider);
    if (fail || !redeeming->api_token)
        end_because(redeeming, fail);
    else
        provider_key(registration->api_provider, jws_kid(redeeming->api_token), check_api_token,
                     redeeming);
}

static void take_tokens(void *context, enum fail fail, const struct refusal *refusal,
                        const struct tokens *tokens)
{
    struct redeeming *redeeming = context;
    struct registration *registration = redeeming->registration;
    if (fail) {
        end(redeeming, fail, refusal);
        return;
    }
    if (!tokens->id)
        fail = because(&redeeming->why, FAIL_INVALID, "the token endpoint sent no ID token");
    fail = fail ? fail : jws_new(secret_text(tokens->id), &redeeming->id_token, &redeeming->why);
    if (!fail && registration->api_provider)
        fail = jws_new(secret_text(tokens->access), &redeeming->api_token, &redeeming->why);
    if (!fail)
        redeeming->id_text = secret_copy(tokens->id->bytes, tokens->id->length);
    if (!fail && redeeming->api_token)
        redeeming->api_text = secret_copy(tokens->access->bytes, tokens->access->length);
    if (fail)
        end_because(redeeming, fail);
    else
        provider_key(registration->provider, jws_kid(redeeming->id_token), check_id_token,
                     redeeming);
}

void redeem(struct registration *registration, const struct redemption *redemption,
            void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                         const struct signed_in *who),
            void *context)
{
    struct redeeming *redeeming = MEMORY_NEW(struct redeeming);
    *redeeming = (struct redeeming){.registration = registration,
                                    .nonce = memory_copy(redemption->nonce),
                                    .arena = arena_new(),
                                    .done = done,
                                    .context = context};
    const struct token_field fields[] = {{"grant_type", "authorization_code"},
                                         {"code", redemption->code},
                                         {"redirect_uri", registration->redirect_uri},
                                         {"code_verifier", redemption->verifier},
                                         {"scope", registration->scope}};
    token_request(registration, COUNT(fields), fields, take_tokens, redeeming);
}
