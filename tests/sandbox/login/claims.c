/* What stands in each token (contract 2.8). */
#include "sandbox/login/login.h"

#include "base/digest.h"
#include "base/memory.h"
#include "sandbox/graph/standing.h"
#include "sandbox/tenant/members.h"

#include <sodium.h>

enum { ID_LASTS = 3600, GROUPS_MOST = 200 };

static void set_text(json_t *claims, const char *name, const char *value)
{
    if (value)
        (void)json_object_set_new(claims, name, json_string(value));
}

static void set_number(json_t *claims, const char *name, int64_t value)
{
    (void)json_object_set_new(claims, name, json_integer(value));
}

/* As Entra does, the token is dated five minutes back, so that slow clocks take it. */
static json_t *begin(struct exchange *exchange, const char *audience, const char *issuer,
                     int64_t lasts)
{
    int64_t now = exchange->now_ms / 1000;
    char uti[LOCATOR_SIZE];
    locator_new(uti);
    return memory_needed(json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "aud", audience, "iss", issuer,
                                   "iat", (json_int_t)(now - BACKDATED_SECONDS), "nbf",
                                   (json_int_t)(now - BACKDATED_SECONDS), "exp",
                                   (json_int_t)(now + lasts), "uti", uti));
}

/* The same person is somebody else to each client. */
static void set_pairwise(json_t *claims, const struct app *app, const struct person *person)
{
    char text[DIGEST_BASE64URL_SIZE];
    const void *const pieces[] = {app->id, person->id};
    struct digest digest = digest_of_pieces(2, pieces, (const size_t[]){GUID_SIZE, GUID_SIZE});
    digest_base64url(&digest, text);
    set_text(claims, "sub", text);
}

static bool is_optional_claim(const struct app *app, const char *token, const char *claim)
{
    const json_t *list = json_object_get(app->optional_claims, token);
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)list, i, value)
        if (text_equals(json_string_value(value), claim))
            return true;
    return false;
}

static void set_contexts(const struct sandbox *sandbox, json_t *claims, const struct code *code,
                         const json_t *wanted)
{
    if (!code->evidence.contexts || json_array_size(wanted) == 0)
        return;
    json_t *list = memory_needed(json_array());
    if (sandbox->switches.acrs_holds_p1)
        (void)json_array_append_new(list, json_string("p1"));
    (void)json_array_extend(list, (json_t *)wanted);
    (void)json_object_set_new(claims, "acrs", list);
}

static void set_optional(const struct sandbox *sandbox, json_t *claims, const char *token,
                         const struct app *api, const struct code *code, const json_t *contexts)
{
    const struct person *person = tenant_person(sandbox->tenant, code->evidence.person);
    if (is_optional_claim(api, token, "auth_time"))
        set_number(claims, "auth_time", code->evidence.at_ms / 1000);
    if (is_optional_claim(api, token, "acct"))
        set_number(claims, "acct", person->guest);
    if (is_optional_claim(api, token, "sid"))
        set_text(claims, "sid", code->evidence.session);
    if (is_optional_claim(api, token, "xms_cc") && code->asked.knows_challenges)
        (void)json_object_set_new(claims, "xms_cc", json_pack("[s]", "cp1"));
    set_contexts(sandbox, claims, code, contexts);
}

static void set_roles(json_t *claims, const struct app *app, const struct person *person)
{
    json_t *roles = memory_needed(json_array());
    size_t i;
    json_t *role;
    json_array_foreach (app->app_roles, i, role) {
        size_t k;
        json_t *held;
        json_array_foreach (person->app_roles, k, held)
            if (text_equals(json_string_value(held),
                            json_string_value(json_object_get(role, "value"))))
                (void)json_array_append(roles, held);
    }
    if (json_array_size(roles))
        (void)json_object_set(claims, "roles", roles);
    json_decref(roles);
}

static void set_groups(const struct sandbox *sandbox, struct exchange *exchange, json_t *claims,
                       const struct person *person)
{
    if (!sandbox->switches.groups_claim)
        return;
    json_t *groups = members_groups_of(sandbox->tenant, person->id, exchange->now_ms);
    if (json_array_size(groups) <= GROUPS_MOST) {
        (void)json_object_set_new(claims, "groups", groups);
        return;
    }
    json_decref(groups);
    (void)json_object_set_new(claims, "_claim_names", json_pack("{s:s}", "groups", "src1"));
    (void)json_object_set_new(
        claims, "_claim_sources",
        json_pack("{s:{s:s}}", "src1", "endpoint",
                  arena_text(exchange->arena,
                             "https://graph.windows.net/%s/users/%s/getMemberObjects",
                             sandbox->tenant->id, person->id)));
}

json_t *claims_id(struct sandbox *sandbox, struct exchange *exchange, const struct code *code,
                  const struct scopes *scopes)
{
    const struct app *app = code->asked.app;
    const struct person *person = tenant_person(sandbox->tenant, code->evidence.person);
    json_t *claims = begin(exchange, app->id, issuer_v2(sandbox, exchange), ID_LASTS);
    set_text(claims, "nonce", code->asked.nonce);
    if (scopes->profile || !sandbox->switches.profile_scope_needed) {
        set_text(claims, "name", person->name);
        set_text(claims, "oid", person->id);
        set_text(claims, "preferred_username", person->upn);
    }
    if (scopes->email)
        set_text(claims, "email", person->mail);
    set_pairwise(claims, app, person);
    set_text(claims, "tid", sandbox->tenant->id);
    set_text(claims, "ver", "2.0");
    set_optional(sandbox, claims, "id_token", app, code, code->asked.id_contexts);
    set_roles(claims, app, person);
    set_groups(sandbox, exchange, claims, person);
    return claims;
}

static const char *const methods_of[][3] = {
    [MFA_NONE] = {"pwd"},
    [MFA_CODE] = {"pwd", "mfa"},
    [MFA_PASSKEY] = {"rsa", "mfa"},
};

/* What only version 1.0 tells. */
static void set_v1(const struct sandbox *sandbox, json_t *claims, const struct code *code,
                   const struct person *person, bool certificate)
{
    const struct device *device = tenant_device(sandbox->tenant, code->evidence.device);
    json_t *methods = memory_needed(json_array());
    for (size_t i = 0; i < 3 && methods_of[code->evidence.mfa][i]; i++)
        (void)json_array_append_new(methods, json_string(methods_of[code->evidence.mfa][i]));
    (void)json_object_set_new(claims, "amr", methods);
    set_text(claims, "acr", "1");
    set_text(claims, "appid", code->asked.app->id);
    set_text(claims, "appidacr", certificate ? "2" : "1");
    if (device && sandbox->switches.deviceid_in_tokens)
        set_text(claims, "deviceid", device->device_id);
    set_text(claims, "family_name", person->surname);
    set_text(claims, "given_name", person->given_name);
    set_text(claims, "ipaddr", code->evidence.address);
    set_text(claims, "unique_name", person->upn);
    set_text(claims, "upn", person->upn);
    set_text(claims, "ver", "1.0");
}

static void set_v2(json_t *claims, const struct code *code, const struct person *person,
                   bool certificate)
{
    set_text(claims, "azp", code->asked.app->id);
    set_text(claims, "azpacr", certificate ? "2" : "1");
    set_text(claims, "preferred_username", person->upn);
    set_text(claims, "ver", "2.0");
}

json_t *claims_api(struct sandbox *sandbox, struct exchange *exchange, const struct code *code,
                   const struct scopes *scopes, bool certificate, int64_t lasts)
{
    const struct app *api = scopes->api;
    const struct person *person = tenant_person(sandbox->tenant, code->evidence.person);
    bool first = api->access_token_version == 1;
    json_t *claims =
        begin(exchange, api->id,
              first ? issuer_v1(sandbox, exchange) : issuer_v2(sandbox, exchange), lasts);
    set_text(claims, "name", person->name);
    set_text(claims, "oid", person->id);
    set_text(claims, "scp", scopes->scp);
    set_text(claims, "tid", sandbox->tenant->id);
    set_pairwise(claims, api, person);
    if (first)
        set_v1(sandbox, claims, code, person, certificate);
    else
        set_v2(claims, code, person, certificate);
    set_optional(sandbox, claims, "access_token", api, code, code->asked.api_contexts);
    set_roles(claims, api, person);
    set_groups(sandbox, exchange, claims, person);
    evidence_write(claims, &code->evidence);
    return claims;
}

/* The roles of Entra that are active now: a token does not learn of later ones, nor forgets these
   (C12). */
static void set_held_roles(const struct sandbox *sandbox, const struct exchange *exchange,
                           json_t *claims, const struct person *person)
{
    json_t *held = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->roles_count; i++)
        if (standing_has_role(sandbox->tenant, person->id, sandbox->tenant->roles[i]->id,
                              exchange->now_ms))
            (void)json_array_append_new(held, json_string(sandbox->tenant->roles[i]->id));
    (void)json_object_set_new(claims, "wids", held);
}

static const char *audience_of(enum resource resource)
{
    return resource == RESOURCE_ARM ? "https://management.azure.com"
                                    : "https://graph.microsoft.com";
}

json_t *claims_delegated(struct sandbox *sandbox, struct exchange *exchange,
                         const struct code *code, const struct scopes *scopes, bool certificate,
                         int64_t lasts)
{
    const struct person *person = tenant_person(sandbox->tenant, code->evidence.person);
    json_t *claims =
        begin(exchange, audience_of(scopes->resource), issuer_v1(sandbox, exchange), lasts);
    set_text(claims, "app_displayname", code->asked.app->name);
    set_text(claims, "idtyp", "user");
    set_text(claims, "name", person->name);
    set_text(claims, "oid", person->id);
    set_text(claims, "scp", scopes->scp);
    set_text(claims, "tid", sandbox->tenant->id);
    set_pairwise(claims, code->asked.app, person);
    set_number(claims, "acct", person->guest);
    set_number(claims, "auth_time", code->evidence.at_ms / 1000);
    set_text(claims, "sid", code->evidence.session);
    set_v1(sandbox, claims, code, person, certificate);
    if (code->asked.knows_challenges)
        (void)json_object_set_new(claims, "xms_cc", json_pack("[s]", "cp1"));
    set_contexts(sandbox, claims, code, code->asked.api_contexts);
    set_held_roles(sandbox, exchange, claims, person);
    return claims;
}

json_t *claims_app(struct sandbox *sandbox, struct exchange *exchange, enum resource resource,
                   bool certificate, bool knows_challenges, int64_t lasts)
{
    const struct app *app = exchange->app;
    json_t *claims = begin(exchange, audience_of(resource), issuer_v1(sandbox, exchange), lasts);
    set_text(claims, "app_displayname", app->name);
    set_text(claims, "appid", app->id);
    set_text(claims, "appidacr", certificate ? "2" : "1");
    set_text(claims, "idp", issuer_v1(sandbox, exchange));
    set_text(claims, "idtyp", "app");
    set_text(claims, "oid", app->object_id);
    set_text(claims, "sub", app->object_id);
    set_text(claims, "tid", sandbox->tenant->id);
    set_text(claims, "ver", "1.0");
    if (resource == RESOURCE_GRAPH && json_array_size(app->permissions))
        (void)json_object_set_new(claims, "roles", json_copy(app->permissions));
    if (knows_challenges)
        (void)json_object_set_new(claims, "xms_cc", json_pack("[s]", "cp1"));
    return claims;
}
