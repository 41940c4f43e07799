/* Registrations, keys, Conditional Access, PIM's rules, assignments of somebody else. */
#include "sandbox/control/control.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/entities.h"
#include "sandbox/graph/logs.h"
#include "sandbox/login/jwt.h"
#include "sandbox/pim/pim.h"
#include "sandbox/tenant/change.h"

#include <string.h>

void control_access_policies(struct sandbox *sandbox, struct exchange *exchange)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->access_policies_count; i++)
        (void)json_array_append_new(list, show_access_policy(sandbox->tenant->access_policies[i]));
    control_items(exchange, list);
}

void control_access_policy_change(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    json_auto_t *body = control_body(exchange);
    struct access_policy *policy = NULL;
    if (!body)
        return;
    for (size_t i = 0; i < sandbox->tenant->access_policies_count && !policy; i++)
        if (text_equals(sandbox->tenant->access_policies[i]->id, exchange->params[0]) ||
            text_equals(sandbox->tenant->access_policies[i]->context, exchange->params[0]))
            policy = sandbox->tenant->access_policies[i];
    if (!policy) {
        control_error(exchange, 404, "there is no policy with that id or context");
        return;
    }
    if (access_policy_change(sandbox->tenant, policy, body, "", &complaints))
        policy->changed_ms = exchange->now_ms;
    if (!control_complained(exchange, &complaints))
        answer_json(exchange, 200, show_access_policy(policy));
}

static bool read_azure_target(struct sandbox *sandbox, struct form *form, const char *role,
                              const char *scope, struct target *target)
{
    const struct azure_scope *found = tenant_azure_scope(sandbox->tenant, scope);
    if (!found || !tenant_azure_role(sandbox->tenant, role)) {
        form_complain(form, found ? "azure_role" : "scope", "is not there");
        return false;
    }
    *target = (struct target){.kind = TARGET_AZURE, .part = found->path};
    memcpy(target->id, role, GUID_SIZE);
    return true;
}

/* {"group", "access"}, {"role"} or {"azure_role", "scope"}; false with a complaint. */
static bool read_target(struct sandbox *sandbox, struct form *form, struct target *target)
{
    static const char *const accesses[] = {"member", "owner"};
    const char *group = form_guid(form, "group", OPTIONAL);
    const char *role = form_guid(form, "role", OPTIONAL);
    const char *azure = form_guid(form, "azure_role", OPTIONAL);
    const char *scope = form_text(form, "scope", OPTIONAL, 512);
    const char *access = change_choice(form, "access", COUNT(accesses), accesses, "member");
    if (!!group + !!role + !!azure != 1) {
        form_complain(form, "group", "or role or azure_role must be there, and only one of them");
        return false;
    }
    if (azure)
        return read_azure_target(sandbox, form, azure, scope, target);
    target->kind = group ? TARGET_GROUP : TARGET_ROLE;
    target->part = group ? access : scope ? scope : "/";
    memcpy(target->id, group ? group : role, GUID_SIZE);
    if (group ? tenant_group(sandbox->tenant, group) != NULL
              : tenant_role(sandbox->tenant, role) != NULL)
        return true;
    form_complain(form, group ? "group" : "role", "is not there");
    return false;
}

void control_pim(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    json_auto_t *query = pairs_json(&exchange->query);
    struct form form = form_open(query, "", &complaints);
    struct target target;
    bool fine = read_target(sandbox, &form, &target);
    form_end(&form);
    if (control_complained(exchange, &complaints) || !fine)
        return;
    answer_json(exchange, 200,
                json_pack("{s:O}", "rules",
                          pim_policy_of(sandbox->tenant, &target, exchange->now_ms)->rules));
}

void control_pim_change(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    struct target target;
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    struct form form = form_open(body, "", &complaints);
    bool fine = read_target(sandbox, &form, &target);
    const json_t *rules = form_object(&form, "rules", REQUIRED);
    form_end(&form);
    struct pim_policy *policy =
        fine ? pim_policy_of(sandbox->tenant, &target, exchange->now_ms) : NULL;
    if (policy)
        pim_policy_change(policy, rules, &complaints);
    if (control_complained(exchange, &complaints) || !policy)
        return;
    policy->changed_ms = exchange->now_ms;
    logs_setting(sandbox, &target, exchange->now_ms);
    answer_json(exchange, 200, json_pack("{s:O}", "rules", policy->rules));
}

static json_t *show_app(const struct app *app)
{
    return memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s?, s:s?, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:I, s:b}", "id", app->id,
        "object_id", app->object_id, "name", app->name, "identifier_uri", app->identifier_uri,
        "secret", app->secret, "redirect_uris", app->redirect_uris, "permissions", app->permissions,
        "app_roles", app->app_roles, "optional_claims", app->optional_claims, "mail_from",
        app->mail_from, "delegated", app->delegated, "consent", app->consent,
        "access_token_version", (json_int_t)app->access_token_version, "signs_assertions",
        app->signs_assertions));
}

void control_apps(struct sandbox *sandbox, struct exchange *exchange)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->apps_count; i++)
        (void)json_array_append_new(list, show_app(sandbox->tenant->apps[i]));
    control_items(exchange, list);
}

void control_app_change(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    struct app *app = tenant_app(sandbox->tenant, exchange->params[0]);
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    if (!app) {
        control_error(exchange, 404, "there is no registration with that id");
        return;
    }
    (void)app_change(sandbox->tenant, app, body, "", &complaints);
    if (!control_complained(exchange, &complaints))
        answer_json(exchange, 200, show_app(app));
}

void control_keys(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *kid;
    json_auto_t *jwks = keys_jwks(sandbox->keys, "(as discovery says)");
    (void)keys_signing(sandbox->keys, &kid);
    answer_json(exchange, 200,
                json_pack("{s:s, s:O}", "signing", kid, "keys", json_object_get(jwks, "keys")));
}

void control_keys_change(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    struct form form = form_open(body, "", &complaints);
    bool rotate = form_flag(&form, "rotate", false);
    bool publish = form_flag(&form, "publish", true);
    const char *withdraw = form_text(&form, "withdraw", OPTIONAL, 128);
    const json_t *add = form_object(&form, "add", OPTIONAL);
    form_end(&form);
    if (control_complained(exchange, &complaints))
        return;
    if (withdraw && !keys_withdraw(sandbox->keys, withdraw)) {
        control_error(exchange, 409, "that key is not in the JWKS, or it is the one that signs");
        return;
    }
    if (add)
        keys_add(sandbox->keys, add);
    if (rotate)
        (void)keys_rotate(sandbox->keys, publish);
    control_keys(sandbox, exchange);
}

void control_token_add(struct sandbox *sandbox, struct exchange *exchange)
{
    static const char *const signers[] = {"signing", "decoy"};
    struct complaints complaints = {.arena = exchange->arena};
    const char *kid;
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    struct form form = form_open(body, "", &complaints);
    const json_t *header = form_object(&form, "header", OPTIONAL);
    const json_t *claims = form_object(&form, "claims", REQUIRED);
    bool decoy = form_choice(&form, "key", COUNT(signers), signers, 0) == 1;
    form_end(&form);
    if (control_complained(exchange, &complaints))
        return;
    EVP_PKEY *key = decoy ? keys_decoy(sandbox->keys, &kid) : keys_signing(sandbox->keys, &kid);
    json_auto_t *extra = header ? json_deep_copy(header) : json_object();
    answer_json(exchange, 201,
                json_pack("{s:s}", "token", jwt_write(exchange->arena, key, kid, extra, claims)));
}

void control_sign_in_add(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    struct form form = form_open(body, "", &complaints);
    const char *id = form_text(&form, "person", REQUIRED, 320);
    const char *client = form_text(&form, "client_app", REQUIRED, 64);
    int64_t error = form_number(&form, "error", 0, 9999999, 0);
    bool interactive = form_flag(&form, "interactive", false);
    form_end(&form);
    const struct person *person = id ? tenant_person(sandbox->tenant, id) : NULL;
    if (id && !person)
        complain(&complaints, "person", "is nobody's id or UPN");
    if (control_complained(exchange, &complaints))
        return;
    logs_legacy_sign_in(sandbox, exchange->now_ms, person, client, interactive, (int)error);
    answer_nothing(exchange, 204);
}

void control_azure_scope_change(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    struct form form = form_open(body, "", &complaints);
    const char *path = form_text(&form, "path", REQUIRED, 512);
    bool locked = form_flag(&form, "locked", false);
    form_end(&form);
    struct azure_scope *scope = path ? tenant_azure_scope(sandbox->tenant, path) : NULL;
    if (path && !scope)
        complain(&complaints, "path", "is no scope of this tenant");
    if (control_complained(exchange, &complaints))
        return;
    scope->locked = locked;
    answer_json(exchange, 200,
                json_pack("{s:s, s:s, s:b}", "path", scope->path, "name", scope->name, "locked",
                          scope->locked));
}

void control_approval(struct sandbox *sandbox, struct exchange *exchange)
{
    static const char *const decisions[] = {"Approve", "Deny"};
    struct complaints complaints = {.arena = exchange->arena};
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    struct form form = form_open(body, "", &complaints);
    int decision = form_choice(&form, "decision", COUNT(decisions), decisions, 0);
    const char *by = form_guid(&form, "by", OPTIONAL);
    const char *justification = form_text(&form, "justification", OPTIONAL, 4096);
    form_end(&form);
    if (control_complained(exchange, &complaints))
        return;
    struct pim_request *request = NULL;
    for (int kind = TARGET_GROUP; kind < TARGET_KINDS && !request; kind++)
        request = pim_find_request(sandbox->tenant, exchange->params[0], (enum target_kind)kind);
    if (!request || !text_equals(request->status, "PendingApproval")) {
        control_error(exchange, request ? 409 : 404, "no such request waits for an approval");
        return;
    }
    pim_decide(sandbox, request, decision == 0, by ? by : "", justification, exchange->now_ms);
    answer_json(exchange, 200, json_pack("{s:s}", "status", request->status));
}

static const char *state_of(const struct assignment *assignment, int64_t now_ms)
{
    return assignment->gone_ms <= now_ms     ? "past"
           : assignment->starts_ms <= now_ms ? "live"
                                             : "scheduled";
}

void control_assignments(struct sandbox *sandbox, struct exchange *exchange)
{
    json_t *answer = memory_needed(
        json_pack("{s:[], s:[], s:[], s:[]}", "live", "scheduled", "past", "eligible"));
    for (size_t i = 0; i < sandbox->tenant->assignments_count; i++) {
        const struct assignment *assignment = sandbox->tenant->assignments[i];
        const char *state = state_of(assignment, exchange->now_ms);
        bool eligible = assignment->manner == ELIGIBLE && !text_equals(state, "past");
        (void)json_array_append_new(json_object_get(answer, eligible ? "eligible" : state),
                                    pim_show(sandbox->tenant, assignment));
    }
    answer_json(exchange, 200, answer);
}

void control_assignment_add(struct sandbox *sandbox, struct exchange *exchange)
{
    static const char *const manners[] = {"assigned", "activated", "eligible", "outside"};
    struct complaints complaints = {.arena = exchange->arena};
    struct target target;
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    struct form form = form_open(body, "", &complaints);
    const char *id = form_text(&form, "principal", REQUIRED, 320);
    bool fine = read_target(sandbox, &form, &target);
    enum manner manner =
        (enum manner)form_choice(&form, "manner", COUNT(manners), manners, ASSIGNED);
    int64_t ends = form_moment(&form, "ends_at", 0);
    const char *condition = form_text(&form, "condition", OPTIONAL, 4096);
    const char *version = form_text(&form, "condition_version", OPTIONAL, 16);
    form_end(&form);
    const struct person *person = id ? tenant_person(sandbox->tenant, id) : NULL;
    const struct group *group = id ? tenant_group(sandbox->tenant, id) : NULL;
    const struct device *device = id ? tenant_device(sandbox->tenant, id) : NULL;
    const struct app *service = id ? tenant_service(sandbox->tenant, id) : NULL;
    if (id && !person && !group && !device && !service)
        complain(&complaints, "principal", "is nobody's id");
    if (control_complained(exchange, &complaints) || !fine)
        return;
    struct assignment *made = tenant_assign(sandbox->tenant,
                                            person   ? person->id
                                            : group  ? group->id
                                            : device ? device->id
                                                     : service->object_id,
                                            &target, manner, exchange->now_ms);
    if (ends)
        made->ends_ms = ends * 1000;
    made->condition.text = tenant_keep(sandbox->tenant, condition);
    made->condition.version = tenant_keep(sandbox->tenant, version);
    if (manner != ELIGIBLE)
        logs_pim(sandbox, made, exchange->now_ms,
                 manner != OUTSIDE             ? "Add member to role in PIM completed (permanent)"
                 : target.kind == TARGET_GROUP ? "Add member to group"
                                               : "Add member to role outside of PIM (permanent)");
    answer_json(exchange, 201, pim_show(sandbox->tenant, made));
}

void control_assignment_delete(struct sandbox *sandbox, struct exchange *exchange)
{
    for (size_t i = 0; i < sandbox->tenant->assignments_count; i++) {
        struct assignment *assignment = sandbox->tenant->assignments[i];
        if (assignment->gone_ms != MOMENT_NEVER ||
            !text_equals(assignment->id, exchange->params[0]))
            continue;
        pim_remove(assignment, exchange->now_ms, "outside");
        pim_settle(sandbox, exchange->now_ms);
        answer_nothing(exchange, 204);
        return;
    }
    control_error(exchange, 404, "there is no such assignment, or it is gone");
}
