/* POST /$batch (contract 12). */
#include "sandbox/graph/handlers.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/http/faults.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 20 };

static bool bad(struct exchange *exchange, const char *message)
{
    graph_error(exchange, 400, "BadRequest", message);
    return false;
}

/* Ids of the items that must have worked before this one; 0 entries when there are none. */
static const json_t *needs_of(const json_t *item)
{
    return json_object_get(item, "dependsOn");
}

static bool check_item(struct exchange *exchange, const json_t *item, json_t *ids)
{
    const char *id = json_member_text(item, "id"), *method = json_member_text(item, "method");
    const char *url = json_member_text(item, "url");
    const json_t *headers = json_object_get(item, "headers");
    if (!id || !method || !url)
        return bad(exchange, "Each batch request must have an id, a method and a url.");
    char *lower = arena_copy(exchange->arena, id);
    for (char *at = lower; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    if (json_object_get(ids, lower))
        return bad(exchange, "Request Id must be unique.");
    (void)json_object_set_new(ids, lower, json_true());
    if (json_object_get(item, "body") && !json_object_get(headers, "Content-Type") &&
        !json_object_get(headers, "content-type"))
        return bad(exchange, "A batch request with a body must have a Content-Type header.");
    return true;
}

static bool check(struct exchange *exchange, const json_t *items)
{
    json_auto_t *ids = memory_needed(json_object());
    size_t i;
    json_t *item;
    if (!json_is_array(items) || json_array_size(items) == 0 || json_array_size(items) > ITEMS)
        return bad(exchange, "Number of batch request steps must be from 1 to 20.");
    json_array_foreach ((json_t *)items, i, item)
        if (!check_item(exchange, item, ids))
            return false;
    return true;
}

static json_t *failure(const char *id, int status, const char *code, const char *message)
{
    return memory_needed(json_pack("{s:s, s:i, s:{}, s:{s:{s:s, s:s}}}", "id", id, "status", status,
                                   "headers", "body", "error", "code", code, "message", message));
}

/* The item as a call of its own, with the outer call's token. */
static struct exchange *inner_call(const struct exchange *outer, const json_t *item)
{
    const char *url = json_member_text(item, "url");
    const char *target =
        arena_text(outer->arena, "/%s%s%s", outer->api == API_BETA ? "beta" : "v1.0",
                   url[0] == '/' ? "" : "/", url);
    struct exchange *inner = exchange_new(json_member_text(item, "method"), target);
    const char *name;
    json_t *value;
    if (!inner)
        return NULL;
    inner->now_ms = outer->now_ms;
    inner->asked_at = arena_copy(inner->arena, outer->asked_at);
    const char *token = exchange_header(outer, "Authorization");
    if (token)
        pairs_add(&inner->headers, "Authorization", token);
    json_object_foreach (json_object_get(item, "headers"), name, value)
        if (json_is_string(value) && !text_equals_ignoring_case(name, "Authorization"))
            pairs_add(&inner->headers, name, json_string_value(value));
    if (json_object_get(item, "body")) {
        char *body = json_compact(json_object_get(item, "body"));
        text_add(&inner->body, body);
        free(body);
    }
    return inner;
}

/* A name that is there twice has both values behind one another. */
static json_t *headers_of(const struct exchange *inner)
{
    json_t *headers = memory_needed(json_object());
    for (size_t i = 0; i < inner->answer_headers.count; i++) {
        const char *name = inner->answer_headers.list[i].name;
        const char *value = inner->answer_headers.list[i].value;
        const char *before = json_member_text(headers, name);
        if (before)
            value = arena_text(inner->arena, "%s, %s", before, value);
        (void)json_object_set_new(headers, name, json_string(value));
    }
    return headers;
}

static json_t *run_item(struct sandbox *sandbox, const struct exchange *outer, const json_t *item)
{
    const char *id = json_member_text(item, "id");
    scoped(exchange_scoped) struct exchange *inner = inner_call(outer, item);
    if (!inner)
        return failure(id, 400, "BadRequest", "The url of the batch request is malformed.");
    sandbox_answer_inner(sandbox, inner);
    json_t *headers = headers_of(inner);
    return memory_needed(json_pack("{s:s, s:i, s:o, s:O?}", "id", id, "status", inner->status,
                                   "headers", headers, "body", inner->json));
}

/* Whether every item that this one waits for is among the answers, and worked. */
static bool needs_met(const json_t *item, const json_t *answers)
{
    size_t i, k;
    json_t *needed, *answer;
    json_array_foreach ((json_t *)needs_of(item), i, needed) {
        bool met = false;
        json_array_foreach ((json_t *)answers, k, answer)
            met = met || (text_equals_ignoring_case(json_member_text(answer, "id"),
                                                    json_string_value(needed)) &&
                          json_member_number(answer, "status", 500) < 400);
        if (!met)
            return false;
    }
    return true;
}

/* Answers come in any order: here, always another one than that of the questions. */
static json_t *shuffled(const json_t *answers)
{
    json_t *list = memory_needed(json_array());
    size_t i;
    json_t *answer;
    json_array_foreach ((json_t *)answers, i, answer)
        (void)json_array_insert(list, randombytes_uniform((uint32_t)i + 1), answer);
    return list;
}

struct fault *graph_batch_fault(struct sandbox *sandbox, const struct exchange *exchange)
{
    struct fault *fault = NULL;
    size_t i;
    json_t *item;
    if (!text_equals(exchange->path, "/v1.0/$batch"))
        return NULL;
    json_auto_t *body = json_loads(exchange_body(exchange), 0, NULL);
    json_array_foreach (json_object_get(body, "requests"), i, item) {
        bool whole = json_member_text(item, "method") && json_member_text(item, "url");
        scoped(exchange_scoped) struct exchange *inner = whole ? inner_call(exchange, item) : NULL;
        if (inner && !fault)
            fault = faults_take(sandbox->faults, inner, AT_BATCH);
    }
    return fault;
}

void graph_batch(struct sandbox *sandbox, struct exchange *exchange)
{
    json_auto_t *body = graph_body(exchange);
    json_auto_t *answers = memory_needed(json_array());
    const json_t *items = json_object_get(body, "requests");
    size_t i;
    json_t *item;
    if (!body || !check(exchange, items))
        return;
    json_array_foreach ((json_t *)items, i, item)
        (void)json_array_append_new(
            answers, needs_met(item, answers) ? run_item(sandbox, exchange, item)
                                              : failure(json_member_text(item, "id"), 424,
                                                        "FailedDependency", "Dependency failed."));
    answer_json(exchange, 200, json_pack("{s:o}", "responses", shuffled(answers)));
}
