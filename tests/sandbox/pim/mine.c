/* filterByCurrentUser: what PIM shows a person of themselves, and what waits for their decision. */
#include "sandbox/graph/handlers.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/odata.h"
#include "sandbox/pim/pim.h"
#include "sandbox/tenant/members.h"

#include <stdio.h>

/* The type of an entry stands in it, as the context only says what it is a collection of. */
static json_t *typed(const char *type, json_t *entry)
{
    json_t *shown = memory_needed(json_pack("{s:s}", "@odata.type", type));
    (void)json_object_update(shown, entry);
    json_decref(entry);
    return shown;
}

static const char *const group_types[] = {
    [INSTANCES] = "#microsoft.graph.privilegedAccessGroupAssignmentScheduleInstance",
    [SCHEDULES] = "#microsoft.graph.privilegedAccessGroupAssignmentSchedule",
    [ELIGIBILITIES] = "#microsoft.graph.privilegedAccessGroupEligibilityScheduleInstance",
    [ELIGIBILITY_SCHEDULES] = "#microsoft.graph.privilegedAccessGroupEligibilitySchedule",
};
static const char *const role_types[] = {
    [INSTANCES] = "#microsoft.graph.unifiedRoleAssignmentScheduleInstance",
    [SCHEDULES] = "#microsoft.graph.unifiedRoleAssignmentSchedule",
    [ELIGIBILITIES] = "#microsoft.graph.unifiedRoleEligibilityScheduleInstance",
    [ELIGIBILITY_SCHEDULES] = "#microsoft.graph.unifiedRoleEligibilitySchedule",
};

static const char *context_of(struct exchange *exchange, const char *type)
{
    return arena_text(exchange->arena, "Collection(%s)", type + sizeof "#microsoft.graph." - 1);
}

/* Through a group: of groups only, and only what one is eligible for (B27, D13). */
static bool is_through_group(const struct tenant *tenant, const struct assignment *assignment,
                             const char *person, enum target_kind kind, enum pim_view view,
                             int64_t at_ms)
{
    return kind == TARGET_GROUP && view == ELIGIBILITIES &&
           members_has(tenant, assignment->principal, person, at_ms);
}

static void mine(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind,
                 enum pim_view view)
{
    const char *type = kind == TARGET_GROUP ? group_types[view] : role_types[view];
    const char *person = exchange->person->id;
    const struct list_rules rules = {.context = context_of(exchange, type), .page = 100};
    int64_t at = sandbox_read_ms(sandbox, exchange);
    json_t *shown = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->assignments_count; i++) {
        const struct assignment *assignment = sandbox->tenant->assignments[i];
        bool own = text_equals(assignment->principal, person);
        if (!pim_is_shown(assignment, kind, view, at) ||
            (!own && !is_through_group(sandbox->tenant, assignment, person, kind, view, at)))
            continue;
        json_t *entry = typed(type, pim_show_view(assignment, view));
        if (!own) {
            (void)json_object_set_new(entry, "principalId", json_string(person));
            (void)json_object_set_new(entry, "memberType", json_string("Group"));
        }
        (void)json_array_append_new(shown, entry);
    }
    odata_list(exchange, &rules, shown);
}

#define MINE(name, kind, view)                                                                     \
    void graph_##name(struct sandbox *sandbox, struct exchange *exchange)                          \
    {                                                                                              \
        mine(sandbox, exchange, kind, view);                                                       \
    }
MINE(my_group_instances, TARGET_GROUP, INSTANCES)
MINE(my_group_schedules, TARGET_GROUP, SCHEDULES)
MINE(my_group_eligibilities, TARGET_GROUP, ELIGIBILITIES)
MINE(my_group_eligibility_schedules, TARGET_GROUP, ELIGIBILITY_SCHEDULES)
MINE(my_role_instances, TARGET_ROLE, INSTANCES)
MINE(my_role_schedules, TARGET_ROLE, SCHEDULES)
MINE(my_role_eligibilities, TARGET_ROLE, ELIGIBILITIES)
MINE(my_role_eligibility_schedules, TARGET_ROLE, ELIGIBILITY_SCHEDULES)

/* Lists for who decides write actions as "SelfActivate" (contract 4.2). */
static void capitalise(json_t *shown)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%s", json_member_text(shown, "action"));
    text[0] = (char)(text[0] - 'a' + 'A');
    (void)json_object_set_new(shown, "action", json_string(text));
}

static void my_requests(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind,
                        bool to_decide)
{
    const char *type = kind == TARGET_GROUP
                           ? "#microsoft.graph.privilegedAccessGroupAssignmentScheduleRequest"
                           : "#microsoft.graph.unifiedRoleAssignmentScheduleRequest";
    const struct list_rules rules = {.context = context_of(exchange, type), .page = 100};
    int64_t at = sandbox_read_ms(sandbox, exchange);
    json_t *shown = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->requests_count; i++) {
        const struct pim_request *request = sandbox->tenant->requests[i];
        bool own = text_equals(request->principal, exchange->person->id);
        if (request->target.kind != kind || request->made_ms > at ||
            (to_decide ? !request->approval.needed ||
                             !pim_may_decide(sandbox, request, exchange->person->id, at)
                       : !own))
            continue;
        json_t *entry = typed(type, pim_show_request(request, false));
        if (to_decide && kind == TARGET_ROLE)
            capitalise(entry);
        (void)json_array_append_new(shown, entry);
    }
    odata_list(exchange, &rules, shown);
}

void graph_my_group_requests(struct sandbox *sandbox, struct exchange *exchange)
{
    my_requests(sandbox, exchange, TARGET_GROUP, false);
}

void graph_my_role_requests(struct sandbox *sandbox, struct exchange *exchange)
{
    my_requests(sandbox, exchange, TARGET_ROLE, false);
}

void graph_group_requests_to_decide(struct sandbox *sandbox, struct exchange *exchange)
{
    my_requests(sandbox, exchange, TARGET_GROUP, true);
}

void graph_role_requests_to_decide(struct sandbox *sandbox, struct exchange *exchange)
{
    my_requests(sandbox, exchange, TARGET_ROLE, true);
}
