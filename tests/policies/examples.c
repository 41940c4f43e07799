/* Goal: whoever begins with one of the examples begins with a policy that is right, and of which
 * nobody has to be warned. */
#include "policies/given.h"

static void is_right(const char *folder, bool strict)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()}, warnings = {.arena = given_arena()};
    const char *path = arena_text(given_arena(), "%s/policies/examples/%s", SOURCES, folder);
    enum fail fail = policy_check(path, &policy, &complaints, &warnings, &spec_why);
    ck_assert_msg(!fail, "%s: %s", folder, spec_why.text);
    ck_assert_msg(!strict || !warnings.count, "%s: %s", folder, complaints_text(&warnings));
    ck_assert_uint_gt(policy_role_count(policy), 0);
    policy_free(policy);
}

START_TEST(the_policy_of_a_team_of_five_is_right_and_nobody_is_warned)
{
    is_right("team-of-five", true);
}
END_TEST

START_TEST(the_policy_of_an_organisation_is_right_and_nobody_is_warned)
{
    is_right("organisation", true);
}
END_TEST

START_TEST(the_policy_of_the_sandbox_is_right)
{
    is_right("sandbox", false);
}
END_TEST

SPECIFICATION("policies/examples", the_policy_of_a_team_of_five_is_right_and_nobody_is_warned,
              the_policy_of_an_organisation_is_right_and_nobody_is_warned,
              the_policy_of_the_sandbox_is_right)
