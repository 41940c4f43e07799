/* Goal: a store is looked into beside whoever uses it, and without a trace where nobody does. */
#include "base/scoped.h"
#include "store/desk.h"
#include "store/sqlite.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int64_t count(struct store *store)
{
    int64_t count = -1;
    struct rows rows = sql_ask(store->sql, SQL_NOTES_BETWEEN, NUMBER(0), NUMBER(1000));
    if (rows_next(&rows))
        count = rows_number(&rows, 0, -1);
    ck_assert_fine(rows_end(&rows, &spec_why));
    return count;
}

static void change(const char *script)
{
    scoped(sqlite_close) sqlite3 *database = NULL;
    ck_assert_fine(sqlite_connect(desk_path(), SQLITE_OPEN_READWRITE, &database, &spec_why));
    ck_assert_fine(sqlite_script(database, script, &spec_why));
}

static void make(void)
{
    struct stores *stores = desk_open();
    struct writer *writer = desk_writer(stores);
    struct task task = {.number = 1};
    ck_assert_fine(task_do(writer, &task));
    writer_free(writer);
    stores_free(stores);
}

static bool is_there(const char *end)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s%s", desk_path(), end);
    return access(path, F_OK) == 0;
}

START_TEST(a_store_that_nobody_uses_is_read_without_a_trace)
{
    make();
    ck_assert(!is_there("-wal"));
    scoped(store_scoped) struct store *store = NULL;
    ck_assert_fine(store_look(desk_url(), &store, &spec_why));
    ck_assert_int_eq(count(store), 1);
    ck_assert(!is_there("-wal") && !is_there("-shm"));
}
END_TEST

START_TEST(a_store_in_use_is_read_at_one_moment_and_goes_on)
{
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task first = {.number = 1}, second = {.number = 2};
    ck_assert_fine(task_do(writer, &first));
    scoped(store_scoped) struct store *store = NULL;
    ck_assert_fine(store_look(desk_url(), &store, &spec_why));
    ck_assert_int_eq(count(store), 1);
    ck_assert_fine(task_do(writer, &second));
    ck_assert_int_eq(count(store), 1);
    ck_assert_int_eq(notes_count(stores), 2);
}
END_TEST

static enum fail look(void)
{
    scoped(store_scoped) struct store *store = NULL;
    spec_why = (struct reason){0};
    return store_look(desk_url(), &store, &spec_why);
}

START_TEST(what_is_not_there_is_not_made)
{
    ck_assert_int_eq(look(), FAIL_NOT_FOUND);
    ck_assert(!is_there(""));
}
END_TEST

START_TEST(an_older_a_newer_and_a_strange_one_are_told_apart)
{
    make();
    change("UPDATE migration SET place = 7");
    ck_assert_int_eq(look(), FAIL_CONFLICT);
    ck_assert_ptr_nonnull(strstr(spec_why.text, "is older"));
    change("UPDATE migration SET place = 0; INSERT INTO migration VALUES (1, '0002_more', 'x')");
    ck_assert_int_eq(look(), FAIL_CONFLICT);
    ck_assert_ptr_nonnull(strstr(spec_why.text, "is newer"));
    change("DELETE FROM migration WHERE place = 1; UPDATE migration SET digest = 'x'");
    ck_assert_int_eq(look(), FAIL_CONFLICT);
    ck_assert_ptr_nonnull(strstr(spec_why.text, "not the one of this program"));
    change("DROP TABLE migration");
    ck_assert_int_eq(look(), FAIL_CONFLICT);
    ck_assert_ptr_nonnull(strstr(spec_why.text, "no store"));
}
END_TEST

START_TEST(a_damaged_one_is_said_to_be)
{
    make();
    FILE *file = fopen(desk_path(), "r+");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, 4096, SEEK_SET), 0);
    for (int i = 0; i < 4096; i++)
        (void)fputc(0xA5, file);
    (void)fclose(file);
    ck_assert_int_eq(look(), FAIL_UNAVAILABLE);
}
END_TEST

SPECIFICATION("store/look", a_store_that_nobody_uses_is_read_without_a_trace,
              a_store_in_use_is_read_at_one_moment_and_goes_on, what_is_not_there_is_not_made,
              an_older_a_newer_and_a_strange_one_are_told_apart, a_damaged_one_is_said_to_be)
