/* Holdings and intents; declared in grants.h, since nobody uses one without the other. */
#include "store/grants.h"

#include <stdio.h>

enum fail store_holding_add(struct store *store, const struct stored_holding *holding,
                            struct reason *why)
{
    int64_t added = 0;
    enum fail fail =
        sql_run(store->sql, SQL_HOLDING_ADD, &added, why, TEXT(holding->id.text),
                TEXT(holding->person.tid), TEXT(holding->person.oid), TEXT(holding->target),
                NUMBER(holding->ends_at), NUMBER(holding->opened_at));
    return fail || added ? fail
                         : because(why, FAIL_CONFLICT, "a holding of %s for %s is open already",
                                   holding->target, holding->person.oid);
}

enum fail store_holding(struct store *store, const struct holding_id *id, struct arena *arena,
                        struct stored_holding *holding, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_HOLDING_READ, TEXT(id->text));
    struct stored_holding read = {.id = *id};
    bool found =
        rows_next(&rows) && person_key_read(rows_text(&rows, 0), rows_text(&rows, 1), &read.person);
    if (found) {
        read.target = rows_copy(&rows, 2, arena);
        read.ends_at = rows_number(&rows, 3, 0);
        read.opened_at = rows_number(&rows, 4, 0);
        read.closed_at = rows_number(&rows, 5, -1);
    }
    enum fail fail = rows_end(&rows, why);
    if (!fail && !found)
        fail = because(why, FAIL_NOT_FOUND, "no holding %s", id->text);
    if (!fail)
        *holding = read;
    return fail;
}

enum fail store_holding_open_for(struct store *store, const struct person_key *person,
                                 const char *target, struct arena *arena,
                                 struct stored_holding *holding, struct reason *why)
{
    struct holding_id id = {""};
    scoped(rows_scoped) struct rows rows = sql_ask(
        store->sql, SQL_HOLDING_OPEN_FOR, TEXT(person->tid), TEXT(person->oid), TEXT(target));
    bool found = rows_next(&rows);
    if (found)
        (void)snprintf(id.text, ID_SIZE, "%s", rows_text(&rows, 0));
    enum fail fail = rows_end(&rows, why);
    if (!fail && !found)
        return because(why, FAIL_NOT_FOUND, "nothing is held of %s", target);
    return fail ? fail : store_holding(store, &id, arena, holding, why);
}

enum fail store_holding_reach(struct store *store, const struct holding_id *id, int64_t ends_at,
                              struct reason *why)
{
    return sql_run(store->sql, SQL_HOLDING_REACH, NULL, why, TEXT(id->text), NUMBER(ends_at));
}

enum fail store_holding_close(struct store *store, const struct holding_id *id, int64_t now,
                              struct reason *why)
{
    return sql_run(store->sql, SQL_HOLDING_CLOSE, NULL, why, TEXT(id->text), NUMBER(now));
}

enum fail store_intent_add(struct store *store, const struct stored_intent *intent,
                           struct reason *why)
{
    return sql_run(store->sql, SQL_INTENT_ADD, NULL, why, TEXT(intent->id.text),
                   TEXT(intent->holding.text), TEXT(intent->grant.text), TEXT(intent->action),
                   TEXT(intent->method), TEXT(intent->path), TEXT(intent->body),
                   NUMBER(intent->committed_at), TEXT(intent->by));
}

enum fail store_intent_answer(struct store *store, const struct stored_intent *intent,
                              struct reason *why)
{
    int64_t changed = 0;
    enum fail fail = sql_run(
        store->sql, SQL_INTENT_ANSWER, &changed, why, TEXT(intent->id.text), TEXT(intent->outcome),
        NUMBER(intent->outcome_at), MAYBE(intent->status, 0), TEXT(intent->code),
        TEXT(intent->directory_request), TEXT(intent->correlation), TEXT(intent->approval));
    return fail || changed
               ? fail
               : because(why, FAIL_CONFLICT, "the outcome of intent %s is final", intent->id.text);
}

enum fail store_removals(struct store *store, const struct holding_id *holding,
                         struct removals *removals, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_REMOVALS, TEXT(holding->text));
    struct removals read = {.first_at = -1};
    if (rows_next(&rows))
        read = (struct removals){.first_at = rows_number(&rows, 0, -1),
                                 .accepted = rows_number(&rows, 1, 0),
                                 .unknown = rows_number(&rows, 2, 0)};
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *removals = read;
    return fail;
}

enum fail store_intent_newest(struct store *store, const struct holding_id *holding,
                              const struct grant_id *grant, const char *action, struct arena *arena,
                              struct stored_intent *intent, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_INTENT_NEWEST, TEXT(holding->text), TEXT(action),
                TEXT(grant ? grant->text : NULL));
    bool found = rows_next(&rows);
    if (found) {
        *intent = (struct stored_intent){
            .holding = *holding,
            .action = rows_copy(&rows, 2, arena),
            .method = rows_copy(&rows, 3, arena),
            .path = rows_copy(&rows, 4, arena),
            .body = rows_copy(&rows, 5, arena),
            .committed_at = rows_number(&rows, 6, 0),
            .outcome = rows_copy(&rows, 7, arena),
            .outcome_at = rows_number(&rows, 8, -1),
            .status = (int)rows_number(&rows, 9, 0),
            .code = rows_copy(&rows, 10, arena),
            .directory_request = rows_copy(&rows, 11, arena),
            .approval = rows_copy(&rows, 12, arena),
            .by = rows_copy(&rows, 13, arena),
        };
        (void)snprintf(intent->id.text, ID_SIZE, "%s", rows_text(&rows, 0));
        (void)snprintf(intent->grant.text, ID_SIZE, "%s", rows_text(&rows, 1));
    }
    enum fail fail = rows_end(&rows, why);
    return fail || found ? fail : because(why, FAIL_NOT_FOUND, "no %s was meant yet", action);
}
