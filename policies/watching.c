/* What is looked at again while access lives, and who hears of it: read from a rule, added up over
   all that match, kept with a request and read back. */
#include "policies/building.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static const char *const checks[WATCH_CHECKS] = {
    [WATCH_ACCOUNT] = "account",     [WATCH_MEMBERSHIP] = "membership",   [WATCH_DEVICE] = "device",
    [WATCH_USER_RISK] = "user_risk", [WATCH_ELIGIBILITY] = "eligibility",
};

static const char *const tells[TELLS] = {
    [TELL_ACTIVATED] = "activated", [TELL_ENDED] = "ended",   [TELL_REVOKED] = "revoked",
    [TELL_WARNED] = "warned",       [TELL_FAILED] = "failed", [TELL_URGENT] = "urgent",
};

const char *watch_check_text(enum watch_check check)
{
    return checks[check];
}

const char *tell_text(enum tell tell)
{
    return tells[tell];
}

static int find(size_t count, const char *const texts[], const char *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (text_equals(texts[i], wanted))
            return (int)i;
    return -1;
}

bool tell_read(const char *text, enum tell *tell)
{
    int found = find(TELLS, tells, text);
    if (found >= 0)
        *tell = (enum tell)found;
    return found >= 0;
}

bool watch_looks_at(const struct watch_demand *watch, enum watch_check check)
{
    return watch->checks[check].warn_seconds != INT64_MAX ||
           watch->checks[check].revoke_seconds != INT64_MAX;
}

bool policy_watches(const struct policy *policy, enum watch_check check)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        if (watch_looks_at(&policy->rules[i].watch, check))
            return true;
    return false;
}

void watch_nothing(struct watch_demand *watch)
{
    watch->every_seconds = INT64_MAX;
    for (size_t i = 0; i < WATCH_CHECKS; i++)
        watch->checks[i].warn_seconds = watch->checks[i].revoke_seconds = INT64_MAX;
}

/* What the same rule does not demand would be looked at again without having been looked at. */
static void check_demanded(const struct rule *rule, enum watch_check check, struct form *form)
{
    const struct required *required = &rule->required;
    bool device = rule->compliant_device || required->managed_device ||
                  required->workstation_count || required->synced_within_seconds;
    if (check == WATCH_DEVICE && !device)
        form_complain(form, "checks",
                      "device is watched, but `require.device` of this rule demands none");
    if (check == WATCH_USER_RISK && !rule->watch_risk)
        form_complain(form, "checks",
                      "user_risk is watched, but `require.user_risk` of this rule demands nothing");
}

void policy_read_watch(struct rule *rule, struct form *parent)
{
    static const char *const outcomes[] = {"warn", "revoke"};
    const json_t *value = form_object(parent, "watch", OPTIONAL);
    const char **texts;
    watch_nothing(&rule->watch);
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "watch"), parent->complaints);
    rule->watch.every_seconds = form_span(&form, "every", MINUTE, HOUR, 5 * MINUTE);
    int64_t grace = form_span(&form, "grace", MINUTE, DAY, 10 * MINUTE);
    (void)form_value(&form, "then", REQUIRED);
    bool revokes = form_choice(&form, "then", COUNT(outcomes), outcomes, 1) == 1;
    size_t count = form_texts(&form, "checks", REQUIRED, WATCH_CHECKS, 64, &texts);
    for (size_t i = 0; i < count; i++) {
        int check = find(WATCH_CHECKS, checks, texts[i]);
        if (check < 0) {
            form_complain(&form, "checks",
                          "\"%s\" cannot be watched; can be: account, membership, device, "
                          "user_risk, eligibility",
                          texts[i]);
            continue;
        }
        check_demanded(rule, (enum watch_check)check, &form);
        if (revokes)
            rule->watch.checks[check].revoke_seconds = grace;
        else
            rule->watch.checks[check].warn_seconds = grace;
    }
    form_end(&form);
}

void policy_read_tell(struct policy *policy, struct rule *rule, struct form *parent)
{
    const json_t *value = form_object(parent, "tell", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "tell"), parent->complaints);
    for (size_t i = 0; i < TELLS; i++)
        if (form_has(&form, tells[i]))
            rule->tell[i].from =
                policy_read_sets(policy, &form, tells[i], &rule->tell[i].from_count);
    form_end(&form);
}

static void at_most(int64_t *limit, int64_t other)
{
    if (other < *limit)
        *limit = other;
}

/* Each set once. */
static void add_told(struct tell_demand *all, const struct tell_demand *more, int64_t at,
                     struct arena *arena)
{
    if (!more->from_count)
        return;
    size_t count = all->from_count;
    const struct people **from =
        ARENA_ARRAY(arena, const struct people *, all->from_count + more->from_count);
    for (size_t i = 0; i < all->from_count; i++)
        from[i] = all->from[i];
    for (size_t i = 0; i < more->from_count; i++) {
        const struct people *people = people_at(more->from[i], at, arena);
        bool there = false;
        for (size_t k = 0; k < count && !there; k++)
            there = from[k] == people;
        if (!there)
            from[count++] = people;
    }
    *all = (struct tell_demand){.from_count = count, .from = from};
}

void policy_add_watching(struct demands *demands, const struct rule *rule, int64_t at,
                         struct arena *arena)
{
    struct watch_demand *watch = &demands->watch;
    at_most(&watch->every_seconds, rule->watch.every_seconds);
    for (size_t i = 0; i < WATCH_CHECKS; i++) {
        at_most(&watch->checks[i].warn_seconds, rule->watch.checks[i].warn_seconds);
        at_most(&watch->checks[i].revoke_seconds, rule->watch.checks[i].revoke_seconds);
    }
    for (size_t i = 0; i < TELLS; i++)
        add_told(&demands->tell[i], &rule->tell[i], at, arena);
}

json_t *policy_pack_watch(const struct demands *demands)
{
    const struct watch_demand *watch = &demands->watch;
    json_t *packed = memory_needed(json_object());
    if (watch->every_seconds == INT64_MAX)
        return packed;
    json_t *all = memory_needed(json_object());
    for (size_t i = 0; i < WATCH_CHECKS; i++)
        if (watch_looks_at(watch, (enum watch_check)i))
            (void)json_object_set_new(
                all, checks[i],
                memory_needed(json_pack("{s:I, s:I}", "warn",
                                        (json_int_t)watch->checks[i].warn_seconds, "revoke",
                                        (json_int_t)watch->checks[i].revoke_seconds)));
    (void)json_object_set_new(packed, "every", json_integer(watch->every_seconds));
    (void)json_object_set_new(packed, "checks", all);
    return packed;
}

bool policy_unpack_watch(const json_t *packed, struct demands *ret)
{
    const json_t *watch = json_object_get(packed, "watch");
    const char *name;
    json_t *kept;
    watch_nothing(&ret->watch);
    if (!json_is_object(watch) || !json_object_size(watch))
        return json_is_object(watch);
    ret->watch.every_seconds = json_member_number(watch, "every", 0);
    if (ret->watch.every_seconds < 1)
        return false;
    json_object_foreach (json_object_get(watch, "checks"), name, kept) {
        int check = find(WATCH_CHECKS, checks, name);
        json_int_t warn, revoke;
        if (check < 0 || json_unpack(kept, "{s:I, s:I}", "warn", &warn, "revoke", &revoke) != 0)
            return false;
        ret->watch.checks[check].warn_seconds = warn;
        ret->watch.checks[check].revoke_seconds = revoke;
    }
    return true;
}

json_t *policy_pack_tell(const struct demands *demands)
{
    json_t *packed = memory_needed(json_object());
    for (size_t i = 0; i < TELLS; i++)
        if (demands->tell[i].from_count)
            (void)json_object_set_new(
                packed, tells[i],
                policy_pack_people(demands->tell[i].from_count, demands->tell[i].from));
    return packed;
}

bool policy_unpack_tell(const json_t *packed, struct arena *arena, struct demands *ret)
{
    const json_t *tell = json_object_get(packed, "tell");
    const char *name;
    json_t *kept;
    enum tell of;
    json_object_foreach ((json_t *)tell, name, kept)
        if (!tell_read(name, &of) ||
            !policy_unpack_people(kept, arena, &ret->tell[of].from_count, &ret->tell[of].from))
            return false;
    return json_is_object(tell);
}
