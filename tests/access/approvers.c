/* Goal: nobody loses their voice because a list of approvers was too long to be kept whole. */
#include "access/approvers.h"
#include "base/text.h"
#include "support/spec.h"

static const struct person_key ana = {.tid = "t", .oid = "ana"}, ben = {.tid = "t", .oid = "ben"};

START_TEST(who_is_not_listed_is_no_approver)
{
    struct person listed = {.key = ana};
    const struct approver_stage stage = {.from = {.count = 1, .people = &listed}};
    ck_assert(approvers_hold(&stage, true, &ana));
    ck_assert(!approvers_hold(&stage, true, &ben));
}
END_TEST

START_TEST(where_a_list_was_cut_who_is_not_listed_may_be_one)
{
    struct person listed = {.key = ana};
    const struct approver_set cut = {.count = 1, .people = &listed, .cut = true};
    const struct approver_stage from = {.from = cut}, to = {.to = cut};
    ck_assert(approvers_hold(&from, false, &ben));
    ck_assert(approvers_hold(&to, true, &ben));
    ck_assert(!approvers_hold(&to, false, &ben));
}
END_TEST

SPECIFICATION("access/approvers", who_is_not_listed_is_no_approver,
              where_a_list_was_cut_who_is_not_listed_may_be_one)
