/* Goal: what was answered "done" is there after a kill -9, however it hits, and the next start
 * finds the database whole (design 3.2). */
#include "base/scoped.h"
#include "store/desk.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 30, AT_ONCE = 20 };

static int answers; /* the end of a pipe */

static void tell_the_parent(struct task *task)
{
    (void)!write(answers, &task->number, sizeof task->number);
}

static enum fail write_tally(struct store *store, struct reason *why)
{
    return sql_run_values(store->sql, SQL_TALLY_WRITE, NULL, why, 0, NULL);
}

/* Writes notes from `first` on, many at once, until it is killed. */
static void write_for_ever(int64_t first)
{
    static struct task tasks[AT_ONCE];
    struct stores *stores = desk_open();
    struct writer *writer = desk_writer(stores);
    frame_seal = write_tally;
    for (int64_t next = first;; next += AT_ONCE) {
        for (int64_t i = 0; i < AT_ONCE; i++) {
            tasks[i] = (struct task){.number = next + i, .told = tell_the_parent};
            tasks[i].size = i % 5 == 0 ? 20000 : 0;
            task_put(writer, &tasks[i]);
        }
        for (int64_t i = 0; i < AT_ONCE; i++)
            task_wait(&tasks[i]);
    }
}

/* Lets a process write for a while and kills it; answers how many changes it was told were done. */
static int64_t write_and_kill(int64_t first, useconds_t after)
{
    int pipe_[2], status;
    int64_t number, told = 0;
    ck_assert_int_eq(pipe(pipe_), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)close(pipe_[0]);
        answers = pipe_[1];
        write_for_ever(first);
    }
    (void)close(pipe_[1]);
    ck_assert_int_eq(read(pipe_[0], &number, sizeof number), sizeof number); /* it is under way */
    ck_assert_int_eq(number, first);
    (void)usleep(after);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    for (told = 1; read(pipe_[0], &number, sizeof number) == sizeof number; told++)
        ck_assert_int_eq(number, first + told);
    (void)close(pipe_[0]);
    return told;
}

START_TEST(whatever_was_answered_is_there_after_a_kill)
{
    int64_t next = 0;
    const char *folder = spec_folder(); /* made before the children, so that they share it */
    ck_assert_ptr_nonnull(folder);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t told = write_and_kill(next, (useconds_t)(round * 700));
        scoped(stores_scoped) struct stores *stores = desk_open();
        struct store *store;
        for (int64_t i = next; i < next + told; i++)
            ck_assert_msg(notes_have(stores, i), "round %d: change %d is lost", round, (int)i);
        ck_assert_fine(stores_borrow(stores, &store, &spec_why));
        struct rows rows = sql_ask_values(store->sql, SQL_TALLY_READ, 0, NULL);
        ck_assert(rows_next(&rows));
        ck_assert_int_eq(rows_number(&rows, 0, -1), rows_number(&rows, 1, -2));
        ck_assert_fine(rows_end(&rows, &spec_why));
        stores_return(stores, store);
        next = (next + told + 100) / 100 * 100 + 100; /* past what may have been written untold */
    }
}
END_TEST

SPECIFICATION("store/crash", whatever_was_answered_is_there_after_a_kill)
