/* JSON in the one form that is hashed (security.md 4.2): sorted members named [a-z0-9_]+, no white
 * space, whole numbers below 2^53, well-formed text without controls other than \n and \t. */
#pragma once

#include "audit/slice.h"
#include "base/text.h"

enum { CANONICAL_DEPTH = 15 }; /* JSON_DEPTH without the level of the record itself */

/* Adds the text as a JSON string, NULL as null. False, with part of it added, when it is outside
   the profile. */
bool canonical_add(struct text *json, const char *string);

/* Each reads one value that stands at the start of `rest` in canonical form, and moves past it;
   false, with `rest` near the mistake, when there is something else.
   A string without its quotes, escapes as they stand; or null, which is a slice of nothing. */
bool canonical_text(struct slice *rest, struct slice *text);
/* Not negative. */
bool canonical_number(struct slice *rest, int64_t *number);
/* Any value, at most CANONICAL_DEPTH levels deep. */
bool canonical_value(struct slice *rest, struct slice *value);
