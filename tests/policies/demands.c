/* Goal: all rules that match apply together, the strictest wins, and what is not known is never a
 * yes (design 3.8; scenarios S03, S08, S09, S10). */
#include "base/json.h"
#include "base/text.h"
#include "policies/given.h"

#include <string.h>

#define PEOPLE                                                                                     \
    "'people': {'analysts': {'groups': ['" ANALYSTS "']}, 'hunters': {'groups': ['" HUNTERS "']}," \
    "           'bob': {'users': ['" BOB "']}, 'both': {'users': ['" BOB "', '" CAROL "']}},"
#define ROLES                                                                                      \
    "'roles': {"                                                                                   \
    " 'owner': {'name': 'O', 'target': {'kind': 'group', 'group': '" ALICE "'}},"                  \
    " 'reader': {'name': 'R', 'target': {'kind': 'group', 'group': '" BOB "'}},"                   \
    " 'writer': {'name': 'W', 'target': {'kind': 'group', 'group': '" CAROL "'}}},"
#define POLICY(rules) "{" PEOPLE ROLES "'rules': [" rules "]}"

START_TEST(nobody_may_ask_for_a_role_without_a_rule_for_them)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': 'one', 'roles': ['owner'], 'who': ['analysts']}"));
    struct memberships analyst = given_groups(ANALYSTS, NULL), hunter = given_groups(HUNTERS, NULL);
    struct demands demands = given_demands(policy, ALICE, &analyst, "owner", NULL);
    ck_assert(demands.allowed && !demands.unknown);
    demands = given_demands(policy, ALICE, &hunter, "owner", NULL);
    ck_assert(!demands.allowed && !demands.unknown);
    demands = given_demands(policy, ALICE, &analyst, "reader", NULL); /* S03: no rule at all */
    ck_assert(!demands.allowed && !demands.unknown);
    demands = given_demands(policy, ALICE, &analyst, NULL); /* no role is nothing to allow */
    ck_assert(!demands.allowed);
}
END_TEST

START_TEST(several_roles_are_allowed_only_when_each_is)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': 'one', 'roles': ['owner', 'reader'], 'who': ['bob']},"
                            "{'name': 'two', 'roles': ['writer'], 'who': ['analysts']}"));
    struct memberships none = given_groups(NULL), analyst = given_groups(ANALYSTS, NULL);
    ck_assert(given_demands(policy, BOB, &none, "owner", "reader", NULL).allowed);
    ck_assert(!given_demands(policy, BOB, &none, "owner", "reader", "writer", NULL).allowed);
    ck_assert(given_demands(policy, BOB, &analyst, "owner", "reader", "writer", NULL).allowed);
}
END_TEST

START_TEST(a_longer_time_for_another_role_does_not_help) /* S08 */
{
    scoped(policy_scoped) struct policy *policy = given_policy(
        POLICY("{'name': 'short', 'roles': ['owner'], 'who': ['bob'], 'limits': {'longest':"
               "'PT1H', 'default': 'PT30M'}},"
               "{'name': 'long', 'roles': ['reader'], 'who': ['bob'], 'limits': {'longest':"
               "'PT8H', 'default': 'PT4H'}}"));
    struct memberships none = given_groups(NULL);
    struct demands demands = given_demands(policy, BOB, &none, "owner", NULL);
    ck_assert_int_eq(demands.longest_seconds, 3600);
    ck_assert_int_eq(demands.default_seconds, 1800);
    ck_assert_uint_eq(demands.rule_count, 1);
    ck_assert_text(demands.rules[0], "short");
}
END_TEST

START_TEST(of_a_strict_and_a_lax_rule_the_strict_one_wins) /* S09 */
{
    scoped(policy_scoped) struct policy *policy = given_policy(POLICY(
        "{'name': 'lax', 'roles': ['owner'], 'who': ['bob'], 'require': {'user_risk':"
        " {'at_most': 'high'}, 'mfa': {}}, 'limits': {'longest': 'P1D'}},"
        "{'name': 'strict', 'roles': ['owner'], 'who': ['both'], 'require': {'mfa': {'within':"
        " 'PT10M', 'context': 'c2'}, 'device': {}, 'user_risk': {'at_most': 'none'},"
        " 'justification': {'min_length': 20}}, 'limits': {'longest': 'PT2H',"
        " 'start_within': 'PT10M'}, 'approval': {'stages': [{'from': ['both'], 'need': 2}]}},"
        "{'name': 'others', 'roles': ['owner'], 'who': ['hunters'], 'require': {'justification':"
        " {'min_length': 500}}, 'limits': {'longest': 'PT5M'}}"));
    struct memberships none = given_groups(NULL);
    struct demands demands = given_demands(policy, BOB, &none, "owner", NULL);
    ck_assert(demands.allowed);
    ck_assert_uint_eq(demands.rule_count, 2);
    ck_assert_text(demands.rules[0], "lax");
    ck_assert_text(demands.rules[1], "strict");
    ck_assert(demands.mfa && demands.compliant_device && demands.watch_risk);
    ck_assert_int_eq(demands.mfa_within_seconds, 600);
    ck_assert_uint_eq(demands.context_count, 1);
    ck_assert_text(demands.contexts[0], "c2");
    ck_assert_int_eq(demands.risk_at_most, RISK_NONE);
    ck_assert_int_eq(demands.justification_least, 20);
    ck_assert_int_eq(demands.longest_seconds, 7200);
    ck_assert_int_eq(demands.default_seconds, 3600);
    ck_assert_int_eq(demands.start_within_seconds, 600);
    ck_assert_uint_eq(demands.approval_count, 1);
    ck_assert_text(demands.approvals[0].rule, "strict");
    ck_assert_int_eq(demands.approvals[0].need, 2);
    ck_assert_int_eq(demands.approvals[0].within_seconds, 3600);
}
END_TEST

START_TEST(roles_asked_for_together_meet_all_their_demands) /* S10, S47 */
{
    scoped(policy_scoped) struct policy *policy = given_policy(POLICY(
        "{'name': '1', 'roles': ['owner'], 'who': ['bob'], 'limits': {'longest': 'PT8H'},"
        " 'require': {'mfa': {'context': 'c2'}}, 'approval': {'stages': [{'from': ['both']}]}},"
        "{'name': '2', 'roles': ['reader'], 'who': ['bob'], 'limits': {'longest': 'PT2H'},"
        " 'require': {'mfa': {'context': 'c1'}}, 'approval': {'stages': [{'from': ['both']}]}},"
        "{'name': '3', 'roles': ['owner', 'writer'], 'who': ['bob'],"
        " 'limits': {'longest': 'PT3H'}, 'require': {'mfa': {'context': 'c1'}}}"));
    struct memberships none = given_groups(NULL);
    struct demands demands = given_demands(policy, BOB, &none, "owner", "reader", "writer", NULL);
    ck_assert(demands.allowed);
    ck_assert_int_eq(demands.longest_seconds, 7200);
    ck_assert_uint_eq(demands.rule_count, 3);
    ck_assert_uint_eq(demands.context_count, 2);
    ck_assert_text(demands.contexts[0], "c1");
    ck_assert_text(demands.contexts[1], "c2");
    ck_assert_uint_eq(demands.approval_count, 2); /* both must agree: S30 */
    ck_assert_text(demands.approvals[0].rule, "1");
    ck_assert_text(demands.approvals[1].rule, "2");
}
END_TEST

START_TEST(a_rule_that_says_little_has_careful_defaults)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': '1', 'roles': ['owner'], 'who': ['bob']}"));
    struct memberships none = given_groups(NULL);
    struct demands demands = given_demands(policy, BOB, &none, "owner", NULL);
    ck_assert(!demands.mfa && !demands.compliant_device && !demands.watch_risk);
    ck_assert_int_eq(demands.longest_seconds, 3600);
    ck_assert_int_eq(demands.default_seconds, 3600);
    ck_assert_int_eq(demands.start_within_seconds, 3600);
    ck_assert_int_eq(demands.justification_least, 1);
    ck_assert_uint_eq(demands.approval_count, 0);
}
END_TEST

START_TEST(a_short_longest_time_is_the_default_too)
{
    scoped(policy_scoped) struct policy *policy = given_policy(POLICY(
        "{'name': '1', 'roles': ['owner'], 'who': ['bob'], 'limits': {'longest': 'PT20M'}}"));
    struct memberships none = given_groups(NULL);
    ck_assert_int_eq(given_demands(policy, BOB, &none, "owner", NULL).default_seconds, 1200);
}
END_TEST

START_TEST(memberships_that_nobody_read_are_unknown_and_never_a_yes)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': '1', 'roles': ['owner'], 'who': ['analysts']}"));
    struct memberships unread = given_groups(ANALYSTS, NULL);
    unread.reading.known = false;
    struct demands demands = given_demands(policy, ALICE, &unread, "owner", NULL);
    ck_assert(!demands.allowed && demands.unknown);
    demands = given_demands(policy, ALICE, NULL, "owner", NULL);
    ck_assert(!demands.allowed && demands.unknown);
}
END_TEST

START_TEST(a_listed_user_needs_no_groups_but_more_rules_may_match)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': '1', 'roles': ['owner'], 'who': ['analysts', 'bob']},"
                            "{'name': '2', 'roles': ['reader'], 'who': ['bob']},"
                            "{'name': '3', 'roles': ['reader'], 'who': ['hunters'],"
                            " 'limits': {'longest': 'PT5M'}}"));
    struct demands demands = given_demands(policy, BOB, NULL, "owner", NULL);
    ck_assert(demands.allowed && !demands.unknown);
    demands = given_demands(policy, BOB, NULL, "reader", NULL);
    ck_assert(demands.allowed && demands.unknown); /* rule 3 may make it stricter */
    demands = given_demands(policy, BOB, NULL, "owner", "reader", NULL);
    ck_assert(demands.unknown);
}
END_TEST

START_TEST(letter_case_of_ids_makes_no_difference)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': '1', 'roles': ['owner'], 'who': ['analysts']}"));
    struct memberships shouted = given_groups("A0000000-0000-4000-8000-000000000001", NULL);
    ck_assert(given_demands(policy, ALICE, &shouted, "owner", NULL).allowed);
}
END_TEST

START_TEST(more_approvals_than_can_be_kept_are_refused)
{
    scoped(text_scoped) struct text rules = TEXT_LIMIT(10000);
    for (int i = 0; i <= APPROVAL_LINES; i++)
        text_addf(&rules,
                  "%s{'name': '%d', 'roles': ['owner'], 'who': ['%s'],"
                  " 'approval': {'stages': [{'from': ['both']}]}}",
                  i ? "," : "", i, i ? "both" : "bob");
    scoped(policy_scoped) struct policy *policy =
        given_policy(arena_text(given_arena(), "{" PEOPLE ROLES "'rules': [%s]}", text_of(&rules)));
    struct memberships none = given_groups(NULL);
    struct demands demands = given_demands(policy, CAROL, &none, "owner", NULL);
    ck_assert(demands.allowed && !demands.too_many_approvals);
    ck_assert_uint_eq(demands.approval_count, APPROVAL_LINES);
    demands = given_demands(policy, BOB, &none, "owner", NULL);
    ck_assert(!demands.allowed && demands.too_many_approvals);
}
END_TEST

START_TEST(a_set_of_users_and_groups_holds_both)
{
    const char *users[] = {BOB}, *groups[] = {ANALYSTS};
    struct people people = {.user_count = 1, .users = users, .group_count = 1, .groups = groups};
    struct person_key alice = given_person(ALICE), bob = given_person(BOB);
    struct memberships analyst = given_groups(HUNTERS, ANALYSTS, NULL), none = given_groups(NULL);
    ck_assert_int_eq(people_hold(&people, &bob, &none), TRI_YES);
    ck_assert_int_eq(people_hold(&people, &bob, NULL), TRI_YES);
    ck_assert_int_eq(people_hold(&people, &alice, &analyst), TRI_YES);
    ck_assert_int_eq(people_hold(&people, &alice, &none), TRI_NO);
    ck_assert_int_eq(people_hold(&people, &alice, NULL), TRI_UNKNOWN);
    people.group_count = 0; /* then there is nothing to ask of the directory */
    ck_assert_int_eq(people_hold(&people, &alice, NULL), TRI_NO);
}
END_TEST

/* Demands with something in each member. */
static struct demands full_demands(struct policy **policy)
{
    struct memberships none = given_groups(NULL);
    *policy = given_policy(POLICY(
        "{'name': '1', 'roles': ['owner'], 'who': ['bob'], 'require': {'mfa': {'within': 'PT10M',"
        " 'context': 'c2'}, 'device': {}, 'user_risk': {'at_most': 'medium'}, 'justification':"
        " {'min_length': 20}}, 'limits': {'longest': 'PT2H', 'default': 'PT1H', 'start_within':"
        " 'PT10M'}, 'approval': {'signed': true, 'stages': [{'from': ['both', 'hunters'], 'need': "
        "2}]}},"
        "{'name': '2', 'roles': ['owner'], 'who': ['bob'],"
        " 'approval': {'stages': [{'from': ['bob'], 'within': 'PT2H'}]}}"));
    return given_demands(*policy, BOB, &none, "owner", NULL);
}

START_TEST(demands_are_kept_whole_and_read_back)
{
    scoped(policy_scoped) struct policy *policy = NULL;
    struct demands demands = full_demands(&policy), back;
    json_auto_t *packed = demands_pack(&demands);
    ck_assert(demands_unpack(packed, given_arena(), &back));
    json_auto_t *again = demands_pack(&back);
    ck_assert(json_equal(packed, again));
    ck_assert(back.allowed && !back.unknown && !back.too_many_approvals);
    ck_assert_int_eq(back.risk_at_most, RISK_MEDIUM);
    ck_assert_uint_eq(back.approval_count, 2);
    ck_assert(back.approvals[0].is_signed && !back.approvals[1].is_signed);
    ck_assert(demands_ask_signed(&back));
    struct memberships hunter = given_groups(HUNTERS, NULL);
    struct person_key carol = given_person(CAROL), alice = given_person(ALICE);
    ck_assert_int_eq(people_hold(back.approvals[0].from[0], &carol, NULL), TRI_YES);
    ck_assert_int_eq(people_hold(back.approvals[0].from[0], &alice, &hunter), TRI_YES);
    ck_assert_int_eq(people_hold(back.approvals[1].from[0], &carol, &hunter), TRI_NO);
}
END_TEST

START_TEST(demands_of_any_age_are_read_back_so)
{
    scoped(policy_scoped) struct policy *policy = given_policy(
        POLICY("{'name': '1', 'roles': ['owner'], 'who': ['bob'], 'require': {'mfa': {}}}"));
    struct memberships none = given_groups(NULL);
    struct demands demands = given_demands(policy, BOB, &none, "owner", NULL), back;
    json_auto_t *packed = demands_pack(&demands);
    ck_assert(demands_unpack(packed, given_arena(), &back));
    ck_assert_int_eq(back.mfa_within_seconds, INT64_MAX);
}
END_TEST

START_TEST(what_was_not_allowed_is_not_read_back_as_allowed)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': '1', 'roles': ['reader'], 'who': ['bob']},"
                            "{'name': '2', 'roles': ['reader'], 'who': ['hunters']}"));
    struct memberships none = given_groups(NULL);
    struct demands no = given_demands(policy, CAROL, &none, "reader", NULL), back;
    json_auto_t *refused = demands_pack(&no);
    ck_assert(demands_unpack(refused, given_arena(), &back));
    ck_assert(!back.allowed);
    struct demands unknown = given_demands(policy, BOB, NULL, "reader", NULL);
    ck_assert(unknown.allowed && unknown.unknown);
    json_auto_t *unsettled = demands_pack(&unknown);
    ck_assert(demands_unpack(unsettled, given_arena(), &back));
    ck_assert(!back.allowed);
}
END_TEST

START_TEST(demands_that_lost_anything_are_refused)
{
    scoped(policy_scoped) struct policy *policy = NULL;
    struct demands demands = full_demands(&policy);
    json_auto_t *packed = demands_pack(&demands);
    const char *name;
    json_t *value;
    ck_assert_uint_eq(json_object_size(packed), 24);
    json_object_foreach (packed, name, value) {
        struct demands back;
        json_auto_t *less = json_copy(packed), *wrong = json_copy(packed);
        ck_assert_int_eq(json_object_del(less, name), 0);
        ck_assert_msg(!demands_unpack(less, given_arena(), &back), "without %s", name);
        ck_assert_int_eq(json_object_set_new(wrong, name, json_null()), 0);
        ck_assert_msg(!demands_unpack(wrong, given_arena(), &back), "with no %s", name);
    }
    ck_assert(!demands_unpack(NULL, given_arena(), &demands));
    const json_t *required = json_object_get(packed, "required");
    ck_assert_uint_eq(json_object_size(required), 14);
    json_object_foreach ((json_t *)required, name, value) {
        struct demands back;
        json_auto_t *less = json_deep_copy(packed);
        ck_assert_int_eq(json_object_del(json_object_get(less, "required"), name), 0);
        ck_assert_msg(!demands_unpack(less, given_arena(), &back), "without %s", name);
    }
}
END_TEST

START_TEST(demands_that_were_bent_are_refused)
{
    static const struct {
        const char *old, *new;
    } bends[] = {
        {"\"risk_at_most\":2", "\"risk_at_most\":4"},
        {"\"risk_at_most\":2", "\"risk_at_most\":-1"},
        {"\"contexts\":[\"c2\"]", "\"contexts\":[null]"},
        {"\"mfa\":true", "\"mfa\":1"},
        {"\"need\":2", "\"need\":0"},
        {"\"need\":2", "\"need\":\"2\""},
        {"\"signed\":true", "\"signed\":1"},
        {"\"signed\":true,", ""},
        {"\"rule\":\"1\"", "\"rule\":1"},
        {"\"groups\":[\"" HUNTERS "\"]", "\"groups\":null"},
        {"\"users\":[\"" BOB "\",\"" CAROL "\"]", "\"users\":{}"},
    };
    scoped(policy_scoped) struct policy *policy = NULL;
    struct demands demands = full_demands(&policy);
    json_auto_t *packed = demands_pack(&demands);
    char *text = json_canonical(packed);
    for (size_t i = 0; i < COUNT(bends); i++) {
        const char *bent = given_change(text, bends[i].old, bends[i].new);
        json_auto_t *json = NULL;
        struct demands back = {.longest_seconds = 42};
        ck_assert_fine(json_read(bent, strlen(bent), &json, NULL, &spec_why));
        ck_assert_msg(!demands_unpack(json, given_arena(), &back), "%s", bends[i].new);
        ck_assert_int_eq(back.longest_seconds, 42);
    }
    free(text);
}
END_TEST

SPECIFICATION("policies/demands", nobody_may_ask_for_a_role_without_a_rule_for_them,
              several_roles_are_allowed_only_when_each_is,
              a_longer_time_for_another_role_does_not_help,
              of_a_strict_and_a_lax_rule_the_strict_one_wins,
              roles_asked_for_together_meet_all_their_demands,
              a_rule_that_says_little_has_careful_defaults, a_short_longest_time_is_the_default_too,
              memberships_that_nobody_read_are_unknown_and_never_a_yes,
              a_listed_user_needs_no_groups_but_more_rules_may_match,
              letter_case_of_ids_makes_no_difference, more_approvals_than_can_be_kept_are_refused,
              a_set_of_users_and_groups_holds_both, demands_are_kept_whole_and_read_back,
              demands_of_any_age_are_read_back_so, what_was_not_allowed_is_not_read_back_as_allowed,
              demands_that_lost_anything_are_refused, demands_that_were_bent_are_refused)
