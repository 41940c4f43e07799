#include "sandbox/arm/arm.h"

#include "base/digest.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/tenant/members.h"

#include <stdio.h>
#include <string.h>

#define PROVIDER "/providers/Microsoft.Authorization/"

static json_t *moment_or_null(int64_t moment_ms)
{
    char text[25];
    if (moment_ms == MOMENT_NEVER)
        return json_null();
    moment_text_ms(moment_ms, text);
    return json_string(text);
}

static json_t *text_at(const char *scope, const char *type, const char *name)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "%s" PROVIDER "%s/%s", scope, type, name);
    return json_string(text);
}

/* An id of its own for what comes of something else: always the same one. */
static void derived_guid(const char *from, const char *what, char guid[GUID_SIZE])
{
    char text[128], hex[DIGEST_HEX_SIZE];
    (void)snprintf(text, sizeof text, "%s %s", what, from);
    struct digest digest = digest_of_text(text);
    digest_hex(&digest, hex);
    (void)snprintf(guid, GUID_SIZE, "%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17,
                   hex + 20);
}

static const char *type_of(const struct tenant *tenant, const char *principal)
{
    return tenant_person(tenant, principal)  ? "User"
           : tenant_group(tenant, principal) ? "Group"
                                             : "ServicePrincipal";
}

static const char *kind_of_scope(const char *scope)
{
    if (text_starts_with(scope, "/providers/Microsoft.Management/"))
        return "managementgroup";
    return strstr(scope, "/resourceGroups/") ? "resourcegroup" : "subscription";
}

static json_t *expanded(const struct tenant *tenant, const struct target *target,
                        const char *principal)
{
    const struct azure_scope *scope = tenant_azure_scope(tenant, target->part);
    const struct person *person = tenant_person(tenant, principal);
    const struct group *group = tenant_group(tenant, principal);
    return json_pack("{s:{s:s, s:s?, s:s}, s:{s:o, s:s, s:s}, s:{s:s, s:s?, s:s?, s:s}}", "scope",
                     "id", target->part, "displayName", scope ? scope->name : NULL, "type",
                     kind_of_scope(target->part), "roleDefinition", "id",
                     text_at(target->part, "roleDefinitions", target->id), "displayName",
                     pim_target_name(tenant, target), "type", "BuiltInRole", "principal", "id",
                     principal, "displayName",
                     person  ? person->name
                     : group ? group->name
                             : NULL,
                     "email", person ? person->mail : NULL, "type", type_of(tenant, principal));
}

/* What requests, schedules and instances have alike. */
static json_t *common(const struct tenant *tenant, const struct target *target,
                      const char *principal, const struct condition *condition)
{
    return memory_needed(
        json_pack("{s:s, s:o, s:s, s:s, s:s?, s:s?, s:o}", "scope", target->part,
                  "roleDefinitionId", text_at(target->part, "roleDefinitions", target->id),
                  "principalId", principal, "principalType", type_of(tenant, principal),
                  "condition", condition->text, "conditionVersion", condition->version,
                  "expandedProperties", expanded(tenant, target, principal)));
}

/* {"properties", "name", "id", "type"}; steals the properties. */
static json_t *resource(const char *scope, const char *type, const char *name, json_t *properties)
{
    char kind[128];
    (void)snprintf(kind, sizeof kind, "Microsoft.Authorization/%s", type);
    return memory_needed(json_pack("{s:o, s:s, s:o, s:s}", "properties", properties, "name", name,
                                   "id", text_at(scope, type, name), "type", kind));
}

static const char *capital(char text[32], const char *name)
{
    (void)snprintf(text, 32, "%s", name);
    text[0] = (char)(text[0] >= 'a' ? text[0] - 'a' + 'A' : text[0]);
    return text;
}

static json_t *schedule_info(const struct pim_request *request)
{
    char type[32];
    bool span = text_equals(request->expiration, "afterDuration");
    if (!request->expiration)
        return json_null();
    return json_pack(
        "{s:o, s:{s:s, s:o, s:s?}}", "startDateTime", moment_or_null(request->starts_ms),
        "expiration", "type", capital(type, request->expiration), "endDateTime",
        span ? json_null() : moment_or_null(request->ends_ms), "duration", request->duration);
}

json_t *arm_show_request(struct sandbox *sandbox, const struct pim_request *request)
{
    char action[32], approval[128];
    (void)snprintf(approval, sizeof approval, PROVIDER "roleAssignmentApprovals/%s", request->id);
    json_t *properties =
        common(sandbox->tenant, &request->target, request->principal, &request->condition);
    json_auto_t *own = memory_needed(
        json_pack("{s:s?, s:n, s:s, s:s, s:s?, s:o, s:{s:s?, s:s?}, s:s?, s:s, s:o, s:s?}",
                  "targetRoleAssignmentScheduleId", *request->schedule ? request->schedule : NULL,
                  "targetRoleAssignmentScheduleInstanceId", "requestType",
                  capital(action, request->action), "status", request->status, "approvalId",
                  request->approval.needed ? approval : NULL, "scheduleInfo",
                  schedule_info(request), "ticketInfo", "ticketNumber", request->ticket_number,
                  "ticketSystem", request->ticket_system, "justification", request->justification,
                  "requestorId", request->made_by, "createdOn", moment_or_null(request->made_ms),
                  "linkedRoleEligibilityScheduleId", *request->linked ? request->linked : NULL));
    (void)json_object_update(properties, own);
    return resource(request->target.part, "RoleAssignmentScheduleRequests", request->id,
                    properties);
}

static json_t *instance_properties(struct sandbox *sandbox, const struct assignment *assignment,
                                   const char *at)
{
    bool above = *at && !text_equals_ignoring_case(assignment->target.part, at) &&
                 scope_covers(assignment->target.part, at);
    bool group = tenant_group(sandbox->tenant, assignment->principal) != NULL;
    json_t *properties =
        common(sandbox->tenant, &assignment->target, assignment->principal, &assignment->condition);
    json_auto_t *own =
        memory_needed(json_pack("{s:s, s:o, s:o, s:s, s:o}", "status", "Provisioned",
                                "startDateTime", moment_or_null(assignment->starts_ms),
                                "endDateTime", moment_or_null(assignment->ends_ms), "memberType",
                                above   ? "Inherited"
                                : group ? "Group"
                                        : "Direct",
                                "createdOn", moment_or_null(assignment->made_ms)));
    (void)json_object_update(properties, own);
    return properties;
}

json_t *arm_show_view(struct sandbox *sandbox, const struct assignment *assignment,
                      enum pim_view view, const char *at)
{
    static const char *const types[] = {[INSTANCES] = "RoleAssignmentScheduleInstances",
                                        [SCHEDULES] = "RoleAssignmentSchedules",
                                        [ELIGIBILITIES] = "RoleEligibilityScheduleInstances",
                                        [ELIGIBILITY_SCHEDULES] = "RoleEligibilitySchedules"};
    char instance[GUID_SIZE];
    const char *scope = assignment->target.part;
    bool eligible = assignment->manner == ELIGIBLE;
    bool schedule = view == SCHEDULES || view == ELIGIBILITY_SCHEDULES;
    json_t *properties = instance_properties(sandbox, assignment, at);
    derived_guid(assignment->id, "instance", instance);
    if (!eligible) {
        (void)json_object_set_new(
            properties, "assignmentType",
            json_string(assignment->manner == ACTIVATED ? "Activated" : "Assigned"));
        (void)json_object_set_new(properties, "linkedRoleEligibilityScheduleId",
                                  *assignment->linked ? json_string(assignment->linked)
                                                      : json_null());
    }
    if (!schedule && !eligible)
        (void)json_object_set_new(properties, "originRoleAssignmentId",
                                  text_at(scope, "roleAssignments", instance));
    if (!schedule)
        (void)json_object_set_new(
            properties, eligible ? "roleEligibilityScheduleId" : "roleAssignmentScheduleId",
            text_at(scope, eligible ? "RoleEligibilitySchedules" : "RoleAssignmentSchedules",
                    assignment->id));
    return resource(scope, types[view], schedule ? assignment->id : instance, properties);
}

json_t *arm_show_stage(struct sandbox *sandbox, const struct exchange *exchange,
                       const struct pim_request *request)
{
    char id[512];
    const char *result = request->approval.result, *reason = request->approval.justification;
    const struct person *by = tenant_person(sandbox->tenant, request->approval.by);
    bool open = text_equals(request->status, "PendingApproval");
    json_t *reviewer =
        by ? json_pack("{s:s, s:s, s:s, s:s}", "principalType", "user", "principalId", by->id,
                       "principalName", by->name, "userPrincipalName", by->upn)
           : json_null();
    (void)snprintf(id, sizeof id, PROVIDER "roleAssignmentApprovals/%s/stages/%s", request->id,
                   request->approval.id);
    return memory_needed(
        json_pack("{s:s, s:s, s:s, s:{s:n, s:s, s:b, s:o, s:o, s:s, s:s}}", "id", id, "type",
                  "Microsoft.Authorization/roleAssignmentApprovals/stages", "name",
                  request->approval.id, "properties", "displayName", "status",
                  open     ? "InProgress"
                  : result ? "Completed"
                           : "Expired",
                  "assignedToMe",
                  open && pim_may_decide(sandbox, request, exchange->person->id, exchange->now_ms),
                  "reviewedBy", reviewer, "reviewedDateTime",
                  result ? moment_or_null(request->approval.at_ms) : json_null(), "reviewResult",
                  result ? result : "NotReviewed", "justification", reason ? reason : ""));
}
