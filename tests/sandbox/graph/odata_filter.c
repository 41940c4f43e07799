/* $filter: comparisons of properties with literals, and, or, not, parentheses, startswith, any. */
#include "sandbox/graph/odata.h"

#include "base/memory.h"
#include "base/moment.h"
#include "sandbox/graph/graph.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum kind { AND, OR, NOT, COMPARE, STARTS_WITH, ANY };
enum { DEPTH_LIMIT = 20 };

struct filter {
    enum kind kind;
    const struct filter *left, *right; /* of and, or, not; `left` is what any asks of each entry */
    const char *property;              /* a path: initiatedBy/user/id; "" is the entry itself */
    const char *operation;             /* eq, ne, gt, ge, lt, le */
    const char *text;                  /* the literal, without quotes */
    bool quoted;
};

struct reader {
    struct arena *arena;
    const char *at;
    int depth;
    const char *variable; /* of the lambda being read */
};

static const struct filter *read_or(struct reader *reader);

static void skip_space(struct reader *reader)
{
    while (*reader->at == ' ')
        reader->at++;
}

static bool read_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);
    skip_space(reader);
    if (strncmp(reader->at, word, length) != 0 || isalnum((unsigned char)reader->at[length]))
        return false;
    reader->at += length;
    return true;
}

static bool read_mark(struct reader *reader, char mark)
{
    skip_space(reader);
    if (*reader->at != mark)
        return false;
    reader->at++;
    return true;
}

static const char *read_name(struct reader *reader)
{
    skip_space(reader);
    size_t length = 0;
    while (isalnum((unsigned char)reader->at[length]) ||
           (reader->at[length] && strchr("_/@.", reader->at[length])))
        length++;
    if (!length)
        return NULL;
    const char *name = arena_copy_bytes(reader->arena, reader->at, length);
    reader->at += length;
    size_t variable = reader->variable ? strlen(reader->variable) : 0;
    if (variable && strncmp(name, reader->variable, variable) == 0)
        return name[variable] == '/' ? name + variable + 1 : name + variable;
    return name;
}

static bool read_literal(struct reader *reader, struct filter *filter)
{
    skip_space(reader);
    filter->quoted = *reader->at == '\'';
    if (!filter->quoted) {
        size_t length = strcspn(reader->at, " )");
        filter->text = arena_copy_bytes(reader->arena, reader->at, length);
        reader->at += length;
        return length > 0;
    }
    char *text = arena_take(reader->arena, strlen(reader->at), 1), *to = text;
    for (reader->at++; *reader->at; reader->at++) {
        if (*reader->at == '\'' && *++reader->at != '\'') {
            filter->text = text;
            return true;
        }
        *to++ = *reader->at; /* '' inside quotes is one quote */
    }
    return false;
}

static const struct filter *read_starts_with(struct reader *reader)
{
    struct filter *filter = ARENA_NEW(reader->arena, struct filter);
    filter->kind = STARTS_WITH;
    bool fine = read_mark(reader, '(') && (filter->property = read_name(reader)) &&
                read_mark(reader, ',') && read_literal(reader, filter) && read_mark(reader, ')');
    return fine ? filter : NULL;
}

static const struct filter *read_any(struct reader *reader, const char *name)
{
    struct filter *filter = ARENA_NEW(reader->arena, struct filter);
    filter->kind = ANY;
    filter->property = arena_copy_bytes(reader->arena, name, strlen(name) - strlen("/any"));
    reader->variable = read_mark(reader, '(') ? read_name(reader) : NULL;
    if (!reader->variable || !read_mark(reader, ':'))
        return NULL;
    filter->left = read_or(reader);
    reader->variable = NULL;
    return filter->left && read_mark(reader, ')') ? filter : NULL;
}

static const struct filter *read_comparison(struct reader *reader)
{
    static const char *const operations[] = {"eq", "ne", "gt", "ge", "lt", "le"};
    const char *name = read_name(reader);
    size_t length = name ? strlen(name) : 0;
    if (!name)
        return NULL;
    if (text_equals(name, "startswith"))
        return read_starts_with(reader);
    if (length > 4 && text_equals(name + length - 4, "/any"))
        return read_any(reader, name);
    struct filter *filter = ARENA_NEW(reader->arena, struct filter);
    filter->kind = COMPARE;
    filter->property = name;
    for (size_t i = 0; i < COUNT(operations) && !filter->operation; i++)
        filter->operation = read_word(reader, operations[i]) ? operations[i] : NULL;
    return filter->operation && read_literal(reader, filter) ? filter : NULL;
}

static const struct filter *read_term(struct reader *reader)
{
    const struct filter *inner;
    if (++reader->depth > DEPTH_LIMIT)
        return NULL;
    if (read_word(reader, "not")) {
        struct filter *filter = ARENA_NEW(reader->arena, struct filter);
        filter->kind = NOT;
        filter->left = read_term(reader);
        inner = filter->left ? filter : NULL;
    } else if (read_mark(reader, '(')) {
        inner = read_or(reader);
        inner = inner && read_mark(reader, ')') ? inner : NULL;
    } else {
        inner = read_comparison(reader);
    }
    reader->depth--;
    return inner;
}

static const struct filter *join(struct reader *reader, enum kind kind, const struct filter *left,
                                 const struct filter *right)
{
    if (!left || !right)
        return NULL;
    struct filter *filter = ARENA_NEW(reader->arena, struct filter);
    *filter = (struct filter){.kind = kind, .left = left, .right = right};
    return filter;
}

static const struct filter *read_and(struct reader *reader)
{
    const struct filter *filter = read_term(reader);
    while (filter && read_word(reader, "and"))
        filter = join(reader, AND, filter, read_term(reader));
    return filter;
}

static const struct filter *read_or(struct reader *reader)
{
    const struct filter *filter = read_and(reader);
    while (filter && read_word(reader, "or"))
        filter = join(reader, OR, filter, read_and(reader));
    return filter;
}

const struct filter *odata_filter(struct exchange *exchange, bool *fine)
{
    const char *text = exchange_query(exchange, "$filter");
    *fine = true;
    if (!text)
        return NULL;
    struct reader reader = {.arena = exchange->arena, .at = text};
    const struct filter *filter = read_or(&reader);
    skip_space(&reader);
    *fine = filter && !*reader.at;
    if (!*fine)
        graph_error(exchange, 400, "BadRequest",
                    arena_text(exchange->arena,
                               "Invalid filter clause: Syntax error at position %d in '%s'.",
                               (int)(reader.at - text), text));
    return *fine ? filter : NULL;
}

static const json_t *value_at(const json_t *entity, const char *path)
{
    while (entity && *path) {
        char name[128];
        size_t length = strcspn(path, "/");
        if (length >= sizeof name)
            return NULL;
        memcpy(name, path, length);
        name[length] = '\0';
        entity = json_object_get(entity, name);
        path += length + (path[length] == '/');
    }
    return entity;
}

/* Less than, equal, greater than 0; moments by time, all else by text without letter case. */
static int order(const json_t *value, const struct filter *filter)
{
    int64_t one, other;
    const char *text = json_string_value(value);
    if (json_is_integer(value)) {
        one = json_integer_value(value);
        other = strtoll(filter->text, NULL, 10);
        return (one > other) - (one < other);
    }
    if (text && !filter->quoted && moment_read(text, &one) && moment_read(filter->text, &other))
        return (one > other) - (one < other);
    if (json_is_boolean(value))
        text = json_is_true(value) ? "true" : "false";
    return strcasecmp(text ? text : "null", filter->text);
}

static bool compare(const struct filter *filter, const json_t *entity)
{
    const json_t *value = value_at(entity, filter->property);
    const char *operation = filter->operation;
    bool null = !value || json_is_null(value);
    if (null && filter->quoted)
        return text_equals(operation, "ne");
    int way = order(value, filter);
    return text_equals(operation, "eq")   ? way == 0
           : text_equals(operation, "ne") ? way != 0
           : null                         ? false
           : text_equals(operation, "gt") ? way > 0
           : text_equals(operation, "ge") ? way >= 0
           : text_equals(operation, "lt") ? way < 0
                                          : way <= 0;
}

static bool any_matches(const struct filter *filter, const json_t *entity)
{
    size_t i;
    json_t *entry;
    json_array_foreach ((json_t *)value_at(entity, filter->property), i, entry)
        if (odata_matches(filter->left, entry))
            return true;
    return false;
}

bool odata_matches(const struct filter *filter, const json_t *entity)
{
    if (!filter)
        return true;
    switch (filter->kind) {
    case AND:
        return odata_matches(filter->left, entity) && odata_matches(filter->right, entity);
    case OR:
        return odata_matches(filter->left, entity) || odata_matches(filter->right, entity);
    case NOT:
        return !odata_matches(filter->left, entity);
    case COMPARE:
        return compare(filter, entity);
    case STARTS_WITH: {
        const char *text = json_string_value(value_at(entity, filter->property));
        return text && strncasecmp(text, filter->text, strlen(filter->text)) == 0;
    }
    case ANY:
        return any_matches(filter, entity);
    }
    return false;
}

const char *odata_filter_text(const struct filter *filter, const char *property)
{
    if (!filter)
        return NULL;
    if (filter->kind == AND) {
        const char *text = odata_filter_text(filter->left, property);
        return text ? text : odata_filter_text(filter->right, property);
    }
    bool fits = filter->kind == COMPARE && text_equals(filter->operation, "eq") &&
                text_equals(filter->property, property);
    return fits ? filter->text : NULL;
}

const char *odata_first_text(const struct filter *filter, const char *property)
{
    while (filter && (filter->kind == AND || filter->kind == OR))
        filter = filter->left;
    bool fits = filter && filter->kind == COMPARE && text_equals(filter->property, property);
    return fits ? filter->text : NULL;
}

bool odata_filter_has_or(const struct filter *filter)
{
    return filter && (filter->kind == OR || odata_filter_has_or(filter->left) ||
                      odata_filter_has_or(filter->right));
}
