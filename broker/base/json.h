/* Reading and writing JSON with jansson, strictly and within limits. */
#pragma once

#include "base/arena.h"
#include "base/fail.h"

#include <jansson.h>
#include <stddef.h>

enum { JSON_DEPTH = 16 };

/* One JSON text of at most `length` bytes: no repeated member, no more than JSON_DEPTH levels,
   nothing behind it. FAIL_INVALID says line, column and what is wrong; `*line` (may be NULL) is the
   line alone. */
enum fail json_read(const char *text, size_t length, json_t **ret, int *line, struct reason *why);
/* The canonical form: sorted members, no white space (security.md 4.2). Freed with free(). */
char *json_canonical(const json_t *json);
/* Compact, members as they were set. Freed with free(). */
char *json_compact(const json_t *json);
/* The line of `text` (from 1) where the value at `path` begins, written as complaints write it:
   `rules[0].limits.longest`; the nearest value around it when there is none. */
int json_line_of(const char *text, const char *path);

/* The same with every text tame (text_tame): itself, where all are, or a copy; to be given back. */
json_t *json_tame(const json_t *json);

/* A moment as RFC 3339 has it, in UTC; null where it is negative: there is none. */
json_t *json_moment(int64_t moment);
/* A span of seconds as ISO 8601 has it. */
json_t *json_span(int64_t seconds);

/* A string member, NULL when absent or something else. */
const char *json_member_text(const json_t *object, const char *name);
/* `fallback` when absent or not an integer. */
int64_t json_member_number(const json_t *object, const char *name, int64_t fallback);
