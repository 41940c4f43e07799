/* Goal: approvals are enough exactly when different persons can be found for all of them; nobody
 * counts twice over all lines (scenarios S27, S30; design 3.8). */
#include "policies/tally.h"
#include "base/scoped.h"
#include "policies/given.h"

enum { PEOPLE = 6 };

/* A line from letters: "ab" are the persons a and b. */
static struct tally_line line(int64_t need, const char *who)
{
    bool *may = ARENA_ARRAY(given_arena(), bool, PEOPLE);
    for (; *who; who++)
        may[*who - 'a'] = true;
    return (struct tally_line){.need = need, .may = may};
}

START_TEST(one_line_is_met_by_as_many_as_it_needs)
{
    struct tally_line lines[] = {line(2, "abc")};
    ck_assert_int_eq(tally_needed(1, lines), 2);
    ck_assert_int_eq(tally_given(1, lines, 0), 0);
    ck_assert_int_eq(tally_given(1, lines, 1), 1);
    ck_assert_int_eq(tally_given(1, lines, 2), 2);
    ck_assert_int_eq(tally_given(1, lines, PEOPLE), 2); /* more change nothing */
}
END_TEST

START_TEST(nobody_counts_for_two_lines)
{
    struct tally_line lines[] = {line(1, "ab"), line(1, "a")};
    ck_assert_int_eq(tally_given(2, lines, 1), 1);
    ck_assert_int_eq(tally_given(2, lines, 2), 2); /* a moves to the line that only a can fill */
}
END_TEST

START_TEST(S31_approvals_from_outside_do_not_count)
{
    struct tally_line lines[] = {line(2, "ab"), line(1, "c")};
    ck_assert_int_eq(tally_given(2, lines, 2), 2);
    ck_assert_int_eq(tally_needed(2, lines), 3);
    ck_assert_int_eq(tally_given(2, (struct tally_line[]){line(2, ""), line(1, "")}, PEOPLE), 0);
}
END_TEST

START_TEST(nothing_needed_is_met)
{
    ck_assert_int_eq(tally_needed(0, NULL), 0);
    ck_assert_int_eq(tally_given(0, NULL, 3), 0);
}
END_TEST

START_TEST(the_largest_demand_that_a_policy_may_make_fits)
{
    static bool everybody[TALLY_PEOPLE];
    struct tally_line lines[TALLY_LINES];
    for (size_t i = 0; i < TALLY_PEOPLE; i++)
        everybody[i] = true;
    for (size_t i = 0; i < TALLY_LINES; i++)
        lines[i] = (struct tally_line){.need = 20, .may = everybody};
    ck_assert_int_eq(tally_needed(TALLY_LINES, lines), 20 * TALLY_LINES);
    ck_assert_int_eq(tally_given(TALLY_LINES, lines, 159), 159);
    ck_assert_int_eq(tally_given(TALLY_LINES, lines, TALLY_PEOPLE), TALLY_PEOPLE);
}
END_TEST

START_TEST(what_is_filled_stays_filled_as_more_people_come)
{
    for (int round = 0; round < 5000; round++) {
        bool may[4][PEOPLE];
        struct tally_line lines[4];
        int64_t before[4] = {0}, after[4];
        for (size_t i = 0; i < 4; i++) {
            for (size_t k = 0; k < PEOPLE; k++)
                may[i][k] = chance(3) == 0;
            lines[i] = (struct tally_line){.need = 1 + chance(2), .may = may[i]};
        }
        for (size_t people = 0; people <= PEOPLE; people++) {
            int64_t sum = 0, given = tally_fill(4, lines, people, after);
            for (size_t i = 0; i < 4; i++) {
                ck_assert_int_ge(after[i], before[i]);
                ck_assert_int_le(after[i], lines[i].need);
                sum += before[i] = after[i];
            }
            ck_assert_int_eq(sum, given);
        }
    }
}
END_TEST

/* The most that `people` can give, by trying everything. */
static int64_t most(size_t line_count, struct tally_line lines[], size_t people)
{
    if (!people)
        return 0;
    int64_t best = most(line_count, lines, people - 1);
    for (size_t i = 0; i < line_count; i++) {
        if (!lines[i].need || !lines[i].may[people - 1])
            continue;
        lines[i].need--;
        int64_t with = 1 + most(line_count, lines, people - 1);
        lines[i].need++;
        best = with > best ? with : best;
    }
    return best;
}

START_TEST(the_count_is_that_of_trying_everything)
{
    for (int round = 0; round < 20000; round++) {
        bool may[3][PEOPLE];
        struct tally_line lines[3];
        size_t count = 1 + chance(3), people = chance(PEOPLE + 1);
        for (size_t i = 0; i < count; i++) {
            for (size_t k = 0; k < PEOPLE; k++)
                may[i][k] = chance(2);
            lines[i] = (struct tally_line){.need = 1 + chance(3), .may = may[i]};
        }
        ck_assert_int_eq(tally_given(count, lines, people), most(count, lines, people));
    }
}
END_TEST

SPECIFICATION("policies/tally", one_line_is_met_by_as_many_as_it_needs, nobody_counts_for_two_lines,
              S31_approvals_from_outside_do_not_count, nothing_needed_is_met,
              the_largest_demand_that_a_policy_may_make_fits,
              what_is_filled_stays_filled_as_more_people_come,
              the_count_is_that_of_trying_everything)
