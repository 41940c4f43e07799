/* Approvals: who decides, what a decision brings about, and when it is too late (contract 6). */
#include "sandbox/pim/pim.h"

#include "base/json.h"
#include "sandbox/graph/logs.h"
#include "sandbox/graph/standing.h"
#include "sandbox/tenant/members.h"

#include <string.h>

#define PRIVILEGED_ROLE_ADMINISTRATOR "e8611ab8-c189-46e8-94e1-60213ab1f814"
#define GLOBAL_ADMINISTRATOR          "62e90394-69f5-4237-9190-012177145e10"

static const char *member_of_two(const json_t *object, const char *one, const char *other)
{
    const char *text = json_member_text(object, one);
    return text ? text : json_member_text(object, other);
}

static bool names(const struct tenant *tenant, const json_t *approver, const char *person,
                  int64_t now_ms)
{
    const char *user = member_of_two(approver, "userId", "id");
    const char *group = member_of_two(approver, "groupId", "id");
    return text_equals_ignoring_case(user, person) ||
           (group && members_has(tenant, group, person, now_ms));
}

bool pim_may_decide(struct sandbox *sandbox, const struct pim_request *request, const char *person,
                    int64_t now_ms)
{
    const struct pim_policy *policy =
        pim_policy_of(sandbox->tenant,
                      pim_governing(sandbox, request->principal, &request->target, now_ms), now_ms);
    const json_t *setting =
        json_object_get(pim_rule(policy, "Approval_EndUser_Assignment"), "setting");
    const json_t *stage = json_array_get(json_object_get(setting, "approvalStages"), 0);
    const json_t *approvers = json_object_get(stage, "primaryApprovers");
    size_t i;
    json_t *approver;
    if (text_equals(person, request->principal) || text_equals(person, request->made_by))
        return false; /* nobody approves themselves (E05) */
    json_array_foreach ((json_t *)approvers, i, approver)
        if (names(sandbox->tenant, approver, person, now_ms))
            return true;
    /* groups have nobody who decides by default (D07) */
    return json_array_size(approvers) == 0 && request->target.kind != TARGET_GROUP &&
           (standing_has_role(sandbox->tenant, person, PRIVILEGED_ROLE_ADMINISTRATOR, now_ms) ||
            standing_has_role(sandbox->tenant, person, GLOBAL_ADMINISTRATOR, now_ms));
}

/* In force from the decision on, or from the later start that was asked for (E10). */
static void provision(struct sandbox *sandbox, struct pim_request *request, int64_t now_ms)
{
    bool later = request->starts_ms > now_ms;
    int64_t starts = later ? request->starts_ms : now_ms + sandbox->switches.provisioning_ms;
    if (request->duration)
        request->ends_ms = request->ends_ms - request->starts_ms + starts;
    request->starts_ms = starts;
    if (request->ends_ms <= starts) { /* it was to end before anybody decided */
        request->status = "Failed";
        return;
    }
    request->status = later ? "Granted" : "PendingProvisioning";
    request->completed_ms = starts;
    struct assignment *made =
        tenant_assign(sandbox->tenant, request->principal, &request->target, ACTIVATED, now_ms);
    memcpy(made->id, request->schedule, GUID_SIZE);
    memcpy(made->linked, request->linked, GUID_SIZE);
    made->condition = request->condition;
    memcpy(made->request, request->id, GUID_SIZE);
    made->by = request->by;
    made->starts_ms = made->active_from_ms = starts;
    made->ends_ms = request->ends_ms;
}

void pim_decide(struct sandbox *sandbox, struct pim_request *request, bool approve, const char *by,
                const char *justification, int64_t now_ms)
{
    request->approval.result = approve ? "Approve" : "Deny";
    request->approval.justification = tenant_keep(sandbox->tenant, justification);
    request->approval.at_ms = now_ms;
    (void)text_read_guid(by, request->approval.by);
    logs_request(sandbox, request, now_ms,
                 approve ? "Add member to role request approved (PIM activation)"
                         : "Add member to role request denied (PIM activation)");
    if (approve)
        provision(sandbox, request, now_ms);
    else
        request->status = "Denied";
}

void pim_lapse(struct sandbox *sandbox, struct pim_request *request)
{
    static const int64_t window_ms = 24LL * 3600 * 1000;
    request->status = sandbox->switches.lapsed_is_denied ? "Denied" : "TimedOut";
    logs_request(sandbox, request, request->made_ms + window_ms, "PIM activation request expired");
}

struct pim_request *pim_find_request(const struct tenant *tenant, const char *id,
                                     enum target_kind kind)
{
    for (size_t i = 0; i < tenant->requests_count; i++)
        if (tenant->requests[i]->target.kind == kind &&
            text_equals_ignoring_case(tenant->requests[i]->id, id))
            return tenant->requests[i];
    return NULL;
}

bool pim_may_read(struct sandbox *sandbox, const struct exchange *exchange,
                  const struct pim_request *request)
{
    const char *person = exchange->delegated ? exchange->person->id : NULL;
    return !person || text_equals(request->principal, person) ||
           text_equals(request->made_by, person) || standing_reads_pim(exchange) ||
           pim_may_decide(sandbox, request, person, exchange->now_ms);
}
