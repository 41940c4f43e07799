/* Goal: when the disk is full or fails, whatever was answered "done" is there, whatever was
 * answered otherwise is not, no transaction is ever half there, and all goes on when the disk is
 * well again (design 3.2 and 4). */
#include "base/scoped.h"
#include "base/text.h"
#include "store/desk.h"
#include "store/disk.h"
#include "store/sqlite.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static enum fail write_tally(struct store *store, struct reason *why)
{
    return sql_run_values(store->sql, SQL_TALLY_WRITE, NULL, why, 0, NULL);
}

/* The tally that every transaction wrote must be the number of notes. */
static void must_be_whole(struct stores *stores)
{
    struct store *store;
    ck_assert_fine(stores_borrow(stores, &store, &spec_why));
    struct rows rows = sql_ask_values(store->sql, SQL_TALLY_READ, 0, NULL);
    ck_assert(rows_next(&rows));
    ck_assert_int_eq(rows_number(&rows, 0, -1), rows_number(&rows, 1, -2));
    ck_assert_fine(rows_end(&rows, &spec_why));
    stores_return(stores, store);
}

static struct rlimit unlimited;

/* No file may grow by more than `more` bytes from its size now; the limit is the process's own. */
static void limit_files(off_t more)
{
    char path[300];
    struct stat about;
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)snprintf(path, sizeof path, "%s-wal", desk_path());
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    struct rlimit small = {.rlim_cur = (rlim_t)(about.st_size + more),
                           .rlim_max = unlimited.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
}

static enum fail limit_at_the_commit(struct store *store, struct reason *why)
{
    (void)store, (void)why;
    limit_files(0);
    return FAIL_NONE;
}

static void unlimit_after_it(const char *step)
{
    if (text_equals(step, "undone"))
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
}

START_TEST(a_commit_that_fails_fails_every_change_in_it_and_the_next_one_works)
{
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task before = {.number = 1}, two = {.number = 2}, three = {.number = 3},
                after = {.number = 4};
    ck_assert_int_eq(task_do(writer, &before), FAIL_NONE);
    (void)frame_told();
    frame_seal = limit_at_the_commit;
    frame_step = unlimit_after_it;
    task_hold(writer, &two, &gate);
    task_put(writer, &three);
    atomic_store(&gate, true);
    task_wait(&three);
    ck_assert_text(frame_told(), "savepoint savepoint seal undone");
    ck_assert_int_eq(two.fail, FAIL_UNAVAILABLE);
    ck_assert_int_eq(three.fail, FAIL_UNAVAILABLE);
    ck_assert_text(two.why.text, "store: disk I/O error (778)"); /* SQLITE_IOERR_WRITE */
    frame_seal = NULL;
    frame_step = NULL;
    ck_assert_int_eq(task_do(writer, &after), FAIL_NONE);
    ck_assert_text(frame_told(), "savepoint seal committed");
    ck_assert(notes_have(stores, 1) && !notes_have(stores, 2) && !notes_have(stores, 3) &&
              notes_have(stores, 4));
}
END_TEST

static enum fail fill_the_disk(struct task *task, struct store *store, struct reason *why)
{
    limit_files(100000);
    return sql_run(store->sql, SQL_NOTE_ADD_LARGE, NULL, why, NUMBER(task->number),
                   NUMBER((int64_t)task->size));
}

START_TEST(a_disk_that_fills_up_in_the_middle_leaves_nothing_of_the_transaction)
{
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task before = {.number = 1}, two = {.number = 2},
                three = {.number = 3, .size = 32 * 1024 * 1024, .work = fill_the_disk},
                four = {.number = 4};
    ck_assert_int_eq(task_do(writer, &before), FAIL_NONE);
    (void)frame_told();
    frame_step = unlimit_after_it;
    task_hold(writer, &two, &gate);
    task_put(writer, &three);
    task_put(writer, &four);
    atomic_store(&gate, true);
    task_wait(&four);
    /* SQLite rolled all of it back by itself: two, which stood, goes with three; four comes next.
     */
    ck_assert_text(frame_told(), "savepoint savepoint rewind undone savepoint seal committed");
    ck_assert_int_eq(two.fail, FAIL_UNAVAILABLE);
    ck_assert_int_eq(three.fail, FAIL_UNAVAILABLE);
    ck_assert_int_eq(four.fail, FAIL_NONE);
    ck_assert_int_eq(notes_count(stores), 2);
    ck_assert(notes_have(stores, 1) && notes_have(stores, 4));
}
END_TEST

START_TEST(while_the_disk_is_full_every_change_is_refused_and_reading_goes_on)
{
    disk_install();
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task before = {.number = 1};
    frame_seal = write_tally;
    ck_assert_int_eq(task_do(writer, &before), FAIL_NONE);
    disk_fail(DISK_WRITE, 0, SQLITE_FULL, true);
    for (int64_t i = 2; i < 12; i++) {
        struct task task = {.number = i};
        ck_assert_int_eq(task_do(writer, &task), FAIL_UNAVAILABLE);
        ck_assert(task.why.text[0]);
        ck_assert_int_eq(notes_count(stores), 1);
    }
    disk_heal();
    struct task after = {.number = 12};
    ck_assert_int_eq(task_do(writer, &after), FAIL_NONE);
    ck_assert_int_eq(notes_count(stores), 2);
    ck_assert(!frame_lost);
    must_be_whole(stores);
}
END_TEST

START_TEST(a_store_that_cannot_be_opened_again_is_tried_again_by_the_next_change)
{
    disk_install();
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task before = {.number = 1}, two = {.number = 2}, three = {.number = 3},
                after = {.number = 4};
    ck_assert_int_eq(task_do(writer, &before), FAIL_NONE);
    disk_fail(DISK_READ | DISK_WRITE, 0, SQLITE_IOERR, true);
    ck_assert_int_eq(task_do(writer, &two), FAIL_UNAVAILABLE);
    ck_assert_int_eq(task_do(writer, &three), FAIL_UNAVAILABLE);
    ck_assert_text(three.why.text, "the store cannot be opened");
    disk_heal();
    ck_assert_int_eq(task_do(writer, &after), FAIL_NONE);
    ck_assert_int_eq(notes_count(stores), 2);
}
END_TEST

START_TEST(a_writer_does_not_start_on_a_store_that_cannot_be_opened)
{
    static const struct writer_frame none = {0};
    struct writer *writer = NULL;
    struct reason why = {0};
    disk_install();
    scoped(stores_scoped) struct stores *stores = desk_open();
    disk_fail(DISK_READ, 0, SQLITE_IOERR, true);
    ck_assert_int_eq(writer_start(stores, &none, &writer, &why), FAIL_UNAVAILABLE);
    ck_assert_ptr_null(writer);
    ck_assert(why.text[0]);
    disk_heal();
    ck_assert_int_eq(notes_count(stores), 0);
}
END_TEST

START_TEST(after_a_sync_that_failed_the_disk_is_lost_and_nothing_is_written_any_more)
{
    disk_install();
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task before = {.number = 1}, task = {.number = 2}, after = {.number = 3};
    ck_assert_int_eq(task_do(writer, &before), FAIL_NONE);
    (void)frame_told();
    disk_fail(DISK_SYNC, 0, SQLITE_IOERR_FSYNC, false);
    ck_assert_int_eq(task_do(writer, &task), FAIL_UNAVAILABLE);
    ck_assert_text(frame_told(), "savepoint seal undone lost");
    ck_assert(frame_lost);
    /* The next sync would say that all is well, which proves nothing. */
    ck_assert_int_eq(task_do(writer, &after), FAIL_UNAVAILABLE);
    ck_assert_text(after.why.text, "the disk failed: the process must begin afresh");
    ck_assert_text(frame_told(), "undone");
}
END_TEST

static enum fail read_all_and_go_on(struct task *task, struct store *store, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask_values(store->sql, SQL_NOTES, 0, NULL);
    disk_fail(DISK_READ, 0, SQLITE_CORRUPT, false);
    while (rows_next(&rows))
        continue;
    (void)rows_end(&rows, NULL); /* whoever forgets to look at how reading went */
    return note_add(store, task->number, why);
}

START_TEST(what_reads_as_damaged_is_never_written_to)
{
    disk_install();
    scoped(stores_scoped) struct stores *stores = desk_open();
    struct writer *first = desk_writer(stores);
    for (int64_t i = 1; i <= 20; i++) {
        struct task task = {.number = i, .size = 10000};
        ck_assert_int_eq(task_do(first, &task), FAIL_NONE);
    }
    writer_free(first);
    scoped(writer_scoped) struct writer *writer = desk_writer(stores); /* nothing in its cache */
    struct task task = {.number = 100, .work = read_all_and_go_on};
    (void)frame_told();
    ck_assert_int_eq(task_do(writer, &task), FAIL_UNAVAILABLE);
    ck_assert(disk_has_failed());
    ck_assert(frame_lost);
    ck_assert(!notes_have(stores, 100));
}
END_TEST

START_TEST(somebody_else_who_holds_the_database_is_waited_for_and_then_told)
{
    struct reason why = {0};
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    scoped(sqlite_close) sqlite3 *other = NULL;
    ck_assert_fine(sqlite_connect(desk_path(), SQLITE_OPEN_READWRITE, &other, &why));
    ck_assert_fine(sqlite_script(other, "BEGIN IMMEDIATE", &why));
    struct task one = {.number = 1}, two = {.number = 2};
    ck_assert_int_eq(task_do(writer, &one), FAIL_UNAVAILABLE); /* after five seconds */
    ck_assert_text(one.why.text, "store: database is locked (5)");
    ck_assert_text(frame_told(), "undone");
    ck_assert_fine(sqlite_script(other, "ROLLBACK", &why));
    ck_assert_int_eq(task_do(writer, &two), FAIL_NONE);
    ck_assert_int_eq(notes_count(stores), 1);
}
END_TEST

enum { TASKS = 12 };

static void remove_store(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char path[300];
    for (size_t i = 0; i < COUNT(ends); i++) {
        (void)snprintf(path, sizeof path, "%s%s", desk_path(), ends[i]);
        (void)unlink(path);
    }
}

/* A dozen changes in two transactions, some of them large, with the fault after `after` steps; then
   all that was promised is looked at, in the store as it is and as it is found at the next start.
 */
static bool hit(unsigned steps, size_t after, int code, bool on)
{
    static struct task tasks[TASKS];
    atomic_bool gate;
    remove_store();
    struct stores *stores = desk_open();
    struct writer *writer = desk_writer(stores);
    frame_lost = false;
    frame_seal = write_tally;
    disk_fail(steps, after, code, on);
    for (int64_t i = 0; i < TASKS; i++) {
        tasks[i] = (struct task){.number = i, .size = i % 3 == 1 ? 20000 : 0};
        if (i == 0 || i == TASKS / 2)
            task_hold(writer, &tasks[i], &gate);
        else
            task_put(writer, &tasks[i]);
        if (i == TASKS / 2 - 1 || i == TASKS - 1) {
            atomic_store(&gate, true);
            task_wait(&tasks[i]);
        }
    }
    bool came = disk_has_failed();
    disk_heal();
    struct task last = {.number = TASKS};
    ck_assert_int_eq(task_do(writer, &last), frame_lost ? FAIL_UNAVAILABLE : FAIL_NONE);
    for (int start = 0; start < 2; start++) {
        for (int64_t i = 0; i < TASKS; i++) {
            if (tasks[i].fail == FAIL_NONE)
                ck_assert_msg(notes_have(stores, i), "step %zu lost change %d", after, (int)i);
            else if (!frame_lost)
                ck_assert_msg(!notes_have(stores, i), "step %zu kept change %d", after, (int)i);
        }
        must_be_whole(stores);
        writer_free(writer);
        stores_free(stores);
        stores = desk_open();
        writer = desk_writer(stores);
    }
    writer_free(writer);
    stores_free(stores);
    return came;
}

/* A fault at each step in turn, until there is none left. */
static void sweep(unsigned steps, int code, bool on)
{
    size_t after = 0;
    disk_install();
    while (hit(steps, after, code, on))
        after++;
    ck_assert_uint_ge(after, 2);
}

START_TEST(a_full_disk_at_each_write_in_turn)
{
    sweep(DISK_WRITE, SQLITE_FULL, false);
}
END_TEST

START_TEST(a_disk_that_stays_full_from_each_write_on)
{
    sweep(DISK_WRITE, SQLITE_FULL, true);
}
END_TEST

START_TEST(an_error_at_each_write_in_turn)
{
    sweep(DISK_WRITE | DISK_TRUNCATE, SQLITE_IOERR_WRITE, false);
}
END_TEST

START_TEST(an_error_at_each_sync_in_turn)
{
    sweep(DISK_SYNC, SQLITE_IOERR_FSYNC, false);
}
END_TEST

START_TEST(an_error_at_each_write_of_the_first_start)
{
    size_t after = 0;
    disk_install();
    for (bool came = true; came; after++) {
        bool made = false;
        struct reason why = {0};
        struct stores *stores = NULL;
        remove_store();
        disk_fail(DISK_WRITE, after, SQLITE_IOERR_WRITE, true);
        enum fail failed = stores_open(desk_url(), &stores, &made, &why);
        came = disk_has_failed();
        disk_heal();
        stores_free(stores);
        stores = NULL;
        ck_assert_fine(stores_open(desk_url(), &stores, &made, &spec_why));
        /* Unless it was reported as made, the next start still calls it new. */
        ck_assert_msg(made == (failed != FAIL_NONE), "step %zu", after);
        ck_assert_int_eq(notes_count(stores), 0);
        stores_free(stores);
    }
    ck_assert_uint_ge(after, 3);
}
END_TEST

SPECIFICATION("store/faults", a_commit_that_fails_fails_every_change_in_it_and_the_next_one_works,
              a_disk_that_fills_up_in_the_middle_leaves_nothing_of_the_transaction,
              while_the_disk_is_full_every_change_is_refused_and_reading_goes_on,
              a_store_that_cannot_be_opened_again_is_tried_again_by_the_next_change,
              a_writer_does_not_start_on_a_store_that_cannot_be_opened,
              after_a_sync_that_failed_the_disk_is_lost_and_nothing_is_written_any_more,
              what_reads_as_damaged_is_never_written_to,
              somebody_else_who_holds_the_database_is_waited_for_and_then_told,
              a_full_disk_at_each_write_in_turn, a_disk_that_stays_full_from_each_write_on,
              an_error_at_each_write_in_turn, an_error_at_each_sync_in_turn,
              an_error_at_each_write_of_the_first_start)
