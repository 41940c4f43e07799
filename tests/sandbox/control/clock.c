/* The clock that Curfew and the stand-in share: the file that CURFEW_TEST_CLOCK names. */
#include "sandbox/control/control.h"

#include "base/moment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FOLLOW_MS = 5000 };

static const int64_t furthest = 100LL * 366 * 86400; /* a hundred years either way */

static const char *clock_file(void)
{
    return getenv("CURFEW_TEST_CLOCK");
}

/* What this process adds to the real clock. */
static int64_t offset_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t real_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    int64_t offset_ms = moment_now_ms() - real_ms;
    return (offset_ms + (offset_ms < 0 ? -500 : 500)) / 1000;
}

static void answer_clock(struct exchange *exchange)
{
    char at[25];
    moment_text_ms(moment_now_ms(), at);
    answer_json(exchange, 200,
                json_pack("{s:s, s:I, s:b}", "now", at, "offset", (json_int_t)offset_now(),
                          "settable", clock_file() != NULL));
}

void control_clock(struct sandbox *sandbox, struct exchange *exchange)
{
    (void)sandbox;
    answer_clock(exchange);
}

/* In one step, so that nobody reads half a number. */
static bool write_offset(const char *path, int64_t offset)
{
    char unfinished[4200];
    (void)snprintf(unfinished, sizeof unfinished, "%s.new", path);
    FILE *file = fopen(unfinished, "we");
    if (!file)
        return false;
    bool fine = fprintf(file, "%lld\n", (long long)offset) > 0;
    return fclose(file) == 0 && fine && rename(unfinished, path) == 0;
}

/* The clock follows its file from a thread of its own; the answer waits for it. */
static bool follow(int64_t offset)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int64_t end = moment_ticks_ms() + FOLLOW_MS; moment_ticks_ms() < end;) {
        if (offset_now() == offset)
            return true;
        (void)nanosleep(&moment, NULL);
    }
    return false;
}

void control_clock_set(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    const char *path = clock_file();
    json_auto_t *body = control_body(exchange);
    (void)sandbox;
    if (!body)
        return;
    struct form form = form_open(body, "", &complaints);
    bool absolute = form_has(&form, "offset"), relative = form_has(&form, "advance");
    int64_t offset = form_number(&form, "offset", -furthest, furthest, 0);
    int64_t advance = form_span(&form, "advance", 1, furthest, 0);
    form_end(&form);
    if (absolute == relative)
        complain(&complaints, "advance", "or offset must be there, and not both");
    if (control_complained(exchange, &complaints))
        return;
    if (!path) {
        control_error(exchange, 409,
                      "the clock cannot be set: start curfew-sandbox (and curfew-test) with "
                      "CURFEW_TEST_CLOCK naming a file");
        return;
    }
    if (relative)
        offset = offset_now() + advance;
    if (!write_offset(path, offset))
        control_error(
            exchange, 500,
            arena_text(exchange->arena, "%s cannot be written: %s", path, strerror(errno)));
    else if (!follow(offset))
        control_error(exchange, 500, "the clock did not follow its file");
    else
        answer_clock(exchange);
}
