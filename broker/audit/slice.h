/* A piece of somebody else's bytes: borrowed, and not ended by NUL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The largest whole number of a record: what every JSON reader keeps exactly (2^53 - 1). */
#define NUMBER_MOST INT64_C(9007199254740991)

struct slice {
    const char *at; /* NULL: there is none */
    size_t length;
};

/* Of a literal: as an initializer, and as a value. */
#define SLICE_OF(literal)                                                                          \
    {                                                                                              \
        .at = (literal), .length = sizeof(literal) - 1                                             \
    }
#define SLICE(literal) ((struct slice)SLICE_OF(literal))

static inline struct slice slice_of(const char *text)
{
    return (struct slice){.at = text, .length = text ? strlen(text) : 0};
}

bool slice_is(struct slice slice, const char *text);
bool slice_equals(struct slice one, struct slice other);
/* As strcmp, byte by byte; a slice comes after its own beginning. */
int slice_order(struct slice one, struct slice other);
/* Moves past `start`; false, and stays, when something else stands there. */
static inline bool slice_skip(struct slice *rest, struct slice start)
{
    if (rest->length < start.length || memcmp(rest->at, start.at, start.length) != 0)
        return false;
    rest->at += start.length;
    rest->length -= start.length;
    return true;
}

/* Takes what stands before the first `mark`, and the mark; false, and stays, without one. */
bool slice_take(struct slice *rest, char mark, struct slice *piece);
/* Decimal digits without leading zeros, at most NUMBER_MOST. */
bool slice_read_number(struct slice digits, int64_t *number);
/* A copy ended by NUL; false when it does not fit into `room` or holds a NUL itself. */
bool slice_copy(struct slice slice, char *copy, size_t room);
