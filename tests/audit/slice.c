/* Goal: pieces of text are taken apart without a byte too many. */
#include "audit/slice.h"
#include "base/scoped.h"
#include "support/spec.h"

START_TEST(equality_knows_nothing_from_empty)
{
    ck_assert(slice_is(SLICE("abc"), "abc"));
    ck_assert(!slice_is(SLICE("abc"), "ab"));
    ck_assert(!slice_is(SLICE("ab"), "abc"));
    ck_assert(slice_is(SLICE(""), ""));
    ck_assert(!slice_is(slice_of(NULL), ""));
    ck_assert(slice_is(slice_of(NULL), NULL));
    ck_assert(!slice_equals(SLICE("a\0b"), SLICE("a\0c")));
}
END_TEST

START_TEST(a_beginning_comes_first)
{
    ck_assert_int_eq(slice_order(SLICE("a"), SLICE("a")), 0);
    ck_assert_int_lt(slice_order(SLICE(""), SLICE("a")), 0);
    ck_assert_int_lt(slice_order(SLICE("a"), SLICE("ab")), 0);
    ck_assert_int_gt(slice_order(SLICE("b"), SLICE("ab")), 0);
    ck_assert_int_lt(slice_order(SLICE("z"), SLICE("\xC3")), 0);
}
END_TEST

START_TEST(what_is_not_there_is_not_taken)
{
    struct slice rest = SLICE("one,two"), piece = SLICE("kept");
    ck_assert(!slice_skip(&rest, SLICE("two")));
    ck_assert(!slice_skip(&rest, SLICE("one,two,")));
    ck_assert(slice_take(&rest, ',', &piece));
    ck_assert(slice_is(piece, "one"));
    ck_assert(!slice_take(&rest, ',', &piece));
    ck_assert(slice_is(piece, "one"));
    ck_assert(slice_skip(&rest, SLICE("two")));
    ck_assert_uint_eq(rest.length, 0);
    ck_assert(!slice_take(&rest, ',', &piece));
    rest = slice_of(NULL);
    ck_assert(!slice_take(&rest, ',', &piece));
}
END_TEST

START_TEST(numbers_have_one_spelling)
{
    static const char *const wrong[] = {"",   "00", "01", "-1",  "+1",
                                        " 1", "1 ", "1a", "0x1", "9007199254740992"};
    int64_t number = -7;
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(!slice_read_number(slice_of(wrong[i]), &number), "%s", wrong[i]);
    ck_assert_int_eq(number, -7);
    ck_assert(slice_read_number(SLICE("0"), &number) && number == 0);
    ck_assert(slice_read_number(SLICE("9007199254740991"), &number) && number == NUMBER_MOST);
}
END_TEST

START_TEST(a_copy_fits_or_is_not_made)
{
    char copy[4] = "old";
    ck_assert(!slice_copy(SLICE("abcd"), copy, sizeof copy));
    ck_assert(!slice_copy(SLICE("a\0b"), copy, sizeof copy));
    ck_assert(!slice_copy(slice_of(NULL), copy, sizeof copy));
    ck_assert_text(copy, "old");
    ck_assert(slice_copy(SLICE("abc"), copy, sizeof copy));
    ck_assert_text(copy, "abc");
    ck_assert(slice_copy(SLICE(""), copy, sizeof copy));
    ck_assert_text(copy, "");
}
END_TEST

SPECIFICATION("audit/slice", equality_knows_nothing_from_empty, a_beginning_comes_first,
              what_is_not_there_is_not_taken, numbers_have_one_spelling, a_copy_fits_or_is_not_made)
