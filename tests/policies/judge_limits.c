/* Goal: each limit is kept to the second and to the last one, the strictest of all rules, and what
 * breaks it is said with what to do (scenarios S07, S10, S21). */
#include "base/text.h"
#include "policies/given.h"

/* Demands of nothing but limits. */
static struct demands limits(void)
{
    return (struct demands){.allowed = true,
                            .shortest_seconds = 900,
                            .longest_seconds = 3600,
                            .start_ahead_seconds = INT64_MAX,
                            .person_at_once = INT64_MAX,
                            .role_at_once = INT64_MAX,
                            .per_day = INT64_MAX};
}

static const struct counts none = {.ended_at = -1};

/* The code of what speaks against it; "" when nothing does. */
static const char *counted(const struct demands *demands, struct counts counts, size_t roles,
                           int64_t start_at)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    const struct occasion occasion = {.at = NOW, .duration_seconds = 3600, .start_at = start_at};
    judge_counts(demands, &counts, roles, &occasion, &list);
    return list.count ? judged(&list, VERDICT_FAIL) : "";
}

START_TEST(S07_shorter_than_the_shortest_and_longer_than_the_longest_are_refused)
{
    static const struct {
        int64_t seconds;
        const char *code;
    } cases[] = {{899, "limits_too_short"}, {900, ""}, {3600, ""}, {3601, "limits_too_long"}};
    struct demands demands = limits();
    for (size_t i = 0; i < COUNT(cases); i++) {
        scoped(evidence_scoped) struct evidence_list list = {0};
        judge_limits(&demands, cases[i].seconds, 10, &list);
        ck_assert_text(list.count ? judged(&list, VERDICT_FAIL) : "", cases[i].code);
    }
}
END_TEST

START_TEST(S21_one_person_holds_and_asks_for_so_many_roles_at_once)
{
    struct demands demands = limits();
    struct counts counts = none;
    counts.person_at_once = 100;
    ck_assert_text(counted(&demands, counts, 10, -1), "");
    demands.person_at_once = 2;
    counts.person_at_once = 1;
    ck_assert_text(counted(&demands, counts, 1, -1), "");
    ck_assert_text(counted(&demands, counts, 2, -1), "limits_person_at_once");
    ck_assert_text(counted(&demands, none, 3, -1), "limits_person_at_once");
}
END_TEST

START_TEST(S21_so_many_persons_hold_and_ask_for_one_role_at_once)
{
    struct demands demands = limits();
    struct counts counts = none;
    counts.role_at_once = 3;
    ck_assert_text(counted(&demands, counts, 1, -1), "");
    demands.role_at_once = 4;
    ck_assert_text(counted(&demands, counts, 1, -1), "");
    demands.role_at_once = 3;
    ck_assert_text(counted(&demands, counts, 1, -1), "limits_role_at_once");
}
END_TEST

START_TEST(a_role_is_asked_for_so_often_in_a_day)
{
    struct demands demands = limits();
    struct counts counts = none;
    demands.per_day = 3;
    counts.per_day = 2;
    ck_assert_text(counted(&demands, counts, 1, -1), "");
    counts.per_day = 3;
    counts.day_over_at = NOW + 60;
    ck_assert_text(counted(&demands, counts, 1, -1), "limits_per_day");
}
END_TEST

START_TEST(between_two_accesses_time_must_pass_up_to_the_second)
{
    struct demands demands = limits();
    struct counts counts = none;
    demands.cool_down_seconds = 600;
    ck_assert_text(counted(&demands, counts, 1, -1), "");
    counts.ended_at = NOW - 600;
    ck_assert_text(counted(&demands, counts, 1, -1), "");
    counts.ended_at = NOW - 599;
    ck_assert_text(counted(&demands, counts, 1, -1), "limits_cool_down");
    ck_assert_text(counted(&demands, counts, 1, NOW + 1), "");
    counts.ended_at = INT64_MAX;
    ck_assert_text(counted(&demands, counts, 1, NOW + 86400), "limits_not_over");
}
END_TEST

START_TEST(a_start_is_only_so_far_ahead)
{
    struct demands demands = limits();
    ck_assert_text(counted(&demands, none, 1, NOW + 30 * 86400), "");
    demands.start_ahead_seconds = 3600;
    ck_assert_text(counted(&demands, none, 1, -1), "");
    ck_assert_text(counted(&demands, none, 1, NOW + 3660), "");
    ck_assert_text(counted(&demands, none, 1, NOW + 3661), "limits_start_ahead");
}
END_TEST

START_TEST(S10_of_several_rules_the_strictest_limit_holds_each)
{
    scoped(policy_scoped) struct policy *policy = given_policy(
        "{'people': {'bob': {'users': ['" BOB
        "']}}, 'roles': {'a': {'name': 'A', 'target': {'kind': 'group', 'group': '" ALICE
        "'}}, 'b': {'name': 'B', 'target': {'kind': 'group', 'group': '" BOB "'}}}, 'rules': ["
        "{'name': '1', 'roles': ['a'], 'who': ['bob'], 'limits': {'shortest': 'PT10M', 'longest': "
        "'PT2H', 'at_once':"
        " {'person': 2, 'role': 5}, 'per_day': 4, 'cool_down': 'PT1M', 'start_ahead': 'P1D'}},"
        "{'name': '2', 'roles': ['b'], 'who': ['bob'], 'limits': {'shortest': 'PT20M', 'longest': "
        "'PT1H', 'default':"
        " 'PT30M', 'at_once': {'person': 3, 'role': 4}, 'per_day': 2, 'cool_down': 'PT2M', "
        "'start_ahead': 'PT1H'}}]}");
    struct memberships nobody = given_groups(NULL);
    struct demands demands = given_demands(policy, BOB, &nobody, "a", "b", NULL), back;
    json_auto_t *packed = demands_pack(&demands);
    ck_assert(demands_unpack(packed, given_arena(), &back));
    for (const struct demands *one = &demands; one; one = one == &demands ? &back : NULL) {
        ck_assert_int_eq(one->shortest_seconds, 1200);
        ck_assert_int_eq(one->longest_seconds, 3600);
        ck_assert_int_eq(one->default_seconds, 1800);
        ck_assert_int_eq(one->person_at_once, 2);
        ck_assert_int_eq(one->role_at_once, 4);
        ck_assert_int_eq(one->per_day, 2);
        ck_assert_int_eq(one->cool_down_seconds, 120);
        ck_assert_int_eq(one->start_ahead_seconds, 3600);
    }
    ck_assert(demands_count(&demands));
    demands = limits();
    ck_assert(!demands_count(&demands));
}
END_TEST

SPECIFICATION("policies/judge_limits",
              S07_shorter_than_the_shortest_and_longer_than_the_longest_are_refused,
              S21_one_person_holds_and_asks_for_so_many_roles_at_once,
              S21_so_many_persons_hold_and_ask_for_one_role_at_once,
              a_role_is_asked_for_so_often_in_a_day,
              between_two_accesses_time_must_pass_up_to_the_second, a_start_is_only_so_far_ahead,
              S10_of_several_rules_the_strictest_limit_holds_each)
