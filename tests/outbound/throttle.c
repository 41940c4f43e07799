/* Goal: services are called no more often than they bear, each on its own account. */
#include "outbound/throttle.h"
#include "outbound/retry.h"
#include "support/spec.h"

static struct answer answered(int status, int64_t retry_after_ms)
{
    return (struct answer){
        .outcome = OUTCOME_ANSWERED, .status = status, .retry_after_ms = retry_after_ms};
}

static const struct answer fine = {.status = 200, .retry_after_ms = RETRY_ABSENT};
static const struct answer lost = {.outcome = OUTCOME_UNKNOWN, .retry_after_ms = RETRY_ABSENT};

static int64_t free_at(struct throttle *throttle, enum service service, int64_t now_ms)
{
    int64_t at = now_ms;
    return throttle_take(throttle, service, now_ms, &at) ? now_ms : at;
}

START_TEST(what_a_service_asks_for_is_kept)
{
    struct throttle throttle = {0};
    struct answer throttled = answered(429, 2128), busy = answered(503, 90000);
    throttle_learn(&throttle, SERVICE_PIM, &throttled, 0, 1000);
    ck_assert_int_eq(free_at(&throttle, SERVICE_PIM, 1000), 3128);
    ck_assert_int_eq(free_at(&throttle, SERVICE_PIM, 3127), 3128);
    ck_assert_int_eq(free_at(&throttle, SERVICE_PIM, 3128), 3128);
    throttle_learn(&throttle, SERVICE_PIM, &busy, 0, 4000);
    ck_assert_int_eq(free_at(&throttle, SERVICE_PIM, 4000), 94000);
}
END_TEST

START_TEST(services_are_throttled_apart)
{
    struct throttle throttle = {0};
    struct answer throttled = answered(429, 60000);
    throttle_learn(&throttle, SERVICE_REPORTS, &throttled, 0, 0);
    for (enum service service = 0; service < SERVICE_COUNT; service++)
        ck_assert_int_eq(free_at(&throttle, service, 5), service == SERVICE_REPORTS ? 60000 : 5);
}
END_TEST

START_TEST(throttling_without_a_time_means_backing_off)
{
    struct throttle throttle = {0};
    static const int64_t asked[] = {RETRY_ABSENT, 0, RETRY_ABSENT};
    static const int64_t waits[] = {1000, 2000, 4000};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct answer throttled = answered(429, asked[i]);
        throttle_learn(&throttle, SERVICE_DIRECTORY, &throttled, 0, 100000);
        ck_assert_int_eq(free_at(&throttle, SERVICE_DIRECTORY, 100000), 100000 + waits[i]);
    }
}
END_TEST

START_TEST(an_answer_to_an_older_call_does_not_lift_the_rest)
{
    struct throttle throttle = {0};
    struct answer throttled = answered(429, 60000);
    throttle_learn(&throttle, SERVICE_DIRECTORY, &throttled, 0, 0);
    throttle_learn(&throttle, SERVICE_DIRECTORY, &fine, 0, 10);
    ck_assert_int_eq(free_at(&throttle, SERVICE_DIRECTORY, 20), 60000);
    struct answer shorter = answered(429, 2000);
    throttle_learn(&throttle, SERVICE_DIRECTORY, &shorter, 0, 30);
    ck_assert_int_eq(free_at(&throttle, SERVICE_DIRECTORY, 40), 60000);
}
END_TEST

START_TEST(a_few_failures_change_nothing)
{
    struct throttle throttle = {0};
    for (int i = 1; i < THROTTLE_FAILURES; i++)
        throttle_learn(&throttle, SERVICE_ARM, &lost, 0, 0);
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, 1), 1);
    throttle_learn(&throttle, SERVICE_ARM, &fine, 0, 1);
    for (int i = 1; i < THROTTLE_FAILURES; i++)
        throttle_learn(&throttle, SERVICE_ARM, &lost, 0, 1);
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, 2), 2);
}
END_TEST

START_TEST(many_failures_open_the_circuit_and_one_call_tries_it)
{
    struct throttle throttle = {0};
    for (int i = 0; i < THROTTLE_FAILURES; i++)
        throttle_learn(&throttle, SERVICE_ARM, &lost, 0, 0);
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, 999), 1000);
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, 1000), 1000); /* the one that tries */
    ck_assert_int_gt(free_at(&throttle, SERVICE_ARM, 1001), 1001);
    throttle_learn(&throttle, SERVICE_ARM, &lost, 0, 1500); /* in vain: twice as long */
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, 1501), 3500);
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, 3500), 3500);
    throttle_learn(&throttle, SERVICE_ARM, &fine, 0, 3600);
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, 3600), 3600);
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, 3600), 3600);
}
END_TEST

START_TEST(a_trial_that_is_never_answered_does_not_block_for_good)
{
    struct throttle throttle = {0};
    for (int i = 0; i < THROTTLE_FAILURES; i++)
        throttle_learn(&throttle, SERVICE_ARM, &lost, 0, 0);
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, 1000), 1000);
    int64_t again = free_at(&throttle, SERVICE_ARM, 1001);
    ck_assert_int_ge(again, 1000 + CALL_TOTAL_MS);
    ck_assert_int_eq(free_at(&throttle, SERVICE_ARM, again), again);
}
END_TEST

START_TEST(refusals_are_answers_and_no_failures)
{
    struct throttle throttle = {0};
    static const int statuses[] = {200, 201, 302, 400, 401, 403, 404, 409};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct answer answer = answered(statuses[i], RETRY_ABSENT);
        throttle_learn(&throttle, SERVICE_PIM, &answer, 0, 0);
    }
    ck_assert_int_eq(free_at(&throttle, SERVICE_PIM, 1), 1);
}
END_TEST

START_TEST(identity_protection_is_asked_once_a_second)
{
    struct throttle throttle = {0};
    ck_assert_int_eq(free_at(&throttle, SERVICE_RISK, 5000), 5000);
    int64_t next = free_at(&throttle, SERVICE_RISK, 5000);
    ck_assert_int_gt(next, 6000); /* a little more, for clocks and ways differ */
    ck_assert_int_lt(next, 6500);
    throttle_learn(&throttle, SERVICE_RISK, &fine, 0, 5100);
    ck_assert_int_eq(free_at(&throttle, SERVICE_RISK, next - 1), next);
    ck_assert_int_eq(free_at(&throttle, SERVICE_RISK, next), next);
}
END_TEST

SPECIFICATION("outbound/throttle", what_a_service_asks_for_is_kept, services_are_throttled_apart,
              throttling_without_a_time_means_backing_off,
              an_answer_to_an_older_call_does_not_lift_the_rest, a_few_failures_change_nothing,
              many_failures_open_the_circuit_and_one_call_tries_it,
              a_trial_that_is_never_answered_does_not_block_for_good,
              refusals_are_answers_and_no_failures, identity_protection_is_asked_once_a_second)
