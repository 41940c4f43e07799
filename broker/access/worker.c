#include "access/worker.h"

#include "access/task.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"
#include "store/jobs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* STOP_WITHIN_MS: how long writes in hand may take to be answered when the process is to end.
   REST: so many times as long as a look at the jobs took is left to others, up to REST_MOST_MS. */
enum { JOBS_AT_ONCE = 500, BUCKETS = 256, STOP_WITHIN_MS = 5000, REST = 19, REST_MOST_MS = 50 };

struct worker {
    struct access *access;
    pthread_t thread;
    bool started;
    struct task *tasks, **last_task;
    struct task *jobs[BUCKETS]; /* the tasks that are jobs, by their subject */
    struct holds *holds;
    int64_t rests_until;   /* in moment_ticks_ms: jobs are not looked for before */
    atomic_bool will_look; /* at the jobs, whatever comes */
    pthread_mutex_t mutex; /* over what other threads hand in */
    struct inquiry *first, **last;
    bool stopping;
    int64_t stop_by; /* in moment_ticks_ms; 0: not stopping yet */
};

static struct task **bucket_of(struct worker *worker, const char *subject)
{
    unsigned hash = 2166136261u;
    for (; *subject; subject++)
        hash = (hash ^ (unsigned char)*subject) * 16777619u;
    return &worker->jobs[hash % BUCKETS];
}

static void take_out(struct worker *worker, struct task *task)
{
    struct task **at = bucket_of(worker, task->subject);
    while (*at && *at != task)
        at = &(*at)->similar;
    if (*at)
        *at = task->similar;
}

/* Takes tasks that are over out of the list; a job that got on is not held back any more. */
static void clear_over(struct worker *worker)
{
    worker->last_task = &worker->tasks;
    while (*worker->last_task) {
        struct task *task = *worker->last_task;
        if (!task->over || task->waits) {
            worker->last_task = &task->next;
            continue;
        }
        *worker->last_task = task->next;
        take_out(worker, task);
        if (task->kind && task->hold_ms < 0)
            holds_drop(worker->holds, task->kind, task->subject);
        if (task->inquiry)
            task->inquiry->done(task->inquiry->data);
        task_free(task);
    }
}

static struct task *begin(struct worker *worker, const struct job_kind *kind, const char *subject,
                          struct inquiry *inquiry)
{
    struct task *task = task_new(worker->access, worker->holds, kind, subject, inquiry);
    *worker->last_task = task; /* in order: what ends access was read first */
    worker->last_task = &task->next;
    if (kind) {
        struct task **bucket = bucket_of(worker, subject);
        task->similar = *bucket;
        *bucket = task;
    }
    return task;
}

static bool is_in_hand(struct worker *worker, const struct job_kind *kind, const char *subject)
{
    for (const struct task *task = *bucket_of(worker, subject); task; task = task->similar)
        if (task->kind == kind && strcmp(task->subject, subject) == 0)
            return true;
    return false;
}

/* Begins the jobs that are due; answers when the next one is, in epoch milliseconds. */
static int64_t begin_due(struct worker *worker)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct store *store = NULL;
    struct stored_job *jobs = NULL;
    size_t count = 0;
    struct reason why = {0};
    int64_t now_ms = moment_now_ms(), next = INT64_MAX;
    enum fail fail = stores_borrow(worker->access->stores, &store, &why);
    if (!fail)
        fail = store_jobs_due(store, now_ms / 1000, JOBS_AT_ONCE, arena, &count, &jobs, &why);
    if (!fail)
        fail = store_job_next(store, now_ms / 1000, &next, &why);
    stores_return(worker->access->stores, store);
    if (fail) {
        log_line(LOG_ERROR, "job.unreadable", "{s:s}", "why", why.text);
        return now_ms + 5000;
    }
    next = next == INT64_MAX ? next : next * 1000;
    for (size_t i = 0; i < count; i++) {
        const struct job_kind *kind = job_kind_find(jobs[i].kind);
        if (!kind || is_in_hand(worker, kind, jobs[i].subject))
            continue;
        if (holds_until(worker->holds, kind, jobs[i].subject) <= now_ms)
            (void)begin(worker, kind, jobs[i].subject, NULL);
    }
    return next;
}

static void lose(struct inquiry *inquiry)
{
    inquiry->lost = true;
    inquiry->done(inquiry->data);
}

/* Every change may bring a job: with a long backlog the worker would do nothing but read it. */
static int64_t look_for_jobs(struct worker *worker)
{
    int64_t began = moment_ticks_ms();
    if (began < worker->rests_until)
        return moment_now_ms() + worker->rests_until - began;
    /* What is committed from here on may be missed by this look. */
    (void)atomic_exchange(&worker->will_look, false);
    int64_t next = begin_due(worker);
    int64_t ended = moment_ticks_ms();
    int64_t rest = REST * (ended - began);
    worker->rests_until = ended + (rest < REST_MOST_MS ? rest : REST_MOST_MS);
    return next;
}

static bool take_inbox(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    struct inquiry *inquiry = worker->first;
    worker->first = NULL;
    worker->last = &worker->first;
    bool stopping = worker->stopping;
    pthread_mutex_unlock(&worker->mutex);
    while (inquiry) {
        struct inquiry *next = inquiry->next;
        if (stopping)
            lose(inquiry);
        else
            (void)begin(worker, NULL, "", inquiry);
        inquiry = next;
    }
    return stopping;
}

static void run_tasks(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        task_run(task);
}

/* At the end, writes in hand get a moment to be answered; everything else is done again at the next
 * start. */
static int64_t wind_up(struct worker *worker)
{
    bool writing = false;
    if (!worker->stop_by)
        worker->stop_by = moment_ticks_ms() + STOP_WITHIN_MS;
    for (const struct task *task = worker->tasks; task; task = task->next)
        writing |= task->leaving;
    if (!writing || moment_ticks_ms() >= worker->stop_by)
        loop_stop(worker->access->loop);
    return moment_now_ms() + 100;
}

static int64_t next_waiting(const struct worker *worker)
{
    int64_t next = INT64_MAX;
    for (const struct task *task = worker->tasks; task; task = task->next)
        next = task_waits_until(task) < next ? task_waits_until(task) : next;
    return next;
}

static int64_t work(void *context)
{
    struct worker *worker = context;
    bool stopping = take_inbox(worker);
    run_tasks(worker);
    clear_over(worker);
    if (stopping)
        return wind_up(worker);
    int64_t due = look_for_jobs(worker);
    run_tasks(worker);
    clear_over(worker);
    int64_t held = holds_next(worker->holds), paced = directory_work(worker->access->directory);
    int64_t next = due < held ? due : held, waiting = next_waiting(worker);
    next = waiting < next ? waiting : next;
    return next < paced ? next : paced;
}

static void *run(void *context)
{
    struct worker *worker = context;
    (void)pthread_setname_np(pthread_self(), "worker"); /* as ps -L shows it */
    loop_run(worker->access->loop, work, worker);
    clear_over(worker); /* what was answered while the loop ended */
    /* Nothing else is answered any more: who still waits must not wait for ever. */
    for (struct task *task = worker->tasks; task; task = task->next) {
        if (task->inquiry)
            lose(task->inquiry);
        task->inquiry = NULL;
    }
    return NULL;
}

struct worker *worker_new(struct access *access)
{
    struct worker *worker = MEMORY_NEW(struct worker);
    worker->access = access;
    worker->holds = holds_new();
    worker->last = &worker->first;
    worker->last_task = &worker->tasks;
    (void)pthread_mutex_init(&worker->mutex, NULL);
    return worker;
}

enum fail worker_start(struct worker *worker, struct reason *why)
{
    if (pthread_create(&worker->thread, NULL, run, worker) != 0)
        return because(why, FAIL_UNAVAILABLE, "no thread for the worker");
    worker->started = true;
    return FAIL_NONE;
}

void worker_wake(struct worker *worker)
{
    if (!atomic_exchange(&worker->will_look, true))
        loop_wake(worker->access->loop);
}

void worker_inquire(struct worker *worker, struct inquiry *inquiry)
{
    inquiry->next = NULL;
    pthread_mutex_lock(&worker->mutex);
    bool stopping = worker->stopping;
    if (!stopping) {
        *worker->last = inquiry;
        worker->last = &inquiry->next;
    }
    pthread_mutex_unlock(&worker->mutex);
    if (stopping)
        lose(inquiry);
    else
        loop_wake(worker->access->loop);
}

void worker_stop(struct worker *worker)
{
    if (!worker->started)
        return;
    pthread_mutex_lock(&worker->mutex);
    worker->stopping = true;
    pthread_mutex_unlock(&worker->mutex);
    loop_wake(worker->access->loop);
    (void)pthread_join(worker->thread, NULL);
    worker->started = false;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    worker_stop(worker);
    while (worker->tasks) {
        struct task *task = worker->tasks;
        worker->tasks = task->next;
        task_free(task);
    }
    holds_free(worker->holds);
    (void)pthread_mutex_destroy(&worker->mutex);
    free(worker);
}
