/* Reading PIM: requests, schedules, instances, policies, role assignments. */
#include "sandbox/graph/handlers.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/entities.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/odata.h"
#include "sandbox/graph/standing.h"
#include "sandbox/pim/pim.h"
#include "sandbox/tenant/members.h"

/* A person lists their own, those of a group that they own, or all with a role (contract 3.3). */
static bool may_list(const struct sandbox *sandbox, struct exchange *exchange, const char *group,
                     const char *principal)
{
    if (!exchange->delegated || text_equals_ignoring_case(principal, exchange->person->id) ||
        standing_reads_pim(exchange))
        return true;
    json_auto_t *owners =
        group ? members_list(sandbox->tenant, group, "owner", false, exchange->now_ms)
              : json_array();
    size_t i;
    json_t *id;
    json_array_foreach (owners, i, id)
        if (text_equals(json_string_value(id), exchange->person->id))
            return true;
    graph_error_denied(exchange);
    return false;
}

/* Lists of PIM for Groups need to know whose or of what (D01). */
static bool filter_is_there(const struct sandbox *sandbox, struct exchange *exchange)
{
    bool fine;
    const struct filter *filter = odata_filter(exchange, &fine);
    if (!fine)
        return false;
    const char *group = odata_filter_text(filter, "groupId");
    const char *principal = odata_filter_text(filter, "principalId");
    if (group || principal)
        return may_list(sandbox, exchange, group, principal);
    if (sandbox->switches.missing_filter_is_bad_request)
        graph_error(exchange, 400, "BadRequest",
                    "The filter must have groupId eq or principalId eq.");
    else
        graph_error(exchange, 400, "MissingParameters", "The required parameters are missing.");
    return false;
}

/* Who is eligible through a group shows as themselves (D13). */
static void add_through_group(const struct tenant *tenant, const struct assignment *assignment,
                              int64_t at_ms, json_t *shown)
{
    json_auto_t *people = members_list(tenant, assignment->principal, "member", true, at_ms);
    size_t i;
    json_t *id;
    json_array_foreach (people, i, id) {
        json_t *entry = pim_show_instance(assignment);
        (void)json_object_set(entry, "principalId", id);
        (void)json_object_set_new(entry, "memberType", json_string("Group"));
        (void)json_array_append_new(shown, entry);
    }
}

static void list(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind,
                 enum pim_view view, const char *context)
{
    const struct list_rules rules = {.context = context, .page = 100};
    int64_t at = sandbox_read_ms(sandbox, exchange);
    if (kind == TARGET_GROUP && !filter_is_there(sandbox, exchange))
        return;
    json_t *shown = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->assignments_count; i++) {
        const struct assignment *assignment = sandbox->tenant->assignments[i];
        if (!pim_is_shown(assignment, kind, view, at))
            continue;
        (void)json_array_append_new(shown, pim_show_view(assignment, view));
        if (kind == TARGET_GROUP && view == ELIGIBILITIES)
            add_through_group(sandbox->tenant, assignment, at, shown);
    }
    odata_list(exchange, &rules, shown);
}

#define GROUP_CONTEXT "identityGovernance/privilegedAccess/group/"
#define ROLE_CONTEXT  "roleManagement/directory/"

void graph_group_instances(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, TARGET_GROUP, INSTANCES, GROUP_CONTEXT "assignmentScheduleInstances");
}

void graph_group_schedules(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, TARGET_GROUP, SCHEDULES, GROUP_CONTEXT "assignmentSchedules");
}

void graph_group_eligibilities(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, TARGET_GROUP, ELIGIBILITIES,
         GROUP_CONTEXT "eligibilityScheduleInstances");
}

void graph_group_eligibility_schedules(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, TARGET_GROUP, ELIGIBILITY_SCHEDULES,
         GROUP_CONTEXT "eligibilitySchedules");
}

void graph_role_instances(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, TARGET_ROLE, INSTANCES, ROLE_CONTEXT "roleAssignmentScheduleInstances");
}

void graph_role_schedules(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, TARGET_ROLE, SCHEDULES, ROLE_CONTEXT "roleAssignmentSchedules");
}

void graph_role_eligibilities(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, TARGET_ROLE, ELIGIBILITIES,
         ROLE_CONTEXT "roleEligibilityScheduleInstances");
}

void graph_role_eligibility_schedules(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, TARGET_ROLE, ELIGIBILITY_SCHEDULES,
         ROLE_CONTEXT "roleEligibilitySchedules");
}

static void list_requests(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind,
                          const char *context)
{
    const struct list_rules rules = {.context = context, .page = 100};
    int64_t at = sandbox_read_ms(sandbox, exchange);
    if (kind == TARGET_GROUP && !filter_is_there(sandbox, exchange))
        return;
    json_t *shown = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->requests_count; i++) {
        const struct pim_request *request = sandbox->tenant->requests[i];
        if (request->target.kind == kind && request->made_ms <= at)
            (void)json_array_append_new(shown, pim_show_request(request, false));
    }
    odata_list(exchange, &rules, shown);
}

static void answer_request(struct sandbox *sandbox, struct exchange *exchange,
                           enum target_kind kind, const char *context)
{
    static const int64_t kept_ms = 45LL * 24 * 3600 * 1000; /* C11 */
    int64_t at = sandbox_read_ms(sandbox, exchange);
    for (size_t i = 0; i < sandbox->tenant->requests_count; i++) {
        const struct pim_request *request = sandbox->tenant->requests[i];
        if (request->target.kind != kind || request->made_ms > at ||
            exchange->now_ms - request->made_ms > kept_ms ||
            !text_equals_ignoring_case(request->id, exchange->params[0]))
            continue;
        if (pim_may_read(sandbox, exchange, request))
            graph_entity(exchange, 200, context, pim_show_request(request, false));
        else
            graph_error_denied(exchange);
        return;
    }
    graph_error(exchange, 404, "ResourceNotFound", "Resource not found");
}

void graph_group_requests(struct sandbox *sandbox, struct exchange *exchange)
{
    list_requests(sandbox, exchange, TARGET_GROUP, GROUP_CONTEXT "assignmentScheduleRequests");
}

void graph_group_request(struct sandbox *sandbox, struct exchange *exchange)
{
    answer_request(sandbox, exchange, TARGET_GROUP,
                   GROUP_CONTEXT "assignmentScheduleRequests/$entity");
}

void graph_group_post(struct sandbox *sandbox, struct exchange *exchange)
{
    pim_post_request(sandbox, exchange, TARGET_GROUP);
}

void graph_role_requests(struct sandbox *sandbox, struct exchange *exchange)
{
    list_requests(sandbox, exchange, TARGET_ROLE, ROLE_CONTEXT "roleAssignmentScheduleRequests");
}

void graph_role_request(struct sandbox *sandbox, struct exchange *exchange)
{
    answer_request(sandbox, exchange, TARGET_ROLE,
                   ROLE_CONTEXT "roleAssignmentScheduleRequests/$entity");
}

void graph_role_post(struct sandbox *sandbox, struct exchange *exchange)
{
    pim_post_request(sandbox, exchange, TARGET_ROLE);
}

static bool may_cancel(const struct sandbox *sandbox, const struct exchange *exchange,
                       const struct pim_request *request)
{
    if (!exchange->delegated || text_equals(request->made_by, exchange->person->id) ||
        text_equals(request->principal, exchange->person->id))
        return true;
    return request->target.kind == TARGET_GROUP
               ? standing_writes_group(sandbox, exchange, request->target.id)
               : standing_writes_roles(exchange);
}

/* (C06, C07, C08) */
static void cancel(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind)
{
    struct pim_request *request = pim_find_request(sandbox->tenant, exchange->params[0], kind);
    if (!request) {
        graph_error(exchange, 404, "ResourceNotFound", "Resource not found");
        return;
    }
    if (!may_cancel(sandbox, exchange, request)) {
        graph_error_denied(exchange);
        return;
    }
    if (!pim_is_cancelable(sandbox, request)) {
        graph_error(exchange, 400, "InvalidRoleAssignmentRequest",
                    "The request cannot be canceled.");
        return;
    }
    pim_cancel(sandbox, exchange, request);
    answer_nothing(exchange, 204);
}

void graph_group_cancel(struct sandbox *sandbox, struct exchange *exchange)
{
    cancel(sandbox, exchange, TARGET_GROUP);
}

void graph_role_cancel(struct sandbox *sandbox, struct exchange *exchange)
{
    cancel(sandbox, exchange, TARGET_ROLE);
}

/* Made through PIM or outside of it: Entra shows both here. */
void graph_role_assignments(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = ROLE_CONTEXT "roleAssignments", .page = 100};
    int64_t at = sandbox_read_ms(sandbox, exchange) - sandbox->switches.membership_ms;
    json_t *shown = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->assignments_count; i++) {
        const struct assignment *assignment = sandbox->tenant->assignments[i];
        if (assignment->target.kind == TARGET_ROLE && assignment_holds(assignment, at))
            (void)json_array_append_new(
                shown, json_pack("{s:s, s:s, s:s, s:s}", "id", assignment->id, "principalId",
                                 assignment->principal, "roleDefinitionId", assignment->target.id,
                                 "directoryScopeId", assignment->target.part));
    }
    odata_list(exchange, &rules, shown);
}

void graph_role_definitions(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = ROLE_CONTEXT "roleDefinitions", .page = 100};
    json_t *shown = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->roles_count; i++)
        (void)json_array_append_new(shown, show_role(sandbox->tenant->roles[i]));
    odata_list(exchange, &rules, shown);
}

void graph_role_definition(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct role *role = tenant_role(sandbox->tenant, exchange->params[0]);
    if (role)
        graph_entity(exchange, 200, ROLE_CONTEXT "roleDefinitions/$entity", show_role(role));
    else
        graph_error_not_found(exchange, exchange->params[0]);
}
