#include "base/text.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

char *text_room(struct text *text, size_t length)
{
    if (text->cut || length > text->limit || text->length > text->limit - length) {
        text->cut = true;
        return NULL;
    }
    size_t needed = text->length + length + 1;
    if (needed > text->capacity) {
        size_t capacity = text->capacity ? text->capacity * 2 : 256;
        text->capacity = capacity > needed ? capacity : needed;
        text->data = memory_grow(text->data, text->capacity);
    }
    return text->data + text->length;
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
    char *room = text_room(text, length);
    if (!room)
        return;
    if (length)
        memcpy(room, bytes, length);
    room[length] = '\0';
    text->length += length;
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_add_char(struct text *text, char one)
{
    text_add_bytes(text, &one, 1);
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list values, again;
    va_start(values, format);
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    va_end(values);
    char *room = length < 0 ? NULL : text_room(text, (size_t)length);
    if (room) {
        (void)vsnprintf(room, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

const char *text_of(const struct text *text)
{
    return text->data ? text->data : "";
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->cut = false;
    if (text->data)
        text->data[0] = '\0';
}

void text_scoped(struct text *text)
{
    free(text->data);
    *text = (struct text){.limit = text->limit};
}

bool text_equals(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

bool text_equals_ignoring_case(const char *one, const char *other)
{
    return one && other ? strcasecmp(one, other) == 0 : one == other;
}

bool text_starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

bool text_is_empty(const char *text)
{
    return !text || text[strspn(text, " \t\r\n")] == '\0';
}

/* The length of the character that begins at `at`, 0 when it is not well-formed (RFC 3629, 4). */
static size_t character_length(const unsigned char *at, size_t left)
{
    if (at[0] < 0x80)
        return 1;
    size_t length = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xF0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xED && at[1] > 0x9F;
    bool beyond = at[0] == 0xF4 && at[1] > 0x8F;
    return overlong || surrogate || beyond ? 0 : length;
}

bool text_is_utf8(const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t step = character_length((const unsigned char *)bytes + at, length - at);
        if (!step)
            return false;
        at += step;
    }
    return true;
}

size_t text_characters(const char *utf8)
{
    size_t count = 0;
    for (; *utf8; utf8++)
        count += ((unsigned char)*utf8 & 0xC0) != 0x80;
    return count;
}

static uint32_t character_at(const unsigned char *at, size_t length)
{
    static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = at[0] & masks[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (at[i] & 0x3F);
    return code;
}

static bool is_forbidden(uint32_t code)
{
    bool control = (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7F && code < 0xA0);
    bool turns = code == 0x061C || code == 0x200E || code == 0x200F ||
                 (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return control || turns || code == 0x2028 || code == 0x2029 || code == 0xFEFF;
}

uint32_t text_forbidden_character(const char *utf8)
{
    size_t left = strlen(utf8);
    const unsigned char *at = (const unsigned char *)utf8;
    while (left) {
        size_t length = character_length(at, left);
        uint32_t code = length ? character_at(at, length) : 0xFFFD;
        if (!length || is_forbidden(code))
            return code;
        at += length;
        left -= length;
    }
    return 0;
}

void text_tame(char *text)
{
    size_t left = strlen(text);
    unsigned char *at = (unsigned char *)text;
    while (left) {
        size_t length = character_length(at, left);
        if (!length || is_forbidden(character_at(at, length))) {
            length = length ? length : 1;
            memset(at, '?', length);
        }
        at += length;
        left -= length;
    }
}

bool text_read_guid(const char *text, char guid[37])
{
    char lower[37];
    if (!text || strlen(text) != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        char one = text[i];
        if (one >= 'A' && one <= 'F')
            one = (char)(one - 'A' + 'a');
        bool hex = (one >= '0' && one <= '9') || (one >= 'a' && one <= 'f');
        if (dash ? one != '-' : !hex)
            return false;
        lower[i] = one;
    }
    lower[36] = '\0';
    memcpy(guid, lower, sizeof lower);
    return true;
}

bool text_read_number(const char *text, int64_t highest, int64_t *number)
{
    int64_t value = 0;
    if (!text || !*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *text - '0', &value) || value > highest)
            return false;
    }
    *number = value;
    return true;
}
