#include "audit/slice.h"

bool slice_is(struct slice slice, const char *text)
{
    return slice_equals(slice, slice_of(text));
}

bool slice_equals(struct slice one, struct slice other)
{
    if (!one.at || !other.at)
        return !one.at && !other.at;
    return one.length == other.length && memcmp(one.at, other.at, one.length) == 0;
}

int slice_order(struct slice one, struct slice other)
{
    size_t shared = one.length < other.length ? one.length : other.length;
    int order = shared ? memcmp(one.at, other.at, shared) : 0;
    return order ? order : (one.length > other.length) - (one.length < other.length);
}

bool slice_take(struct slice *rest, char mark, struct slice *piece)
{
    const char *end = rest->length ? memchr(rest->at, mark, rest->length) : NULL;
    if (!end)
        return false;
    size_t length = (size_t)(end - rest->at);
    *piece = (struct slice){.at = rest->at, .length = length};
    rest->at += length + 1;
    rest->length -= length + 1;
    return true;
}

bool slice_read_number(struct slice digits, int64_t *number)
{
    int64_t value = 0;
    if (digits.length < 1 || digits.length > 16 || (digits.at[0] == '0' && digits.length > 1))
        return false;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
        value = value * 10 + (digits.at[i] - '0');
    }
    if (value > NUMBER_MOST)
        return false;
    *number = value;
    return true;
}

bool slice_copy(struct slice slice, char *copy, size_t room)
{
    if (!slice.at || slice.length >= room || memchr(slice.at, '\0', slice.length))
        return false;
    memcpy(copy, slice.at, slice.length);
    copy[slice.length] = '\0';
    return true;
}
