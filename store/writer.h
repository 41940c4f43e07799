/* The writer: the one thread through which every change goes, in order. It commits as many waiting
   changes as there are in one transaction, each inside a savepoint, and answers each when it is on
   disk. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct writer; /* opaque */

/* One change, owned by whoever hands it in, until `done` was called. */
struct change {
    /* Runs on the writer's thread inside a savepoint; a fail undoes this change alone. */
    enum fail (*apply)(struct change *change, struct store *store, struct reason *why);
    /* Runs on the writer's thread when the transaction is over, in the order of the changes; must
       be quick. When COMMIT failed, every change of it failed, whatever `apply` answered. */
    void (*done)(struct change *change, enum fail fail, const struct reason *why);
    int64_t deadline; /* in moment_ticks_ms: dropped as FAIL_UNAVAILABLE when it was not applied by
                         then; 0: none */
    struct change *next;
};

/* What stands around the changes of a transaction: the audit tree (access/ledger.h). */
struct writer_frame {
    void *context;
    void (*savepoint)(void *context); /* before each change */
    void (*rewind)(void *context);    /* the change since the last savepoint is undone */
    enum fail (*seal)(void *context, struct store *store, struct reason *why); /* before COMMIT */
    void (*committed)(void *context);
    void (*undone)(void *context); /* the whole transaction is */
    void (*lost)(void *context);   /* the disk cannot be trusted: end the process soon */
};

enum fail writer_start(struct stores *stores, const struct writer_frame *frame, struct writer **ret,
                       struct reason *why);
/* Takes changes from any thread. After writer_stop began, `done` is called at once with
 * FAIL_UNAVAILABLE. */
void writer_put(struct writer *writer, struct change *change);
/* Applies what waits, then ends the thread. */
void writer_stop(struct writer *writer);
void writer_free(struct writer *writer);
SCOPED(writer)
