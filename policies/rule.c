/* One rule: whom it is about, and its members, each of which has a file of its own. */
#include "policies/building.h"

const struct role **policy_read_roles(struct policy *policy, struct form *form, const char *name,
                                      enum need need, size_t *count)
{
    const char **ids;
    size_t named = form_texts(form, name, need, NAMES_MOST, 64, &ids);
    const struct role **roles = ARENA_ARRAY(policy->arena, const struct role *, named);
    *count = 0;
    for (size_t i = 0; i < named; i++) {
        const struct role *role = policy_find_role(policy, ids[i]);
        if (role)
            roles[(*count)++] = role;
        else
            form_complain(form, name, "there is no role \"%s\" in `roles`", ids[i]);
    }
    return roles;
}

/* Whoever it matches is refused, so there is nothing else for it to ask. */
static void read_deny(struct policy *policy, struct rule *rule, struct form *form)
{
    static const char *const others[] = {"level", "require", "limits", "approval", "watch", "tell"};
    const char *deny = policy_read_words(form, "deny", OPTIONAL, DENY_BYTES);
    for (size_t i = 0; deny && i < COUNT(others); i++)
        if (form_has(form, others[i]))
            form_complain(
                form, others[i],
                "has nothing to say in a rule with `deny`: whoever it matches is refused");
    rule->deny = arena_copy(policy->arena, deny);
}

void policy_read_rule(struct policy *policy, struct rule *rule, struct form *form)
{
    const char *name = policy_read_words(form, "name", REQUIRED, NAME_BYTES);
    rule->name = arena_copy(policy->arena, name ? name : form->at);
    for (size_t i = 0; name && &policy->rules[i] != rule; i++)
        if (text_equals(policy->rules[i].name, name))
            form_complain(form, "name", "another rule is called \"%s\" too", name);
    rule->roles = policy_read_roles(policy, form, "roles", REQUIRED, &rule->role_count);
    rule->who = policy_read_sets(policy, form, "who", &rule->who_count);
    rule->unless = policy_read_more_sets(policy, form, "unless", &rule->unless_count);
    rule->has_when = policy_read_when(policy, form, &rule->when);
    read_deny(policy, rule, form);
    policy_read_require(policy, rule, form);
    policy_read_level(rule, form);
    policy_read_limits(rule, form);
    policy_read_approval(policy, rule, form);
    policy_read_watch(rule, form);
    policy_read_tell(policy, rule, form);
    policy_read_urgent(policy, rule, form);
    if (!rule->justification_least)
        rule->justification_least = 1;
}
