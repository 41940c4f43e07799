/* What is allowed, but hardly meant: said by `curfew policy check`, beside nothing else. */
#include "policies/building.h"

enum { APPROVED_TIER = 0 };

static bool has(size_t count, const char *const texts[], const char *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (text_equals(texts[i], wanted))
            return true;
    return false;
}

/* Whether everybody of the one is surely in the other, by what they name; ends are not looked at.
 */
static bool is_within(const struct people *one, const struct people *other, struct arena *arena)
{
    const struct people *inner = people_at(one, 0, arena), *outer = people_at(other, 0, arena);
    bool within = !inner->manager;
    for (size_t i = 0; within && i < inner->user_count; i++)
        within = has(outer->user_count, outer->users, inner->users[i]);
    for (size_t i = 0; within && i < inner->group_count; i++)
        within = has(outer->group_count, outer->groups, inner->groups[i]);
    return within;
}

/* Whether everybody whom the one lets ask is surely bound by the other as well. */
static bool binds_all_of(const struct rule *other, const struct rule *rule, struct arena *arena)
{
    if (other->has_when || other->unless_count || other->deny)
        return false;
    for (size_t i = 0; i < rule->who_count; i++) {
        bool bound = false;
        for (size_t k = 0; k < other->who_count && !bound; k++)
            bound = is_within(rule->who[i], other->who[k], arena);
        if (!bound)
            return false;
    }
    return true;
}

/* The least that holds for whom a rule lets ask for a role: it, and the rules that bind them too.
 */
static struct rule least_of(const struct policy *policy, const struct rule *rule,
                            const struct role *role, struct arena *arena)
{
    struct rule least = *rule;
    const struct rules_of_role *of = &policy->by_role[role - policy->roles];
    for (size_t i = 0; i < of->count; i++) {
        const struct rule *other = of->rules[i];
        if (!binds_all_of(other, rule, arena))
            continue;
        least.mfa |= other->mfa;
        if (other->mfa_within_seconds < least.mfa_within_seconds)
            least.mfa_within_seconds = other->mfa_within_seconds;
        least.compliant_device |= other->compliant_device;
        if (other->watch_risk && (!least.watch_risk || other->risk_at_most < least.risk_at_most))
            least.risk_at_most = other->risk_at_most;
        least.watch_risk |= other->watch_risk;
        least.stage_count += other->stage_count;
    }
    return least;
}

/* Below the level "enterprise" of Microsoft's guidance, the least for roles of security. */
static void warn_of_level(const struct rule *least, const char *place, const struct role *role,
                          struct complaints *warnings)
{
    scoped(text_scoped) struct text lacks = TEXT_LIMIT(400);
    if (!least->mfa)
        text_add(&lacks, ", MFA");
    else if (least->mfa_within_seconds > 8 * HOUR)
        text_add(&lacks, ", MFA within PT8H");
    if (!least->compliant_device)
        text_add(&lacks, ", a compliant device");
    if (!least->watch_risk || least->risk_at_most > RISK_LOW)
        text_add(&lacks, ", a user risk of at most low");
    if (lacks.length)
        complain(warnings, place, "is below the level enterprise for \"%s\": it does not demand %s",
                 role->id, text_of(&lacks) + 2);
}

/* Whoever is listed among those who may ask and among those who must agree cannot do both. */
static void warn_of_requesters(const struct rule *rule, const struct approval_demand *stage,
                               const char *place, struct complaints *warnings)
{
    struct arena *arena = warnings->arena;
    size_t most = 0, count = 0;
    for (size_t i = 0; i < stage->from_count; i++) {
        if (stage->from[i]->group_count || stage->from[i]->part_count || stage->from[i]->manager)
            return;
        most += stage->from[i]->user_count;
    }
    const char **users = ARENA_ARRAY(arena, const char *, most);
    for (size_t i = 0; i < stage->from_count; i++)
        policy_collect(users, &count, stage->from[i]->user_count, stage->from[i]->users);
    if ((int64_t)count != stage->need || stage->to_count)
        return;
    for (size_t i = 0; i < rule->who_count; i++)
        for (size_t k = 0; k < rule->who[i]->user_count; k++)
            for (size_t n = 0; n < count; n++)
                if (text_equals(users[n], rule->who[i]->users[k])) {
                    complain(warnings, place,
                             "nobody could approve a request of %s: all %lld who may agree are "
                             "needed, and nobody agrees to their own",
                             users[n], (long long)stage->need);
                    return;
                }
}

static void warn_of_rule(const struct policy *policy, size_t index, struct complaints *warnings)
{
    const struct rule *rule = &policy->rules[index];
    const char *place = arena_text(warnings->arena, "rules[%zu]", index);
    if (rule->deny)
        return;
    for (size_t i = 0; i < rule->stage_count; i++)
        warn_of_requesters(rule, &rule->stages[i],
                           arena_text(warnings->arena, "%s.approval.stages[%zu]", place, i),
                           warnings);
    for (size_t i = 0; i < rule->role_count; i++) {
        const struct role *role = rule->roles[i];
        struct rule least = least_of(policy, rule, role, warnings->arena);
        warn_of_level(&least, place, role, warnings);
        if (role->tier == APPROVED_TIER && !least.stage_count)
            complain(warnings, place, "lets people have \"%s\", of tier 0, without asking anybody",
                     role->id);
    }
}

static void warn_of_people(const struct policy *policy, struct complaints *warnings)
{
    if (!policy->emergency)
        complain(warnings, "people",
                 "there is no set \"emergency\": accounts kept for emergencies would be found as "
                 "unexplained");
    if (!policy->told_count)
        complain(warnings, "alarms",
                 "nobody is told of what Curfew cannot explain: name them "
                 "under `alarms`, `tell`");
}

void policy_warn(const struct policy *policy, struct complaints *warnings)
{
    warn_of_people(policy, warnings);
    for (size_t i = 0; i < policy->role_count; i++)
        if (!policy->by_role[i].count)
            complain(warnings, arena_text(warnings->arena, "roles.%s", policy->roles[i].id),
                     "nobody may ask for it: no rule names it");
    for (size_t i = 0; i < policy->rule_count; i++)
        warn_of_rule(policy, i, warnings);
}
