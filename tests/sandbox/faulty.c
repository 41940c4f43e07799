#include "sandbox/faulty.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/login/jwt.h"
#include "sandbox/login/login.h"

#include <string.h>

static void add_headers(struct exchange *exchange, const json_t *headers)
{
    const char *name;
    json_t *value, *one;
    size_t i;
    json_object_foreach ((json_t *)headers, name, value) {
        if (text_equals_ignoring_case(name, "Content-Type"))
            exchange->content_type = arena_copy(exchange->arena, json_string_value(value));
        else if (json_is_string(value))
            answer_header(exchange, name, json_string_value(value));
        json_array_foreach (value, i, one)
            if (json_is_string(one))
                answer_header(exchange, name, json_string_value(one));
    }
}

static void answer_given(struct exchange *exchange)
{
    const struct fault *fault = exchange->fault;
    const json_t *body = json_object_get(fault->spec, "body");
    const char *text = json_member_text(fault->spec, "text");
    if (body)
        answer_json(exchange, (int)fault->number, json_deep_copy(body));
    else if (text)
        answer_text(exchange, (int)fault->number, "text/html; charset=utf-8", text);
    else
        answer_nothing(exchange, (int)fault->number);
}

static void answer_error(struct exchange *exchange)
{
    const struct fault *fault = exchange->fault;
    const char *code = json_member_text(fault->spec, "code");
    const char *message = json_member_text(fault->spec, "message");
    if (!code)
        code = "UnknownError";
    if (!message)
        message = "An error occurred.";
    if (exchange->api == API_LOGIN)
        login_error(exchange, (int)fault->number, code, 90033, message);
    else
        graph_error(exchange, (int)fault->number, code, message);
}

static void answer_fault(struct exchange *exchange)
{
    exchange->answer_headers.count = 0; /* those of the answer whose place this one takes */
    if (exchange->fault->kind == FAULT_ANSWER)
        answer_given(exchange);
    else
        answer_error(exchange);
    add_headers(exchange, json_object_get(exchange->fault->spec, "headers"));
}

bool fault_answers(struct exchange *exchange)
{
    if (fault_is(exchange->fault, FAULT_RESET, BEFORE_EFFECT) ||
        fault_is(exchange->fault, FAULT_REFUSE, BEFORE_EFFECT))
        return true; /* nobody will read an answer */
    if (!fault_is(exchange->fault, FAULT_ANSWER, BEFORE_EFFECT) &&
        !fault_is(exchange->fault, FAULT_ERROR, BEFORE_EFFECT))
        return false;
    answer_fault(exchange);
    return true;
}

void fault_prepare(struct exchange *exchange)
{
    if (fault_is(exchange->fault, FAULT_STALE, BEFORE_EFFECT))
        exchange->stale_ms = exchange->fault->number * 1000;
}

/* Members of `changes` take the place of those of `object`; objects are gone into. */
static void set_members(json_t *object, const json_t *changes)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)changes, name, value) {
        json_t *before = json_object_get(object, name);
        if (json_is_object(value) && json_is_object(before))
            set_members(before, value);
        else
            (void)json_object_set_new(object, name, json_deep_copy(value));
    }
}

/* A copy of an entry that belongs to somebody else. */
static json_t *foreign_copy(const json_t *entry)
{
    static const char *const owners[] = {"id", "principalId", "userId", "azureADDeviceId",
                                         "deviceId"};
    json_t *copy = json_deep_copy(entry);
    json_t *properties = json_object_get(copy, "properties"); /* of an entry of ARM */
    json_t *owned = properties ? properties : copy;
    for (size_t i = 0; i < COUNT(owners); i++)
        if (json_object_get(owned, owners[i]))
            (void)json_object_set_new(owned, owners[i],
                                      json_string("f0e1f0e1-0000-4000-8000-000000000001"));
    return copy;
}

static void change_entries(json_t *list, const json_t *spec)
{
    const char *how = json_member_text(spec, "entries");
    size_t size = json_array_size(list), i;
    json_t *entry;
    json_array_foreach (list, i, entry)
        set_members(entry, json_object_get(spec, "each"));
    if (text_equals(how, "none"))
        (void)json_array_clear(list);
    for (size_t k = 0; k < size && how && !text_equals(how, "none"); k++) {
        const json_t *original = json_array_get(list, k);
        (void)json_array_append_new(list, text_equals(how, "foreign") ? foreign_copy(original)
                                                                      : json_deep_copy(original));
    }
    json_array_foreach (json_object_get(spec, "append"), i, entry)
        (void)json_array_append_new(list, json_deep_copy(entry));
}

static void alter(struct exchange *exchange)
{
    const json_t *spec = exchange->fault->spec;
    const char *link = json_member_text(spec, "next_link");
    size_t i;
    json_t *name;
    if (!json_is_object(exchange->json))
        return;
    json_t *altered = json_deep_copy(exchange->json); /* it may share parts with the state */
    set_members(altered, json_object_get(spec, "set"));
    json_array_foreach (json_object_get(spec, "drop"), i, name)
        if (json_is_string(name))
            (void)json_object_del(altered, json_string_value(name));
    if (json_is_array(json_object_get(altered, "value")))
        change_entries(json_object_get(altered, "value"), spec);
    if (text_equals(link, "loop"))
        link = arena_text(exchange->arena, "%s%s", exchange->asked_at, exchange->path);
    if (link)
        (void)json_object_set_new(
            altered, exchange->api == API_ARM ? "nextLink" : "@odata.nextLink", json_string(link));
    json_decref(exchange->json);
    exchange->json = altered;
}

/* As set_members, but null takes a claim away. */
static void merge_members(json_t *object, const json_t *changes)
{
    const char *name;
    json_t *value;
    set_members(object, changes);
    json_object_foreach ((json_t *)changes, name, value)
        if (json_is_null(value))
            (void)json_object_del(object, name);
}

/* A token of the answer with other claims, properly signed unless the decoy signs. */
static void forge(struct sandbox *sandbox, struct exchange *exchange)
{
    const json_t *spec = exchange->fault->spec;
    const char *name = json_member_text(spec, "token"), *kid;
    const char *text = json_member_text(exchange->json, name);
    scoped(jwt_scoped) struct jwt jwt = {0};
    if (!text || !jwt_read(text, &jwt))
        return;
    bool decoy = text_equals(json_member_text(spec, "key"), "decoy");
    EVP_PKEY *key = decoy ? keys_decoy(sandbox->keys, &kid) : keys_signing(sandbox->keys, &kid);
    (void)json_object_set_new(jwt.header, "kid", json_string(kid));
    merge_members(jwt.header, json_object_get(spec, "header"));
    merge_members(jwt.claims, json_object_get(spec, "claims"));
    (void)json_object_set_new(
        exchange->json, name,
        json_string(jwt_write(exchange->arena, key, kid, jwt.header, jwt.claims)));
}

void fault_change(struct sandbox *sandbox, struct exchange *exchange)
{
    if (fault_is(exchange->fault, FAULT_ANSWER, AFTER_EFFECT) ||
        fault_is(exchange->fault, FAULT_ERROR, AFTER_EFFECT))
        answer_fault(exchange);
    else if (fault_is(exchange->fault, FAULT_ALTER, BEFORE_EFFECT))
        alter(exchange);
    else if (fault_is(exchange->fault, FAULT_FORGE, BEFORE_EFFECT))
        forge(sandbox, exchange);
}
