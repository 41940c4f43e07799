#include "directory/pim_policy.h"

#include "base/moment.h"

static const char *scope_of(const struct target *target)
{
    return target->kind == TARGET_GROUP ? target->id
                                        : "/"; /* a role has one policy for all scopes */
}

static const char *role_of(const struct target *target)
{
    return target->kind == TARGET_GROUP ? target->access : target->id;
}

bool pim_policy_ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, "/v1.0/policies/roleManagementPolicyAssignments?$filter=scopeId%20eq%20");
    reader_add_literal(path, scope_of(&asked->target));
    text_add(path, "%20and%20scopeType%20eq%20");
    reader_add_literal(path, asked->target.kind == TARGET_GROUP ? "Group" : "DirectoryRole");
    text_add(path, "%20and%20roleDefinitionId%20eq%20");
    reader_add_literal(path, role_of(&asked->target));
    text_add(path, "&$expand=policy($expand=rules)");
    return step == 0;
}

struct entry pim_rule(struct entry *policy, const char *id)
{
    const json_t *rules = entry_list(policy, "rules");
    size_t i;
    json_t *rule;
    json_array_foreach ((json_t *)rules, i, rule) {
        if (text_equals(json_string_value(json_object_get(rule, "id")), id))
            return entry_open(rule, policy->arena, policy->why);
    }
    entry_spoil(policy, "a policy without the rule %s", id);
    return entry_open(NULL, policy->arena, policy->why);
}

enum fail pim_expiration(struct entry *policy, const char *id, bool *required,
                         int64_t *longest_seconds)
{
    struct entry rule = pim_rule(policy, id);
    bool needed = entry_needed_flag(&rule, "isExpirationRequired");
    const char *longest = entry_text(&rule, "maximumDuration");
    int64_t seconds = INT64_MAX;
    if (longest ? !span_read(longest, &seconds) : needed)
        entry_spoil(&rule, "maximumDuration is no duration");
    *required |= needed;
    if (seconds < *longest_seconds)
        *longest_seconds = seconds;
    return rule.fail;
}

enum fail pim_enablement(struct entry *policy, const char *id, bool *mfa)
{
    struct entry rule = pim_rule(policy, id);
    const json_t *enabled = entry_list(&rule, "enabledRules");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)enabled, i, one) {
        const char *word = json_string_value(one);
        if (text_equals_ignoring_case(word, "MultiFactorAuthentication"))
            *mfa = true;
        else if (!text_equals_ignoring_case(word, "Justification") &&
                 !text_equals_ignoring_case(word, "Ticketing"))
            entry_spoil(&rule, "an enabled rule that was never seen");
    }
    return rule.fail;
}

enum fail pim_policy_each(const struct asked *asked, const json_t *answer, struct fact *fact,
                          enum fail (*read)(struct entry *policy, struct fact *fact),
                          struct reason *why)
{
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry assignment = entry_open(one, fact->arena, why);
        bool here = entry_is(&assignment, "scopeId", scope_of(&asked->target));
        bool such = entry_is(&assignment, "roleDefinitionId", role_of(&asked->target));
        if (assignment.fail)
            return assignment.fail;
        if (!here || !such)
            continue;
        struct entry policy = entry_open(json_object_get(one, "policy"), fact->arena, why);
        enum fail fail = read(&policy, fact);
        if (fail)
            return fail;
    }
    return page.fail;
}
