/* Who has to agree by a rule, stage after stage. */
#include "policies/building.h"

#include "base/json.h"
#include "policies/tally.h"

#include <stdlib.h>

static bool has_known_size(size_t count, const struct people *const sets[])
{
    for (size_t i = 0; i < count; i++)
        if (sets[i]->group_count || sets[i]->manager)
            return false;
    return true;
}

/* Sets of users alone have a known size. */
static bool is_known(const struct approval_demand *stage)
{
    return has_known_size(stage->from_count, stage->from) &&
           has_known_size(stage->to_count, stage->to);
}

static size_t size_of(size_t count, const struct people *const sets[])
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += sets[i]->user_count;
    return size;
}

static void collect(size_t count, const struct people *const sets[], const char **users,
                    size_t *user_count)
{
    for (size_t i = 0; i < count; i++)
        policy_collect(users, user_count, sets[i]->user_count, sets[i]->users);
}

static bool is_among(const char *user, size_t count, const struct people *const sets[])
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sets[i]->user_count; k++)
            if (text_equals(user, sets[i]->users[k]))
                return true;
    return false;
}

/* How many of the approvals of these stages their users can give together, each counted once. */
static int64_t most_given(size_t count, const struct approval_demand *const stages[],
                          struct arena *arena)
{
    struct tally_line lines[LINE_STAGES];
    size_t most = 0, user_count = 0;
    for (size_t i = 0; i < count; i++)
        most += size_of(stages[i]->from_count, stages[i]->from) +
                size_of(stages[i]->to_count, stages[i]->to);
    const char **users = ARENA_ARRAY(arena, const char *, most + 1);
    for (size_t i = 0; i < count; i++) {
        collect(stages[i]->from_count, stages[i]->from, users, &user_count);
        collect(stages[i]->to_count, stages[i]->to, users, &user_count);
    }
    for (size_t i = 0; i < count; i++) {
        bool *may = ARENA_ARRAY(arena, bool, user_count + 1);
        for (size_t k = 0; k < user_count; k++)
            may[k] = is_among(users[k], stages[i]->from_count, stages[i]->from) ||
                     is_among(users[k], stages[i]->to_count, stages[i]->to);
        lines[i] = (struct tally_line){.need = stages[i]->need, .may = may};
    }
    return tally_given(count, lines, user_count);
}

/* More approvers than are named can never be found; whoever is named several times is still one. */
static void check_numbers(const struct rule *rule, struct form *form)
{
    struct arena *arena = form->complaints->arena;
    const struct approval_demand *known[LINE_STAGES];
    size_t count = 0;
    int64_t need = 0;
    for (size_t i = 0; i < rule->stage_count; i++) {
        struct approval_demand *stage = ARENA_NEW(arena, struct approval_demand);
        *stage =
            approval_demand_at(&rule->stages[i], INT64_MIN, arena); /* whoever was ever in it */
        if (!is_known(stage) || rule->stage_whens[i])
            continue;
        known[count++] = stage;
        need += stage->need;
        if (most_given(1, &known[count - 1], arena) < stage->need) {
            complain(form->complaints, arena_text(arena, "%s.stages[%zu].need", form->at, i),
                     "%lld approvals are needed, but `from` names fewer people",
                     (long long)stage->need);
            return;
        }
    }
    if (most_given(count, known, arena) < need)
        form_complain(form, "stages",
                      "%lld approvals are needed together, each by somebody else, but fewer people "
                      "are named",
                      (long long)need);
}

static void read_reminders(struct form *form, struct approval_demand *stage)
{
    const json_t *value = form_value(form, "remind", OPTIONAL);
    const char **texts;
    if (json_is_string(value)) {
        stage->remind_count = 1;
        stage->remind_seconds[0] = form_span(form, "remind", MINUTE, 7 * DAY, 0);
    } else if (value) {
        size_t count = form_texts(form, "remind", OPTIONAL, REMINDERS, 32, &texts);
        for (size_t i = 0; i < count; i++) {
            int64_t seconds;
            if (!span_read(texts[i], &seconds) || seconds < MINUTE)
                form_complain(form, "remind", "\"%s\" is not a span of a minute or more", texts[i]);
            else
                stage->remind_seconds[stage->remind_count++] = seconds;
        }
    }
    for (size_t i = 0; i < stage->remind_count; i++) {
        if (stage->remind_seconds[i] >= stage->within_seconds)
            form_complain(form, "remind", "comes before anybody is asked: `within` is shorter");
        if (i && stage->remind_seconds[i] >= stage->remind_seconds[i - 1])
            form_complain(form, "remind", "is not in order: the longest time before the end first");
    }
}

static void read_escalation(struct policy *policy, struct form *parent,
                            struct approval_demand *stage)
{
    const json_t *value = form_object(parent, "escalate", OPTIONAL);
    stage->escalate_seconds = -1;
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "escalate"), parent->complaints);
    (void)form_value(&form, "after", REQUIRED);
    stage->escalate_seconds = form_span(&form, "after", MINUTE, 7 * DAY, MINUTE);
    stage->to = policy_read_approvers(policy, &form, "to", &stage->to_count);
    if (stage->escalate_seconds >= stage->within_seconds)
        form_complain(&form, "after", "is not before `within` is over");
    form_end(&form);
}

static void read_stage(struct policy *policy, const json_t *value, const char *place,
                       struct complaints *complaints, struct approval_demand *stage,
                       const struct when **ret)
{
    struct form form = form_open(value, place, complaints);
    stage->from = policy_read_approvers(policy, &form, "from", &stage->from_count);
    stage->need = form_number(&form, "need", 1, 20, 1);
    stage->deny = form_number(&form, "deny", 1, 20, 1);
    stage->within_seconds = form_span(&form, "within", 5 * MINUTE, 7 * DAY, HOUR);
    stage->needs_reason = form_flag(&form, "reason", true);
    stage->is_signed |= form_flag(&form, "signed", false);
    read_reminders(&form, stage);
    read_escalation(policy, &form, stage);
    struct when *when = ARENA_NEW(policy->arena, struct when);
    *ret = policy_read_when(policy, &form, when) ? when : NULL;
    form_end(&form);
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
    const json_t *stages = form_list(&form, "stages", REQUIRED, LINE_STAGES);
    bool is_signed = form_flag(&form, "signed", false);
    form_end(&form);
    size_t before = parent->complaints->count;
    rule->stages = ARENA_ARRAY(policy->arena, struct approval_demand, LINE_STAGES);
    rule->stage_whens = ARENA_ARRAY(policy->arena, const struct when *, LINE_STAGES);
    for (size_t i = 0; i < json_array_size(stages); i++) {
        const char *place = arena_text(parent->complaints->arena, "%s.stages[%zu]", form.at, i);
        struct approval_demand *stage = &rule->stages[rule->stage_count++];
        *stage = (struct approval_demand){
            .rule = rule->name, .stage = (int)i + 1, .is_signed = is_signed};
        read_stage(policy, json_array_get(stages, i), place, parent->complaints, stage,
                   &rule->stage_whens[i]);
    }
    if (parent->complaints->count == before)
        check_numbers(rule, &form);
}
