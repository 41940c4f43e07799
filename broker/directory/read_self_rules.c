/* GET /policies/roleManagementPolicyAssignments, as read_admin_rules.c asks it: PIM's rules for
   people who activate what they are eligible for (contract 7). */
#include "directory/entry.h"
#include "directory/reader.h"

#include "base/json.h"
#include "base/moment.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    return admin_rules_reader.ask(asked, step, path, body);
}

static bool is_asked_for(struct entry *assignment, const struct target *target)
{
    bool group = target->kind == TARGET_GROUP;
    bool here = entry_is(assignment, "scopeId", group ? target->id : "/");
    return entry_is(assignment, "roleDefinitionId", group ? target->access : target->id) && here;
}

static void read_expiration(struct entry *rule, struct self_rules *rules)
{
    const char *longest = entry_text(rule, "maximumDuration");
    int64_t seconds = INT64_MAX;
    if (longest && !span_read(longest, &seconds))
        entry_spoil(rule, "maximumDuration is no duration");
    if (seconds < rules->longest_seconds)
        rules->longest_seconds = seconds;
}

static void read_approval(const json_t *rule, struct self_rules *rules)
{
    const json_t *setting = json_object_get(rule, "setting");
    const json_t *stages = json_object_get(setting, "approvalStages");
    size_t i;
    json_t *stage;
    if (!json_is_true(json_object_get(setting, "isApprovalRequired")))
        return;
    rules->approval_required = true;
    rules->nobody_approves |= json_array_size(stages) == 0;
    json_array_foreach ((json_t *)stages, i, stage) {
        if (json_array_size(json_object_get(stage, "primaryApprovers")) == 0)
            rules->nobody_approves = true;
    }
}

static enum fail read_policy(struct entry *policy, struct self_rules *rules)
{
    const json_t *list = entry_list(policy, "rules");
    bool expires = false, approves = false;
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry rule = entry_open(one, policy->arena, policy->why);
        const char *id = json_member_text(one, "id");
        if (text_equals(id, "Expiration_EndUser_Assignment")) {
            read_expiration(&rule, rules);
            expires = true;
        } else if (text_equals(id, "Approval_EndUser_Assignment")) {
            read_approval(one, rules);
            approves = true;
        }
        if (rule.fail)
            return rule.fail;
    }
    if (!expires || !approves)
        entry_spoil(policy, "a policy without rules for activation");
    return policy->fail;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct self_rules *rules = &fact->self_rules;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry assignment = entry_open(one, fact->arena, why);
        bool wanted = is_asked_for(&assignment, &asked->target);
        if (assignment.fail)
            return assignment.fail;
        if (!wanted)
            continue;
        if (!rules->exists)
            rules->longest_seconds = INT64_MAX;
        rules->exists = true;
        struct entry policy = entry_open(json_object_get(one, "policy"), fact->arena, why);
        enum fail fail = read_policy(&policy, rules);
        if (fail)
            return fail;
    }
    return page.fail;
}

const struct reader self_rules_reader = {
    .service = SERVICE_POLICY, .most_pages = 4, .ask = ask, .read = read_answer};
