#include "outbound/throttle.h"

#include "outbound/retry.h"

#include <limits.h>

enum {
    PROBE_MS = 30 * 1000, /* longer than a call lasts, so that its answer comes first */
    RISK_PACE_MS = 1100, /* one request a second for the whole tenant, by its clock (contract 12) */
};

static int64_t later(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

bool throttle_take(struct throttle *throttle, enum service service, int64_t now_ms,
                   int64_t *free_at_ms)
{
    struct throttled *state = &throttle->services[service];
    int64_t free_at =
        later(later(state->rest_until_ms, state->pace_until_ms), state->probe_until_ms);
    if (now_ms < free_at) {
        *free_at_ms = free_at;
        return false;
    }
    if (service == SERVICE_RISK)
        state->pace_until_ms = now_ms + RISK_PACE_MS;
    if (state->failures >= THROTTLE_FAILURES)
        state->probe_until_ms = now_ms + PROBE_MS;
    return true;
}

static int64_t pause_after(unsigned failures, const struct answer *answer, uint32_t chance)
{
    bool throttled =
        answer->outcome == OUTCOME_ANSWERED && (answer->status == 429 || answer->status == 503);
    int64_t pause = 0;
    if (failures >= THROTTLE_FAILURES)
        pause = retry_backoff_ms(failures - THROTTLE_FAILURES + 1, chance);
    if (answer->retry_after_ms > 0)
        return later(pause, answer->retry_after_ms);
    return throttled ? later(pause, retry_backoff_ms(failures, chance)) : pause;
}

void throttle_learn(struct throttle *throttle, enum service service, const struct answer *answer,
                    uint32_t chance, int64_t now_ms)
{
    struct throttled *state = &throttle->services[service];
    bool failed =
        answer->outcome != OUTCOME_ANSWERED || answer->status == 429 || answer->status >= 500;
    state->probe_until_ms = 0;
    if (!failed) {
        state->failures = 0;
        return;
    }
    if (state->failures < UINT_MAX)
        state->failures++;
    int64_t pause = pause_after(state->failures, answer, chance);
    state->rest_until_ms = later(state->rest_until_ms, now_ms + pause);
}
