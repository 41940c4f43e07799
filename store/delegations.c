#include "store/delegations.h"

#include <stdio.h>

bool delegation_is_in_force(const struct stored_delegation *delegation, int64_t now)
{
    return delegation->ended_at < 0 && now >= delegation->from_at && now < delegation->until_at;
}

enum fail store_delegation_add(struct store *store, const struct stored_delegation *delegation,
                               struct reason *why)
{
    return sql_run(store->sql, SQL_DELEGATION_ADD, NULL, why, TEXT(delegation->id.text),
                   TEXT(delegation->approver.key.tid), TEXT(delegation->approver.key.oid),
                   TEXT(delegation->delegate.key.oid), NUMBER(delegation->from_at),
                   NUMBER(delegation->until_at), TEXT(delegation->reason_mark),
                   NUMBER(delegation->made_at));
}

static struct stored_delegation delegation_of(const struct rows *rows, struct arena *arena)
{
    struct stored_delegation read = {
        .approver = {.name = rows_copy(rows, 3, arena), .mail = rows_copy(rows, 4, arena)},
        .delegate = {.name = rows_copy(rows, 6, arena), .mail = rows_copy(rows, 7, arena)},
        .from_at = rows_number(rows, 8, 0),
        .until_at = rows_number(rows, 9, 0),
        .reason = rows_copy(rows, 10, arena),
        .made_at = rows_number(rows, 11, 0),
        .ended_at = rows_number(rows, 12, -1),
        .ended_by = rows_copy(rows, 13, arena),
    };
    (void)snprintf(read.id.text, ID_SIZE, "%s", rows_text(rows, 0));
    (void)person_key_read(rows_text(rows, 1), rows_text(rows, 2), &read.approver.key);
    (void)person_key_read(rows_text(rows, 1), rows_text(rows, 5), &read.delegate.key);
    return read;
}

static enum fail read_list(struct rows *rows, struct arena *arena, size_t *count,
                           struct stored_delegation **ret, struct reason *why)
{
    size_t found = 0;
    struct stored_delegation *list = NULL;
    while (rows_next(rows)) {
        list = ARENA_MORE(arena, list, found);
        list[found++] = delegation_of(rows, arena);
    }
    enum fail fail = rows_end(rows, why);
    if (fail)
        return fail;
    *count = found;
    *ret = list;
    return FAIL_NONE;
}

enum fail store_delegation(struct store *store, const struct delegation_id *id, struct arena *arena,
                           struct stored_delegation *delegation, struct reason *why)
{
    size_t count = 0;
    struct stored_delegation *found = NULL;
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_DELEGATION_READ, TEXT(id->text));
    enum fail fail = read_list(&rows, arena, &count, &found, why);
    if (!fail && !count)
        fail = because(why, FAIL_NOT_FOUND, "no delegation %s", id->text);
    if (!fail)
        *delegation = *found;
    return fail;
}

enum fail store_delegations_of(struct store *store, const struct person_key *person,
                               const char *before, size_t most, struct arena *arena, size_t *count,
                               struct stored_delegation **list, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_DELEGATIONS_OF, TEXT(person->tid), TEXT(person->oid),
                TEXT(before ? before : "~"), NUMBER((int64_t)most));
    return read_list(&rows, arena, count, list, why);
}

enum fail store_delegation_between(struct store *store, const struct person_key *approver,
                                   int64_t from, int64_t until, bool *any, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_DELEGATION_BETWEEN, TEXT(approver->tid), TEXT(approver->oid),
                NUMBER(from), NUMBER(until));
    bool found = rows_next(&rows);
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *any = found;
    return fail;
}

enum fail store_delegations_since(struct store *store, const struct person_key *approver,
                                  int64_t since, int64_t *count, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(
        store->sql, SQL_DELEGATIONS_SINCE, TEXT(approver->tid), TEXT(approver->oid), NUMBER(since));
    int64_t counted = rows_next(&rows) ? rows_number(&rows, 0, 0) : 0;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *count = counted;
    return fail;
}

enum fail store_delegation_end(struct store *store, const struct delegation_id *id, int64_t now,
                               const struct person_key *by, struct reason *why)
{
    int64_t ended = 0;
    enum fail fail = sql_run(store->sql, SQL_DELEGATION_END, &ended, why, TEXT(id->text),
                             NUMBER(now), TEXT(by->oid));
    return fail || ended ? fail : because(why, FAIL_CONFLICT, "delegation %s is over", id->text);
}

enum fail store_delegations_for(struct store *store, const struct request_id *request,
                                const struct person_key *delegate, int64_t now, size_t most,
                                struct arena *arena, size_t *count, struct stored_delegation **list,
                                struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_DELEGATIONS_FOR, TEXT(request->text), TEXT(delegate->tid),
                TEXT(delegate->oid), NUMBER(now), NUMBER((int64_t)most));
    return read_list(&rows, arena, count, list, why);
}

enum fail store_delegations_in_force(struct store *store, const struct request_id *request,
                                     int64_t now, struct arena *arena, size_t *count,
                                     struct stored_delegation **list, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_DELEGATIONS_IN_FORCE, TEXT(request->text), NUMBER(now));
    return read_list(&rows, arena, count, list, why);
}

enum fail store_stand_in_add(struct store *store, const struct request_id *request,
                             const struct delegation_id *delegation, struct reason *why)
{
    return sql_run(store->sql, SQL_STAND_IN_ADD, NULL, why, TEXT(request->text),
                   TEXT(delegation->text));
}

enum fail store_stand_ins(struct store *store, const struct request_id *request,
                          struct arena *arena, size_t *count, struct stored_delegation **list,
                          struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_STAND_INS, TEXT(request->text));
    return read_list(&rows, arena, count, list, why);
}

enum fail store_delegation_touches(struct store *store, const struct person_key *approver,
                                   struct arena *arena, size_t *count, struct request_id **requests,
                                   struct reason *why)
{
    size_t found = 0;
    struct request_id *list = NULL;
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_DELEGATION_TOUCHES, TEXT(approver->tid), TEXT(approver->oid));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        (void)snprintf(list[found++].text, ID_SIZE, "%s", rows_text(&rows, 0));
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *requests = list;
    return FAIL_NONE;
}
