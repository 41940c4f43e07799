/* GET /policies/roleManagementPolicyAssignments: PIM's rules for assignments that an administrator
   or an application makes (contract 7). */
#include "directory/entry.h"
#include "directory/reader.h"

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

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
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

static struct entry rule_of(struct entry *policy, const char *id)
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

static enum fail read_expiration(struct entry *policy, struct admin_rules *rules)
{
    struct entry rule = rule_of(policy, "Expiration_Admin_Assignment");
    bool required = entry_needed_flag(&rule, "isExpirationRequired");
    const char *longest = entry_text(&rule, "maximumDuration");
    int64_t seconds = INT64_MAX;
    if (longest ? !span_read(longest, &seconds) : required)
        entry_spoil(&rule, "maximumDuration is no duration");
    rules->end_required |= required;
    if (seconds < rules->longest_seconds)
        rules->longest_seconds = seconds;
    return rule.fail;
}

/* Every write gives reasons and a ticket; what else a rule asks for cannot be met. */
static enum fail read_enablement(struct entry *policy, struct admin_rules *rules)
{
    struct entry rule = rule_of(policy, "Enablement_Admin_Assignment");
    const json_t *enabled = entry_list(&rule, "enabledRules");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)enabled, i, one) {
        const char *word = json_string_value(one);
        if (text_equals_ignoring_case(word, "MultiFactorAuthentication"))
            rules->mfa_required = true;
        else if (!text_equals_ignoring_case(word, "Justification") &&
                 !text_equals_ignoring_case(word, "Ticketing"))
            entry_spoil(&rule, "an enabled rule that was never seen");
    }
    return rule.fail;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct admin_rules *rules = &fact->admin_rules;
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
        if (!rules->exists)
            rules->longest_seconds = INT64_MAX;
        rules->exists = true;
        struct entry policy = entry_open(json_object_get(one, "policy"), fact->arena, why);
        enum fail fail = read_expiration(&policy, rules);
        fail = fail ? fail : read_enablement(&policy, rules);
        if (fail)
            return fail;
    }
    return page.fail;
}

const struct reader admin_rules_reader = {
    .service = SERVICE_POLICY, .most_pages = 4, .ask = ask, .read = read_answer};
