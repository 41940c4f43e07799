#include "base/json.h"

#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* jansson recurses per level: refuse depth before it sees the text. */
static bool is_too_deep(const char *text, size_t length)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '{' || text[i] == '[') && ++depth > JSON_DEPTH)
            return true;
        else if (!quoted && (text[i] == '}' || text[i] == ']'))
            depth--;
    }
    return false;
}

/* The name of a repeated member: the string that ends right before the parser stopped. */
static void repeated_name(const char *text, size_t stopped, char name[64])
{
    size_t end = stopped;
    while (end > 0 && text[end - 1] != '"')
        end--;
    size_t start = end > 1 ? end - 1 : 0;
    while (start > 0 && (text[start - 1] != '"' || (start > 1 && text[start - 2] == '\\')))
        start--;
    size_t length = end > start + 1 ? end - 1 - start : 0;
    if (length > 63)
        length = 63;
    memcpy(name, text + start, length);
    name[length] = '\0';
}

enum fail json_read(const char *text, size_t length, json_t **ret, int *line, struct reason *why)
{
    if (line)
        *line = 1;
    if (is_too_deep(text, length))
        return because(why, FAIL_INVALID, "nested more than %d levels deep", JSON_DEPTH);
    json_error_t error;
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (json) {
        *ret = json;
        return FAIL_NONE;
    }
    if (line)
        *line = error.line;
    if (json_error_code(&error) == json_error_duplicate_key) {
        char name[64];
        repeated_name(text, (size_t)error.position < length ? (size_t)error.position : length,
                      name);
        return because(why, FAIL_INVALID, "line %d: \"%s\" is there twice", error.line, name);
    }
    return because(why, FAIL_INVALID, "line %d, column %d: %s", error.line, error.column,
                   error.text);
}

char *json_canonical(const json_t *json)
{
    return memory_needed(json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY));
}

char *json_compact(const json_t *json)
{
    return memory_needed(json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY));
}

static bool is_tame(const json_t *json)
{
    const char *name;
    json_t *value;
    bool tame = !json_is_string(json) || !text_forbidden_character(json_string_value(json));
    for (size_t i = 0; tame && i < json_array_size(json); i++)
        tame = is_tame(json_array_get(json, i));
    json_object_foreach ((json_t *)json, name, value)
        tame = tame && is_tame(value);
    return tame;
}

static json_t *tamed_string(const char *string)
{
    char *text = memory_copy(string);
    text_tame(text);
    json_t *tame = memory_needed(json_string(text));
    free(text);
    return tame;
}

json_t *json_tame(const json_t *json)
{
    const char *name;
    json_t *value;
    if (is_tame(json))
        return json_incref((json_t *)json);
    if (json_is_string(json))
        return tamed_string(json_string_value(json));
    json_t *tame = memory_needed(json_is_array(json) ? json_array() : json_object());
    for (size_t i = 0; i < json_array_size(json); i++)
        (void)json_array_append_new(tame, json_tame(json_array_get(json, i)));
    json_object_foreach ((json_t *)json, name, value)
        (void)json_object_set_new(tame, name, json_tame(value));
    return tame;
}

const char *json_member_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

int64_t json_member_number(const json_t *object, const char *name, int64_t fallback)
{
    const json_t *value = json_object_get(object, name);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

/* Finding lines: jansson keeps none, so the text, known to be well-formed, is walked once more. */
struct walk {
    const char *at;
    int line;
};

static void skip_space(struct walk *walk)
{
    while (*walk->at && strchr(" \t\r\n,:", *walk->at))
        if (*walk->at++ == '\n')
            walk->line++;
}

static void skip_string(struct walk *walk)
{
    for (walk->at++; *walk->at && *walk->at != '"'; walk->at++)
        if (*walk->at == '\\' && walk->at[1])
            walk->at++;
    if (*walk->at)
        walk->at++;
}

static void skip_value(struct walk *walk)
{
    int depth = 0;
    do {
        skip_space(walk);
        if (*walk->at == '"') {
            skip_string(walk);
        } else if (*walk->at && strchr("{[", *walk->at)) {
            depth++;
            walk->at++;
        } else if (*walk->at && strchr("}]", *walk->at)) {
            depth--;
            walk->at++;
        } else {
            walk->at += strcspn(walk->at, " \t\r\n,:{}[]\"");
        }
    } while (depth > 0 && *walk->at);
}

/* Moves into the member or element that `path` names next; false when it is not there. */
static bool enter(struct walk *walk, const char **path)
{
    char closing = **path == '[' ? ']' : '}';
    size_t index = 0;
    const char *name = *path + (**path == '.');
    size_t length = strcspn(name, ".[");
    if (closing == ']') {
        index = (size_t)strtoul(*path + 1, NULL, 10);
        *path += strcspn(*path, "]") + 1;
    } else {
        *path = name + length;
    }
    if (*walk->at != (closing == ']' ? '[' : '{'))
        return false;
    walk->at++;
    for (;; skip_value(walk)) {
        skip_space(walk);
        if (!*walk->at || *walk->at == closing)
            return false;
        if (closing == ']') {
            if (index-- == 0)
                return true;
            continue;
        }
        const char *key = walk->at + 1;
        skip_string(walk);
        bool found = (size_t)(walk->at - 1 - key) == length && strncmp(key, name, length) == 0;
        skip_space(walk);
        if (found)
            return true;
    }
}

int json_line_of(const char *text, const char *path)
{
    struct walk walk = {.at = text, .line = 1};
    skip_space(&walk);
    int line = walk.line;
    while (*path && enter(&walk, &path))
        line = walk.line;
    return line;
}

json_t *json_moment(int64_t moment)
{
    char text[21];
    if (moment < 0)
        return memory_needed(json_null());
    moment_text(moment, text);
    return memory_needed(json_string(text));
}

json_t *json_span(int64_t seconds)
{
    char text[32];
    span_text(seconds, text);
    return memory_needed(json_string(text));
}
