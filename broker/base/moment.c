#include "base/moment.h"

#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t moment_now_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t moment_now(void)
{
    return moment_now_ms() / 1000;
}

int64_t moment_ticks_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void moment_watch(void (*wake)(void *context), void *context)
{
    /* The kernel wakes sleepers of CLOCK_REALTIME itself when that clock is set. */
    (void)wake;
    (void)context;
}
