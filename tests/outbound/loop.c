/* Goal: the loop works when there is work, when a moment comes and when an answer comes, and sleeps
 * otherwise; what is in hand at its end is answered. */
#include "outbound/loop.h"
#include "base/moment.h"
#include "outbound/caller.h"
#include "outbound/server.h"
#include "support/spec.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct day {
    struct loop *loop;
    int worked, stop_after;
    int64_t due_ms;
    const char *clock;
};

static int64_t work(void *context)
{
    struct day *day = context;
    if (++day->worked >= day->stop_after)
        loop_stop(day->loop);
    return day->due_ms;
}

static void *wake_a_little_later(void *loop)
{
    usleep(50000);
    loop_wake(loop);
    return NULL;
}

START_TEST(work_is_called_at_the_start_and_after_a_wake)
{
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    struct day day = {.loop = loop, .stop_after = 2, .due_ms = MOMENT_NEVER};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, wake_a_little_later, loop), 0);
    loop_run(loop, work, &day);
    ck_assert_int_eq(day.worked, 2);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

START_TEST(a_wake_before_the_start_is_not_lost)
{
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    struct day day = {.loop = loop, .stop_after = 1, .due_ms = MOMENT_NEVER};
    loop_wake(loop);
    loop_run(loop, work, &day);
    ck_assert_int_eq(day.worked, 1);
}
END_TEST

START_TEST(work_is_called_when_its_moment_comes_and_not_before)
{
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    struct day day = {.loop = loop, .stop_after = 2, .due_ms = moment_now_ms() + 2000};
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    loop_run(loop, work, &day);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    ck_assert_int_eq(day.worked, 2);
    ck_assert_int_ge(moment_now_ms(), day.due_ms);
    ck_assert_int_le(moment_now_ms(), day.due_ms + 2000);
    int64_t spent =
        (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
    ck_assert_int_lt(spent, 100); /* it slept */
}
END_TEST

static void *move_the_clock(void *path)
{
    usleep(50000);
    FILE *file = fopen(path, "we");
    (void)fprintf(file, "4000\n");
    (void)fclose(file);
    return NULL;
}

START_TEST(a_clock_that_is_moved_wakes_the_loop)
{
    const char *path = spec_file("clock", "0\n");
    setenv("CURFEW_TEST_CLOCK", path, 1);
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    struct day day = {.loop = loop, .stop_after = 2, .due_ms = moment_now_ms() + 3600 * 1000};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, move_the_clock, (void *)path), 0);
    loop_run(loop, work, &day);
    ck_assert_int_ge(moment_now_ms(), day.due_ms);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

START_TEST(a_clock_that_is_moved_after_a_loop_was_freed_wakes_nobody)
{
    const char *path = spec_file("clock", "0\n");
    setenv("CURFEW_TEST_CLOCK", path, 1);
    scoped(loop_scoped) struct loop *first = loop_new(NULL), *last = loop_new(NULL);
    loop_free(loop_new(NULL));
    loop_free(take(first));
    struct day day = {.loop = last, .stop_after = 2, .due_ms = moment_now_ms() + 3600 * 1000};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, move_the_clock, (void *)path), 0);
    loop_run(last, work, &day);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* The wall clock of the machine. */

static int clock_was_set = -1;

/* This program stands in for the kernel: setting the clock is not for tests. */
int timerfd_create(clockid_t clock, int flags)
{
    ck_assert_int_eq(clock, CLOCK_REALTIME);
    ck_assert_int_ne(flags & TFD_NONBLOCK, 0);
    clock_was_set = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return clock_was_set;
}

int timerfd_settime(int timer, int flags, const struct itimerspec *new, struct itimerspec *old)
{
    (void)old;
    ck_assert_int_eq(timer, clock_was_set);
    ck_assert_int_eq(flags, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
    ck_assert_int_gt(new->it_value.tv_sec, moment_now() + 86400);
    return 0;
}

static void *set_the_clock(void *context)
{
    (void)context;
    uint64_t one = 1;
    usleep(50000);
    ck_assert_int_eq(write(clock_was_set, &one, sizeof one), sizeof one);
    return NULL;
}

START_TEST(work_is_called_when_the_wall_clock_is_set)
{
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    struct day day = {.loop = loop, .stop_after = 2, .due_ms = moment_now_ms() + 3600 * 1000};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, set_the_clock, NULL), 0);
    loop_run(loop, work, &day);
    ck_assert_int_eq(day.worked, 2);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* The end. */

static void read_and_say_nothing(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    (void)connection_read(connection, &request);
    loop_stop(connection->context);
    connection_pause(connection, 30000);
}

struct ending {
    struct loop *loop;
    struct call call;
    int calls, again, answers[3];
};

static void ended(void *context, const struct answer *answer)
{
    struct ending *ending = context;
    ending->answers[answer->outcome]++;
    ck_assert_text(answer->reason.text, "stopping");
    if (ending->again-- > 0)
        loop_call(ending->loop, &ending->call, ended, ending);
}

static int64_t make_calls(void *context)
{
    struct ending *ending = context;
    for (int i = 0; i < ending->calls; i++)
        loop_call(ending->loop, &ending->call, ended, ending);
    return MOMENT_NEVER;
}

START_TEST(calls_in_hand_at_the_end_are_answered_as_unknown)
{
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    scoped(server_scoped) struct server *server = server_new(read_and_say_nothing, loop);
    struct ending ending = {.loop = loop, .call = plain_write(server_url(server, "/")), .calls = 1};
    loop_run(loop, make_calls, &ending);
    ck_assert_int_eq(ending.answers[OUTCOME_UNKNOWN], 1);
    ck_assert_int_eq(ending.answers[OUTCOME_NOT_SENT], 0);
}
END_TEST

START_TEST(calls_after_the_end_are_answered_as_not_sent)
{
    scoped(loop_scoped) struct loop *loop = loop_new(NULL);
    scoped(server_scoped) struct server *server = server_new(read_and_say_nothing, loop);
    struct ending ending = {
        .loop = loop, .call = plain_write(server_url(server, "/")), .calls = 1, .again = 2};
    loop_run(loop, make_calls, &ending);
    ck_assert_int_eq(ending.answers[OUTCOME_UNKNOWN], 1);
    ck_assert_int_eq(ending.answers[OUTCOME_NOT_SENT], 2);
}
END_TEST

START_TEST(a_loop_that_never_ran_answers_when_it_is_freed)
{
    struct loop *loop = loop_new(NULL);
    struct ending ending = {
        .loop = loop, .call = plain_get("http://127.0.0.1:1/"), .calls = 3, .again = 1};
    (void)make_calls(&ending);
    ck_assert_int_eq(ending.answers[OUTCOME_NOT_SENT], 0); /* never before loop_call returns */
    loop_free(loop);
    ck_assert_int_eq(ending.answers[OUTCOME_NOT_SENT], 4);
}
END_TEST

SPECIFICATION(
    "outbound/loop", work_is_called_at_the_start_and_after_a_wake,
    a_wake_before_the_start_is_not_lost, work_is_called_when_its_moment_comes_and_not_before,
    a_clock_that_is_moved_wakes_the_loop, a_clock_that_is_moved_after_a_loop_was_freed_wakes_nobody,
    work_is_called_when_the_wall_clock_is_set, calls_in_hand_at_the_end_are_answered_as_unknown,
    calls_after_the_end_are_answered_as_not_sent, a_loop_that_never_ran_answers_when_it_is_freed)
