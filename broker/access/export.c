/* Exports: the history as a stream of pages. */
#include "access/history_range.h"

#include "audit/bundle.h"
#include "audit/csv.h"
#include "base/memory.h"
#include "base/moment.h"
#include "store/approvals.h"

#include <stdlib.h>
#include <string.h>

/* How many rows one short read takes. */
enum { ROWS = 2000, NAMES_BUCKETS = 4096 };

/* Names of people, read once: the history itself holds ids only. */
struct named {
    struct named *next;
    const char *oid;
    struct slice name;
};

struct history {
    const struct access *access;
    enum export_format format;
    struct arena *arena;
    struct event_filter range;
    int64_t next;
    bool header;
    struct named *names[NAMES_BUCKETS];
    struct bundle *bundle;
};

static size_t bucket_of(const char *oid)
{
    uint32_t hash = 2166136261u;
    for (; *oid; oid++)
        hash = (hash ^ (unsigned char)*oid) * 16777619u;
    return hash % NAMES_BUCKETS;
}

static enum fail read_names(struct history *history, struct store *store, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_PEOPLE_OF_EVENTS, TEXT(history->access->options.tenant_id));
    while (rows_next(&rows)) {
        struct named *named = ARENA_NEW(history->arena, struct named);
        named->oid = rows_copy(&rows, 0, history->arena);
        named->name = slice_of(rows_copy(&rows, 1, history->arena));
        named->next = history->names[bucket_of(named->oid)];
        history->names[bucket_of(named->oid)] = named;
    }
    return rows_end(&rows, why);
}

static struct slice name_of(const struct history *history, const char *oid)
{
    if (oid)
        for (const struct named *named = history->names[bucket_of(oid)]; named; named = named->next)
            if (strcmp(named->oid, oid) == 0)
                return named->name;
    return (struct slice){0};
}

/* One row of the table, in the order of store_events. */
static void add_row(const struct history *history, const struct rows *rows, struct text *piece)
{
    char at[25], seq[24], leaf[DIGEST_BASE64_SIZE];
    struct digest digest;
    struct record record = {0};
    struct reason ignored = {0};
    size_t length, record_length;
    const char *bytes = rows_bytes(rows, 10, &record_length);
    const void *hash = rows_bytes(rows, 11, &length);
    if (hash && length == DIGEST_SIZE)
        memcpy(digest.bytes, hash, DIGEST_SIZE);
    digest_base64(&digest, leaf);
    (void)snprintf(seq, sizeof seq, "%lld", (long long)rows_number(rows, 0, 0));
    moment_text_ms(rows_number(rows, 1, 0), at);
    if (record_read((struct slice){.at = bytes, .length = record_length}, &record, &ignored))
        record.detail = (struct slice){0};
    const char *actor = rows_text(rows, 3), *subject = rows_text(rows, 4);
    const struct slice cells[] = {
        slice_of(seq),
        slice_of(at),
        slice_of(rows_text(rows, 2)),
        slice_of(actor),
        name_of(history, actor),
        slice_of(subject),
        name_of(history, subject),
        slice_of(rows_text(rows, 5)),
        slice_of(rows_text(rows, 6)),
        slice_of(rows_text(rows, 7)),
        slice_of(rows_text(rows, 8)),
        slice_of(rows_text(rows, 9)),
        record.detail,
        slice_of(leaf),
    };
    csv_row(piece, COUNT(cells), cells);
}

static enum fail next_rows(struct history *history, struct store *store, struct text *piece,
                           bool *more, struct reason *why)
{
    int64_t count = 0;
    struct event_filter range = history->range;
    range.first = history->next;
    if (history->header) {
        text_add(piece,
                 "seq,at,code,actor,actor_name,subject,subject_name,request,grant,role,from,to,"
                 "detail,leaf\r\n");
        history->header = false;
    }
    scoped(rows_scoped) struct rows rows = store_events(store, &range, ROWS);
    for (; rows_next(&rows); count++) {
        size_t length;
        if (history->format == EXPORT_CSV) {
            add_row(history, &rows, piece);
        } else {
            const char *record = rows_bytes(&rows, 10, &length);
            text_add_bytes(piece, record, length);
            text_add_char(piece, '\n');
        }
        history->next = rows_number(&rows, 0, 0) + 1;
    }
    *more = count == ROWS;
    return rows_end(&rows, why);
}

/* What a bundle reads. */

static enum fail read_leaves(void *context, int64_t seq, size_t room, struct digest leaves[],
                             size_t *count, struct reason *why)
{
    const struct history *history = context;
    struct store *store = NULL;
    enum fail fail = stores_borrow(history->access->stores, &store, why);
    if (fail)
        return fail;
    *count = 0;
    struct rows rows = store_leaves(store, seq, seq + (int64_t)room);
    while (*count < room && rows_next(&rows)) {
        size_t length;
        const void *leaf = rows_bytes(&rows, 0, &length);
        if (leaf && length == DIGEST_SIZE)
            memcpy(leaves[(*count)++].bytes, leaf, DIGEST_SIZE);
    }
    fail = rows_end(&rows, why);
    stores_return(history->access->stores, store);
    return fail;
}

static enum fail read_records(void *context, int64_t seq, int64_t end, struct text *page,
                              struct reason *why)
{
    const struct history *history = context;
    struct store *store = NULL;
    struct event_filter range = history->range;
    enum fail fail = stores_borrow(history->access->stores, &store, why);
    if (fail)
        return fail;
    range.first = seq;
    range.end = end;
    struct rows rows = store_events(store, &range, ROWS);
    while (page->length < BUNDLE_PAGE && rows_next(&rows)) {
        size_t length;
        const char *record = rows_bytes(&rows, 10, &length);
        text_add_bytes(page, record, length);
        text_add_char(page, '\n');
    }
    fail = rows_end(&rows, why);
    stores_return(history->access->stores, store);
    return fail;
}

static enum fail read_kept(const struct history *history, const struct digest *digest,
                           enum fail (*read)(struct store *store, const struct digest *digest,
                                             struct arena *arena, const char **text,
                                             struct reason *why),
                           struct text *ret, struct reason *why)
{
    struct store *store = NULL;
    const char *text = NULL;
    scoped(arena_scoped) struct arena *arena = arena_new();
    enum fail fail = stores_borrow(history->access->stores, &store, why);
    if (fail)
        return fail;
    fail = read(store, digest, arena, &text, why);
    if (!fail)
        text_add(ret, text);
    stores_return(history->access->stores, store);
    return fail;
}

static enum fail read_token(void *context, const struct digest *digest, struct text *token,
                            struct reason *why)
{
    return read_kept(context, digest, store_token, token, why);
}

static enum fail read_key_set(void *context, const struct digest *digest, struct text *key_set,
                              struct reason *why)
{
    return read_kept(context, digest, store_key_set, key_set, why);
}

/* What was asked for, in words on one line; NULL for everything of the range. */
static const char *words_of(const struct history *history)
{
    const struct event_filter *range = &history->range;
    const char *const names[] = {"actor", "subject", "role", "action", "request"};
    const char *const values[] = {range->actor, range->subject, range->role, range->code,
                                  range->request};
    const char *words = NULL;
    for (size_t i = 0; i < COUNT(names); i++)
        if (values[i])
            words = arena_text(history->arena, "%s%s%s=%s", words ? words : "", words ? " " : "",
                               names[i], values[i]);
    return words;
}

static enum fail open_bundle(struct history *history, const char *checkpoint, struct reason *why)
{
    scoped(text_scoped) struct text policy = TEXT_LIMIT(64 * 1024);
    if (history->access->safe_mode)
        return because(why, FAIL_UNAVAILABLE, "safe mode proves nothing: %s",
                       history->access->safe_why);
    keys_trust(history->access->keys, &policy);
    const struct bundle_order order = {
        .checkpoint = checkpoint,
        .policy = arena_copy(history->arena, text_of(&policy)),
        .first = history->range.first,
        .end = history->range.end,
        .filter = words_of(history),
        .signer = keys_export_signer(history->access->keys),
    };
    const struct bundle_source source = {
        .context = history,
        .leaves = read_leaves,
        .records = read_records,
        .token = read_token,
        .key_set = read_key_set,
    };
    return bundle_new(&order, &source, &history->bundle, why);
}

static const char *keep(struct history *history, const char *text)
{
    return arena_copy(history->arena, text);
}

static enum fail open_with(struct history *history, struct store *store, struct export *export,
                           struct reason *why)
{
    struct stored_head head;
    const struct history_filter filter = {
        .from = export->filter.from,
        .to = export->filter.to,
        .actor = keep(history, export->filter.actor),
        .subject = keep(history, export->filter.subject),
        .role = keep(history, export->filter.role),
        .action = keep(history, export->filter.action),
        .request = keep(history, export->filter.request),
    };
    enum fail fail = store_head(store, history->arena, &head, why);
    if (!fail)
        fail = history_range(store, &filter, head.size, &history->range, why);
    if (!fail && history->format == EXPORT_CSV)
        fail = read_names(history, store, why);
    if (!fail && history->format == EXPORT_BUNDLE)
        fail = open_bundle(history, head.checkpoint, why);
    history->next = history->range.first;
    export->end = head.size;
    return fail;
}

enum fail history_open(const struct access *access, struct export *export, struct history **ret,
                       struct reason *why)
{
    struct store *store = NULL;
    struct history *history = MEMORY_NEW(struct history);
    history->access = access;
    history->format = export->format;
    history->arena = arena_new();
    history->header = export->format == EXPORT_CSV;
    enum fail fail = stores_borrow(access->stores, &store, why);
    if (!fail)
        fail = open_with(history, store, export, why);
    stores_return(access->stores, store);
    if (fail)
        history_close(history);
    else
        *ret = history;
    return fail;
}

enum fail history_next(void *context, struct text *piece, bool *more, struct reason *why)
{
    struct history *history = context;
    struct store *store = NULL;
    if (history->bundle)
        return bundle_next(history->bundle, piece, more, why);
    enum fail fail = stores_borrow(history->access->stores, &store, why);
    if (!fail)
        fail = next_rows(history, store, piece, more, why);
    stores_return(history->access->stores, store);
    return fail;
}

void history_close(void *context)
{
    struct history *history = context;
    if (!history)
        return;
    bundle_free(history->bundle);
    arena_free(history->arena);
    free(history);
}
