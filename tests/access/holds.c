/* Goal: a job that cannot get on is tried again later each time, and begins afresh once it got on.
 */
#include "access/holds.h"
#include "support/spec.h"

#include "base/moment.h"

START_TEST(each_try_waits_longer_and_getting_on_begins_afresh)
{
    struct holds *holds = holds_new();
    const struct job_kind *kind = job_kind_find("grant");
    int64_t longest = 0;
    ck_assert_int_eq(holds_until(holds, kind, "one"), 0);
    ck_assert_int_eq(holds_next(holds), INT64_MAX);
    for (int i = 0; i < 12; i++) {
        int64_t wait = holds_put(holds, kind, "one", 0) - moment_now_ms();
        ck_assert_int_ge(wait, -5);
        longest = wait > longest ? wait : longest;
    }
    ck_assert_int_ge(longest, 5 * 1000);
    ck_assert_int_le(longest, 10 * 60 * 1000);
    holds_drop(holds, kind, "one");
    ck_assert_int_eq(holds_until(holds, kind, "one"), 0);
    ck_assert_int_lt(holds_put(holds, kind, "one", 0) - moment_now_ms(), 5000);
    holds_free(holds);
}
END_TEST

START_TEST(a_wait_that_is_named_is_kept_and_the_first_is_next)
{
    struct holds *holds = holds_new();
    const struct job_kind *grant = job_kind_find("grant"), *message = job_kind_find("message");
    int64_t later = holds_put(holds, grant, "one", 60000),
            sooner = holds_put(holds, message, "one", 30000);
    ck_assert_int_eq(holds_until(holds, grant, "one"), later);
    ck_assert_int_eq(holds_until(holds, message, "one"), sooner); /* kinds are apart */
    ck_assert_int_eq(holds_until(holds, grant, "two"), 0);
    ck_assert_int_eq(holds_next(holds), sooner);
    holds_drop(holds, message, "one");
    ck_assert_int_eq(holds_next(holds), later);
    holds_free(holds);
    holds_free(NULL);
}
END_TEST

START_TEST(a_clock_that_is_set_back_holds_nothing_back)
{
    const char *clock = spec_file("clock", "7200");
    ck_assert_int_eq(setenv("CURFEW_TEST_CLOCK", clock, 1), 0);
    struct holds *holds = holds_new();
    const struct job_kind *kind = job_kind_find("grant");
    int64_t before = moment_now_ms();
    ck_assert_int_gt(holds_put(holds, kind, "one", 60000), before);
    (void)spec_file("clock", "0");
    int64_t now = moment_now_ms();
    while (now > before - 3600 * 1000) /* until it is noticed */
        now = moment_now_ms();
    ck_assert_int_le(holds_until(holds, kind, "one"), now);
    ck_assert_int_le(holds_next(holds), moment_now_ms());
    holds_free(holds);
}
END_TEST

SPECIFICATION("access/holds", a_clock_that_is_set_back_holds_nothing_back,
              each_try_waits_longer_and_getting_on_begins_afresh,
              a_wait_that_is_named_is_kept_and_the_first_is_next)
