/* What all matching rules demand together. The order of files, rules and members changes nothing:
   requirements are united, limits take the least (design 3.8). */
#include "policies/internal.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static enum tri rule_holds(const struct rule *rule, const struct person_key *person,
                           const struct memberships *memberships)
{
    enum tri answer = TRI_NO;
    for (size_t i = 0; i < rule->who_count; i++) {
        enum tri one = people_hold(rule->who[i], person, memberships);
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
                   const struct person_key *person, const struct memberships *memberships,
                   struct arena *arena, struct demands *demands)
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
            enum tri holds = rule_holds(of->rules[k], person, memberships);
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

static json_t *pack_texts(size_t count, const char *const texts[])
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_string(texts[i]));
    return list;
}

static json_t *pack_approval(const struct approval_demand *approval)
{
    json_t *users = memory_needed(json_array()), *groups = memory_needed(json_array());
    for (size_t i = 0; i < approval->from_count; i++) {
        json_auto_t *more = pack_texts(approval->from[i]->user_count, approval->from[i]->users);
        (void)json_array_extend(users, more);
        json_auto_t *most = pack_texts(approval->from[i]->group_count, approval->from[i]->groups);
        (void)json_array_extend(groups, most);
    }
    return memory_needed(
        json_pack("{s:s, s:o, s:o, s:I, s:I, s:b}", "rule", approval->rule, "users", users,
                  "groups", groups, "need", (json_int_t)approval->need, "within",
                  (json_int_t)approval->within_seconds, "signed", approval->is_signed));
}

json_t *demands_pack(const struct demands *demands)
{
    json_t *approvals = memory_needed(json_array());
    for (size_t i = 0; i < demands->approval_count; i++)
        (void)json_array_append_new(approvals, pack_approval(&demands->approvals[i]));
    return memory_needed(json_pack(
        "{s:b, s:o, s:b, s:I, s:o, s:b, s:b, s:i, s:I, s:I, s:I, s:I, s:o}", "allowed",
        demands->allowed && !demands->unknown, "rules",
        pack_texts(demands->rule_count, demands->rules), "mfa", demands->mfa, "mfa_within",
        (json_int_t)demands->mfa_within_seconds, "contexts",
        pack_texts(demands->context_count, demands->contexts), "compliant_device",
        demands->compliant_device, "watch_risk", demands->watch_risk, "risk_at_most",
        (int)demands->risk_at_most, "justification_least", (json_int_t)demands->justification_least,
        "longest", (json_int_t)demands->longest_seconds, "default",
        (json_int_t)demands->default_seconds, "start_within",
        (json_int_t)demands->start_within_seconds, "approvals", approvals));
}

static bool unpack_texts(const json_t *object, const char *name, struct arena *arena, size_t *count,
                         const char ***ret)
{
    const json_t *list = json_object_get(object, name);
    const char **texts = ARENA_ARRAY(arena, const char *, json_array_size(list));
    bool right = json_is_array(list);
    *count = json_array_size(list);
    for (size_t i = 0; i < *count; i++) {
        texts[i] = arena_copy(arena, json_string_value(json_array_get(list, i)));
        right &= texts[i] != NULL;
    }
    *ret = texts;
    return right;
}

static bool unpack_approval(const json_t *packed, struct arena *arena,
                            struct approval_demand *approval)
{
    struct people *people = ARENA_NEW(arena, struct people);
    const struct people **from = ARENA_ARRAY(arena, const struct people *, 1);
    const char *rule;
    json_int_t need, within;
    int is_signed;
    if (json_unpack((json_t *)packed, "{s:s, s:I, s:I, s:b}", "rule", &rule, "need", &need,
                    "within", &within, "signed", &is_signed) != 0 ||
        need < 1)
        return false;
    people->name = "";
    from[0] = people;
    *approval = (struct approval_demand){
        .rule = arena_copy(arena, rule),
        .from_count = 1,
        .from = from,
        .need = need,
        .within_seconds = within,
        .is_signed = is_signed,
    };
    return unpack_texts(packed, "users", arena, &people->user_count, &people->users) &&
           unpack_texts(packed, "groups", arena, &people->group_count, &people->groups);
}

/* Whatever is missing or wrong is a refusal: a demand that got lost would be one that nobody
 * meets. */
bool demands_unpack(const json_t *packed, struct arena *arena, struct demands *demands)
{
    const json_t *approvals;
    int allowed, mfa, device, watch, risk;
    json_int_t within, justification, longest, usual, start;
    if (json_unpack((json_t *)packed, "{s:b, s:b, s:I, s:b, s:b, s:i, s:I, s:I, s:I, s:I, s:o}",
                    "allowed", &allowed, "mfa", &mfa, "mfa_within", &within, "compliant_device",
                    &device, "watch_risk", &watch, "risk_at_most", &risk, "justification_least",
                    &justification, "longest", &longest, "default", &usual, "start_within", &start,
                    "approvals", &approvals) != 0 ||
        risk < RISK_NONE || risk > RISK_HIGH || !json_is_array(approvals) ||
        json_array_size(approvals) > APPROVAL_LINES)
        return false;
    struct demands read = {
        .allowed = allowed,
        .mfa = mfa,
        .mfa_within_seconds = within,
        .compliant_device = device,
        .watch_risk = watch,
        .risk_at_most = (enum risk_level)risk,
        .justification_least = justification,
        .longest_seconds = longest,
        .default_seconds = usual,
        .start_within_seconds = start,
        .approval_count = json_array_size(approvals),
    };
    if (!unpack_texts(packed, "rules", arena, &read.rule_count, &read.rules) ||
        !unpack_texts(packed, "contexts", arena, &read.context_count, &read.contexts))
        return false;
    for (size_t i = 0; i < read.approval_count; i++)
        if (!unpack_approval(json_array_get(approvals, i), arena, &read.approvals[i]))
            return false;
    *demands = read;
    return true;
}
