/* Goal: whoever checks a policy is warned of what is allowed but hardly meant, with file and line,
 * and of nothing else. */
#include "policies/given.h"

#include <string.h>

static struct complaints warnings;

/* What is said of the policy, written with ' for ", as the only file of this case. */
static const char *warned(const char *text)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()};
    char *copy = arena_copy(given_arena(), text);
    for (char *at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    warnings = (struct complaints){.arena = given_arena()};
    (void)spec_file("soc.json", copy);
    ck_assert_fine(policy_check(spec_folder(), &policy, &complaints, &warnings, &spec_why));
    policy_free(policy);
    return complaints_text(&warnings);
}

/* A policy in which nothing is hardly meant, but for `rules` and what stands before them. */
static const char *with(const char *before, const char *rules)
{
    return warned(arena_text(
        given_arena(),
        "{'people': {'all': {'users': ['" ALICE "', '" BOB "']}, 'carol': {'users': ['" CAROL "']},"
        " 'team': {'groups': ['" ANALYSTS "']}, 'emergency': {'users': ['" CAROL "']}},"
        "'alarms': {'tell': ['all']},%s"
        "'roles': {'one': {'name': 'One', 'tier': 0,"
        " 'target': {'kind': 'group', 'group': '" HUNTERS "'}}},\n'rules': [\n%s\n]}",
        before, rules));
}

#define ENTERPRISE                                                                                 \
    "'require': {'mfa': {'within': 'PT8H'}, 'device': {}, 'user_risk': {'at_most': 'low'}}"
#define BY(from, need)        "'approval': {'stages': [{'from': ['" from "'], 'need': " need "}]}"
#define RULE(name, who, more) "{'name': '" name "', 'roles': ['one'], 'who': ['" who "'], " more "}"

START_TEST(a_rule_that_demands_what_is_least_is_not_spoken_of)
{
    ck_assert_text(with("", RULE("a", "team", ENTERPRISE ", " BY("all", "2"))), "");
}
END_TEST

START_TEST(a_rule_below_the_level_enterprise_is_named_with_what_it_lacks)
{
    ck_assert_text(with("", RULE("a", "team", BY("all", "1"))),
                   "soc.json:3: rules[0]: is below the level enterprise for \"one\": it does not "
                   "demand MFA, a compliant device, a user risk of at most low");
    ck_assert_text(with("", RULE("a", "team",
                                 "'require': {'mfa': {'within': 'PT9H'}, 'device': {}, "
                                 "'user_risk': {'at_most': 'medium'}}, " BY("all", "1"))),
                   "soc.json:3: rules[0]: is below the level enterprise for \"one\": it does not "
                   "demand MFA within PT8H, a user risk of at most low");
}
END_TEST

START_TEST(rules_that_bind_the_same_people_make_up_for_each_other_and_others_do_not)
{
    ck_assert_text(with("", RULE("a", "team", BY("all", "1")) ",\n" RULE("b", "team", ENTERPRISE)),
                   "");
    ck_assert_ptr_nonnull(
        strstr(with("", RULE("a", "team", BY("all", "1")) ",\n" RULE("b", "carol", ENTERPRISE)),
               "soc.json:3: rules[0]: is below the level enterprise"));
}
END_TEST

START_TEST(tier_0_without_asking_anybody_is_warned_of)
{
    ck_assert_text(with("", RULE("a", "team", ENTERPRISE)),
                   "soc.json:3: rules[0]: lets people have \"one\", of tier 0, without asking "
                   "anybody");
}
END_TEST

START_TEST(who_asks_and_is_needed_to_agree_is_named)
{
    ck_assert_text(
        with("", RULE("a", "all", ENTERPRISE ", " BY("all", "2"))),
        "soc.json:3: rules[0].approval.stages[0]: nobody could approve a request of " ALICE
        ": all 2 who may agree are needed, and nobody agrees to their own");
    ck_assert_text(with("", RULE("a", "all", ENTERPRISE ", " BY("all", "1"))), "");
    ck_assert_text(with("", RULE("a", "carol", ENTERPRISE ", " BY("all", "2"))), "");
}
END_TEST

START_TEST(a_role_that_nobody_may_ask_for_is_named_and_so_are_sets_that_everybody_should_have)
{
    const char *says = warned(
        "{'people': {'all': {'users': ['" ALICE "']}, 'leads': {'groups': ['" ANALYSTS "']}},\n"
        "'roles': {'one': {'name': 'One', 'target': {'kind': 'group', 'group': '" HUNTERS "'}},\n"
        "'two': {'name': 'Two', 'target': {'kind': 'group', 'group': '" ANALYSTS "'}}},\n"
        "'rules': [" RULE("a", "all", ENTERPRISE ", " BY("leads", "1")) "]}");
    ck_assert_ptr_nonnull(strstr(says, "soc.json:1: people: there is no set \"emergency\""));
    ck_assert_ptr_nonnull(strstr(says, "alarms: nobody is told"));
    ck_assert_ptr_nonnull(strstr(says, "soc.json:3: roles.two: nobody may ask for it"));
    ck_assert_uint_eq(warnings.count, 3);
}
END_TEST

SPECIFICATION("policies/warnings", a_rule_that_demands_what_is_least_is_not_spoken_of,
              a_rule_below_the_level_enterprise_is_named_with_what_it_lacks,
              rules_that_bind_the_same_people_make_up_for_each_other_and_others_do_not,
              tier_0_without_asking_anybody_is_warned_of, who_asks_and_is_needed_to_agree_is_named,
              a_role_that_nobody_may_ask_for_is_named_and_so_are_sets_that_everybody_should_have)
