/* The thread through which everything leaves: it sleeps until there is work, an answer or a due
 * moment. */
#pragma once

#include "outbound/call.h"

#include <stdint.h>

struct loop; /* opaque */

/* `authorities` is a PEM file of the certificate authorities that peers must be vouched for by;
   NULL: those of the system. */
struct loop *loop_new(const char *authorities);
/* After loop_run has returned; calls still in hand are answered first. */
void loop_free(struct loop *loop);
SCOPED(loop)

/* Stays on the calling thread until loop_stop. `work` is called at the start, after every
   loop_wake, when the wall clock reads the epoch milliseconds it returned last (MOMENT_NEVER: only
   when woken), and when somebody sets that clock. Calls in hand at the end are cancelled, and
   answered NOT_SENT or UNKNOWN before this returns. */
void loop_run(struct loop *loop, int64_t (*work)(void *context), void *context);

/* From any thread. Several wakes may become one call of `work`. */
void loop_wake(struct loop *loop);
/* From any thread; for good. */
void loop_stop(struct loop *loop);

/* On the loop's thread only. `done` is called there exactly once, never before this returns. After
   loop_stop every call is answered NOT_SENT: whoever then repeats it keeps the loop from ending. */
void loop_call(struct loop *loop, const struct call *call,
               void (*done)(void *context, const struct answer *answer), void *context);
