#include "access/history_range.h"

#include "access/views.h"
#include "audit/proof.h"
#include "base/memory.h"
#include "base/moment.h"

enum fail history_range(struct store *store, const struct history_filter *filter, int64_t end,
                        struct event_filter *range, struct reason *why)
{
    *range = (struct event_filter){.first = 0,
                                   .end = end,
                                   .actor = filter->actor,
                                   .subject = filter->subject,
                                   .role = filter->role,
                                   .code = filter->action,
                                   .request = filter->request};
    enum fail fail = FAIL_NONE;
    if (filter->from != INT64_MIN)
        fail = store_event_since(store, filter->from * 1000, end, &range->first, why);
    if (!fail && filter->to != INT64_MAX) {
        fail = store_event_since(store, filter->to * 1000, end, &range->end, why);
        range->end = range->end < end ? range->end : end;
    }
    return fail;
}

enum fail history_page(const struct access *access, struct store *store,
                       const struct history_filter *filter, int64_t before, size_t most,
                       struct arena *arena, json_t **items, size_t *count, int64_t *last,
                       struct reason *why)
{
    struct event_filter range;
    enum fail fail = history_range(store, filter, before, &range, why);
    if (fail)
        return fail;
    size_t found = 0;
    const char **records = ARENA_ARRAY(arena, const char *, most);
    scoped(rows_scoped) struct rows rows = store_events_newest(store, &range, (int64_t)most);
    while (found < most && rows_next(&rows)) {
        *last = rows_number(&rows, 0, 0);
        records[found++] = rows_copy(&rows, 1, arena);
    }
    fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *items = memory_needed(json_array());
    for (size_t i = 0; i < found; i++)
        (void)json_array_append_new(*items, view_event(store, access, records[i], arena));
    *count = found;
    return FAIL_NONE;
}

static json_t *filter_detail(const struct export *export)
{
    static const char *const formats[] = {"csv", "jsonl", "bundle"};
    const struct history_filter *filter = &export->filter;
    char from[21] = "", to[21] = "";
    if (filter->from != INT64_MIN)
        moment_text(filter->from, from);
    if (filter->to != INT64_MAX)
        moment_text(filter->to, to);
    return memory_needed(json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?}", "format",
                                   formats[export->format], "from", *from ? from : NULL, "to",
                                   *to ? to : NULL, "actor", filter->actor, "subject",
                                   filter->subject, "role", filter->role, "action", filter->action,
                                   "request", filter->request));
}

enum fail export_apply(struct turn *turn, void *data, struct reason *why)
{
    const struct export *export = data;
    int64_t count = 0, day_ms = INT64_C(24) * 3600 * 1000;
    if (export->caller) {
        enum fail fail = store_exports_since(turn->store, export->caller->person.key.oid,
                                             turn->now_ms - day_ms, &count, why);
        if (fail)
            return fail;
        if (count >= turn->access->options.exports_per_day)
            return because(why, FAIL_TOO_MANY, "%lld exports in a day", (long long)count);
    }
    json_auto_t *detail = filter_detail(export);
    return turn_record(turn, (struct event){.code = EVENT_AUDIT_EXPORTED, .detail = detail}, why);
}

enum fail history_checkpoint(struct store *store, struct arena *arena, const char **note,
                             struct reason *why)
{
    struct stored_head head;
    enum fail fail = store_head(store, arena, &head, why);
    if (fail)
        return fail;
    if (!head.size)
        return because(why, FAIL_NOT_FOUND, "nothing was recorded yet");
    *note = head.checkpoint;
    return FAIL_NONE;
}

static enum fail read_node(void *context, int level, int64_t index, struct digest *hash,
                           struct reason *why)
{
    return store_node(context, level, index, hash, why);
}

enum fail history_proof(struct store *store, int64_t seq, struct arena *arena, struct text *proof,
                        struct reason *why)
{
    const char *note = NULL;
    const struct merkle_nodes nodes = {.context = store, .read = read_node};
    enum fail fail = history_checkpoint(store, arena, &note, why);
    return fail ? fail : proof_write(&nodes, seq, slice_of(note), proof, why);
}
