/* Goal: access before approval is open to whom every rule that wants an approval lets pass it over,
 * and to nobody else; it is short, and what else is demanded is demanded still (scenario S48). */
#include "base/json.h"
#include "base/text.h"
#include "policies/given.h"

#include <string.h>

#define PEOPLE                                                                                     \
    "'people': {'analysts': {'groups': ['" ANALYSTS "']}, 'bob': {'users': ['" BOB "']},"          \
    " 'both': {'users': ['" BOB "', '" CAROL "']}},"
#define ROLES                                                                                      \
    "'roles': {'owner': {'name': 'O', 'target': {'kind': 'group', 'group': '" ALICE "'}},"         \
    " 'reader': {'name': 'R', 'target': {'kind': 'group', 'group': '" BOB "'}}},"
#define POLICY(rules) "{" PEOPLE ROLES "'rules': [" rules "]}"
#define APPROVAL      ", 'approval': {'stages': [{'from': ['both'], 'need': 1}], 'signed': true}"
#define URGENT(who, longest, within)                                                               \
    ", 'urgent': {'who': ['" who "'], 'longest': '" longest "', 'review': {'from': ['both'],"      \
    " 'within': '" within "'}}"

static struct demands of(const struct policy *policy, const char *oid,
                         const struct memberships *memberships, bool urgent, size_t role_count)
{
    const struct role *roles[] = {policy_find_role(policy, "owner"),
                                  policy_find_role(policy, "reader")};
    struct person_key person = given_person(oid);
    struct demands demands;
    const struct occasion occasion = {.person = &person,
                                      .memberships = memberships,
                                      .at = NOW,
                                      .duration_seconds = -1,
                                      .start_at = -1,
                                      .urgent = urgent};
    policy_demand(policy, role_count, roles, &occasion, given_arena(), &demands);
    return demands;
}

START_TEST(it_is_offered_to_whom_the_rule_names_and_is_at_most_as_long_as_that_says)
{
    scoped(policy_scoped) struct policy *policy = given_policy(POLICY(
        "{'name': 'one', 'roles': ['owner'], 'who': ['both'], 'require': {'mfa': {}, 'device': {}},"
        " 'limits': {'longest': 'PT4H', 'default': 'PT2H'}" APPROVAL URGENT("bob", "PT20M",
                                                                            "PT3H") "}"));
    struct memberships none = given_groups(NULL);
    struct demands usual = of(policy, BOB, &none, false, 1),
                   demands = of(policy, BOB, &none, true, 1);
    ck_assert(usual.allowed && usual.urgent.offered && !usual.urgent.asked);
    ck_assert_int_eq(usual.longest_seconds, 4 * 3600);
    ck_assert(demands_ask_signed(&usual));
    ck_assert(demands.allowed && demands.urgent.asked);
    ck_assert_int_eq(demands.longest_seconds, 20 * 60);
    ck_assert_int_eq(demands.default_seconds, 20 * 60);
    ck_assert(demands.mfa && demands.compliant_device);
    ck_assert(!demands_ask_signed(&demands));
    ck_assert_uint_eq(demands.approval_count, 1); /* who is passed over */
    ck_assert_uint_eq(urgent_reviews(&usual).approval_count, 0);
    struct demands reviews = urgent_reviews(&demands);
    ck_assert_uint_eq(reviews.approval_count, 1);
    ck_assert_text(reviews.approvals[0].rule, "one");
    ck_assert_int_eq(reviews.approvals[0].within_seconds, 3 * 3600);
    demands = of(policy, CAROL, &none, true, 1);
    ck_assert(!demands.allowed && !demands.unknown && !demands.urgent.offered);
    ck_assert(of(policy, CAROL, &none, false, 1).allowed);
}
END_TEST

START_TEST(a_rule_that_wants_an_approval_and_lets_nobody_pass_it_over_closes_it)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': 'one', 'roles': ['owner'], 'who': ['bob']" APPROVAL URGENT(
            "bob", "PT20M", "PT3H") "},"
                                    "{'name': 'two', 'roles': ['owner'], 'who': ['both']" APPROVAL
                                    "}"));
    struct memberships none = given_groups(NULL);
    ck_assert(!of(policy, BOB, &none, false, 1).urgent.offered);
    ck_assert(!of(policy, BOB, &none, true, 1).allowed);
}
END_TEST

START_TEST(rules_without_an_approval_leave_it_open_and_those_that_let_it_happen_add_up)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': 'b', 'roles': ['owner'], 'who': ['bob']" APPROVAL URGENT(
            "bob", "PT20M",
            "PT3H") "},"
                    "{'name': 'a', 'roles': ['owner'], 'who': ['bob']" APPROVAL URGENT(
                        "both", "PT10M", "PT5H") "},"
                                                 "{'name': 'c', 'roles': ['owner'], 'who': "
                                                 "['bob'], 'require': {'device': {}}}"));
    struct memberships none = given_groups(NULL);
    struct demands demands = of(policy, BOB, &none, true, 1);
    ck_assert(demands.allowed && demands.compliant_device);
    ck_assert_int_eq(demands.longest_seconds, 10 * 60);
    ck_assert_uint_eq(demands.urgent.review_count, 2); /* each rule has its own look */
    ck_assert_text(demands.urgent.reviews[0].rule, "a");
    ck_assert_text(demands.urgent.reviews[1].rule, "b");
}
END_TEST

START_TEST(each_role_that_is_asked_for_must_be_open_to_it)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': 'one', 'roles': ['owner'], 'who': ['bob']" APPROVAL URGENT(
            "bob", "PT20M", "PT3H") "},"
                                    "{'name': 'two', 'roles': ['reader'], 'who': ['bob']}"));
    struct memberships none = given_groups(NULL);
    ck_assert(of(policy, BOB, &none, true, 1).allowed);
    ck_assert(of(policy, BOB, &none, false, 2).allowed);
    ck_assert(!of(policy, BOB, &none, true, 2).allowed);
}
END_TEST

START_TEST(groups_that_are_not_known_let_nobody_in_and_are_waited_for)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': 'one', 'roles': ['owner'], 'who': ['bob']" APPROVAL URGENT(
            "analysts", "PT20M", "PT3H") "}"));
    struct memberships analyst = given_groups(ANALYSTS, NULL),
                       unread = {.reading = {.known = false}};
    ck_assert(of(policy, BOB, &analyst, true, 1).allowed);
    struct demands demands = of(policy, BOB, &unread, true, 1);
    ck_assert(!demands.allowed && demands.unknown);
    demands =
        of(policy, BOB, &unread, false, 1); /* who waits for approval need not wait for that */
    ck_assert(demands.allowed && !demands.unknown);
}
END_TEST

START_TEST(what_is_owed_is_kept_with_the_request_and_comes_back_whole)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY("{'name': 'one', 'roles': ['owner'], 'who': ['bob']" APPROVAL URGENT(
            "bob", "PT20M", "PT3H") "}"));
    struct memberships none = given_groups(NULL);
    struct demands demands = of(policy, BOB, &none, true, 1), read;
    json_auto_t *packed = demands_pack(&demands);
    ck_assert(demands_unpack(packed, given_arena(), &read));
    ck_assert(read.urgent.asked && !demands_ask_signed(&read));
    ck_assert_int_eq(read.urgent.longest_seconds, 20 * 60);
    struct demands reviews = urgent_reviews(&read);
    ck_assert_uint_eq(reviews.approval_count, 1);
    ck_assert_text(reviews.approvals[0].rule, "one");
    ck_assert_uint_eq(reviews.approvals[0].from[0]->user_count, 2);
    static const char *const members[] = {"asked", "longest", "reviews"};
    for (size_t i = 0; i < COUNT(members); i++) {
        json_auto_t *less = json_deep_copy(packed);
        json_object_del(json_object_get(less, "urgent"), members[i]);
        ck_assert(!demands_unpack(less, given_arena(), &read));
    }
}
END_TEST

/* The policy with this for `urgent` gives exactly this complaint. */
static void refused(const char *urgent, const char *field, const char *says)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()};
    char *text = arena_text(given_arena(),
                            "{" PEOPLE ROLES "'rules': [{'name': 'one', 'roles': ['owner'], 'who': "
                            "['bob'], 'urgent': %s}]}",
                            urgent);
    for (char *at = text; *at; at++)
        if (*at == '\'')
            *at = '"';
    ck_assert_int_eq(policy_parse(text, &policy, &complaints, &spec_why), FAIL_INVALID);
    ck_assert_msg(complaints.count == 1, "%s", complaints_text(&complaints));
    ck_assert_text(complaints.list[0].field, field);
    ck_assert_text(complaints.list[0].says, says);
}

START_TEST(what_is_written_wrong_is_refused_with_what_would_be_right)
{
    refused("{'review': {'from': ['both']}}", "rules[0].urgent.who", "is missing");
    refused("{'who': ['bob']}", "rules[0].urgent.review", "is missing");
    refused("{'who': ['bob'], 'review': {}}", "rules[0].urgent.review.from", "is missing");
    refused("{'who': ['leads'], 'review': {'from': ['both']}}", "rules[0].urgent.who",
            "there are no people \"leads\" in `people`");
    refused("{'who': ['bob'], 'longest': 'PT2H', 'review': {'from': ['both']}}",
            "rules[0].urgent.longest", "PT2H is longer than PT1H");
    refused("{'who': ['bob'], 'review': {'from': ['both'], 'within': 'PT1M'}}",
            "rules[0].urgent.review.within", "PT1M is shorter than PT5M");
    refused("{'who': ['bob'], 'review': {'from': ['both']}, 'badge': true}",
            "rules[0].urgent.badge", "is not known here; known are: who, longest, review");
}
END_TEST

SPECIFICATION("policies/urgent",
              it_is_offered_to_whom_the_rule_names_and_is_at_most_as_long_as_that_says,
              a_rule_that_wants_an_approval_and_lets_nobody_pass_it_over_closes_it,
              rules_without_an_approval_leave_it_open_and_those_that_let_it_happen_add_up,
              each_role_that_is_asked_for_must_be_open_to_it,
              groups_that_are_not_known_let_nobody_in_and_are_waited_for,
              what_is_owed_is_kept_with_the_request_and_comes_back_whole,
              what_is_written_wrong_is_refused_with_what_would_be_right)
