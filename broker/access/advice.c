#include "access/advice.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "model/words.h"
#include "store/grants.h"

enum {
    DAYS = 90,              /* how far back use counts */
    USES_MOST = 500,        /* so many of them, the newest first */
    USES_LEAST = 2,         /* once is no habit */
    STEP_SECONDS = 15 * 60, /* suggested times are whole steps */
    HELD_MOST = 20,
    LAG_SECONDS = 5 * 60, /* Entra's own lists may be so late */
};

/* Grants that ended at their time or were given back, and those that are live. */
struct past {
    size_t use_count, live_count;
    struct stored_grant *uses, *live;
};

/* How one role was used. */
struct used {
    size_t count;
    int64_t longest_seconds, last_at;
};

static struct used used_of(const struct past *past, const char *role)
{
    struct used used = {.last_at = -1};
    for (size_t i = 0; i < past->use_count; i++) {
        const struct stored_grant *use = &past->uses[i];
        int64_t end = use->ended_at < use->ends_at ? use->ended_at : use->ends_at;
        if (!text_equals(use->role, role))
            continue;
        used.count++;
        if (end - use->starts_at > used.longest_seconds)
            used.longest_seconds = end - use->starts_at;
        if (end > used.last_at)
            used.last_at = end;
    }
    return used;
}

static bool is_asked(const struct advice_about *about, const char *role)
{
    for (size_t i = 0; i < about->role_count; i++)
        if (text_equals(about->roles[i]->id, role))
            return true;
    return false;
}

/* Adds the sentence of the code, with what fills it; takes `args` over. */
static json_t *saying(json_t *object, const char *code, json_t *args, struct arena *arena)
{
    json_auto_t *filling = memory_needed(args);
    const char *says = words_say(arena, code, filling);
    (void)json_object_set_new(object, "says", json_string(says ? says : code));
    return object;
}

/* Whether the policy would not let them ask for it, as far as it is known now. */
static bool is_closed(const struct access *access, const struct advice_about *about,
                      const struct role *role, struct arena *arena)
{
    const char *const *groups;
    size_t count = policy_groups(access->policy, &groups);
    const struct question question = {.kind = FACT_MEMBERSHIPS,
                                      .subject = about->person->oid,
                                      .group_count = count,
                                      .groups = groups};
    scoped(fact_scoped) struct fact *fact =
        facts_peek(access->facts, &question, moment_now_ms() - FACT_TEN_MINUTES);
    const struct occasion occasion = {.person = about->person,
                                      .memberships = fact ? &fact->memberships : NULL,
                                      .at = about->now,
                                      .duration_seconds = -1,
                                      .start_at = -1};
    struct demands demands;
    policy_demand(access->policy, 1, &role, &occasion, arena, &demands);
    return !demands.allowed && !demands.unknown;
}

static json_t *lesser_of(const struct access *access, const struct advice_about *about,
                         const struct past *past, struct arena *arena)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < about->role_count; i++) {
        for (size_t k = 0; k < about->roles[i]->lesser_count; k++) {
            const struct role *role = policy_find_role(access->policy, about->roles[i]->lesser[k]);
            struct used used = role ? used_of(past, role->id) : (struct used){0};
            char last[21];
            if (!used.count || is_asked(about, role->id) || is_closed(access, about, role, arena))
                continue;
            moment_text(used.last_at, last);
            json_t *one = memory_needed(
                json_pack("{s:s, s:s, s:s, s:s?, s:I, s:o}", "for", about->roles[i]->id, "id",
                          role->id, "name", role->name, "opens", role->opens, "uses",
                          (json_int_t)used.count, "last_at", json_moment(used.last_at)));
            json_t *args =
                json_pack("{s:s, s:I, s:i, s:s%}", "role", role->name, "uses",
                          (json_int_t)used.count, "days", DAYS, "last", last, (size_t)10);
            (void)json_array_append_new(list, saying(one, "advice_lesser", args, arena));
        }
    }
    return list;
}

/* NULL where use says nothing, or nothing less than what is asked for. */
static json_t *duration_of(const struct advice_about *about, const struct past *past,
                           struct arena *arena)
{
    size_t uses = SIZE_MAX;
    int64_t longest = 0;
    for (size_t i = 0; i < about->role_count; i++) {
        struct used used = used_of(past, about->roles[i]->id);
        uses = used.count < uses ? used.count : uses;
        longest = used.longest_seconds > longest ? used.longest_seconds : longest;
    }
    int64_t suggested = (longest + STEP_SECONDS - 1) / STEP_SECONDS * STEP_SECONDS;
    if (!about->role_count || uses < USES_LEAST || suggested < STEP_SECONDS ||
        suggested >= about->duration_seconds)
        return NULL;
    json_t *one = memory_needed(json_pack("{s:o, s:o, s:I}", "suggested", json_span(suggested),
                                          "longest", json_span(longest), "uses", (json_int_t)uses));
    json_t *args =
        json_pack("{s:I, s:i, s:I, s:I}", "uses", (json_int_t)uses, "days", DAYS, "longest",
                  (json_int_t)((longest + 59) / 60), "minutes", (json_int_t)(suggested / 60));
    return saying(one, "advice_duration", args, arena);
}

/* Whether a grant of the role ended so late that the reading may still show it. */
static bool is_shown_late(const struct past *past, const struct role *role, int64_t read_at)
{
    for (size_t i = 0; i < past->use_count; i++)
        if (text_equals(past->uses[i].role, role->id) &&
            past->uses[i].ended_at > read_at - LAG_SECONDS)
            return true;
    return false;
}

/* Whether the directory shows them holding it, by whomever: as the watch read it last. */
static bool is_standing(const struct access *access, const struct advice_about *about,
                        const struct past *past, const struct role *role, struct arena *arena)
{
    const struct question question = {.kind = FACT_STANDING,
                                      .subject = target_key(&role->target, arena)};
    scoped(fact_scoped) struct fact *fact =
        facts_peek(access->facts, &question, moment_now_ms() - FACT_TEN_MINUTES);
    if (!fact || is_shown_late(past, role, fact->reading.at))
        return false;
    for (size_t i = 0; i < fact->standing.count; i++)
        if (text_equals_ignoring_case(fact->standing.ids[i], about->person->oid))
            return true;
    return false;
}

/* A role that is held now: until when (-1: not known, or for good), or not at all. */
static bool is_held(const struct access *access, const struct advice_about *about,
                    const struct past *past, const struct role *role, struct arena *arena,
                    int64_t *until)
{
    *until = -1;
    for (size_t i = 0; i < past->live_count; i++)
        if (text_equals(past->live[i].role, role->id) && past->live[i].state == GRANT_ACTIVE) {
            *until = past->live[i].ends_at;
            return true;
        }
    return is_standing(access, about, past, role, arena);
}

static json_t *together_of(const struct access *access, const struct advice_about *about,
                           const struct past *past, struct arena *arena)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < policy_role_count(access->policy); i++) {
        const struct role *role = policy_role(access->policy, i);
        int64_t until;
        if (json_array_size(list) == HELD_MOST || is_asked(about, role->id) ||
            !is_held(access, about, past, role, arena, &until))
            continue;
        json_t *one = memory_needed(json_pack("{s:s, s:s, s:s?, s:s?, s:o}", "id", role->id, "name",
                                              role->name, "product", role->product, "opens",
                                              role->opens, "until", json_moment(until)));
        json_t *args =
            json_pack("{s:s, s:s}", "role", role->name, "opens", role->opens ? role->opens : "");
        (void)json_array_append_new(
            list, saying(one, role->opens ? "advice_together" : "advice_held", args, arena));
    }
    return list;
}

static int tier_of(const struct advice_about *about)
{
    int tier = -1;
    for (size_t i = 0; i < about->role_count; i++)
        if (about->roles[i]->tier >= 0 && (tier < 0 || about->roles[i]->tier < tier))
            tier = about->roles[i]->tier;
    return tier;
}

enum fail advice_give(const struct access *access, struct store *store,
                      const struct advice_about *about, struct arena *arena, json_t **ret,
                      struct reason *why)
{
    struct past past = {0};
    int tier = tier_of(about);
    enum fail fail = store_grants_used(store, about->person, about->now - DAYS * 86400LL, USES_MOST,
                                       arena, &past.use_count, &past.uses, why);
    if (!fail)
        fail = store_grants_page(store, about->person, true, NULL, USES_MOST, arena,
                                 &past.live_count, &past.live, why);
    if (fail)
        return fail;
    *ret = memory_needed(json_pack(
        "{s:o, s:o, s:o?, s:o}", "tier", tier < 0 ? json_null() : json_integer(tier), "lesser",
        lesser_of(access, about, &past, arena), "duration", duration_of(about, &past, arena),
        "together", together_of(access, about, &past, arena)));
    return FAIL_NONE;
}
