/* Jobs that are due but must wait: in memory only, because after a restart they may be tried at
 * once. */
#pragma once

#include "access/jobs.h"

struct holds; /* opaque; the worker's thread */

struct holds *holds_new(void);
void holds_free(struct holds *holds);

/* Until when the job is held back, in epoch milliseconds; 0 when it is not. */
int64_t holds_until(const struct holds *holds, const struct job_kind *kind, const char *subject);
/* Holds it back for `ms`, or for our own measure, which grows with each try (0); answers until
 * when.
 */
int64_t holds_put(struct holds *holds, const struct job_kind *kind, const char *subject,
                  int64_t ms);
/* It got on: the next hold begins with the shortest measure again. */
void holds_drop(struct holds *holds, const struct job_kind *kind, const char *subject);
/* The first moment at which a job may be tried again, INT64_MAX when none waits; forgets those that
 * nobody came back for. */
int64_t holds_next(struct holds *holds);
/* When another target may be read, in epoch milliseconds (drift.c). */
int64_t *holds_watch_free(struct holds *holds);
