/* Text that grows up to a limit its maker names, and the small questions asked of text. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Grows by itself; past `limit` nothing more is added and `cut` is set: ask before using it. */
struct text {
    char *data; /* ends in NUL once something was added */
    size_t length, capacity, limit;
    bool cut;
};

#define TEXT_LIMIT(bytes)                                                                          \
    (struct text)                                                                                  \
    {                                                                                              \
        .limit = (bytes)                                                                           \
    }

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_add_char(struct text *text, char one);
void text_addf(struct text *text, const char *format, ...) PRINTF(2, 3);
/* Room for `length` more bytes at the end, to be written by the caller, who then raises `length`;
   NULL when that is over the limit. */
char *text_room(struct text *text, size_t length);
/* What was written, or "" when nothing was. */
const char *text_of(const struct text *text);
void text_clear(struct text *text);
void text_scoped(struct text *text);

bool text_equals(const char *one, const char *other);               /* NULL equals only NULL */
bool text_equals_ignoring_case(const char *one, const char *other); /* ASCII letters only */
bool text_starts_with(const char *text, const char *start);
bool text_is_empty(const char *text); /* NULL, "" or nothing but white space */
/* Well-formed UTF-8 (RFC 3629). */
bool text_is_utf8(const char *bytes, size_t length);
/* Characters (code points) of well-formed UTF-8. */
size_t text_characters(const char *utf8);
/* The first character that must not stand in what people type: C0 and C1 controls apart from
   newline and tab, and the characters that turn the direction of writing. 0 when there is none. */
uint32_t text_forbidden_character(const char *utf8);
/* Makes text from outside fit for a record: bytes that are not UTF-8 and forbidden characters
 * become `?`. */
void text_tame(char *text);
/* A GUID in any letter case, written lower-case into `guid`; false when it is none. */
bool text_read_guid(const char *text, char guid[37]);
/* Decimal digits only, no sign, at most `highest`. */
bool text_read_number(const char *text, int64_t highest, int64_t *number);
