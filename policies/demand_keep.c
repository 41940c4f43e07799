/* The demands as they are kept with a request, and back. What belongs together has a pair of
   functions: a demand that got lost would be one that nobody meets. */
#include "policies/internal.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

json_t *texts_pack(size_t count, const char *const texts[])
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_string(texts[i]));
    return list;
}

bool texts_unpack(const json_t *list, struct arena *arena, size_t *count, const char ***ret)
{
    const char **texts = ARENA_ARRAY(arena, const char *, json_array_size(list));
    bool right = json_is_array(list);
    *count = json_array_size(list);
    for (size_t i = 0; i < *count; i++) {
        texts[i] = arena_copy(arena, json_string_value(json_array_get(list, i)));
        right &= texts[i] != NULL;
    }
    *ret = texts;
    return right;
}

static json_t *pack_require(const struct demands *demands)
{
    return memory_needed(json_pack(
        "{s:b, s:I, s:o, s:b, s:b, s:i, s:I, s:o}", "mfa", demands->mfa, "mfa_within",
        (json_int_t)demands->mfa_within_seconds, "contexts",
        texts_pack(demands->context_count, demands->contexts), "compliant_device",
        demands->compliant_device, "watch_risk", demands->watch_risk, "risk_at_most",
        (int)demands->risk_at_most, "justification_least", (json_int_t)demands->justification_least,
        "required", required_pack(&demands->required)));
}

static bool unpack_require(const json_t *packed, struct arena *arena, struct demands *ret)
{
    int mfa, device, watch, risk;
    json_int_t within, justification;
    if (json_unpack((json_t *)packed, "{s:b, s:I, s:b, s:b, s:i, s:I}", "mfa", &mfa, "mfa_within",
                    &within, "compliant_device", &device, "watch_risk", &watch, "risk_at_most",
                    &risk, "justification_least", &justification) != 0 ||
        risk < RISK_NONE || risk > RISK_HIGH)
        return false;
    ret->mfa = mfa;
    ret->mfa_within_seconds = within;
    ret->compliant_device = device;
    ret->watch_risk = watch;
    ret->risk_at_most = (enum risk_level)risk;
    ret->justification_least = justification;
    return texts_unpack(json_object_get(packed, "contexts"), arena, &ret->context_count,
                        &ret->contexts) &&
           required_unpack(json_object_get(packed, "required"), arena, &ret->required);
}

static json_t *pack_limits(const struct demands *demands)
{
    return memory_needed(json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "shortest",
        (json_int_t)demands->shortest_seconds, "longest", (json_int_t)demands->longest_seconds,
        "default", (json_int_t)demands->default_seconds, "start_within",
        (json_int_t)demands->start_within_seconds, "start_ahead",
        (json_int_t)demands->start_ahead_seconds, "cool_down",
        (json_int_t)demands->cool_down_seconds, "person_at_once",
        (json_int_t)demands->person_at_once, "role_at_once", (json_int_t)demands->role_at_once,
        "per_day", (json_int_t)demands->per_day));
}

static bool unpack_limits(const json_t *packed, struct demands *ret)
{
    json_int_t shortest, longest, usual, start, ahead, cool, person, role, day;
    if (json_unpack((json_t *)packed, "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "shortest",
                    &shortest, "longest", &longest, "default", &usual, "start_within", &start,
                    "start_ahead", &ahead, "cool_down", &cool, "person_at_once", &person,
                    "role_at_once", &role, "per_day", &day) != 0)
        return false;
    ret->shortest_seconds = shortest;
    ret->longest_seconds = longest;
    ret->default_seconds = usual;
    ret->start_within_seconds = start;
    ret->start_ahead_seconds = ahead;
    ret->cool_down_seconds = cool;
    ret->person_at_once = person;
    ret->role_at_once = role;
    ret->per_day = day;
    return true;
}

/* All that the sets hold, as one. */
json_t *policy_pack_people(size_t count, const struct people *const sets[])
{
    json_t *users = memory_needed(json_array()), *groups = memory_needed(json_array());
    bool manager = false;
    for (size_t i = 0; i < count; i++) {
        json_auto_t *more = texts_pack(sets[i]->user_count, sets[i]->users);
        (void)json_array_extend(users, more);
        json_auto_t *most = texts_pack(sets[i]->group_count, sets[i]->groups);
        (void)json_array_extend(groups, most);
        manager |= sets[i]->manager;
    }
    return memory_needed(
        json_pack("{s:o, s:o, s:b}", "users", users, "groups", groups, "manager", manager));
}

bool policy_unpack_people(const json_t *packed, struct arena *arena, size_t *count,
                          const struct people *const **ret)
{
    struct people *people = ARENA_NEW(arena, struct people);
    const struct people **sets = ARENA_ARRAY(arena, const struct people *, 1);
    int manager;
    if (json_unpack((json_t *)packed, "{s:b}", "manager", &manager) != 0)
        return false;
    people->name = "";
    people->manager = manager;
    sets[0] = people;
    *count = 1;
    *ret = sets;
    return texts_unpack(json_object_get(packed, "users"), arena, &people->user_count,
                        &people->users) &&
           texts_unpack(json_object_get(packed, "groups"), arena, &people->group_count,
                        &people->groups);
}

static json_t *pack_approval(const struct approval_demand *approval)
{
    json_t *remind = memory_needed(json_array());
    for (size_t i = 0; i < approval->remind_count; i++)
        (void)json_array_append_new(remind, json_integer(approval->remind_seconds[i]));
    json_t *packed = memory_needed(
        json_pack("{s:s, s:i, s:o, s:I, s:I, s:I, s:o, s:b, s:b}", "rule", approval->rule, "stage",
                  approval->stage, "from", policy_pack_people(approval->from_count, approval->from),
                  "need", (json_int_t)approval->need, "deny", (json_int_t)approval->deny, "within",
                  (json_int_t)approval->within_seconds, "remind", remind, "reason",
                  approval->needs_reason, "signed", approval->is_signed));
    if (approval->escalate_seconds >= 0)
        (void)json_object_set_new(
            packed, "escalate",
            memory_needed(json_pack("{s:I, s:o}", "after", (json_int_t)approval->escalate_seconds,
                                    "to", policy_pack_people(approval->to_count, approval->to))));
    return packed;
}

static bool unpack_reminders(const json_t *list, struct approval_demand *approval)
{
    if (!json_is_array(list) || json_array_size(list) > REMINDERS)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        approval->remind_seconds[approval->remind_count++] =
            json_integer_value(json_array_get(list, i));
    return true;
}

static bool unpack_escalation(const json_t *packed, struct arena *arena,
                              struct approval_demand *approval)
{
    json_int_t after;
    approval->escalate_seconds = -1;
    if (!packed)
        return true;
    if (json_unpack((json_t *)packed, "{s:I}", "after", &after) != 0)
        return false;
    approval->escalate_seconds = after;
    return policy_unpack_people(json_object_get(packed, "to"), arena, &approval->to_count,
                                &approval->to);
}

static bool unpack_approval(const json_t *packed, struct arena *arena,
                            struct approval_demand *approval)
{
    const char *rule;
    json_int_t need, deny, within;
    int stage, reason, is_signed;
    if (json_unpack((json_t *)packed, "{s:s, s:i, s:I, s:I, s:I, s:b, s:b}", "rule", &rule, "stage",
                    &stage, "need", &need, "deny", &deny, "within", &within, "reason", &reason,
                    "signed", &is_signed) != 0 ||
        need < 1 || deny < 1 || stage < 1)
        return false;
    *approval = (struct approval_demand){
        .rule = arena_copy(arena, rule),
        .stage = stage,
        .need = need,
        .deny = deny,
        .within_seconds = within,
        .needs_reason = reason,
        .is_signed = is_signed,
    };
    return policy_unpack_people(json_object_get(packed, "from"), arena, &approval->from_count,
                                &approval->from) &&
           unpack_reminders(json_object_get(packed, "remind"), approval) &&
           unpack_escalation(json_object_get(packed, "escalate"), arena, approval);
}

json_t *approvals_pack(size_t count, const struct approval_demand approvals[])
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, pack_approval(&approvals[i]));
    return list;
}

bool approvals_unpack(const json_t *packed, struct arena *arena, size_t *count, size_t most,
                      struct approval_demand approvals[])
{
    if (!json_is_array(packed) || json_array_size(packed) > most)
        return false;
    *count = json_array_size(packed);
    for (size_t i = 0; i < *count; i++)
        if (!unpack_approval(json_array_get(packed, i), arena, &approvals[i]))
            return false;
    return true;
}

json_t *demands_pack(const struct demands *demands)
{
    bool allowed = demands->allowed && !demands->unknown && !demands->unsaid;
    json_t *packed = memory_needed(
        json_pack("{s:b, s:o, s:o, s:i, s:o, s:o, s:o}", "allowed", allowed, "rules",
                  texts_pack(demands->rule_count, demands->rules), "approvals",
                  approvals_pack(demands->approval_count, demands->approvals), "human_by",
                  (int)demands->human_by, "watch", policy_pack_watch(demands), "tell",
                  policy_pack_tell(demands), "urgent", urgent_pack(demands)));
    json_auto_t *require = pack_require(demands), *limits = pack_limits(demands);
    (void)json_object_update(packed, require);
    (void)json_object_update(packed, limits);
    return packed;
}

bool demands_unpack(const json_t *packed, struct arena *arena, struct demands *demands)
{
    int allowed, human_by;
    struct demands read = {0};
    if (json_unpack((json_t *)packed, "{s:b, s:i}", "allowed", &allowed, "human_by", &human_by) !=
            0 ||
        human_by < HUMAN_BY_ACCOUNT || human_by > HUMAN_BY_MAIL ||
        !texts_unpack(json_object_get(packed, "rules"), arena, &read.rule_count, &read.rules) ||
        !unpack_require(packed, arena, &read) || !unpack_limits(packed, &read) ||
        !approvals_unpack(json_object_get(packed, "approvals"), arena, &read.approval_count,
                          APPROVAL_STAGES, read.approvals) ||
        !urgent_unpack(json_object_get(packed, "urgent"), arena, &read) ||
        !policy_unpack_watch(packed, &read) || !policy_unpack_tell(packed, arena, &read))
        return false;
    read.allowed = allowed;
    read.human_by = (enum human_by)human_by;
    *demands = read;
    return true;
}
