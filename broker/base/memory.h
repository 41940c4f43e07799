/* Memory that is there: running out of it ends the process (broker/README.md says why). */
#pragma once

#include <stddef.h>

/* Zeroed memory, freed with free(). */
void *memory_new(size_t count, size_t size);
/* `old` with room for `size` bytes; its place may change. */
void *memory_grow(void *old, size_t size);
/* A copy of a string, freed with free(); NULL stays NULL. */
char *memory_copy(const char *text);
/* Ends the process when a library answered NULL for want of memory; otherwise its argument. */
void *memory_needed(void *memory);

#define MEMORY_NEW(type) ((type *)memory_new(1, sizeof(type)))
