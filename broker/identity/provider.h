/* What an issuer of tokens says of itself (OpenID discovery): its endpoints and its keys, checked
 * and kept. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"
#include "identity/document.h"
#include "identity/jwks.h"
#include "outbound/loop.h"

#include <stdbool.h>

struct provider; /* opaque; borrows its loop */

struct provider_settings {
    const char *authority; /* every endpoint must be there */
    const char *metadata;  /* the path of its description on the authority */
    const char *issuer;    /* exactly what it must call itself */
    const char *tenant_id;
    bool private_peer;
};

struct provider *provider_new(struct loop *loop, const struct provider_settings *settings);
void provider_free(struct provider *provider);
SCOPED(provider)

const char *provider_issuer(const struct provider *provider);

/* Asks for its keys: may call `done` before it returns, with FAIL_UNAVAILABLE when they cannot be
   had as wished. */
void provider_keys(struct provider *provider, enum document_wish wish,
                   void (*done)(void *context, enum fail fail, const struct reason *why),
                   void *context);
/* Its keys as they are known now, as canonical JSON; valid in a callback of provider_key or
   provider_keys, until it returns. */
const char *provider_key_set(const struct provider *provider);

struct endpoints {
    const char *authorize, *token, *keys;
};

/* Whether the issuer can be asked, is what it should be, and publishes keys that can be read: tells
   `done`, perhaps before this returns. */
void provider_look(struct provider *provider,
                   void (*done)(void *context, enum fail fail, const struct reason *why),
                   void *context);

/* Both may call `done` before they return, with FAIL_UNAVAILABLE when the issuer cannot be asked or
   is not what it should be. */
void provider_endpoints(struct provider *provider,
                        void (*done)(void *context, enum fail fail, const struct reason *why,
                                     const struct endpoints *endpoints),
                        void *context);
/* The key of that id, or the only one when `kid` is NULL; `kid` is borrowed until `done` is called.
   FAIL_INVALID: the issuer has no such key. */
void provider_key(struct provider *provider, const char *kid,
                  void (*done)(void *context, enum fail fail, const struct reason *why,
                               const struct jws_key *key),
                  void *context);
