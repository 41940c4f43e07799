#include "model/azure_scope.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

static const char management_groups[] = "/providers/Microsoft.Management/managementGroups/";

/* Past one segment of a path: a slash and a name that neither is empty nor ends in a dot; NULL when
   there is none. */
static const char *past_name(const char *at)
{
    enum { NAME_MOST = 260 };
    size_t length = *at == '/'
                        ? strspn(at + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789-_.()")
                        : 0;
    bool fine = length && length <= NAME_MOST && at[length] != '.' &&
                (at[length + 1] == '/' || at[length + 1] == '\0');
    return fine ? at + 1 + length : NULL;
}

static const char *past(const char *at, const char *start)
{
    return at && text_starts_with(at, start) ? at + strlen(start) : NULL;
}

/* "/{type}/{name}" once or more, to the end. */
static bool are_types_and_names(const char *at)
{
    do {
        at = past_name(at);
        at = at ? past_name(at) : NULL;
    } while (at && *at);
    return at;
}

bool azure_scope_is(const char *scope)
{
    enum { GUID_LENGTH = 36 };
    char text[37], guid[37];
    const char *name = past(scope, management_groups);
    if (name) {
        const char *end = past_name(name - 1);
        return end && !*end;
    }
    const char *id = past(scope, "/subscriptions/");
    if (!id || strlen(id) < GUID_LENGTH)
        return false;
    memcpy(text, id, GUID_LENGTH);
    text[GUID_LENGTH] = '\0';
    if (!text_read_guid(text, guid))
        return false;
    const char *group = id + GUID_LENGTH;
    if (!*group)
        return true;
    group = past(group, "/resourceGroups");
    const char *rest = group ? past_name(group) : NULL;
    if (!rest || !*rest)
        return rest;
    rest = past(rest, "/providers");
    rest = rest ? past_name(rest) : NULL;
    return rest && are_types_and_names(rest);
}

bool azure_scope_reaches(const char *held_at, const char *scope, bool listed_as_inherited)
{
    size_t length = strlen(held_at);
    if (strncasecmp(held_at, scope, length) == 0 && (scope[length] == '\0' || scope[length] == '/'))
        return true;
    bool above_subscriptions =
        text_equals(held_at, "/") ||
        strncasecmp(held_at, management_groups, strlen(management_groups)) == 0;
    return above_subscriptions &&
           (listed_as_inherited || text_starts_with(scope, "/subscriptions/"));
}
