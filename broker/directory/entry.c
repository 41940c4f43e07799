#include "directory/entry.h"

#include "base/moment.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

void entry_spoil(struct entry *entry, const char *format, ...)
{
    char says[120];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(says, sizeof says, format, values);
    va_end(values);
    entry->fail = because(entry->why, FAIL_INVALID, "%s", says);
}

struct entry entry_open(const json_t *value, struct arena *arena, struct reason *why)
{
    struct entry entry = {.object = value, .arena = arena, .why = why};
    if (!json_is_object(value))
        entry_spoil(&entry, "something else where an object should be");
    return entry;
}

/* NULL when it is absent or null. */
static const json_t *member(struct entry *entry, const char *name, bool needed)
{
    const json_t *value = json_object_get(entry->object, name);
    if (value && !json_is_null(value))
        return value;
    if (needed)
        entry_spoil(entry, "no %s", name);
    return NULL;
}

static const char *text(struct entry *entry, const char *name, bool needed)
{
    const json_t *value = member(entry, name, needed);
    if (value && !json_is_string(value))
        entry_spoil(entry, "%s is no text", name);
    return arena_copy(entry->arena, json_string_value(value));
}

const char *entry_text(struct entry *entry, const char *name)
{
    return text(entry, name, false);
}

const char *entry_needed_text(struct entry *entry, const char *name)
{
    const char *found = text(entry, name, true);
    return found ? found : "";
}

const char *entry_guid(struct entry *entry, const char *name)
{
    char guid[GUID_SIZE] = "";
    if (!text_read_guid(entry_needed_text(entry, name), guid))
        entry_spoil(entry, "%s is no GUID", name);
    return arena_copy(entry->arena, guid);
}

bool entry_is(struct entry *entry, const char *name, const char *wanted)
{
    return text_equals_ignoring_case(entry_needed_text(entry, name), wanted);
}

enum tri entry_flag(struct entry *entry, const char *name)
{
    const json_t *value = member(entry, name, false);
    if (value && !json_is_boolean(value))
        entry_spoil(entry, "%s is neither true nor false", name);
    return json_is_true(value) ? TRI_YES : json_is_false(value) ? TRI_NO : TRI_UNKNOWN;
}

bool entry_needed_flag(struct entry *entry, const char *name)
{
    enum tri flag = entry_flag(entry, name);
    if (flag == TRI_UNKNOWN)
        entry_spoil(entry, "no %s", name);
    return flag == TRI_YES;
}

int64_t entry_moment(struct entry *entry, const char *name, int64_t fallback)
{
    int64_t moment = fallback;
    const char *found = entry_text(entry, name);
    if (found && !moment_read(found, &moment))
        entry_spoil(entry, "%s is no time", name);
    return moment;
}

const json_t *entry_list(struct entry *entry, const char *name)
{
    const json_t *value = member(entry, name, true);
    if (value && !json_is_array(value))
        entry_spoil(entry, "%s is no list", name);
    return value;
}

bool entry_says_nothing(const json_t *value)
{
    const char *name;
    json_t *part;
    size_t i;
    if (json_is_object(value)) {
        json_object_foreach ((json_t *)value, name, part) {
            if (!strchr(name, '@') && !entry_says_nothing(part))
                return false;
        }
        return true;
    }
    if (json_is_array(value)) {
        json_array_foreach ((json_t *)value, i, part) {
            if (!entry_says_nothing(part))
                return false;
        }
        return true;
    }
    return !value || json_is_null(value) || text_equals(json_string_value(value), "");
}
