#include "store/people.h"

#include <string.h>

enum fail store_person_save(struct store *store, const struct person *person, int64_t now,
                            struct reason *why)
{
    return sql_run(store->sql, SQL_PERSON_SAVE, NULL, why, TEXT(person->key.tid),
                   TEXT(person->key.oid), TEXT(person->name), TEXT(person->mail), NUMBER(now));
}

enum fail store_person(struct store *store, const struct person_key *key, struct arena *arena,
                       struct person *person, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_PERSON_READ, TEXT(key->tid), TEXT(key->oid));
    bool found = rows_next(&rows);
    if (found)
        *person = (struct person){
            .key = *key, .name = rows_copy(&rows, 0, arena), .mail = rows_copy(&rows, 1, arena)};
    enum fail fail = rows_end(&rows, why);
    return fail || found ? fail : because(why, FAIL_NOT_FOUND, "nothing is known of %s", key->oid);
}

enum fail store_session_add(struct store *store, const struct stored_session *session,
                            struct reason *why)
{
    return sql_run(store->sql, SQL_SESSION_ADD, NULL, why, DIGEST(&session->token),
                   TEXT(session->person.tid), TEXT(session->person.oid), NUMBER(session->opened_at),
                   NUMBER(session->ends_at), TEXT(session->sign_in));
}

static void read_key(const struct rows *rows, int column, struct person_key *key)
{
    (void)person_key_read(rows_text(rows, column), rows_text(rows, column + 1), key);
}

enum fail store_session(struct store *store, const struct digest *token, struct arena *arena,
                        struct stored_session *session, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_SESSION_READ, DIGEST(token));
    bool found = rows_next(&rows);
    if (found) {
        *session = (struct stored_session){
            .token = *token,
            .opened_at = rows_number(&rows, 2, 0),
            .seen_at = rows_number(&rows, 3, 0),
            .ends_at = rows_number(&rows, 4, 0),
            .sign_in = rows_copy(&rows, 5, arena),
        };
        read_key(&rows, 0, &session->person);
    }
    enum fail fail = rows_end(&rows, why);
    return fail || found ? fail : because(why, FAIL_NOT_FOUND, "no such session");
}

enum fail store_session_touch(struct store *store, const struct digest *token, int64_t now,
                              struct reason *why)
{
    return sql_run(store->sql, SQL_SESSION_TOUCH, NULL, why, DIGEST(token), NUMBER(now));
}

enum fail store_session_end(struct store *store, const struct digest *token, bool *was_there,
                            struct reason *why)
{
    int64_t ended = 0;
    enum fail fail = sql_run(store->sql, SQL_SESSION_END, &ended, why, DIGEST(token));
    if (!fail && was_there)
        *was_there = ended > 0;
    return fail;
}

enum fail store_purpose_add(struct store *store, const struct stored_purpose *purpose,
                            struct reason *why)
{
    return sql_run(store->sql, SQL_PURPOSE_ADD, NULL, why, DIGEST(&purpose->id),
                   TEXT(purpose->kind), TEXT(purpose->person.tid), TEXT(purpose->person.oid),
                   DIGEST(&purpose->session), TEXT(purpose->body), NUMBER(purpose->ends_at));
}

static void read_digest(const struct rows *rows, int column, struct digest *digest)
{
    size_t length;
    const void *bytes = rows_bytes(rows, column, &length);
    memset(digest, 0, sizeof *digest);
    if (bytes && length == DIGEST_SIZE)
        memcpy(digest->bytes, bytes, DIGEST_SIZE);
}

enum fail store_purpose(struct store *store, const struct digest *id, struct arena *arena,
                        struct stored_purpose *purpose, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_PURPOSE_READ, DIGEST(id));
    bool found = rows_next(&rows);
    if (found) {
        *purpose = (struct stored_purpose){
            .id = *id,
            .kind = rows_copy(&rows, 0, arena),
            .body = rows_copy(&rows, 4, arena),
            .ends_at = rows_number(&rows, 5, 0),
            .used_at = rows_number(&rows, 6, -1),
        };
        read_key(&rows, 1, &purpose->person);
        read_digest(&rows, 3, &purpose->session);
    }
    enum fail fail = rows_end(&rows, why);
    return fail || found ? fail : because(why, FAIL_NOT_FOUND, "no such purpose");
}

enum fail store_purpose_use(struct store *store, const struct digest *id, int64_t now,
                            struct reason *why)
{
    int64_t used = 0;
    enum fail fail = sql_run(store->sql, SQL_PURPOSE_USE, &used, why, DIGEST(id), NUMBER(now));
    return fail || used ? fail
                        : because(why, FAIL_CONFLICT, "this purpose was used before, or is over");
}

enum fail store_state_use(struct store *store, const struct digest *state, int64_t ends_at,
                          struct reason *why)
{
    int64_t used = 0;
    enum fail fail = sql_run(store->sql, SQL_STATE_USE, &used, why, DIGEST(state), NUMBER(ends_at));
    return fail || used ? fail : because(why, FAIL_CONFLICT, "this state came back before");
}

enum fail store_replay_add(struct store *store, const struct stored_replay *replay,
                           struct reason *why)
{
    return sql_run(store->sql, SQL_REPLAY_ADD, NULL, why, TEXT(replay->person->tid),
                   TEXT(replay->person->oid), TEXT(replay->route), TEXT(replay->key),
                   DIGEST(&replay->body), NUMBER(replay->status), TEXT(replay->location),
                   TEXT(replay->answer), NUMBER(replay->ends_at));
}

enum fail store_replay(struct store *store, struct stored_replay *replay, int64_t now,
                       struct arena *arena, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_REPLAY_READ, TEXT(replay->person->tid), TEXT(replay->person->oid),
                TEXT(replay->route), TEXT(replay->key), NUMBER(now));
    bool found = rows_next(&rows);
    if (found) {
        read_digest(&rows, 0, &replay->body);
        replay->status = (int)rows_number(&rows, 1, 0);
        replay->location = rows_copy(&rows, 2, arena);
        replay->answer = rows_copy(&rows, 3, arena);
    }
    enum fail fail = rows_end(&rows, why);
    return fail || found ? fail : because(why, FAIL_NOT_FOUND, "no such key yet");
}

enum fail store_sweep(struct store *store, int64_t now, struct reason *why)
{
    static const enum query sweeps[] = {SQL_SESSIONS_SWEEP, SQL_PURPOSES_SWEEP, SQL_STATES_SWEEP,
                                        SQL_REPLAYS_SWEEP, SQL_FINDINGS_SWEEP};
    for (size_t i = 0; i < COUNT(sweeps); i++) {
        enum fail fail = sql_run(store->sql, sweeps[i], NULL, why, NUMBER(now));
        if (fail)
            return fail;
    }
    return FAIL_NONE;
}
