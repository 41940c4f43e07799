/* Facts from the directory, kept in memory as long as they may be believed (contract 12), each
   asked for once however many wait for it. */
#pragma once

#include "directory/directory.h"

#include <stdbool.h>
#include <stdint.h>

struct facts; /* opaque */

/* How old facts may be before they are read again, in milliseconds. */
enum {
    FACT_FRESH = 0,
    FACT_LOG = 15 * 1000, /* five calls in ten seconds for all logs and reports together */
    FACT_MINUTE = 60 * 1000,
    FACT_TEN_MINUTES = 10 * 60 * 1000, /* Conditional Access (design 5.1) */
};

/* Who waits for an answer: `answered` is called on the loop's thread. */
struct waiter {
    void (*answered)(void *context);
    void *context;
};

struct facts *facts_new(struct directory *directory);
/* The same from elsewhere than the directory: `answer` gives each fact at once, the caller's then.
 */
struct facts *facts_given(struct fact *(*answer)(const void *given,
                                                 const struct question *question),
                          const void *given);
void facts_free(struct facts *facts);
SCOPED(facts)

/* Any thread: the fact, shared with the caller, when it is known and was read at or after
 * `since_ms`; NULL otherwise. */
struct fact *facts_peek(struct facts *facts, const struct question *question, int64_t since_ms);
/* Loop's thread: the same, and also a fact that is not known when nobody answered since `began_ms`.
   Otherwise NULL: the directory is asked, and the waiter is told. */
struct fact *facts_ask(struct facts *facts, const struct question *question, int64_t since_ms,
                       int64_t began_ms, const struct waiter *waiter);
/* What is known of this is not true any more: we just changed it. */
void facts_forget(struct facts *facts, const struct question *question);
/* Loop's thread: lets go of what is older than `before_ms`. */
void facts_sweep(struct facts *facts, int64_t before_ms);
