/* Goal: the frame around the changes hears of every step in the right order, so that what it keeps
 * in memory is always what is on disk. */
#include "base/moment.h"
#include "base/scoped.h"
#include "store/desk.h"

static enum fail refuse(struct task *task, struct store *store, struct reason *why)
{
    (void)task, (void)store;
    return because(why, FAIL_DENIED, "no");
}

static enum fail cannot_seal(struct store *store, struct reason *why)
{
    (void)store;
    return because(why, FAIL_UNAVAILABLE, "the seal broke");
}

static enum fail seal_with_a_note(struct store *store, struct reason *why)
{
    return note_add(store, 1000, why);
}

START_TEST(a_change_that_stands)
{
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task task = {.number = 1};
    ck_assert_int_eq(task_do(writer, &task), FAIL_NONE);
    ck_assert_text(frame_told(), "savepoint seal committed");
}
END_TEST

START_TEST(a_change_that_fails_alone)
{
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task task = {.work = refuse};
    ck_assert_int_eq(task_do(writer, &task), FAIL_DENIED);
    ck_assert_text(frame_told(), "savepoint rewind undone");
}
END_TEST

START_TEST(a_change_that_fails_among_others)
{
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task one = {.number = 1}, two = {.work = refuse}, three = {.number = 3};
    task_hold(writer, &one, &gate);
    task_put(writer, &two);
    task_put(writer, &three);
    atomic_store(&gate, true);
    task_wait(&three);
    ck_assert_text(frame_told(), "savepoint savepoint rewind savepoint seal committed");
}
END_TEST

START_TEST(a_change_that_comes_too_late_is_not_heard_of)
{
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task late = {.number = 1}, one = {.number = 2}, two = {.number = 3};
    late.change.deadline = 1;
    two.change.deadline = 1;
    ck_assert_int_eq(task_do(writer, &late), FAIL_UNAVAILABLE);
    ck_assert_text(frame_told(), "");
    task_hold(writer, &one, &gate);
    task_put(writer, &two);
    atomic_store(&gate, true);
    task_wait(&two);
    ck_assert_text(frame_told(), "savepoint seal committed");
}
END_TEST

START_TEST(what_the_seal_writes_is_part_of_the_transaction)
{
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task one = {.number = 1}, two = {.number = 2};
    frame_seal = seal_with_a_note;
    ck_assert_int_eq(task_do(writer, &one), FAIL_NONE);
    ck_assert(notes_have(stores, 1000));
    ck_assert_int_eq(task_do(writer, &two), FAIL_UNAVAILABLE); /* there is a note 1000 already */
    ck_assert_int_eq(notes_count(stores), 2);
}
END_TEST

START_TEST(a_seal_that_breaks_fails_every_change_and_the_next_one_works)
{
    atomic_bool gate;
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    struct task one = {.number = 1}, two = {.work = refuse}, three = {.number = 3},
                four = {.number = 4};
    frame_seal = cannot_seal;
    task_hold(writer, &one, &gate);
    task_put(writer, &two);
    task_put(writer, &three);
    atomic_store(&gate, true);
    task_wait(&three);
    ck_assert_text(frame_told(), "savepoint savepoint rewind savepoint seal undone");
    ck_assert_int_eq(one.fail, FAIL_UNAVAILABLE);
    ck_assert_text(one.why.text, "the seal broke");
    ck_assert_int_eq(two.fail, FAIL_UNAVAILABLE); /* it may have rested on what was undone */
    ck_assert_int_eq(three.fail, FAIL_UNAVAILABLE);
    frame_seal = NULL;
    ck_assert_int_eq(task_do(writer, &four), FAIL_NONE);
    ck_assert_text(frame_told(), "savepoint seal committed");
    ck_assert_int_eq(notes_count(stores), 1);
}
END_TEST

static atomic_size_t sealed;

static void count_seals(const char *step)
{
    sealed += step[0] == 's' && step[1] == 'e';
}

/* Puts `count` changes behind a gate; those from `bad` on fail. */
static void many_at_once(struct writer *writer, struct task *tasks, size_t count, size_t bad,
                         void (*step)(const char *step))
{
    atomic_bool gate;
    frame_step = step;
    for (size_t i = 0; i < count; i++) {
        tasks[i] = (struct task){.number = (int64_t)i, .work = i < bad ? NULL : refuse};
        if (i == 0)
            task_hold(writer, &tasks[i], &gate);
        else
            task_put(writer, &tasks[i]);
    }
    atomic_store(&gate, true);
    for (size_t i = 0; i < count; i++)
        task_wait(&tasks[i]);
}

START_TEST(many_changes_share_a_transaction_up_to_a_limit)
{
    static struct task tasks[600];
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    many_at_once(writer, tasks, COUNT(tasks), COUNT(tasks), count_seals);
    ck_assert_uint_eq(sealed, 3); /* 256, 256, 88 */
}
END_TEST

static atomic_size_t refused, refused_at_seal;

static void count_refusals(const char *step)
{
    refused += step[0] == 'r';
    if (step[0] == 's' && step[1] == 'e')
        refused_at_seal = refused;
}

START_TEST(those_that_fail_do_not_hold_up_those_that_stand)
{
    static struct task tasks[600];
    scoped(stores_scoped) struct stores *stores = desk_open();
    scoped(writer_scoped) struct writer *writer = desk_writer(stores);
    many_at_once(writer, tasks, COUNT(tasks), 1, count_refusals);
    ck_assert_int_eq(tasks[0].fail, FAIL_NONE);
    ck_assert_uint_eq(refused, 599);
    ck_assert_uint_eq(refused_at_seal, 255);
}
END_TEST

SPECIFICATION("store/frame", a_change_that_stands, a_change_that_fails_alone,
              a_change_that_fails_among_others, a_change_that_comes_too_late_is_not_heard_of,
              what_the_seal_writes_is_part_of_the_transaction,
              a_seal_that_breaks_fails_every_change_and_the_next_one_works,
              many_changes_share_a_transaction_up_to_a_limit,
              those_that_fail_do_not_hold_up_those_that_stand)
