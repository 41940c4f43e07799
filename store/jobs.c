#include "store/jobs.h"

#include <stdio.h>

enum fail store_job_put(struct store *store, const struct stored_job *job, struct reason *why)
{
    return sql_run(store->sql, SQL_JOB_PUT, NULL, why, TEXT(job->kind), TEXT(job->subject),
                   NUMBER(job->rank), NUMBER(job->due_at), NUMBER(job->tries));
}

enum fail store_job_begin(struct store *store, const struct stored_job *job, struct reason *why)
{
    return sql_run(store->sql, SQL_JOB_BEGIN, NULL, why, TEXT(job->kind), TEXT(job->subject),
                   NUMBER(job->rank), NUMBER(job->due_at), NUMBER(job->tries));
}

enum fail store_job_end(struct store *store, const char *kind, const char *subject,
                        struct reason *why)
{
    return sql_run(store->sql, SQL_JOB_END, NULL, why, TEXT(kind), TEXT(subject));
}

enum fail store_jobs_due(struct store *store, int64_t now, size_t most, struct arena *arena,
                         size_t *count, struct stored_job **jobs, struct reason *why)
{
    struct stored_job *list = NULL;
    size_t found = 0;
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_JOBS_DUE, NUMBER(now), NUMBER((int64_t)most));
    while (rows_next(&rows)) {
        list = ARENA_MORE(arena, list, found);
        struct stored_job *job = &list[found++];
        job->kind = rows_copy(&rows, 0, arena);
        job->subject = rows_copy(&rows, 1, arena);
        job->tries = rows_number(&rows, 2, 0);
    }
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found;
    *jobs = list;
    return FAIL_NONE;
}

enum fail store_job_next(struct store *store, int64_t now, int64_t *due_at, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_JOB_NEXT, NUMBER(now));
    int64_t due = rows_next(&rows) ? rows_number(&rows, 0, INT64_MAX) : INT64_MAX;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *due_at = due;
    return fail;
}

enum fail store_link_add(struct store *store, const struct digest *token,
                         const struct request_id *id, const struct person_key *person,
                         struct reason *why)
{
    return sql_run(store->sql, SQL_LINK_ADD, NULL, why, DIGEST(token), TEXT(id->text),
                   TEXT(person->tid), TEXT(person->oid));
}

enum fail store_link(struct store *store, const struct digest *token,
                     const struct person_key *person, struct request_id *id, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_LINK_READ, DIGEST(token));
    struct person_key owner;
    bool found = rows_next(&rows) &&
                 person_key_read(rows_text(&rows, 1), rows_text(&rows, 2), &owner) &&
                 person_is(&owner, person);
    struct request_id read;
    if (found)
        (void)snprintf(read.text, ID_SIZE, "%s", rows_text(&rows, 0));
    enum fail fail = rows_end(&rows, why);
    if (!fail && !found)
        fail = because(why, FAIL_NOT_FOUND, "no such link for this person");
    if (!fail)
        *id = read;
    return fail;
}

enum fail store_message_add(struct store *store, const struct stored_message *message, bool *fresh,
                            struct reason *why)
{
    int64_t added = 0;
    enum fail fail =
        sql_run(store->sql, SQL_MESSAGE_ADD, &added, why, TEXT(message->id.text),
                TEXT(message->kind), TEXT(message->request ? message->request->text : NULL),
                TEXT(message->grant ? message->grant->text : NULL), TEXT(message->to.key.tid),
                TEXT(message->to.key.oid), TEXT(message->channel), TEXT(message->state),
                TEXT(message->why), NUMBER(message->made_at), TEXT(message->findings),
                TEXT(message->delegation ? message->delegation->text : NULL),
                NUMBER(message->round), TEXT(message->about));
    if (!fail)
        *fresh = added > 0;
    return fail;
}

enum fail store_message(struct store *store, const struct message_id *id, struct arena *arena,
                        struct stored_message *message, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_MESSAGE_READ, TEXT(id->text));
    struct stored_message read = {.id = *id};
    bool found =
        rows_next(&rows) && person_key_read(rows_text(&rows, 3), rows_text(&rows, 4), &read.to.key);
    if (found) {
        struct request_id *request = ARENA_NEW(arena, struct request_id);
        struct grant_id *grant = ARENA_NEW(arena, struct grant_id);
        (void)snprintf(request->text, ID_SIZE, "%s",
                       rows_text(&rows, 1) ? rows_text(&rows, 1) : "");
        (void)snprintf(grant->text, ID_SIZE, "%s", rows_text(&rows, 2) ? rows_text(&rows, 2) : "");
        read.kind = rows_copy(&rows, 0, arena);
        read.request = request->text[0] ? request : NULL;
        read.grant = grant->text[0] ? grant : NULL;
        read.channel = rows_copy(&rows, 5, arena);
        read.state = rows_copy(&rows, 6, arena);
        read.made_at = rows_number(&rows, 7, 0);
        read.to.name = rows_copy(&rows, 8, arena);
        read.to.mail = rows_copy(&rows, 9, arena);
        read.findings = rows_copy(&rows, 10, arena);
        if (rows_text(&rows, 11)) {
            struct delegation_id *delegation = ARENA_NEW(arena, struct delegation_id);
            (void)snprintf(delegation->text, ID_SIZE, "%s", rows_text(&rows, 11));
            read.delegation = delegation;
        }
        read.about = rows_copy(&rows, 12, arena);
    }
    enum fail fail = rows_end(&rows, why);
    if (!fail && !found)
        fail = because(why, FAIL_NOT_FOUND, "no message %s", id->text);
    if (!fail)
        *message = read;
    return fail;
}

enum fail store_message_move(struct store *store, const struct message_id *id, const char *from,
                             const char *to, const char *because_of, int64_t sent_at,
                             struct reason *why)
{
    int64_t moved = 0;
    enum fail fail = sql_run(store->sql, SQL_MESSAGE_MOVE, &moved, why, TEXT(id->text), TEXT(from),
                             TEXT(to), TEXT(because_of), MAYBE(sent_at, -1));
    return fail || moved
               ? fail
               : because(why, FAIL_CONFLICT, "message %s is not %s any more", id->text, from);
}
