/* Goal: a rule speaks of exactly those whom it names, for as long as it names them, in its
 * circumstances; deny wins, and what is not known is strict both ways: it demands, and it lets
 * nobody in (scenarios S01, S02, S04). */
#include "base/moment.h"
#include "base/text.h"
#include "policies/given.h"

#include <string.h>

#define PEOPLE                                                                                     \
    "'people': {'analysts': {'groups': ['" ANALYSTS "']}, 'hunters': {'groups': ['" HUNTERS "']}," \
    " 'bob': {'users': ['" BOB "']}, 'carol': {'users': ['" CAROL "']},"                           \
    " 'dated': {'users': ['" BOB "'], 'until': '2026-01-15T10:00:00Z'},"                           \
    " 'joined': {'sets': ['dated', 'carol']}, 'outer': {'sets': ['joined', 'hunters']},"           \
    " 'ending': {'sets': ['outer'], 'until': '2026-01-14T10:00:00Z'},"                             \
    " 'either': {'sets': ['ending', 'joined']}},"
#define ROLES                                                                                      \
    "'roles': {"                                                                                   \
    " 'owner': {'name': 'O', 'target': {'kind': 'group', 'group': '" ALICE "'}},"                  \
    " 'reader': {'name': 'R', 'target': {'kind': 'group', 'group': '" BOB "'}}}"
#define POLICY(rules)   "{" PEOPLE ROLES ", 'rules': [" rules "]}"
#define RULE(name, who) "{'name': '" name "', 'roles': ['owner'], 'who': ['" who "']"

static struct memberships nobody = {.reading = {.known = true, .at = NOW}};

static struct occasion usual(void)
{
    return (struct occasion){
        .memberships = &nobody, .at = NOW, .duration_seconds = 3600, .start_at = -1};
}

/* What is demanded of somebody who asks for owner in these circumstances. */
static struct demands asked(const struct policy *policy, const char *oid, struct occasion occasion)
{
    struct demands demands;
    struct person_key person = given_person(oid);
    const struct role *owner = policy_find_role(policy, "owner");
    occasion.person = &person;
    policy_demand(policy, 1, &owner, &occasion, given_arena(), &demands);
    return demands;
}

/* Bob asks by a rule that lets in hunters always, and him in the circumstances of `when`; whether
   he is let in. */
static enum tri lets_in(const char *when, struct occasion occasion)
{
    scoped(policy_scoped) struct policy *policy = given_policy(
        arena_text(given_arena(), "{%s%s, 'rules': [" RULE("one", "bob") ", 'when': {%s}}]}",
                   PEOPLE, ROLES, when));
    struct demands demands = asked(policy, BOB, occasion);
    ck_assert(demands.named);
    ck_assert(!demands.allowed || (!demands.unknown && !demands.unsaid));
    return demands.allowed ? TRI_YES : demands.unknown || demands.unsaid ? TRI_UNKNOWN : TRI_NO;
}

START_TEST(S01_S45_a_deny_for_a_group_of_somebody_whom_another_rule_lets_ask_refuses)
{
    scoped(policy_scoped) struct policy *policy = given_policy(POLICY(
        RULE("lets", "analysts") "}," RULE("denies", "hunters") ", 'deny': 'Hunters hunt.'}"));
    struct memberships both = given_groups(ANALYSTS, HUNTERS, NULL),
                       one = given_groups(ANALYSTS, NULL);
    struct occasion occasion = usual();
    occasion.memberships = &one;
    ck_assert(asked(policy, BOB, occasion).allowed);
    occasion.memberships = &both;
    struct demands demands = asked(policy, BOB, occasion);
    ck_assert(!demands.allowed && demands.named);
    ck_assert_text(demands.denied, "Hunters hunt.");
    ck_assert_text(demands.denied_by, "denies");
    struct findings findings = {.now = NOW, .memberships = &both};
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_membership(&demands, &findings, &list);
    ck_assert_text(judged(&list, VERDICT_FAIL), "rule_denies");
}
END_TEST

START_TEST(of_several_denials_the_first_by_name_is_told_whatever_their_order)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY(RULE("b", "bob") ", 'deny': 'Second.'}," RULE(
            "a", "bob") ", 'deny': 'First.'}," RULE("c", "bob") "}"));
    ck_assert_text(asked(policy, BOB, usual()).denied, "First.");
}
END_TEST

START_TEST(a_denial_that_may_apply_lets_nobody_in_until_it_is_known)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY(RULE("lets", "bob") "}," RULE("denies", "hunters") ", 'deny': 'No.'}"));
    struct occasion occasion = usual();
    occasion.memberships = NULL;
    struct demands demands = asked(policy, BOB, occasion);
    ck_assert(demands.unknown && !demands.denied);
    json_auto_t *packed = demands_pack(&demands);
    ck_assert(json_is_false(json_object_get(packed, "allowed")));
}
END_TEST

START_TEST(whom_a_rule_leaves_out_it_neither_lets_in_nor_binds)
{
    scoped(policy_scoped) struct policy *policy = given_policy(
        POLICY(RULE("all", "analysts") ", 'unless': ['bob'], 'limits': {'longest': 'PT30M'}}," RULE(
            "bob", "bob") "}"));
    struct memberships analyst = given_groups(ANALYSTS, NULL);
    struct occasion occasion = usual();
    occasion.memberships = &analyst;
    ck_assert_int_eq(asked(policy, BOB, occasion).longest_seconds, 3600);
    ck_assert_int_eq(asked(policy, CAROL, occasion).longest_seconds, 1800);
    ck_assert(!asked(policy, CAROL, usual()).named);
}
END_TEST

START_TEST(somebody_who_may_be_left_out_is_bound_and_not_let_in)
{
    scoped(policy_scoped) struct policy *policy = given_policy(
        POLICY(RULE("one", "bob") ", 'unless': ['hunters'], 'limits': {'longest': 'PT30M'}}"));
    struct occasion occasion = usual();
    occasion.memberships = NULL;
    struct demands demands = asked(policy, BOB, occasion);
    ck_assert(!demands.allowed && demands.unknown && !demands.named);
}
END_TEST

START_TEST(S02_who_is_named_until_a_moment_is_from_then_on_as_if_absent)
{
    scoped(policy_scoped) struct policy *policy = given_policy(POLICY(RULE("one", "dated") "}"));
    struct occasion occasion = usual();
    ck_assert_int_eq(occasion.at, 1768471200); /* 2026-01-15T10:00:00Z */
    ck_assert(!asked(policy, BOB, occasion).named);
    occasion.at--;
    ck_assert(asked(policy, BOB, occasion).allowed);
}
END_TEST

START_TEST(sets_of_sets_hold_whoever_those_hold_for_as_long_as_all_on_the_way_do)
{
    struct memberships hunter = given_groups(HUNTERS, NULL);
    static const struct {
        const char *who;
        int64_t at;
        bool bob, carol, hunter;
    } cases[] = {
        {"joined", NOW - 1, true, true, false},     {"joined", NOW, false, true, false},
        {"outer", NOW - 1, true, true, true},       {"outer", NOW, false, true, true},
        {"ending", NOW - 86401, true, true, true},  {"ending", NOW - 86400, false, false, false},
        {"either", NOW - 86400, true, true, false}, {"either", NOW, false, true, false},
        {"either", NOW - 86401, true, true, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        scoped(policy_scoped) struct policy *policy = given_policy(arena_text(
            given_arena(), "{%s%s, 'rules': [{'name': '1', 'roles': ['owner'], 'who': ['%s']}]}",
            PEOPLE, ROLES, cases[i].who));
        struct occasion occasion = usual();
        occasion.at = cases[i].at;
        ck_assert_msg(asked(policy, BOB, occasion).allowed == cases[i].bob, "case %zu", i);
        ck_assert_msg(asked(policy, CAROL, occasion).allowed == cases[i].carol, "case %zu", i);
        occasion.memberships = &hunter;
        ck_assert_msg(asked(policy, ALICE, occasion).allowed == cases[i].hunter, "case %zu", i);
    }
}
END_TEST

START_TEST(approvers_are_those_whom_the_sets_hold_when_it_is_asked)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY(RULE("one", "bob") ", 'approval': {'stages': [{'from': ['outer']}]}}"));
    struct demands demands = asked(policy, BOB, usual()), back;
    json_auto_t *packed = demands_pack(&demands);
    ck_assert(demands_unpack(packed, given_arena(), &back));
    const struct people *from = back.approvals[0].from[0];
    ck_assert_uint_eq(from->user_count, 1);
    ck_assert_text(from->users[0], CAROL);
    ck_assert_uint_eq(from->group_count, 1);
    ck_assert_text(from->groups[0], HUNTERS);
}
END_TEST

START_TEST(a_rule_may_apply_only_to_what_is_longer)
{
    struct occasion occasion = usual();
    occasion.duration_seconds = 7200;
    ck_assert_int_eq(lets_in("'longer_than': 'PT2H'", occasion), TRI_NO);
    occasion.duration_seconds = 7201;
    ck_assert_int_eq(lets_in("'longer_than': 'PT2H'", occasion), TRI_YES);
    occasion.duration_seconds = -1;
    ck_assert_int_eq(lets_in("'longer_than': 'PT2H'", occasion), TRI_UNKNOWN);
}
END_TEST

#define OFFICE                                                                                     \
    "'outside': {'zone': 'Europe/Berlin', 'days': ['mon', 'tue', 'wed', 'thu', 'fri'], "           \
    "'from': '08:00', 'to': '18:00'}"
#define NIGHT                                                                                      \
    "'outside': {'zone': 'Europe/Berlin', 'days': ['fri'], 'from': '22:00', 'to': '06:00'}"

START_TEST(hours_are_those_of_the_clock_on_the_wall_where_they_are_named)
{
    static const struct {
        const char *when, *at;
        enum tri outside;
    } cases[] = {
        {OFFICE, "2026-01-15T06:59:59Z", TRI_YES}, /* a Thursday in winter */
        {OFFICE, "2026-01-15T07:00:00Z", TRI_NO},  {OFFICE, "2026-01-15T16:59:59Z", TRI_NO},
        {OFFICE, "2026-01-15T17:00:00Z", TRI_YES}, {OFFICE, "2026-07-16T05:59:59Z", TRI_YES},
        {OFFICE, "2026-07-16T06:00:00Z", TRI_NO},  {OFFICE, "2026-07-16T16:00:00Z", TRI_YES},
        {OFFICE, "2026-01-17T11:00:00Z", TRI_YES}, /* Saturday */
        {NIGHT, "2026-01-16T20:59:59Z", TRI_YES},  {NIGHT, "2026-01-16T21:00:00Z", TRI_NO},
        {NIGHT, "2026-01-17T04:59:59Z", TRI_NO},   {NIGHT, "2026-01-17T05:00:00Z", TRI_YES},
        {NIGHT, "2026-01-16T04:59:59Z", TRI_YES}, /* the night of Thursday */
        {NIGHT, "2026-01-17T21:30:00Z", TRI_YES},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct occasion occasion = usual();
        ck_assert(moment_read(cases[i].at, &occasion.at));
        ck_assert_msg(lets_in(cases[i].when, occasion) == cases[i].outside, "%s", cases[i].at);
        occasion.start_at = occasion.at; /* when it starts counts, not when it is asked */
        occasion.at = NOW;
        ck_assert_msg(lets_in(cases[i].when, occasion) == cases[i].outside, "%s", cases[i].at);
    }
}
END_TEST

START_TEST(the_first_time_is_the_first_for_that_role)
{
    static const char *const reader[] = {"reader"}, *const owner[] = {"owner"};
    struct occasion occasion = usual();
    ck_assert_int_eq(lets_in("'first_time': true", occasion), TRI_UNKNOWN);
    occasion.past_known = true;
    ck_assert_int_eq(lets_in("'first_time': true", occasion), TRI_YES);
    occasion.had_count = 1;
    occasion.had = reader;
    ck_assert_int_eq(lets_in("'first_time': true", occasion), TRI_YES);
    occasion.had = owner;
    ck_assert_int_eq(lets_in("'first_time': true", occasion), TRI_NO);
}
END_TEST

START_TEST(a_role_that_is_held_already_may_matter)
{
    static const char *const reader[] = {"reader"};
    struct occasion occasion = usual();
    ck_assert_int_eq(lets_in("'holds': ['reader']", occasion), TRI_UNKNOWN);
    occasion.past_known = true;
    ck_assert_int_eq(lets_in("'holds': ['owner', 'reader']", occasion), TRI_NO);
    occasion.held_count = 1;
    occasion.held = reader;
    ck_assert_int_eq(lets_in("'holds': ['owner', 'reader']", occasion), TRI_YES);
    ck_assert_int_eq(lets_in("'holds': ['owner']", occasion), TRI_NO);
}
END_TEST

START_TEST(a_risk_may_matter_and_one_that_is_not_known_is_strict)
{
    struct occasion occasion = usual();
    ck_assert_int_eq(lets_in("'risk_at_least': 'low'", occasion), TRI_UNKNOWN);
    occasion.risk_known = true;
    ck_assert_int_eq(lets_in("'risk_at_least': 'low'", occasion), TRI_NO);
    occasion.risk = RISK_MEDIUM;
    ck_assert_int_eq(lets_in("'risk_at_least': 'low'", occasion), TRI_YES);
    ck_assert_int_eq(lets_in("'risk_at_least': 'medium'", occasion), TRI_YES);
    ck_assert_int_eq(lets_in("'risk_at_least': 'high'", occasion), TRI_NO);
}
END_TEST

START_TEST(all_circumstances_must_hold_and_one_that_does_not_is_enough)
{
    struct occasion occasion = usual();
    ck_assert_int_eq(lets_in("'first_time': true, 'longer_than': 'PT2H'", occasion), TRI_NO);
    occasion.duration_seconds = 9000;
    ck_assert_int_eq(lets_in("'first_time': true, 'longer_than': 'PT2H'", occasion), TRI_UNKNOWN);
    occasion.past_known = true;
    ck_assert_int_eq(lets_in("'first_time': true, 'longer_than': 'PT2H'", occasion), TRI_YES);
}
END_TEST

START_TEST(S04_a_circumstance_that_cannot_be_told_demands_and_lets_nobody_in)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY(RULE("usual", "bob") "}," RULE(
            "risky",
            "bob") ", 'when': {'risk_at_least': 'medium'}, 'require': {'device': {}}, 'limits': "
                   "{'longest': 'PT15M'}, 'approval': {'stages': [{'from': ['carol']}]}}"));
    struct occasion occasion = usual();
    struct demands unread = asked(policy, BOB, occasion);
    ck_assert(unread.unknown && unread.circumstances);
    ck_assert(unread.compliant_device);
    ck_assert_int_eq(unread.longest_seconds, 900);
    ck_assert_uint_eq(unread.approval_count, 1);
    struct findings findings = {.now = NOW, .memberships = &nobody};
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_membership(&unread, &findings, &list);
    ck_assert_text(judged(&list, VERDICT_UNKNOWN), "circumstances_unread");
    occasion.risk_known = true;
    struct demands calm = asked(policy, BOB, occasion);
    ck_assert(calm.allowed && !calm.unknown && !calm.compliant_device);
    ck_assert_uint_eq(calm.approval_count, 0);
}
END_TEST

START_TEST(somebody_whose_rules_do_not_apply_is_told_so)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy(POLICY(RULE("long", "bob") ", 'when': {'longer_than': 'PT2H'}}"));
    struct demands demands = asked(policy, BOB, usual());
    struct findings findings = {.now = NOW, .memberships = &nobody};
    scoped(evidence_scoped) struct evidence_list list = {0};
    ck_assert(demands.named && !demands.allowed && !demands.unknown);
    judge_membership(&demands, &findings, &list);
    ck_assert_text(judged(&list, VERDICT_FAIL), "rules_elsewhere");
}
END_TEST

START_TEST(only_whoever_is_in_a_ring_that_is_open_may_ask)
{
    static const struct {
        const char *open;
        bool bob, carol, alice;
    } cases[] = {
        {"evaluate", true, false, false}, {"pilot", true, true, false}, {"full", true, true, true}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        scoped(policy_scoped) struct policy *policy = given_policy(arena_text(
            given_arena(),
            "{%s%s, 'phases': {'open': '%s', 'evaluate': ['bob'], 'pilot': ['carol']}, 'rules': "
            "[{'name': '1', 'roles': ['owner'], 'who': ['analysts']}]}",
            PEOPLE, ROLES, cases[i].open));
        struct memberships analyst = given_groups(ANALYSTS, NULL);
        struct occasion occasion = usual();
        occasion.memberships = &analyst;
        ck_assert_msg(asked(policy, BOB, occasion).allowed == cases[i].bob, "%s", cases[i].open);
        ck_assert_msg(asked(policy, CAROL, occasion).allowed == cases[i].carol, "%s",
                      cases[i].open);
        struct demands demands = asked(policy, ALICE, occasion);
        ck_assert_msg(demands.allowed == cases[i].alice, "%s", cases[i].open);
        struct findings findings = {.now = NOW, .memberships = &analyst};
        scoped(evidence_scoped) struct evidence_list list = {0};
        judge_membership(&demands, &findings, &list);
        ck_assert_text(judged(&list, cases[i].alice ? VERDICT_PASS : VERDICT_FAIL),
                       cases[i].alice ? "membership_fine" : "ring_closed");
    }
}
END_TEST

START_TEST(a_level_adds_what_it_stands_for_and_loosens_nothing)
{
    static const struct {
        const char *more;
        int64_t within;
        bool device;
        enum risk_level risk;
    } cases[] = {
        {"'level': 'starting_point'", INT64_MAX, false, RISK_MEDIUM},
        {"'level': 'enterprise'", 8 * 3600, true, RISK_LOW},
        {"'level': 'specialized'", 900, true, RISK_NONE},
        {"'level': 'enterprise', 'require': {'mfa': {'within': 'PT10M'}, 'user_risk': {'at_most': "
         "'none'}}",
         600, true, RISK_NONE},
        {"'level': 'enterprise', 'require': {'mfa': {'within': 'P1D'}, 'device': {'compliant': "
         "false},"
         " 'user_risk': {'at_most': 'high'}}",
         8 * 3600, true, RISK_LOW},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        scoped(policy_scoped) struct policy *policy =
            given_policy(arena_text(given_arena(), "{%s%s, 'rules': [" RULE("one", "bob") ", %s}]}",
                                    PEOPLE, ROLES, cases[i].more));
        struct demands demands = asked(policy, BOB, usual());
        ck_assert(demands.mfa && demands.watch_risk);
        ck_assert_int_eq(demands.mfa_within_seconds, cases[i].within);
        ck_assert_int_eq(demands.compliant_device, cases[i].device);
        ck_assert_int_eq(demands.risk_at_most, cases[i].risk);
        ck_assert_int_eq(demands.required.modern_authentication, cases[i].device);
        ck_assert_int_eq(demands.required.watch_sign_in_risk, cases[i].device);
        if (cases[i].device) /* and the level above allows less */
            ck_assert_int_eq(demands.required.sign_in_risk_at_most,
                             cases[i].within == 900 ? RISK_LOW : RISK_MEDIUM);
    }
}
END_TEST

SPECIFICATION("policies/circumstances",
              S01_S45_a_deny_for_a_group_of_somebody_whom_another_rule_lets_ask_refuses,
              of_several_denials_the_first_by_name_is_told_whatever_their_order,
              a_denial_that_may_apply_lets_nobody_in_until_it_is_known,
              whom_a_rule_leaves_out_it_neither_lets_in_nor_binds,
              somebody_who_may_be_left_out_is_bound_and_not_let_in,
              S02_who_is_named_until_a_moment_is_from_then_on_as_if_absent,
              sets_of_sets_hold_whoever_those_hold_for_as_long_as_all_on_the_way_do,
              approvers_are_those_whom_the_sets_hold_when_it_is_asked,
              a_rule_may_apply_only_to_what_is_longer,
              hours_are_those_of_the_clock_on_the_wall_where_they_are_named,
              the_first_time_is_the_first_for_that_role, a_role_that_is_held_already_may_matter,
              a_risk_may_matter_and_one_that_is_not_known_is_strict,
              all_circumstances_must_hold_and_one_that_does_not_is_enough,
              S04_a_circumstance_that_cannot_be_told_demands_and_lets_nobody_in,
              somebody_whose_rules_do_not_apply_is_told_so,
              only_whoever_is_in_a_ring_that_is_open_may_ask,
              a_level_adds_what_it_stands_for_and_loosens_nothing)
