#include "sandbox/http/pairs.h"

#include "base/memory.h"

#include <ctype.h>
#include <string.h>

void pairs_add(struct pairs *pairs, const char *name, const char *value)
{
    bool full = (pairs->count & (pairs->count - 1)) == 0; /* room doubles at powers of two */
    if (full) {
        size_t room = pairs->count ? pairs->count * 2 : 1;
        struct pair *list = ARENA_ARRAY(pairs->arena, struct pair, room);
        if (pairs->count)
            memcpy(list, pairs->list, pairs->count * sizeof *list);
        pairs->list = list;
    }
    pairs->list[pairs->count++] = (struct pair){.name = arena_copy(pairs->arena, name),
                                                .value = arena_copy(pairs->arena, value)};
}

const char *pairs_get(const struct pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (text_equals(pairs->list[i].name, name))
            return pairs->list[i].value;
    return NULL;
}

const char *pairs_get_header(const struct pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (text_equals_ignoring_case(pairs->list[i].name, name))
            return pairs->list[i].value;
    return NULL;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

char *percent_decode(struct arena *arena, const char *text, size_t length, bool plus)
{
    char *decoded = arena_take(arena, length + 1, 1), *to = decoded;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '%') {
            int high = length - i > 2 ? hex_value(text[i + 1]) : -1;
            int low = high >= 0 ? hex_value(text[i + 2]) : -1;
            if (low < 0 || (high == 0 && low == 0))
                return NULL;
            *to++ = (char)(high * 16 + low);
            i += 2;
        } else {
            *to++ = plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

void percent_encode(struct text *text, const char *value)
{
    for (; *value; value++) {
        if (isalnum((unsigned char)*value) || strchr("-._~", *value))
            text_add_char(text, *value);
        else
            text_addf(text, "%%%02X", (unsigned)(unsigned char)*value);
    }
}

bool pairs_read(struct pairs *pairs, const char *encoded)
{
    while (*encoded) {
        size_t length = strcspn(encoded, "&");
        const char *equals = memchr(encoded, '=', length);
        size_t name_length = equals ? (size_t)(equals - encoded) : length;
        size_t value_at = equals ? name_length + 1 : length;
        const char *name = percent_decode(pairs->arena, encoded, name_length, true);
        const char *value =
            percent_decode(pairs->arena, encoded + value_at, length - value_at, true);
        if (!name || !value || !text_is_utf8(name, strlen(name)) ||
            !text_is_utf8(value, strlen(value)))
            return false;
        if (length)
            pairs_add(pairs, name, value);
        encoded += length + (encoded[length] == '&');
    }
    return true;
}

json_t *pairs_json(const struct pairs *pairs)
{
    json_t *object = memory_needed(json_object());
    for (size_t i = 0; i < pairs->count; i++) {
        json_t *value = json_string(pairs->list[i].value);
        json_t *before = json_object_get(object, pairs->list[i].name);
        if (json_is_array(before))
            (void)json_array_append_new(before, value);
        else if (before)
            (void)json_object_set_new(object, pairs->list[i].name,
                                      json_pack("[O,o]", before, value));
        else
            (void)json_object_set_new(object, pairs->list[i].name, value);
    }
    return object;
}
