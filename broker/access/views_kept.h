/* Answers that were composed, kept for as long as nothing at all is committed: pages ask again for
   what did not change. Any thread. */
#pragma once

#include "access/access.h"
#include "access/caller.h"
#include "model/ids.h"

struct views; /* opaque */

struct views *views_new(const struct access *access);
void views_free(struct views *views);
SCOPED(views)

/* The request as JSON, for this caller, when it was kept and the store is as it was then; NULL when
   it must be composed afresh. */
const char *views_again(struct views *views, const struct request_id *id,
                        const struct caller *caller, struct arena *arena, size_t *length);
/* Keeps what was composed for this caller from what `store`, which was borrowed, holds. */
void views_keep(struct views *views, const struct store *store, const struct request_id *id,
                const struct caller *caller, const char *json, size_t length);
