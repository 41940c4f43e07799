/* Goal: values go in and come out as they are, by the number of their parameter; a mistake in the
 * program stops it loudly; and nothing but the prepared queries ever runs. */
#include "base/scoped.h"
#include "base/text.h"
#include "store/desk.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static sqlite3 *newest; /* the connection that was opened last */

static int remember(sqlite3 *database, const char **message, const void *api)
{
    (void)message, (void)api;
    newest = database;
    return SQLITE_OK;
}

/* A connection that may write, to a new store. */
static struct store *opened(struct stores **stores)
{
    struct store *store = NULL;
    *stores = desk_open();
    (void)sqlite3_auto_extension((void (*)(void))remember);
    ck_assert_fine(stores_writer(*stores, &store, &spec_why));
    return store;
}

START_TEST(parameters_are_bound_by_their_number_and_not_by_their_place)
{
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    ck_assert_fine(sql_run(store->sql, SQL_NOTE_ADD, NULL, &spec_why, NUMBER(7), TEXT("seven"),
                           BYTES("\0x", 2)));
    struct rows rows = sql_ask(store->sql, SQL_NOTE_READ, NUMBER(7));
    size_t length;
    ck_assert(rows_next(&rows));
    ck_assert_text(rows_text(&rows, 0), "seven");
    ck_assert_mem_eq(rows_bytes(&rows, 1, &length), "\0x", 2);
    ck_assert_uint_eq(length, 2);
    ck_assert_int_eq(rows_number(&rows, 2, -1), 7);
    ck_assert(!rows_next(&rows));
    ck_assert_fine(rows_end(&rows, &spec_why));
}
END_TEST

START_TEST(values_come_back_as_they_went_in)
{
    static const int64_t numbers[] = {0, -1, INT64_MAX, INT64_MIN};
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    scoped(arena_scoped) struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(numbers); i++) {
        ck_assert_fine(sql_run(store->sql, SQL_NOTE_ADD, NULL, &spec_why, NUMBER(numbers[i]),
                               TEXT(i ? "" : NULL), TEXT(NULL)));
        scoped(rows_scoped) struct rows rows =
            sql_ask(store->sql, SQL_NOTE_READ, NUMBER(numbers[i]));
        ck_assert(rows_next(&rows));
        ck_assert_text(rows_text(&rows, 0), i ? "" : NULL);
        ck_assert_text(rows_copy(&rows, 0, arena), i ? "" : NULL);
        ck_assert_int_eq(rows_number(&rows, 2, 42), numbers[i]);
    }
}
END_TEST

START_TEST(null_is_the_number_that_the_caller_says)
{
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    ck_assert_fine(
        sql_run(store->sql, SQL_NOTE_ADD, NULL, &spec_why, NUMBER(1), TEXT(NULL), MAYBE(-1, -1)));
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_NOTE_READ, NUMBER(1));
    size_t length = 42;
    ck_assert(rows_next(&rows));
    ck_assert_int_eq(rows_number(&rows, 0, -99), -99);
    ck_assert_ptr_null(rows_bytes(&rows, 1, &length));
    ck_assert_uint_eq(length, 0);
}
END_TEST

START_TEST(a_query_without_parameters_and_one_with_a_parameter_twice)
{
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    for (int64_t i = 0; i < 5; i++)
        ck_assert_fine(note_add(store, i, &spec_why));
    struct rows all = sql_ask_values(store->sql, SQL_NOTES, 0, NULL);
    for (int64_t i = 0; i < 5; i++) {
        ck_assert(rows_next(&all));
        ck_assert_int_eq(rows_number(&all, 0, -1), i);
    }
    ck_assert(!rows_next(&all));
    ck_assert_fine(rows_end(&all, &spec_why));
    scoped(rows_scoped) struct rows some =
        sql_ask(store->sql, SQL_NOTES_BETWEEN, NUMBER(1), NUMBER(4));
    ck_assert(rows_next(&some));
    ck_assert_int_eq(rows_number(&some, 0, -1), 3);
}
END_TEST

START_TEST(rows_may_be_left_in_the_middle_and_ended_twice)
{
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    for (int64_t i = 0; i < 5; i++)
        ck_assert_fine(note_add(store, i, &spec_why));
    for (int round = 0; round < 3; round++) {
        scoped(rows_scoped) struct rows rows = sql_ask_values(store->sql, SQL_NOTES, 0, NULL);
        ck_assert(rows_next(&rows));
        ck_assert_fine(rows_end(&rows, &spec_why));
        ck_assert_fine(rows_end(&rows, &spec_why));
    }
    struct rows never = {0};
    ck_assert_fine(rows_end(&never, &spec_why));
}
END_TEST

START_TEST(what_changed_or_came_back_is_counted)
{
    int64_t changed = 42;
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    ck_assert_fine(sql_run(store->sql, SQL_NOTE_CHANGE, &changed, &spec_why, NUMBER(1), TEXT("x")));
    ck_assert_int_eq(changed, 0);
    ck_assert_fine(note_add(store, 1, &spec_why));
    ck_assert_fine(sql_run(store->sql, SQL_NOTE_CHANGE, &changed, &spec_why, NUMBER(1), TEXT("x")));
    ck_assert_int_eq(changed, 1);
    ck_assert_fine(sql_run(store->sql, SQL_NOTE_TAKE, &changed, &spec_why, NUMBER(1)));
    ck_assert_int_eq(changed, 1);
    ck_assert_fine(sql_run(store->sql, SQL_NOTE_TAKE, &changed, &spec_why, NUMBER(1)));
    ck_assert_int_eq(changed, 0);
}
END_TEST

START_TEST(a_query_that_fails_says_its_name_and_why_and_leaves_the_count_alone)
{
    int64_t changed = 42;
    struct reason why = {0};
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    ck_assert_fine(note_add(store, 1, &spec_why));
    ck_assert_int_eq(
        sql_run(store->sql, SQL_NOTE_ADD, &changed, &why, NUMBER(1), TEXT(NULL), TEXT(NULL)),
        FAIL_UNAVAILABLE);
    ck_assert_text(why.text, "note_add: UNIQUE constraint failed: note.number (1555)");
    ck_assert_int_eq(changed, 42);
    ck_assert(!sql_is_lost(store->sql));
    ck_assert_fine(note_add(store, 2, &spec_why)); /* and the next one works */
}
END_TEST

START_TEST(a_value_that_is_too_large_is_refused)
{
    enum { LARGE = 64 * 1024 * 1024 + 1 };
    struct reason why = {0};
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    char *bytes = calloc(1, LARGE);
    ck_assert_int_eq(
        sql_run(store->sql, SQL_NOTE_ADD, NULL, &why, NUMBER(1), TEXT(NULL), BYTES(bytes, LARGE)),
        FAIL_UNAVAILABLE);
    free(bytes);
    ck_assert_ptr_nonnull(strstr(why.text, "too big"));
    ck_assert_int_eq(notes_count(stores), 0);
}
END_TEST

START_TEST(a_savepoint_undoes_what_came_after_it)
{
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    ck_assert(!sql_is_in_transaction(store->sql));
    ck_assert_fine(sql_transact(store->sql, SQL_BEGIN, &spec_why));
    ck_assert(sql_is_in_transaction(store->sql));
    ck_assert_fine(note_add(store, 1, &spec_why));
    ck_assert_fine(sql_transact(store->sql, SQL_SAVEPOINT, &spec_why));
    ck_assert_fine(note_add(store, 2, &spec_why));
    ck_assert_fine(sql_transact(store->sql, SQL_REWIND, &spec_why));
    ck_assert_fine(sql_transact(store->sql, SQL_SAVEPOINT, &spec_why));
    ck_assert_fine(note_add(store, 3, &spec_why));
    ck_assert_fine(sql_transact(store->sql, SQL_RELEASE, &spec_why));
    ck_assert_int_eq(notes_count(stores), 0);
    ck_assert_fine(sql_transact(store->sql, SQL_COMMIT, &spec_why));
    ck_assert(!sql_is_in_transaction(store->sql));
    ck_assert(notes_have(stores, 1) && !notes_have(stores, 2) && notes_have(stores, 3));
    ck_assert_fine(sql_transact(store->sql, SQL_BEGIN, &spec_why));
    ck_assert_fine(note_add(store, 4, &spec_why));
    ck_assert_fine(sql_transact(store->sql, SQL_ROLLBACK, &spec_why));
    ck_assert_int_eq(notes_count(stores), 2);
}
END_TEST

static void too_few(struct sql *sql)
{
    (void)sql_ask(sql, SQL_NOTE_ADD, NUMBER(1));
}

static void too_many(struct sql *sql)
{
    (void)sql_ask(sql, SQL_NOTE_READ, NUMBER(1), NUMBER(2));
}

static void with_a_gap(struct sql *sql)
{
    (void)sql_ask(sql, SQL_PARAMETERS_WITH_A_GAP, NUMBER(1), NUMBER(3));
}

static void begun_twice(struct sql *sql)
{
    struct rows rows = sql_ask_values(sql, SQL_NOTES, 0, NULL);
    (void)rows_next(&rows);
    (void)sql_ask_values(sql, SQL_NOTES, 0, NULL);
}

/* Runs a mistake in a process of its own, which must stop and name the query. */
static void must_stop(struct sql *sql, void (*mistake)(struct sql *sql), const char *last_words)
{
    int pipe_[2], status;
    char said[200] = "";
    ck_assert_int_eq(pipe(pipe_), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(pipe_[1], STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        mistake(sql);
        _exit(0);
    }
    (void)close(pipe_[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_int_gt(read(pipe_[0], said, sizeof said - 1), 0);
    ck_assert_text(said, last_words);
    (void)close(pipe_[0]);
}

START_TEST(a_mistake_in_the_program_stops_it_loudly)
{
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    ck_assert_fine(note_add(store, 1, &spec_why));
    must_stop(store->sql, too_few, "query note_add: wrong number of values\n");
    must_stop(store->sql, too_many, "query note_read: wrong number of values\n");
    must_stop(store->sql, with_a_gap, "query parameters_with_a_gap: parameters leave a gap\n");
    must_stop(store->sql, begun_twice, "query notes: begun twice\n");
}
END_TEST

START_TEST(whatever_else_is_prepared_later_is_denied)
{
    static const char *const statements[] = {
        "CREATE TABLE more (x)",
        "DROP TABLE note",
        "ALTER TABLE note ADD COLUMN x",
        "CREATE TRIGGER t AFTER INSERT ON note BEGIN SELECT 1; END",
        "CREATE TEMP TABLE more (x)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE INDEX i ON note (text)",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA synchronous = OFF",
        "ATTACH ':memory:' AS other",
        "VACUUM INTO '/tmp/curfew-copy.db'",
        "ANALYZE"};
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(store_scoped) struct store *store = opened(&stores);
    for (size_t i = 0; i < COUNT(statements); i++) {
        int result = sqlite3_exec(newest, statements[i], NULL, NULL, NULL);
        ck_assert_msg(result == SQLITE_AUTH || result == SQLITE_ERROR, "%s: %d %s", statements[i],
                      result, sqlite3_errmsg(newest));
        ck_assert_msg(strstr(sqlite3_errmsg(newest), "authoriz") ||
                          strstr(sqlite3_errmsg(newest), "too many attached"),
                      "%s: %s", statements[i], sqlite3_errmsg(newest));
    }
    ck_assert_fine(note_add(store, 1, &spec_why)); /* and the queries go on */
}
END_TEST

START_TEST(a_connection_that_reads_cannot_write)
{
    struct reason why = {0};
    struct store *store = NULL;
    scoped(stores_scoped) struct stores *stores = desk_open();
    ck_assert_fine(stores_borrow(stores, &store, &spec_why));
    ck_assert_int_eq(note_add(store, 1, &why), FAIL_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(why.text, "readonly"));
    stores_return(stores, store);
}
END_TEST

SPECIFICATION("store/sql", parameters_are_bound_by_their_number_and_not_by_their_place,
              values_come_back_as_they_went_in, null_is_the_number_that_the_caller_says,
              a_query_without_parameters_and_one_with_a_parameter_twice,
              rows_may_be_left_in_the_middle_and_ended_twice, what_changed_or_came_back_is_counted,
              a_query_that_fails_says_its_name_and_why_and_leaves_the_count_alone,
              a_value_that_is_too_large_is_refused, a_savepoint_undoes_what_came_after_it,
              a_mistake_in_the_program_stops_it_loudly, whatever_else_is_prepared_later_is_denied,
              a_connection_that_reads_cannot_write)
