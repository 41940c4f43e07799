/* PIM policies: the 17 rules of each target (contract 7). */
#include "sandbox/pim/pim.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "sandbox/tenant/members.h"

#include <stdio.h>
#include <string.h>

static json_t *rule(const char *type, const char *id, const char *caller, const char *level,
                    json_t *members)
{
    char kind[80];
    (void)snprintf(kind, sizeof kind, "#microsoft.graph.unifiedRoleManagementPolicy%sRule", type);
    json_t *made = memory_needed(json_pack("{s:s, s:s}", "@odata.type", kind, "id", id));
    (void)json_object_update(made, members);
    json_decref(members);
    (void)json_object_set_new(made, "target",
                              json_pack("{s:s, s:[s], s:s, s:[], s:[]}", "caller", caller,
                                        "operations", "all", "level", level, "inheritableSettings",
                                        "enforcedSettings"));
    return made;
}

static json_t *expiration(const char *id, const char *caller, const char *level, bool required,
                          const char *longest)
{
    return rule(
        "Expiration", id, caller, level,
        json_pack("{s:b, s:s}", "isExpirationRequired", required, "maximumDuration", longest));
}

static json_t *enablement(const char *id, const char *caller, const char *level, json_t *enabled)
{
    return rule("Enablement", id, caller, level, json_pack("{s:o}", "enabledRules", enabled));
}

static void add_notifications(json_t *rules, const char *moment, const char *caller,
                              const char *level)
{
    static const char *const recipients[] = {"Admin", "Requestor", "Approver"};
    for (size_t i = 0; i < COUNT(recipients); i++) {
        char id[64];
        (void)snprintf(id, sizeof id, "Notification_%s_%s", recipients[i], moment);
        (void)json_array_append_new(
            rules, rule("Notification", id, caller, level,
                        json_pack("{s:s, s:s, s:s, s:b, s:[]}", "notificationType", "Email",
                                  "recipientType", recipients[i], "notificationLevel", "All",
                                  "isDefaultRecipientsEnabled", 1, "notificationRecipients")));
    }
}

static json_t *approval(void)
{
    json_t *stage = json_pack("{s:i, s:b, s:i, s:b, s:[], s:[]}", "approvalStageTimeOutInDays", 1,
                              "isApproverJustificationRequired", 1, "escalationTimeInMinutes", 0,
                              "isEscalationEnabled", 0, "primaryApprovers", "escalationApprovers");
    json_t *setting =
        json_pack("{s:b, s:b, s:b, s:s, s:[o]}", "isApprovalRequired", 0,
                  "isApprovalRequiredForExtension", 0, "isRequestorJustificationRequired", 1,
                  "approvalMode", "SingleStage", "approvalStages", stage);
    return rule("Approval", "Approval_EndUser_Assignment", "EndUser", "Assignment",
                json_pack("{s:o}", "setting", setting));
}

json_t *pim_default_rules(void)
{
    json_t *rules = memory_needed(json_array());
    (void)json_array_append_new(
        rules, expiration("Expiration_Admin_Eligibility", "Admin", "Eligibility", false, "P365D"));
    (void)json_array_append_new(
        rules, enablement("Enablement_Admin_Eligibility", "Admin", "Eligibility", json_array()));
    add_notifications(rules, "Admin_Eligibility", "Admin", "Eligibility");
    (void)json_array_append_new(
        rules, expiration("Expiration_Admin_Assignment", "Admin", "Assignment", false, "P180D"));
    (void)json_array_append_new(rules, enablement("Enablement_Admin_Assignment", "Admin",
                                                  "Assignment", json_pack("[s]", "Justification")));
    add_notifications(rules, "Admin_Assignment", "Admin", "Assignment");
    (void)json_array_append_new(
        rules, expiration("Expiration_EndUser_Assignment", "EndUser", "Assignment", true, "PT8H"));
    (void)json_array_append_new(
        rules, enablement("Enablement_EndUser_Assignment", "EndUser", "Assignment",
                          json_pack("[s,s]", "MultiFactorAuthentication", "Justification")));
    (void)json_array_append_new(rules, approval());
    (void)json_array_append_new(
        rules, rule("AuthenticationContext", "AuthenticationContext_EndUser_Assignment", "EndUser",
                    "Assignment", json_pack("{s:b, s:n}", "isEnabled", 0, "claimValue")));
    add_notifications(rules, "EndUser_Assignment", "EndUser", "Assignment");
    return rules;
}

/* The same in every start, so that nobody is surprised by ids that move without a reason. */
static void policy_guid(const struct target *target, char guid[GUID_SIZE])
{
    const void *const pieces[] = {target->id, target->part};
    const size_t lengths[] = {strlen(target->id), strlen(target->part)};
    struct digest digest = digest_of_pieces(2, pieces, lengths);
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&digest, hex);
    (void)snprintf(guid, GUID_SIZE, "%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17,
                   hex + 20);
}

struct pim_policy *pim_policy_of(struct tenant *tenant, const struct target *target, int64_t now_ms)
{
    struct target wide = *target; /* all scopes of a role share one policy */
    if (target->kind == TARGET_ROLE)
        wide.part = "/";
    for (size_t i = 0; i < tenant->policies_count; i++)
        if (target_equals(&tenant->policies[i]->target, &wide))
            return tenant->policies[i];
    struct pim_policy *policy = tenant_new_policies(tenant);
    policy->target = wide;
    policy->target.part = tenant_keep(tenant, wide.part);
    policy->rules = pim_default_rules();
    policy->changed_ms = now_ms;
    policy_guid(&wide, policy->id);
    return policy;
}

const json_t *pim_rule(const struct pim_policy *policy, const char *id)
{
    size_t i;
    json_t *one;
    json_array_foreach (policy->rules, i, one)
        if (text_equals(json_member_text(one, "id"), id))
            return one;
    return NULL;
}

void pim_policy_change(struct pim_policy *policy, const json_t *rules,
                       struct complaints *complaints)
{
    const char *id, *name;
    json_t *changes, *value;
    size_t before = complaints->count;
    json_object_foreach ((json_t *)rules, id, changes) {
        const json_t *rule = pim_rule(policy, id);
        if (!rule)
            complain(complaints, "rules", "%s is no rule", id);
        json_object_foreach (changes, name, value)
            if (rule && !json_object_get(rule, name))
                complain(complaints, "rules", "%s has no member %s", id, name);
    }
    if (complaints->count != before)
        return;
    json_object_foreach ((json_t *)rules, id, changes) {
        json_auto_t *copy = json_deep_copy(changes);
        (void)json_object_update((json_t *)pim_rule(policy, id), copy);
    }
}
