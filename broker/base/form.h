/* Strict reading of objects that people write: every mistake is collected, with its place and what
 * would be right. */
#pragma once

#include "base/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COMPLAINTS = 24, FORM_MEMBERS = 32 };

struct complaint {
    const char *field; /* as `rules[0].limits.longest` */
    const char *says;
};

/* At most COMPLAINTS are kept; `count` goes on. */
struct complaints {
    struct arena *arena;
    size_t count;
    struct complaint list[COMPLAINTS];
};

void complain(struct complaints *complaints, const char *field, const char *format, ...)
    PRINTF(3, 4);
size_t complaints_kept(const struct complaints *complaints);
/* All of them in one line: `duration: PT9H is longer than PT4H; …`. */
const char *complaints_text(const struct complaints *complaints);

/* An object being read; members that nobody asked for are complaints at form_end. */
struct form {
    const json_t *object;
    const char *at; /* its own place, "" at the top */
    struct complaints *complaints;
    size_t asked_count;
    const char *asked[FORM_MEMBERS];
};

enum need { OPTIONAL, REQUIRED };

/* Complains when `value` is no object; reading goes on and finds nothing. */
struct form form_open(const json_t *value, const char *at, struct complaints *complaints);
void form_end(struct form *form);
/* The place of a member, for complaints of one's own. */
const char *form_place(const struct form *form, const char *name);
/* Complains about a member of this form. */
void form_complain(struct form *form, const char *name, const char *format, ...) PRINTF(3, 4);
bool form_has(struct form *form, const char *name);

/* Each answers NULL, or `fallback`, when the member is absent or wrong; null counts as absent. */
const json_t *form_value(struct form *form, const char *name, enum need need);
const json_t *form_object(struct form *form, const char *name, enum need need);
const json_t *form_list(struct form *form, const char *name, enum need need, size_t most);
/* UTF-8 of 1 to `most` bytes. */
const char *form_text(struct form *form, const char *name, enum need need, size_t most);
const char *form_guid(struct form *form, const char *name, enum need need);
bool form_flag(struct form *form, const char *name, bool fallback);
int64_t form_number(struct form *form, const char *name, int64_t least, int64_t most,
                    int64_t fallback);
/* An ISO 8601 duration between `least` and `most` seconds. */
int64_t form_span(struct form *form, const char *name, int64_t least, int64_t most,
                  int64_t fallback);
int64_t form_moment(struct form *form, const char *name, int64_t fallback);
/* The index of the text among `choices`, or `fallback`. */
int form_choice(struct form *form, const char *name, size_t count, const char *const choices[],
                int fallback);
/* Texts of 1 to `most_bytes` bytes, none twice; the count is 0 when the member is absent. */
size_t form_texts(struct form *form, const char *name, enum need need, size_t most,
                  size_t most_bytes, const char ***ret);
