/* The limit of a submission: one thread that does nothing but write the same rows, taken from a
   store that Curfew filled, into the same tables, with the same settings, as many together as wait.
   bench_bare_writer FROM TO CLIENTS:COUNT...; each client waits for its rows to be on disk. */
#include "bench/load.h"
#include "store/migrate.h"
#include "store/sqlite.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 256, COLUMNS = 24, ROWS = 64 };

#define EVENT_OF "SELECT * FROM event WHERE request = ?1 AND code = 'request.submitted'"

/* What one submission leaves, table by table. */
static const struct part {
    const char *table, *rows;
} parts[] = {
    {"words", "SELECT * FROM words WHERE commitment = "
              "(SELECT justification FROM request WHERE id = ?1)"},
    {"request", "SELECT * FROM request WHERE id = ?1"},
    {"request_role", "SELECT * FROM request_role WHERE request = ?1"},
    {"event", EVENT_OF},
    {"node", "WITH RECURSIVE up (level) AS (SELECT 1 UNION ALL SELECT level + 1 FROM up "
             "WHERE level < 40) "
             "SELECT n.* FROM (" EVENT_OF ") e, up CROSS JOIN node n ON n.level = up.level "
             "AND n.position = ((e.seq + 1) >> up.level) - 1 "
             "WHERE (e.seq + 1) % (1 << up.level) = 0"},
    {"job", "SELECT * FROM job WHERE kind = 'request' AND subject = ?1"},
    {"head", "SELECT * FROM head"},
};
enum { PARTS = sizeof parts / sizeof *parts, HEAD = PARTS - 1 };

struct row {
    int part, count;
    sqlite3_value *values[COLUMNS];
};

struct submission {
    struct submission *next;
    sem_t *done;
    size_t count;
    struct row *rows;
};

struct bare {
    sqlite3 *database;
    sqlite3_stmt *adding[PARTS], *begin, *commit;
    struct row head;
    size_t count, taken, end;
    struct submission *submissions;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct submission *first, **last;
    size_t clients; /* that have not ended */
};

static sqlite3_stmt *prepared(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    must(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) ==
             SQLITE_OK,
         sqlite3_errmsg(database));
    return statement;
}

static void step(sqlite3_stmt *statement)
{
    must(sqlite3_step(statement) == SQLITE_DONE, sqlite3_errmsg(sqlite3_db_handle(statement)));
    (void)sqlite3_reset(statement);
}

static void keep_row(sqlite3_stmt *statement, int part, struct row *row)
{
    row->part = part;
    row->count = sqlite3_column_count(statement);
    must(row->count <= COLUMNS, "a table with more columns than the bench knows");
    for (int i = 0; i < row->count; i++)
        row->values[i] = sqlite3_value_dup(sqlite3_column_value(statement, i));
}

/* The rows of one submission, in the order in which they are written. */
static void read_submission(sqlite3_stmt *const reading[], const char *id,
                            struct submission *submission)
{
    struct row rows[ROWS];
    for (int part = 0; part < HEAD; part++) {
        must(sqlite3_bind_text(reading[part], 1, id, -1, SQLITE_TRANSIENT) == SQLITE_OK, "bind");
        while (submission->count < ROWS && sqlite3_step(reading[part]) == SQLITE_ROW)
            keep_row(reading[part], part, &rows[submission->count++]);
        (void)sqlite3_reset(reading[part]);
    }
    submission->rows = calloc(submission->count, sizeof *rows);
    must(submission->rows && submission->count >= 5, "a submission without all of its rows");
    memcpy(submission->rows, rows, submission->count * sizeof *rows);
}

static void read_all(struct bare *bare, const char *path)
{
    sqlite3 *from = NULL;
    sqlite3_stmt *reading[PARTS];
    must(sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, path);
    for (int part = 0; part < PARTS; part++)
        reading[part] = prepared(from, parts[part].rows);
    sqlite3_stmt *ids = prepared(from, "SELECT id, count(*) OVER () FROM request ORDER BY id");
    while (sqlite3_step(ids) == SQLITE_ROW) {
        if (!bare->submissions)
            bare->submissions =
                calloc((size_t)sqlite3_column_int64(ids, 1), sizeof *bare->submissions);
        must(bare->submissions, "memory");
        read_submission(reading, (const char *)sqlite3_column_text(ids, 0),
                        &bare->submissions[bare->count++]);
    }
    must(sqlite3_step(reading[HEAD]) == SQLITE_ROW, "no head");
    keep_row(reading[HEAD], HEAD, &bare->head);
    for (int part = 0; part < PARTS; part++)
        (void)sqlite3_finalize(reading[part]);
    (void)sqlite3_finalize(ids);
    (void)sqlite3_close(from);
}

static void open_store(struct bare *bare, const char *path)
{
    bool made;
    struct reason why = {0};
    must(store_migrate(path, migrations, &made, &why) == FAIL_NONE, why.text);
    must(sqlite_connect(path, SQLITE_OPEN_READWRITE, &bare->database, &why) == FAIL_NONE, why.text);
    for (int part = 0; part < PARTS; part++) {
        char sql[200];
        sqlite3_stmt *all;
        (void)snprintf(sql, sizeof sql, "SELECT * FROM %s", parts[part].table);
        all = prepared(bare->database, sql);
        int length = snprintf(sql, sizeof sql, "%s INTO %s VALUES (?",
                              part == HEAD ? "REPLACE" : "INSERT", parts[part].table);
        for (int i = 1; i < sqlite3_column_count(all); i++)
            length += snprintf(sql + length, sizeof sql - (size_t)length, ", ?");
        (void)snprintf(sql + length, sizeof sql - (size_t)length, ")");
        (void)sqlite3_finalize(all);
        bare->adding[part] = prepared(bare->database, sql);
    }
    bare->begin = prepared(bare->database, "BEGIN IMMEDIATE");
    bare->commit = prepared(bare->database, "COMMIT");
}

static void add_row(const struct bare *bare, const struct row *row)
{
    for (int i = 0; i < row->count; i++)
        must(sqlite3_bind_value(bare->adding[row->part], i + 1, row->values[i]) == SQLITE_OK,
             "bind");
    step(bare->adding[row->part]);
}

static void write_together(const struct bare *bare, struct submission *first)
{
    step(bare->begin);
    for (const struct submission *one = first; one; one = one->next)
        for (size_t i = 0; i < one->count; i++)
            add_row(bare, &one->rows[i]);
    add_row(bare, &bare->head);
    step(bare->commit);
    while (first) {
        struct submission *next = first->next; /* it is its client's again once it is told */
        must(sem_post(first->done) == 0, "sem_post");
        first = next;
    }
}

/* What waits, as many as go together; NULL at the end. */
static struct submission *next_waiting(struct bare *bare)
{
    pthread_mutex_lock(&bare->mutex);
    while (!bare->first && bare->clients)
        pthread_cond_wait(&bare->wake, &bare->mutex);
    struct submission *first = bare->first, **end = &bare->first;
    for (int i = 0; i < TOGETHER && *end; i++)
        end = &(*end)->next;
    bare->first = *end;
    *end = NULL;
    if (!bare->first)
        bare->last = &bare->first;
    pthread_mutex_unlock(&bare->mutex);
    return first;
}

static void *write_all(void *context)
{
    struct bare *bare = context;
    for (struct submission *first; (first = next_waiting(bare));)
        write_together(bare, first);
    return NULL;
}

static struct submission *put_next(struct bare *bare, sem_t *done)
{
    pthread_mutex_lock(&bare->mutex);
    struct submission *next = bare->taken < bare->end ? &bare->submissions[bare->taken++] : NULL;
    if (next) {
        next->done = done;
        *bare->last = next;
        bare->last = &next->next;
    } else {
        bare->clients--;
    }
    pthread_cond_signal(&bare->wake);
    pthread_mutex_unlock(&bare->mutex);
    return next;
}

static void *submit_all(void *context)
{
    struct bare *bare = context;
    sem_t done;
    must(sem_init(&done, 0, 0) == 0, "sem_init");
    while (put_next(bare, &done))
        while (sem_wait(&done) != 0)
            ;
    return NULL;
}

static double run(struct bare *bare)
{
    enum { STACK = 64 * 1024 };
    pthread_t writer, *clients = calloc(bare->clients, sizeof *clients);
    pthread_attr_t small;
    size_t count = bare->clients;
    must(clients && pthread_attr_init(&small) == 0, "memory");
    must(pthread_attr_setstacksize(&small, STACK) == 0, "stack");
    int64_t began = now_us();
    must(pthread_create(&writer, NULL, write_all, bare) == 0, "thread");
    for (size_t i = 0; i < count; i++)
        must(pthread_create(&clients[i], &small, submit_all, bare) == 0, "thread");
    for (size_t i = 0; i < count; i++)
        (void)pthread_join(clients[i], NULL);
    (void)pthread_join(writer, NULL);
    free(clients);
    return (double)(now_us() - began) / 1e6;
}

static void row_free(struct row *row)
{
    for (int i = 0; i < row->count; i++)
        sqlite3_value_free(row->values[i]);
}

static void free_all(struct bare *bare)
{
    for (size_t i = 0; i < bare->count; i++) {
        for (size_t k = 0; k < bare->submissions[i].count; k++)
            row_free(&bare->submissions[i].rows[k]);
        free(bare->submissions[i].rows);
    }
    free(bare->submissions);
    row_free(&bare->head);
    for (int part = 0; part < PARTS; part++)
        (void)sqlite3_finalize(bare->adding[part]);
    (void)sqlite3_finalize(bare->begin);
    (void)sqlite3_finalize(bare->commit);
    sqlite_close(&bare->database);
}

int main(int count, char *words[])
{
    struct bare bare = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
    if (count < 4)
        return 2;
    bare.last = &bare.first;
    read_all(&bare, words[1]);
    open_store(&bare, words[2]);
    for (int i = 3; i < count; i++) {
        const char *colon = strchr(words[i], ':');
        must(colon != NULL, "write CLIENTS:COUNT");
        bare.clients = number_of(words[i]);
        bare.end = bare.taken + number_of(colon + 1);
        must(bare.end <= bare.count, "the store has fewer submissions");
        size_t before = bare.taken;
        double seconds = run(&bare);
        (void)printf("{\"answers\": %zu, \"seconds\": %.6f}\n", bare.taken - before, seconds);
    }
    free_all(&bare);
    return 0;
}
