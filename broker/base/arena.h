/* Memory of one request or one job: taken in pieces, freed at once. Never for secrets. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"

#include <stddef.h>

struct arena; /* opaque; used by one thread at a time */

struct arena *arena_new(void);
void arena_free(struct arena *arena);
SCOPED(arena)

/* Zeroed and aligned for any type; lives as long as the arena. */
void *arena_take(struct arena *arena, size_t count, size_t size);
char *arena_copy(struct arena *arena, const char *text);
char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t length);
char *arena_text(struct arena *arena, const char *format, ...) PRINTF(2, 3);
/* `list` of `count` elements with room for one more; it doubles as it grows, and may move. */
void *arena_more(struct arena *arena, void *list, size_t count, size_t size);
/* Everything taken so far is gone; the memory is kept for the next use. */
void arena_reset(struct arena *arena);

#define ARENA_NEW(arena, type)          ((type *)arena_take((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_take((arena), (count), sizeof(type)))
#define ARENA_MORE(arena, list, count)                                                             \
    ((__typeof__(list))arena_more((arena), (list), (count), sizeof *(list)))
