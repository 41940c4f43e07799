#include "audit/canonical.h"

#include <endian.h>

static const char *escape_of(unsigned char one)
{
    switch (one) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

static bool stands_for_itself(unsigned char one)
{
    return one >= 0x20 && one != '"' && one != '\\' && one != 0x7F;
}

/* Beyond ASCII: well-formed, and none of U+0080 to U+009F. */
static bool is_clean(const char *at, size_t length)
{
    if (!text_is_utf8(at, length))
        return false;
    for (size_t i = 0; i + 1 < length; i++)
        if ((unsigned char)at[i] == 0xC2 && (unsigned char)at[i + 1] < 0xA0)
            return false;
    return true;
}

/* How many of the eight bytes at `at` stand for themselves, up to the first that does not or is
   beyond ASCII: records are long, and this is what their reading waits for. */
static size_t plain_bytes(const char *at)
{
    const uint64_t each = 0x0101010101010101, high = 0x8080808080808080;
    uint64_t word;
    memcpy(&word, at, sizeof word);
    word = le64toh(word);
    /* A byte below what is taken from it borrows, and its high bit is set; the lowest is right. */
    uint64_t quote = (word ^ each * '"') - each, backslash = (word ^ each * '\\') - each;
    uint64_t delete = (word ^ each * 0x7F) - each, control = word - each * 0x20;
    uint64_t found = (word | quote | backslash | delete | control) & high;
    return found ? (size_t)__builtin_ctzll(found) / 8 : sizeof word;
}

/* The next byte of the text, from `at` on, that wants a look. */
static size_t skip_plain(struct slice text, size_t at)
{
    while (text.length - at >= 8) {
        size_t plain = plain_bytes(text.at + at);
        at += plain;
        if (plain < 8)
            break;
    }
    return at;
}

bool canonical_add(struct text *json, const char *string)
{
    if (!string) {
        text_add(json, "null");
        return true;
    }
    struct slice text = slice_of(string);
    size_t plain = 0; /* from here on, what is plain is added in one piece */
    bool ascii = true;
    text_add_char(json, '"');
    for (size_t i = skip_plain(text, 0); i < text.length; i = skip_plain(text, i + 1)) {
        unsigned char one = (unsigned char)text.at[i];
        ascii = ascii && one < 0x80;
        if (stands_for_itself(one))
            continue;
        const char *escape = escape_of(one);
        if (!escape)
            return false;
        text_add_bytes(json, text.at + plain, i - plain);
        text_add_bytes(json, escape, 2);
        plain = i + 1;
    }
    text_add_bytes(json, text.at + plain, text.length - plain);
    text_add_char(json, '"');
    return ascii || is_clean(text.at, text.length);
}

static void move(struct slice *rest, size_t length)
{
    rest->at += length;
    rest->length -= length;
}

/* Behind the quote that opens it. */
static bool read_string(struct slice *rest, struct slice *text)
{
    bool ascii = true;
    for (size_t i = skip_plain(*rest, 0); i < rest->length; i = skip_plain(*rest, i + 1)) {
        unsigned char one = (unsigned char)rest->at[i];
        ascii = ascii && one < 0x80;
        if (stands_for_itself(one))
            continue;
        if (one == '"') {
            *text = (struct slice){.at = rest->at, .length = i};
            move(rest, i + 1);
            return ascii || is_clean(text->at, text->length);
        }
        if (one != '\\' || ++i == rest->length || !memchr("\"\\nt", rest->at[i], 4))
            return false;
    }
    return false;
}

bool canonical_text(struct slice *rest, struct slice *text)
{
    if (slice_skip(rest, SLICE("\"")))
        return read_string(rest, text);
    *text = (struct slice){.at = NULL};
    return slice_skip(rest, SLICE("null"));
}

bool canonical_number(struct slice *rest, int64_t *number)
{
    size_t digits = 0;
    while (digits < rest->length && rest->at[digits] >= '0' && rest->at[digits] <= '9')
        digits++;
    if (!slice_read_number((struct slice){.at = rest->at, .length = digits}, number))
        return false;
    move(rest, digits);
    return true;
}

static bool is_name(struct slice name)
{
    for (size_t i = 0; i < name.length; i++) {
        char one = name.at[i];
        if (!((one >= 'a' && one <= 'z') || (one >= '0' && one <= '9') || one == '_'))
            return false;
    }
    return name.length > 0;
}

static bool skip_value(struct slice *rest, int depth);

static bool skip_members(struct slice *rest, int depth)
{
    struct slice before = {.at = ""}, name;
    if (slice_skip(rest, SLICE("}")))
        return true;
    do {
        if (!canonical_text(rest, &name) || !is_name(name) || slice_order(before, name) >= 0 ||
            !slice_skip(rest, SLICE(":")) || !skip_value(rest, depth))
            return false;
        before = name;
    } while (slice_skip(rest, SLICE(",")));
    return slice_skip(rest, SLICE("}"));
}

static bool skip_elements(struct slice *rest, int depth)
{
    if (slice_skip(rest, SLICE("]")))
        return true;
    do {
        if (!skip_value(rest, depth))
            return false;
    } while (slice_skip(rest, SLICE(",")));
    return slice_skip(rest, SLICE("]"));
}

static bool skip_value(struct slice *rest, int depth)
{
    struct slice text;
    int64_t number;
    if (slice_skip(rest, SLICE("{")))
        return depth > 0 && skip_members(rest, depth - 1);
    if (slice_skip(rest, SLICE("[")))
        return depth > 0 && skip_elements(rest, depth - 1);
    if (slice_skip(rest, SLICE("true")) || slice_skip(rest, SLICE("false")))
        return true;
    if (slice_skip(rest, SLICE("-")))
        return canonical_number(rest, &number) && number > 0;
    return canonical_number(rest, &number) || canonical_text(rest, &text);
}

bool canonical_value(struct slice *rest, struct slice *value)
{
    const char *start = rest->at;
    if (!skip_value(rest, CANONICAL_DEPTH))
        return false;
    *value = (struct slice){.at = start, .length = (size_t)(rest->at - start)};
    return true;
}
