/* PIM's policies as Azure Resource Manager writes them: the same rules in other words. */
#include "sandbox/arm/arm.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"

#include <stdio.h>
#include <string.h>

#define PROVIDER "/providers/Microsoft.Authorization/"

static const char *text_of_two(const json_t *object, const char *one, const char *other)
{
    const char *text = json_member_text(object, one);
    return text ? text : json_member_text(object, other);
}

static json_t *show_approver(const struct tenant *tenant, const json_t *approver)
{
    const char *user = text_of_two(approver, "userId", "id");
    const char *group = json_member_text(approver, "groupId");
    const struct person *person = tenant_person(tenant, user);
    const struct group *found = tenant_group(tenant, group ? group : user);
    return json_pack("{s:s, s:s?, s:b, s:s}", "id", group ? group : user, "description",
                     found    ? found->name
                     : person ? person->name
                              : NULL,
                     "isBackup", 0, "userType", found ? "Group" : "User");
}

static void rewrite_approvers(const struct tenant *tenant, json_t *rule)
{
    size_t i, k;
    json_t *stage, *approver;
    json_array_foreach (json_object_get(json_object_get(rule, "setting"), "approvalStages"), i,
                        stage) {
        json_t *approvers = memory_needed(json_array());
        json_array_foreach (json_object_get(stage, "primaryApprovers"), k, approver)
            (void)json_array_append_new(approvers, show_approver(tenant, approver));
        (void)json_object_set_new(stage, "primaryApprovers", approvers);
        (void)json_object_set_new(stage, "escalationApprovers", json_null());
    }
}

/* "#microsoft.graph.unifiedRoleManagementPolicyExpirationRule" is
   "RoleManagementPolicyExpirationRule" here. */
static json_t *show_rule(const struct tenant *tenant, const json_t *rule)
{
    json_t *shown = memory_needed(json_deep_copy(rule));
    json_t *target = json_object_get(shown, "target");
    const char *type = json_member_text(rule, "@odata.type");
    (void)json_object_set_new(shown, "ruleType",
                              json_string(type + sizeof "#microsoft.graph.unified" - 1));
    (void)json_object_del(shown, "@odata.type");
    if (json_is_null(json_object_get(shown, "claimValue")))
        (void)json_object_set_new(shown, "claimValue", json_string(""));
    (void)json_object_set_new(target, "operations", json_pack("[s]", "All"));
    (void)json_object_set_new(target, "targetObjects", json_null());
    (void)json_object_set_new(target, "inheritableSettings", json_null());
    (void)json_object_set_new(target, "enforcedSettings", json_null());
    rewrite_approvers(tenant, shown);
    return shown;
}

json_t *arm_show_policy(struct sandbox *sandbox, const struct pim_policy *policy)
{
    const char *scope = policy->target.part, *role = policy->target.id;
    char name[80], id[1024], policy_id[1024], definition[1024];
    json_t *rules = memory_needed(json_array()), *rule;
    size_t i;
    json_array_foreach (policy->rules, i, rule)
        (void)json_array_append_new(rules, show_rule(sandbox->tenant, rule));
    (void)snprintf(name, sizeof name, "%s_%s", policy->id, role);
    (void)snprintf(id, sizeof id, "%s" PROVIDER "roleManagementPolicyAssignment/%s", scope, name);
    (void)snprintf(policy_id, sizeof policy_id, "%s" PROVIDER "roleManagementPolicies/%s", scope,
                   policy->id);
    (void)snprintf(definition, sizeof definition, "%s" PROVIDER "roleDefinitions/%s", scope, role);
    return memory_needed(json_pack("{s:{s:s, s:s, s:s, s:o}, s:s, s:s, s:s}", "properties", "scope",
                                   scope, "roleDefinitionId", definition, "policyId", policy_id,
                                   "effectiveRules", rules, "name", name, "id", id, "type",
                                   "Microsoft.Authorization/RoleManagementPolicyAssignment"));
}

/* Whoever is eligible at the scope sees the policy that binds them; others need to read there. */
static bool may_see(struct sandbox *sandbox, const struct exchange *exchange,
                    const struct target *target)
{
    return arm_reads(sandbox->tenant, exchange, target->part) ||
           (exchange->delegated &&
            pim_eligibility(sandbox->tenant, exchange->person->id, target, exchange->now_ms));
}

void arm_policy_assignments(struct sandbox *sandbox, struct exchange *exchange)
{
    struct arm_filter filter;
    const struct azure_scope *scope = tenant_azure_scope(sandbox->tenant, exchange->scope);
    bool denied = false;
    if (!arm_filter_read(exchange, &filter))
        return;
    json_t *shown = memory_needed(json_array());
    for (size_t i = 0; scope && i < sandbox->tenant->azure_roles_count; i++) {
        struct target target = {.kind = TARGET_AZURE, .part = scope->path};
        memcpy(target.id, sandbox->tenant->azure_roles[i]->id, GUID_SIZE);
        if (filter.role && !text_equals_ignoring_case(filter.role, target.id))
            continue;
        const struct target *governing =
            exchange->delegated
                ? pim_governing(sandbox, exchange->person->id, &target, exchange->now_ms)
                : &target;
        if (may_see(sandbox, exchange, &target))
            (void)json_array_append_new(
                shown, arm_show_policy(
                           sandbox, pim_policy_of(sandbox->tenant, governing, exchange->now_ms)));
        else
            denied = true;
    }
    if (denied && json_array_size(shown) == 0) {
        json_decref(shown);
        graph_error_denied(exchange);
        return;
    }
    arm_list(sandbox, exchange, shown);
}

void arm_role_definition(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct role *role = tenant_azure_role(sandbox->tenant, exchange->params[0]);
    if (!role) {
        graph_error(exchange, 404, "RoleDefinitionDoesNotExist",
                    "The specified role definition does not exist.");
        return;
    }
    answer_json(exchange, 200,
                json_pack("{s:{s:s, s:s, s:s}, s:s, s:s, s:s}", "properties", "roleName",
                          role->name, "type", "BuiltInRole", "description", role->says, "id",
                          arena_text(exchange->arena, "%s" PROVIDER "roleDefinitions/%s",
                                     exchange->scope, role->id),
                          "type", "Microsoft.Authorization/roleDefinitions", "name", role->id));
}
