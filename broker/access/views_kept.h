/* Answers that were composed, kept for as long as nothing at all is committed and the clock shows
   the same second, because some of what they say goes by it. Any thread. */
#pragma once

#include "access/access.h"
#include "access/caller.h"
#include "model/ids.h"

struct views; /* opaque */

struct views *views_new(const struct access *access);
void views_free(struct views *views);
SCOPED(views)

/* The request as JSON, for this caller, when it was kept in this second and the store is as it was
   then; NULL when it must be composed afresh. */
const char *views_again(struct views *views, const struct request_id *id,
                        const struct caller *caller, int64_t now, struct arena *arena,
                        size_t *length);
/* Keeps what was composed for this caller, from `now` on, from what `store`, which was borrowed,
   holds. */
void views_keep(struct views *views, const struct store *store, const struct request_id *id,
                const struct caller *caller, int64_t now, const char *json, size_t length);
