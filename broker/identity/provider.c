#include "identity/provider.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "identity/document.h"
#include "outbound/url.h"

#include <stdlib.h>

struct provider {
    char *authority, *issuer, *tenant_id;
    struct document *metadata, *key_set;
    json_t *description; /* what `endpoints` points into */
    struct endpoints endpoints;
    struct jwks *jwks;
    char *keys_text; /* the same as canonical JSON */
};

/* What is believed. */

static enum fail read_endpoint(const struct provider *provider, const json_t *description,
                               const char *name, const char **ret, struct reason *why)
{
    const char *url = json_member_text(description, name);
    if (!url || !url_is_same_origin(url, provider->authority))
        return because(why, FAIL_INVALID, "%s of %s is not on %s", name, provider->issuer,
                       provider->authority);
    *ret = url;
    return FAIL_NONE;
}

static enum fail accept_metadata(void *context, const json_t *json, struct reason *why)
{
    struct provider *provider = context;
    struct endpoints endpoints;
    if (!text_equals(json_member_text(json, "issuer"), provider->issuer))
        return because(why, FAIL_INVALID, "the description of %s is about another issuer",
                       provider->issuer);
    enum fail fail =
        read_endpoint(provider, json, "authorization_endpoint", &endpoints.authorize, why);
    fail = fail ? fail : read_endpoint(provider, json, "token_endpoint", &endpoints.token, why);
    fail = fail ? fail : read_endpoint(provider, json, "jwks_uri", &endpoints.keys, why);
    if (fail)
        return fail;
    json_decref(provider->description);
    provider->description = json_incref((json_t *)json);
    provider->endpoints = endpoints;
    document_move(provider->key_set, endpoints.keys);
    return FAIL_NONE;
}

static enum fail accept_keys(void *context, const json_t *json, struct reason *why)
{
    struct provider *provider = context;
    struct jwks *jwks = NULL;
    enum fail fail = jwks_read(json, provider->issuer, provider->tenant_id, &jwks, why);
    if (fail)
        return fail;
    jwks_free(provider->jwks);
    provider->jwks = jwks;
    free(provider->keys_text);
    provider->keys_text = json_canonical(json);
    return FAIL_NONE;
}

struct provider *provider_new(struct loop *loop, const struct provider_settings *settings)
{
    struct provider *provider = MEMORY_NEW(struct provider);
    scoped(text_scoped) struct text url = TEXT_LIMIT(4096);
    provider->authority = memory_copy(settings->authority);
    provider->issuer = memory_copy(settings->issuer);
    provider->tenant_id = memory_copy(settings->tenant_id);
    provider->metadata = document_new(loop, settings->private_peer, accept_metadata, provider);
    provider->key_set = document_new(loop, settings->private_peer, accept_keys, provider);
    text_addf(&url, "%s%s", settings->authority, settings->metadata);
    document_move(provider->metadata, text_of(&url));
    return provider;
}

void provider_free(struct provider *provider)
{
    if (!provider)
        return;
    document_free(provider->metadata);
    document_free(provider->key_set);
    jwks_free(provider->jwks);
    free(provider->keys_text);
    json_decref(provider->description);
    free(provider->authority);
    free(provider->issuer);
    free(provider->tenant_id);
    free(provider);
}

const char *provider_issuer(const struct provider *provider)
{
    return provider->issuer;
}

const char *provider_key_set(const struct provider *provider)
{
    return provider->keys_text;
}

/* Endpoints. */

struct asking {
    struct provider *provider;
    void (*done)(void *context, enum fail fail, const struct reason *why,
                 const struct endpoints *endpoints);
    void *context;
};

static void tell_endpoints(void *context, enum fail fail, const struct reason *why)
{
    struct asking asking = *(struct asking *)context;
    free(context);
    asking.done(asking.context, fail, why, fail ? NULL : &asking.provider->endpoints);
}

void provider_endpoints(struct provider *provider,
                        void (*done)(void *context, enum fail fail, const struct reason *why,
                                     const struct endpoints *endpoints),
                        void *context)
{
    struct asking *asking = MEMORY_NEW(struct asking);
    *asking = (struct asking){.provider = provider, .done = done, .context = context};
    document_get(provider->metadata, DOCUMENT_KEPT, tell_endpoints, asking);
}

/* Keys. */

struct lookup {
    struct provider *provider;
    const char *kid;
    bool anew;
    void (*done)(void *context, enum fail fail, const struct reason *why,
                 const struct jws_key *key);
    void *context;
};

static void end_lookup(struct lookup *lookup, enum fail fail, const struct reason *why,
                       const struct jws_key *key)
{
    struct lookup ended = *lookup;
    free(lookup);
    ended.done(ended.context, fail, why, key);
}

static void look_in_keys(void *context, enum fail fail, const struct reason *why)
{
    struct lookup *lookup = context;
    if (fail) {
        end_lookup(lookup, fail, why, NULL);
        return;
    }
    const struct jws_key *key = jwks_key(lookup->provider->jwks, lookup->kid);
    if (!key && !lookup->anew) { /* the issuer may have changed its keys since */
        lookup->anew = true;
        document_get(lookup->provider->key_set, DOCUMENT_WANTING, look_in_keys, lookup);
        return;
    }
    struct reason unknown = {0};
    if (!key)
        fail = because(&unknown, FAIL_INVALID, "%s has no key %.80s", lookup->provider->issuer,
                       lookup->kid ? lookup->kid : "without a name");
    end_lookup(lookup, fail, &unknown, key);
}

static void look_for_keys(void *context, enum fail fail, const struct reason *why)
{
    struct lookup *lookup = context;
    if (fail)
        end_lookup(lookup, fail, why, NULL);
    else
        document_get(lookup->provider->key_set, DOCUMENT_KEPT, look_in_keys, lookup);
}

void provider_key(struct provider *provider, const char *kid,
                  void (*done)(void *context, enum fail fail, const struct reason *why,
                               const struct jws_key *key),
                  void *context)
{
    struct lookup *lookup = MEMORY_NEW(struct lookup);
    *lookup = (struct lookup){.provider = provider, .kid = kid, .done = done, .context = context};
    document_get(provider->metadata, DOCUMENT_KEPT, look_for_keys, lookup);
}

/* Both. */

struct look {
    struct provider *provider;
    enum document_wish wish;
    void (*done)(void *context, enum fail fail, const struct reason *why);
    void *context;
};

static void look_at_keys(void *context, enum fail fail, const struct reason *why)
{
    struct look look = *(struct look *)context;
    free(context);
    if (fail)
        look.done(look.context, fail, why);
    else
        document_get(look.provider->key_set, look.wish, look.done, look.context);
}

void provider_keys(struct provider *provider, enum document_wish wish,
                   void (*done)(void *context, enum fail fail, const struct reason *why),
                   void *context)
{
    struct look *look = MEMORY_NEW(struct look);
    *look = (struct look){.provider = provider, .wish = wish, .done = done, .context = context};
    document_get(provider->metadata, DOCUMENT_KEPT, look_at_keys, look);
}

void provider_look(struct provider *provider,
                   void (*done)(void *context, enum fail fail, const struct reason *why),
                   void *context)
{
    provider_keys(provider, DOCUMENT_KEPT, done, context);
}
