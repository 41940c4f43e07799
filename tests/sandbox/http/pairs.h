/* Names with values, in the order they came: query, headers, forms; and how URLs write them. */
#pragma once

#include "base/arena.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>

struct pair {
    const char *name, *value;
};

struct pairs {
    struct arena *arena;
    size_t count;
    struct pair *list;
};

/* Both are copied. */
void pairs_add(struct pairs *pairs, const char *name, const char *value);
/* The first value of that name, NULL when there is none. */
const char *pairs_get(const struct pairs *pairs, const char *name);
/* The same for headers, whose names have no letter case. */
const char *pairs_get_header(const struct pairs *pairs, const char *name);
/* Adds what `encoded` holds (application/x-www-form-urlencoded); false when it is malformed
   or not UTF-8. */
bool pairs_read(struct pairs *pairs, const char *encoded);
/* An object; a name that comes twice has a list of its values. New reference. */
json_t *pairs_json(const struct pairs *pairs);

/* NULL when an escape is malformed or stands for NUL; `plus` says that + is a space. */
char *percent_decode(struct arena *arena, const char *text, size_t length, bool plus);
/* Everything but the unreserved characters of RFC 3986 is escaped. */
void percent_encode(struct text *text, const char *value);
