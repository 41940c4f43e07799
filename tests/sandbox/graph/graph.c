#include "sandbox/graph/graph.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/odata.h"
#include "sandbox/login/jwt.h"
#include "sandbox/login/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void graph_error(struct exchange *exchange, int status, const char *code, const char *message)
{
    char at[21];
    const char *client = exchange_header(exchange, "client-request-id");
    if (exchange->api == API_ARM) { /* the short form of contract 8 */
        answer_json(exchange, status,
                    json_pack("{s:{s:s, s:s}}", "error", "code", code, "message", message));
        exchange->code = arena_copy(exchange->arena, code);
        return;
    }
    moment_text(exchange->now_ms / 1000, at);
    at[19] = '\0'; /* without the Z, as Graph writes it here */
    answer_json(exchange, status,
                json_pack("{s:{s:s, s:s, s:{s:s, s:s, s:s}}}", "error", "code", code, "message",
                          message, "innerError", "date", at, "request-id", exchange->request_id,
                          "client-request-id", client ? client : exchange->request_id));
    exchange->code = arena_copy(exchange->arena, code);
}

void graph_error_denied(struct exchange *exchange)
{
    if (exchange->api == API_ARM)
        graph_error(exchange, 403, "AuthorizationFailed",
                    arena_text(exchange->arena,
                               "The client does not have authorization to perform this action "
                               "over scope '%s' or the scope is invalid.",
                               exchange->scope ? exchange->scope : ""));
    else
        graph_error(exchange, 403, "Authorization_RequestDenied",
                    "Insufficient privileges to complete the operation.");
}

void graph_error_not_found(struct exchange *exchange, const char *id)
{
    graph_error(exchange, 404, "Request_ResourceNotFound",
                arena_text(exchange->arena,
                           "Resource '%s' does not exist or one of its queried reference-property "
                           "objects are not present.",
                           id));
}

void graph_error_segment(struct exchange *exchange, const char *segment)
{
    graph_error(exchange, 400, "BadRequest",
                arena_text(exchange->arena, "Resource not found for the segment '%s'.", segment));
}

void graph_error_throttled(struct exchange *exchange, const char *retry_after)
{
    if (retry_after)
        answer_header(exchange, "Retry-After", retry_after);
    graph_error(exchange, 429, "TooManyRequests", "Too many requests. Please retry later.");
}

static bool unauthorized(struct exchange *exchange, const char *message)
{
    answer_header(
        exchange, "WWW-Authenticate",
        "Bearer realm=\"\", "
        "authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"");
    graph_error(exchange, 401, "InvalidAuthenticationToken", message);
    return false;
}

/* The texts of a list with one space around each. */
static const char *spaced(struct exchange *exchange, const json_t *list)
{
    const char *names = " ";
    size_t i;
    json_t *name;
    json_array_foreach ((json_t *)list, i, name)
        names = arena_text(exchange->arena, "%s%s ", names, json_string_value(name));
    return names;
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

/* A token that was issued before `from_ms`, when those of the person or of the application were
   revoked: who declared cp1 is told what to ask for (H12). */
static bool revoked(struct exchange *exchange, const json_t *claims, int64_t from_ms)
{
    const char *wanted = arena_text(
        exchange->arena, "{\"access_token\":{\"nbf\":{\"essential\":true, \"value\":\"%lld\"}}}",
        (long long)(from_ms / 1000));
    char *encoded = arena_take(exchange->arena, BASE64_SIZE(strlen(wanted)), 1);
    base64_write(wanted, strlen(wanted), encoded);
    if (!list_has(json_object_get(claims, "xms_cc"), "cp1"))
        return unauthorized(exchange, "Lifetime validation failed, the token was revoked.");
    answer_header(exchange, "WWW-Authenticate",
                  arena_text(exchange->arena,
                             "Bearer realm=\"\", authorization_uri=\"https://"
                             "login.microsoftonline.com/common/oauth2/authorize\", "
                             "error=\"insufficient_claims\", claims=\"%s\"",
                             encoded));
    graph_error(exchange, 401, "InvalidAuthenticationToken",
                "Continuous access evaluation resulted in challenge with result: "
                "InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp");
    return false;
}

/* What a token says of the person in whose name it calls. */
static bool read_person(struct sandbox *sandbox, struct exchange *exchange, const json_t *claims)
{
    const char *scp = json_member_text(claims, "scp");
    int64_t issued = json_member_number(claims, "auth_time", 0);
    exchange->person = tenant_person(sandbox->tenant, json_member_text(claims, "oid"));
    if (!exchange->person || !exchange->person->enabled)
        return unauthorized(exchange, "The identity of the user could not be established.");
    exchange->delegated = true;
    exchange->permissions = arena_text(exchange->arena, " %s ", scp);
    exchange->contexts = spaced(exchange, json_object_get(claims, "acrs"));
    exchange->roles = spaced(exchange, json_object_get(claims, "wids"));
    exchange->mfa = list_has(json_object_get(claims, "amr"), "mfa") ||
                    list_has(json_object_get(claims, "amr"), "ngcmfa");
    int64_t from_ms = exchange->person->sessions_from_ms;
    return issued * 1000 + 999 >= from_ms || revoked(exchange, claims, from_ms);
}

/* Tokens of ARM are signed as they stand. */
static bool signed_plainly(const struct jwt *jwt, const struct keys *keys)
{
    EVP_PKEY *key = keys_find(keys, json_member_text(jwt->header, "kid"));
    return key && text_equals(json_member_text(jwt->header, "alg"), "RS256") &&
           jwt_signed_by(jwt, key, SIGNING_RS256);
}

static bool check_token(struct sandbox *sandbox, struct exchange *exchange, const struct jwt *jwt)
{
    bool arm = exchange->api == API_ARM;
    if (arm ? !signed_plainly(jwt, sandbox->keys) : !jwt_signed_for_graph(jwt, sandbox->keys))
        return unauthorized(exchange, "IDX10511: Signature validation failed.");
    if (!text_equals(json_member_text(jwt->claims, "aud"),
                     arm ? "https://management.azure.com" : "https://graph.microsoft.com"))
        return unauthorized(exchange, "Access token validation failure. Invalid audience.");
    if (!text_equals(json_member_text(jwt->claims, "tid"), sandbox->tenant->id))
        return unauthorized(exchange, "Access token validation failure. Invalid tenant.");
    if (json_member_number(jwt->claims, "exp", 0) <= exchange->now_ms / 1000)
        return unauthorized(exchange, "Lifetime validation failed, the token is expired.");
    exchange->app = tenant_app(sandbox->tenant, json_member_text(jwt->claims, "appid"));
    if (!exchange->app)
        return unauthorized(exchange, "The identity of the calling application could not be "
                                      "established.");
    if (json_member_text(jwt->claims, "scp"))
        return read_person(sandbox, exchange, jwt->claims);
    exchange->permissions = spaced(exchange, json_object_get(jwt->claims, "roles"));
    int64_t issued = json_member_number(jwt->claims, "iat", 0) + BACKDATED_SECONDS;
    int64_t from_ms = exchange->app->tokens_from_ms;
    return issued * 1000 + 999 >= from_ms || revoked(exchange, jwt->claims, from_ms);
}

bool graph_identify(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *header = exchange_header(exchange, "Authorization");
    scoped(jwt_scoped) struct jwt jwt = {0};
    if (!header || strncasecmp(header, "Bearer ", 7) != 0)
        return unauthorized(exchange, "Access token is empty.");
    if (!jwt_read(header + 7, &jwt))
        return unauthorized(exchange, "CompactToken parsing failed with error code: 80049217");
    return check_token(sandbox, exchange, &jwt);
}

static bool has_permission(const struct exchange *exchange, const char *name, size_t length)
{
    const char *spaced = arena_text(exchange->arena, " %.*s ", (int)length, name);
    return strstr(exchange->permissions, spaced) != NULL;
}

bool graph_may(const struct exchange *exchange, const char *needs)
{
    if (!needs)
        return false;
    bool all = true; /* of the alternative being read; an empty expression needs nothing */
    for (const char *at = needs;;) {
        at += strspn(at, " +");
        if (*at == '|' || !*at) {
            if (all)
                return true;
            if (!*at)
                return false;
            all = true;
            at++;
            continue;
        }
        size_t length = strcspn(at, " +|");
        all = all && has_permission(exchange, at, length);
        at += length;
    }
}

void graph_finish(struct exchange *exchange)
{
    const char *client = exchange_header(exchange, "client-request-id");
    answer_header(exchange, "request-id", exchange->request_id);
    answer_header(exchange, "client-request-id", client ? client : exchange->request_id);
    answer_header(exchange, "Cache-Control", "no-cache");
    answer_header(exchange, "x-ms-ags-diagnostic",
                  "{\"ServerInfo\":{\"DataCenter\":\"Sandbox\",\"Slice\":\"E\",\"Ring\":\"1\","
                  "\"ScaleUnit\":\"000\",\"RoleInstance\":\"SANDBOX0\"}}");
    if (!exchange->json)
        return;
    answer_header(exchange, "OData-Version", "4.0");
    if (!text_equals(exchange->content_type, JSON_TYPE))
        return; /* a fault says otherwise */
    exchange->content_type = exchange->status < 400
                                 ? "application/json;odata.metadata=minimal;odata.streaming=true;"
                                   "IEEE754Compatible=false;charset=utf-8"
                                 : "application/json";
}

const char *graph_context(struct exchange *exchange, const char *rest)
{
    return arena_text(exchange->arena, "%s/%s/$metadata#%s", exchange->asked_at,
                      exchange->api == API_BETA ? "beta" : "v1.0", rest);
}

void graph_entity(struct exchange *exchange, int status, const char *context, json_t *entity)
{
    json_auto_t *owned = entity;
    json_t *shown = odata_select(exchange, owned);
    if (!shown)
        return;
    json_t *answer =
        memory_needed(json_pack("{s:s}", "@odata.context", graph_context(exchange, context)));
    (void)json_object_update_missing(answer, shown);
    json_decref(shown);
    answer_json(exchange, status, answer);
}

json_t *graph_moment(int64_t moment_ms)
{
    char text[25], longer[32];
    if (moment_ms == MOMENT_NEVER)
        return json_null();
    moment_text_ms(moment_ms, text);
    /* 100 ns digits that no millisecond clock has: readers must take any number of decimals */
    (void)snprintf(longer, sizeof longer, "%.23s%04dZ", text, (int)(moment_ms % 7919) + 1000);
    return json_string(longer);
}

json_t *graph_moment_seconds(int64_t moment)
{
    char text[21];
    if (moment == MOMENT_NEVER)
        return json_null();
    moment_text(moment, text);
    return json_string(text);
}

json_t *graph_body(struct exchange *exchange)
{
    json_t *body = NULL;
    struct reason why = {0};
    const char *type = exchange_header(exchange, "Content-Type");
    if (!type || !text_starts_with(type, "application/json")) {
        graph_error(exchange, 415, "BadRequest",
                    "The request body must be JSON: Content-Type application/json.");
        return NULL;
    }
    if (json_read(exchange_body(exchange), exchange->body.length, &body, NULL, &why) ||
        !json_is_object(body)) {
        json_decref(body);
        graph_error(exchange, 400, "BadRequest",
                    "Unable to read JSON request payload. Please ensure Content-Type header is "
                    "set and payload is of valid JSON format.");
        return NULL;
    }
    return body;
}
