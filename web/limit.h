/* How often somebody may call: token buckets in a table of fixed size, so that a flood cannot make
 * it grow. Any thread. */
#pragma once

#include "base/scoped.h"

#include <stdbool.h>
#include <stdint.h>

struct limit; /* opaque */

struct limit *limit_new(void);
void limit_free(struct limit *limit);
SCOPED(limit)

/* Takes one token of the bucket that `what` has for this address (IPv6: for its /64), which holds
   `burst` and is filled with `per_second`. False when it is empty: then `*wait_seconds` says how
   long to stay away. */
bool limit_take(struct limit *limit, char what, const uint8_t address[16], double per_second,
                double burst, int64_t now_ticks_ms, int64_t *wait_seconds);
