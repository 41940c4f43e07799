/* Goal: what is looked at again while access lives, who hears of it, and who attests a group are
   read strictly, add up over all rules that match, and are kept with a request (scenario S62). */
#include "base/json.h"
#include "base/text.h"
#include "policies/given.h"

#include <string.h>

#define POLICY(rules)                                                                              \
    "{'people': {'analysts': {'groups': ['" ANALYSTS "']}, 'bob': {'users': ['" BOB "']},"         \
    "            'carol': {'users': ['" CAROL "'], 'groups': ['" HUNTERS "']}},"                   \
    " 'roles': {'owner': {'name': 'O', 'target': {'kind': 'group', 'group': '" ALICE "'}}},"       \
    " 'rules': [" rules "]}"
#define RULE(name, more) "{'name': '" name "', 'roles': ['owner'], 'who': ['analysts'], " more "}"
#define DEVICE           "'require': {'device': {}, 'user_risk': {'at_most': 'low'}}, "
#define WATCH(more)      "'watch': {" more "}"

static struct demands of(const char *text)
{
    struct policy *policy = given_policy(text);
    struct memberships analyst = given_groups(ANALYSTS, NULL);
    struct demands demands = given_demands(policy, ALICE, &analyst, "owner", NULL), back;
    json_auto_t *packed = demands_pack(&demands);
    policy_free(policy);
    ck_assert(demands_unpack(packed, given_arena(), &back));
    json_auto_t *again = demands_pack(&back);
    ck_assert(json_equal(packed, again));
    return back;
}

static void refused(const char *text, const char *field, const char *says)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()};
    char *copy = arena_copy(given_arena(), text);
    for (char *at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    ck_assert_int_eq(policy_parse(copy, &policy, &complaints, &spec_why), FAIL_INVALID);
    ck_assert_msg(complaints.count == 1, "%s", complaints_text(&complaints));
    ck_assert_text(complaints.list[0].field, field);
    ck_assert_text(complaints.list[0].says, says);
}

static bool is_watched(const struct demands *demands, enum watch_check check, int64_t warn,
                       int64_t revoke)
{
    return demands->watch.checks[check].warn_seconds == warn &&
           demands->watch.checks[check].revoke_seconds == revoke;
}

START_TEST(nothing_is_watched_and_nobody_told_unless_a_rule_says_so)
{
    struct demands demands = of(POLICY(RULE("one", DEVICE "'limits': {}")));
    ck_assert_int_eq(demands.watch.every_seconds, INT64_MAX);
    for (int i = 0; i < WATCH_CHECKS; i++)
        ck_assert(!watch_looks_at(&demands.watch, (enum watch_check)i));
    for (int i = 0; i < TELLS; i++)
        ck_assert_uint_eq(demands.tell[i].from_count, 0);
}
END_TEST

START_TEST(a_watch_names_what_then_and_has_spans_of_its_own)
{
    struct demands demands =
        of(POLICY(RULE("one", DEVICE WATCH("'then': 'revoke', 'checks': ['device', 'account']"))));
    ck_assert_int_eq(demands.watch.every_seconds, 300);
    ck_assert(is_watched(&demands, WATCH_DEVICE, INT64_MAX, 600));
    ck_assert(is_watched(&demands, WATCH_ACCOUNT, INT64_MAX, 600));
    ck_assert(!watch_looks_at(&demands.watch, WATCH_USER_RISK));
    demands = of(POLICY(RULE("one", WATCH("'every': 'PT1M', 'grace': 'P1D', 'then': 'warn', "
                                          "'checks': ['membership', 'eligibility']"))));
    ck_assert_int_eq(demands.watch.every_seconds, 60);
    ck_assert(is_watched(&demands, WATCH_MEMBERSHIP, 86400, INT64_MAX));
    ck_assert(is_watched(&demands, WATCH_ELIGIBILITY, 86400, INT64_MAX));
}
END_TEST

START_TEST(of_several_watches_each_check_has_the_shortest_grace_and_all_are_looked_at_as_often)
{
#define ONE                                                                                        \
    RULE("one", DEVICE WATCH("'every': 'PT10M', 'grace': 'PT20M', 'then': 'revoke', 'checks': "    \
                             "['device', 'user_risk']"))
#define TWO                                                                                        \
    RULE("two", DEVICE WATCH("'every': 'PT2M', 'grace': 'PT30M', 'then': 'revoke', 'checks': "     \
                             "['device', 'account']"))
#define THREE                                                                                      \
    RULE("three", DEVICE WATCH("'every': 'PT1H', 'grace': 'PT5M', 'then': 'warn', 'checks': "      \
                               "['device']"))
    static const char *const orders[] = {POLICY(ONE ", " TWO ", " THREE),
                                         POLICY(THREE ", " TWO ", " ONE)};
    for (size_t i = 0; i < COUNT(orders); i++) {
        struct demands demands = of(orders[i]);
        ck_assert_int_eq(demands.watch.every_seconds, 120);
        ck_assert(is_watched(&demands, WATCH_DEVICE, 300, 1200));
        ck_assert(is_watched(&demands, WATCH_USER_RISK, INT64_MAX, 1200));
        ck_assert(is_watched(&demands, WATCH_ACCOUNT, INT64_MAX, 1800));
    }
}
END_TEST

START_TEST(what_cannot_be_watched_is_refused)
{
    refused(POLICY(RULE("one", WATCH("'then': 'revoke', 'checks': ['device']"))),
            "rules[0].watch.checks",
            "device is watched, but `require.device` of this rule demands none");
    refused(POLICY(RULE("one", WATCH("'then': 'revoke', 'checks': ['user_risk']"))),
            "rules[0].watch.checks",
            "user_risk is watched, but `require.user_risk` of this rule demands nothing");
    refused(POLICY(RULE("one", WATCH("'then': 'revoke', 'checks': ['mfa']"))),
            "rules[0].watch.checks",
            "\"mfa\" cannot be watched; can be: account, membership, device, user_risk, "
            "eligibility");
    refused(POLICY(RULE("one", WATCH("'then': 'revoke'"))), "rules[0].watch.checks", "is missing");
    refused(POLICY(RULE("one", WATCH("'checks': ['account']"))), "rules[0].watch.then",
            "is missing");
    refused(POLICY(RULE("one", WATCH("'then': 'tell', 'checks': ['account']"))),
            "rules[0].watch.then", "\"tell\" is not one of \"warn\", \"revoke\"");
    refused(POLICY(RULE("one", WATCH("'every': 'PT30S', 'then': 'warn', 'checks': ['account']"))),
            "rules[0].watch.every", "PT30S is shorter than PT1M");
    refused(POLICY(RULE("one", WATCH("'grace': 'PT30S', 'then': 'warn', 'checks': ['account']"))),
            "rules[0].watch.grace", "PT30S is shorter than PT1M");
}
END_TEST

START_TEST(who_hears_of_what_adds_up_and_is_kept_without_names_of_sets)
{
#define TELLS_BOB   RULE("one", "'tell': {'revoked': ['bob'], 'activated': ['carol']}")
#define TELLS_CAROL RULE("two", "'tell': {'revoked': ['carol', 'bob']}")
    struct demands demands = of(POLICY(TELLS_BOB ", " TELLS_CAROL));
    const struct tell_demand *revoked = &demands.tell[TELL_REVOKED];
    ck_assert_uint_eq(revoked->from_count, 1);
    ck_assert_uint_eq(revoked->from[0]->user_count, 2);
    ck_assert_text(revoked->from[0]->users[0], BOB);
    ck_assert_text(revoked->from[0]->users[1], CAROL);
    ck_assert_uint_eq(revoked->from[0]->group_count, 1);
    ck_assert_uint_eq(demands.tell[TELL_ACTIVATED].from[0]->user_count, 1);
    ck_assert_uint_eq(demands.tell[TELL_ENDED].from_count, 0);
    refused(POLICY(RULE("one", "'tell': {'revoked': ['nobody']}")), "rules[0].tell.revoked",
            "there are no people \"nobody\" in `people`");
    refused(POLICY(RULE("one", "'tell': {'stolen': ['bob']}")), "rules[0].tell.stolen",
            "is not known here; known are: activated, ended, revoked, warned, failed, urgent");
}
END_TEST

/* A catalogue of one role, with these members besides. */
static struct role given_role(const char *target, const char *more)
{
    static struct policy *policy;
    policy_free(policy);
    policy = given_policy(arena_text(given_arena(),
                                     "{'people': {'bob': {'users': ['" BOB "']}},"
                                     " 'roles': {'one': {'name': 'O', 'target': {%s}%s}},"
                                     " 'rules': [{'name': '1', 'roles': ['one'], 'who': ['bob']}]}",
                                     target, more));
    return *policy_find_role(policy, "one");
}

static const char *doubt(const struct role *role)
{
    json_t *args = NULL;
    const char *code = binding_doubt(role, NOW, &args);
    json_decref(args);
    return code ? code : "none";
}

START_TEST(who_attests_a_group_counts_for_ninety_days_and_for_all_of_it)
{
#define MEMBER  "'kind': 'group', 'group': '" ALICE "'"
#define BINDING ", 'binding': {'attested_by': '" BOB "', 'attested_at': "
#define WHOLE   ", 'this_group_only': true, 'everyone_removed': true}"
    struct role role = given_role(MEMBER, BINDING "'2026-01-01T00:00:00Z'" WHOLE);
    ck_assert_text(role.binding.attested_by, BOB);
    ck_assert_text(doubt(&role), "none");
    role = given_role(MEMBER, "");
    ck_assert_text(doubt(&role), "binding_missing");
    role = given_role(MEMBER, BINDING "'2025-10-17T10:00:00Z'" WHOLE);
    ck_assert_text(doubt(&role), "none");
    role = given_role(MEMBER, BINDING "'2025-10-17T09:59:59Z'" WHOLE);
    ck_assert_text(doubt(&role), "binding_stale");
    role = given_role(MEMBER, BINDING "'2027-01-01T00:00:00Z'" WHOLE);
    ck_assert_text(doubt(&role), "binding_missing");
    role = given_role(MEMBER, BINDING "'2026-01-01T00:00:00Z', 'this_group_only': true}");
    ck_assert_text(doubt(&role), "binding_not_whole");
    role = given_role(MEMBER ", 'access': 'owner'", "");
    ck_assert_text(doubt(&role), "none");
    role = given_role("'kind': 'directory_role', 'role': '" ALICE "'", "");
    ck_assert_text(doubt(&role), "none");
}
END_TEST

START_TEST(a_role_says_how_long_until_it_is_usable_and_whether_its_holder_is_signed_out)
{
    struct role role = given_role(MEMBER, "");
    ck_assert_int_eq(role.usable_within_seconds, -1);
    ck_assert(!role.closes_sessions);
    role = given_role(MEMBER, ", 'usable_within': 'PT20M', 'close_sessions': true");
    ck_assert_int_eq(role.usable_within_seconds, 1200);
    ck_assert(role.closes_sessions);
}
END_TEST

SPECIFICATION("policies/watching", nothing_is_watched_and_nobody_told_unless_a_rule_says_so,
              a_watch_names_what_then_and_has_spans_of_its_own,
              of_several_watches_each_check_has_the_shortest_grace_and_all_are_looked_at_as_often,
              what_cannot_be_watched_is_refused,
              who_hears_of_what_adds_up_and_is_kept_without_names_of_sets,
              who_attests_a_group_counts_for_ninety_days_and_for_all_of_it,
              a_role_says_how_long_until_it_is_usable_and_whether_its_holder_is_signed_out)
