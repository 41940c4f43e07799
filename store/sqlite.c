#include "store/sqlite.h"

#include "base/memory.h"
#include "store/sql.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMETERS = 24 };

struct prepared {
    sqlite3_stmt *statement;
    unsigned char index[PARAMETERS + 1]; /* SQLite numbers named parameters by first appearance: $n
                                            is at index[n] */
};

struct sql {
    sqlite3 *database;
    struct prepared queries[QUERY_COUNT];
    sqlite3_stmt *steps[SQL_STEPS];
    bool lost;
};

static const char *const steps[SQL_STEPS] = {
    [SQL_LOOK] = "BEGIN",
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_SAVEPOINT] = "SAVEPOINT change",
    [SQL_RELEASE] = "RELEASE change",
    [SQL_REWIND] = "ROLLBACK TO change",
};

enum fail sqlite_failed(sqlite3 *database, const char *doing, struct reason *why)
{
    return because(why, FAIL_UNAVAILABLE, "%s: %s (%d)", doing, sqlite3_errmsg(database),
                   sqlite3_extended_errcode(database));
}

enum fail sqlite_script(sqlite3 *database, const char *script, struct reason *why)
{
    if (sqlite3_exec(database, script, NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_failed(database, "store", why);
    return FAIL_NONE;
}

void sqlite_close(sqlite3 **database)
{
    (void)sqlite3_close(*database);
}

/* Nobody reads SQLite's count of its memory, and keeping it takes one lock for all threads at every
 * allocation. */
static void configure(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum fail sqlite_connect(const char *path, int flags, sqlite3 **ret, struct reason *why)
{
    static const struct {
        int limit, value;
    } limits[] = {
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_LENGTH, 64 * 1024 * 1024},
        {SQLITE_LIMIT_SQL_LENGTH, 256 * 1024},
        {SQLITE_LIMIT_EXPR_DEPTH, 64},
    };
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    sqlite3 *database = NULL;
    (void)pthread_once(&once, configure);
    int result = sqlite3_open_v2(path, &database, flags | SQLITE_OPEN_NOMUTEX, NULL);
    memory_needed(database);
    enum fail fail = FAIL_NONE;
    if (result != SQLITE_OK)
        fail = because(why, FAIL_UNAVAILABLE, "%s cannot be opened: %s", path,
                       sqlite3_errmsg(database));
    (void)sqlite3_extended_result_codes(database, 1);
    (void)sqlite3_busy_timeout(database, 5000);
    for (size_t i = 0; i < COUNT(limits); i++)
        (void)sqlite3_limit(database, limits[i].limit, limits[i].value);
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (!fail && sqlite3_exec(database,
                              "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                              "PRAGMA recursive_triggers = ON;" /* else REPLACE escapes them */
                              "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
                              "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY",
                              NULL, NULL, NULL) != SQLITE_OK)
        fail = sqlite_failed(database, path, why);
    if (fail)
        sqlite_close(&database);
    else
        *ret = database;
    return fail;
}

/* After the queries stand, nothing else is ever prepared here: no schema change, no attaching, no
 * pragma. */
static int refuse_everything(void *context, int action, const char *one, const char *two,
                             const char *base, const char *trigger)
{
    (void)context, (void)one, (void)two, (void)base, (void)trigger;
    bool allowed = action == SQLITE_READ || action == SQLITE_SELECT || action == SQLITE_INSERT ||
                   action == SQLITE_UPDATE || action == SQLITE_DELETE ||
                   action == SQLITE_FUNCTION || action == SQLITE_TRANSACTION ||
                   action == SQLITE_SAVEPOINT || action == SQLITE_RECURSIVE;
    return allowed ? SQLITE_OK : SQLITE_DENY;
}

static enum fail prepare(struct sql *sql, enum query query, struct reason *why)
{
    struct prepared *prepared = &sql->queries[query];
    int result = sqlite3_prepare_v3(sql->database, query_texts[query].sql, -1,
                                    SQLITE_PREPARE_PERSISTENT, &prepared->statement, NULL);
    if (result != SQLITE_OK)
        return sqlite_failed(sql->database, query_texts[query].name, why);
    int count = sqlite3_bind_parameter_count(prepared->statement);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(prepared->statement, i);
        long number = name && name[0] == '$' ? strtol(name + 1, NULL, 10) : 0;
        if (number < 1 || number > PARAMETERS)
            return because(why, FAIL_BROKEN, "%s: parameters are $1 to $%d",
                           query_texts[query].name, PARAMETERS);
        prepared->index[number] = (unsigned char)i;
    }
    return FAIL_NONE;
}

enum fail sql_open(const char *path, enum sql_mode mode, struct sql **ret, struct reason *why)
{
    scoped(sql_scoped) struct sql *sql = MEMORY_NEW(struct sql);
    int flags = mode == SQL_WRITES ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (mode == SQL_LOOKS)
        flags |= SQLITE_OPEN_URI;
    enum fail fail = sqlite_connect(path, flags, &sql->database, why);
    for (unsigned query = 0; !fail && query < QUERY_COUNT; query++)
        fail = prepare(sql, (enum query)query, why);
    for (unsigned step = 0; !fail && step < SQL_STEPS; step++)
        if (sqlite3_prepare_v3(sql->database, steps[step], -1, SQLITE_PREPARE_PERSISTENT,
                               &sql->steps[step], NULL) != SQLITE_OK)
            fail = sqlite_failed(sql->database, steps[step], why);
    if (fail)
        return fail;
    (void)sqlite3_set_authorizer(sql->database, refuse_everything, NULL);
    *ret = take(sql);
    return FAIL_NONE;
}

void sql_free(struct sql *sql)
{
    if (!sql)
        return;
    for (unsigned query = 0; query < QUERY_COUNT; query++)
        (void)sqlite3_finalize(sql->queries[query].statement);
    for (unsigned step = 0; step < SQL_STEPS; step++)
        (void)sqlite3_finalize(sql->steps[step]);
    sqlite_close(&sql->database);
    free(sql);
}

bool sql_is_lost(const struct sql *sql)
{
    return sql->lost;
}

enum fail sql_settle(struct sql *sql, struct reason *why)
{
    int code =
        sqlite3_wal_checkpoint_v2(sql->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return code == SQLITE_OK ? FAIL_NONE : sqlite_failed(sql->database, "checkpoint", why);
}

bool sql_is_in_transaction(const struct sql *sql)
{
    return !sqlite3_get_autocommit(sql->database);
}

struct value sql_text_value(const char *text)
{
    if (!text)
        return (struct value){.kind = VALUE_NONE};
    return (struct value){.kind = VALUE_TEXT, .bytes = text, .length = strlen(text)};
}

static int bind(sqlite3_stmt *statement, int index, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NUMBER:
        return sqlite3_bind_int64(statement, index, value->number);
    case VALUE_TEXT:
        return sqlite3_bind_text64(statement, index, value->bytes, value->length, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case VALUE_BYTES:
        return sqlite3_bind_blob64(statement, index, value->bytes, value->length, SQLITE_STATIC);
    case VALUE_NONE:
        break;
    }
    return sqlite3_bind_null(statement, index);
}

/* A wrong number of values or a query begun twice is a mistake in the program, found by its first
 * test. */
static void must(bool right, enum query query, const char *what)
{
    if (right)
        return;
    (void)fprintf(stderr, "query %s: %s\n", query_texts[query].name, what);
    abort();
}

struct rows sql_ask_values(struct sql *sql, enum query query, size_t count,
                           const struct value values[])
{
    struct prepared *prepared = &sql->queries[query];
    int wanted = sqlite3_bind_parameter_count(prepared->statement);
    must((int)count == wanted, query, "wrong number of values");
    must(!sqlite3_stmt_busy(prepared->statement), query, "begun twice");
    struct rows rows = {.sql = sql, .query = query, .step = SQLITE_ROW, .begun = true};
    for (size_t i = 0; i < count; i++) {
        must(prepared->index[i + 1] != 0, query, "parameters leave a gap");
        if (bind(prepared->statement, prepared->index[i + 1], &values[i]) != SQLITE_OK)
            rows.step = SQLITE_ERROR;
    }
    return rows;
}

bool rows_next(struct rows *rows)
{
    if (rows->step == SQLITE_ROW)
        rows->step = sqlite3_step(rows->sql->queries[rows->query].statement);
    return rows->step == SQLITE_ROW;
}

static bool means_lost(int code)
{
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC ||
           (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
}

enum fail rows_end(struct rows *rows, struct reason *why)
{
    if (!rows->begun)
        return FAIL_NONE;
    enum fail fail = FAIL_NONE;
    sqlite3_stmt *statement = rows->sql->queries[rows->query].statement;
    if (rows->step != SQLITE_ROW && rows->step != SQLITE_DONE) {
        fail = sqlite_failed(rows->sql->database, query_texts[rows->query].name, why);
        rows->sql->lost |= means_lost(sqlite3_extended_errcode(rows->sql->database));
    }
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    rows->begun = false;
    return fail;
}

void rows_scoped(struct rows *rows)
{
    (void)rows_end(rows, NULL);
}

int64_t rows_number(const struct rows *rows, int column, int64_t none)
{
    sqlite3_stmt *statement = rows->sql->queries[rows->query].statement;
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? none
               : sqlite3_column_int64(statement, column);
}

const char *rows_text(const struct rows *rows, int column)
{
    return (const char *)sqlite3_column_text(rows->sql->queries[rows->query].statement, column);
}

const void *rows_bytes(const struct rows *rows, int column, size_t *length)
{
    sqlite3_stmt *statement = rows->sql->queries[rows->query].statement;
    const void *bytes = sqlite3_column_blob(statement, column);
    *length = (size_t)sqlite3_column_bytes(statement, column);
    return bytes;
}

char *rows_copy(const struct rows *rows, int column, struct arena *arena)
{
    return arena_copy(arena, rows_text(rows, column));
}

enum fail sql_run_values(struct sql *sql, enum query query, int64_t *changed, struct reason *why,
                         size_t count, const struct value values[])
{
    int64_t returned = 0;
    int before = sqlite3_total_changes(sql->database);
    struct rows rows = sql_ask_values(sql, query, count, values);
    while (rows_next(&rows))
        returned++;
    enum fail fail = rows_end(&rows, why);
    if (!fail && changed)
        *changed = returned ? returned : sqlite3_total_changes(sql->database) - before;
    return fail;
}

static enum fail take_step(struct sql *sql, enum sql_step step, struct reason *why)
{
    enum fail fail = FAIL_NONE;
    if (sqlite3_step(sql->steps[step]) != SQLITE_DONE)
        fail = sqlite_failed(sql->database, "store", why);
    if (fail)
        sql->lost |= means_lost(sqlite3_extended_errcode(sql->database));
    (void)sqlite3_reset(sql->steps[step]);
    return fail;
}

enum fail sql_transact(struct sql *sql, enum sql_step step, struct reason *why)
{
    enum fail fail = take_step(sql, step, why);
    if (!fail && step == SQL_REWIND)
        fail = take_step(sql, SQL_RELEASE, why);
    return fail;
}
