/* /users and checkMemberGroups. */
#include "sandbox/graph/handlers.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/entities.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/odata.h"
#include "sandbox/tenant/members.h"

enum { CHECKED_GROUPS = 20 };

static struct person *find_user(struct sandbox *sandbox, struct exchange *exchange)
{
    struct person *person = tenant_person(sandbox->tenant, exchange->params[0]);
    if (!person)
        graph_error_not_found(exchange, exchange->params[0]);
    return person;
}

/* `user` with $select applied and what the caller may not see left out; steals it. */
static void answer_user(struct exchange *exchange, json_t *user, const char *context)
{
    json_auto_t *owned = user;
    json_t *shown = odata_select(exchange, owned);
    if (!shown)
        return;
    if (!exchange_query(exchange, "$select"))
        trim_user(shown);
    hide_user(exchange, shown);
    json_t *answer =
        memory_needed(json_pack("{s:s}", "@odata.context", graph_context(exchange, context)));
    (void)json_object_update(answer, shown);
    json_decref(shown);
    answer_json(exchange, 200, answer);
}

void graph_user(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct person *person = find_user(sandbox, exchange);
    if (person)
        answer_user(exchange, show_user(person), "users/$entity");
}

void graph_me(struct sandbox *sandbox, struct exchange *exchange)
{
    (void)sandbox;
    answer_user(exchange, show_user(exchange->person), "users/$entity");
}

void graph_user_manager(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct person *person = find_user(sandbox, exchange);
    if (!person)
        return;
    json_t *manager = *person->manager ? show_object(sandbox, person->manager) : NULL;
    if (manager)
        answer_user(exchange, manager, "directoryObjects/$entity");
    else
        graph_error_not_found(exchange, "manager");
}

void graph_member_of(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *cast = exchange->params[1];
    static const struct list_rules rules = {
        .context = "directoryObjects", .page = 100, .advanced = true, .trim = trim_user};
    json_auto_t *object = show_object(sandbox, exchange->params[0]);
    if (!object) {
        graph_error_not_found(exchange, exchange->params[0]);
        return;
    }
    if (cast && !text_equals(cast, "microsoft.graph.group")) {
        graph_error_segment(exchange, cast);
        return;
    }
    int64_t at = sandbox_read_ms(sandbox, exchange) - sandbox->switches.membership_ms;
    json_auto_t *ids = members_groups_of(sandbox->tenant, json_member_text(object, "id"), at);
    json_t *groups = memory_needed(json_array());
    size_t i;
    json_t *id;
    json_array_foreach (ids, i, id)
        (void)json_array_append_new(groups, show_object(sandbox, json_string_value(id)));
    odata_list(exchange, &rules, groups);
}

/* The asked ids among the groups of this object. */
static json_t *checked(struct sandbox *sandbox, struct exchange *exchange, const char *object,
                       const json_t *asked)
{
    int64_t at = sandbox_read_ms(sandbox, exchange) - sandbox->switches.membership_ms;
    json_t *found = memory_needed(json_array());
    size_t i;
    json_t *id;
    json_array_foreach ((json_t *)asked, i, id)
        if (members_has(sandbox->tenant, json_string_value(id), object, at))
            (void)json_array_append(found, id);
    return found;
}

void graph_check_member_groups(struct sandbox *sandbox, struct exchange *exchange)
{
    json_auto_t *body = graph_body(exchange);
    if (!body)
        return;
    json_auto_t *object = show_object(sandbox, exchange->params[0]);
    if (!object) {
        graph_error_not_found(exchange, exchange->params[0]);
        return;
    }
    const char **ids;
    struct complaints complaints = {.arena = exchange->arena};
    struct form form = form_open(body, "", &complaints);
    size_t count = form_texts(&form, "groupIds", REQUIRED, 1000, 64, &ids);
    char guid[GUID_SIZE];
    form_end(&form);
    for (size_t i = 0; i < count; i++)
        if (!text_read_guid(ids[i], guid))
            complain(&complaints, "groupIds", "'%s' is not a valid GUID", ids[i]);
    if (complaints.count || count > CHECKED_GROUPS) {
        graph_error(exchange, 400, "Request_BadRequest",
                    complaints.count ? complaints_text(&complaints)
                                     : "The number of values specified for groupIds exceeds 20.");
        return;
    }
    answer_json(exchange, 200,
                json_pack("{s:s, s:o}", "@odata.context",
                          graph_context(exchange, "Collection(Edm.String)"), "value",
                          checked(sandbox, exchange, json_member_text(object, "id"),
                                  json_object_get(body, "groupIds"))));
}

void graph_revoke_sessions(struct sandbox *sandbox, struct exchange *exchange)
{
    struct person *person = find_user(sandbox, exchange);
    if (!person)
        return;
    person->sessions_from_ms = exchange->now_ms;
    answer_effect(exchange, "revoke_sessions", json_pack("{s:s}", "person", person->id));
    if (sandbox->switches.revoke_answers_204)
        answer_nothing(exchange, 204);
    else
        answer_json(exchange, 200,
                    json_pack("{s:s, s:b}", "@odata.context",
                              graph_context(exchange, "Edm.Boolean"), "value", 1));
}
