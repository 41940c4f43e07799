/* What rules demand of evidence: put together, kept with a request, and read back. Every list is
   kept in order, so that the order of rules shows nowhere. */
#include "policies/internal.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

struct required required_nothing(void)
{
    return (struct required){
        .accepts_grace = true, .accepts_config_manager = true, .sign_in_risk_at_most = RISK_HIDDEN};
}

static int compare_any(const struct any_of *one, const struct any_of *other)
{
    for (size_t i = 0; i < one->count && i < other->count; i++) {
        int order = strcmp(one->words[i], other->words[i]);
        if (order)
            return order;
    }
    return one->count < other->count ? -1 : one->count > other->count;
}

static int compare_workstations(const struct workstation *one, const struct workstation *other)
{
    if (one->by_category != other->by_category)
        return one->by_category ? 1 : -1;
    return compare_any(&one->names, &other->names);
}

static void add_method(struct required *all, const struct any_of *more, struct arena *arena)
{
    size_t at = 0;
    while (at < all->method_count && compare_any(&all->methods[at], more) < 0)
        at++;
    if (at < all->method_count && compare_any(&all->methods[at], more) == 0)
        return;
    struct any_of *methods = ARENA_ARRAY(arena, struct any_of, all->method_count + 1);
    for (size_t i = 0; i < all->method_count; i++)
        methods[i + (i >= at)] = all->methods[i];
    methods[at] = *more;
    all->methods = methods;
    all->method_count++;
}

static void add_workstation(struct required *all, const struct workstation *more,
                            struct arena *arena)
{
    size_t at = 0;
    while (at < all->workstation_count && compare_workstations(&all->workstations[at], more) < 0)
        at++;
    if (at < all->workstation_count && compare_workstations(&all->workstations[at], more) == 0)
        return;
    struct workstation *list = ARENA_ARRAY(arena, struct workstation, all->workstation_count + 1);
    for (size_t i = 0; i < all->workstation_count; i++)
        list[i + (i >= at)] = all->workstations[i];
    list[at] = *more;
    all->workstations = list;
    all->workstation_count++;
}

static void add_pattern(const char ***patterns, size_t *count, const char *more,
                        struct arena *arena)
{
    size_t at = 0;
    while (at < *count && strcmp((*patterns)[at], more) < 0)
        at++;
    if (at < *count && text_equals((*patterns)[at], more))
        return;
    const char **list = ARENA_ARRAY(arena, const char *, *count + 1);
    for (size_t i = 0; i < *count; i++)
        list[i + (i >= at)] = (*patterns)[i];
    list[at] = more;
    *patterns = list;
    ++*count;
}

void required_add(struct required *all, const struct rule *rule, struct arena *arena)
{
    const struct required *more = &rule->required;
    for (size_t i = 0; i < more->method_count; i++)
        add_method(all, &more->methods[i], arena);
    for (size_t i = 0; i < more->workstation_count; i++)
        add_workstation(all, &more->workstations[i], arena);
    for (size_t i = 0; i < more->ticket_pattern_count; i++)
        add_pattern(&all->ticket_patterns, &all->ticket_pattern_count, more->ticket_patterns[i],
                    arena);
    for (size_t i = 0; i < more->justification_pattern_count; i++)
        add_pattern(&all->justification_patterns, &all->justification_pattern_count,
                    more->justification_patterns[i], arena);
    if (rule->compliant_device) {
        all->accepts_grace &= more->accepts_grace;
        all->accepts_config_manager &= more->accepts_config_manager;
    }
    if (more->synced_within_seconds &&
        (!all->synced_within_seconds || more->synced_within_seconds < all->synced_within_seconds))
        all->synced_within_seconds = more->synced_within_seconds;
    if (more->watch_sign_in_risk && more->sign_in_risk_at_most < all->sign_in_risk_at_most)
        all->sign_in_risk_at_most = more->sign_in_risk_at_most;
    all->watch_sign_in_risk |= more->watch_sign_in_risk;
    all->managed_device |= more->managed_device;
    all->modern_authentication |= more->modern_authentication;
    all->eligible |= more->eligible;
    all->ticket |= more->ticket;
    all->ticket_look_up |= more->ticket_look_up;
}

static json_t *pack_workstation(const struct workstation *one)
{
    return json_pack("{s:b, s:o}", "by_category", one->by_category, "names",
                     texts_pack(one->names.count, one->names.words));
}

json_t *required_pack(const struct required *required)
{
    json_t *methods = memory_needed(json_array()), *workstations = memory_needed(json_array());
    for (size_t i = 0; i < required->method_count; i++)
        (void)json_array_append_new(
            methods, texts_pack(required->methods[i].count, required->methods[i].words));
    for (size_t i = 0; i < required->workstation_count; i++)
        (void)json_array_append_new(workstations, pack_workstation(&required->workstations[i]));
    return memory_needed(json_pack(
        "{s:o, s:b, s:b, s:b, s:I, s:o, s:b, s:i, s:b, s:b, s:b, s:b, s:o, s:o}", "methods",
        methods, "managed", required->managed_device, "grace", required->accepts_grace,
        "config_manager", required->accepts_config_manager, "synced_within",
        (json_int_t)required->synced_within_seconds, "workstations", workstations, "sign_in_risk",
        required->watch_sign_in_risk, "sign_in_risk_at_most", (int)required->sign_in_risk_at_most,
        "modern", required->modern_authentication, "eligible", required->eligible, "ticket",
        required->ticket, "look_up", required->ticket_look_up, "ticket_patterns",
        texts_pack(required->ticket_pattern_count, required->ticket_patterns),
        "justification_patterns",
        texts_pack(required->justification_pattern_count, required->justification_patterns)));
}

static bool unpack_methods(const json_t *packed, struct arena *arena, struct required *ret)
{
    const json_t *list = json_object_get(packed, "methods");
    size_t count = json_array_size(list);
    struct any_of *methods = ARENA_ARRAY(arena, struct any_of, count);
    for (size_t i = 0; i < count; i++)
        if (!texts_unpack(json_array_get(list, i), arena, &methods[i].count, &methods[i].words))
            return false;
    ret->method_count = count;
    ret->methods = methods;
    return json_is_array(list);
}

static bool unpack_workstations(const json_t *packed, struct arena *arena, struct required *ret)
{
    const json_t *list = json_object_get(packed, "workstations");
    size_t count = json_array_size(list);
    struct workstation *workstations = ARENA_ARRAY(arena, struct workstation, count);
    for (size_t i = 0; i < count; i++) {
        int by_category;
        const json_t *names;
        if (json_unpack(json_array_get(list, i), "{s:b, s:o}", "by_category", &by_category, "names",
                        &names) != 0 ||
            !texts_unpack(names, arena, &workstations[i].names.count, &workstations[i].names.words))
            return false;
        workstations[i].by_category = by_category;
    }
    ret->workstation_count = count;
    ret->workstations = workstations;
    return json_is_array(list);
}

bool required_unpack(const json_t *packed, struct arena *arena, struct required *ret)
{
    int managed, grace, config_manager, risk, at_most, modern, eligible, ticket, look_up;
    json_int_t synced;
    struct required read;
    if (json_unpack((json_t *)packed, "{s:b, s:b, s:b, s:I, s:b, s:i, s:b, s:b, s:b, s:b}",
                    "managed", &managed, "grace", &grace, "config_manager", &config_manager,
                    "synced_within", &synced, "sign_in_risk", &risk, "sign_in_risk_at_most",
                    &at_most, "modern", &modern, "eligible", &eligible, "ticket", &ticket,
                    "look_up", &look_up) != 0 ||
        at_most < RISK_NONE || at_most > RISK_HIDDEN)
        return false;
    read = (struct required){.managed_device = managed,
                             .accepts_grace = grace,
                             .accepts_config_manager = config_manager,
                             .synced_within_seconds = synced,
                             .watch_sign_in_risk = risk,
                             .sign_in_risk_at_most = (enum risk_level)at_most,
                             .modern_authentication = modern,
                             .eligible = eligible,
                             .ticket = ticket,
                             .ticket_look_up = look_up};
    if (!unpack_methods(packed, arena, &read) || !unpack_workstations(packed, arena, &read) ||
        !texts_unpack(json_object_get(packed, "ticket_patterns"), arena, &read.ticket_pattern_count,
                      &read.ticket_patterns) ||
        !texts_unpack(json_object_get(packed, "justification_patterns"), arena,
                      &read.justification_pattern_count, &read.justification_patterns))
        return false;
    *ret = read;
    return true;
}
