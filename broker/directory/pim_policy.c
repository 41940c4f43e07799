#include "directory/pim_policy.h"

#include "base/moment.h"
#include "directory/arm.h"

static bool is_arm(const struct target *target)
{
    return target->kind == TARGET_AZURE_ROLE;
}

static const char *scope_of(const struct target *target)
{
    if (is_arm(target))
        return target->scope;
    return target->kind == TARGET_GROUP ? target->id
                                        : "/"; /* a role has one policy for all scopes */
}

static const char *role_of(const struct target *target)
{
    return target->kind == TARGET_GROUP ? target->access : target->id;
}

static void ask_arm(const struct target *target, struct text *path)
{
    scoped(text_scoped) struct text role = TEXT_LIMIT(path->limit);
    arm_add_role(&role, target);
    arm_add_path(path, target, "roleManagementPolicyAssignments");
    text_add(path, "&$filter=roleDefinitionId%20eq%20");
    reader_add_literal(path, text_of(&role));
}

bool pim_policy_ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    if (is_arm(&asked->target)) {
        ask_arm(&asked->target, path);
        return step == 0;
    }
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
    bool arm = json_object_get(policy->object, "effectiveRules") != NULL;
    const json_t *rules = entry_list(policy, arm ? "effectiveRules" : "rules");
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

static bool is_about(struct entry *assignment, const struct target *target)
{
    const char *scope = is_arm(target) ? "scope" : "scopeId";
    bool here = entry_is(assignment, scope, scope_of(target));
    const char *role = entry_needed_text(assignment, "roleDefinitionId");
    return here &&
           text_equals_ignoring_case(is_arm(target) ? arm_name(role) : role, role_of(target));
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
        bool arm = is_arm(&asked->target);
        const json_t *object = arm ? json_object_get(one, "properties") : one;
        struct entry assignment = entry_open(object, fact->arena, why);
        bool wanted = is_about(&assignment, &asked->target);
        if (assignment.fail)
            return assignment.fail;
        if (!wanted)
            continue;
        struct entry policy =
            entry_open(arm ? object : json_object_get(one, "policy"), fact->arena, why);
        enum fail fail = read(&policy, fact);
        if (fail)
            return fail;
    }
    return page.fail;
}
