/* PIM's rules for assignments that an administrator or an application makes. */
#include "directory/pim_policy.h"

static enum fail read_rules(struct entry *policy, struct fact *fact)
{
    struct admin_rules *rules = &fact->admin_rules;
    if (!rules->exists)
        rules->longest_seconds = INT64_MAX;
    rules->exists = true;
    enum fail fail = pim_expiration(policy, "Expiration_Admin_Assignment", &rules->end_required,
                                    &rules->longest_seconds);
    return fail ? fail
                : pim_enablement(policy, "Enablement_Admin_Assignment", &rules->mfa_required);
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    return pim_policy_each(asked, answer, fact, read_rules, why);
}

const struct reader admin_rules_reader = {
    .service = SERVICE_POLICY, .most_pages = 4, .ask = pim_policy_ask, .read = read_answer};
