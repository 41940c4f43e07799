/* Metadata and keys. */
#include "sandbox/login/login.h"

#include "base/memory.h"

const char *issuer_v2(const struct sandbox *sandbox, struct exchange *exchange)
{
    return arena_text(exchange->arena, "%s/%s/v2.0", sandbox->origin, sandbox->tenant->id);
}

static const char *issuer_v1_of(const struct sandbox *sandbox, struct exchange *exchange,
                                const char *tenant)
{
    return arena_text(exchange->arena, "https://sts.%s/%s/",
                      sandbox->switches.china_issuer ? "chinacloudapi.cn" : "windows.net", tenant);
}

const char *issuer_v1(const struct sandbox *sandbox, struct exchange *exchange)
{
    return issuer_v1_of(sandbox, exchange, sandbox->tenant->id);
}

bool login_tenant(const struct sandbox *sandbox, struct exchange *exchange)
{
    if (text_equals_ignoring_case(exchange->params[0], sandbox->tenant->id) ||
        text_equals_ignoring_case(exchange->params[0], sandbox->tenant->domain))
        return true;
    login_error(exchange, 400, "invalid_tenant", 90002,
                arena_text(exchange->arena, "Tenant '%s' not found.", exchange->params[0]));
    return false;
}

/* Entra answers metadata for `common` with a template in the place of the tenant (A02). */
static bool find_tenant(const struct sandbox *sandbox, struct exchange *exchange, const char **name)
{
    bool shared = text_equals(exchange->params[0], "common") ||
                  text_equals(exchange->params[0], "organizations");
    *name = shared ? "{tenantid}" : sandbox->tenant->id;
    return shared || login_tenant(sandbox, exchange);
}

static json_t *metadata(const struct sandbox *sandbox, struct exchange *exchange,
                        const char *issuer, const char *keys)
{
    const char *base = arena_text(exchange->arena, "%s/%s", sandbox->origin, exchange->params[0]);
#define AT_BASE(path) arena_text(exchange->arena, "%s" path, base)
    return json_pack(
        "{s:s, s:[s,s], s:s, s:[s,s,s], s:[s], s:[s], s:[s,s,s,s], s:[s,s,s,s], s:s, s:b, s:s, "
        "s:s, s:b, s:b, s:s, s:[s,s,s,s,s,s,s,s,s,s,s,s,s], s:n, s:s, s:s, s:s}",
        "token_endpoint", AT_BASE("/oauth2/v2.0/token"), "token_endpoint_auth_methods_supported",
        "client_secret_post", "private_key_jwt", "jwks_uri", keys, "response_modes_supported",
        "query", "fragment", "form_post", "subject_types_supported", "pairwise",
        "id_token_signing_alg_values_supported", "RS256", "response_types_supported", "code",
        "id_token", "code id_token", "id_token token", "scopes_supported", "openid", "profile",
        "email", "offline_access", "issuer", issuer, "request_uri_parameter_supported", 0,
        "userinfo_endpoint", "https://graph.microsoft.com/oidc/userinfo", "authorization_endpoint",
        AT_BASE("/oauth2/v2.0/authorize"), "http_logout_supported", 1,
        "frontchannel_logout_supported", 1, "end_session_endpoint", AT_BASE("/oauth2/v2.0/logout"),
        "claims_supported", "sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce",
        "preferred_username", "name", "tid", "ver", "email", "tenant_region_scope",
        "cloud_instance_name", "microsoftonline.com", "cloud_graph_host_name", "graph.windows.net",
        "msgraph_host", "graph.microsoft.com");
#undef AT_BASE
}

void login_discovery_v2(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *tenant;
    if (!find_tenant(sandbox, exchange, &tenant))
        return;
    answer_json(exchange, 200,
                metadata(sandbox, exchange,
                         arena_text(exchange->arena, "%s/%s/v2.0", sandbox->origin, tenant),
                         arena_text(exchange->arena, "%s/%s/discovery/v2.0/keys", sandbox->origin,
                                    exchange->params[0])));
}

void login_discovery_v1(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *tenant;
    if (!find_tenant(sandbox, exchange, &tenant))
        return;
    answer_json(exchange, 200,
                metadata(sandbox, exchange, issuer_v1_of(sandbox, exchange, tenant),
                         arena_text(exchange->arena, "%s/%s/discovery/keys", sandbox->origin,
                                    exchange->params[0])));
}

void login_keys_v2(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *tenant;
    if (find_tenant(sandbox, exchange, &tenant))
        answer_json(exchange, 200,
                    keys_jwks(sandbox->keys,
                              arena_text(exchange->arena, "%s/{tenantid}/v2.0", sandbox->origin)));
}

void login_keys_v1(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *tenant;
    if (find_tenant(sandbox, exchange, &tenant))
        answer_json(exchange, 200,
                    keys_jwks(sandbox->keys, issuer_v1_of(sandbox, exchange, "{tenantid}")));
}
