#include "store/events.h"

#include <stdio.h>
#include <string.h>

enum fail store_head(struct store *store, struct arena *arena, struct stored_head *head,
                     struct reason *why)
{
    struct stored_head read = {0};
    scoped(rows_scoped) struct rows rows = sql_ask_values(store->sql, SQL_HEAD_READ, 0, NULL);
    if (rows_next(&rows)) {
        size_t length;
        const void *last = rows_bytes(&rows, 2, &length);
        read.size = rows_number(&rows, 0, 0);
        read.at_ms = rows_number(&rows, 1, 0);
        if (last && length == DIGEST_SIZE)
            memcpy(read.last.bytes, last, DIGEST_SIZE);
        read.checkpoint = rows_copy(&rows, 3, arena);
    }
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *head = read;
    return fail;
}

enum fail store_head_write(struct store *store, const struct stored_head *head, struct reason *why)
{
    return sql_run(store->sql, SQL_HEAD_WRITE, NULL, why, NUMBER(head->size), NUMBER(head->at_ms),
                   DIGEST(&head->last), TEXT(head->checkpoint));
}

enum fail store_event_add(struct store *store, const struct stored_event *event, struct reason *why)
{
    struct value record = {
        .kind = VALUE_TEXT, .bytes = event->record, .length = event->record_length};
    return sql_run(store->sql, SQL_EVENT_ADD, NULL, why, NUMBER(event->seq), NUMBER(event->at_ms),
                   TEXT(event->code), TEXT(event->actor), TEXT(event->subject),
                   TEXT(event->request), TEXT(event->grant), TEXT(event->role), TEXT(event->from),
                   TEXT(event->to), record, DIGEST(&event->leaf));
}

enum fail store_node_add(struct store *store, int level, int64_t position,
                         const struct digest *hash, struct reason *why)
{
    return sql_run(store->sql, SQL_NODE_ADD, NULL, why, NUMBER(level), NUMBER(position),
                   DIGEST(hash));
}

enum fail store_node(struct store *store, int level, int64_t position, struct digest *hash,
                     struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        level ? sql_ask(store->sql, SQL_NODE_READ, NUMBER(level), NUMBER(position))
              : sql_ask(store->sql, SQL_LEAF_READ, NUMBER(position));
    struct digest read;
    size_t length = 0;
    const void *bytes = rows_next(&rows) ? rows_bytes(&rows, 0, &length) : NULL;
    if (bytes && length == DIGEST_SIZE)
        memcpy(read.bytes, bytes, DIGEST_SIZE);
    enum fail fail = rows_end(&rows, why);
    if (!fail && (!bytes || length != DIGEST_SIZE))
        fail = because(why, FAIL_NOT_FOUND, "the tree has no node %d/%lld", level,
                       (long long)position);
    if (!fail)
        *hash = read;
    return fail;
}

struct rows store_events(struct store *store, const struct event_filter *filter, int64_t most)
{
    return sql_ask(store->sql, SQL_EVENTS_OLDEST, NUMBER(filter->first), NUMBER(filter->end),
                   TEXT(filter->actor), TEXT(filter->subject), TEXT(filter->role),
                   TEXT(filter->code), TEXT(filter->request), NUMBER(most));
}

struct rows store_events_newest(struct store *store, const struct event_filter *filter,
                                int64_t most)
{
    return sql_ask(store->sql, SQL_EVENTS_NEWEST, NUMBER(filter->end), NUMBER(filter->first),
                   TEXT(filter->actor), TEXT(filter->subject), TEXT(filter->role),
                   TEXT(filter->code), TEXT(filter->request), NUMBER(most));
}

struct rows store_leaves(struct store *store, int64_t first, int64_t end)
{
    return sql_ask(store->sql, SQL_LEAVES_READ, NUMBER(first), NUMBER(end));
}

enum fail store_event_since(struct store *store, int64_t at_ms, int64_t none, int64_t *seq,
                            struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_EVENT_FIRST_SINCE, NUMBER(at_ms));
    int64_t found = rows_next(&rows) ? rows_number(&rows, 0, none) : none;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *seq = found;
    return fail;
}

enum fail store_alarm_raised(struct store *store, const char *request, const char *grant,
                             const char *alarm, bool *raised, struct reason *why)
{
    char member[80];
    (void)snprintf(member, sizeof member, "\"alarm\":\"%s\"", alarm);
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_ALARM_RAISED, TEXT(request), TEXT(grant), TEXT(member));
    bool found = rows_next(&rows);
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *raised = found;
    return fail;
}

enum fail store_exports_since(struct store *store, const char *actor, int64_t since_ms,
                              int64_t *count, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_EXPORTS_SINCE, TEXT(actor), NUMBER(since_ms));
    int64_t counted = rows_next(&rows) ? rows_number(&rows, 0, 0) : 0;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *count = counted;
    return fail;
}
