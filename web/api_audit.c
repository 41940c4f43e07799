/* /api/v1/audit: the history, its exports and its proofs. Exporting is itself an event. */
#include "access/history.h"
#include "access/views.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "web/handlers.h"
#include "web/paging.h"

#include <string.h>

/* Reads the filters that the history and its exports share. */
static bool read_filter(struct visit *visit, struct history_filter *filter)
{
    enum event_code code;
    const char *from = visit_query(visit, "from"), *to = visit_query(visit, "to");
    *filter = (struct history_filter){
        .from = INT64_MIN,
        .to = INT64_MAX,
        .actor = visit_query(visit, "actor"),
        .subject = visit_query(visit, "subject"),
        .role = visit_query(visit, "role"),
        .action = visit_query(visit, "action"),
        .request = visit_query(visit, "request"),
    };
    if (from && !moment_read(from, &filter->from))
        complain(&visit->complaints, "from",
                 "\"%s\" is not a time: write it as 2026-01-15T10:00:00Z", from);
    if (to && !moment_read(to, &filter->to))
        complain(&visit->complaints, "to", "\"%s\" is not a time: write it as 2026-01-15T10:00:00Z",
                 to);
    if (filter->action && !event_code_read(filter->action, &code))
        complain(&visit->complaints, "action", "\"%s\" is no code of an event", filter->action);
    if (filter->request && !id_is(filter->request))
        complain(&visit->complaints, "request", "\"%s\" is not the id of a request",
                 filter->request);
    return visit->complaints.count == 0;
}

enum next get_audit(struct visit *visit)
{
    struct history_filter filter;
    int64_t before = INT64_MAX;
    const char *cursor = paging_cursor(visit, 'e');
    size_t most = paging_most(visit), count = 0;
    bool fine = read_filter(visit, &filter);
    if (cursor && !text_read_number(cursor, INT64_MAX, &before))
        complain(&visit->complaints, "cursor", "is not one of this list");
    if (!fine || visit->complaints.count)
        return visit_fail(visit, FAIL_INVALID);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    json_t *items = NULL;
    int64_t last = 0;
    enum fail fail = history_page(visit->access, store, &filter, before, most, visit->arena, &items,
                                  &count, &last, &visit->why);
    if (fail)
        return visit_fail(visit, fail);
    return paging_reply(
        visit, items,
        count == most && last > 0 ? arena_text(visit->arena, "%lld", (long long)last) : NULL, 'e');
}

static enum fail compose_export(struct visit *visit, struct store *store)
{
    static const char *const types[] = {"text/csv; charset=utf-8",
                                        "application/jsonl; charset=utf-8", "application/x-tar"};
    static const char *const names[] = {"csv", "jsonl", "tar"};
    struct export *export = visit->data;
    struct history *history = NULL;
    (void)store;
    enum fail fail = history_open(visit->access, export, &history, &visit->why);
    if (fail)
        return fail;
    visit->reply.status = 200;
    visit->reply.type = types[export->format];
    visit->reply.stream =
        (struct stream){.context = history, .next = history_next, .free = history_close};
    reply_header(&visit->reply, "Content-Disposition",
                 arena_text(visit->arena, "attachment; filename=\"curfew-history-%lld.%s\"",
                            (long long)export->end, names[export->format]));
    return FAIL_NONE;
}

enum next get_export(struct visit *visit)
{
    static const char *const formats[] = {"csv", "jsonl", "bundle"};
    struct export *export = ARENA_NEW(visit->arena, struct export);
    const char *format = visit_query(visit, "format");
    bool found = false;
    for (size_t i = 0; i < COUNT(formats); i++) {
        if (text_equals(format, formats[i])) {
            export->format = (enum export_format)i;
            found = true;
        }
    }
    if (!found)
        complain(&visit->complaints, "format", "must be csv, jsonl or bundle");
    if (!read_filter(visit, &export->filter) || !found)
        return visit_fail(visit, FAIL_INVALID);
    export->caller = visit->caller;
    visit->data = export;
    return visit_change(visit, export_apply, export, compose_export, NULL);
}

enum next get_checkpoint(struct visit *visit)
{
    const char *note = NULL;
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail = history_checkpoint(store, visit->arena, &note, &visit->why);
    if (fail)
        return visit_fail(visit, fail);
    visit->reply.status = 200;
    visit->reply.type = "text/plain; charset=utf-8";
    visit->reply.body = note;
    visit->reply.length = strlen(note);
    return NEXT_REPLY;
}

enum next get_proof(struct visit *visit)
{
    int64_t seq;
    struct text proof = TEXT_LIMIT(64 * 1024);
    if (!text_read_number(visit->params[0], INT64_MAX, &seq))
        return visit_fail(visit, FAIL_NOT_FOUND);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail = history_proof(store, seq, visit->arena, &proof, &visit->why);
    if (!fail) {
        visit->reply.status = 200;
        visit->reply.type = "text/plain; charset=utf-8";
        visit->reply.length = proof.length;
        visit->reply.body = arena_copy_bytes(visit->arena, text_of(&proof), proof.length);
    }
    text_scoped(&proof);
    return fail ? visit_fail(visit, fail) : NEXT_REPLY;
}
