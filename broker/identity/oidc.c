#include "identity/oidc.h"

#include "base/memory.h"
#include "base/text.h"
#include "identity/app_token.h"
#include "identity/authorize.h"
#include "identity/fields.h"
#include "identity/on_behalf.h"
#include "identity/redeem.h"
#include "identity/registration.h"
#include "outbound/url.h"

#include <stdlib.h>
#include <string.h>

enum { URL_LIMIT = 4 * 1024 };

struct identity {
    struct registration registration;
    struct app_tokens *tokens;
};

/* Settings. */

/* A scheme and a host, and nothing behind them. */
static bool is_authority(const char *url, bool private_peer)
{
    const char *host = strstr(url, "://");
    bool fine =
        text_starts_with(url, "https://") || (private_peer && text_starts_with(url, "http://"));
    return fine && host && host[3] && !strpbrk(host + 3, "/?#@\\ ") && url_is_same_origin(url, url);
}

static struct provider *make_provider(const struct registration *registration,
                                      const struct identity_settings *settings,
                                      const char *issuer_base, const char *version,
                                      const char *issuer_end)
{
    scoped(text_scoped) struct text issuer = TEXT_LIMIT(URL_LIMIT), path = TEXT_LIMIT(URL_LIMIT);
    const char *tenant = registration->tenant_id;
    text_addf(&issuer, "%s/%s%s", issuer_base, tenant, issuer_end);
    text_addf(&path, "/%s%s/.well-known/openid-configuration", tenant, version);
    const struct provider_settings of = {.authority = settings->authority,
                                         .metadata = text_of(&path),
                                         .issuer = text_of(&issuer),
                                         .tenant_id = tenant,
                                         .private_peer = settings->private_peer};
    return provider_new(registration->loop, &of);
}

/* `profile` brings the name, and in Entra also `oid`. A registration that asks for a token to
   itself must name itself by its id (contract 20). */
static char *make_scope(const struct registration *registration, enum api_token api_token)
{
    scoped(text_scoped) struct text scope = TEXT_LIMIT(256);
    text_add(&scope, "openid profile");
    if (api_token == API_TOKEN_V1)
        text_addf(&scope, " %s/access", registration->client_id);
    return take(scope.data);
}

static enum fail check_settings(const struct identity_settings *settings,
                                struct registration *registration, struct reason *why)
{
    if (!text_read_guid(settings->tenant_id, registration->tenant_id))
        return because(why, FAIL_INVALID, "tenant_id is no GUID");
    if (!text_read_guid(settings->client_id, registration->client_id))
        return because(why, FAIL_INVALID, "client_id is no GUID");
    if (!is_authority(settings->authority, settings->private_peer))
        return because(why, FAIL_INVALID, "authority must be https:// and a host");
    if (settings->api_token == API_TOKEN_V1 && !is_authority(settings->v1_issuer, true))
        return because(why, FAIL_INVALID, "the issuer of v1.0 tokens must be https:// and a host");
    return FAIL_NONE;
}

enum fail identity_new(struct loop *loop, const struct identity_settings *settings,
                       struct identity **ret, struct reason *why)
{
    scoped(identity_scoped) struct identity *identity = MEMORY_NEW(struct identity);
    struct registration *registration = &identity->registration;
    enum fail fail = check_settings(settings, registration, why);
    fail = fail ? fail
                : credential_new(&settings->credential, registration->client_id,
                                 &registration->credential, why);
    if (fail)
        return fail;
    registration->loop = loop;
    registration->private_peer = settings->private_peer;
    registration->redirect_uri = memory_copy(settings->redirect_uri);
    registration->scope = make_scope(registration, settings->api_token);
    registration->provider =
        make_provider(registration, settings, settings->authority, "/v2.0", "/v2.0");
    if (settings->api_token == API_TOKEN_V1)
        registration->api_provider =
            make_provider(registration, settings, settings->v1_issuer, "", "/");
    identity->tokens = app_tokens_new(registration);
    *ret = take(identity);
    return FAIL_NONE;
}

void identity_free(struct identity *identity)
{
    if (!identity)
        return;
    struct registration *registration = &identity->registration;
    app_tokens_free(identity->tokens);
    provider_free(registration->provider);
    provider_free(registration->api_provider);
    credential_free(registration->credential);
    free(registration->redirect_uri);
    free(registration->scope);
    free(identity);
}

/* Signing in. */

struct beginning {
    struct text query;
    void (*done)(void *context, enum fail fail, const struct refusal *refusal, const char *url);
    void *context;
};

static void give_url(void *context, enum fail fail, const struct reason *why,
                     const struct endpoints *endpoints)
{
    struct beginning *beginning = context;
    scoped(text_scoped) struct text url = TEXT_LIMIT(FIELDS_LIMIT);
    struct refusal refusal = {0};
    if (fail) {
        refusal.reason = *why;
    } else {
        text_addf(&url, "%s?%s", endpoints->authorize, text_of(&beginning->query));
        if (url.cut || beginning->query.cut)
            fail = because(&refusal.reason, FAIL_INVALID, "a question of more than %d bytes",
                           FIELDS_LIMIT);
    }
    beginning->done(beginning->context, fail, fail ? &refusal : NULL, fail ? NULL : text_of(&url));
    fields_scoped(&beginning->query);
    free(beginning);
}

void identity_begin(struct identity *identity, const struct sign_in_begin *begin,
                    void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                                 const char *url),
                    void *context)
{
    struct registration *registration = &identity->registration;
    struct beginning *beginning = MEMORY_NEW(struct beginning);
    *beginning = (struct beginning){.query = fields_new(), .done = done, .context = context};
    authorize_query(begin, registration->client_id, registration->redirect_uri, registration->scope,
                    &beginning->query);
    provider_endpoints(registration->provider, give_url, beginning);
}

void identity_redeem(struct identity *identity, const struct redemption *redemption,
                     void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                                  const struct signed_in *who),
                     void *context)
{
    redeem(&identity->registration, redemption, done, context);
}

void identity_on_behalf(struct identity *identity, const struct on_behalf *asked,
                        void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                                     const struct secret *token),
                        void *context)
{
    on_behalf(&identity->registration, asked, done, context);
}

struct bearer identity_bearer(struct identity *identity)
{
    return app_tokens_bearer(identity->tokens);
}

bool identity_look(struct identity *identity, enum token_version version,
                   void (*done)(void *context, enum fail fail, const struct reason *why),
                   void *context)
{
    const struct registration *registration = &identity->registration;
    struct provider *provider =
        version == TOKEN_V2 ? registration->provider : registration->api_provider;
    if (provider)
        provider_look(provider, done, context);
    return provider != NULL;
}

struct asking_keys {
    const struct registration *registration;
    void (*done)(void *context, enum fail fail, const struct reason *why,
                 const struct token_keys *keys);
    void *context;
};

static void give_keys(void *context, enum fail fail, const struct reason *why)
{
    struct asking_keys asking = *(struct asking_keys *)context;
    const struct registration *registration = asking.registration;
    const struct token_keys keys = {.issuer = provider_issuer(registration->provider),
                                    .client_id = registration->client_id,
                                    .tenant_id = registration->tenant_id,
                                    .key_set = provider_key_set(registration->provider)};
    free(context);
    asking.done(asking.context, fail, why, fail ? NULL : &keys);
}

void identity_keys(struct identity *identity, bool anew,
                   void (*done)(void *context, enum fail fail, const struct reason *why,
                                const struct token_keys *keys),
                   void *context)
{
    struct asking_keys *asking = MEMORY_NEW(struct asking_keys);
    *asking = (struct asking_keys){
        .registration = &identity->registration, .done = done, .context = context};
    provider_keys(identity->registration.provider, anew ? DOCUMENT_WANTING : DOCUMENT_RECENT,
                  give_keys, asking);
}
