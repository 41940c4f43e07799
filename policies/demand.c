/* What all matching rules demand together. The order of files, rules and members changes nothing:
   requirements are united, limits take the least (design 3.8). */
#include "policies/internal.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void add_contexts(struct demands *demands, const struct rule *rule)
{
    for (size_t i = 0; i < rule->context_count; i++) {
        bool there = false;
        for (size_t k = 0; k < demands->context_count && !there; k++)
            there = text_equals(demands->contexts[k], rule->contexts[i]);
        if (!there)
            demands->contexts[demands->context_count++] = rule->contexts[i];
    }
}

static size_t line_count(const struct demands *demands)
{
    size_t count = 0;
    for (size_t i = 0; i < demands->approval_count; i++)
        count += !i || demands->approvals[i].rule != demands->approvals[i - 1].rule;
    return count;
}

static const struct people *const *people_all_at(size_t count, const struct people *const sets[],
                                                 int64_t at, struct arena *arena)
{
    const struct people **all = ARENA_ARRAY(arena, const struct people *, count);
    for (size_t i = 0; i < count; i++)
        all[i] = people_at(sets[i], at, arena);
    return all;
}

struct approval_demand approval_demand_at(const struct approval_demand *stage, int64_t at,
                                          struct arena *arena)
{
    struct approval_demand then = *stage;
    then.from = people_all_at(stage->from_count, stage->from, at, arena);
    then.to = people_all_at(stage->to_count, stage->to, at, arena);
    return then;
}

/* What is asked for. */
struct asked {
    size_t role_count;
    const struct role *const *roles;
    const struct occasion *occasion;
};

/* A stage of which it is not known whether it is skipped is not. */
static bool is_skipped(const struct when *when, const struct asked *asked)
{
    bool unsaid;
    return when &&
           when_holds(when, asked->role_count, asked->roles, asked->occasion, &unsaid) == TRI_NO;
}

static void add_approval(struct demands *demands, const struct rule *rule,
                         const struct asked *asked, struct arena *arena)
{
    if (line_count(demands) == APPROVAL_LINES) {
        demands->too_many_approvals = true;
        return;
    }
    for (size_t i = 0; i < rule->stage_count; i++)
        if (!is_skipped(rule->stage_whens[i], asked))
            demands->approvals[demands->approval_count++] =
                approval_demand_at(&rule->stages[i], asked->occasion->at, arena);
}

static void add_require(struct demands *demands, const struct rule *rule, struct arena *arena)
{
    demands->mfa |= rule->mfa;
    if (rule->mfa_within_seconds < demands->mfa_within_seconds)
        demands->mfa_within_seconds = rule->mfa_within_seconds;
    add_contexts(demands, rule);
    demands->compliant_device |= rule->compliant_device;
    if (rule->watch_risk && (!demands->watch_risk || rule->risk_at_most < demands->risk_at_most))
        demands->risk_at_most = rule->risk_at_most;
    demands->watch_risk |= rule->watch_risk;
    if (rule->justification_least > demands->justification_least)
        demands->justification_least = rule->justification_least;
    required_add(&demands->required, rule, arena);
}

struct stand rule_stand(const struct rule *rule, const struct role *role,
                        const struct occasion *occasion)
{
    struct stand stand = {.who = people_any_hold(rule->who_count, rule->who, occasion)};
    enum tri out = people_any_hold(rule->unless_count, rule->unless, occasion);
    if (out != TRI_NO)
        stand.who = tri_both(stand.who, out == TRI_YES ? TRI_NO : TRI_UNKNOWN);
    stand.applies = stand.who;
    if (stand.who == TRI_NO || !rule->has_when)
        return stand;
    enum tri when = when_holds(&rule->when, 1, &role, occasion, &stand.unsaid);
    stand.applies = tri_both(stand.who, when);
    stand.unsaid &= stand.who == TRI_YES;
    return stand;
}

static const struct rules_of_role *rules_of(const struct policy *policy, const struct role *role)
{
    return &policy->by_role[role - policy->roles];
}

static int compare_names(const void *one, const void *other)
{
    return strcmp((*(const struct rule *const *)one)->name,
                  (*(const struct rule *const *)other)->name);
}

void rules_sort(size_t count, const struct rule *rules[])
{
    size_t sorted = 1; /* those of one role are already */
    while (sorted < count && strcmp(rules[sorted - 1]->name, rules[sorted]->name) <= 0)
        sorted++;
    if (sorted < count)
        qsort(rules, count, sizeof *rules, compare_names);
}

static int compare_texts(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* The rules that have a say for one role. One that may apply, for all that is known, demands what
   it demands, but lets nobody in. */
static void match(const struct policy *policy, const struct role *role,
                  const struct occasion *occasion, struct demands *demands,
                  const struct rule **matches, size_t *count)
{
    const struct rules_of_role *of = rules_of(policy, role);
    bool covered = false, named = false;
    for (size_t i = 0; i < of->count; i++) {
        const struct rule *rule = of->rules[i];
        struct stand stand = rule_stand(rule, role, occasion);
        named |= stand.who == TRI_YES && !rule->deny;
        covered |= stand.applies == TRI_YES && !rule->deny;
        demands->unsaid |= stand.applies == TRI_UNKNOWN && stand.unsaid;
        demands->unknown |= stand.applies == TRI_UNKNOWN && !stand.unsaid;
        demands->circumstances |=
            stand.applies == TRI_UNKNOWN && stand.who == TRI_YES && !stand.unsaid;
        if (stand.applies == TRI_YES ||
            (stand.applies == TRI_UNKNOWN && stand.who == TRI_YES && !rule->deny))
            matches[(*count)++] = rule;
    }
    demands->named &= named;
    demands->allowed &= covered;
}

/* In the order of their names, each once. */
static void add_rules(struct demands *demands, const struct asked *asked, size_t count,
                      const struct rule **matches, struct arena *arena)
{
    rules_sort(count, matches);
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = matches[i];
        if (i && rule == matches[i - 1])
            continue;
        demands->rules[demands->rule_count++] = rule->name;
        if (rule->deny) {
            demands->denied_by = demands->denied ? demands->denied_by : rule->name;
            demands->denied = demands->denied ? demands->denied : rule->deny;
            continue;
        }
        add_require(demands, rule, arena);
        limits_add(rule, demands);
        policy_add_watching(demands, rule, asked->occasion->at, arena);
        if (rule->stage_count)
            add_approval(demands, rule, asked, arena);
    }
}

void policy_demand(const struct policy *policy, size_t role_count, const struct role *const roles[],
                   const struct occasion *occasion, struct arena *arena, struct demands *demands)
{
    size_t most = 1, count = 0;
    for (size_t i = 0; i < role_count; i++)
        most += rules_of(policy, roles[i])->count;
    const struct rule **matches = ARENA_ARRAY(arena, const struct rule *, most);
    *demands = (struct demands){
        .allowed = role_count > 0,
        .named = role_count > 0,
        .rules = ARENA_ARRAY(arena, const char *, most),
        .contexts = ARENA_ARRAY(arena, const char *, most),
        .mfa_within_seconds = INT64_MAX,
        .justification_least = 1,
        .required = required_nothing(),
        .human_by = policy->human_by,
    };
    limits_none(demands);
    watch_nothing(&demands->watch);
    for (size_t i = 0; i < role_count; i++)
        match(policy, roles[i], occasion, demands, matches, &count);
    const struct asked asked = {.role_count = role_count, .roles = roles, .occasion = occasion};
    add_rules(demands, &asked, count, matches, arena);
    enum tri in = phases_let_in(&policy->phases, occasion);
    demands->unknown |= in == TRI_UNKNOWN;
    if (in == TRI_NO)
        demands->ring = phases_open(&policy->phases);
    demands->allowed &= !demands->too_many_approvals && !demands->denied && !demands->ring;
    qsort(demands->contexts, demands->context_count, sizeof *demands->contexts, compare_texts);
    urgent_settle(policy, role_count, roles, occasion, arena, demands);
}
