#include "sandbox/graph/odata.h"

#include "base/memory.h"
#include "sandbox/graph/graph.h"

#include <stdio.h>
#include <string.h>

/* Properties named in `list` ("a,b,c"); NULL when one of them is not there (`*missing`). */
static json_t *pick(struct exchange *exchange, const json_t *entity, const char *list,
                    const char **missing)
{
    json_t *picked = memory_needed(json_object());
    while (*list) {
        list += strspn(list, ", ");
        size_t length = strcspn(list, ", ");
        const char *name = arena_copy_bytes(exchange->arena, list, length);
        json_t *value = json_object_get(entity, name);
        if (length && !value) {
            *missing = name;
            json_decref(picked);
            return NULL;
        }
        if (length)
            (void)json_object_set(picked, name, value);
        list += length;
    }
    return picked;
}

json_t *odata_select(struct exchange *exchange, const json_t *entity)
{
    const char *list = exchange_query(exchange, "$select"), *missing = NULL;
    if (!list || !*list)
        return memory_needed(json_copy((json_t *)entity));
    json_t *picked = pick(exchange, entity, list, &missing);
    if (!picked)
        graph_error(exchange, 400, "BadRequest",
                    arena_text(exchange->arena,
                               "Parsing OData Select and Expand failed: Could not find a property "
                               "named '%s'.",
                               missing));
    return picked;
}

/* Advanced queries on directory objects need ConsistencyLevel: eventual, on every page (H10). */
static bool consistency_fits(struct exchange *exchange)
{
    const char *filter = exchange_query(exchange, "$filter");
    bool advanced = exchange_query(exchange, "$count") || exchange_query(exchange, "$search") ||
                    (filter && (strstr(filter, " ne ") || strstr(filter, "not ") ||
                                strstr(filter, "endswith(") || strstr(filter, "endsWith(")));
    if (!advanced ||
        text_equals_ignoring_case(exchange_header(exchange, "ConsistencyLevel"), "eventual"))
        return true;
    graph_error(exchange, 400, "Request_UnsupportedQuery",
                "The query needs the header ConsistencyLevel: eventual, and $count=true.");
    return false;
}

static bool read_count(struct exchange *exchange, const char *name, int64_t most, int64_t *count)
{
    const char *text = exchange_query(exchange, name);
    if (!text || text_read_number(text, most, count))
        return true;
    graph_error(exchange, 400, "BadRequest",
                arena_text(exchange->arena, "Invalid value '%s' for %s query option.", text, name));
    return false;
}

/* The same call with another $skiptoken. */
static json_t *next_link(struct exchange *exchange, int64_t skip)
{
    scoped(text_scoped) struct text link = TEXT_LIMIT(65536);
    text_addf(&link, "%s%s?", exchange->asked_at, exchange->path);
    for (size_t i = 0; i < exchange->query.count; i++) {
        const struct pair *pair = &exchange->query.list[i];
        if (text_equals(pair->name, "$skiptoken"))
            continue;
        text_addf(&link, "%s=", pair->name);
        percent_encode(&link, pair->value);
        text_add_char(&link, '&');
    }
    text_addf(&link, "$skiptoken=%lld", (long long)skip);
    return json_string(text_of(&link));
}

/* One entry as $select shows it, or as it is shown without. */
static json_t *show(struct exchange *exchange, const struct list_rules *rules, const json_t *entry)
{
    json_t *shown = odata_select(exchange, entry);
    if (shown && rules->trim && !exchange_query(exchange, "$select"))
        rules->trim(shown);
    return shown;
}

/* Those that match $filter; NULL with an answer. */
static json_t *matching(struct exchange *exchange, const struct list_rules *rules,
                        const json_t *entries)
{
    bool fine = true;
    const struct filter *filter = rules->filtered ? NULL : odata_filter(exchange, &fine);
    json_t *list = memory_needed(json_array());
    size_t i;
    json_t *entry;
    json_array_foreach ((json_t *)entries, i, entry) {
        if (!fine || !odata_matches(filter, entry))
            continue;
        json_t *shown = show(exchange, rules, entry);
        fine = shown != NULL;
        (void)json_array_append_new(list, shown);
    }
    if (fine)
        return list;
    json_decref(list);
    return NULL;
}

void odata_list(struct exchange *exchange, const struct list_rules *rules, json_t *steals)
{
    json_auto_t *entries = memory_needed(steals);
    int64_t top = (int64_t)rules->page, skip = 0;
    if (!read_count(exchange, "$top", 999, &top) ||
        !read_count(exchange, "$skiptoken", INT32_MAX, &skip) ||
        (rules->advanced && !consistency_fits(exchange)))
        return;
    json_auto_t *list = matching(exchange, rules, entries);
    if (!list)
        return;
    int64_t size = (int64_t)json_array_size(list);
    int64_t end = skip + (top < 1 || top > (int64_t)rules->page ? (int64_t)rules->page : top);
    json_t *answer = memory_needed(
        json_pack("{s:s}", "@odata.context", graph_context(exchange, rules->context)));
    if ((rules->counted || text_equals(exchange_query(exchange, "$count"), "true")) && skip == 0)
        (void)json_object_set_new(answer, "@odata.count", json_integer(size));
    if (end < size)
        (void)json_object_set_new(answer, "@odata.nextLink", next_link(exchange, end));
    json_t *page = memory_needed(json_array());
    for (int64_t i = skip; i < end && i < size; i++)
        (void)json_array_append(page, json_array_get(list, (size_t)i));
    (void)json_object_set_new(answer, "value", page);
    answer_json(exchange, 200, answer);
}
