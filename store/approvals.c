#include "store/approvals.h"

#include "base/text.h"

enum { PEOPLE_MOST = 2000 };

enum fail store_stage_add(struct store *store, const struct request_id *id,
                          const struct stored_stage *stage, struct reason *why)
{
    return sql_run(store->sql, SQL_APPROVAL_ADD, NULL, why, TEXT(id->text), NUMBER(stage->line),
                   NUMBER(stage->stage), TEXT(stage->rule), NUMBER(stage->need),
                   NUMBER(stage->deny), MAYBE(stage->opened_at, -1), NUMBER(stage->due_at),
                   TEXT(stage->from), NUMBER(stage->needs_reason), NUMBER(stage->is_signed));
}

enum fail store_stage_move(struct store *store, const struct request_id *id,
                           const struct stored_stage *stage, struct reason *why)
{
    return sql_run(store->sql, SQL_APPROVAL_MOVE, NULL, why, TEXT(id->text), NUMBER(stage->line),
                   NUMBER(stage->stage), MAYBE(stage->opened_at, -1), NUMBER(stage->due_at),
                   NUMBER(stage->reminded), MAYBE(stage->escalated_at, -1));
}

enum fail store_approver_add(struct store *store, const struct request_id *id,
                             const struct stored_stage *stage, const struct person_key *person,
                             bool spoke, struct reason *why)
{
    return sql_run(store->sql, SQL_APPROVER_ADD, NULL, why, TEXT(id->text), NUMBER(stage->line),
                   NUMBER(stage->stage), TEXT(person->tid), TEXT(person->oid), NUMBER(spoke));
}

static void add_approver(const struct rows *rows, struct arena *arena, struct stored_stage *stage)
{
    size_t count = stage->approver_count;
    stage->approvers = ARENA_MORE(arena, stage->approvers, count);
    stage->spoke = ARENA_MORE(arena, stage->spoke, count);
    struct person *person = &stage->approvers[count];
    *person = (struct person){.name = rows_copy(rows, 4, arena), .mail = rows_copy(rows, 5, arena)};
    stage->spoke[count] = rows_number(rows, 6, 0) != 0;
    if (person_key_read(rows_text(rows, 2), rows_text(rows, 3), &person->key))
        stage->approver_count++;
}

static enum fail read_approvers(struct store *store, const struct request_id *id,
                                struct arena *arena, size_t count, struct stored_stage stages[],
                                struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_APPROVERS_READ, TEXT(id->text));
    while (rows_next(&rows))
        for (size_t i = 0; i < count; i++)
            if (stages[i].line == rows_number(&rows, 0, 0) &&
                stages[i].stage == rows_number(&rows, 1, 0) &&
                stages[i].approver_count < PEOPLE_MOST)
                add_approver(&rows, arena, &stages[i]);
    return rows_end(&rows, why);
}

enum fail store_stages(struct store *store, const struct request_id *id, struct arena *arena,
                       size_t *count, struct stored_stage stages[STORED_STAGES], struct reason *why)
{
    size_t found = 0;
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_APPROVALS_READ, TEXT(id->text));
    while (found < STORED_STAGES && rows_next(&rows))
        stages[found++] = (struct stored_stage){
            .line = (int)rows_number(&rows, 0, 0),
            .stage = (int)rows_number(&rows, 1, 0),
            .rule = rows_copy(&rows, 2, arena),
            .need = rows_number(&rows, 3, 0),
            .deny = rows_number(&rows, 4, 1),
            .opened_at = rows_number(&rows, 5, -1),
            .due_at = rows_number(&rows, 6, 0),
            .reminded = (int)rows_number(&rows, 7, 0),
            .escalated_at = rows_number(&rows, 8, -1),
            .needs_reason = rows_number(&rows, 9, 1) != 0,
            .is_signed = rows_number(&rows, 10, 0) != 0,
        };
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        fail = read_approvers(store, id, arena, found, stages, why);
    if (!fail)
        *count = found;
    return fail;
}

enum fail store_approver_is(struct store *store, const struct request_id *id,
                            const struct person_key *person, bool *is, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_APPROVER_IS, TEXT(id->text), TEXT(person->tid), TEXT(person->oid));
    bool found = rows_next(&rows);
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *is = found;
    return fail;
}

enum fail store_decision_add(struct store *store, const struct request_id *id,
                             const struct stored_decision *decision, const char *mark,
                             struct reason *why)
{
    int64_t added = 0;
    bool own = person_is(&decision->by.key, &decision->place.key);
    enum fail fail = sql_run(store->sql, SQL_DECISION_ADD, &added, why, TEXT(id->text),
                             TEXT(decision->by.key.tid), TEXT(decision->by.key.oid),
                             TEXT(decision->approves ? "approve" : "deny"), TEXT(mark),
                             MAYBE(decision->duration_seconds, -1), NUMBER(decision->decided_at),
                             TEXT(own ? NULL : decision->place.key.oid));
    return fail || added ? fail
                         : because(why, FAIL_CONFLICT, "%s has decided on %s before, or %s has",
                                   decision->by.key.oid, id->text, decision->place.key.oid);
}

enum fail store_decision_drop(struct store *store, const struct request_id *id,
                              const struct person_key *person, struct reason *why)
{
    enum fail fail = sql_run(store->sql, SQL_PROOF_VOID, NULL, why, TEXT(id->text),
                             TEXT(person->tid), TEXT(person->oid));
    if (!fail)
        fail = sql_run(store->sql, SQL_APPROVER_SILENT, NULL, why, TEXT(id->text),
                       TEXT(person->tid), TEXT(person->oid));
    return fail ? fail
                : sql_run(store->sql, SQL_DECISION_DROP, NULL, why, TEXT(id->text),
                          TEXT(person->tid), TEXT(person->oid));
}

enum fail store_decisions(struct store *store, const struct request_id *id, struct arena *arena,
                          size_t *count, struct stored_decision **decisions, struct reason *why)
{
    size_t found = 0;
    struct stored_decision *list = NULL;
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_DECISIONS_READ, TEXT(id->text));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        struct stored_decision *one = &list[found++];
        (void)person_key_read(rows_text(&rows, 0), rows_text(&rows, 1), &one->by.key);
        one->approves = text_equals(rows_text(&rows, 2), "approve");
        one->reason = rows_copy(&rows, 3, arena);
        one->duration_seconds = rows_number(&rows, 4, -1);
        one->decided_at = rows_number(&rows, 5, 0);
        one->by.name = rows_copy(&rows, 6, arena);
        one->place = one->by;
        if (person_key_read(rows_text(&rows, 0), rows_text(&rows, 7), &one->place.key))
            one->place.name = rows_copy(&rows, 8, arena);
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *decisions = list;
    return FAIL_NONE;
}

enum fail store_decisions_since(struct store *store, const struct person_key *person, int64_t since,
                                int64_t *count, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(
        store->sql, SQL_DECISIONS_SINCE, TEXT(person->tid), TEXT(person->oid), NUMBER(since));
    int64_t counted = rows_next(&rows) ? rows_number(&rows, 0, 0) : 0;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *count = counted;
    return fail;
}

enum fail store_proof_add(struct store *store, const struct request_id *id,
                          const struct stored_proof *proof, struct reason *why)
{
    struct digest token = digest_of_text(proof->token), keys = digest_of_text(proof->key_set);
    enum fail fail =
        sql_run(store->sql, SQL_KEY_SET_ADD, NULL, why, DIGEST(&keys), TEXT(proof->key_set));
    return fail ? fail
                : sql_run(store->sql, SQL_PROOF_ADD, NULL, why, TEXT(id->text), TEXT(proof->by.tid),
                          TEXT(proof->by.oid), TEXT(proof->commitment), TEXT(proof->token),
                          DIGEST(&token), DIGEST(&keys));
}

enum fail store_proofs(struct store *store, const struct request_id *id, struct arena *arena,
                       size_t *count, struct stored_proof **proofs, struct reason *why)
{
    size_t found = 0;
    struct stored_proof *list = NULL;
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_PROOFS_READ, TEXT(id->text));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        struct stored_proof *one = &list[found++];
        (void)person_key_read(rows_text(&rows, 0), rows_text(&rows, 1), &one->by);
        one->commitment = rows_copy(&rows, 2, arena);
        one->token = rows_copy(&rows, 3, arena);
        one->key_set = rows_copy(&rows, 4, arena);
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *proofs = list;
    return FAIL_NONE;
}

static enum fail read_by_digest(struct store *store, enum query query, const struct digest *digest,
                                struct arena *arena, const char **ret, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, query, DIGEST(digest));
    const char *found = rows_next(&rows) ? rows_copy(&rows, 0, arena) : NULL;
    enum fail fail = rows_end(&rows, why);
    if (!fail && found)
        *ret = found;
    return fail || found ? fail : because(why, FAIL_NOT_FOUND, "nothing of that digest is kept");
}

enum fail store_token(struct store *store, const struct digest *digest, struct arena *arena,
                      const char **token, struct reason *why)
{
    return read_by_digest(store, SQL_TOKEN_READ, digest, arena, token, why);
}

enum fail store_key_set(struct store *store, const struct digest *digest, struct arena *arena,
                        const char **text, struct reason *why)
{
    return read_by_digest(store, SQL_KEY_SET_READ, digest, arena, text, why);
}
