#include "store/urgent.h"

#include <stdio.h>

enum fail store_review_add(struct store *store, const struct request_id *id,
                           const struct stored_review *review, struct reason *why)
{
    return sql_run(store->sql, SQL_REVIEW_ADD, NULL, why, TEXT(id->text), NUMBER(review->line),
                   TEXT(review->rule), NUMBER(review->due_at));
}

enum fail store_reviews(struct store *store, const struct request_id *id, struct arena *arena,
                        size_t *count, struct stored_review reviews[STORED_REVIEWS],
                        struct reason *why)
{
    size_t found = 0;
    bool sound = true;
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_REVIEWS_READ, TEXT(id->text));
    while (found < STORED_REVIEWS && rows_next(&rows)) {
        struct stored_review *review = &reviews[found++];
        *review = (struct stored_review){.line = (int)rows_number(&rows, 0, 0),
                                         .rule = rows_copy(&rows, 1, arena),
                                         .due_at = rows_number(&rows, 2, 0),
                                         .outcome = rows_copy(&rows, 5, arena),
                                         .reason = rows_copy(&rows, 6, arena),
                                         .reviewed_at = rows_number(&rows, 7, -1)};
        if (review->reviewed_at < 0)
            continue;
        sound &= person_key_read(rows_text(&rows, 3), rows_text(&rows, 4), &review->by.key);
        review->by.name = rows_copy(&rows, 8, arena);
    }
    enum fail fail = rows_end(&rows, why);
    if (!fail && !sound)
        fail = because(why, FAIL_BROKEN, "the row of a review makes no sense");
    if (!fail)
        *count = found;
    return fail;
}

enum fail store_review_make(struct store *store, const struct request_id *id,
                            const struct stored_review *review, const char *mark,
                            struct reason *why)
{
    int64_t made = 0;
    enum fail fail =
        sql_run(store->sql, SQL_REVIEW_MAKE, &made, why, TEXT(id->text), NUMBER(review->line),
                TEXT(review->by.key.tid), TEXT(review->by.key.oid), TEXT(review->outcome),
                TEXT(mark), NUMBER(review->reviewed_at));
    return fail || made ? fail
                        : because(why, FAIL_CONFLICT, "request %s was reviewed before", id->text);
}

enum fail store_urgent_tell(struct store *store, const struct request_id *id, int line,
                            const struct person_key *person, struct reason *why)
{
    return sql_run(store->sql, SQL_URGENT_TELL, NULL, why, TEXT(id->text), NUMBER(line),
                   TEXT(person->tid), TEXT(person->oid));
}

enum fail store_urgent_told(struct store *store, const struct request_id *id, struct arena *arena,
                            size_t *count, struct stored_told **told, struct reason *why)
{
    struct stored_told *list = NULL;
    size_t found = 0;
    bool sound = true;
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_URGENT_TOLD_READ, TEXT(id->text));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        struct stored_told *one = &list[found++];
        *one = (struct stored_told){.line = (int)rows_number(&rows, 0, 0)};
        sound &= person_key_read(rows_text(&rows, 1), rows_text(&rows, 2), &one->person.key);
        one->person.name = rows_copy(&rows, 3, arena);
        one->person.mail = rows_copy(&rows, 4, arena);
    }
    enum fail fail = rows_end(&rows, why);
    if (!fail && !sound)
        fail = because(why, FAIL_BROKEN, "the row of somebody told makes no sense");
    if (fail)
        return fail;
    *count = found;
    *told = list;
    return FAIL_NONE;
}

enum fail store_review_is_owed(struct store *store, const struct request_id *id, bool *owed,
                               struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_REVIEW_IS_OWED, TEXT(id->text));
    bool found = rows_next(&rows);
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *owed = found;
    return fail;
}

enum fail store_urgent_open(struct store *store, const struct person_key *person,
                            struct request_id *id, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_URGENT_OPEN, TEXT(person->tid), TEXT(person->oid));
    bool found = rows_next(&rows);
    if (found)
        (void)snprintf(id->text, sizeof id->text, "%s", rows_text(&rows, 0));
    enum fail fail = rows_end(&rows, why);
    return fail || found ? fail : because(why, FAIL_NOT_FOUND, "no review is owed");
}
