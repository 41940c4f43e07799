/* Looking into a policy that was read. */
#include "policies/internal.h"

#include <stdlib.h>
#include <string.h>

const char *policy_version(const struct policy *policy)
{
    return policy->version;
}

const char *policy_text(const struct policy *policy)
{
    return policy->text;
}

size_t policy_role_count(const struct policy *policy)
{
    return policy->role_count;
}

const struct role *policy_role(const struct policy *policy, size_t index)
{
    return &policy->roles[index];
}

static int compare_id(const void *id, const void *role)
{
    return strcmp(id, ((const struct role *)role)->id);
}

const struct role *policy_find_role(const struct policy *policy, const char *id)
{
    if (!policy->role_count)
        return NULL;
    return bsearch(id, policy->roles, policy->role_count, sizeof *policy->roles, compare_id);
}

size_t policy_groups(const struct policy *policy, const char *const **groups)
{
    *groups = policy->groups;
    return policy->group_count;
}

size_t policy_contexts(const struct policy *policy, const char *const **contexts)
{
    *contexts = policy->contexts;
    return policy->context_count;
}
