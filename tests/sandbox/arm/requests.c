/* PUT of a request under a name that the client chose, and what becomes of it. */
#include "sandbox/arm/arm.h"

#include "base/json.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/logs.h"

#include <string.h>

enum { TEXT_MOST = 4096 };

/* Only the exact spelling counts here (F05). */
static int read_exactly(struct form *form, const char *member, size_t count,
                        const char *const names[])
{
    const char *text = form_text(form, member, REQUIRED, 64);
    for (size_t i = 0; text && i < count; i++)
        if (text_equals(text, names[i]))
            return (int)i;
    if (text)
        form_complain(form, member, "cannot be '%s'", text);
    return -1;
}

static void check_expiration(struct form *form, const json_t *properties)
{
    static const char *const types[] = {"AfterDuration", "AfterDateTime", "NoExpiration"};
    const json_t *expiration =
        json_object_get(json_object_get(properties, "scheduleInfo"), "expiration");
    const char *type = json_member_text(expiration, "type");
    for (size_t i = 0; type && i < COUNT(types); i++)
        if (text_equals(type, types[i]))
            return;
    if (type)
        form_complain(form, "scheduleInfo", "expiration.type cannot be '%s'", type);
}

/* "{scope}/providers/Microsoft.Authorization/roleDefinitions/{guid}" */
static void read_role(struct form *form, struct wanted *wanted)
{
    static const char before[] = "/providers/Microsoft.Authorization/roleDefinitions/";
    const char *id = form_text(form, "roleDefinitionId", REQUIRED, 1024);
    const char *found = id ? strstr(id, before) : NULL;
    if (id && (!found || !text_read_guid(found + sizeof before - 1, wanted->target.id)))
        form_complain(form, "roleDefinitionId", "is no id of a role definition");
}

static void read_properties(struct exchange *exchange, const json_t *value,
                            struct complaints *complaints, struct wanted *wanted)
{
    static const char *const types[] = {"AdminAssign",  "AdminUpdate",    "AdminRemove",
                                        "SelfActivate", "SelfDeactivate", "AdminExtend",
                                        "AdminRenew",   "SelfExtend",     "SelfRenew"};
    struct form form = form_open(value, "properties", complaints);
    int type = read_exactly(&form, "requestType", COUNT(types), types);
    const char *principal = form_guid(&form, "principalId", REQUIRED);
    const char *linked = form_guid(&form, "linkedRoleEligibilityScheduleId", OPTIONAL);
    if (type >= 0) {
        wanted->action = type < OTHER_ACTION ? (enum action)type : OTHER_ACTION;
        wanted->action_text = action_names[type];
    }
    if (principal)
        memcpy(wanted->principal, principal, GUID_SIZE);
    if (linked)
        memcpy(wanted->linked, linked, GUID_SIZE);
    read_role(&form, wanted);
    check_expiration(&form, value);
    wanted_read_schedule(&form, exchange->now_ms, wanted);
    wanted_read_ticket(&form, wanted);
    wanted->justification = json_string_value(form_value(&form, "justification", OPTIONAL));
    wanted->condition.text = form_text(&form, "condition", OPTIONAL, TEXT_MOST);
    wanted->condition.version = form_text(&form, "conditionVersion", OPTIONAL, 16);
    (void)form_text(&form, "targetRoleAssignmentScheduleId", OPTIONAL, 256);
    (void)form_text(&form, "targetRoleAssignmentScheduleInstanceId", OPTIONAL, 256);
    form_end(&form);
}

/* What is wanted borrows from the body. */
static bool read_body(struct sandbox *sandbox, struct exchange *exchange, const json_t *body,
                      struct wanted *wanted)
{
    struct complaints complaints = {.arena = exchange->arena};
    const struct azure_scope *scope = tenant_azure_scope(sandbox->tenant, exchange->scope);
    *wanted = (struct wanted){.action = OTHER_ACTION};
    wanted->target.kind = TARGET_AZURE;
    wanted->target.part = scope ? scope->path : "/";
    struct form form = form_open(body, "", &complaints);
    const json_t *properties = form_object(&form, "properties", REQUIRED);
    form_end(&form);
    if (properties)
        read_properties(exchange, properties, &complaints, wanted);
    if (complaints.count || !scope) {
        graph_error(exchange, 400, "BadRequest",
                    complaints.count ? complaints_text(&complaints) : "A request needs a scope.");
        return false;
    }
    return wanted_check_schedule(exchange, wanted);
}

/* What is activated is what one is eligible for: by that id, and with its condition. */
static bool check_link(struct sandbox *sandbox, struct exchange *exchange,
                       const struct wanted *wanted)
{
    if (wanted->action != SELF_ACTIVATE || !exchange->delegated)
        return true;
    const struct assignment *eligibility =
        pim_eligibility(sandbox->tenant, exchange->person->id, &wanted->target, exchange->now_ms);
    if (!eligibility)
        return true; /* the rules say so */
    if (*wanted->linked && !text_equals(wanted->linked, eligibility->id)) {
        graph_error(exchange, 400, "RoleEligibilityScheduleRequestNotFound",
                    "The linked role eligibility schedule is not found.");
        return false;
    }
    if (!eligibility->condition.text ||
        text_equals(eligibility->condition.text, wanted->condition.text))
        return true;
    graph_error(exchange, 400, "InvalidRoleAssignmentRequest",
                "The condition must be that of the role eligibility.");
    return false;
}

static bool check_name(struct sandbox *sandbox, struct exchange *exchange, char name[GUID_SIZE])
{
    if (!text_read_guid(exchange->params[0], name)) {
        graph_error(exchange, 400, "BadRequest", "The name of the request must be a GUID.");
        return false;
    }
    if (!pim_find_request(sandbox->tenant, name, TARGET_AZURE) || exchange->repeated)
        return true;
    graph_error(
        exchange, sandbox->switches.arm_conflict_is_409 ? 409 : 400, "RequestConflict",
        arena_text(exchange->arena, "A role assignment request with Id: %s already exists.", name));
    return false;
}

void arm_put(struct sandbox *sandbox, struct exchange *exchange)
{
    char name[GUID_SIZE];
    struct wanted wanted;
    json_auto_t *body = graph_body(exchange);
    if (!body || !check_name(sandbox, exchange, name) ||
        !read_body(sandbox, exchange, body, &wanted) || !check_link(sandbox, exchange, &wanted))
        return;
    wanted.name = name;
    const struct pim_request *request = pim_submit(sandbox, exchange, &wanted);
    if (request)
        answer_json(exchange, 201, arm_show_request(sandbox, request));
}

/* The same checks, and nothing comes of it; what needs an approval would wait for it (F04). */
void arm_validate(struct sandbox *sandbox, struct exchange *exchange)
{
    char name[GUID_SIZE];
    struct wanted wanted;
    json_auto_t *body = graph_body(exchange);
    if (!body || !check_name(sandbox, exchange, name) ||
        !read_body(sandbox, exchange, body, &wanted) || !check_link(sandbox, exchange, &wanted))
        return;
    wanted.name = name;
    wanted.validation_only = true;
    struct pim_request *request = pim_submit(sandbox, exchange, &wanted);
    if (!request)
        return;
    if (wanted.action == SELF_ACTIVATE)
        request->status = "PendingEvaluation";
    answer_json(exchange, 200, arm_show_request(sandbox, request));
    pim_forget(sandbox->tenant, request);
}

/* The request of that name, for who may see it; NULL with an answer. */
static struct pim_request *find(struct sandbox *sandbox, struct exchange *exchange)
{
    struct pim_request *request =
        pim_find_request(sandbox->tenant, exchange->params[0], TARGET_AZURE);
    const char *person = exchange->delegated ? exchange->person->id : exchange->app->object_id;
    if (!request || !text_equals_ignoring_case(request->target.part, exchange->scope)) {
        graph_error(exchange, 404, "RoleAssignmentScheduleRequestNotFound",
                    "The role assignment schedule request is not found.");
        return NULL;
    }
    if (text_equals(request->principal, person) || text_equals(request->made_by, person) ||
        pim_may_decide(sandbox, request, person, exchange->now_ms) ||
        arm_reads(sandbox->tenant, exchange, exchange->scope))
        return request;
    graph_error_denied(exchange);
    return NULL;
}

void arm_request(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct pim_request *request = find(sandbox, exchange);
    if (request)
        answer_json(exchange, 200, arm_show_request(sandbox, request));
}

void arm_cancel(struct sandbox *sandbox, struct exchange *exchange)
{
    struct pim_request *request = find(sandbox, exchange);
    if (!request)
        return;
    const char *who = exchange->delegated ? exchange->person->id : exchange->app->object_id;
    if (!text_equals(request->made_by, who) && !text_equals(request->principal, who) &&
        !arm_administers(sandbox->tenant, exchange, exchange->scope)) {
        graph_error_denied(exchange);
        return;
    }
    if (!pim_is_cancelable(sandbox, request)) {
        graph_error(exchange, 400, "InvalidRoleAssignmentRequest",
                    "The request cannot be canceled.");
        return;
    }
    pim_cancel(sandbox, exchange, request);
    answer_nothing(exchange, 200);
}
