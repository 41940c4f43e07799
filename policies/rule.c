/* One rule: whom it is about, and its members, each of which has a file of its own. */
#include "policies/building.h"

static void read_rule_roles(struct policy *policy, struct rule *rule, struct form *form)
{
    const char **ids;
    size_t named = form_texts(form, "roles", REQUIRED, NAMES_MOST, 64, &ids);
    rule->roles = ARENA_ARRAY(policy->arena, const struct role *, named);
    for (size_t i = 0; i < named; i++) {
        const struct role *role = policy_find_role(policy, ids[i]);
        if (role)
            rule->roles[rule->role_count++] = role;
        else
            form_complain(form, "roles", "there is no role \"%s\" in `roles`", ids[i]);
    }
}

void policy_read_rule(struct policy *policy, struct rule *rule, struct form *form)
{
    const char *name = policy_read_words(form, "name", REQUIRED, NAME_BYTES);
    rule->name = arena_copy(policy->arena, name ? name : form->at);
    for (size_t i = 0; name && &policy->rules[i] != rule; i++)
        if (text_equals(policy->rules[i].name, name))
            form_complain(form, "name", "another rule is called \"%s\" too", name);
    read_rule_roles(policy, rule, form);
    rule->who = policy_read_sets(policy, form, "who", &rule->who_count);
    policy_read_require(policy, rule, form);
    policy_read_limits(rule, form);
    policy_read_approval(policy, rule, form);
    if (!rule->justification_least)
        rule->justification_least = 1;
}
