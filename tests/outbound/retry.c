/* Goal: a service that asks to be left alone is, for as long as it asks; nonsense is not obeyed. */
#include "outbound/retry.h"
#include "support/spec.h"

/* Sun, 06 Nov 1994 08:49:37 GMT */
static const int64_t then = 784111777;

START_TEST(retry_after_is_read_in_all_its_forms) /* S66 */
{
    static const struct {
        const char *value;
        int64_t ms;
    } cases[] = {
        {"120", 120000},
        {"0", 0},
        {"1", 1000},
        {"00007", 7000},
        {"2.128", 2128},
        {"2.1281", 2129}, /* never less than what was asked */
        {"2.1280", 2128},
        {"0.5", 500},
        {"0.05", 50},
        {"0.0001", 1},
        {"3600", 3600000},
        {"3601", 3600000},
        {"1000000000", 3600000},
        {"99999999999999999999999999", 3600000},
        {"3599.9999999999999999999999", 3600000},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:47 GMT", 10000},
        {"Sun, 06 Nov 1994 08:00:00 GMT", 0},
        {"Sun, 06 Nov 1994 23:59:59 GMT", 3600000},
        {"Fri, 31 Dec 9999 23:59:59 GMT", 3600000},
        {"Mon, 01 Jan 0001 00:00:00 GMT", 0},
        {NULL, RETRY_ABSENT},
        {"", RETRY_ABSENT},
        {"-1", RETRY_ABSENT},
        {"+1", RETRY_ABSENT},
        {"soon", RETRY_ABSENT},
        {"1e3", RETRY_ABSENT},
        {"0x10", RETRY_ABSENT},
        {"1,5", RETRY_ABSENT},
        {"1.", RETRY_ABSENT},
        {".5", RETRY_ABSENT},
        {"1.5.1", RETRY_ABSENT},
        {"120 s", RETRY_ABSENT},
        {"120, 60", RETRY_ABSENT},
        {"NaN", RETRY_ABSENT},
        {"Sunday, 06-Nov-94 08:49:37 GMT", RETRY_ABSENT},
        {"Sun, 06 Nov 1994 08:49:37", RETRY_ABSENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(retry_after_ms(cases[i].value, then) == cases[i].ms, "%s: %lld",
                      cases[i].value, (long long)retry_after_ms(cases[i].value, then));
}
END_TEST

START_TEST(waits_double_with_jitter_up_to_a_minute)
{
    static const int64_t lows[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
    for (unsigned i = 0; i < sizeof lows / sizeof *lows; i++) {
        ck_assert_int_eq(retry_backoff_ms(i + 1, 0), lows[i]);
        int64_t most = retry_backoff_ms(i + 1, UINT32_MAX);
        ck_assert_int_ge(most, 2 * lows[i] - 1);
        ck_assert_int_lt(most, 2 * lows[i]);
    }
    ck_assert_int_eq(retry_backoff_ms(0, 0), 1000);
    ck_assert_int_eq(retry_backoff_ms(UINT32_MAX, 0), 30000);
}
END_TEST

SPECIFICATION("outbound/retry", retry_after_is_read_in_all_its_forms,
              waits_double_with_jitter_up_to_a_minute)
