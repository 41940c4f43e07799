/* The catalogue as one person sees it, and events with names. */
#include "access/views.h"

#include "access/findings.h"
#include "access/occasion.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "model/words.h"
#include "store/people.h"

#include <string.h>

static void add_demand(json_t *list, struct arena *arena, const char *key, json_t *args)
{
    const char *says = words_say(arena, key, args);
    (void)json_array_append_new(
        list, memory_needed(json_pack("{s:s, s:s}", "code", key, "says", says ? says : key)));
    json_decref(args);
}

static void add_spoken(json_t *list, struct arena *arena, const char *key, const char *name,
                       const char *value)
{
    add_demand(list, arena, key, json_pack("{s:s}", name, value));
}

static const char *any_text(const struct any_of *any, struct arena *arena)
{
    const char *all = "";
    for (size_t i = 0; i < any->count; i++)
        all = arena_text(arena, "%s%s%s", all, i ? ", " : "", any->words[i]);
    return all;
}

static void add_required(json_t *list, const struct required *required, struct arena *arena)
{
    static const char *const levels[] = {"none", "low", "medium", "high", "hidden"};
    char within[32];
    for (size_t i = 0; i < required->method_count; i++)
        add_spoken(list, arena, "requires_methods", "methods",
                   any_text(&required->methods[i], arena));
    if (required->managed_device)
        add_demand(list, arena, "requires_managed", json_object());
    span_text(required->synced_within_seconds, within);
    if (required->synced_within_seconds)
        add_spoken(list, arena, "requires_synced", "within", within);
    if (required->workstation_count)
        add_demand(list, arena, "requires_workstation", json_object());
    if (required->watch_sign_in_risk)
        add_spoken(list, arena, "requires_sign_in_risk", "allowed",
                   levels[required->sign_in_risk_at_most]);
    if (required->modern_authentication)
        add_demand(list, arena, "requires_modern", json_object());
    if (required->eligible)
        add_demand(list, arena, "requires_eligible", json_object());
    if (required->ticket)
        add_demand(list, arena,
                   required->ticket_look_up ? "requires_ticket" : "requires_ticket_named",
                   json_object());
    for (size_t i = 0; i < required->ticket_pattern_count; i++)
        add_spoken(list, arena, "requires_ticket_form", "pattern", required->ticket_patterns[i]);
    for (size_t i = 0; i < required->justification_pattern_count; i++)
        add_spoken(list, arena, "requires_words", "pattern", required->justification_patterns[i]);
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
    add_required(list, &demands->required, arena);
    for (size_t i = 0; i < WATCH_CHECKS; i++)
        if (demands->watch.checks[i].revoke_seconds != INT64_MAX)
            add_demand(
                list, arena,
                arena_text(arena, "requires_watch_%s", watch_check_text((enum watch_check)i)),
                json_pack("{s:I}", "minutes",
                          (json_int_t)(demands->watch.checks[i].revoke_seconds / 60)));
    for (size_t i = 0; i < demands->approval_count; i++)
        add_demand(list, arena,
                   demands->approvals[i].stage > 1 ? "requires_approval_then" : "requires_approval",
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
            list, memory_needed(json_pack(
                      "{s:s, s:i, s:I, s:o, s:o}", "rule", demands->approvals[i].rule, "stage",
                      demands->approvals[i].stage, "need", (json_int_t)demands->approvals[i].need,
                      "within", json_span(demands->approvals[i].within_seconds), "from", from)));
    }
    return list;
}

json_t *view_requires(const struct demands *demands, struct arena *arena)
{
    return requires_of(demands, arena);
}

static void set_number(json_t *object, const char *name, int64_t number)
{
    if (number != INT64_MAX)
        (void)json_object_set_new(object, name, memory_needed(json_integer(number)));
}

/* Those that not every role has are there only where a rule says so. */
static json_t *limits_of(const struct demands *demands)
{
    int64_t usual = demands->default_seconds > demands->shortest_seconds
                        ? demands->default_seconds
                        : demands->shortest_seconds;
    json_t *limits = memory_needed(
        json_pack("{s:o, s:o, s:o}", "shortest", json_span(demands->shortest_seconds), "longest",
                  json_span(demands->longest_seconds), "default", json_span(usual)));
    json_t *at_once = memory_needed(json_object());
    set_number(at_once, "person", demands->person_at_once);
    set_number(at_once, "role", demands->role_at_once);
    if (json_object_size(at_once))
        (void)json_object_set(limits, "at_once", at_once);
    json_decref(at_once);
    set_number(limits, "per_day", demands->per_day);
    if (demands->start_within_seconds != INT64_MAX)
        (void)json_object_set_new(limits, "start_within", json_span(demands->start_within_seconds));
    if (demands->cool_down_seconds)
        (void)json_object_set_new(limits, "cool_down", json_span(demands->cool_down_seconds));
    if (demands->start_ahead_seconds != INT64_MAX)
        (void)json_object_set_new(limits, "start_ahead", json_span(demands->start_ahead_seconds));
    return limits;
}

/* What stands in the way now, whatever is asked: nothing does while only the time decides. */
static enum fail missing_of(struct store *store, size_t role_count,
                            const struct role *const roles[], const struct demands *demands,
                            const struct occasion *occasion, struct arena *arena, json_t **ret,
                            struct reason *why)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    struct counts counts;
    const char *targets[REQUEST_ROLES];
    const struct findings findings = {.now = occasion->at, .memberships = occasion->memberships};
    bool stands = demands->denied || demands->ring || demands->unknown ||
                  demands->too_many_approvals || (!demands->allowed && !demands->unsaid);
    for (size_t i = 0; i < role_count; i++)
        targets[i] = target_key(&roles[i]->target, arena);
    enum fail fail =
        occasion_count(store, demands, occasion, role_count, targets, "~", arena, &counts, why);
    if (fail)
        return fail;
    if (stands)
        judge_membership(demands, &findings, &list);
    judge_counts(demands, &counts, role_count, occasion, &list);
    json_auto_t *packed = evidence_pack(&list);
    *ret = evidence_view(packed);
    return FAIL_NONE;
}

/* How it may be had before it is approved; null where it may not. */
static json_t *urgent_of(const struct urgent_demand *urgent)
{
    if (!urgent->offered)
        return json_null();
    json_t *reviews = memory_needed(json_array());
    for (size_t i = 0; i < urgent->review_count; i++) {
        const struct approval_demand *review = &urgent->reviews[i];
        json_t *from = memory_needed(json_array());
        for (size_t k = 0; k < review->from_count; k++)
            (void)json_array_append_new(from, json_string(review->from[k]->name));
        (void)json_array_append_new(
            reviews, memory_needed(json_pack("{s:s, s:o, s:o}", "rule", review->rule, "within",
                                             json_span(review->within_seconds), "from", from)));
    }
    return memory_needed(
        json_pack("{s:o, s:o}", "longest", json_span(urgent->longest_seconds), "reviews", reviews));
}

/* The entry of roles that are asked for together, with what is demanded of all of them; NULL when
   no rule is about whoever asks. */
static enum fail view_entry(const struct access *access, struct store *store, size_t role_count,
                            const struct role *const roles[], const struct occasion *occasion,
                            struct arena *arena, json_t **ret, struct reason *why)
{
    struct demands demands;
    json_t *missing = NULL;
    const struct role *role = roles[0];
    policy_demand(access->policy, role_count, roles, occasion, arena, &demands);
    *ret = NULL;
    if (!demands.named)
        return FAIL_NONE;
    if (demands.longest_seconds == INT64_MAX) /* its rules do not apply now */
        demands.longest_seconds = demands.default_seconds =
            policy_longest(access->policy, role->id);
    enum fail fail = missing_of(store, role_count, roles, &demands, occasion, arena, &missing, why);
    if (fail)
        return fail;
    *ret = memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s?, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", role->id,
        "name", role->name, "product", role->product, "opens", role->opens, "tier",
        role->tier < 0 ? json_null() : json_integer(role->tier), "kind",
        target_kind_text(role->target.kind), "activation",
        activation_text(activation_of(access, role)), "limits", limits_of(&demands), "requires",
        requires_of(&demands, arena), "approvers", approvers_of(&demands), "urgent",
        urgent_of(&demands.urgent), "missing", missing, "usable_within",
        role->usable_within_seconds < 0 ? json_null() : json_span(role->usable_within_seconds),
        "warnings", view_warnings(role, arena)));
    return FAIL_NONE;
}

enum fail view_role(const struct access *access, struct store *store, const struct role *role,
                    const struct occasion *occasion, struct arena *arena, json_t **ret,
                    struct reason *why)
{
    return view_entry(access, store, 1, &role, occasion, arena, ret, why);
}

enum fail view_bundle_entry(const struct access *access, struct store *store,
                            const struct bundle *bundle, const struct occasion *occasion,
                            struct arena *arena, json_t **ret, struct reason *why)
{
    int tier = -1;
    enum activation activation = ACTIVATION_APPLICATION;
    enum fail fail =
        view_entry(access, store, bundle->role_count, bundle->roles, occasion, arena, ret, why);
    if (fail || !*ret)
        return fail;
    json_t *roles = memory_needed(json_array());
    for (size_t i = 0; i < bundle->role_count; i++) {
        const struct role *role = bundle->roles[i];
        if (role->tier >= 0 && (tier < 0 || role->tier < tier))
            tier = role->tier;
        if (activation_of(access, role) != ACTIVATION_APPLICATION)
            activation = activation_of(access, role);
        (void)json_array_append_new(
            roles,
            memory_needed(json_pack("{s:s, s:s, s:s, s:s?}", "id", role->id, "name", role->name,
                                    "product", role->product, "opens", role->opens)));
    }
    json_auto_t *own =
        memory_needed(json_pack("{s:s, s:s, s:s, s:s?, s:o, s:s, s:s, s:o, s:s}", "id", bundle->id,
                                "name", bundle->name, "product", bundle->product, "opens",
                                bundle->opens, "tier", tier < 0 ? json_null() : json_integer(tier),
                                "kind", "bundle", "activation", activation_text(activation),
                                "roles", roles, "when_one_fails", bundle->undo ? "undo" : "keep"));
    (void)json_object_update(*ret, own);
    return FAIL_NONE;
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
