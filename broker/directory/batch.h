/* Several reads in one call, POST /$batch, and their answers taken apart again (contract 12). Pure:
   bytes in, bytes out. */
#pragma once

#include "base/arena.h"
#include "directory/internal.h"

enum { BATCH_MOST = 20 };

/* The part of an errand's address that a batch takes; NULL when it cannot be in one. */
const char *batch_path(const struct directory *directory, const struct errand *errand);

/* The body; freed with free(). */
char *batch_write(const struct directory *directory, size_t count,
                  const struct errand *const errands[]);

/* The answer to each of so many, in the order in which they were asked: what holds it lives in the
   arena, or is `whole`'s. One that is not there, or there twice, is OUTCOME_UNKNOWN. False when the
   whole is no answer to a batch. */
bool batch_read(const struct answer *whole, size_t count, struct arena *arena,
                struct answer answers[]);
