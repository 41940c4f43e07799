/* What all matching rules demand together. The order of files, rules and members changes nothing:
   requirements are united, limits take the least (design 3.8). */
#include "policies/internal.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static enum tri rule_holds(const struct rule *rule, const struct occasion *occasion)
{
    enum tri answer = TRI_NO;
    for (size_t i = 0; i < rule->who_count; i++) {
        enum tri one = people_hold(rule->who[i], occasion->person, occasion->memberships);
        if (one == TRI_YES)
            return TRI_YES;
        if (one == TRI_UNKNOWN)
            answer = TRI_UNKNOWN;
    }
    return answer;
}

static void at_most(int64_t *limit, int64_t other)
{
    if (other < *limit)
        *limit = other;
}

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

static void add_approval(struct demands *demands, const struct rule *rule)
{
    if (demands->approval_count == APPROVAL_LINES) {
        demands->too_many_approvals = true;
        return;
    }
    demands->approvals[demands->approval_count++] = (struct approval_demand){
        .rule = rule->name,
        .from_count = rule->from_count,
        .from = rule->from,
        .need = rule->need,
        .within_seconds = rule->within_seconds,
        .is_signed = rule->is_signed,
    };
}

static void add_rule(struct demands *demands, const struct rule *rule)
{
    for (size_t i = 0; i < demands->rule_count; i++)
        if (text_equals(demands->rules[i], rule->name))
            return;
    demands->rules[demands->rule_count++] = rule->name;
    demands->mfa |= rule->mfa;
    at_most(&demands->mfa_within_seconds, rule->mfa_within_seconds);
    add_contexts(demands, rule);
    demands->compliant_device |= rule->compliant_device;
    if (rule->watch_risk && (!demands->watch_risk || rule->risk_at_most < demands->risk_at_most))
        demands->risk_at_most = rule->risk_at_most;
    demands->watch_risk |= rule->watch_risk;
    if (rule->justification_least > demands->justification_least)
        demands->justification_least = rule->justification_least;
    at_most(&demands->longest_seconds, rule->longest_seconds);
    at_most(&demands->default_seconds, rule->default_seconds);
    at_most(&demands->start_within_seconds, rule->start_within_seconds);
    if (rule->approval)
        add_approval(demands, rule);
}

static int compare_texts(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static int compare_approvals(const void *one, const void *other)
{
    return strcmp(((const struct approval_demand *)one)->rule,
                  ((const struct approval_demand *)other)->rule);
}

static const struct rules_of_role *rules_of(const struct policy *policy, const struct role *role)
{
    return &policy->by_role[role - policy->roles];
}

void policy_demand(const struct policy *policy, size_t role_count, const struct role *const roles[],
                   const struct occasion *occasion, struct arena *arena, struct demands *demands)
{
    size_t most = 1;
    for (size_t i = 0; i < role_count; i++)
        most += rules_of(policy, roles[i])->count;
    *demands = (struct demands){
        .allowed = role_count > 0,
        .rules = ARENA_ARRAY(arena, const char *, most),
        .contexts = ARENA_ARRAY(arena, const char *, most),
        .mfa_within_seconds = INT64_MAX,
        .longest_seconds = INT64_MAX,
        .default_seconds = INT64_MAX,
        .start_within_seconds = INT64_MAX,
        .justification_least = 1,
    };
    for (size_t i = 0; i < role_count; i++) {
        const struct rules_of_role *of = rules_of(policy, roles[i]);
        bool covered = false;
        for (size_t k = 0; k < of->count; k++) {
            enum tri holds = rule_holds(of->rules[k], occasion);
            if (holds == TRI_YES)
                add_rule(demands, of->rules[k]);
            covered |= holds == TRI_YES;
            demands->unknown |= holds == TRI_UNKNOWN;
        }
        demands->allowed &= covered;
    }
    demands->allowed &= !demands->too_many_approvals;
    qsort(demands->rules, demands->rule_count, sizeof *demands->rules, compare_texts);
    qsort(demands->contexts, demands->context_count, sizeof *demands->contexts, compare_texts);
    qsort(demands->approvals, demands->approval_count, sizeof *demands->approvals,
          compare_approvals);
}

bool demands_ask_signed(const struct demands *demands)
{
    for (size_t i = 0; i < demands->approval_count; i++)
        if (demands->approvals[i].is_signed)
            return true;
    return false;
}
