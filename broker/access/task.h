/* One job or inquiry in hand: what worker.c, which keeps all of them, and task.c, which runs one,
   share. Steps use worker.h. */
#pragma once

#include "access/holds.h"
#include "access/jobs.h"
#include "access/worker.h"
#include "store/jobs.h"

struct task {
    struct task *next;    /* among all tasks; the worker's, as is the next one */
    struct task *similar; /* in its bucket */
    struct access access; /* its own: with one policy from its first step to its last */
    struct holds *holds;
    struct arena *arena;
    const struct job_kind *kind; /* NULL: an inquiry */
    char subject[STORED_SUBJECT];
    struct inquiry *inquiry;
    int64_t began_ms;
    int waits; /* for so many answers */
    bool ran;  /* its step, once at least */
    bool over;
    bool leaving; /* something of it is on its way out of the machine */
    struct store *store;
    struct fact **facts; /* shared for this step */
    size_t fact_count;
    struct policy **policies; /* earlier ones that it judges by: shared to its end */
    size_t policy_count;
    int64_t hold_ms;  /* -1: none */
    int64_t again_ms; /* its step waits for time to pass, and is not run before */
    /* What goes on when the change or the write is answered; `changed` is set last, by the writer's
     * thread. */
    struct act act;
    enum fail fail;
    struct reason why;
    atomic_bool changed;
    void *data;
    enum pace (*then_changed)(struct task *task, void *data, enum fail fail);
    enum pace (*then_written)(struct task *task, void *data, const struct written *written);
};

/* A job, or with `kind` NULL an inquiry; borrows what it is made with. */
struct task *task_new(struct access *access, struct holds *holds, const struct job_kind *kind,
                      const char *subject, struct inquiry *inquiry);
void task_free(struct task *task);
/* Takes the next step, unless it waits for answers or for time to pass, or is over. */
void task_run(struct task *task);
/* In epoch milliseconds; INT64_MAX when it does not wait for time to pass. */
int64_t task_waits_until(const struct task *task);
