/* The demands as they are kept with a request, and back. What belongs together has a pair of
   functions: a demand that got lost would be one that nobody meets. */
#include "policies/policy.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

static json_t *pack_texts(size_t count, const char *const texts[])
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_string(texts[i]));
    return list;
}

static bool unpack_texts(const json_t *object, const char *name, struct arena *arena, size_t *count,
                         const char ***ret)
{
    const json_t *list = json_object_get(object, name);
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
    return memory_needed(
        json_pack("{s:b, s:I, s:o, s:b, s:b, s:i, s:I}", "mfa", demands->mfa, "mfa_within",
                  (json_int_t)demands->mfa_within_seconds, "contexts",
                  pack_texts(demands->context_count, demands->contexts), "compliant_device",
                  demands->compliant_device, "watch_risk", demands->watch_risk, "risk_at_most",
                  (int)demands->risk_at_most, "justification_least",
                  (json_int_t)demands->justification_least));
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
    return unpack_texts(packed, "contexts", arena, &ret->context_count, &ret->contexts);
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

static json_t *pack_approval(const struct approval_demand *approval)
{
    json_t *users = memory_needed(json_array()), *groups = memory_needed(json_array());
    for (size_t i = 0; i < approval->from_count; i++) {
        json_auto_t *more = pack_texts(approval->from[i]->user_count, approval->from[i]->users);
        (void)json_array_extend(users, more);
        json_auto_t *most = pack_texts(approval->from[i]->group_count, approval->from[i]->groups);
        (void)json_array_extend(groups, most);
    }
    return memory_needed(
        json_pack("{s:s, s:o, s:o, s:I, s:I, s:b}", "rule", approval->rule, "users", users,
                  "groups", groups, "need", (json_int_t)approval->need, "within",
                  (json_int_t)approval->within_seconds, "signed", approval->is_signed));
}

static bool unpack_approval(const json_t *packed, struct arena *arena,
                            struct approval_demand *approval)
{
    struct people *people = ARENA_NEW(arena, struct people);
    const struct people **from = ARENA_ARRAY(arena, const struct people *, 1);
    const char *rule;
    json_int_t need, within;
    int is_signed;
    if (json_unpack((json_t *)packed, "{s:s, s:I, s:I, s:b}", "rule", &rule, "need", &need,
                    "within", &within, "signed", &is_signed) != 0 ||
        need < 1)
        return false;
    people->name = "";
    from[0] = people;
    *approval = (struct approval_demand){
        .rule = arena_copy(arena, rule),
        .from_count = 1,
        .from = from,
        .need = need,
        .within_seconds = within,
        .is_signed = is_signed,
    };
    return unpack_texts(packed, "users", arena, &people->user_count, &people->users) &&
           unpack_texts(packed, "groups", arena, &people->group_count, &people->groups);
}

static json_t *pack_approvals(const struct demands *demands)
{
    json_t *approvals = memory_needed(json_array());
    for (size_t i = 0; i < demands->approval_count; i++)
        (void)json_array_append_new(approvals, pack_approval(&demands->approvals[i]));
    return approvals;
}

static bool unpack_approvals(const json_t *packed, struct arena *arena, struct demands *ret)
{
    const json_t *approvals = json_object_get(packed, "approvals");
    if (!json_is_array(approvals) || json_array_size(approvals) > APPROVAL_LINES)
        return false;
    ret->approval_count = json_array_size(approvals);
    for (size_t i = 0; i < ret->approval_count; i++)
        if (!unpack_approval(json_array_get(approvals, i), arena, &ret->approvals[i]))
            return false;
    return true;
}

json_t *demands_pack(const struct demands *demands)
{
    json_t *packed = memory_needed(json_pack(
        "{s:b, s:o, s:o}", "allowed", demands->allowed && !demands->unknown && !demands->unsaid,
        "rules", pack_texts(demands->rule_count, demands->rules), "approvals",
        pack_approvals(demands)));
    json_auto_t *require = pack_require(demands), *limits = pack_limits(demands);
    (void)json_object_update(packed, require);
    (void)json_object_update(packed, limits);
    return packed;
}

bool demands_unpack(const json_t *packed, struct arena *arena, struct demands *demands)
{
    int allowed;
    struct demands read = {0};
    if (json_unpack((json_t *)packed, "{s:b}", "allowed", &allowed) != 0 ||
        !unpack_texts(packed, "rules", arena, &read.rule_count, &read.rules) ||
        !unpack_require(packed, arena, &read) || !unpack_limits(packed, &read) ||
        !unpack_approvals(packed, arena, &read))
        return false;
    read.allowed = allowed;
    *demands = read;
    return true;
}
