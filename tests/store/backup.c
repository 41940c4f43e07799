/* Goal: a backup is one file, whole, of one moment, made while everything goes on; it never
 * replaces anything. */
#include "base/scoped.h"
#include "store/desk.h"
#include "store/sqlite.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* The one number that a statement answers of a copy. */
static int64_t number(const char *copy, const char *statement)
{
    scoped(sqlite_close) sqlite3 *database = NULL;
    sqlite3_stmt *prepared = NULL;
    ck_assert_fine(sqlite_connect(copy, SQLITE_OPEN_READONLY, &database, &spec_why));
    ck_assert_int_eq(sqlite3_prepare_v2(database, statement, -1, &prepared, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(prepared), SQLITE_ROW);
    int64_t result = sqlite3_column_int64(prepared, 0);
    (void)sqlite3_finalize(prepared);
    return result;
}

static void fill(struct writer *writer, int64_t first, int64_t count, size_t size)
{
    for (int64_t i = 0; i < count; i++) {
        struct task task = {.number = first + i, .size = size};
        ck_assert_int_eq(task_do(writer, &task), FAIL_NONE);
    }
}

static enum fail add_two(struct task *task, struct store *store, struct reason *why)
{
    enum fail fail = note_add(store, task->number, why);
    return fail ? fail : note_add(store, -1 - task->number, why);
}

struct busy {
    struct writer *writer;
    atomic_bool enough;
    int64_t written;
};

static void *write_pairs(void *context)
{
    struct busy *busy = context;
    while (!busy->enough) {
        struct task task = {.number = 1000 + busy->written, .work = add_two};
        if (task_do(busy->writer, &task) != FAIL_NONE)
            return busy;
        busy->written++;
    }
    return NULL;
}

START_TEST(a_copy_of_one_moment_is_made_while_the_writer_writes)
{
    pthread_t thread;
    void *wrong;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct busy busy = {.writer = writer};
    fill(writer, 0, 20, 1024 * 1024); /* more than one step of copying */
    ck_assert_int_eq(pthread_create(&thread, NULL, write_pairs, &busy), 0);
    for (int i = 0; i < 5; i++) {
        char name[20];
        (void)snprintf(name, sizeof name, "copy-%d.db", i);
        ck_assert_fine(stores_backup(desk_url(), spec_path(name), &spec_why));
        int64_t pairs = number(spec_path(name), "SELECT count(*) FROM note") - 20;
        ck_assert_int_eq(pairs % 2, 0);
        ck_assert_int_eq(number(spec_path(name), "SELECT count(*) FROM pragma_integrity_check "
                                                 "WHERE integrity_check <> 'ok'"),
                         0);
    }
    busy.enough = true;
    ck_assert_int_eq(pthread_join(thread, &wrong), 0);
    ck_assert_ptr_null(wrong);
    ck_assert_int_gt(busy.written, 0);
    ck_assert_int_eq(notes_count(stores), 20 + 2 * busy.written);
}
END_TEST

START_TEST(a_copy_can_be_served)
{
    char url[300];
    bool made = true;
    struct stores *restored = NULL;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    fill(writer, 0, 3, 0);
    ck_assert_fine(stores_backup(desk_url(), spec_path("copy.db"), &spec_why));
    (void)snprintf(url, sizeof url, "sqlite:%s", spec_path("copy.db"));
    ck_assert_fine(stores_open(url, &restored, &made, &spec_why));
    ck_assert(!made);
    ck_assert_int_eq(notes_count(restored), 3);
    stores_free(restored);
}
END_TEST

START_TEST(a_copy_is_one_file_that_nobody_else_may_read)
{
    struct stat about;
    scoped(stores_scoped) struct stores *stores = desk_open();
    ck_assert_int_eq(notes_count(stores), 0); /* it is in use */
    ck_assert_fine(stores_backup(desk_url(), spec_path("copy.db"), &spec_why));
    ck_assert_int_eq(stat(spec_path("copy.db"), &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0600);
    ck_assert_int_ne(stat(spec_path("copy.db-wal"), &about), 0);
    ck_assert_int_ne(stat(spec_path("copy.db-shm"), &about), 0);
    ck_assert_int_ne(stat(spec_path("copy.db-journal"), &about), 0);
}
END_TEST

START_TEST(nothing_is_ever_replaced)
{
    struct reason why = {0};
    struct stat before, after;
    scoped(stores_scoped) struct stores *stores = desk_open();
    (void)spec_file("copy.db", "something else");
    ck_assert_int_eq(stat(spec_path("copy.db"), &before), 0);
    ck_assert_int_eq(stores_backup(desk_url(), spec_path("copy.db"), &why), FAIL_CONFLICT);
    ck_assert_ptr_nonnull(strstr(why.text, "copy.db cannot be made: File exists"));
    ck_assert_int_eq(stat(spec_path("copy.db"), &after), 0);
    ck_assert_int_eq(before.st_size, after.st_size);
    ck_assert_int_eq(symlink("nowhere", spec_path("link.db")), 0);
    ck_assert_int_eq(stores_backup(desk_url(), spec_path("link.db"), &(struct reason){0}),
                     FAIL_CONFLICT);
    ck_assert_int_eq(stores_backup(desk_url(), desk_path(), &(struct reason){0}), FAIL_CONFLICT);
    ck_assert_int_eq(notes_count(stores), 0);
}
END_TEST

START_TEST(what_cannot_be_copied_leaves_nothing_behind)
{
    struct stat about;
    ck_assert_int_eq(stores_backup(desk_url(), spec_path("copy.db"), &(struct reason){0}),
                     FAIL_UNAVAILABLE); /* there is no store */
    ck_assert_int_ne(stat(desk_path(), &about), 0);
    (void)spec_file("notes.db", "");
    ck_assert_int_eq(stores_backup(desk_url(), spec_path("copy.db"), &(struct reason){0}),
                     FAIL_UNAVAILABLE); /* nor is this one */
    ck_assert_int_ne(stat(spec_path("copy.db"), &about), 0);
    ck_assert_int_eq(unlink(desk_path()), 0);
    scoped(stores_scoped) struct stores *stores = desk_open();
    ck_assert_int_eq(notes_count(stores), 0);
    ck_assert_int_eq(stores_backup(desk_url(), "/nowhere/copy.db", &(struct reason){0}),
                     FAIL_UNAVAILABLE);
    ck_assert_int_eq(stores_backup("postgresql://db", spec_path("copy.db"), &(struct reason){0}),
                     FAIL_INVALID);
    ck_assert_int_ne(stat(spec_path("copy.db"), &about), 0);
}
END_TEST

START_TEST(a_full_disk_leaves_no_half_of_a_copy)
{
    struct rlimit limit;
    struct stat about;
    struct reason why = {0};
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    fill(writer, 0, 2, 1024 * 1024);
    (void)signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    struct rlimit small = {.rlim_cur = 1024 * 1024, .rlim_max = limit.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum fail failed = stores_backup(desk_url(), spec_path("copy.db"), &why);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(failed, FAIL_UNAVAILABLE);
    ck_assert_int_ne(stat(spec_path("copy.db"), &about), 0);
    ck_assert_int_ne(stat(spec_path("copy.db-journal"), &about), 0);
    ck_assert_fine(stores_backup(desk_url(), spec_path("copy.db"), &spec_why));
    ck_assert_int_eq(number(spec_path("copy.db"), "SELECT count(*) FROM note"), 2);
}
END_TEST

SPECIFICATION("store/backup", a_copy_of_one_moment_is_made_while_the_writer_writes,
              a_copy_can_be_served, a_copy_is_one_file_that_nobody_else_may_read,
              nothing_is_ever_replaced, what_cannot_be_copied_leaves_nothing_behind,
              a_full_disk_leaves_no_half_of_a_copy)
