/* PIM's rules for what people activate themselves. */
#include "directory/pim_policy.h"

#include "model/challenge.h"

static enum fail read_approval(struct entry *policy, struct self_rules *rules)
{
    struct entry rule = pim_rule(policy, "Approval_EndUser_Assignment");
    struct entry setting =
        entry_open(json_object_get(rule.object, "setting"), policy->arena, policy->why);
    const json_t *stages = json_object_get(setting.object, "approvalStages");
    bool required = entry_needed_flag(&setting, "isApprovalRequired");
    size_t i;
    json_t *stage;
    rules->approval_required |= required;
    rules->nobody_approves |= required && json_array_size(stages) == 0;
    json_array_foreach ((json_t *)stages, i, stage) {
        if (required && json_array_size(json_object_get(stage, "primaryApprovers")) == 0)
            rules->nobody_approves = true;
    }
    return rule.fail ? rule.fail : setting.fail;
}

static enum fail read_context(struct entry *policy, struct self_rules *rules)
{
    struct entry rule = pim_rule(policy, "AuthenticationContext_EndUser_Assignment");
    bool enabled = entry_needed_flag(&rule, "isEnabled");
    const char *context = entry_text(&rule, "claimValue");
    if (!enabled)
        return rule.fail;
    if (!context_is(context))
        entry_spoil(&rule, "claimValue is no authentication context");
    if (rules->context && !text_equals(rules->context, context))
        entry_spoil(&rule, "two policies ask for two authentication contexts");
    rules->context = context;
    return rule.fail;
}

static enum fail read_rules(struct entry *policy, struct fact *fact)
{
    struct self_rules *rules = &fact->self_rules;
    bool end_required = false; /* every activation has one */
    if (!rules->exists)
        rules->longest_seconds = INT64_MAX;
    rules->exists = true;
    enum fail fail = pim_expiration(policy, "Expiration_EndUser_Assignment", &end_required,
                                    &rules->longest_seconds);
    fail =
        fail ? fail : pim_enablement(policy, "Enablement_EndUser_Assignment", &rules->mfa_required);
    fail = fail ? fail : read_approval(policy, rules);
    return fail ? fail : read_context(policy, rules);
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    return pim_policy_each(asked, answer, fact, read_rules, why);
}

const struct reader self_rules_reader = {
    .service = SERVICE_POLICY, .most_pages = 4, .ask = pim_policy_ask, .read = read_answer};
