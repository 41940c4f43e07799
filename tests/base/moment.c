/* Goal: moments and spans are read and written as RFC 3339 and ISO 8601 say, and nothing else
 * passes. */
#include "base/moment.h"
#include "support/spec.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

START_TEST(moments_go_there_and_back)
{
    static const char *const texts[] = {"1970-01-01T00:00:00Z", "2026-02-28T23:59:59Z",
                                        "2024-02-29T12:00:00Z", "0001-01-01T00:00:00Z",
                                        "9999-12-31T23:59:59Z", "0999-03-01T01:02:03Z"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t moment;
        char text[21];
        ck_assert(moment_read(texts[i], &moment));
        moment_text(moment, text);
        ck_assert_text(text, texts[i]);
    }
    char ms[25];
    moment_text_ms(1768471200123, ms);
    ck_assert_text(ms, "2026-01-15T10:00:00.123Z");
}
END_TEST

START_TEST(graph_times_with_up_to_seven_decimals_are_read)
{
    int64_t whole, with;
    ck_assert(moment_read("2022-04-11T11:50:03Z", &whole));
    ck_assert(moment_read("2022-04-11T11:50:03.9014347Z", &with));
    ck_assert_int_eq(whole, with);
    ck_assert(moment_read("2022-04-11T13:50:03+02:00", &with));
    ck_assert_int_eq(whole, with);
}
END_TEST

START_TEST(wrong_moments_are_refused)
{
    static const char *const wrong[] = {"",
                                        "2026-01-15",
                                        "2026-02-29T00:00:00Z",
                                        "2026-13-01T00:00:00Z",
                                        "2026-01-15T24:00:00Z",
                                        "2026-01-15T10:60:00Z",
                                        "2026-01-15T10:00:00",
                                        "2026-01-15T10:00:00.Z",
                                        "2026-01-15T10:00:00.1234567890Z",
                                        "2026-01-15 10:00:00Z",
                                        "2026-01-15T10:00:00Zx",
                                        "2026-1-15T10:00:00Z",
                                        "2026-01-15T10:00:00+2:00",
                                        "x",
                                        "0000-01-01T00:00:00Z"};
    int64_t moment = 42;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!moment_read(wrong[i], &moment), "%s", wrong[i]);
    ck_assert_int_eq(moment, 42);
}
END_TEST

START_TEST(http_dates_are_read)
{
    int64_t moment;
    ck_assert(moment_read_http("Sun, 06 Nov 1994 08:49:37 GMT", &moment));
    ck_assert_int_eq(moment, 784111777);
    ck_assert(!moment_read_http("Sunday, 06-Nov-94 08:49:37 GMT", &moment));
    ck_assert(!moment_read_http("Sun, 06 Nov 1994 08:49:37 GMT, x", &moment));
    ck_assert(!moment_read_http("120", &moment));
}
END_TEST

START_TEST(spans_go_there_and_back)
{
    static const struct {
        const char *text;
        int64_t seconds;
        const char *back;
    } spans[] = {{"PT2H", 7200, "PT2H"},        {"P1DT12H", 129600, "P1DT12H"},
                 {"PT90M", 5400, "PT1H30M"},    {"PT0S", 0, "PT0S"},
                 {"P1D", 86400, "P1D"},         {"PT24H", 86400, "P1D"},
                 {"PT1H1M1S", 3661, "PT1H1M1S"}};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        int64_t seconds;
        char text[32];
        ck_assert_msg(span_read(spans[i].text, &seconds), "%s", spans[i].text);
        ck_assert_int_eq(seconds, spans[i].seconds);
        span_text(seconds, text);
        ck_assert_text(text, spans[i].back);
    }
}
END_TEST

START_TEST(spans_that_graph_refuses_are_refused)
{
    static const char *const wrong[] = {
        "",       "P",     "PT",    "2 hours",       "P6M",    "P1Y",  "P1W",
        "PT1.5H", "-PT1H", "PT-1H", "PT1H2H",        "PT1M1H", "1H",   "P1H",
        "PT1D",   "P1DT",  "PT1",   "PT9999999999H", "PTH",    "pt1h", "PTT1H"};
    int64_t seconds = 42;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!span_read(wrong[i], &seconds), "%s", wrong[i]);
    ck_assert_int_eq(seconds, 42);
}
END_TEST

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;

static void wake_up(void *context)
{
    (void)context;
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
}

START_TEST(sleepers_wake_when_the_test_clock_is_moved)
{
    const char *path = spec_file("clock", "0\n");
    setenv("CURFEW_TEST_CLOCK", path, 1);
    moment_watch(wake_up, NULL);
    int64_t until = moment_now() + 3600;
    if (fork() == 0) {
        usleep(50000);
        FILE *file = fopen(path, "we");
        (void)fprintf(file, "4000\n");
        (void)fclose(file);
        _exit(0);
    }
    pthread_mutex_lock(&lock);
    while (moment_now() < until)
        (void)pthread_cond_wait(&wake, &lock);
    pthread_mutex_unlock(&lock);
    ck_assert_int_ge(moment_now(), until);
}
END_TEST

SPECIFICATION("base/moment", moments_go_there_and_back,
              graph_times_with_up_to_seven_decimals_are_read, wrong_moments_are_refused,
              http_dates_are_read, spans_go_there_and_back, spans_that_graph_refuses_are_refused,
              sleepers_wake_when_the_test_clock_is_moved)
