/* Who has to agree by a rule. */
#include "policies/building.h"

#include "base/json.h"

/* A set of users alone has a known size: more approvers than that can never be found. Whoever is in
 * several sets is still one. */
static bool could_be_met(const struct rule *rule, struct arena *arena)
{
    size_t most = 0, users = 0;
    for (size_t i = 0; i < rule->from_count; i++) {
        const struct people *ever = people_at(rule->from[i], INT64_MIN, arena);
        if (ever->group_count)
            return true;
        most += ever->user_count;
    }
    const char **seen = ARENA_ARRAY(arena, const char *, most);
    for (size_t i = 0; i < rule->from_count; i++) {
        const struct people *ever = people_at(rule->from[i], INT64_MIN, arena);
        policy_collect(seen, &users, ever->user_count, ever->users);
    }
    return (int64_t)users >= rule->need;
}

void policy_read_approval(struct policy *policy, struct rule *rule, struct form *parent)
{
    const json_t *value = form_value(parent, "approval", OPTIONAL);
    if (!value || text_equals(json_string_value(value), "none"))
        return;
    if (!json_is_object(value)) {
        form_complain(parent, "approval", "must be \"none\" or an object with `stages`");
        return;
    }
    struct form form = form_open(value, form_place(parent, "approval"), parent->complaints);
    const json_t *stages = form_list(&form, "stages", REQUIRED, 1);
    rule->is_signed = form_flag(&form, "signed", false);
    form_end(&form);
    if (!stages)
        return;
    const char *place = arena_text(parent->complaints->arena, "%s.stages[0]", form.at);
    struct form stage = form_open(json_array_get(stages, 0), place, parent->complaints);
    rule->approval = true;
    size_t before = parent->complaints->count;
    rule->from = policy_read_sets(policy, &stage, "from", &rule->from_count);
    bool named = parent->complaints->count == before;
    rule->need = form_number(&stage, "need", 1, 20, 1);
    rule->within_seconds = form_span(&stage, "within", 5 * MINUTE, 7 * DAY, HOUR);
    rule->is_signed |= form_flag(&stage, "signed", false);
    form_end(&stage);
    if (named && !could_be_met(rule, parent->complaints->arena))
        form_complain(&stage, "need", "%lld approvals are needed, but `from` names fewer people",
                      (long long)rule->need);
}
