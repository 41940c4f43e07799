#include "sandbox/http/exchange.h"

#include "base/memory.h"
#include "sandbox/http/faults.h"

#include <stdlib.h>
#include <string.h>

/* "{scope}/providers/Microsoft.Authorization/…": the last one counts, as a scope may have providers
   of its own. */
static void read_scope(struct exchange *exchange)
{
    static const char provider[] = "/providers/Microsoft.Authorization/";
    const char *found = NULL;
    for (const char *at = exchange->path; *at; at++)
        if (strncasecmp(at, provider, sizeof provider - 1) == 0)
            found = at;
    if (!found)
        return;
    exchange->scope =
        arena_copy_bytes(exchange->arena, exchange->path, (size_t)(found - exchange->path));
    exchange->route_path = found + sizeof provider - 2;
}

static void read_api(struct exchange *exchange)
{
    const char *path = exchange->route_path = exchange->path;
    if (text_starts_with(path, "/v1.0/")) {
        exchange->api = API_V1;
        exchange->route_path = path + strlen("/v1.0");
    } else if (text_starts_with(path, "/beta/")) {
        exchange->api = API_BETA;
        exchange->route_path = path + strlen("/beta");
    } else if (text_starts_with(path, "/_sandbox")) {
        exchange->api = API_CONTROL;
    } else if (text_starts_with(path, "/subscriptions/") || text_starts_with(path, "/providers/")) {
        exchange->api = API_ARM;
        read_scope(exchange);
    } else if (text_equals(path, "/") || text_equals(path, "/favicon.ico")) {
        exchange->api = API_PAGE;
    } else {
        exchange->api = API_LOGIN;
    }
}

struct exchange *exchange_new(const char *method, const char *target)
{
    struct arena *arena = arena_new();
    struct exchange *exchange = MEMORY_NEW(struct exchange);
    exchange->arena = arena;
    exchange->query.arena = exchange->headers.arena = exchange->answer_headers.arena = arena;
    exchange->body = TEXT_LIMIT(BODY_LIMIT);
    exchange->method = arena_copy(arena, method);
    exchange->permissions = exchange->contexts = exchange->roles = " ";
    guid_new(exchange->request_id);
    size_t length = strcspn(target, "?");
    exchange->path = percent_decode(arena, target, length, false);
    bool fine = exchange->path && exchange->path[0] == '/' &&
                text_is_utf8(exchange->path, strlen(exchange->path)) &&
                (!target[length] || pairs_read(&exchange->query, target + length + 1));
    if (fine) {
        read_api(exchange);
        return exchange;
    }
    exchange_free(exchange);
    return NULL;
}

void exchange_free(struct exchange *exchange)
{
    if (!exchange)
        return;
    json_decref(exchange->json);
    json_decref(exchange->effect);
    fault_free(exchange->fault);
    text_scoped(&exchange->body);
    arena_free(exchange->arena);
    free(exchange);
}

const char *exchange_query(const struct exchange *exchange, const char *name)
{
    return pairs_get(&exchange->query, name);
}

const char *exchange_header(const struct exchange *exchange, const char *name)
{
    return pairs_get_header(&exchange->headers, name);
}

const char *exchange_body(const struct exchange *exchange)
{
    return text_of(&exchange->body);
}

const char *exchange_cookie(struct exchange *exchange, const char *name)
{
    const char *cookies = exchange_header(exchange, "Cookie");
    size_t name_length = strlen(name);
    while (cookies && *cookies) {
        cookies += strspn(cookies, "; ");
        size_t length = strcspn(cookies, ";");
        if (length > name_length && cookies[name_length] == '=' &&
            strncmp(cookies, name, name_length) == 0)
            return arena_copy_bytes(exchange->arena, cookies + name_length + 1,
                                    length - name_length - 1);
        cookies += length;
    }
    return NULL;
}

static void answer_reset(struct exchange *exchange, int status)
{
    json_decref(take(exchange->json));
    exchange->text = NULL;
    exchange->content_type = NULL;
    exchange->status = status;
}

void answer_json(struct exchange *exchange, int status, json_t *steals)
{
    answer_reset(exchange, status);
    exchange->json = memory_needed(steals);
    exchange->content_type = JSON_TYPE;
}

void answer_text(struct exchange *exchange, int status, const char *content_type, const char *text)
{
    answer_reset(exchange, status);
    exchange->text = arena_copy(exchange->arena, text);
    exchange->content_type = content_type;
}

void answer_nothing(struct exchange *exchange, int status)
{
    answer_reset(exchange, status);
}

void answer_redirect(struct exchange *exchange, const char *location)
{
    answer_reset(exchange, 302);
    answer_header(exchange, "Location", location);
}

void answer_header(struct exchange *exchange, const char *name, const char *value)
{
    pairs_add(&exchange->answer_headers, name, value);
}

void answer_effect(struct exchange *exchange, const char *name, json_t *steals)
{
    if (!exchange->effect)
        exchange->effect = memory_needed(json_object());
    json_t *before = json_object_get(exchange->effect, name);
    if (!before)
        (void)json_object_set_new(exchange->effect, name, steals);
    else if (json_is_array(before))
        (void)json_array_append_new(before, steals);
    else
        (void)json_object_set_new(exchange->effect, name, json_pack("[O,o]", before, steals));
}
