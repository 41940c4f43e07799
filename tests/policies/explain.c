/* Goal: whoever tries a policy is told of every rule that speaks of the role whether it has a say,
 * and why. */
#include "policies/given.h"

#include <string.h>

#define PEOPLE                                                                                     \
    "'people': {'analysts': {'groups': ['" ANALYSTS "']}, 'hunters': {'groups': ['" HUNTERS        \
    "']}}, 'roles': {'one': {'name': 'One', 'target': {'kind': 'group', 'group': '" HUNTERS "'}}}"
#define RULE(name, more) "{'name': '" name "', 'roles': ['one'], 'who': ['analysts']" more "}"

/* What is said to Alice, who is in these groups (NULL: nobody knows in which), of an hour. */
static const char *said(const char *more, const char *rules, const struct memberships *memberships)
{
    static struct text out;
    scoped(policy_scoped) struct policy *policy =
        given_policy(arena_text(given_arena(), "{" PEOPLE ", %s 'rules': [%s]}", more, rules));
    struct person_key alice = given_person(ALICE);
    const struct occasion occasion = {.person = &alice,
                                      .memberships = memberships,
                                      .at = NOW,
                                      .duration_seconds = 3600,
                                      .start_at = -1};
    const struct role *role = policy_find_role(policy, "one");
    text_scoped(&out);
    out = TEXT_LIMIT(4000);
    policy_explain(policy, 1, &role, &occasion, given_arena(), &out);
    return text_of(&out);
}

START_TEST(rules_are_told_by_their_names_with_the_sets_that_decided)
{
    struct memberships in = given_groups(ANALYSTS, NULL), out = given_groups(HUNTERS, NULL);
    ck_assert_text(said("", RULE("b", "") ", " RULE("a", ""), &in),
                   "  applies  a: they are in \"analysts\"\n"
                   "  applies  b: they are in \"analysts\"\n");
    ck_assert_text(said("", RULE("a", ""), &out), "  does not a: they are not in \"analysts\"\n");
    ck_assert_text(said("", RULE("a", ""), NULL),
                   "  unknown  a: it is not known whether they are in \"analysts\"\n");
}
END_TEST

START_TEST(who_is_left_out_is_told_by_what)
{
    struct memberships both = given_groups(ANALYSTS, HUNTERS, NULL);
    struct memberships one = given_groups(ANALYSTS, NULL);
    ck_assert_text(said("", RULE("a", ", 'unless': ['hunters']"), &both),
                   "  does not a: they are in \"analysts\", but they are in \"hunters\"\n");
    ck_assert_text(said("", RULE("a", ", 'unless': ['hunters']"), &one),
                   "  applies  a: they are in \"analysts\"\n");
}
END_TEST

START_TEST(circumstances_are_told_of)
{
    struct memberships in = given_groups(ANALYSTS, NULL);
    ck_assert_text(said("", RULE("a", ", 'when': {'longer_than': 'PT2H'}"), &in),
                   "  does not a: they are in \"analysts\", but the circumstances are not those of "
                   "`when`\n");
    ck_assert_text(said("", RULE("a", ", 'when': {'longer_than': 'PT30M'}"), &in),
                   "  applies  a: they are in \"analysts\", and the circumstances are those of "
                   "`when`\n");
    ck_assert_text(
        said("", RULE("a", ", 'when': {'first_time': true}"), &in),
        "  unknown  a: they are in \"analysts\", but whether the circumstances are those "
        "of `when` is not known\n");
}
END_TEST

START_TEST(a_rule_that_denies_and_a_ring_that_is_closed_are_told_of)
{
    struct memberships in = given_groups(ANALYSTS, NULL);
    ck_assert_text(said("", RULE("a", ", 'deny': 'Not now.'"), &in),
                   "  denies   a: they are in \"analysts\"\n");
    ck_assert_text(
        said("'phases': {'open': 'evaluate', 'evaluate': ['hunters']},", RULE("a", ""), &in),
        "  applies  a: they are in \"analysts\"\n"
        "  They are not, or not surely, in the ring that is open: evaluate\n");
}
END_TEST

START_TEST(a_role_that_no_rule_speaks_of_is_said_to_be_that)
{
    struct memberships in = given_groups(ANALYSTS, NULL);
    scoped(policy_scoped) struct policy *policy =
        given_policy("{" PEOPLE ", 'rules': [" RULE("a", "") "]}");
    struct person_key alice = given_person(ALICE);
    const struct occasion occasion = {.person = &alice, .memberships = &in, .at = NOW};
    scoped(text_scoped) struct text out = TEXT_LIMIT(4000);
    policy_explain(policy, 0, NULL, &occasion, given_arena(), &out);
    ck_assert_text(text_of(&out), "  no rule speaks of it\n");
}
END_TEST

SPECIFICATION("policies/explain", rules_are_told_by_their_names_with_the_sets_that_decided,
              who_is_left_out_is_told_by_what, circumstances_are_told_of,
              a_rule_that_denies_and_a_ring_that_is_closed_are_told_of,
              a_role_that_no_rule_speaks_of_is_said_to_be_that)
