#include "access/holds.h"

#include "base/memory.h"
#include "base/moment.h"
#include "outbound/retry.h"
#include "store/jobs.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORGOTTEN_MS = 10 * 60 * 1000 };

struct hold {
    struct hold *next;
    const struct job_kind *kind;
    char subject[STORED_SUBJECT];
    unsigned tries;
    int64_t since_ms, until_ms;
};

struct holds {
    struct hold *first;
    int64_t watch_free_ms;
};

int64_t *holds_watch_free(struct holds *holds)
{
    return &holds->watch_free_ms;
}

struct holds *holds_new(void)
{
    return MEMORY_NEW(struct holds);
}

void holds_free(struct holds *holds)
{
    if (!holds)
        return;
    while (holds->first) {
        struct hold *hold = holds->first;
        holds->first = hold->next;
        free(hold);
    }
    free(holds);
}

static struct hold *find(const struct holds *holds, const struct job_kind *kind,
                         const char *subject)
{
    for (struct hold *hold = holds->first; hold; hold = hold->next)
        if (hold->kind == kind && strcmp(hold->subject, subject) == 0)
            return hold;
    return NULL;
}

/* A clock that was set back must not hold back the end of anybody's access by so much. */
static bool is_void(const struct hold *hold, int64_t now_ms)
{
    return now_ms < hold->since_ms;
}

int64_t holds_until(const struct holds *holds, const struct job_kind *kind, const char *subject)
{
    const struct hold *hold = find(holds, kind, subject);
    return hold && !is_void(hold, moment_now_ms()) ? hold->until_ms : 0;
}

int64_t holds_put(struct holds *holds, const struct job_kind *kind, const char *subject, int64_t ms)
{
    struct hold *hold = find(holds, kind, subject);
    if (!hold) {
        hold = MEMORY_NEW(struct hold);
        hold->kind = kind;
        (void)snprintf(hold->subject, sizeof hold->subject, "%s", subject);
        hold->next = holds->first;
        holds->first = hold;
    }
    hold->tries++;
    int64_t own = retry_backoff_ms(hold->tries, randombytes_random());
    hold->since_ms = moment_now_ms();
    hold->until_ms = hold->since_ms + (ms ? ms : own);
    return hold->until_ms;
}

void holds_drop(struct holds *holds, const struct job_kind *kind, const char *subject)
{
    for (struct hold **at = &holds->first; *at; at = &(*at)->next) {
        struct hold *hold = *at;
        if (hold->kind != kind || strcmp(hold->subject, subject) != 0)
            continue;
        *at = hold->next;
        free(hold);
        return;
    }
}

int64_t holds_next(struct holds *holds)
{
    int64_t now_ms = moment_now_ms(), next = INT64_MAX;
    for (struct hold **at = &holds->first; *at;) {
        struct hold *hold = *at;
        if (hold->until_ms < now_ms - FORGOTTEN_MS || is_void(hold, now_ms)) {
            next = is_void(hold, now_ms) ? now_ms : next;
            *at = hold->next;
            free(hold);
            continue;
        }
        if (hold->until_ms > now_ms && hold->until_ms < next)
            next = hold->until_ms;
        at = &hold->next;
    }
    return next;
}
