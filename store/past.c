#include "store/past.h"

enum fail store_past(struct store *store, const struct person_key *person, int64_t at,
                     const char *before, struct arena *arena, size_t *count,
                     struct stored_past **ret, struct reason *why)
{
    struct stored_past *list = NULL;
    size_t found = 0;
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_PAST_OF, TEXT(person->tid),
                                                   TEXT(person->oid), NUMBER(at), TEXT(before));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        list[found++] = (struct stored_past){.role = rows_copy(&rows, 0, arena),
                                             .target = rows_copy(&rows, 1, arena),
                                             .had = rows_number(&rows, 2, 0) != 0,
                                             .held = rows_number(&rows, 3, 0) != 0};
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *ret = list;
    return FAIL_NONE;
}

enum fail store_past_end(struct store *store, const struct person_key *person, const char *target,
                         const char *before, int64_t *ended_at, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_PAST_END, TEXT(person->tid),
                                                   TEXT(person->oid), TEXT(target), TEXT(before));
    int64_t at = rows_next(&rows) ? rows_number(&rows, 0, -1) : -1;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *ended_at = at;
    return fail;
}

enum fail store_past_day(struct store *store, const struct person_key *person, const char *target,
                         int64_t since, const char *before, int64_t *count, int64_t *first_at,
                         struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_PAST_DAY, TEXT(person->tid), TEXT(person->oid), TEXT(target),
                NUMBER(since), TEXT(before));
    bool any = rows_next(&rows);
    int64_t counted = any ? rows_number(&rows, 0, 0) : 0;
    int64_t first = any ? rows_number(&rows, 1, -1) : -1;
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = counted;
    *first_at = first;
    return FAIL_NONE;
}

enum fail store_past_targets(struct store *store, const struct person_key *person,
                             const char *before, struct arena *arena, size_t *count,
                             const char ***ret, struct reason *why)
{
    const char **list = NULL;
    size_t found = 0;
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_PAST_TARGETS, TEXT(person->tid), TEXT(person->oid), TEXT(before));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        list[found++] = rows_copy(&rows, 0, arena);
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *ret = list;
    return FAIL_NONE;
}

enum fail store_past_holders(struct store *store, const struct person_key *person,
                             const char *target, const char *before, int64_t *count,
                             struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_PAST_HOLDERS, TEXT(person->tid),
                                                   TEXT(person->oid), TEXT(target), TEXT(before));
    int64_t counted = rows_next(&rows) ? rows_number(&rows, 0, 0) : 0;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *count = counted;
    return fail;
}
