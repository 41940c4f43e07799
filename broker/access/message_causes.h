/* What the watch has to say in a message. */
#pragma once

#include "model/ids.h"
#include "store/store.h"

#include <jansson.h>

/* One fact of a template; NULL is "". */
void message_set(json_t *facts, const char *name, const char *text);
/* A moment as people read it in a message: "2026-01-15 10:00". */
const char *message_minute(struct arena *arena, int64_t moment);
/* What is wrong now. FAIL_NOT_FOUND when it is well again: nothing is to be said any more. */
enum fail message_add_doubt(struct store *store, const char *id, struct arena *arena, json_t *facts,
                            struct reason *why);
/* What the watch took it away for, if it did. */
enum fail message_add_cause(struct store *store, const struct grant_id *grant, struct arena *arena,
                            json_t *facts, struct reason *why);
