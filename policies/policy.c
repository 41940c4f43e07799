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

int64_t policy_longest(const struct policy *policy, const char *role)
{
    const struct role *found = policy_find_role(policy, role);
    int64_t longest = 0;
    if (!found)
        return 0;
    const struct rules_of_role *rules = &policy->by_role[found - policy->roles];
    for (size_t i = 0; i < rules->count; i++)
        if (!rules->rules[i]->deny && rules->rules[i]->longest_seconds > longest)
            longest = rules->rules[i]->longest_seconds;
    return longest;
}

bool policy_watches_risk(const struct policy *policy)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        if (policy->rules[i].watch_risk)
            return true;
    return false;
}

bool policy_asks_risk(const struct policy *policy)
{
    return policy->asks_risk;
}

bool policy_asks_past(const struct policy *policy)
{
    return policy->asks_past;
}

bool policy_asks_mfa(const struct policy *policy)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        if (policy->rules[i].mfa)
            return true;
    return false;
}

struct required policy_requires(const struct policy *policy, struct arena *arena)
{
    struct required all = required_nothing();
    for (size_t i = 0; i < policy->rule_count; i++)
        required_add(&all, &policy->rules[i], arena);
    return all;
}

size_t policy_people_count(const struct policy *policy)
{
    return policy->people_count;
}

const struct people *policy_people(const struct policy *policy, size_t index)
{
    return &policy->people[index];
}

const struct people *policy_emergency(const struct policy *policy)
{
    return policy->emergency;
}

size_t policy_told(const struct policy *policy, const struct people *const **told)
{
    *told = policy->told;
    return policy->told_count;
}
