/* POST of a schedule request: what must be so, and what it brings about (contract 4 and 5). */
#include "sandbox/pim/pim.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/arm/arm.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/logs.h"
#include "sandbox/graph/standing.h"
#include "sandbox/pim/rules.h"
#include "sandbox/tenant/members.h"

#include <string.h>

enum { LEAST_MS = 5 * 60 * 1000 };

static bool refuse(struct exchange *exchange, int status, const char *code, const char *message)
{
    graph_error(exchange, status, code, message);
    return false;
}

/* *.Remove.* covers removals only (C09). */
static bool has_permission(const struct sandbox *sandbox, const struct exchange *exchange,
                           const struct wanted *wanted)
{
    if (wanted->target.kind == TARGET_AZURE)
        return true; /* roles of Azure decide there */
    bool group = wanted->target.kind == TARGET_GROUP;
    const char *all = group ? "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup | "
                              "PrivilegedAccess.ReadWrite.AzureADGroup"
                            : "RoleAssignmentSchedule.ReadWrite.Directory | "
                              "RoleManagement.ReadWrite.Directory";
    const char *removals = group ? "PrivilegedAssignmentSchedule.Remove.AzureADGroup"
                                 : "RoleAssignmentSchedule.Remove.Directory";
    bool removal = wanted->action == ADMIN_REMOVE ||
                   (wanted->action == SELF_DEACTIVATE && sandbox->switches.remove_covers_self);
    return graph_may(exchange, all) || (removal && graph_may(exchange, removals));
}

/* What people do themselves needs their own token, and no role; the rest needs one (3.3). A role
   can also be activated for a whole group that the person is in (B18). */
static bool has_standing(const struct sandbox *sandbox, const struct exchange *exchange,
                         const struct wanted *wanted)
{
    if (wanted->action == OTHER_ACTION)
        return false;
    if (!wanted_is_self(wanted) && wanted->target.kind == TARGET_AZURE)
        return arm_administers(sandbox->tenant, exchange, wanted->target.part);
    if (!wanted_is_self(wanted))
        return !exchange->delegated ||
               (wanted->target.kind == TARGET_GROUP
                    ? standing_writes_group(sandbox, exchange, wanted->target.id)
                    : standing_writes_roles(exchange));
    return exchange->delegated && (text_equals(wanted->principal, exchange->person->id) ||
                                   (wanted->target.kind == TARGET_ROLE &&
                                    members_has(sandbox->tenant, wanted->principal,
                                                exchange->person->id, exchange->now_ms)));
}

static bool check_permission(const struct sandbox *sandbox, struct exchange *exchange,
                             const struct wanted *wanted)
{
    bool fine =
        has_permission(sandbox, exchange, wanted) && has_standing(sandbox, exchange, wanted);
    if (!fine)
        graph_error_denied(exchange);
    return fine;
}

/* Target and principal are there, known to PIM, and of a kind that it takes. */
static bool check_nouns(struct sandbox *sandbox, struct exchange *exchange,
                        const struct wanted *wanted)
{
    const struct person *person = tenant_person(sandbox->tenant, wanted->principal);
    const struct group *group = tenant_group(sandbox->tenant, wanted->target.id);
    if (wanted->target.kind == TARGET_AZURE)
        return arm_check_nouns(sandbox, exchange, wanted);
    if (wanted->target.kind == TARGET_ROLE && !tenant_role(sandbox->tenant, wanted->target.id))
        return refuse(exchange, 404, "RoleNotFound", "The role is not found.");
    if (wanted->target.kind == TARGET_GROUP && !group)
        return refuse(exchange, 404, "ResourceNotFound", "The resource is not found.");
    if (wanted->target.kind == TARGET_GROUP && (group->dynamic || group->synced))
        return refuse(exchange, 400, "InvalidRoleAssignmentRequest",
                      "The role assignment request is invalid.");
    bool young = person && exchange->now_ms - person->made_ms < sandbox->switches.new_principal_ms;
    if (young || (!person && !tenant_group(sandbox->tenant, wanted->principal)))
        return refuse(exchange, 404, "SubjectNotFound", "The subject is not found.");
    return true;
}

static bool too_short(struct exchange *exchange)
{
    /* the spelling is Graph's own */
    return refuse(exchange, 400, "ActiveDurationTooShort",
                  "The Active duration is too short. Miniumum Required is 5 minutes.");
}

/* An activation waits for nobody else's decision: one pending request at a time (B15). */
static bool check_pending(struct sandbox *sandbox, struct exchange *exchange,
                          const struct wanted *wanted)
{
    for (size_t i = 0; i < sandbox->tenant->requests_count; i++) {
        const struct pim_request *request = sandbox->tenant->requests[i];
        if (!text_equals(request->status, "PendingApproval") ||
            !text_equals(request->principal, wanted->principal) ||
            !target_equals(&request->target, &wanted->target) || exchange->repeated)
            continue;
        if (sandbox->switches.pending_has_own_code)
            return refuse(exchange, 400, "PendingRoleAssignmentRequest",
                          "There is already an existing pending Role assignment request.");
        return refuse(exchange, 400, "RoleAssignmentExists", "The Role assignment already exists.");
    }
    return true;
}

static struct assignment *find_held(const struct tenant *tenant, const struct wanted *wanted)
{
    struct assignment *assigned = pim_find(tenant, wanted->principal, &wanted->target, ASSIGNED);
    struct assignment *activated = pim_find(tenant, wanted->principal, &wanted->target, ACTIVATED);
    if (wanted_is_self(wanted))
        return activated;
    return wanted->action == ADMIN_REMOVE && !assigned ? activated : assigned;
}

static bool does_not_exist(const struct sandbox *sandbox, struct exchange *exchange)
{
    return refuse(exchange, sandbox->switches.does_not_exist_is_404 ? 404 : 400,
                  "RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
}

/* What is held already must be there, or must not. */
static bool check_held(struct sandbox *sandbox, struct exchange *exchange,
                       const struct wanted *wanted, struct assignment **held)
{
    *held = find_held(sandbox->tenant, wanted);
    if (wanted->action == SELF_ACTIVATE && !check_pending(sandbox, exchange, wanted))
        return false;
    if (wanted->action == ADMIN_ASSIGN || wanted->action == SELF_ACTIVATE)
        return !*held || exchange->repeated ||
               refuse(exchange, 400, "RoleAssignmentExists", "The Role assignment already exists.");
    if (!*held)
        return does_not_exist(sandbox, exchange);
    bool early = (*held)->active_from_ms <= exchange->now_ms &&
                 exchange->now_ms - (*held)->active_from_ms < LEAST_MS;
    if (early && (wanted->action == SELF_DEACTIVATE ||
                  (wanted->action == ADMIN_REMOVE && !sandbox->switches.early_removal)))
        return too_short(exchange);
    return true;
}

/* Who is eligible as owner and asks as member is told that there is nothing (D03). */
static bool check_access(struct sandbox *sandbox, struct exchange *exchange,
                         const struct wanted *wanted)
{
    struct target other = wanted->target;
    if (wanted->action != SELF_ACTIVATE || wanted->target.kind != TARGET_GROUP ||
        !sandbox->switches.wrong_access_does_not_exist)
        return true;
    other.part = text_equals(other.part, "owner") ? "member" : "owner";
    bool this_one = pim_eligibility(sandbox->tenant, exchange->person->id, &wanted->target,
                                    exchange->now_ms) != NULL;
    return this_one ||
           !pim_eligibility(sandbox->tenant, exchange->person->id, &other, exchange->now_ms) ||
           does_not_exist(sandbox, exchange);
}

static bool check(struct sandbox *sandbox, struct exchange *exchange, const struct wanted *wanted,
                  struct assignment **held)
{
    if (!check_permission(sandbox, exchange, wanted) || !check_nouns(sandbox, exchange, wanted))
        return false;
    if (wanted->action == SELF_ACTIVATE && wanted->expiration == AFTER_DATE_TIME &&
        sandbox->switches.self_end_refused)
        return refuse(exchange, 400, "InvalidRoleAssignmentRequest",
                      "The role assignment request is invalid.");
    if (!wanted_is_removal(wanted) && wanted->ends_ms - wanted->starts_ms < LEAST_MS)
        return too_short(exchange);
    return check_access(sandbox, exchange, wanted) && rules_allow(sandbox, exchange, wanted) &&
           check_held(sandbox, exchange, wanted, held);
}

static struct pim_request *new_request(struct sandbox *sandbox, const struct exchange *exchange,
                                       const struct wanted *wanted)
{
    struct tenant *tenant = sandbox->tenant;
    struct pim_request *request = tenant_new_requests(tenant);
    guid_new(request->id);
    if (wanted->name)
        (void)text_read_guid(wanted->name, request->id);
    memcpy(request->linked, wanted->linked, GUID_SIZE);
    request->condition.text = tenant_keep(tenant, wanted->condition.text);
    request->condition.version = tenant_keep(tenant, wanted->condition.version);
    memcpy(request->principal, wanted->principal, GUID_SIZE);
    memcpy(request->made_by, exchange->delegated ? exchange->person->id : exchange->app->object_id,
           GUID_SIZE);
    request->by = exchange->app->name;
    request->target = wanted->target;
    request->target.part = tenant_keep(tenant, wanted->target.part);
    request->action = wanted->action_text;
    request->justification = tenant_keep(tenant, wanted->justification);
    request->ticket_number = tenant_keep(tenant, wanted->ticket_number);
    request->ticket_system = tenant_keep(tenant, wanted->ticket_system);
    request->duration = tenant_keep(tenant, wanted->duration);
    request->validation_only = wanted->validation_only;
    request->made_ms = exchange->now_ms;
    request->completed_ms = MOMENT_NEVER;
    return request;
}

/* An assignment from the request on, in place of `before` if there is one. */
static struct assignment *assign(struct sandbox *sandbox, const struct exchange *exchange,
                                 const struct wanted *wanted, const struct pim_request *request,
                                 struct assignment *before)
{
    bool now = wanted->starts_ms <= exchange->now_ms;
    int64_t starts = wanted->starts_ms + (now ? sandbox->switches.provisioning_ms : 0);
    struct assignment *made =
        tenant_assign(sandbox->tenant, wanted->principal, &wanted->target,
                      wanted_is_self(wanted) ? ACTIVATED : ASSIGNED, exchange->now_ms);
    made->condition = request->condition;
    memcpy(made->linked, request->linked, GUID_SIZE);
    if (wanted_is_self(wanted) &&
        wanted->target.kind !=
            TARGET_AZURE) /* its schedule has the id of what asked for it (B01) */
        memcpy(made->id, request->id, GUID_SIZE);
    memcpy(made->request, request->id, GUID_SIZE);
    made->by = exchange->app->name;
    made->starts_ms = made->active_from_ms = starts;
    made->ends_ms = wanted->ends_ms;
    if (exchange->fault && exchange->fault->kind == FAULT_NEVER)
        made->starts_ms = MOMENT_NEVER;
    if (before) {
        pim_remove(before, starts, "updated");
        made->active_from_ms = before->active_from_ms;
    }
    return made;
}

static void note(struct sandbox *sandbox, struct exchange *exchange, const char *effect,
                 const struct assignment *assignment)
{
    json_t *shown = pim_show(sandbox->tenant, assignment);
    answer_effect(exchange, effect, shown);
}

/* A request that was refused after all is not in the way of the next one. */
static bool is_over(const char *status)
{
    static const char *const over[] = {
        "AdminDenied", "Canceled", "Denied",  "Failed", "FailedAsResourceIsLocked",
        "Invalid",     "Revoked",  "TimedOut"};
    for (size_t i = 0; i < COUNT(over); i++)
        if (text_equals(status, over[i]))
            return true;
    return false;
}

/* Its completion is dated before its beginning, as Graph does it (B04). */
static void wait_for_approval(struct sandbox *sandbox, struct exchange *exchange,
                              struct pim_request *request)
{
    enum { EARLIER_MS = 150 };
    request->status = "PendingApproval";
    request->completed_ms = exchange->now_ms - EARLIER_MS;
    request->approval.needed = true;
    memcpy(request->schedule, request->id, GUID_SIZE);
    memcpy(request->approval.id, request->id, GUID_SIZE);
    if (request->target.kind != TARGET_ROLE) /* stages have ids of their own there */
        guid_new(request->approval.id);
    if (request->target.kind == TARGET_AZURE)
        guid_new(request->schedule);
    answer_effect(exchange, "request", json_pack("{s:s}", "request", request->id));
    logs_request(sandbox, request, exchange->now_ms,
                 "Add member to role approval requested (PIM activation)");
}

static void do_assign(struct sandbox *sandbox, struct exchange *exchange,
                      const struct wanted *wanted, struct pim_request *request,
                      struct assignment *held)
{
    bool later = wanted->starts_ms > exchange->now_ms;
    bool update = wanted->action == ADMIN_UPDATE;
    request->expiration = expiration_names[wanted->expiration];
    request->starts_ms = wanted->starts_ms;
    request->ends_ms = wanted->ends_ms;
    request->completed_ms = wanted->starts_ms;
    request->status = later ? "Granted" : "Provisioned";
    if (wanted->validation_only) {
        request->status = sandbox->switches.validation_is_provisioned ? "Provisioned" : "Granted";
        return;
    }
    if (wanted->target.kind == TARGET_AZURE && arm_keeps_out(sandbox, request))
        return;
    if (wanted->action == SELF_ACTIVATE)
        logs_request(sandbox, request, exchange->now_ms,
                     "Add member to role requested (PIM activation)");
    if (wanted->action == SELF_ACTIVATE &&
        rules_want_approval(
            sandbox,
            pim_governing(sandbox, exchange->person->id, &wanted->target, exchange->now_ms),
            exchange->now_ms)) {
        wait_for_approval(sandbox, exchange, request);
        return;
    }
    struct assignment *made = assign(sandbox, exchange, wanted, request, update ? held : NULL);
    memcpy(request->schedule, made->id, GUID_SIZE);
    if (made->starts_ms == MOMENT_NEVER) {
        const char *status = json_member_text(exchange->fault->spec, "status");
        request->status = tenant_keep(sandbox->tenant, status ? status : "Granted");
        request->starts_ms = MOMENT_NEVER; /* nothing moves it on */
        if (is_over(request->status))
            pim_remove(made, exchange->now_ms, "canceled");
    }
    note(sandbox, exchange, update ? "update" : "assign", made);
    if (wanted->action == SELF_ACTIVATE && text_equals(request->status, "Provisioned"))
        logs_request(sandbox, request, exchange->now_ms,
                     "Add member to role completed (PIM activation)");
    else if (wanted->action != SELF_ACTIVATE)
        logs_pim(sandbox, made, exchange->now_ms,
                 wanted->ends_ms == MOMENT_NEVER
                     ? "Add member to role in PIM completed (permanent)"
                     : "Add member to role in PIM completed (timebound)");
}

static void do_remove(struct sandbox *sandbox, struct exchange *exchange,
                      const struct wanted *wanted, struct pim_request *request,
                      struct assignment *held)
{
    request->status = "Revoked";
    if (wanted->validation_only)
        return;
    bool begun = held->starts_ms <= exchange->now_ms;
    pim_remove(held, exchange->now_ms + (begun ? sandbox->switches.removal_ms : 0), "removed");
    note(sandbox, exchange, "remove", held);
    if (wanted->action == SELF_DEACTIVATE) {
        memcpy(request->schedule, held->id, GUID_SIZE);
        logs_request(sandbox, request, exchange->now_ms,
                     "Remove member from role requested (PIM deactivate)");
        logs_request(sandbox, request, exchange->now_ms,
                     "Remove member from role completed (PIM deactivate)");
        return;
    }
    logs_pim(sandbox, held, exchange->now_ms,
             "Remove member from role in PIM completed (timebound)");
}

struct pim_request *pim_submit(struct sandbox *sandbox, struct exchange *exchange,
                               const struct wanted *wanted)
{
    struct assignment *held = NULL;
    if (!check(sandbox, exchange, wanted, &held))
        return NULL;
    struct group *group = tenant_group(sandbox->tenant, wanted->target.id);
    if (group && group->onboarded_ms == MOMENT_NEVER)
        group->onboarded_ms = exchange->now_ms; /* the first request does it (D02) */
    struct pim_request *request = new_request(sandbox, exchange, wanted);
    if (wanted_is_removal(wanted))
        do_remove(sandbox, exchange, wanted, request, held);
    else
        do_assign(sandbox, exchange, wanted, request, held);
    return request;
}

bool pim_is_cancelable(const struct sandbox *sandbox, const struct pim_request *request)
{
    return text_equals(request->status, "Granted") ||
           (text_equals(request->status, "PendingApproval") &&
            !sandbox->switches.pending_cancel_refused);
}

void pim_cancel(struct sandbox *sandbox, struct exchange *exchange, struct pim_request *request)
{
    request->status = "Canceled";
    for (size_t i = 0; i < sandbox->tenant->assignments_count; i++)
        if (text_equals(sandbox->tenant->assignments[i]->request, request->id))
            pim_remove(sandbox->tenant->assignments[i], exchange->now_ms, "canceled");
    answer_effect(exchange, "cancel", json_pack("{s:s}", "request", request->id));
    if (text_equals(request->action, "selfActivate"))
        logs_request(sandbox, request, exchange->now_ms,
                     "Add member to role canceled (PIM activation)");
}

void pim_forget(struct tenant *tenant, const struct pim_request *request)
{
    if (tenant->requests_count && tenant->requests[tenant->requests_count - 1] == request)
        tenant->requests_count--;
}

void pim_post_request(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind)
{
    struct wanted wanted;
    json_auto_t *body = graph_body(exchange);
    if (!body || !wanted_read(exchange, kind, body, &wanted))
        return;
    const struct pim_request *request = pim_submit(sandbox, exchange, &wanted);
    if (!request)
        return;
    graph_entity(exchange, 201,
                 kind == TARGET_GROUP
                     ? "identityGovernance/privilegedAccess/group/assignmentScheduleRequests/"
                       "$entity"
                     : "roleManagement/directory/roleAssignmentScheduleRequests/$entity",
                 pim_show_request(request, true));
    if (request->validation_only)
        pim_forget(sandbox->tenant, request); /* a dry run leaves nothing behind (B19) */
}
