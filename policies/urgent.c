/* Access before approval: who may have it, for how long, and who looks at it afterwards. */
#include "policies/building.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void read_review(struct policy *policy, struct urgent *urgent, struct form *parent)
{
    const json_t *value = form_object(parent, "review", REQUIRED);
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "review"), parent->complaints);
    urgent->from = policy_read_sets(policy, &form, "from", &urgent->from_count);
    urgent->within_seconds = form_span(&form, "within", 5 * MINUTE, 7 * DAY, DAY);
    form_end(&form);
}

void policy_read_urgent(struct policy *policy, struct rule *rule, struct form *parent)
{
    const json_t *value = form_object(parent, "urgent", OPTIONAL);
    if (!value)
        return;
    struct urgent *urgent = ARENA_NEW(policy->arena, struct urgent);
    struct form form = form_open(value, form_place(parent, "urgent"), parent->complaints);
    urgent->who = policy_read_sets(policy, &form, "who", &urgent->who_count);
    urgent->longest_seconds = form_span(&form, "longest", 5 * MINUTE, HOUR, HOUR);
    read_review(policy, urgent, &form);
    form_end(&form);
    rule->urgent = urgent;
}

/* Whether a rule lets whoever asks have its roles before they are approved. */
static enum tri lets(const struct rule *rule, const struct occasion *occasion)
{
    return rule->urgent ? people_any_hold(rule->urgent->who_count, rule->urgent->who, occasion)
                        : TRI_NO;
}

static void add(struct urgent_demand *demand, const struct rule *rule, int64_t at,
                struct arena *arena)
{
    const struct urgent *urgent = rule->urgent;
    if (urgent->longest_seconds < demand->longest_seconds)
        demand->longest_seconds = urgent->longest_seconds;
    for (size_t i = 0; i < demand->review_count; i++)
        if (demand->reviews[i].rule == rule->name)
            return;
    if (demand->review_count == APPROVAL_LINES) {
        demand->offered = false; /* more than can be kept */
        return;
    }
    const struct people **from = ARENA_ARRAY(arena, const struct people *, urgent->from_count);
    for (size_t i = 0; i < urgent->from_count; i++)
        from[i] = people_at(urgent->from[i], at, arena);
    demand->reviews[demand->review_count++] =
        (struct approval_demand){.rule = rule->name,
                                 .from_count = urgent->from_count,
                                 .from = from,
                                 .stage = 1,
                                 .need = 1,
                                 .deny = 1,
                                 .escalate_seconds = -1,
                                 .within_seconds = urgent->within_seconds};
}

static int compare_rules(const void *one, const void *other)
{
    return strcmp(((const struct approval_demand *)one)->rule,
                  ((const struct approval_demand *)other)->rule);
}

void urgent_settle(const struct policy *policy, size_t role_count, const struct role *const roles[],
                   const struct occasion *occasion, struct arena *arena, struct demands *demands)
{
    struct urgent_demand *demand = &demands->urgent;
    *demand = (struct urgent_demand){.offered = demands->allowed, .longest_seconds = INT64_MAX};
    for (size_t i = 0; i < role_count; i++) {
        const struct rules_of_role *of = &policy->by_role[roles[i] - policy->roles];
        bool covered = false;
        for (size_t k = 0; k < of->count; k++) {
            const struct rule *rule = of->rules[k];
            enum tri holds = rule_stand(rule, roles[i], occasion).applies;
            enum tri may = lets(rule, occasion);
            if (holds == TRI_NO)
                continue;
            covered |= holds == TRI_YES && may == TRI_YES;
            if (may == TRI_YES)
                add(demand, rule, occasion->at, arena);
            else if (rule->stage_count) /* which nobody has let them pass over */
                demand->offered = false;
            demands->unknown |= occasion->urgent && may == TRI_UNKNOWN;
        }
        demand->offered &= covered;
    }
    qsort(demand->reviews, demand->review_count, sizeof *demand->reviews, compare_rules);
    demand->asked = occasion->urgent;
    if (!demand->asked)
        return;
    demands->allowed &= demand->offered;
    if (demand->longest_seconds < demands->longest_seconds)
        demands->longest_seconds = demand->longest_seconds;
    if (demands->longest_seconds < demands->default_seconds)
        demands->default_seconds = demands->longest_seconds;
}

struct demands urgent_reviews(const struct demands *demands)
{
    struct demands reviews = {.allowed = true, .human_by = demands->human_by};
    if (!demands->urgent.asked)
        return reviews;
    reviews.approval_count = demands->urgent.review_count;
    memcpy(reviews.approvals, demands->urgent.reviews,
           reviews.approval_count * sizeof *reviews.approvals);
    return reviews;
}

/* Kept with a request are the reviews that it owes; what was merely offered is of no account. */
json_t *urgent_pack(const struct demands *demands)
{
    const struct urgent_demand *demand = &demands->urgent;
    return memory_needed(json_pack("{s:b, s:I, s:o}", "asked", demand->asked, "longest",
                                   (json_int_t)demand->longest_seconds, "reviews",
                                   approvals_pack(demand->review_count, demand->reviews)));
}

bool urgent_unpack(const json_t *packed, struct arena *arena, struct demands *ret)
{
    int asked;
    json_int_t longest;
    const json_t *reviews;
    struct urgent_demand *demand = &ret->urgent;
    if (json_unpack((json_t *)packed, "{s:b, s:I, s:o}", "asked", &asked, "longest", &longest,
                    "reviews", &reviews) != 0)
        return false;
    demand->asked = asked;
    demand->longest_seconds = longest;
    return approvals_unpack(reviews, arena, &demand->review_count, APPROVAL_LINES, demand->reviews);
}
