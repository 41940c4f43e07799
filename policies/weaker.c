/* PIM's own rules of a target against what the policy demands of whoever is given it: in what they
   ask less. Rules that ask more are judge_self.c's business. */
#include "policies/internal.h"

#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

static const char *const texts[] = {
#define X(name, text) [PIM_##name] = text,
    PIM_WEAKNESSES(X)
#undef X
};

const char *pim_weakness_text(enum pim_weakness weakness)
{
    return texts[weakness];
}

/* What the rules of the policy for one role come to, whoever asks. */
struct demanded {
    bool mfa, context, approval;
    bool context_is_met;  /* PIM asks for one that a rule names */
    const char *contexts; /* those that rules name, for a sentence */
};

static struct demanded demanded_of(const struct policy *policy, const struct role *role,
                                   const struct self_rules *self, struct arena *arena)
{
    struct demanded demanded = {.contexts = ""};
    const struct rules_of_role *rules = &policy->by_role[role - policy->roles];
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = rules->rules[i];
        demanded.mfa |= rule->mfa;
        demanded.approval |= rule->stage_count > 0;
        for (size_t k = 0; k < rule->context_count; k++) {
            demanded.context_is_met |= text_equals(rule->contexts[k], self->context);
            demanded.contexts = arena_text(arena, "%s%s%s", demanded.contexts,
                                           demanded.context ? ", " : "", rule->contexts[k]);
            demanded.context = true;
        }
    }
    return demanded;
}

/* What people activate themselves, past Curfew: in mode `application` nobody is meant to. */
static unsigned of_activation(const struct policy *policy, const struct role *role,
                              enum activation mode, const struct self_rules *self)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    const struct demanded demanded = demanded_of(policy, role, self, arena);
    unsigned found = 0;
    if (self->longest_seconds > policy_longest(policy, role->id))
        found |= 1u << PIM_TOO_LONG;
    if (demanded.mfa && !self->mfa_required && !self->context)
        found |= 1u << PIM_WITHOUT_MFA;
    else if (demanded.context && !demanded.context_is_met)
        found |= 1u << PIM_OTHER_CONTEXT;
    /* In mode `delegated` PIM must not ask, because Curfew does. */
    if (mode == ACTIVATION_PIM_APPROVAL && demanded.approval && !self->approval_required)
        found |= 1u << PIM_WITHOUT_APPROVAL;
    return found;
}

unsigned policy_weaknesses(const struct policy *policy, const struct role *role,
                           enum activation mode, const struct admin_rules *admin,
                           const struct self_rules *self)
{
    unsigned found = admin->end_required ? 0 : 1u << PIM_FOR_GOOD;
    return mode == ACTIVATION_APPLICATION ? found : found | of_activation(policy, role, mode, self);
}

json_t *pim_weakness_args(const struct policy *policy, const struct role *role,
                          const struct self_rules *self)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    const struct demanded demanded = demanded_of(policy, role, self, arena);
    char pim[32] = "any time", own[32];
    if (self->longest_seconds != INT64_MAX)
        span_text(self->longest_seconds, pim);
    span_text(policy_longest(policy, role->id), own);
    return memory_needed(json_pack("{s:s, s:s, s:s, s:s}", "pim", pim, "policy", own, "asked",
                                   self->context ? self->context : "none", "wanted",
                                   demanded.contexts));
}
