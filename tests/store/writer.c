/* Goal: every change goes through the writer in order, stands or falls alone, and is answered when
 * it is on disk, and only then (design 4). */
#include "base/moment.h"
#include "base/scoped.h"
#include "store/desk.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

static struct stores *opened; /* for those who are told */

START_TEST(a_change_is_on_disk_when_it_is_answered)
{
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    for (int64_t i = 0; i < 20; i++) {
        struct task task = {.number = i};
        ck_assert_int_eq(task_do(writer, &task), FAIL_NONE);
        ck_assert(notes_have(stores, i));
    }
}
END_TEST

static void must_be_there(struct task *task)
{
    ck_assert(notes_have(opened, task->number));
}

START_TEST(the_answer_comes_after_the_commit_and_not_before)
{
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = opened = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task tasks[10] = {0};
    for (int64_t i = 0; i < 10; i++) {
        tasks[i].number = i;
        tasks[i].told = must_be_there;
        if (i == 0)
            task_hold(writer, &tasks[i], &gate);
        else
            task_put(writer, &tasks[i]);
    }
    ck_assert_int_eq(notes_count(stores), 0);
    atomic_store(&gate, true);
    for (int64_t i = 0; i < 10; i++)
        task_wait(&tasks[i]);
}
END_TEST

static int64_t applied[1000];
static atomic_size_t applied_count;

static enum fail note_the_order(struct task *task, struct store *store, struct reason *why)
{
    applied[atomic_fetch_add(&applied_count, 1)] = task->number;
    return note_add(store, task->number, why);
}

START_TEST(changes_are_applied_and_answered_in_the_order_in_which_they_came)
{
    enum { MANY = 600 };
    static struct task tasks[MANY];
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    for (int64_t i = 0; i < MANY; i++) {
        tasks[i] = (struct task){.number = i, .work = note_the_order};
        if (i == 0)
            task_hold(writer, &tasks[i], &gate);
        else
            task_put(writer, &tasks[i]);
    }
    atomic_store(&gate, true);
    for (size_t i = 0; i < MANY; i++) {
        task_wait(&tasks[i]);
        ck_assert_int_eq(tasks[i].fail, FAIL_NONE);
        ck_assert_uint_eq(tasks[i].place, i);
        ck_assert_int_eq(applied[i], tasks[i].number);
    }
}
END_TEST

static enum fail add_and_refuse(struct task *task, struct store *store, struct reason *why)
{
    enum fail fail = note_add(store, task->number, why);
    return fail ? fail
                : because(why, FAIL_CONFLICT, "note %lld is not wanted", (long long)task->number);
}

START_TEST(a_change_that_fails_is_undone_alone)
{
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task good = {.number = 1}, bad = {.number = 2, .work = add_and_refuse},
                twice = {.number = 1}, last = {.number = 3};
    task_hold(writer, &good, &gate);
    task_put(writer, &bad);
    task_put(writer, &twice);
    task_put(writer, &last);
    atomic_store(&gate, true);
    task_wait(&last);
    ck_assert_int_eq(good.fail, FAIL_NONE);
    ck_assert_int_eq(bad.fail, FAIL_CONFLICT);
    ck_assert_text(bad.why.text, "note 2 is not wanted");
    ck_assert_int_eq(twice.fail, FAIL_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(twice.why.text, "note_add: UNIQUE constraint failed"));
    ck_assert_int_eq(last.fail, FAIL_NONE);
    ck_assert_int_eq(notes_count(stores), 2);
    ck_assert(!notes_have(stores, 2));
}
END_TEST

static void must_not_be_early(struct task *task)
{
    (void)task; /* what the refusal rests on is on disk */
    ck_assert(notes_have(opened, 1));
}

START_TEST(a_refusal_is_told_when_what_it_rests_on_is_on_disk)
{
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = opened = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task first = {.number = 1}, second = {.number = 1, .told = must_not_be_early};
    task_hold(writer, &first, &gate);
    task_put(writer, &second);
    atomic_store(&gate, true);
    task_wait(&second);
    ck_assert_int_eq(first.fail, FAIL_NONE);
    ck_assert_int_ne(second.fail, FAIL_NONE);
}
END_TEST

START_TEST(a_change_whose_deadline_passed_in_the_queue_is_dropped_unapplied)
{
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task first = {.number = 1}, late = {.number = 2}, patient = {.number = 3},
                alone = {.number = 4};
    late.change.deadline = moment_ticks_ms() + 20;
    patient.change.deadline = moment_ticks_ms() + 60000;
    task_hold(writer, &first, &gate);
    task_put(writer, &late);
    task_put(writer, &patient);
    ck_assert_int_eq(usleep(50000), 0);
    atomic_store(&gate, true);
    task_wait(&patient);
    ck_assert_int_eq(first.fail, FAIL_NONE);
    ck_assert_int_eq(late.fail, FAIL_UNAVAILABLE);
    ck_assert_text(late.why.text, "waited too long for its turn");
    ck_assert_int_eq(patient.fail, FAIL_NONE);
    alone.change.deadline = moment_ticks_ms() - 1;
    ck_assert_int_eq(task_do(writer, &alone), FAIL_UNAVAILABLE);
    ck_assert_int_eq(notes_count(stores), 2);
}
END_TEST

enum { THREADS = 8, EACH = 125 };

struct crowd {
    struct writer *writer;
    struct task tasks[EACH];
};

static void *put_each(void *context)
{
    struct crowd *crowd = context;
    for (size_t i = 0; i < EACH; i++)
        task_put(crowd->writer, &crowd->tasks[i]);
    for (size_t i = 0; i < EACH; i++)
        task_wait(&crowd->tasks[i]);
    return NULL;
}

START_TEST(a_thousand_changes_of_several_threads_are_all_there)
{
    static struct crowd crowds[THREADS];
    pthread_t threads[THREADS];
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    for (size_t i = 0; i < THREADS; i++) {
        crowds[i].writer = writer;
        for (size_t k = 0; k < EACH; k++)
            crowds[i].tasks[k].number = (int64_t)(i * EACH + k);
        ck_assert_int_eq(pthread_create(&threads[i], NULL, put_each, &crowds[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        for (size_t k = 0; k < EACH; k++) {
            ck_assert_int_eq(crowds[i].tasks[k].fail, FAIL_NONE);
            if (k) /* in the order of each thread */
                ck_assert_uint_gt(crowds[i].tasks[k].place, crowds[i].tasks[k - 1].place);
        }
    ck_assert_int_eq(notes_count(stores), THREADS * EACH);
}
END_TEST

START_TEST(stopping_applies_what_waits_and_answers_the_rest_at_once)
{
    enum { MANY = 500 };
    static struct task tasks[MANY];
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    for (int64_t i = 0; i < MANY; i++) {
        tasks[i].number = i;
        if (i == 0)
            task_hold(writer, &tasks[i], &gate);
        else
            task_put(writer, &tasks[i]);
    }
    atomic_store(&gate, true);
    writer_stop(writer);
    for (size_t i = 0; i < MANY; i++) {
        ck_assert(tasks[i].done);
        ck_assert_int_eq(tasks[i].fail, FAIL_NONE);
    }
    struct task late = {.number = MANY};
    task_put(writer, &late);
    ck_assert(late.done);
    ck_assert_int_eq(late.fail, FAIL_UNAVAILABLE);
    ck_assert_text(late.why.text, "stopping");
    ck_assert_int_eq(notes_count(stores), MANY);
    writer_stop(writer); /* again: nothing */
}
END_TEST

static void *put_until_refused(void *context)
{
    struct crowd *crowd = context;
    size_t refused = 0;
    for (size_t i = 0; i < EACH; i++)
        task_put(crowd->writer, &crowd->tasks[i]);
    for (size_t i = 0; i < EACH; i++) {
        task_wait(&crowd->tasks[i]);
        refused += crowd->tasks[i].fail != FAIL_NONE;
    }
    return (void *)refused;
}

START_TEST(whoever_puts_while_it_stops_is_answered_too)
{
    static struct crowd crowds[THREADS];
    pthread_t threads[THREADS];
    int64_t refused = 0;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    for (size_t i = 0; i < THREADS; i++) {
        crowds[i].writer = writer;
        for (size_t k = 0; k < EACH; k++)
            crowds[i].tasks[k].number = (int64_t)(i * EACH + k);
        ck_assert_int_eq(pthread_create(&threads[i], NULL, put_until_refused, &crowds[i]), 0);
    }
    writer_stop(writer);
    for (size_t i = 0; i < THREADS; i++) {
        void *count;
        ck_assert_int_eq(pthread_join(threads[i], &count), 0);
        refused += (int64_t)(size_t)count;
    }
    ck_assert_int_eq(notes_count(stores), THREADS * EACH - refused);
}
END_TEST

START_TEST(a_writer_that_nothing_was_given_ends_at_once)
{
    scoped(stores_scoped) struct stores *stores = desk_open();
    struct writer *writer = desk_writer(stores);
    writer_free(writer);
    writer_free(NULL);
}
END_TEST

SPECIFICATION("store/writer", a_change_is_on_disk_when_it_is_answered,
              the_answer_comes_after_the_commit_and_not_before,
              changes_are_applied_and_answered_in_the_order_in_which_they_came,
              a_change_that_fails_is_undone_alone,
              a_refusal_is_told_when_what_it_rests_on_is_on_disk,
              a_change_whose_deadline_passed_in_the_queue_is_dropped_unapplied,
              a_thousand_changes_of_several_threads_are_all_there,
              stopping_applies_what_waits_and_answers_the_rest_at_once,
              whoever_puts_while_it_stops_is_answered_too,
              a_writer_that_nothing_was_given_ends_at_once)
