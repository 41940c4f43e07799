#include "sandbox/graph/logs.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/handlers.h"
#include "sandbox/graph/odata.h"
#include "sandbox/pim/pim.h"

#include <stdio.h>

static json_t *device_detail(const struct device *device)
{
    if (!device)
        return json_pack("{s:s, s:n, s:s, s:s, s:n, s:n, s:n}", "deviceId", "", "displayName",
                         "operatingSystem", "Windows10", "browser", "Edge 128.0.0", "isCompliant",
                         "isManaged", "trustType");
    json_t *compliant = text_equals(device->compliant, "unknown")
                            ? json_null()
                            : json_boolean(text_equals(device->compliant, "true"));
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:b, s:s}", "deviceId", device->device_id,
                     "displayName", device->name, "operatingSystem", device->system, "browser",
                     "Edge 128.0.0", "isCompliant", compliant, "isManaged", device->managed,
                     "trustType", "Azure AD joined");
}

static const char *result_of(const struct access_policy *policy, const json_t *contexts, int aadsts)
{
    size_t i;
    json_t *context;
    if (text_equals(policy->state, "disabled"))
        return "notEnabled";
    json_array_foreach ((json_t *)contexts, i, context) {
        if (!text_equals(policy->context, json_string_value(context)))
            continue;
        if (text_equals(policy->state, "enabled"))
            return aadsts ? "failure" : "success";
        return aadsts ? "reportOnlyFailure" : "reportOnlySuccess";
    }
    return "notApplied";
}

static json_t *applied_policies(const struct sandbox *sandbox, const json_t *contexts, int aadsts)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->access_policies_count; i++) {
        const struct access_policy *policy = sandbox->tenant->access_policies[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:[], s:[], s:s}", "id", policy->id, "displayName",
                            policy->name, "enforcedGrantControls", "enforcedSessionControls",
                            "result", result_of(policy, contexts, aadsts)));
    }
    return list;
}

static void add_sign_in(struct sandbox *sandbox, int64_t at_ms, const struct person *person,
                        json_t *rest)
{
    char id[GUID_SIZE], correlation[GUID_SIZE];
    guid_new(id);
    guid_new(correlation);
    const char *risk = person->risk_level ? person->risk_level : "none";
    const char *state = person->risk_state ? person->risk_state : "none";
    struct log_entry *entry = tenant_new_sign_ins(sandbox->tenant);
    entry->at_ms = at_ms;
    entry->shown = memory_needed(
        json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[], s:s, s:s, s:o}",
                  "id", id, "createdDateTime", graph_moment(at_ms), "userDisplayName", person->name,
                  "userPrincipalName", person->upn, "userId", person->id, "ipAddress", "127.0.0.1",
                  "correlationId", correlation, "riskDetail", "none", "riskLevelAggregated", risk,
                  "riskLevelDuringSignIn", "none", "riskState", state, "riskEventTypes",
                  "resourceDisplayName", "Microsoft Graph", "resourceId",
                  "00000003-0000-0000-c000-000000000000", "location",
                  json_pack("{s:s, s:s, s:s, s:n}", "city", "Berlin", "state", "Berlin",
                            "countryOrRegion", "DE", "geoCoordinates")));
    (void)json_object_update(entry->shown, rest);
    json_decref(rest);
}

static json_t *status(int aadsts, const char *says)
{
    return json_pack("{s:i, s:s?, s:n}", "errorCode", aadsts, "failureReason", aadsts ? says : NULL,
                     "additionalDetails");
}

void logs_sign_in(struct sandbox *sandbox, struct exchange *exchange, const struct app *app,
                  const struct evidence *evidence, const json_t *contexts, int aadsts,
                  const char *says)
{
    const struct device *device = tenant_device(sandbox->tenant, evidence->device);
    const struct person *person = exchange->person;
    bool risky = evidence->risk && !text_equals(evidence->risk, "none");
    add_sign_in(
        sandbox, exchange->now_ms, person,
        memory_needed(json_pack(
            "{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:s, s:s*}", "appId", app->id,
            "appDisplayName", app->name, "clientAppUsed", "Browser", "conditionalAccessStatus",
            aadsts ? "failure" : "success", "isInteractive", 1, "status", status(aadsts, says),
            "deviceDetail", device_detail(device), "appliedConditionalAccessPolicies",
            applied_policies(sandbox, contexts, aadsts), "riskLevelDuringSignIn",
            evidence->risk ? evidence->risk : "none", "riskState", risky ? "atRisk" : NULL)));
}

void logs_legacy_sign_in(struct sandbox *sandbox, int64_t now_ms, const struct person *person,
                         const char *client, bool interactive, int aadsts)
{
    add_sign_in(
        sandbox, now_ms, person,
        memory_needed(json_pack(
            "{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:[]}", "appId",
            "00000002-0000-0ff1-ce00-000000000000", "appDisplayName", "Office 365 Exchange Online",
            "clientAppUsed", client, "conditionalAccessStatus", aadsts ? "failure" : "notApplied",
            "isInteractive", interactive, "status", status(aadsts, "Access was blocked."),
            "deviceDetail", device_detail(NULL), "appliedConditionalAccessPolicies")));
}

static void add_audit(struct sandbox *sandbox, int64_t at_ms, const char *correlation,
                      const char *activity, const char *service, const char *by,
                      enum target_kind kind, json_t *targets)
{
    static const char *const categories[] = {[TARGET_GROUP] = "GroupManagement",
                                             [TARGET_ROLE] = "RoleManagement",
                                             [TARGET_AZURE] = "ResourceManagement"};
    char id[GUID_SIZE], audit_id[64];
    guid_new(id);
    (void)snprintf(audit_id, sizeof audit_id, "PIM_%s", id);
    json_t *app = json_pack("{s:n, s:s, s:n, s:n}", "appId", "displayName", by,
                            "servicePrincipalId", "servicePrincipalName");
    struct log_entry *entry = tenant_new_audits(sandbox->tenant);
    entry->at_ms = at_ms;
    entry->shown = memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:{s:o, s:n}, s:o, s:[]}", "id", audit_id,
        "category", categories[kind], "correlationId", correlation, "result", "success",
        "resultReason", "", "activityDisplayName", activity, "activityDateTime",
        graph_moment(at_ms), "loggedByService", service, "operationType", "Update", "initiatedBy",
        "app", app, "user", "targetResources", targets, "additionalDetails"));
}

static json_t *target_resource(const struct tenant *tenant, const struct target *target)
{
    return json_pack("{s:s, s:s, s:s, s:n, s:n, s:[]}", "id", target->id, "displayName",
                     pim_target_name(tenant, target), "type",
                     target->kind == TARGET_GROUP ? "Group" : "Role", "userPrincipalName",
                     "groupType", "modifiedProperties");
}

void logs_pim(struct sandbox *sandbox, const struct assignment *assignment, int64_t at_ms,
              const char *activity)
{
    const struct person *person = tenant_person(sandbox->tenant, assignment->principal);
    json_t *user =
        json_pack("{s:s, s:s?, s:s, s:s?, s:n, s:[]}", "id", assignment->principal, "displayName",
                  person ? person->name : NULL, "type", "User", "userPrincipalName",
                  person ? person->upn : NULL, "groupType", "modifiedProperties");
    bool outside = assignment->manner == OUTSIDE;
    add_audit(sandbox, at_ms, assignment->id, activity, outside ? "Core Directory" : "PIM",
              assignment->by, assignment->target.kind,
              json_pack("[o,o]", target_resource(sandbox->tenant, &assignment->target), user));
}

void logs_request(struct sandbox *sandbox, const struct pim_request *request, int64_t at_ms,
                  const char *activity)
{
    const struct person *person = tenant_person(sandbox->tenant, request->principal);
    const struct person *by = tenant_person(sandbox->tenant, request->made_by);
    json_t *user =
        json_pack("{s:s, s:s?, s:s, s:s?, s:n, s:[]}", "id", request->principal, "displayName",
                  person ? person->name : NULL, "type", "User", "userPrincipalName",
                  person ? person->upn : NULL, "groupType", "modifiedProperties");
    add_audit(sandbox, at_ms, request->id, activity, "PIM", request->by, request->target.kind,
              json_pack("[o,o]", target_resource(sandbox->tenant, &request->target), user));
    json_t *shown = sandbox->tenant->audits[sandbox->tenant->audits_count - 1]->shown;
    (void)json_object_set_new(shown, "resultReason",
                              json_string(request->justification ? request->justification : ""));
    if (by)
        (void)json_object_set_new(shown, "initiatedBy",
                                  json_pack("{s:n, s:{s:s, s:s, s:s, s:n}}", "app", "user", "id",
                                            by->id, "displayName", by->name, "userPrincipalName",
                                            by->upn, "ipAddress"));
}

void logs_setting(struct sandbox *sandbox, const struct target *target, int64_t at_ms)
{
    char correlation[GUID_SIZE];
    guid_new(correlation);
    add_audit(sandbox, at_ms, correlation, "Update role setting in PIM", "PIM", "somebody else",
              target->kind, json_pack("[o]", target_resource(sandbox->tenant, target)));
}
