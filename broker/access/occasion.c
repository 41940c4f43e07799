#include "access/occasion.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/past.h"

#include <stdlib.h>

enum { DAY = 86400 };

static bool has_target(const struct role *role, const char *target, struct arena *arena)
{
    return text_equals(target_key(&role->target, arena), target);
}

/* The id may have come to stand for another target, and the target may have got another id. */
static const char *role_of(const struct policy *policy, const struct stored_past *past,
                           struct arena *arena)
{
    const struct role *role = policy_find_role(policy, past->role);
    if (role && has_target(role, past->target, arena))
        return role->id;
    for (size_t i = 0; i < policy_role_count(policy); i++)
        if (has_target(policy_role(policy, i), past->target, arena))
            return policy_role(policy, i)->id;
    return NULL;
}

enum fail occasion_past(struct store *store, const struct policy *policy, const char *before,
                        struct arena *arena, struct occasion *occasion, struct reason *why)
{
    size_t count = 0;
    struct stored_past *past = NULL;
    if (!policy_asks_past(policy))
        return FAIL_NONE;
    enum fail fail =
        store_past(store, occasion->person, occasion->at, before, arena, &count, &past, why);
    if (fail)
        return fail;
    const char **had = ARENA_ARRAY(arena, const char *, count);
    const char **held = ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        const char *role = role_of(policy, &past[i], arena);
        if (role && past[i].had)
            had[occasion->had_count++] = role;
        if (role && past[i].held)
            held[occasion->held_count++] = role;
    }
    occasion->had = had;
    occasion->held = held;
    occasion->past_known = true;
    return FAIL_NONE;
}

void occasion_risk(const struct risks *risks, struct occasion *occasion)
{
    if (!risks || !risks->reading.known)
        return;
    occasion->risk_known = true;
    occasion->risk = RISK_NONE;
    for (size_t i = 0; i < risks->count; i++) {
        const struct risky_user *user = &risks->users[i];
        if (!text_equals_ignoring_case(user->oid, occasion->person->oid))
            continue;
        occasion->risk = user->compromised ? RISK_HIGH : user->level;
        occasion->risk_known = occasion->risk != RISK_HIDDEN;
    }
}

static json_t *pack_ids(bool known, size_t count, const char *const ids[])
{
    if (!known)
        return json_null();
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_string(ids[i]));
    return list;
}

const char *occasion_pack(const struct occasion *occasion, struct arena *arena)
{
    json_auto_t *packed = memory_needed(
        json_pack("{s:I, s:o, s:o, s:o}", "duration", (json_int_t)occasion->duration_seconds, "had",
                  pack_ids(occasion->past_known, occasion->had_count, occasion->had), "held",
                  pack_ids(occasion->past_known, occasion->held_count, occasion->held), "risk",
                  occasion->risk_known ? json_integer(occasion->risk) : json_null()));
    char *text = json_canonical(packed);
    const char *copy = arena_copy(arena, text);
    free(text);
    return copy;
}

static bool unpack_ids(const json_t *list, struct arena *arena, size_t *count,
                       const char *const **ret)
{
    const char **ids = ARENA_ARRAY(arena, const char *, json_array_size(list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        ids[i] = arena_copy(arena, json_string_value(json_array_get(list, i)));
        if (!ids[i])
            return false;
    }
    *count = json_array_size(list);
    *ret = ids;
    return json_is_array(list);
}

void occasion_of(const struct stored_request *request, const struct memberships *memberships,
                 struct arena *arena, struct occasion *ret)
{
    struct occasion occasion = {.person = &request->requester.key,
                                .memberships = memberships,
                                .at = request->submitted_at,
                                .duration_seconds = request->duration_seconds,
                                .start_at = request->start_at,
                                .urgent = request->urgent};
    json_auto_t *kept = request->occasion ? json_loads(request->occasion, 0, NULL) : NULL;
    const json_t *risk = json_object_get(kept, "risk");
    int64_t level = json_integer_value(risk);
    /* An approver may have shortened it since. */
    occasion.duration_seconds = json_member_number(kept, "duration", request->duration_seconds);
    occasion.past_known =
        unpack_ids(json_object_get(kept, "had"), arena, &occasion.had_count, &occasion.had) &&
        unpack_ids(json_object_get(kept, "held"), arena, &occasion.held_count, &occasion.held);
    occasion.risk_known = json_is_integer(risk) && level >= RISK_NONE && level <= RISK_HIGH;
    if (occasion.risk_known)
        occasion.risk = (enum risk_level)level;
    *ret = occasion;
}

/* Other targets than those asked for now. */
static int64_t others(size_t count, const char *const held[], size_t target_count,
                      const char *const targets[])
{
    int64_t other = 0;
    for (size_t i = 0; i < count; i++) {
        bool own = false;
        for (size_t k = 0; k < target_count && !own; k++)
            own = text_equals(held[i], targets[k]);
        other += !own;
    }
    return other;
}

static enum fail count_target(struct store *store, const struct demands *demands,
                              const struct occasion *occasion, const char *target,
                              const char *before, struct counts *counts, struct reason *why)
{
    const struct person_key *person = occasion->person;
    int64_t holders = 0, asked = 0, first_at = -1, ended_at = -1;
    enum fail fail = FAIL_NONE;
    if (demands->role_at_once != INT64_MAX)
        fail = store_past_holders(store, person, target, before, &holders, why);
    if (!fail && demands->per_day != INT64_MAX)
        fail = store_past_day(store, person, target, occasion->at - DAY, before, &asked, &first_at,
                              why);
    if (!fail && demands->cool_down_seconds)
        fail = store_past_end(store, person, target, before, &ended_at, why);
    if (holders > counts->role_at_once)
        counts->role_at_once = holders;
    if (asked >= demands->per_day && first_at + DAY > counts->day_over_at)
        counts->day_over_at = first_at + DAY;
    if (asked > counts->per_day)
        counts->per_day = asked;
    if (ended_at > counts->ended_at)
        counts->ended_at = ended_at;
    return fail;
}

enum fail occasion_count(struct store *store, const struct demands *demands,
                         const struct occasion *occasion, size_t target_count,
                         const char *const targets[], const char *before, struct arena *arena,
                         struct counts *ret, struct reason *why)
{
    struct counts counts = {.ended_at = -1};
    size_t held_count = 0;
    const char **held = NULL;
    enum fail fail = FAIL_NONE;
    if (demands->person_at_once != INT64_MAX)
        fail = store_past_targets(store, occasion->person, before, arena, &held_count, &held, why);
    counts.person_at_once = others(held_count, held, target_count, targets);
    for (size_t i = 0; !fail && i < target_count && demands_count(demands); i++)
        fail = count_target(store, demands, occasion, targets[i], before, &counts, why);
    if (!fail)
        *ret = counts;
    return fail;
}
