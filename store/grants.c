#include "store/grants.h"

#include <stdio.h>

enum fail store_grant_add(struct store *store, const struct stored_grant *grant, struct reason *why)
{
    return sql_run(store->sql, SQL_GRANT_ADD, NULL, why, TEXT(grant->id.text),
                   TEXT(grant->request.text), NUMBER(grant->position), TEXT(grant->holder.tid),
                   TEXT(grant->holder.oid), TEXT(grant->role), TEXT(grant->target),
                   NUMBER(grant->start_by), TEXT(activation_text(grant->mode)));
}

static bool read_grant(const struct rows *rows, struct arena *arena, struct stored_grant *grant)
{
    *grant = (struct stored_grant){
        .position = (int)rows_number(rows, 2, 0),
        .role = rows_copy(rows, 5, arena),
        .target = rows_copy(rows, 6, arena),
        .why = rows_copy(rows, 8, arena),
        .has_holding = rows_text(rows, 9) != NULL,
        .start_by = rows_number(rows, 10, 0),
        .starts_at = rows_number(rows, 11, -1),
        .ends_at = rows_number(rows, 12, -1),
        .ended_at = rows_number(rows, 13, -1),
        .seen = rows_copy(rows, 14, arena),
        .seen_at = rows_number(rows, 15, -1),
        .absent_at = rows_number(rows, 16, -1),
        .status = rows_copy(rows, 17, arena),
        .asked_end = rows_copy(rows, 18, arena),
    };
    (void)snprintf(grant->id.text, ID_SIZE, "%s", rows_text(rows, 0));
    (void)snprintf(grant->request.text, ID_SIZE, "%s", rows_text(rows, 1));
    if (grant->has_holding)
        (void)snprintf(grant->holding.text, ID_SIZE, "%s", rows_text(rows, 9));
    return person_key_read(rows_text(rows, 3), rows_text(rows, 4), &grant->holder) &&
           grant_state_read(rows_text(rows, 7), &grant->state) &&
           activation_read(rows_text(rows, 19), &grant->mode);
}

static enum fail read_grants(struct rows *rows, struct arena *arena, size_t *count,
                             struct stored_grant **grants, struct reason *why)
{
    struct stored_grant *list = NULL;
    size_t found = 0;
    bool sound = true;
    while (rows_next(rows)) {
        list = ARENA_MORE(arena, list, found);
        sound &= read_grant(rows, arena, &list[found++]);
    }
    enum fail fail = rows_end(rows, why);
    if (!fail && !sound)
        fail = because(why, FAIL_BROKEN, "the row of a grant makes no sense");
    if (fail)
        return fail;
    *count = found;
    *grants = list;
    return FAIL_NONE;
}

enum fail store_grant(struct store *store, const struct grant_id *id, struct arena *arena,
                      struct stored_grant *grant, struct reason *why)
{
    size_t count = 0;
    struct stored_grant *found = NULL;
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_GRANT_READ, TEXT(id->text));
    enum fail fail = read_grants(&rows, arena, &count, &found, why);
    if (fail)
        return fail;
    if (!count)
        return because(why, FAIL_NOT_FOUND, "no grant %s", id->text);
    *grant = found[0];
    return FAIL_NONE;
}

enum fail store_grants_of(struct store *store, const struct request_id *id, struct arena *arena,
                          size_t *count, struct stored_grant **grants, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_GRANTS_OF_REQUEST, TEXT(id->text));
    return read_grants(&rows, arena, count, grants, why);
}

enum fail store_grants_beside(struct store *store, const struct stored_grant *grant, int64_t since,
                              struct arena *arena, size_t *count, struct stored_grant **grants,
                              struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_GRANTS_BESIDE, TEXT(grant->holder.tid), TEXT(grant->holder.oid),
                TEXT(grant->target), TEXT(grant->id.text), NUMBER(since));
    return read_grants(&rows, arena, count, grants, why);
}

enum fail store_grants_live_for(struct store *store, const struct person_key *person,
                                const char *target, struct arena *arena, size_t *count,
                                struct stored_grant **grants, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(
        store->sql, SQL_GRANTS_LIVE_FOR, TEXT(person->tid), TEXT(person->oid), TEXT(target));
    return read_grants(&rows, arena, count, grants, why);
}

enum fail store_grants_page(struct store *store, const struct person_key *person, bool live,
                            const char *before, size_t most, struct arena *arena, size_t *count,
                            struct stored_grant **grants, struct reason *why)
{
    const char *from = before ? before : "~"; /* after every id */
    scoped(rows_scoped) struct rows rows =
        person ? sql_ask(store->sql, SQL_GRANTS_OF_PERSON, TEXT(person->tid), TEXT(person->oid),
                         TEXT(from), NUMBER(live), NUMBER((int64_t)most))
               : sql_ask(store->sql, SQL_GRANTS_LIVE, TEXT(from), NUMBER((int64_t)most));
    return read_grants(&rows, arena, count, grants, why);
}

enum fail store_grants_used(struct store *store, const struct person_key *person, int64_t since,
                            size_t most, struct arena *arena, size_t *count,
                            struct stored_grant **grants, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_GRANTS_USED, TEXT(person->tid), TEXT(person->oid), NUMBER(since),
                NUMBER((int64_t)most));
    return read_grants(&rows, arena, count, grants, why);
}

enum fail store_grant_move(struct store *store, const struct grant_id *id, enum grant_state from,
                           enum grant_state to, const char *because_of, struct reason *why)
{
    int64_t moved = 0;
    enum fail fail =
        sql_run(store->sql, SQL_GRANT_MOVE, &moved, why, TEXT(id->text),
                TEXT(grant_state_text(from)), TEXT(grant_state_text(to)), TEXT(because_of));
    return fail || moved ? fail
                         : because(why, FAIL_CONFLICT, "grant %s is not %s any more", id->text,
                                   grant_state_text(from));
}

enum fail store_grant_not_started(struct store *store, const struct grant_id *id,
                                  const char *because_of, struct reason *why)
{
    int64_t kept = 0;
    enum fail fail =
        sql_run(store->sql, SQL_GRANT_NOT_STARTED, &kept, why, TEXT(id->text), TEXT(because_of));
    return fail || kept ? fail
                        : because(why, FAIL_CONFLICT, "grant %s does not wait any more", id->text);
}

enum fail store_grant_hold(struct store *store, const struct grant_id *id,
                           const struct holding_id *holding, int64_t ends_at, struct reason *why)
{
    return sql_run(store->sql, SQL_GRANT_HOLD, NULL, why, TEXT(id->text), TEXT(holding->text),
                   NUMBER(ends_at));
}

enum fail store_grant_seen(struct store *store, const struct grant_id *id, int64_t now,
                           int64_t start_at, struct reason *why)
{
    return sql_run(store->sql, SQL_GRANT_SEEN, NULL, why, TEXT(id->text), NUMBER(now),
                   NUMBER(start_at));
}

enum fail store_grant_absent(struct store *store, const struct grant_id *id, int64_t now,
                             struct reason *why)
{
    return sql_run(store->sql, SQL_GRANT_ABSENT, NULL, why, TEXT(id->text), NUMBER(now));
}

enum fail store_grant_status(struct store *store, const struct grant_id *id, const char *status,
                             struct reason *why)
{
    return sql_run(store->sql, SQL_GRANT_STATUS, NULL, why, TEXT(id->text), TEXT(status));
}

enum fail store_grant_ask_end(struct store *store, const struct grant_id *id, const char *end,
                              struct reason *why)
{
    return sql_run(store->sql, SQL_GRANT_ASK_END, NULL, why, TEXT(id->text), TEXT(end));
}

enum fail store_grant_close(struct store *store, const struct grant_id *id, int64_t now,
                            const char *seen, struct reason *why)
{
    return sql_run(store->sql, SQL_GRANT_CLOSE, NULL, why, TEXT(id->text), NUMBER(now), TEXT(seen));
}
