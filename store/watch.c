#include "store/watch.h"

#include <stdio.h>

enum fail store_watch_add(struct store *store, struct stored_watch *watch, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_WATCH_ADD, TEXT(watch->id.text),
                                                   TEXT(watch->target), NUMBER(watch->since));
    if (rows_next(&rows))
        (void)snprintf(watch->id.text, ID_SIZE, "%s", rows_text(&rows, 0));
    return rows_end(&rows, why);
}

static struct stored_watch watch_of(const struct rows *rows, struct arena *arena)
{
    struct stored_watch watch = {
        .target = rows_copy(rows, 1, arena),
        .since = rows_number(rows, 2, 0),
        .read_at = rows_number(rows, 3, -1),
        .rules = rows_copy(rows, 4, arena),
        .emergency = rows_copy(rows, 5, arena),
    };
    (void)snprintf(watch.id.text, ID_SIZE, "%s", rows_text(rows, 0));
    return watch;
}

enum fail store_watch(struct store *store, const struct watch_id *id, struct arena *arena,
                      struct stored_watch *watch, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_WATCH_READ, TEXT(id->text));
    bool found = rows_next(&rows);
    struct stored_watch read = found ? watch_of(&rows, arena) : (struct stored_watch){0};
    enum fail fail = rows_end(&rows, why);
    if (!fail && !found)
        fail = because(why, FAIL_NOT_FOUND, "%s is not watched", id->text);
    if (!fail)
        *watch = read;
    return fail;
}

enum fail store_watches(struct store *store, struct arena *arena, size_t *count,
                        struct stored_watch **watches, struct reason *why)
{
    struct stored_watch *list = NULL;
    size_t found = 0;
    scoped(rows_scoped) struct rows rows = sql_ask_values(store->sql, SQL_WATCH_LIST, 0, NULL);
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        list[found++] = watch_of(&rows, arena);
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *watches = list;
    return FAIL_NONE;
}

enum fail store_watch_save(struct store *store, const struct stored_watch *watch,
                           struct reason *why)
{
    return sql_run(store->sql, SQL_WATCH_SAVE, NULL, why, TEXT(watch->id.text),
                   NUMBER(watch->read_at), TEXT(watch->rules), TEXT(watch->emergency));
}

enum fail store_watch_end(struct store *store, const struct watch_id *id, struct reason *why)
{
    return sql_run(store->sql, SQL_WATCH_END, NULL, why, TEXT(id->text));
}

/* The first number of the only row. */
static enum fail one_number(struct store *store, enum query query, int64_t none, int64_t *ret,
                            struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask_values(store->sql, query, 0, NULL);
    int64_t number = rows_next(&rows) ? rows_number(&rows, 0, none) : none;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *ret = number;
    return fail;
}

enum fail store_watch_oldest(struct store *store, int64_t none, int64_t *at, struct reason *why)
{
    return one_number(store, SQL_WATCH_OLDEST, none, at, why);
}

enum fail store_finding_add(struct store *store, const struct stored_finding *finding, bool *fresh,
                            struct reason *why)
{
    int64_t added = 0;
    enum fail fail = sql_run(store->sql, SQL_FINDING_ADD, &added, why, TEXT(finding->id.text),
                             TEXT(finding->target), TEXT(finding->kind), TEXT(finding->about),
                             TEXT(finding->detail), NUMBER(finding->opened_at));
    if (!fail)
        *fresh = added > 0;
    return fail;
}

static enum fail take_findings(struct rows *rows, struct arena *arena, size_t *count,
                               struct stored_finding **findings, struct reason *why)
{
    struct stored_finding *list = NULL;
    size_t found = 0;
    while (rows_next(rows)) {
        list = ARENA_MORE(arena, list, found);
        struct stored_finding *finding = &list[found++];
        *finding = (struct stored_finding){
            .target = rows_copy(rows, 1, arena),
            .kind = rows_copy(rows, 2, arena),
            .about = rows_copy(rows, 3, arena),
            .detail = rows_copy(rows, 4, arena),
            .opened_at = rows_number(rows, 5, 0),
            .absent_at = rows_number(rows, 6, -1),
        };
        (void)snprintf(finding->id.text, ID_SIZE, "%s", rows_text(rows, 0));
    }
    enum fail fail = rows_end(rows, why);
    if (fail)
        return fail;
    *count = found;
    *findings = list;
    return FAIL_NONE;
}

enum fail store_findings(struct store *store, const char *target, struct arena *arena,
                         size_t *count, struct stored_finding **findings, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_FINDINGS_OPEN, TEXT(target));
    return take_findings(&rows, arena, count, findings, why);
}

enum fail store_findings_told(struct store *store, const char *told, struct arena *arena,
                              size_t *count, struct stored_finding **findings, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_FINDINGS_TOLD, TEXT(told));
    return take_findings(&rows, arena, count, findings, why);
}

enum fail store_finding_absent(struct store *store, const struct finding_id *id, int64_t since,
                               struct reason *why)
{
    return sql_run(store->sql, SQL_FINDING_ABSENT, NULL, why, TEXT(id->text), MAYBE(since, -1));
}

enum fail store_finding_clear(struct store *store, const struct finding_id *id, int64_t now,
                              struct reason *why)
{
    return sql_run(store->sql, SQL_FINDING_CLEAR, NULL, why, TEXT(id->text), NUMBER(now));
}

enum fail store_findings_untold(struct store *store, int64_t none, int64_t *since,
                                struct reason *why)
{
    return one_number(store, SQL_FINDINGS_UNTOLD, none, since, why);
}

enum fail store_findings_tell(struct store *store, const char *told, struct reason *why)
{
    return sql_run(store->sql, SQL_FINDINGS_TELL, NULL, why, TEXT(told));
}

enum fail store_removal_add(struct store *store, const struct finding_id *finding, const char *oid,
                            const struct stored_intent *removal, struct reason *why)
{
    return sql_run(store->sql, SQL_REMOVAL_ADD, NULL, why, TEXT(removal->id.text),
                   TEXT(finding->text), TEXT(oid), TEXT(removal->method), TEXT(removal->path),
                   TEXT(removal->body), NUMBER(removal->committed_at));
}

enum fail store_removal_answer(struct store *store, const struct stored_intent *removal,
                               struct reason *why)
{
    return sql_run(store->sql, SQL_REMOVAL_ANSWER, NULL, why, TEXT(removal->id.text),
                   TEXT(removal->outcome), NUMBER(removal->outcome_at), MAYBE(removal->status, 0),
                   TEXT(removal->code), TEXT(removal->directory_request),
                   TEXT(removal->correlation));
}

enum fail store_removal_last(struct store *store, const struct finding_id *finding, int64_t none,
                             int64_t *at, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_REMOVAL_NEWEST, TEXT(finding->text));
    int64_t last = rows_next(&rows) ? rows_number(&rows, 0, none) : none;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *at = last;
    return fail;
}

enum fail store_held(struct store *store, const char *target, int64_t ends_after,
                     struct arena *arena, size_t *count, struct stored_held **held,
                     struct reason *why)
{
    struct stored_held *list = NULL;
    size_t found = 0;
    bool sound = true;
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_HOLDINGS_OF_TARGET, TEXT(target), NUMBER(ends_after));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        struct stored_held *one = &list[found++];
        *one = (struct stored_held){.ends_at = rows_number(&rows, 2, 0),
                                    .closed_at = rows_number(&rows, 3, -1)};
        sound &= person_key_read(rows_text(&rows, 0), rows_text(&rows, 1), &one->person) &&
                 activation_read(rows_text(&rows, 6), &one->mode);
        (void)snprintf(one->grant.text, ID_SIZE, "%s", rows_text(&rows, 4));
        (void)snprintf(one->request.text, ID_SIZE, "%s", rows_text(&rows, 5));
    }
    enum fail fail = rows_end(&rows, why);
    if (!fail && !sound)
        fail = because(why, FAIL_BROKEN, "a holding of %s cannot be read", target);
    if (fail)
        return fail;
    *count = found;
    *held = list;
    return FAIL_NONE;
}
