/* POST of a schedule request: what must be so, and what it brings about (contract 4 and 5). */
#include "sandbox/pim/pim.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/logs.h"
#include "sandbox/pim/wanted.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_MS = 5 * 60 * 1000 };

static bool refuse(struct exchange *exchange, int status, const char *code, const char *message)
{
    graph_error(exchange, status, code, message);
    return false;
}

/* *.Remove.* covers removals only (C09). */
static bool check_permission(struct exchange *exchange, const struct wanted *wanted)
{
    bool group = wanted->target.kind == TARGET_GROUP;
    const char *all = group ? "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup | "
                              "PrivilegedAccess.ReadWrite.AzureADGroup"
                            : "RoleAssignmentSchedule.ReadWrite.Directory | "
                              "RoleManagement.ReadWrite.Directory";
    const char *removals = group ? "PrivilegedAssignmentSchedule.Remove.AzureADGroup"
                                 : "RoleAssignmentSchedule.Remove.Directory";
    bool fine = graph_may(exchange, all) ||
                (wanted->action == ADMIN_REMOVE && graph_may(exchange, removals));
    if (!fine || wanted->action == OTHER_ACTION) /* those are for people, and their tokens */
        graph_error_denied(exchange);
    return fine && wanted->action != OTHER_ACTION;
}

/* Target and principal are there, known to PIM, and of a kind that it takes. */
static bool check_nouns(struct sandbox *sandbox, struct exchange *exchange,
                        const struct wanted *wanted)
{
    const struct person *person = tenant_person(sandbox->tenant, wanted->principal);
    const struct group *group = tenant_group(sandbox->tenant, wanted->target.id);
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

static bool is_enabled(const json_t *enablement, const char *name)
{
    size_t i;
    json_t *value;
    json_array_foreach (json_object_get(enablement, "enabledRules"), i, value)
        if (text_equals(json_string_value(value), name))
            return true;
    return false;
}

/* The rules that bind an administrator; all that fail are named in one message (B06, B23, B24). */
static bool check_policy(struct sandbox *sandbox, struct exchange *exchange,
                         const struct wanted *wanted)
{
    const struct pim_policy *policy =
        pim_policy_of(sandbox->tenant, &wanted->target, exchange->now_ms);
    const json_t *enablement = pim_rule(policy, "Enablement_Admin_Assignment");
    const json_t *expiration = pim_rule(policy, "Expiration_Admin_Assignment");
    int64_t longest = 0, length_ms = wanted->ends_ms - wanted->starts_ms;
    json_auto_t *failed = memory_needed(json_array());
    bool removal = wanted->action == ADMIN_REMOVE;
    if (!removal && json_is_true(json_object_get(expiration, "isExpirationRequired")) &&
        (wanted->ends_ms == MOMENT_NEVER ||
         (span_read(json_member_text(expiration, "maximumDuration"), &longest) &&
          length_ms > longest * 1000)))
        (void)json_array_append_new(failed, json_string("ExpirationRule"));
    if (!removal && is_enabled(enablement, "Justification") && text_is_empty(wanted->justification))
        (void)json_array_append_new(failed, json_string("JustificationRule"));
    if (!removal && is_enabled(enablement, "Ticketing") && text_is_empty(wanted->ticket_number))
        (void)json_array_append_new(failed, json_string("TicketingRule"));
    if (!removal && is_enabled(enablement, "MultiFactorAuthentication")) /* no app can do that */
        (void)json_array_append_new(failed, json_string("MfaRule"));
    if (json_array_size(failed) == 0)
        return true;
    char *names = json_compact(failed);
    const char *message =
        arena_text(exchange->arena, "The following policy rules failed: %s", names);
    free(names);
    return refuse(exchange, 400, "RoleAssignmentRequestPolicyValidationFailed", message);
}

static bool too_short(struct exchange *exchange)
{
    /* the spelling is Graph's own */
    return refuse(exchange, 400, "ActiveDurationTooShort",
                  "The Active duration is too short. Miniumum Required is 5 minutes.");
}

/* What is held already must be there, or must not. */
static bool check_held(struct sandbox *sandbox, struct exchange *exchange,
                       const struct wanted *wanted, struct assignment **held)
{
    const struct tenant *tenant = sandbox->tenant;
    *held = pim_find(tenant, wanted->principal, &wanted->target, ASSIGNED);
    if (wanted->action == ADMIN_REMOVE && !*held)
        *held = pim_find(tenant, wanted->principal, &wanted->target, ACTIVATED);
    if (wanted->action == ADMIN_ASSIGN)
        return !*held || exchange->repeated ||
               refuse(exchange, 400, "RoleAssignmentExists", "The Role assignment already exists.");
    if (!*held)
        return refuse(exchange, sandbox->switches.does_not_exist_is_404 ? 404 : 400,
                      "RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
    bool early = (*held)->active_from_ms <= exchange->now_ms &&
                 exchange->now_ms - (*held)->active_from_ms < LEAST_MS;
    if (wanted->action == ADMIN_REMOVE && early && !sandbox->switches.early_removal)
        return too_short(exchange);
    return true;
}

static bool check(struct sandbox *sandbox, struct exchange *exchange, const struct wanted *wanted,
                  struct assignment **held)
{
    if (!check_permission(exchange, wanted) || !check_nouns(sandbox, exchange, wanted))
        return false;
    if (wanted->action != ADMIN_REMOVE && wanted->ends_ms - wanted->starts_ms < LEAST_MS)
        return too_short(exchange);
    return check_policy(sandbox, exchange, wanted) && check_held(sandbox, exchange, wanted, held);
}

static struct pim_request *new_request(struct sandbox *sandbox, const struct exchange *exchange,
                                       const struct wanted *wanted)
{
    struct tenant *tenant = sandbox->tenant;
    struct pim_request *request = tenant_new_requests(tenant);
    guid_new(request->id);
    memcpy(request->principal, wanted->principal, GUID_SIZE);
    memcpy(request->made_by, exchange->app->object_id, GUID_SIZE);
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
    struct assignment *made = tenant_assign(sandbox->tenant, wanted->principal, &wanted->target,
                                            ASSIGNED, exchange->now_ms);
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
    logs_pim(sandbox, made, exchange->now_ms,
             wanted->ends_ms == MOMENT_NEVER ? "Add member to role in PIM completed (permanent)"
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
    logs_pim(sandbox, held, exchange->now_ms,
             "Remove member from role in PIM completed (timebound)");
}

void pim_post_request(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind)
{
    struct wanted wanted;
    struct assignment *held = NULL;
    json_auto_t *body = graph_body(exchange);
    if (!body || !wanted_read(exchange, kind, body, &wanted) ||
        !check(sandbox, exchange, &wanted, &held))
        return;
    struct group *group = tenant_group(sandbox->tenant, wanted.target.id);
    if (group && group->onboarded_ms == MOMENT_NEVER)
        group->onboarded_ms = exchange->now_ms; /* the first request does it (D02) */
    struct pim_request *request = new_request(sandbox, exchange, &wanted);
    if (wanted.action == ADMIN_REMOVE)
        do_remove(sandbox, exchange, &wanted, request, held);
    else
        do_assign(sandbox, exchange, &wanted, request, held);
    graph_entity(exchange, 201,
                 kind == TARGET_GROUP
                     ? "identityGovernance/privilegedAccess/group/assignmentScheduleRequests/"
                       "$entity"
                     : "roleManagement/directory/roleAssignmentScheduleRequests/$entity",
                 pim_show_request(request, true));
    if (request->validation_only)
        sandbox->tenant->requests_count--; /* a dry run leaves nothing behind (B19) */
}
