/* Judging what a person activates themselves: whether they may, and PIM's rules for it. */
#include "policies/judging.h"

#include "base/moment.h"
#include "base/text.h"

const struct eligible *eligible_self(const struct eligibles *eligibles,
                                     const struct person_key *person, int64_t now)
{
    for (size_t i = 0; i < eligibles->count; i++)
        if (text_equals_ignoring_case(eligibles->list[i].principal, person->oid) &&
            now < eligibles->list[i].end_at)
            return &eligibles->list[i];
    return NULL;
}

static const struct eligible *eligible_through(const struct eligibles *eligibles,
                                               const struct memberships *through, int64_t now)
{
    for (size_t i = 0; i < eligibles->count; i++)
        for (size_t k = 0; k < through->count && now < eligibles->list[i].end_at; k++)
            if (text_equals(eligibles->list[i].principal, through->groups[k]))
                return &eligibles->list[i];
    return NULL;
}

const struct eligible *eligible_of(const struct eligibles *eligibles,
                                   const struct memberships *through,
                                   const struct person_key *person, int64_t now)
{
    const struct eligible *self = eligible_self(eligibles, person, now);
    return self || !through || !through->reading.known ? self
                                                       : eligible_through(eligibles, through, now);
}

void judge_eligibility(const struct eligibles *eligibles, const struct memberships *through,
                       const struct person_key *person, const char *role, int64_t now,
                       struct evidence_list *list)
{
    bool known = eligibles && eligibles->reading.known;
    const struct eligible *self = known ? eligible_self(eligibles, person, now) : NULL;
    if (!known || (!self && through && !through->reading.known)) {
        judge_add_unread(list, "eligibility", "eligibility_unread", "pim");
        return;
    }
    const struct eligible *by = eligible_of(eligibles, through, person, now);
    const char *group = by && !self ? by->principal : NULL;
    const char *code = self && self->direct ? "eligibility_direct"
                       : self || group      ? "eligibility_through_group"
                                            : "eligibility_missing";
    judge_add(list, "eligibility", self || group ? VERDICT_PASS : VERDICT_FAIL, code, "pim",
              eligibles->reading.at, json_pack("{s:s, s:s*}", "role", role, "group", group));
}

void judge_somebody_asked(const struct demands *demands, const char *role,
                          struct evidence_list *list)
{
    if (!demands->approval_count && !demands->unknown)
        judge_add(list, "approvers", VERDICT_FAIL, "pim_nobody_asked", "policy", -1,
                  json_pack("{s:s}", "role", role));
}

/* What of PIM's rules is in the way; NULL when nothing is. */
static const char *in_the_way(const struct self_rules *rules, enum activation mode,
                              const struct sign_in *sign_in, int64_t duration_seconds)
{
    if (!rules->exists)
        return "pim_missing";
    if (mode == ACTIVATION_DELEGATED && rules->approval_required)
        return "pim_wants_approval";
    if (mode == ACTIVATION_PIM_APPROVAL && !rules->approval_required)
        return "pim_wants_no_approval";
    if (duration_seconds > rules->longest_seconds)
        return "pim_too_long";
    if (!sign_in)
        return NULL;
    if (rules->context && !sign_in_has(sign_in->context_count, sign_in->contexts, rules->context))
        return "pim_context_missing";
    return rules->mfa_required && !used_mfa(sign_in) ? "pim_mfa_missing" : NULL;
}

void judge_self_rules(const struct self_rules *rules, enum activation mode,
                      const struct sign_in *sign_in, const char *role, int64_t duration_seconds,
                      struct evidence_list *list)
{
    char longest[32] = "";
    if (!rules || !rules->reading.known) {
        judge_add_unread(list, "pim_rules", "pim_unread", "pim");
        return;
    }
    const char *code = in_the_way(rules, mode, sign_in, duration_seconds);
    if (rules->exists && rules->longest_seconds != INT64_MAX)
        span_text(rules->longest_seconds, longest);
    judge_add(list, "pim_rules", code ? VERDICT_FAIL : VERDICT_PASS, code ? code : "pim_rules_fine",
              "pim", rules->reading.at,
              json_pack("{s:s, s:s*, s:s*}", "role", role, "longest", *longest ? longest : NULL,
                        "context", rules->exists ? rules->context : NULL));
}
