/* Reading what Graph answers: members that nobody asked for are fine, and one that was asked for
   and has a wrong type spoils the whole. Pure. */
#pragma once

#include "base/arena.h"
#include "model/facts.h"

#include <jansson.h>

/* An object being read; its texts are copied into the arena. */
struct entry {
    const json_t *object;
    struct arena *arena;
    enum fail fail; /* the first of all */
    struct reason *why;
};

/* Spoilt from the start when `value` is no object. */
struct entry entry_open(const json_t *value, struct arena *arena, struct reason *why);
/* NULL when absent, null or spoilt. */
const char *entry_text(struct entry *entry, const char *name);
/* Never absent: "" when spoilt. */
const char *entry_needed_text(struct entry *entry, const char *name);
/* Needed, and a GUID; lower-case. */
const char *entry_guid(struct entry *entry, const char *name);
/* Whether the needed text is this one, in any letter case. */
bool entry_is(struct entry *entry, const char *name, const char *text);
/* Absent and null are TRI_UNKNOWN. */
enum tri entry_flag(struct entry *entry, const char *name);
bool entry_needed_flag(struct entry *entry, const char *name);
/* `fallback` when absent or null. Decimals are cut off. */
int64_t entry_moment(struct entry *entry, const char *name, int64_t fallback);
/* Needed; what json_array_foreach goes over, even when spoilt. */
const json_t *entry_list(struct entry *entry, const char *name);
/* Whether a value is absent, null, empty, or made of such; annotations do not count. */
bool entry_says_nothing(const json_t *value);
/* The entry is not what it should be. */
void entry_spoil(struct entry *entry, const char *format, ...) PRINTF(2, 3);
