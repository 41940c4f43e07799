#include "sandbox/tenant/members.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

enum { NESTING = 16 }; /* groups in groups, at most so deep: a ring ends here */

bool assignment_holds(const struct assignment *assignment, int64_t at_ms)
{
    return assignment->manner != ELIGIBLE && assignment->starts_ms <= at_ms &&
           at_ms < assignment->gone_ms;
}

bool scope_covers(const char *wide, const char *narrow)
{
    size_t length = strlen(wide);
    /* the one management group of this tenant is above all subscriptions */
    if (length <= 1 || text_starts_with(wide, "/providers/Microsoft.Management/managementGroups/"))
        return length <= 1 || text_starts_with(narrow, "/subscriptions/") ||
               text_equals_ignoring_case(wide, narrow);
    return strncasecmp(wide, narrow, length) == 0 &&
           (narrow[length] == '\0' || narrow[length] == '/');
}

bool target_equals(const struct target *one, const struct target *other)
{
    return one->kind == other->kind && strcmp(one->id, other->id) == 0 &&
           text_equals_ignoring_case(one->part, other->part);
}

static bool gives(const struct assignment *assignment, const char *group, const char *part,
                  int64_t at_ms)
{
    return assignment->target.kind == TARGET_GROUP && text_equals(assignment->target.part, part) &&
           text_equals_ignoring_case(assignment->target.id, group) &&
           assignment_holds(assignment, at_ms);
}

/* Adds to `found` (an object used as a set, in the order of finding). */
static void find_members(const struct tenant *tenant, const char *group, const char *part,
                         int depth, int64_t at_ms, json_t *found)
{
    for (size_t i = 0; i < tenant->assignments_count; i++) {
        const struct assignment *assignment = tenant->assignments[i];
        if (!gives(assignment, group, part, at_ms) || json_object_get(found, assignment->principal))
            continue;
        (void)json_object_set_new(found, assignment->principal, json_true());
        if (depth > 0 && tenant_group(tenant, assignment->principal))
            find_members(tenant, assignment->principal, part, depth - 1, at_ms, found);
    }
}

static json_t *keys_of(const json_t *set)
{
    json_t *list = memory_needed(json_array());
    const char *id;
    json_t *value;
    json_object_foreach ((json_t *)set, id, value)
        (void)json_array_append_new(list, json_string(id));
    return list;
}

bool members_has(const struct tenant *tenant, const char *group, const char *principal,
                 int64_t at_ms)
{
    json_auto_t *found = memory_needed(json_object());
    find_members(tenant, group, "member", NESTING, at_ms, found);
    return json_object_get(found, principal) != NULL;
}

json_t *members_list(const struct tenant *tenant, const char *group, const char *part,
                     bool transitive, int64_t at_ms)
{
    json_auto_t *found = memory_needed(json_object());
    find_members(tenant, group, part, transitive ? NESTING : 0, at_ms, found);
    return keys_of(found);
}

json_t *members_groups_of(const struct tenant *tenant, const char *principal, int64_t at_ms)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < tenant->groups_count; i++)
        if (!tenant->groups[i]->deleted &&
            members_has(tenant, tenant->groups[i]->id, principal, at_ms))
            (void)json_array_append_new(list, json_string(tenant->groups[i]->id));
    return list;
}
