/* Goal: PIM's own rules are called weaker exactly where they ask less than the policy, in the modes
   in which that lets somebody past it. */
#include "base/json.h"
#include "base/scoped.h"
#include "policies/given.h"

enum { HOUR = 3600 };

/* One role with a rule for up to four hours; `require` is its member. */
static struct policy *policy(const char *require)
{
    return given_policy(arena_text(
        given_arena(),
        "{'people': {'all': {'users': ['" ALICE "']}, 'emergency': {'users': ['" BOB "']}},"
        " 'roles': {'owner': {'name': 'Owner', 'target': {'kind': 'group', 'group': '" ANALYSTS
        "'}}}, 'rules': [{'name': 'one', 'roles': ['owner'], 'who': ['all'], 'require': %s,"
        " 'limits': {'longest': 'PT4H'}}], 'alarms': {'tell': ['all']}}",
        require));
}

static const struct admin_rules must_end = {.exists = true, .end_required = true},
                                for_good = {.exists = true};

/* What is weaker, as texts with a blank between. */
static const char *weaker(const char *require, enum activation mode,
                          const struct admin_rules *admin, struct self_rules self)
{
    scoped(policy_scoped) struct policy *one = policy(require);
    const char *all = "";
    unsigned found = policy_weaknesses(one, policy_role(one, 0), mode, admin, &self);
    for (unsigned i = 0; i < PIM_WEAKNESS_COUNT; i++)
        if (found & 1u << i)
            all = arena_text(given_arena(), "%s%s%s", all, *all ? " " : "",
                             pim_weakness_text((enum pim_weakness)i));
    return all;
}

#define ANY     "{}"
#define MFA     "{'mfa': {'within': 'PT10M'}}"
#define CONTEXT "{'mfa': {'context': 'c1'}}"

START_TEST(each_rule_of_pim_against_each_demand)
{
    static const struct {
        const char *require;
        struct self_rules self;
        const char *weaker;
    } rows[] = {
        {ANY, {.longest_seconds = 4 * HOUR}, ""},
        {ANY, {.longest_seconds = 4 * HOUR + 1}, "too_long"},
        {ANY, {.longest_seconds = INT64_MAX}, "too_long"},
        {MFA, {.longest_seconds = HOUR}, "without_mfa"},
        {MFA, {.longest_seconds = HOUR, .mfa_required = true}, ""},
        {MFA, {.longest_seconds = HOUR, .context = "c2"}, ""},
        {CONTEXT, {.longest_seconds = HOUR}, "without_mfa"},
        {CONTEXT, {.longest_seconds = HOUR, .mfa_required = true}, "other_context"},
        {CONTEXT, {.longest_seconds = HOUR, .context = "c2"}, "other_context"},
        {CONTEXT, {.longest_seconds = HOUR, .context = "c1"}, ""},
        {CONTEXT, {.longest_seconds = 8 * HOUR}, "too_long without_mfa"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_text(weaker(rows[i].require, ACTIVATION_DELEGATED, &must_end, rows[i].self),
                       rows[i].weaker);
}
END_TEST

START_TEST(pim_must_ask_where_it_is_to_ask)
{
    scoped(policy_scoped) struct policy *one = given_policy(
        "{'people': {'all': {'users': ['" ALICE "', '" BOB "']}}, 'roles': {'owner': {'name':"
        " 'Owner', 'target': {'kind': 'group', 'group': '" ANALYSTS "'}}}, 'rules': [{'name': 'a',"
        " 'roles': ['owner'], 'who': ['all'], 'approval': {'stages': [{'from': ['all']}]}}]}");
    const struct self_rules silent = {.longest_seconds = HOUR},
                            asking = {.longest_seconds = HOUR, .approval_required = true};
    const struct role *role = policy_role(one, 0);
    ck_assert_uint_eq(policy_weaknesses(one, role, ACTIVATION_PIM_APPROVAL, &must_end, &silent),
                      1u << PIM_WITHOUT_APPROVAL);
    ck_assert_uint_eq(policy_weaknesses(one, role, ACTIVATION_PIM_APPROVAL, &must_end, &asking), 0);
    ck_assert_uint_eq(policy_weaknesses(one, role, ACTIVATION_DELEGATED, &must_end, &silent), 0);
    ck_assert_text(weaker(ANY, ACTIVATION_PIM_APPROVAL, &must_end, silent), "");
}
END_TEST

START_TEST(where_curfew_assigns_what_people_could_activate_is_not_looked_at)
{
    const struct self_rules open = {.longest_seconds = INT64_MAX};
    ck_assert_text(weaker(CONTEXT, ACTIVATION_APPLICATION, &must_end, open), "");
    ck_assert_text(weaker(CONTEXT, ACTIVATION_APPLICATION, &for_good, open), "for_good");
}
END_TEST

START_TEST(assignments_that_need_not_end_are_weaker_in_every_mode)
{
    const struct self_rules strict = {.longest_seconds = HOUR, .mfa_required = true};
    ck_assert_text(weaker(MFA, ACTIVATION_DELEGATED, &for_good, strict), "for_good");
}
END_TEST

START_TEST(any_context_that_a_rule_names_will_do)
{
    scoped(policy_scoped) struct policy *one = given_policy(
        "{'people': {'all': {'users': ['" ALICE "']}}, 'roles': {'owner': {'name': 'Owner',"
        " 'target': {'kind': 'group', 'group': '" ANALYSTS "'}}}, 'rules': ["
        "{'name': 'a', 'roles': ['owner'], 'who': ['all'], 'require': {'mfa': {'context': 'c1'}}},"
        "{'name': 'b', 'roles': ['owner'], 'who': ['all'], 'require': {'mfa': {'context': 'c3'}}}"
        "]}");
    const struct self_rules self = {.longest_seconds = HOUR, .context = "c3"},
                            other = {.longest_seconds = HOUR, .context = "c2"};
    const struct role *role = policy_role(one, 0);
    ck_assert_uint_eq(policy_weaknesses(one, role, ACTIVATION_DELEGATED, &must_end, &self), 0);
    ck_assert_uint_eq(policy_weaknesses(one, role, ACTIVATION_DELEGATED, &must_end, &other),
                      1u << PIM_OTHER_CONTEXT);
    json_auto_t *args = pim_weakness_args(one, role, &other);
    ck_assert_text(json_member_text(args, "asked"), "c2");
    ck_assert_text(json_member_text(args, "wanted"), "c1, c3");
    ck_assert_text(json_member_text(args, "pim"), "PT1H");
}
END_TEST

START_TEST(emergency_people_and_whom_alarms_are_told_to_are_found_by_name)
{
    const struct people *const *told;
    scoped(policy_scoped) struct policy *one = policy(ANY);
    ck_assert_text(policy_emergency(one)->users[0], BOB);
    ck_assert_uint_eq(policy_told(one, &told), 1);
    ck_assert_text(told[0]->users[0], ALICE);
}
END_TEST

SPECIFICATION("policies/weaker", any_context_that_a_rule_names_will_do,
              assignments_that_need_not_end_are_weaker_in_every_mode,
              each_rule_of_pim_against_each_demand,
              emergency_people_and_whom_alarms_are_told_to_are_found_by_name,
              pim_must_ask_where_it_is_to_ask,
              where_curfew_assigns_what_people_could_activate_is_not_looked_at)
