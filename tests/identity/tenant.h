/* A tenant for tests: a server with discovery, keys and a token endpoint that answer what the test
 * puts there, and an identity with a loop of its own whose answers a test can wait for. */
#pragma once

#include "identity/issuer.h"
#include "identity/oidc.h"
#include "outbound/server.h"

enum page {
    PAGE_METADATA,     /* of version 2.0 */
    PAGE_API_METADATA, /* of version 1.0 */
    PAGE_KEYS,
    PAGE_API_KEYS,
    PAGE_TOKEN,
    PAGE_COUNT
};

struct tenant; /* opaque */

/* Its files are in the case's folder; the clock is the case's too (tenant_pass). `changed` may be
   NULL, or changes the settings that the identity is made with. */
struct tenant *tenant_new(void (*changed)(struct identity_settings *settings));
/* A tenant that somebody else serves: only what asks its identity works. */
struct tenant *tenant_elsewhere(const struct identity_settings *settings);
void tenant_free(struct tenant *tenant);
SCOPED(tenant)

const char *tenant_authority(struct tenant *tenant);
const char *tenant_issuer(struct tenant *tenant);
struct identity *tenant_identity(struct tenant *tenant);

/* What a page says from now on; `body` is copied. Status 0: the connection is cut. */
void tenant_says(struct tenant *tenant, enum page page, int status, const char *headers,
                 const char *body);
/* JSON that is freed here, patched. */
void tenant_publishes(struct tenant *tenant, enum page page, json_t *json, const char *patch);
/* How long each answer takes. */
void tenant_thinks(struct tenant *tenant, int milliseconds);
/* The loop is stopped by whatever is answered next, before it is. */
void tenant_stops_at_next(struct tenant *tenant);
/* How often a page was asked for. */
int tenant_asked(struct tenant *tenant, enum page page);
/* What the token endpoint was sent last: the value of a field of its form, decoded; NULL: absent.
 */
const char *tenant_sent(struct tenant *tenant, const char *field);
const char *tenant_sent_whole(struct tenant *tenant);

/* The wall clock, and so everything, moves on. */
void tenant_pass(int64_t seconds);

/* The description and key set of a good tenant, with decoys; and a good answer of its token
   endpoint with both tokens, each patched. Keys: `number` of key_number. */
json_t *metadata_of(struct tenant *tenant, bool api);
char *tokens_of(struct tenant *tenant, const char *id_patch, const char *api_patch, size_t number);

/* Calls that wait for their answer. */

struct told {
    enum fail fail;
    struct refusal refusal;
    char url[8192];           /* of told_begin */
    char token[256];          /* of told_bearer and told_on_behalf */
    char api_token[4096];     /* of told_redeem: what may be exchanged */
    struct person_key person; /* of told_redeem, with all that follows */
    int64_t issued_at, auth_time;
    char acrs[128], amr[128], roles[128], device_id[64], name[64], user_name[64], session[64],
        address[64];
};

struct told told_begin(struct tenant *tenant, const struct sign_in_begin *begin);
struct told told_redeem(struct tenant *tenant);
struct told told_redeem_code(struct tenant *tenant, const struct redemption *redemption);
struct told told_on_behalf(struct tenant *tenant, const struct on_behalf *asked);
struct told told_bearer(struct tenant *tenant, const char *scope);
void told_refused(struct tenant *tenant, const char *scope);
/* The same with a challenge that takes no token from before that moment. */
void told_challenged(struct tenant *tenant, const char *scope, int64_t not_before);
/* Asks for a token so many times at once; counts those that were told no. */
int told_many(struct tenant *tenant, const char *scope, int times);
