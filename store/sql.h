/* SQL as the store uses it: named queries, values by number, rows one by one. sqlite.c is the
 * driver of it. */
#pragma once

#include "base/arena.h"
#include "base/digest.h"
#include "store/queries.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct query_text {
    const char *name;
    const char *sql; /* parameters are named $1, $2, … whatever their order of appearance */
};
extern const struct query_text query_texts[QUERY_COUNT];

struct sql; /* opaque: one connection, used by one thread at a time, every query prepared when it
               opened */

/* SQL_LOOKS: `path` is a URI, and the database is read without leaving a trace. */
enum sql_mode { SQL_READS, SQL_LOOKS, SQL_WRITES };

/* Opens the database file, which must be migrated (store/migrate.h). */
enum fail sql_open(const char *path, enum sql_mode mode, struct sql **ret, struct reason *why);
void sql_free(struct sql *sql);
SCOPED(sql)

/* A value for a query's parameter; texts and bytes are borrowed until the rows are ended. */
struct value {
    enum { VALUE_NONE, VALUE_NUMBER, VALUE_TEXT, VALUE_BYTES } kind;
    int64_t number;
    const void *bytes;
    size_t length;
};

#define NUMBER(n)        ((struct value){.kind = VALUE_NUMBER, .number = (n)})
#define TEXT(t)          sql_text_value(t)
#define BYTES(at, count) ((struct value){.kind = VALUE_BYTES, .bytes = (at), .length = (count)})
#define DIGEST(digest)   BYTES((digest)->bytes, DIGEST_SIZE)
#define MAYBE(n, none)   ((n) == (none) ? (struct value){.kind = VALUE_NONE} : NUMBER(n))

/* NULL becomes SQL's NULL. */
struct value sql_text_value(const char *text);

/* Rows of one query; `rows_end` tells whether reading went well, and must be called. */
struct rows {
    struct sql *sql;
    enum query query;
    int step;
    bool begun;
};

struct rows sql_ask_values(struct sql *sql, enum query query, size_t count,
                           const struct value values[]);
#define sql_ask(sql, query, ...)                                                                   \
    sql_ask_values((sql), (query), sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value),   \
                   (struct value[]){__VA_ARGS__})

bool rows_next(struct rows *rows);
/* FAIL_UNAVAILABLE when the database failed; may be called again. */
enum fail rows_end(struct rows *rows, struct reason *why);
void rows_scoped(struct rows *rows);

/* Columns from 0; text and bytes live until the next row unless copied into an arena. */
int64_t rows_number(const struct rows *rows, int column, int64_t none);
const char *rows_text(const struct rows *rows, int column);
const void *rows_bytes(const struct rows *rows, int column, size_t *length);
char *rows_copy(const struct rows *rows, int column, struct arena *arena);

/* Runs a query that gives no rows that matter; `*changed` (may be NULL) counts rows changed or
 * returned. */
enum fail sql_run_values(struct sql *sql, enum query query, int64_t *changed, struct reason *why,
                         size_t count, const struct value values[]);
#define sql_run(sql, query, changed, why, ...)                                                     \
    sql_run_values((sql), (query), (changed), (why),                                               \
                   sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value),                   \
                   (struct value[]){__VA_ARGS__})

/* SQL_LOOK begins a transaction that only reads: all of it sees one and the same moment. */
enum sql_step {
    SQL_LOOK,
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_SAVEPOINT,
    SQL_RELEASE,
    SQL_REWIND,
    SQL_STEPS
};

enum fail sql_transact(struct sql *sql, enum sql_step step, struct reason *why);
/* Brings what was written into the database file itself, and leaves nothing beside it that another
   file put in its place could be mistaken with. Readers in hand only put it off. */
enum fail sql_settle(struct sql *sql, struct reason *why);
/* False once SQLite rolled the whole transaction back by itself, as it does when the disk is full.
 */
bool sql_is_in_transaction(const struct sql *sql);
/* The disk cannot be trusted any more (a failed fsync, a corrupt file): the process should end. */
bool sql_is_lost(const struct sql *sql);
