/* The worker: the thread of everything that leaves the machine. It runs jobs, which are durable and
   done again until they are done, and inquiries, which somebody waits for and which are not (design
   1).

   A step is plain code that runs from its start each time: it reads the store, asks for the facts
   it needs, and when some are missing answers PACE_WAIT and is run again once they came. What was
   asked before is then in memory. */
#pragma once

#include "access/access.h"

struct worker; /* opaque */
struct task;   /* one job or inquiry in hand */

enum pace {
    PACE_WAIT, /* for facts, a change or a write that was begun: nothing else to do now */
    PACE_OVER, /* done, or to be looked at again when the job is due */
};

/* How jobs rank among those that are due: what ends access before what begins it (I-24). */
enum rank {
    RANK_END = 0,
    RANK_WATCH = 1,
    RANK_REQUEST = 2,
    RANK_START = 3,
    RANK_MESSAGE = 4,
    RANK_HOUSE = 5
};

struct worker *worker_new(struct access *access);
void worker_free(struct worker *worker);
SCOPED(worker)
enum fail worker_start(struct worker *worker, struct reason *why);
/* Lets calls in hand be answered, then ends the thread. */
void worker_stop(struct worker *worker);
/* Jobs may have changed: any thread. */
void worker_wake(struct worker *worker);

/* An inquiry: `step` runs on the worker's thread until it answers PACE_OVER; then `done` is told
   there. It dies with the process. */
struct inquiry {
    enum pace (*step)(struct task *task, void *data);
    void (*done)(void *data);
    void *data;
    const struct access *access; /* of whoever asks: it is found out under the same policy */
    bool lost; /* the worker ended first: nothing is to be done with what was found out */
    struct inquiry *next; /* the worker's */
};
/* From any thread. When the worker is stopping, the inquiry is lost, and `done` is told all the
 * same.
 */
void worker_inquire(struct worker *worker, struct inquiry *inquiry);
/* Without a worker: runs it on this thread, on the loop where facts come from the directory, for
   `most_ms` at the longest; false: it is not done by then. For commands that only look. */
bool inquire_here(struct access *access, struct inquiry *inquiry, int64_t most_ms);

/* What a step may use. */
/* Its own, with the policy that was in force when it began. */
struct access *task_access(struct task *task);
struct arena *task_arena(const struct task *task);
const char *task_subject(const struct task *task);
/* Whether its step runs for the first time: nothing was asked yet. */
bool task_is_new(const struct task *task);
/* When this task began, in epoch milliseconds. */
int64_t task_began_ms(const struct task *task);
/* A connection for reading, given back when the step ends; NULL when the store does not open. */
struct store *task_store(struct task *task);
/* The policy that a request was submitted under and is judged by, for as long as the task; NULL
   when it cannot be had now. */
const struct policy *task_policy_of(struct task *task, const char *version);

/* The fact, read at most `age_ms` ago; NULL: it was asked for, answer PACE_WAIT when all facts of
   this step were asked. One that nobody answers comes back as not known. Valid until the step ends.
 */
const struct fact *task_fact(struct task *task, const struct question *question, int64_t age_ms);

/* When another target may be read, in epoch milliseconds: one moment for all tasks (drift.c). */
int64_t *task_watch_free(struct task *task);

/* Hands a change to the writer as Curfew's own; the job is over with it, and looked at again when
 * it is due. */
enum pace task_change(struct task *task,
                      enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                      void *data);
/* The same, and then goes on on the worker's thread. */
enum pace task_change_then(struct task *task,
                           enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                           void *data,
                           enum pace (*then)(struct task *task, void *data, enum fail fail));
/* The same in the name of a person who waits for it. */
enum pace task_change_by(struct task *task, const struct person_key *person,
                         enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                         void *data,
                         enum pace (*then)(struct task *task, void *data, enum fail fail));
/* Why the change was not made, for whoever goes on after it. */
const struct reason *task_why(const struct task *task);
/* Sends what an intent holds, which must be committed, and goes on with its outcome; with a
   person's `token` (borrowed until then), or Curfew's own (NULL). */
enum pace task_write(struct task *task, const struct secret *token, const struct write *write,
                     const char *correlation,
                     enum pace (*then)(struct task *task, void *data,
                                       const struct written *written),
                     void *data);
/* The same for anything else that answers on the loop's thread: begun, and then what to do next. */
void task_begins(struct task *task);
void task_goes_on(struct task *task, enum pace pace);
/* Not now: the job is looked at again after so many milliseconds, later each time (0: our own
 * measure). */
enum pace task_hold(struct task *task, int64_t ms);

/* The step is run again after so many milliseconds: for inquiries, while somebody waits. */
enum pace task_wait(struct task *task, int64_t ms);

/* The kinds of jobs; subjects are ids. */
extern const char *const job_request,
    *const job_grant, *const job_message,
                          *const job_house, *const job_watch, *const job_alarm,
                                                                  *const job_person,
                                                                      *const job_recheck,
                                                                          *const job_sign_out,
                                                                              *const job_tell,
                                                                                  *const job_review;
/* Has a job done at `due_at`; inside a change. */
enum fail turn_job(struct turn *turn, const char *kind, const char *subject, enum rank rank,
                   int64_t due_at, struct reason *why);
