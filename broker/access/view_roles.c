/* The catalogue as one person sees it, and events with names. */
#include "access/views.h"

#include "access/findings.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "model/words.h"
#include "store/people.h"

#include <string.h>

static json_t *span(int64_t seconds)
{
    char text[32];
    span_text(seconds, text);
    return json_string(text);
}

static void add_demand(json_t *list, struct arena *arena, const char *key, json_t *args)
{
    const char *says = words_say(arena, key, args);
    (void)json_array_append_new(
        list, memory_needed(json_pack("{s:s, s:s}", "code", key, "says", says ? says : key)));
    json_decref(args);
}

/* What must be true, in words. */
static json_t *requires_of(const struct demands *demands, struct arena *arena)
{
    static const char *const levels[] = {"none", "low", "medium", "high"};
    json_t *list = memory_needed(json_array());
    bool aged = demands->mfa_within_seconds != INT64_MAX;
    if (demands->mfa && demands->context_count)
        add_demand(list, arena, aged ? "requires_context_aged" : "requires_context",
                   json_pack("{s:s, s:I}", "context", demands->contexts[0], "minutes",
                             (json_int_t)(aged ? demands->mfa_within_seconds / 60 : 0)));
    else if (demands->mfa)
        add_demand(list, arena, aged ? "requires_mfa_aged" : "requires_mfa",
                   json_pack("{s:I}", "minutes",
                             (json_int_t)(aged ? demands->mfa_within_seconds / 60 : 0)));
    if (demands->compliant_device)
        add_demand(list, arena, "requires_device", json_object());
    if (demands->watch_risk)
        add_demand(list, arena, "requires_risk",
                   json_pack("{s:s}", "allowed", levels[demands->risk_at_most]));
    if (demands->justification_least > 1)
        add_demand(list, arena, "requires_justification",
                   json_pack("{s:I}", "least", (json_int_t)demands->justification_least));
    for (size_t i = 0; i < demands->approval_count; i++)
        add_demand(list, arena, "requires_approval",
                   json_pack("{s:I, s:s}", "need", (json_int_t)demands->approvals[i].need, "rule",
                             demands->approvals[i].rule));
    return list;
}

static json_t *approvers_of(const struct demands *demands)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < demands->approval_count; i++) {
        json_t *from = memory_needed(json_array());
        for (size_t k = 0; k < demands->approvals[i].from_count; k++)
            (void)json_array_append_new(from, json_string(demands->approvals[i].from[k]->name));
        (void)json_array_append_new(
            list,
            memory_needed(json_pack("{s:s, s:I, s:o, s:o}", "rule", demands->approvals[i].rule,
                                    "need", (json_int_t)demands->approvals[i].need, "within",
                                    span(demands->approvals[i].within_seconds), "from", from)));
    }
    return list;
}

json_t *view_role(const struct access *access, const struct role *role,
                  const struct person_key *person, const struct memberships *memberships,
                  struct arena *arena)
{
    struct demands demands;
    const struct occasion occasion = {.person = person,
                                      .memberships = memberships,
                                      .at = moment_now(),
                                      .duration_seconds = -1,
                                      .start_at = -1};
    policy_demand(access->policy, 1, &role, &occasion, arena, &demands);
    if (!demands.allowed)
        return NULL;
    return memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s?, s:o, s:s, s:s, s:{s:o, s:o}, s:o, s:o, s:[]}", "id", role->id,
        "name", role->name, "product", role->product, "opens", role->opens, "tier",
        role->tier < 0 ? json_null() : json_integer(role->tier), "kind",
        target_kind_text(role->target.kind), "activation",
        activation_text(activation_of(access, role)), "limits", "longest",
        span(demands.longest_seconds), "default", span(demands.default_seconds), "requires",
        requires_of(&demands, arena), "approvers", approvers_of(&demands), "missing"));
}

/* A name beside an object id, where one is known. */
static void add_name(struct store *store, const struct access *access, json_t *person,
                     struct arena *arena)
{
    struct person_key key;
    struct person known = {0};
    struct reason ignored = {0};
    const char *oid = json_member_text(person, "oid");
    if (!oid || !person_key_read(access->options.tenant_id, oid, &key) ||
        store_person(store, &key, arena, &known, &ignored) != FAIL_NONE)
        return;
    (void)json_object_set_new(person, "name", memory_needed(json_pack("s?", known.name)));
}

json_t *view_event(struct store *store, const struct access *access, const char *record,
                   struct arena *arena)
{
    json_t *event = json_loads(record, 0, NULL);
    if (!event)
        return json_null();
    (void)json_object_del(event, "v");
    (void)json_object_del(event, "prev");
    add_name(store, access, json_object_get(event, "actor"), arena);
    add_name(store, access, json_object_get(event, "subject"), arena);
    const char *role = json_member_text(event, "role");
    const struct role *known = role ? policy_find_role(access->policy, role) : NULL;
    (void)json_object_set_new(event, "role_name",
                              memory_needed(json_pack("s?", known ? known->name : role)));
    return event;
}
