#include "access/task.h"

#include "access/in_force.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"

#include <stdio.h>
#include <stdlib.h>

struct access *task_access(struct task *task)
{
    return &task->access;
}

struct arena *task_arena(const struct task *task)
{
    return task->arena;
}

const char *task_subject(const struct task *task)
{
    return task->subject;
}

bool task_is_new(const struct task *task)
{
    return !task->ran;
}

int64_t task_began_ms(const struct task *task)
{
    return task->began_ms;
}

struct store *task_store(struct task *task)
{
    struct reason why = {0};
    if (!task->store && stores_borrow(task_access(task)->stores, &task->store, &why) != FAIL_NONE)
        log_line(LOG_ERROR, "store.unreadable", "{s:s}", "why", why.text);
    return task->store;
}

const struct policy *task_policy_of(struct task *task, const char *version)
{
    struct reason why = {0};
    struct store *store = task_store(task);
    struct policy *policy =
        store ? access_policy_of(task_access(task), store, version, &why) : NULL;
    if (!policy) {
        log_line(LOG_ERROR, "policy.unreadable", "{s:s, s:s}", "policy", version, "why", why.text);
        return NULL;
    }
    task->policies = ARENA_MORE(task->arena, task->policies, task->policy_count);
    task->policies[task->policy_count++] = policy;
    return policy;
}

int64_t *task_watch_free(struct task *task)
{
    return holds_watch_free(task->holds);
}

static void answered(void *context)
{
    struct task *task = context;
    task->waits--;
    loop_wake(task_access(task)->loop);
}

const struct fact *task_fact(struct task *task, const struct question *question, int64_t age_ms)
{
    const struct waiter waiter = {.answered = answered, .context = task};
    int64_t since = age_ms ? moment_now_ms() - age_ms : task->began_ms;
    struct fact *fact =
        facts_ask(task_access(task)->facts, question, since, task->began_ms, &waiter);
    if (!fact) {
        task->waits++;
        return NULL;
    }
    task->facts = ARENA_MORE(task->arena, task->facts, task->fact_count);
    task->facts[task->fact_count++] = fact;
    return fact;
}

/* On the writer's thread. */
static void change_done(void *context, enum fail fail, const struct reason *why)
{
    struct task *task = context;
    struct loop *loop = task->access.loop;
    task->fail = fail;
    task->why = *why;
    atomic_store(&task->changed, true); /* from here on the task may be gone */
    loop_wake(loop);
}

static enum pace put(struct task *task, struct actor actor,
                     enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                     void *data, enum pace (*then)(struct task *task, void *data, enum fail fail))
{
    task->waits++;
    task->data = data;
    task->then_changed = then;
    task->act = (struct act){
        .access = task_access(task),
        .actor = actor,
        .apply = apply,
        .data = data,
        .done = change_done,
        .context = task,
    };
    act_put(&task->act, 0);
    return PACE_WAIT;
}

enum pace task_change_then(struct task *task,
                           enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                           void *data,
                           enum pace (*then)(struct task *task, void *data, enum fail fail))
{
    return put(task, (struct actor){.kind = ACTOR_CURFEW}, apply, data, then);
}

enum pace task_change_by(struct task *task, const struct person_key *person,
                         enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                         void *data,
                         enum pace (*then)(struct task *task, void *data, enum fail fail))
{
    return put(task, (struct actor){.kind = ACTOR_PERSON, .person = *person}, apply, data, then);
}

const struct reason *task_why(const struct task *task)
{
    return &task->why;
}

/* A change that was not made is tried again later; somebody else's quicker one is not worth a word.
 */
static enum pace changed(struct task *task, void *data, enum fail fail)
{
    (void)data;
    if (fail && fail != FAIL_CONFLICT)
        log_line(LOG_WARNING, "job.change_failed", "{s:s, s:s, s:s, s:s}", "job",
                 task->kind ? task->kind->name : "inquiry", "subject", task->subject, "code",
                 fail_code(fail), "why", task->why.text);
    return fail ? task_hold(task, 0) : PACE_OVER;
}

enum pace task_change(struct task *task,
                      enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                      void *data)
{
    return task_change_then(task, apply, data, changed);
}

static void end_step(struct task *task)
{
    for (size_t i = 0; i < task->fact_count; i++)
        fact_free(task->facts[i]);
    task->fact_count = 0;
    task->facts = NULL;
    stores_return(task_access(task)->stores, task->store);
    task->store = NULL;
}

void task_begins(struct task *task)
{
    task->waits++;
    task->leaving = true;
}

void task_goes_on(struct task *task, enum pace pace)
{
    task->waits--;
    task->leaving = false;
    end_step(task);
    task->over = pace == PACE_OVER;
    loop_wake(task_access(task)->loop);
}

static void written(void *context, const struct written *outcome)
{
    struct task *task = context;
    task_goes_on(task, task->then_written(task, task->data, outcome));
}

enum pace task_write(struct task *task, const struct secret *token, const struct write *write,
                     const char *correlation,
                     enum pace (*then)(struct task *task, void *data,
                                       const struct written *outcome),
                     void *data)
{
    task_begins(task);
    task->data = data;
    task->then_written = then;
    directory_write_as(task_access(task)->directory, token, write, correlation, written, task);
    return PACE_WAIT;
}

enum pace task_hold(struct task *task, int64_t ms)
{
    if (task->kind)
        task->hold_ms = holds_put(task->holds, task->kind, task->subject, ms);
    return PACE_OVER;
}

enum pace task_wait(struct task *task, int64_t ms)
{
    task->again_ms = moment_now_ms() + ms;
    return PACE_WAIT;
}

int64_t task_waits_until(const struct task *task)
{
    return task->over || task->waits || !task->again_ms ? INT64_MAX : task->again_ms;
}

static void run_step(struct task *task)
{
    task->again_ms = 0;
    enum pace pace =
        task->kind ? task->kind->step(task) : task->inquiry->step(task, task->inquiry->data);
    task->ran = true;
    end_step(task);
    if (pace == PACE_OVER)
        task->over = true;
}

/* The change was answered: what comes after it, or the end. */
static void go_on(struct task *task)
{
    atomic_store(&task->changed, false);
    task->waits--;
    enum pace pace = task->then_changed(task, task->data, task->fail);
    end_step(task);
    task->over = pace == PACE_OVER;
}

void task_run(struct task *task)
{
    if (task->over)
        return;
    if (atomic_load(&task->changed))
        go_on(task);
    else if (!task->waits && moment_now_ms() >= task->again_ms)
        run_step(task);
}

struct task *task_new(struct access *access, struct holds *holds, const struct job_kind *kind,
                      const char *subject, struct inquiry *inquiry)
{
    struct task *task = MEMORY_NEW(struct task);
    if (inquiry)
        access_join(inquiry->access, &task->access);
    else
        access_begin(access, &task->access);
    task->holds = holds;
    task->arena = arena_new();
    task->kind = kind;
    task->inquiry = inquiry;
    task->began_ms = moment_now_ms();
    task->hold_ms = -1;
    (void)snprintf(task->subject, sizeof task->subject, "%s", subject);
    return task;
}

struct here {
    struct task *task;
    int64_t until_ms;
};

static int64_t work_here(void *context)
{
    struct here *here = context;
    struct access *access = task_access(here->task);
    int64_t now_ms = moment_now_ms(), left_ms = here->until_ms - moment_ticks_ms();
    task_run(here->task);
    int64_t next_ms = directory_work(access->directory);
    if (here->task->over || left_ms <= 0) {
        loop_stop(access->loop);
        return MOMENT_NEVER;
    }
    return now_ms + left_ms < next_ms ? now_ms + left_ms : next_ms;
}

bool inquire_here(struct access *access, struct inquiry *inquiry, int64_t most_ms)
{
    struct task *task = task_new(access, NULL, NULL, "", inquiry);
    struct here here = {.task = task, .until_ms = moment_ticks_ms() + most_ms};
    if (access->loop)
        loop_run(access->loop, work_here, &here);
    else
        task_run(task);
    bool done = task->over;
    if (!done) { /* whatever still waits to be sent is answered before the task is gone */
        directory_free(access->directory);
        access->directory = NULL;
    }
    task_free(task);
    return done;
}

void task_free(struct task *task)
{
    end_step(task);
    for (size_t i = 0; i < task->policy_count; i++)
        policy_free(task->policies[i]);
    access_end(&task->access);
    arena_free(task->arena);
    free(task);
}
