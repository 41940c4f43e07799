#include "sandbox/switches.h"

#include "base/memory.h"
#include "base/scoped.h"
#include "base/text.h"

#include <stddef.h>

/* form.h reads FORM_MEMBERS members at most, so each switch is read by hand here. */
static const struct {
    const char *name;
    int64_t highest, fallback;
    size_t offset;
} list[] = {
#define X(name, highest, fallback, says)                                                           \
    {#name, highest, fallback, offsetof(struct switches, name)},
    SWITCHES(X)
#undef X
};

static int64_t *place_of(struct switches *switches, size_t i)
{
    return (int64_t *)((char *)switches + list[i].offset);
}

void switches_reset(struct switches *switches)
{
    for (size_t i = 0; i < COUNT(list); i++)
        *place_of(switches, i) = list[i].fallback;
}

json_t *switches_json(const struct switches *switches)
{
    json_t *object = memory_needed(json_object());
    struct switches copy = *switches;
    for (size_t i = 0; i < COUNT(list); i++) {
        int64_t value = *place_of(&copy, i);
        (void)json_object_set_new(object, list[i].name,
                                  list[i].highest == SWITCH_FLAG ? json_boolean(value)
                                                                 : json_integer(value));
    }
    return object;
}

static bool read_one(size_t i, const json_t *value, int64_t *number)
{
    bool flag = list[i].highest == SWITCH_FLAG;
    if (flag ? !json_is_boolean(value) : !json_is_integer(value))
        return false;
    *number = flag ? json_is_true(value) : json_integer_value(value);
    return *number >= 0 && *number <= list[i].highest;
}

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < COUNT(list) && !text_equals(list[i].name, name))
        i++;
    return i;
}

void switches_read(struct switches *switches, const json_t *value, struct complaints *complaints)
{
    struct switches wanted = *switches;
    const char *name;
    json_t *member;
    if (!json_is_object(value))
        complain(complaints, "", "must be an object of switches");
    json_object_foreach ((json_t *)value, name, member) {
        size_t i = find(name);
        if (i == COUNT(list))
            complain(complaints, name, "is no switch");
        else if (!read_one(i, member, place_of(&wanted, i)))
            complain(complaints, name, "must be %s",
                     list[i].highest == SWITCH_FLAG ? "true or false" : "a whole number in range");
    }
    if (!complaints->count)
        *switches = wanted;
}
