/* A thread that sleeps until the next paused call may go on. */
#include "sandbox/http/connection.h"

#include "base/memory.h"
#include "base/moment.h"
#include "sandbox/http/faults.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct pause {
    struct pause *next;
    struct call *call;
    int64_t id, until_ms; /* by the clock that only goes forward; -1: held */
};

struct pauses {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct pause *first;
    int64_t last_id;
    bool ending;
};

/* The effect of a call that was paused before it comes here, not in the thread of its connection:
   that one would find out first whether the caller is gone, and what was sent must happen. */
static void resume_all(struct pause *first, bool locked)
{
    while (first) {
        struct pause *pause = first;
        first = pause->next;
        call_act(pause->call, locked);
        MHD_resume_connection(pause->call->connection);
        free(pause);
    }
}

/* Takes those out whose time has come; `*next_ms` is when the next one's comes, or -1. */
static struct pause *take_due(struct pauses *pauses, int64_t now_ms, int64_t *next_ms)
{
    struct pause *due = NULL;
    *next_ms = -1;
    for (struct pause **at = &pauses->first; *at;) {
        struct pause *pause = *at;
        bool held = pause->until_ms < 0;
        if (!held && pause->until_ms <= now_ms) {
            *at = pause->next;
            pause->next = due;
            due = pause;
            continue;
        }
        if (!held && (*next_ms < 0 || pause->until_ms < *next_ms))
            *next_ms = pause->until_ms;
        at = &pause->next;
    }
    return due;
}

static void sleep_until(struct pauses *pauses, int64_t until_ms)
{
    struct timespec at = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    if (until_ms < 0)
        (void)pthread_cond_wait(&pauses->changed, &pauses->lock);
    else
        (void)pthread_cond_clockwait(&pauses->changed, &pauses->lock, CLOCK_MONOTONIC, &at);
}

static void *watch(void *context)
{
    struct pauses *pauses = context;
    pthread_mutex_lock(&pauses->lock);
    while (!pauses->ending) {
        int64_t next_ms;
        struct pause *due = take_due(pauses, moment_ticks_ms(), &next_ms);
        if (due) { /* without the lock: whoever releases calls holds the sandbox's, and wants this
                    */
            pthread_mutex_unlock(&pauses->lock);
            resume_all(due, false);
            pthread_mutex_lock(&pauses->lock);
        } else {
            sleep_until(pauses, next_ms);
        }
    }
    pthread_mutex_unlock(&pauses->lock);
    return NULL;
}

struct pauses *pauses_new(void)
{
    struct pauses *pauses = MEMORY_NEW(struct pauses);
    (void)pthread_mutex_init(&pauses->lock, NULL);
    (void)pthread_cond_init(&pauses->changed, NULL);
    (void)memory_needed(pthread_create(&pauses->thread, NULL, watch, pauses) == 0 ? pauses : NULL);
    return pauses;
}

void pauses_end(struct pauses *pauses)
{
    pthread_mutex_lock(&pauses->lock);
    bool first_time = !pauses->ending;
    pauses->ending = true;
    struct pause *all = take(pauses->first);
    pthread_cond_signal(&pauses->changed);
    pthread_mutex_unlock(&pauses->lock);
    for (struct pause *pause = all; pause; pause = pause->next)
        pause->call->dropped = true;
    resume_all(all, false);
    if (first_time)
        (void)pthread_join(pauses->thread, NULL);
}

void pauses_free(struct pauses *pauses)
{
    pauses_end(pauses);
    (void)pthread_mutex_destroy(&pauses->lock);
    (void)pthread_cond_destroy(&pauses->changed);
    free(pauses);
}

void pauses_add(struct pauses *pauses, struct call *call, int64_t milliseconds)
{
    pthread_mutex_lock(&pauses->lock);
    if (pauses->ending) {
        call->dropped = true;
    } else {
        struct pause *pause = MEMORY_NEW(struct pause);
        MHD_suspend_connection(call->connection);
        pause->call = call;
        pause->id = ++pauses->last_id;
        pause->until_ms = milliseconds < 0 ? -1 : moment_ticks_ms() + milliseconds;
        pause->next = pauses->first;
        pauses->first = pause;
        pthread_cond_signal(&pauses->changed);
    }
    pthread_mutex_unlock(&pauses->lock);
}

json_t *pauses_held(struct pauses *pauses)
{
    json_t *list = memory_needed(json_array());
    pthread_mutex_lock(&pauses->lock);
    for (const struct pause *pause = pauses->first; pause; pause = pause->next) {
        const struct exchange *exchange = pause->call->exchange;
        if (pause->until_ms >= 0)
            continue;
        (void)json_array_insert_new(
            list, 0,
            json_pack("{s:I, s:s, s:s, s:s, s:s}", "id", (json_int_t)pause->id, "method",
                      exchange->method, "path", exchange->path, "when",
                      exchange->fault->when == BEFORE_EFFECT ? "before" : "after", "request_id",
                      exchange->request_id));
    }
    pthread_mutex_unlock(&pauses->lock);
    return list;
}

int pauses_release(struct pauses *pauses, int64_t id, bool drop)
{
    int released = 0;
    struct pause *all = NULL;
    pthread_mutex_lock(&pauses->lock);
    for (struct pause **at = &pauses->first; *at;) {
        struct pause *pause = *at;
        if (pause->until_ms >= 0 || (id && pause->id != id)) {
            at = &pause->next;
            continue;
        }
        *at = pause->next;
        pause->next = all;
        pause->call->dropped = drop;
        all = pause;
        released++;
    }
    pthread_mutex_unlock(&pauses->lock);
    resume_all(all, true);
    return released;
}
