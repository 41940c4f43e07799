/* Approvals of Azure roles: stages, decided by PATCH or PUT (contract 6). */
#include "sandbox/arm/arm.h"

#include "sandbox/graph/graph.h"
#include "sandbox/pim/rules.h"

static struct pim_request *find(struct sandbox *sandbox, struct exchange *exchange)
{
    struct pim_request *request =
        pim_find_request(sandbox->tenant, exchange->params[0], TARGET_AZURE);
    const char *person = exchange->person->id;
    if (!request || !request->approval.needed)
        graph_error(exchange, 404, "ResourceNotFound", "The approval is not found.");
    else if (!text_equals(request->principal, person) &&
             !pim_may_decide(sandbox, request, person, exchange->now_ms))
        graph_error_denied(exchange);
    else
        return request;
    return NULL;
}

void arm_stages(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct pim_request *request = find(sandbox, exchange);
    if (request)
        answer_json(exchange, 200,
                    json_pack("{s:[o]}", "value", arm_show_stage(sandbox, exchange, request)));
}

/* {"properties": {"reviewResult", "justification"}}; false with an answer. */
static bool read_review(struct exchange *exchange, const json_t *body, bool *approve,
                        const char **justification)
{
    static const char *const results[] = {"Approve", "Deny"};
    struct complaints complaints = {.arena = exchange->arena};
    struct form form = form_open(body, "", &complaints);
    const json_t *properties = form_object(&form, "properties", REQUIRED);
    form_end(&form);
    if (properties) {
        struct form inner = form_open(properties, "properties", &complaints);
        *approve = form_choice(&inner, "reviewResult", COUNT(results), results, -1) == 0;
        if (!form_has(&inner, "reviewResult"))
            form_complain(&inner, "reviewResult", "is missing");
        *justification = form_text(&inner, "justification", OPTIONAL, 4096);
        form_end(&inner);
    }
    if (complaints.count)
        graph_error(exchange, 400, "BadRequest", complaints_text(&complaints));
    return complaints.count == 0;
}

static bool check_decision(struct sandbox *sandbox, struct exchange *exchange,
                           const struct pim_request *request)
{
    if (!pim_may_decide(sandbox, request, exchange->person->id, exchange->now_ms)) {
        graph_error_denied(exchange);
        return false;
    }
    if (!text_equals_ignoring_case(exchange->params[1], request->approval.id)) {
        graph_error(exchange, 404, "ResourceNotFound", "The approval stage is not found.");
        return false;
    }
    if (text_equals(request->status, "PendingApproval"))
        return true;
    graph_error(exchange, sandbox->switches.arm_conflict_is_409 ? 409 : 400, "Conflict",
                "The request has already been reviewed.");
    return false;
}

void arm_decide(struct sandbox *sandbox, struct exchange *exchange)
{
    bool approve = false;
    const char *justification = NULL;
    json_auto_t *body = graph_body(exchange);
    struct pim_request *request = body ? find(sandbox, exchange) : NULL;
    if (!request || !check_decision(sandbox, exchange, request) ||
        !read_review(exchange, body, &approve, &justification) ||
        !rules_check_reason(sandbox, exchange, request, justification))
        return;
    pim_decide(sandbox, request, approve, exchange->person->id, justification, exchange->now_ms);
    answer_effect(
        exchange, "decide",
        json_pack("{s:s, s:s}", "request", request->id, "result", request->approval.result));
    answer_json(exchange, 200, arm_show_stage(sandbox, exchange, request));
}
