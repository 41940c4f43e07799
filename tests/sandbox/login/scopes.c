/* What a client may ask for. */
#include "sandbox/login/login.h"

#include <string.h>

static const char *const graph_hosts[] = {
    "https://graph.microsoft.com", "https://graph.microsoft.us", "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn", "00000003-0000-0000-c000-000000000000"};

bool scope_is_graph_default(const char *scope)
{
    for (size_t i = 0; i < COUNT(graph_hosts); i++) {
        size_t length = strlen(graph_hosts[i]);
        if (strncmp(scope, graph_hosts[i], length) == 0 && text_equals(scope + length, "/.default"))
            return true;
    }
    return false;
}

/* Whose API `resource` names, by its GUID or its URI. */
static const struct app *find_api(const struct tenant *tenant, const char *resource, bool *by_uri)
{
    *by_uri = false;
    const struct app *app = tenant_app(tenant, resource);
    for (size_t i = 0; !app && i < tenant->apps_count; i++) {
        *by_uri = text_equals(tenant->apps[i]->identifier_uri, resource);
        app = *by_uri ? tenant->apps[i] : NULL;
    }
    return app;
}

/* One scope of an API: "{resource}/{name}". */
static int read_api_scope(const struct sandbox *sandbox, struct exchange *exchange,
                          const struct app *app, const char *scope, struct scopes *scopes,
                          const char **error, const char **says)
{
    const char *slash = strrchr(scope, '/');
    const char *resource =
        slash ? arena_copy_bytes(exchange->arena, scope, (size_t)(slash - scope)) : "";
    bool by_uri;
    const struct app *api = find_api(sandbox->tenant, resource, &by_uri);
    *error = "invalid_scope";
    *says = arena_text(exchange->arena,
                       "The provided value for the input parameter 'scope' is not valid. "
                       "The scope %s is not valid.",
                       scope);
    if (!slash)
        return 70011;
    if (!api) {
        *error = "invalid_resource";
        *says = arena_text(exchange->arena,
                           "The resource principal named %s was not found in the tenant named %s.",
                           resource, sandbox->tenant->name);
        return 500011;
    }
    if (api == app && by_uri) {
        *error = "invalid_resource";
        *says = arena_text(exchange->arena,
                           "Application '%s'(%s) is requesting a token for itself. This scenario "
                           "is supported only if resource is specified using the GUID based App "
                           "Identifier.",
                           app->id, app->name);
        return 90009;
    }
    if (scopes->api && scopes->api != api)
        return 70011;
    bool all = text_equals(slash + 1, ".default");
    if (!all && !text_equals(slash + 1, "access"))
        return 70011;
    scopes->api = api;
    scopes->scp = "access";
    return 0;
}

int scopes_read(const struct sandbox *sandbox, struct exchange *exchange, const struct app *app,
                const char *text, struct scopes *scopes, const char **error, const char **says)
{
    *scopes = (struct scopes){.scp = ""};
    for (const char *at = text; *at;) {
        at += strspn(at, " ");
        size_t length = strcspn(at, " ");
        const char *scope = arena_copy_bytes(exchange->arena, at, length);
        int aadsts = 0;
        if (text_equals(scope, "openid"))
            scopes->openid = true;
        else if (text_equals(scope, "profile"))
            scopes->profile = true;
        else if (text_equals(scope, "email"))
            scopes->email = true;
        else if (length && !text_equals(scope, "offline_access"))
            aadsts = read_api_scope(sandbox, exchange, app, scope, scopes, error, says);
        if (aadsts)
            return aadsts;
        at += length;
    }
    return 0;
}
