#include "store/doubts.h"

#include <stdio.h>

enum fail store_doubt_save(struct store *store, const struct stored_doubt *doubt,
                           struct reason *why)
{
    return sql_run(store->sql, SQL_DOUBT_SAVE, NULL, why, TEXT(doubt->id.text),
                   TEXT(doubt->subject), TEXT(doubt->check), NUMBER(doubt->since),
                   TEXT(doubt->piece), MAYBE(doubt->revokes_at, -1), NUMBER(doubt->revoked));
}

enum fail store_doubts(struct store *store, const char *subject, struct arena *arena, size_t *count,
                       struct stored_doubt **doubts, struct reason *why)
{
    struct stored_doubt *list = NULL;
    size_t found = 0;
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_DOUBTS_READ, TEXT(subject));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        struct stored_doubt *doubt = &list[found++];
        *doubt = (struct stored_doubt){.subject = arena_copy(arena, subject),
                                       .check = rows_copy(&rows, 1, arena),
                                       .since = rows_number(&rows, 2, 0),
                                       .piece = rows_copy(&rows, 3, arena),
                                       .revokes_at = rows_number(&rows, 4, -1),
                                       .revoked = rows_number(&rows, 5, 0) != 0};
        (void)snprintf(doubt->id.text, ID_SIZE, "%s", rows_text(&rows, 0));
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *doubts = list;
    return FAIL_NONE;
}

enum fail store_doubt(struct store *store, const char *id, struct arena *arena,
                      struct stored_doubt *doubt, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_DOUBT_READ, TEXT(id));
    struct stored_doubt read = {0};
    bool found = rows_next(&rows);
    if (found) {
        read.piece = rows_copy(&rows, 0, arena);
        read.revokes_at = rows_number(&rows, 1, -1);
    }
    enum fail fail = rows_end(&rows, why);
    if (!fail && !found)
        fail = because(why, FAIL_NOT_FOUND, "the doubt %s is over", id);
    if (!fail)
        *doubt = read;
    return fail;
}

enum fail store_doubt_end(struct store *store, const char *subject, const char *check,
                          struct reason *why)
{
    return sql_run(store->sql, SQL_DOUBT_END, NULL, why, TEXT(subject), TEXT(check));
}

enum fail store_open_of(struct store *store, const struct person_key *person, bool *any,
                        struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_OPEN_OF, TEXT(person->tid), TEXT(person->oid));
    bool found = rows_next(&rows);
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *any = found;
    return fail;
}

enum fail store_requests_open_of(struct store *store, const struct person_key *person,
                                 struct arena *arena, size_t *count, struct request_id **ids,
                                 struct reason *why)
{
    struct request_id *list = NULL;
    size_t found = 0;
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_REQUESTS_OPEN_OF, TEXT(person->tid), TEXT(person->oid));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        (void)snprintf(list[found++].text, ID_SIZE, "%s", rows_text(&rows, 0));
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *ids = list;
    return FAIL_NONE;
}

enum fail store_sessions_end_of(struct store *store, const struct person_key *person,
                                int64_t *count, struct reason *why)
{
    return sql_run(store->sql, SQL_SESSIONS_END_OF, count, why, TEXT(person->tid),
                   TEXT(person->oid));
}

enum fail store_grant_device_set(struct store *store, const struct grant_id *id, const char *device,
                                 struct reason *why)
{
    return sql_run(store->sql, SQL_GRANT_DEVICE_SET, NULL, why, TEXT(id->text), TEXT(device));
}

enum fail store_grant_device(struct store *store, const struct grant_id *id, struct arena *arena,
                             const char **device, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_GRANT_DEVICE, TEXT(id->text));
    const char *read = rows_next(&rows) ? rows_copy(&rows, 0, arena) : NULL;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *device = read;
    return fail;
}

enum fail store_sign_out_ask(struct store *store, const struct grant_id *grant,
                             const struct person_key *person, int64_t now, struct reason *why)
{
    return sql_run(store->sql, SQL_SIGN_OUT_ASK, NULL, why, TEXT(grant->text), TEXT(person->tid),
                   TEXT(person->oid), NUMBER(now));
}

enum fail store_sign_outs_open(struct store *store, const struct person_key *person,
                               struct arena *arena, size_t *count,
                               struct stored_sign_out **sign_outs, struct reason *why)
{
    struct stored_sign_out *list = NULL;
    size_t found = 0;
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_SIGN_OUTS_OPEN, TEXT(person->tid), TEXT(person->oid));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        struct stored_sign_out *one = &list[found++];
        *one = (struct stored_sign_out){.asked_at = rows_number(&rows, 1, 0),
                                        .intent = rows_copy(&rows, 2, arena),
                                        .path = rows_copy(&rows, 3, arena),
                                        .committed_at = rows_number(&rows, 4, -1),
                                        .outcome = rows_copy(&rows, 5, arena),
                                        .outcome_at = rows_number(&rows, 6, -1)};
        (void)snprintf(one->grant.text, ID_SIZE, "%s", rows_text(&rows, 0));
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *sign_outs = list;
    return FAIL_NONE;
}

enum fail store_sign_out(struct store *store, const struct grant_id *grant, struct arena *arena,
                         struct stored_sign_out *sign_out, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_SIGN_OUT_READ, TEXT(grant->text));
    struct stored_sign_out read = {.grant = *grant};
    bool found = rows_next(&rows);
    if (found) {
        read.asked_at = rows_number(&rows, 0, 0);
        read.outcome = rows_copy(&rows, 1, arena);
        read.outcome_at = rows_number(&rows, 2, -1);
    }
    enum fail fail = rows_end(&rows, why);
    if (!fail && !found)
        fail = because(why, FAIL_NOT_FOUND, "nobody is signed out for grant %s", grant->text);
    if (!fail)
        *sign_out = read;
    return fail;
}

enum fail store_sign_out_commit(struct store *store, const struct stored_sign_out *sign_out,
                                struct reason *why)
{
    return sql_run(store->sql, SQL_SIGN_OUT_COMMIT, NULL, why, TEXT(sign_out->grant.text),
                   TEXT(sign_out->intent), TEXT(sign_out->path), NUMBER(sign_out->committed_at));
}

enum fail store_sign_out_answer(struct store *store, const struct stored_sign_out *sign_out,
                                struct reason *why)
{
    return sql_run(store->sql, SQL_SIGN_OUT_ANSWER, NULL, why, TEXT(sign_out->grant.text),
                   TEXT(sign_out->outcome), NUMBER(sign_out->outcome_at),
                   MAYBE(sign_out->status, 0), TEXT(sign_out->code), TEXT(sign_out->correlation));
}
