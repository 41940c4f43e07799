/* Goal: one process serves one file, and threads read it through a pool that holds no more
 * connections than it needs. */
#include "base/scoped.h"
#include "store/desk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_int connections; /* that were ever opened */

static int count_connection(sqlite3 *database, const char **message, const void *api)
{
    (void)database, (void)message, (void)api;
    connections++;
    return SQLITE_OK;
}

static enum fail open_again(struct reason *why)
{
    bool made;
    struct stores *stores = NULL;
    enum fail fail = stores_open(desk_url(), &stores, &made, why);
    stores_free(stores);
    return fail;
}

START_TEST(a_second_process_is_refused)
{
    int status;
    scoped(stores_scoped) struct stores *stores = desk_open();
    ck_assert_int_eq(notes_count(stores), 0);
    pid_t child = fork();
    if (child == 0) {
        struct reason why = {0};
        bool told = open_again(&why) == FAIL_CONFLICT &&
                    strncmp(why.text, "another process serves ", 23) == 0 &&
                    strstr(why.text, desk_path());
        _exit(told ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(a_process_that_died_locks_nobody_out)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        (void)desk_open();
        _exit(0); /* without giving anything back */
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    scoped(stores_scoped) struct stores *stores = desk_open();
    ck_assert_int_eq(notes_count(stores), 0);
}
END_TEST

START_TEST(a_store_that_was_freed_can_be_opened_again)
{
    bool made = false;
    struct stores *stores = NULL;
    ck_assert_fine(stores_open(desk_url(), &stores, &made, &spec_why));
    ck_assert(made);
    stores_free(stores);
    stores_free(NULL);
    ck_assert_fine(stores_open(desk_url(), &stores, &made, &spec_why));
    ck_assert(!made);
    struct reason why = {0};
    ck_assert_int_eq(open_again(&why), FAIL_CONFLICT); /* not twice in one process either */
    stores_free(stores);
    ck_assert_fine(open_again(&spec_why));
}
END_TEST

START_TEST(postgresql_is_refused_with_a_sentence_until_it_is_there)
{
    static const char *const urls[] = {"postgresql://db/curfew", "postgres://db/curfew"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        bool made;
        struct reason why = {0};
        struct stores *stores = NULL;
        ck_assert_int_eq(stores_open(urls[i], &stores, &made, &why), FAIL_INVALID);
        ck_assert_text(why.text, "PostgreSQL is not supported yet: write sqlite:PATH, with PATH on "
                                 "a local disk");
        ck_assert_ptr_null(stores);
    }
}
END_TEST

START_TEST(what_is_no_store_is_refused)
{
    static const char *const urls[] = {"",        "curfew.db",       "sqlite:",       "sqlite3:x",
                                       "mysql:x", "sqlite::memory:", "SQLITE:curfew", "file:x"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        bool made;
        char says[200];
        struct reason why = {0};
        struct stores *stores = NULL;
        ck_assert_int_eq(stores_open(urls[i], &stores, &made, &why), FAIL_INVALID);
        (void)snprintf(says, sizeof says, "\"%s\" is not a store: write sqlite:PATH", urls[i]);
        ck_assert_text(why.text, says);
    }
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_named)
{
    bool made;
    struct reason why = {0};
    struct stores *stores = NULL;
    ck_assert_int_eq(stores_open("sqlite:/nowhere/curfew.db", &stores, &made, &why),
                     FAIL_UNAVAILABLE);
    ck_assert_text(why.text, "/nowhere/curfew.db.lock cannot be made: No such file or directory");
}
END_TEST

START_TEST(nobody_else_may_read_what_is_stored)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task task = {.number = 1};
    ck_assert_int_eq(task_do(writer, &task), FAIL_NONE);
    for (size_t i = 0; i < COUNT(ends); i++) {
        char path[300];
        struct stat about;
        (void)snprintf(path, sizeof path, "%s%s", desk_path(), ends[i]);
        ck_assert_msg(stat(path, &about) == 0, "%s", path);
        ck_assert_uint_eq(about.st_mode & 0777, 0600);
    }
}
END_TEST

START_TEST(connections_are_used_again)
{
    enum { AT_ONCE = 20, KEPT = 16 };
    struct store *borrowed[AT_ONCE];
    scoped(stores_scoped) struct stores *stores = desk_open();
    (void)sqlite3_auto_extension((void (*)(void))count_connection);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(notes_count(stores), 0);
    ck_assert_int_eq(connections, 1);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < AT_ONCE; i++)
            ck_assert_fine(stores_borrow(stores, &borrowed[i], &spec_why));
        for (int i = 0; i < AT_ONCE; i++)
            stores_return(stores, borrowed[i]);
    }
    ck_assert_int_eq(connections, AT_ONCE + AT_ONCE - KEPT);
    stores_return(stores, NULL);
}
END_TEST

static void *read_often(void *context)
{
    int64_t last = 0;
    for (int i = 0; i < 200; i++) {
        int64_t count = notes_count(context);
        if (count < last)
            return context; /* went backwards */
        last = count;
    }
    return NULL;
}

START_TEST(many_threads_read_while_the_writer_writes)
{
    enum { THREADS = 8, NOTES = 300 };
    static struct task tasks[NOTES];
    pthread_t threads[THREADS];
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_often, stores), 0);
    for (int i = 0; i < NOTES; i++) {
        tasks[i].number = i;
        task_put(writer, &tasks[i]);
    }
    for (int i = 0; i < NOTES; i++) {
        task_wait(&tasks[i]);
        ck_assert_int_eq(tasks[i].fail, FAIL_NONE);
    }
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
        ck_assert_ptr_null(wrong);
    }
    ck_assert_int_eq(notes_count(stores), NOTES);
}
END_TEST

static int64_t count_notes(struct store *store)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_NOTES_BETWEEN, NUMBER(0), NUMBER(1000));
    return rows_next(&rows) ? rows_number(&rows, 0, -1) : -1;
}

START_TEST(what_a_borrowed_connection_reads_is_of_one_moment)
{
    struct store *store;
    struct task task = {.number = 1};
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    ck_assert_fine(stores_borrow(stores, &store, &spec_why));
    ck_assert_int_eq(count_notes(store), 0);
    ck_assert_int_eq(task_do(writer, &task), FAIL_NONE);
    ck_assert_int_eq(count_notes(store), 0);
    ck_assert_int_eq(notes_count(stores), 1);
    stores_return(stores, store);
    ck_assert_fine(stores_borrow(stores, &store, &spec_why));
    ck_assert_int_eq(count_notes(store), 1);
    stores_return(stores, store);
}
END_TEST

static struct stores *watched;

static void must_have_no_state(const char *step)
{
    if (strcmp(step, "savepoint") != 0 && strcmp(step, "rewind") != 0)
        ck_assert_uint_eq(stores_state(watched), 0);
}

START_TEST(a_state_lasts_until_the_next_commit_begins)
{
    struct store *store;
    struct task one = {.number = 1}, two = {.number = 1};
    scoped(stores_scoped) struct stores *stores = watched = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    uint64_t before = stores_state(stores);
    frame_step = must_have_no_state;
    ck_assert_uint_ne(before, 0);
    ck_assert_fine(stores_borrow(stores, &store, &spec_why));
    ck_assert_uint_eq(store->state, before);
    stores_return(stores, store);
    ck_assert_uint_eq(stores_state(stores), before);
    ck_assert_int_eq(task_do(writer, &one), FAIL_NONE);
    ck_assert_uint_ne(stores_state(stores), 0);
    ck_assert_uint_ne(stores_state(stores), before);
    ck_assert_int_ne(task_do(writer, &two), FAIL_NONE); /* there is a note 1 already */
    ck_assert_uint_ne(stores_state(stores), before);
    frame_step = NULL;
}
END_TEST

SPECIFICATION("store/stores", a_second_process_is_refused, a_process_that_died_locks_nobody_out,
              a_store_that_was_freed_can_be_opened_again,
              postgresql_is_refused_with_a_sentence_until_it_is_there, what_is_no_store_is_refused,
              a_folder_that_is_not_there_is_named, nobody_else_may_read_what_is_stored,
              connections_are_used_again, many_threads_read_while_the_writer_writes,
              what_a_borrowed_connection_reads_is_of_one_moment,
              a_state_lasts_until_the_next_commit_begins)
