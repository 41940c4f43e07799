/* Requests, schedules and instances as Graph shows them, and assignments as this API does. */
#include "sandbox/pim/pim.h"

#include "base/digest.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"

#include <stdio.h>

static json_t *moment_or_null(int64_t moment_ms)
{
    char text[25];
    if (moment_ms == MOMENT_NEVER)
        return json_null();
    moment_text_ms(moment_ms, text);
    return json_string(text);
}

/* An end that somebody named to the second is shown to the second. */
static json_t *end_shown(int64_t ends_ms)
{
    if (ends_ms != MOMENT_NEVER && ends_ms % 1000 == 0)
        return graph_moment_seconds(ends_ms / 1000);
    return moment_or_null(ends_ms);
}

const char *pim_target_name(const struct tenant *tenant, const struct target *target)
{
    const struct group *group = tenant_group(tenant, target->id);
    const struct role *role = tenant_role(tenant, target->id);
    const struct role *azure = tenant_azure_role(tenant, target->id);
    return group ? group->name : role ? role->name : azure ? azure->name : target->id;
}

static json_t *show_target(const struct tenant *tenant, const struct target *target)
{
    static const char *const kinds[] = {
        [TARGET_GROUP] = "group", [TARGET_ROLE] = "directory_role", [TARGET_AZURE] = "azure_role"};
    bool group = target->kind == TARGET_GROUP;
    return json_pack("{s:s, s:s, s:s, s:s}", "kind", kinds[target->kind], "id", target->id, "name",
                     pim_target_name(tenant, target), group ? "access" : "scope", target->part);
}

json_t *pim_show(const struct tenant *tenant, const struct assignment *assignment)
{
    static const char *const manners[] = {"assigned", "activated", "eligible", "outside"};
    const struct person *person = tenant_person(tenant, assignment->principal);
    const struct group *group = tenant_group(tenant, assignment->principal);
    const char *name = person ? person->name : group ? group->name : NULL;
    return memory_needed(json_pack(
        "{s:s, s:{s:s, s:s?}, s:o, s:s, s:s, s:s?, s:o, s:o, s:o, s:o, s:s?}", "id", assignment->id,
        "principal", "id", assignment->principal, "name", name, "target",
        show_target(tenant, &assignment->target), "manner", manners[assignment->manner], "by",
        assignment->by, "request", *assignment->request ? assignment->request : NULL, "made_at",
        moment_or_null(assignment->made_ms), "starts_at", moment_or_null(assignment->starts_ms),
        "ends_at", moment_or_null(assignment->ends_ms), "gone_at",
        moment_or_null(assignment->gone_ms), "why",
        assignment->gone_ms == MOMENT_NEVER ? NULL : assignment->why_gone));
}

/* The parts of its target that every view has, as this kind of target writes them. */
static void set_target(json_t *shown, const struct target *target, const char *principal)
{
    (void)json_object_set_new(shown, "principalId", json_string(principal));
    if (target->kind == TARGET_GROUP) {
        (void)json_object_set_new(shown, "accessId", json_string(target->part));
        (void)json_object_set_new(shown, "groupId", json_string(target->id));
        return;
    }
    (void)json_object_set_new(shown, "roleDefinitionId", json_string(target->id));
    (void)json_object_set_new(shown, "directoryScopeId", json_string(target->part));
    (void)json_object_set_new(shown, "appScopeId", json_null());
}

/* "{group}_{member}_{guid}" for groups, the GUID alone for roles (D12). */
static json_t *schedule_id(const struct target *target, const char *guid)
{
    char text[128];
    if (target->kind == TARGET_ROLE)
        return json_string(guid);
    (void)snprintf(text, sizeof text, "%s_%s_%s", target->id, target->part, guid);
    return json_string(text);
}

/* Instances have ids of their own, of another form than schedules: whoever parses them is wrong. */
static json_t *instance_id(const struct assignment *assignment)
{
    char text[128], base64[DIGEST_BASE64URL_SIZE];
    struct digest digest = digest_of_text(assignment->id);
    digest_base64url(&digest, base64);
    if (assignment->target.kind == TARGET_ROLE)
        (void)snprintf(text, sizeof text, "%.38s-%d", base64,
                       assignment->manner == ACTIVATED ? 2 : 1);
    else
        (void)snprintf(text, sizeof text, "%s_%s_%.36s", assignment->target.id,
                       assignment->target.part, base64);
    return json_string(text);
}

static json_t *schedule_info(int64_t starts_ms, int64_t ends_ms, const char *type,
                             const char *duration, bool fresh)
{
    json_t *end = text_equals(type, "afterDuration") ? json_null() : end_shown(ends_ms);
    return json_pack("{s:o, s:n, s:{s:s, s:o, s:s?}}", "startDateTime",
                     fresh ? graph_moment(starts_ms) : moment_or_null(starts_ms), "recurrence",
                     "expiration", "type", type, "endDateTime", end, "duration", duration);
}

json_t *pim_show_request(const struct pim_request *request, bool fresh)
{
    bool group = request->target.kind == TARGET_GROUP;
    json_t *by = group ? json_pack("{s:{s:s}}", "user", "id", request->made_by)
                       : json_pack("{s:n, s:n, s:{s:n, s:s}}", "application", "device", "user",
                                   "displayName", "id", request->made_by);
    json_t *info = request->expiration
                       ? schedule_info(request->starts_ms, request->ends_ms, request->expiration,
                                       request->duration, fresh)
                       : json_null();
    json_t *completed =
        fresh ? graph_moment(request->completed_ms) : moment_or_null(request->completed_ms);
    json_t *shown = memory_needed(json_pack(
        "{s:s, s:s, s:o, s:o, s:s?, s:n, s:o, s:s, s:b, s:s?, s:o, s:{s:s?, s:s?}, s:o}", "id",
        request->id, "status", request->status, "createdDateTime",
        fresh ? graph_moment(request->made_ms) : moment_or_null(request->made_ms),
        "completedDateTime", completed, "approvalId", request->approval.needed ? request->id : NULL,
        "customData", "createdBy", by, "action", request->action, "isValidationOnly",
        request->validation_only, "justification", request->justification, "scheduleInfo", info,
        "ticketInfo", "ticketNumber", request->ticket_number, "ticketSystem",
        request->ticket_system, "targetScheduleId",
        *request->schedule ? schedule_id(&request->target, request->schedule) : json_null()));
    set_target(shown, &request->target, request->principal);
    return shown;
}

json_t *pim_show_instance(const struct assignment *assignment)
{
    bool group = assignment->target.kind == TARGET_GROUP;
    bool permanent = assignment->ends_ms == MOMENT_NEVER;
    const char *schedule = assignment->manner == ELIGIBLE
                               ? (group ? "eligibilityScheduleId" : "roleEligibilityScheduleId")
                               : (group ? "assignmentScheduleId" : "roleAssignmentScheduleId");
    json_t *shown = memory_needed(
        json_pack("{s:o, s:o, s:o, s:s, s:o}", "id", instance_id(assignment), "startDateTime",
                  permanent && !group ? json_null() : moment_or_null(assignment->starts_ms),
                  "endDateTime", end_shown(assignment->ends_ms), "memberType", "Direct", schedule,
                  schedule_id(&assignment->target, assignment->id)));
    if (assignment->manner != ELIGIBLE)
        (void)json_object_set_new(
            shown, "assignmentType",
            json_string(assignment->manner == ACTIVATED ? "Activated" : "Assigned"));
    if (!group && assignment->manner != ELIGIBLE)
        (void)json_object_set_new(shown, "roleAssignmentOriginId", instance_id(assignment));
    set_target(shown, &assignment->target, assignment->principal);
    return shown;
}

json_t *pim_show_schedule(const struct assignment *assignment)
{
    bool permanent = assignment->ends_ms == MOMENT_NEVER;
    json_t *shown = memory_needed(
        json_pack("{s:o, s:o, s:o, s:s?, s:s, s:s, s:o}", "id",
                  schedule_id(&assignment->target, assignment->id), "createdDateTime",
                  moment_or_null(assignment->made_ms), "modifiedDateTime", json_null(),
                  "createdUsing", *assignment->request ? assignment->request : NULL, "status",
                  "Provisioned", "memberType", "Direct", "scheduleInfo",
                  schedule_info(assignment->starts_ms, assignment->ends_ms,
                                permanent ? "noExpiration" : "afterDateTime", NULL, false)));
    if (assignment->manner != ELIGIBLE)
        (void)json_object_set_new(
            shown, "assignmentType",
            json_string(assignment->manner == ACTIVATED ? "Activated" : "Assigned"));
    set_target(shown, &assignment->target, assignment->principal);
    return shown;
}

bool pim_is_shown(const struct assignment *assignment, enum target_kind kind, enum pim_view view,
                  int64_t at_ms)
{
    bool eligible = view == ELIGIBILITIES || view == ELIGIBILITY_SCHEDULES;
    bool schedule = view == SCHEDULES || view == ELIGIBILITY_SCHEDULES;
    if (assignment->target.kind != kind || assignment->manner == OUTSIDE ||
        (assignment->manner == ELIGIBLE) != eligible)
        return false;
    int64_t from = schedule ? assignment->made_ms : assignment->starts_ms;
    return from <= at_ms && at_ms < assignment->gone_ms;
}

json_t *pim_show_view(const struct assignment *assignment, enum pim_view view)
{
    return view == SCHEDULES || view == ELIGIBILITY_SCHEDULES ? pim_show_schedule(assignment)
                                                              : pim_show_instance(assignment);
}
