/* Approvals at Graph: roles in beta with steps, groups in v1.0 with stages (contract 6). */
#include "sandbox/graph/handlers.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/odata.h"
#include "sandbox/pim/pim.h"
#include "sandbox/pim/rules.h"

static json_t *show_reviewer(const struct tenant *tenant, const char *id)
{
    const struct person *person = tenant_person(tenant, id);
    if (!*id)
        return json_null();
    return json_pack("{s:s, s:s?, s:s?}", "id", id, "displayName", person ? person->name : NULL,
                     "userPrincipalName", person ? person->upn : NULL);
}

static json_t *show_step(struct sandbox *sandbox, const struct exchange *exchange,
                         const struct pim_request *request)
{
    const char *result = request->approval.result, *reason = request->approval.justification;
    bool open = text_equals(request->status, "PendingApproval");
    bool mine = open && pim_may_decide(sandbox, request, exchange->person->id, exchange->now_ms);
    return memory_needed(json_pack(
        "{s:s, s:n, s:o, s:s, s:s, s:b, s:s, s:o}", "id", request->approval.id, "displayName",
        "reviewedDateTime", result ? graph_moment(request->approval.at_ms) : json_null(),
        "reviewResult", result ? result : "NotReviewed", "status",
        open ? "InProgress" : (result ? "Completed" : "Expired"), "assignedToMe", mine,
        "justification", reason ? reason : "", "reviewedBy",
        show_reviewer(sandbox->tenant, request->approval.by)));
}

/* The approval of a request, for who may see it; NULL with an answer. */
static struct pim_request *find(struct sandbox *sandbox, struct exchange *exchange,
                                enum target_kind kind)
{
    struct pim_request *request = pim_find_request(sandbox->tenant, exchange->params[0], kind);
    if (!request || !request->approval.needed)
        graph_error(exchange, 404, "ResourceNotFound", "The approval is not found.");
    else if (!pim_may_read(sandbox, exchange, request))
        graph_error_denied(exchange);
    else
        return request;
    return NULL;
}

static bool is_step(struct exchange *exchange, const struct pim_request *request)
{
    if (text_equals_ignoring_case(exchange->params[1], request->approval.id))
        return true;
    graph_error(exchange, 404, "ResourceNotFound", "The approval step is not found.");
    return false;
}

static json_t *show_approval(struct sandbox *sandbox, const struct exchange *exchange,
                             const struct pim_request *request)
{
    return memory_needed(json_pack("{s:s, s:[o]}", "id", request->id,
                                   request->target.kind == TARGET_GROUP ? "stages" : "steps",
                                   show_step(sandbox, exchange, request)));
}

#define ROLE_CONTEXT  "roleManagement/directory/roleAssignmentApprovals"
#define GROUP_CONTEXT "identityGovernance/privilegedAccess/group/assignmentApprovals"

static void answer_approval(struct sandbox *sandbox, struct exchange *exchange,
                            enum target_kind kind)
{
    const struct pim_request *request = find(sandbox, exchange, kind);
    if (request)
        graph_entity(exchange, 200,
                     kind == TARGET_GROUP ? GROUP_CONTEXT "/$entity" : ROLE_CONTEXT "/$entity",
                     show_approval(sandbox, exchange, request));
}

static const char *steps_context(struct exchange *exchange, enum target_kind kind,
                                 const struct pim_request *request)
{
    return arena_text(exchange->arena, "%s('%s')/%s",
                      kind == TARGET_GROUP ? GROUP_CONTEXT : ROLE_CONTEXT, request->id,
                      kind == TARGET_GROUP ? "stages" : "steps");
}

static void answer_steps(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind)
{
    const struct pim_request *request = find(sandbox, exchange, kind);
    if (!request)
        return;
    const struct list_rules rules = {.context = steps_context(exchange, kind, request),
                                     .page = 100};
    odata_list(exchange, &rules, json_pack("[o]", show_step(sandbox, exchange, request)));
}

static void answer_step(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind)
{
    const struct pim_request *request = find(sandbox, exchange, kind);
    if (request && is_step(exchange, request))
        graph_entity(
            exchange, 200,
            arena_text(exchange->arena, "%s/$entity", steps_context(exchange, kind, request)),
            show_step(sandbox, exchange, request));
}

/* {"reviewResult": "Approve" | "Deny", "justification"}; false with an answer. */
static bool read_review(struct exchange *exchange, const json_t *body, bool *approve,
                        const char **justification)
{
    static const char *const results[] = {"Approve", "Deny"};
    struct complaints complaints = {.arena = exchange->arena};
    struct form form = form_open(body, "", &complaints);
    const char *result = form_text(&form, "reviewResult", REQUIRED, 32);
    *justification = json_string_value(form_value(&form, "justification", OPTIONAL));
    (void)form_value(&form, "@odata.type", OPTIONAL);
    form_end(&form);
    *approve = text_equals(result, results[0]);
    if (result && !*approve && !text_equals(result, results[1]))
        form_complain(&form, "reviewResult", "cannot be '%s'", result);
    if (complaints.count)
        graph_error(exchange, 400, "BadRequest", complaints_text(&complaints));
    return complaints.count == 0;
}

/* Whether this person may decide now; false with an answer (E05, E06, E07). */
static bool check_decision(struct sandbox *sandbox, struct exchange *exchange,
                           const struct pim_request *request)
{
    if (!pim_may_decide(sandbox, request, exchange->person->id, exchange->now_ms)) {
        graph_error_denied(exchange);
        return false;
    }
    if (text_equals(request->status, "PendingApproval"))
        return true;
    graph_error(exchange, 409, "Conflict", "The request has already been reviewed.");
    return false;
}

static void decide(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind)
{
    bool approve;
    const char *justification;
    json_auto_t *body = graph_body(exchange);
    struct pim_request *request = body ? find(sandbox, exchange, kind) : NULL;
    if (!request || !is_step(exchange, request) || !check_decision(sandbox, exchange, request) ||
        !read_review(exchange, body, &approve, &justification) ||
        !rules_check_reason(sandbox, exchange, request, justification))
        return;
    pim_decide(sandbox, request, approve, exchange->person->id, justification, exchange->now_ms);
    answer_effect(
        exchange, "decide",
        json_pack("{s:s, s:s}", "request", request->id, "result", request->approval.result));
    answer_nothing(exchange, 204);
}

#define APPROVAL(name, kind, how)                                                                  \
    void graph_##name(struct sandbox *sandbox, struct exchange *exchange)                          \
    {                                                                                              \
        how(sandbox, exchange, kind);                                                              \
    }
APPROVAL(role_approval, TARGET_ROLE, answer_approval)
APPROVAL(role_approval_steps, TARGET_ROLE, answer_steps)
APPROVAL(role_approval_decide, TARGET_ROLE, decide)
APPROVAL(group_approval, TARGET_GROUP, answer_approval)
APPROVAL(group_approval_stages, TARGET_GROUP, answer_steps)
APPROVAL(group_approval_stage, TARGET_GROUP, answer_step)
APPROVAL(group_approval_decide, TARGET_GROUP, decide)

/* The page says steps where the description says stages (E09). */
void graph_group_approval_old(struct sandbox *sandbox, struct exchange *exchange)
{
    if (exchange->api == API_BETA || sandbox->switches.approval_steps_in_v1)
        decide(sandbox, exchange, TARGET_GROUP);
    else
        graph_error(exchange, 404, "ResourceNotFound", "Resource not found");
}

void graph_group_approvals_to_decide(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = GROUP_CONTEXT, .page = 100};
    json_t *shown = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->requests_count; i++) {
        const struct pim_request *request = sandbox->tenant->requests[i];
        if (request->target.kind == TARGET_GROUP && request->approval.needed &&
            pim_may_decide(sandbox, request, exchange->person->id, exchange->now_ms))
            (void)json_array_append_new(shown, show_approval(sandbox, exchange, request));
    }
    odata_list(exchange, &rules, shown);
}
