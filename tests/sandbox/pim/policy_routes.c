/* Reading PIM policies (contract 7). */
#include "sandbox/graph/handlers.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/odata.h"
#include "sandbox/graph/standing.h"
#include "sandbox/pim/pim.h"

#include <string.h>

/* What each kind of target needs of the token; docs and permission data differ (contract 3.3). */
static bool check_permission(const struct sandbox *sandbox, struct exchange *exchange, bool group)
{
    const char *roles = "RoleManagement.Read.Directory | RoleManagement.Read.All | "
                        "RoleManagement.ReadWrite.Directory";
    const char *groups = "RoleManagementPolicy.Read.AzureADGroup | "
                         "RoleManagementPolicy.ReadWrite.AzureADGroup";
    bool documented = (sandbox->switches.policy_read_of_docs || exchange->delegated) &&
                      graph_may(exchange, "RoleManagementPolicy.Read.Directory | "
                                          "RoleManagementPolicy.ReadWrite.Directory");
    bool fine = graph_may(exchange, group ? groups : roles) || (!group && documented);
    fine = fine && (!exchange->delegated || standing_reads_pim(exchange));
    if (!fine)
        graph_error_denied(exchange);
    return fine;
}

static const char *policy_id(struct exchange *exchange, const struct tenant *tenant,
                             const struct pim_policy *policy, const char *scope_type)
{
    if (policy->target.kind == TARGET_GROUP)
        return arena_text(exchange->arena, "Group_%s_%s", policy->target.id, policy->id);
    return arena_text(exchange->arena, "%s_%s_%s", scope_type, tenant->id, policy->id);
}

static json_t *show_policy(struct exchange *exchange, const struct tenant *tenant,
                           const struct pim_policy *policy, const char *scope_type, bool rules)
{
    bool group = policy->target.kind == TARGET_GROUP;
    json_t *shown = memory_needed(
        json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:o, s:{s:n, s:n}}", "id",
                  policy_id(exchange, tenant, policy, scope_type), "displayName", scope_type,
                  "description", scope_type, "isOrganizationDefault", 0, "scopeId",
                  group ? policy->target.id : "/", "scopeType", scope_type, "lastModifiedDateTime",
                  graph_moment(policy->changed_ms), "lastModifiedBy", "displayName", "id"));
    if (rules)
        (void)json_object_set_new(shown, "rules", json_deep_copy(policy->rules));
    return shown;
}

static json_t *show_assignment(struct exchange *exchange, const struct tenant *tenant,
                               const struct pim_policy *policy, const char *scope_type)
{
    bool group = policy->target.kind == TARGET_GROUP;
    const char *role = group ? policy->target.part : policy->target.id;
    const char *expand = exchange_query(exchange, "$expand");
    const char *id = policy_id(exchange, tenant, policy, scope_type);
    json_t *shown = memory_needed(
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", arena_text(exchange->arena, "%s_%s", id, role),
                  "policyId", id, "scopeId", group ? policy->target.id : "/", "scopeType",
                  scope_type, "roleDefinitionId", role));
    if (expand && text_starts_with(expand, "policy"))
        (void)json_object_set_new(
            shown, "policy",
            show_policy(exchange, tenant, policy, scope_type, strstr(expand, "rules") != NULL));
    return shown;
}

/* A group that PIM does not know has no policies yet (D02). */
static void add_group(struct sandbox *sandbox, struct exchange *exchange, const struct group *group,
                      json_t *shown)
{
    static const char *const parts[] = {"member", "owner"};
    if (!group || group->onboarded_ms > exchange->now_ms)
        return;
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct target target = {.kind = TARGET_GROUP, .part = parts[i]};
        memcpy(target.id, group->id, GUID_SIZE);
        (void)json_array_append_new(
            shown,
            show_assignment(exchange, sandbox->tenant,
                            pim_policy_of(sandbox->tenant, &target, exchange->now_ms), "Group"));
    }
}

static void add_roles(struct sandbox *sandbox, struct exchange *exchange, const char *scope_type,
                      json_t *shown)
{
    for (size_t i = 0; i < sandbox->tenant->roles_count; i++) {
        struct target target = {.kind = TARGET_ROLE, .part = "/"};
        memcpy(target.id, sandbox->tenant->roles[i]->id, GUID_SIZE);
        (void)json_array_append_new(
            shown,
            show_assignment(exchange, sandbox->tenant,
                            pim_policy_of(sandbox->tenant, &target, exchange->now_ms), scope_type));
    }
}

void graph_policy_assignments(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = "policies/roleManagementPolicyAssignments",
                                            .page = 100};
    bool fine;
    const struct filter *filter = odata_filter(exchange, &fine);
    const char *scope = odata_filter_text(filter, "scopeId");
    const char *type = odata_filter_text(filter, "scopeType");
    bool group = text_equals(type, "Group");
    if (!fine)
        return;
    if (!scope || !type) {
        graph_error(exchange, 400, "MissingParameters",
                    "The filter must have scopeId eq and scopeType eq.");
        return;
    }
    if (!check_permission(sandbox, exchange, group))
        return;
    json_t *shown = memory_needed(json_array());
    if (group)
        add_group(sandbox, exchange, tenant_group(sandbox->tenant, scope), shown);
    else if (text_equals(type, "DirectoryRole") || text_equals(type, "Directory"))
        add_roles(sandbox, exchange, type, shown);
    odata_list(exchange, &rules, shown);
}

/* The policy whose id, in any of its forms, is the first parameter; NULL with an answer. */
static const struct pim_policy *find_policy(struct sandbox *sandbox, struct exchange *exchange,
                                            const char **scope_type)
{
    static const char *const types[] = {"Group", "DirectoryRole", "Directory"};
    json_auto_t *all = memory_needed(json_array()); /* has every policy made that exists */
    for (size_t i = 0; i < sandbox->tenant->groups_count; i++)
        add_group(sandbox, exchange, sandbox->tenant->groups[i], all);
    add_roles(sandbox, exchange, "DirectoryRole", all);
    for (size_t i = 0; i < sandbox->tenant->policies_count; i++) {
        const struct pim_policy *policy = sandbox->tenant->policies[i];
        bool group = policy->target.kind == TARGET_GROUP;
        for (size_t k = group ? 0 : 1; k < (group ? 1 : COUNT(types)); k++) {
            const char *id = policy_id(exchange, sandbox->tenant, policy, types[k]);
            *scope_type = types[k];
            if (text_starts_with(exchange->params[0], id))
                return check_permission(sandbox, exchange, group) ? policy : NULL;
        }
    }
    graph_error(exchange, 404, "ResourceNotFound", "The policy is not found.");
    return NULL;
}

void graph_policy_assignment(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *type;
    const struct pim_policy *policy = find_policy(sandbox, exchange, &type);
    if (policy)
        graph_entity(exchange, 200, "policies/roleManagementPolicyAssignments/$entity",
                     show_assignment(exchange, sandbox->tenant, policy, type));
}

void graph_policy(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *type, *expand = exchange_query(exchange, "$expand");
    const struct pim_policy *policy = find_policy(sandbox, exchange, &type);
    if (policy)
        graph_entity(exchange, 200, "policies/roleManagementPolicies/$entity",
                     show_policy(exchange, sandbox->tenant, policy, type,
                                 expand && strstr(expand, "rules")));
}

void graph_policy_rules(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *type;
    const struct pim_policy *policy = find_policy(sandbox, exchange, &type);
    if (!policy)
        return;
    const struct list_rules rules = {
        .context = arena_text(exchange->arena, "policies/roleManagementPolicies('%s')/rules",
                              policy_id(exchange, sandbox->tenant, policy, type)),
        .page = 100};
    odata_list(exchange, &rules, json_deep_copy(policy->rules));
}

void graph_policy_rule(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *type;
    const struct pim_policy *policy = find_policy(sandbox, exchange, &type);
    const json_t *rule = policy ? pim_rule(policy, exchange->params[1]) : NULL;
    if (rule)
        graph_entity(exchange, 200, "policies/roleManagementPolicies/rules/$entity",
                     json_deep_copy(rule));
    else if (policy)
        graph_error(exchange, 404, "ResourceNotFound", "The rule is not found.");
}
