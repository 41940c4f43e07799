/* What a client may ask for. */
#include "sandbox/login/login.h"

#include <string.h>

static const struct {
    const char *name;
    enum resource resource;
} resources[] = {
    {"https://graph.microsoft.com", RESOURCE_GRAPH},
    {"https://graph.microsoft.us", RESOURCE_GRAPH},
    {"https://dod-graph.microsoft.us", RESOURCE_GRAPH},
    {"https://microsoftgraph.chinacloudapi.cn", RESOURCE_GRAPH},
    {"00000003-0000-0000-c000-000000000000", RESOURCE_GRAPH},
    {"https://management.azure.com", RESOURCE_ARM},
    {"https://management.usgovcloudapi.net", RESOURCE_ARM},
    {"https://management.chinacloudapi.cn", RESOURCE_ARM},
    {"797f4846-ba00-4fd7-ba43-dac1f8f63013", RESOURCE_ARM},
};

/* The service that `scope` begins with, and what is asked of it. */
static enum resource split(const char *scope, const char **name)
{
    for (size_t i = 0; i < COUNT(resources); i++) {
        size_t length = strlen(resources[i].name);
        if (strncmp(scope, resources[i].name, length) == 0 && scope[length] == '/') {
            *name = scope + length + 1;
            return resources[i].resource;
        }
    }
    return RESOURCE_NONE;
}

enum resource scope_default_of(const char *scope)
{
    const char *name = NULL;
    enum resource resource = split(scope, &name);
    return text_equals(name, ".default") ? resource : RESOURCE_NONE;
}

static bool list_has(const json_t *list, const char *text)
{
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)list, i, value)
        if (text_equals(json_string_value(value), text))
            return true;
    return false;
}

/* ARM knows one permission in the name of a person, Graph all the others. */
static bool is_of(enum resource resource, const char *permission)
{
    return text_equals(permission, "user_impersonation") == (resource == RESOURCE_ARM);
}

/* Everything that was consented to, which is what Entra puts into each token. */
static const char *consented(struct exchange *exchange, const struct app *app,
                             enum resource resource)
{
    const char *names = "";
    size_t i;
    json_t *value;
    json_array_foreach (app->delegated, i, value) {
        const char *name = json_string_value(value);
        if (is_of(resource, name) && list_has(app->consent, name))
            names = arena_text(exchange->arena, "%s%s%s", names, *names ? " " : "", name);
    }
    return names;
}

/* A permission of Graph or ARM in the name of a person. */
static int read_service_scope(struct exchange *exchange, const struct app *app,
                              enum resource resource, const char *name, struct scopes *scopes,
                              const char **error, const char **says)
{
    const char *names = consented(exchange, app, resource);
    bool all = text_equals(name, ".default");
    if (scopes->resource != RESOURCE_NONE && scopes->resource != resource)
        return 70011;
    if (all ? !*names : !is_of(resource, name) || !list_has(app->consent, name)) {
        *error = "invalid_grant";
        *says = arena_text(exchange->arena,
                           "The user or administrator has not consented to use the application "
                           "with ID '%s' named '%s'. Send an interactive authorization request "
                           "for this user and resource.",
                           app->id, app->name);
        return 65001;
    }
    scopes->resource = resource;
    scopes->scp = names;
    return 0;
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
    const char *name = scope;
    enum resource service = split(scope, &name);
    *error = "invalid_scope";
    *says = arena_text(exchange->arena,
                       "The provided value for the input parameter 'scope' is not valid. "
                       "The scope %s is not valid.",
                       scope);
    if (service == RESOURCE_NONE && !slash && strchr(scope, '.'))
        service = RESOURCE_GRAPH; /* a bare name is Graph's */
    if (service != RESOURCE_NONE)
        return read_service_scope(exchange, app, service, name, scopes, error, says);
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
    if (scopes->resource != RESOURCE_NONE && scopes->api != api)
        return 70011;
    bool all = text_equals(slash + 1, ".default");
    if (!all && !text_equals(slash + 1, "access"))
        return 70011;
    scopes->resource = RESOURCE_API;
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
        else if (text_equals(scope, "offline_access"))
            scopes->offline = true;
        else if (length)
            aadsts = read_api_scope(sandbox, exchange, app, scope, scopes, error, says);
        if (aadsts)
            return aadsts;
        at += length;
    }
    return 0;
}
