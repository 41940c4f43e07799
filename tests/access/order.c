/* Goal: the worker's entry for writes lets through what was approved, to the byte, and nothing
 * else. */
#include "access/order_fixture.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static enum fail tried(struct order *order)
{
    struct order read;
    char *bytes = bytes_of(order);
    enum fail fail = read_with(bytes, strlen(bytes), &rules, &read);
    free(bytes);
    return fail;
}

#define MUST_FAIL(order, says)                                                                     \
    do {                                                                                           \
        ck_assert_int_eq(tried(order), FAIL_DENIED);                                               \
        ck_assert_msg(strstr(spec_why.text, says) != NULL, "%s", spec_why.text);                   \
    } while (0)

START_TEST(what_was_approved_is_written_to_the_byte)
{
    struct order read;
    prepare();
    struct order order = genuine();
    char *bytes = bytes_of(&order);
    ck_assert_fine(read_with(bytes, strlen(bytes), &rules, &read));
    ck_assert_text(read.write.body, order.write.body);
    ck_assert_text(read.write.path, order.write.path);
    free(bytes);
    order.mode = ACTIVATION_DELEGATED;
    MUST_FAIL(&order, "it is about another grant");
    rules.mode = ACTIVATION_DELEGATED;
    ck_assert_fine(tried(&order));
    ck_assert_ptr_nonnull(strstr(order.write.body, "selfActivate"));
    clean_up();
}
END_TEST

START_TEST(a_removal_needs_nobody_and_removes_only_what_it_says)
{
    prepare();
    struct order order = genuine();
    order.does = ORDER_REMOVES;
    order.line_count = order.decision_count = 0;
    MUST_FAIL(&order, "it is about another grant");
    rules.does = ORDER_REMOVES;
    ck_assert_fine(tried(&order));
    ck_assert_ptr_nonnull(strstr(order.write.body, "adminRemove"));
    char *bytes = order_write(&order);
    struct order read;
    char *at = strstr(bytes, "adminRemove");
    memcpy(at, "adminAssign", 11);
    ck_assert_int_eq(read_with(bytes, strlen(bytes), &rules, &read), FAIL_DENIED);
    free(bytes);
    clean_up();
}
END_TEST

START_TEST(more_time_proves_what_giving_proves_and_updates_only_what_curfew_assigned)
{
    prepare();
    struct order order = genuine();
    struct write write = {.method = NULL};
    order.does = ORDER_EXTENDS;
    MUST_FAIL(&order, "it is about another grant");
    rules.does = ORDER_EXTENDS;
    ck_assert_fine(tried(&order));
    ck_assert_ptr_nonnull(strstr(order.write.body, "adminUpdate"));
    order.ends_at++;
    MUST_FAIL(&order, "longer than what was approved");
    order = genuine();
    order.does = ORDER_EXTENDS;
    order.decision_count = 1;
    MUST_FAIL(&order, "too few signed approvals");
    order.decision_count = order.line_count = 0;
    MUST_FAIL(&order, "the approval by owner is missing");
    order.mode = ACTIVATION_DELEGATED;
    ck_assert_int_eq(order_produce(&order, arena, &write, &spec_why), FAIL_INVALID);
    clean_up();
}
END_TEST

START_TEST(what_is_urgent_is_proved_by_the_rules_that_let_it_happen_and_is_as_short_as_they_say)
{
    prepare();
    struct order order = genuine();
    int64_t asked = order.ends_at - order.starts_at;
    wanted_urgent(asked, true);
    MUST_FAIL(&order, "approvals that nobody asked for");
    order.line_count = order.decision_count = 0;
    ck_assert_fine(tried(&order));
    wanted_urgent(asked - 1, true);
    MUST_FAIL(&order, "longer than what may be had before it is approved");
    wanted_urgent(asked, false);
    MUST_FAIL(&order, "no rule lets them have it before it is approved");
    order.does = rules.does = ORDER_REMOVES; /* which proves nothing */
    ck_assert_fine(tried(&order));
    clean_up();
}
END_TEST

START_TEST(what_goes_to_pim_first_needs_nobody_and_the_yes_to_it_everybody)
{
    prepare();
    struct order order = genuine();
    order.mode = rules.mode = ACTIVATION_PIM_APPROVAL;
    MUST_FAIL(&order, "approvals that nobody asked for");
    order.line_count = order.decision_count = 0;
    ck_assert_fine(tried(&order));
    order = genuine();
    order.mode = ACTIVATION_PIM_APPROVAL;
    order.does = rules.does = ORDER_AGREES;
    order.approval = "d0000000-0000-4000-8000-000000000001";
    order.step = "d0000000-0000-4000-8000-000000000002";
    ck_assert_fine(tried(&order));
    ck_assert_ptr_nonnull(strstr(order.write.body, "\"reviewResult\":\"Approve\""));
    order.decision_count = 1;
    MUST_FAIL(&order, "too few signed approvals");
    order.line_count = order.decision_count = 0;
    MUST_FAIL(&order, "the approval by owner is missing");
    wanted_none();
    MUST_FAIL(&order, "too few signed approvals");
    clean_up();
}
END_TEST

START_TEST(the_times_are_those_that_were_approved)
{
    prepare();
    struct order order = genuine();
    order.ends_at++;
    MUST_FAIL(&order, "longer than what was approved");
    order = genuine();
    order.duration = 7201;
    order.ends_at = NOW + 7201;
    MUST_FAIL(&order, "longer than what was approved");
    rules.duration = 7201;
    MUST_FAIL(&order, "an approval of something else");
    order = genuine();
    order.start_by = NOW - 1;
    MUST_FAIL(&order, "the time in which it may start is over");
    order = genuine();
    order.start_by = NOW + 3601;
    MUST_FAIL(&order, "an approval of something else");
    order = genuine();
    order.starts_at = NOW + 301;
    MUST_FAIL(&order, "it does not start now");
    clean_up();
}
END_TEST

START_TEST(person_and_target_are_those_that_were_approved)
{
    prepare();
    struct order order = genuine();
    order.requester = BEN;
    MUST_FAIL(&order, "it is about another grant");
    rules.requester = BEN;
    MUST_FAIL(&order, "an approval of something else");
    rules.requester = REQUESTER;
    order = genuine();
    order.target = rules.target = "group/" GROUP "/owner";
    MUST_FAIL(&order, "is not that target");
    order = genuine();
    order.role = "reader";
    order.target = rules.target = "directory_role/5d6b6bb7-de71-4623-b4af-96380a352509//";
    MUST_FAIL(&order, "was not asked for");
    order.roles[0].role = order.role;
    order.roles[0].target = order.target;
    MUST_FAIL(&order, "an approval of something else");
    order = genuine();
    order.request = "01JDREQ0000000000000000001";
    order.words = "Incident 42 [Curfew 01JDREQ0000000000000000001]";
    rules.request = order.request;
    rules.target = TARGET;
    MUST_FAIL(&order, "an approval of something else");
    order = genuine();
    order.policy = "sha256:0";
    rules.request = REQUEST;
    MUST_FAIL(&order, "another policy");
    clean_up();
}
END_TEST

START_TEST(a_request_to_azure_has_the_name_that_the_order_says)
{
    static const char target[] =
        "azure_role/" GROUP "//subscriptions/c0000000-0000-4000-8000-000000000002";
    prepare();
    struct order read, order = genuine();
    order.does = rules.does = ORDER_REMOVES;
    order.target = rules.target = target;
    order.name = LENA;
    order.line_count = order.decision_count = 0;
    char *bytes = bytes_of(&order);
    ck_assert_fine(read_with(bytes, strlen(bytes), &rules, &read));
    ck_assert_text(read.name, LENA);
    ck_assert_ptr_null(read.schedule);
    json_auto_t *json = json_loads(bytes, 0, NULL);
    (void)json_object_set_new(json_object_get(json, "azure"), "name", json_string(MARC));
    free(bytes);
    bytes = json_canonical(json);
    ck_assert_int_eq(read_with(bytes, strlen(bytes), &rules, &read), FAIL_DENIED);
    ck_assert_text(spec_why.text, "the write is not what the order says");
    free(bytes);
    clean_up();
}
END_TEST

START_TEST(enough_different_approvers_must_have_signed)
{
    prepare();
    struct order order = genuine();
    order.decision_count = 1;
    MUST_FAIL(&order, "too few signed approvals");
    order = genuine();
    order.decisions[1] = order.decisions[0];
    MUST_FAIL(&order, "is counted twice");
    order = genuine();
    order.decisions[1] = approval_of(BEN);
    order.lines[0].approvers[1] = BEN;
    MUST_FAIL(&order, "too few signed approvals"); /* policy does not name him */
    order = genuine();
    order.decisions[1] = approval_of(REQUESTER);
    order.lines[0].approvers[1] = REQUESTER;
    MUST_FAIL(&order, "approved by the requester");
    order = genuine();
    order.lines[0].approver_count = 1;
    MUST_FAIL(&order, "too few signed approvals");
    order = genuine();
    order.lines[0].need = 1;
    MUST_FAIL(&order, "the approval by owner is missing");
    order.line_count = 0;
    MUST_FAIL(&order, "the approval by owner is missing");
    order.decision_count = 0;
    MUST_FAIL(&order, "the approval by owner is missing");
    clean_up();
}
END_TEST

START_TEST(who_decided_in_an_approvers_place_signed_that_and_is_that_one_approver)
{
    prepare();
    struct order order = genuine();
    struct commitment commitment = agreed_by(BEN);
    commitment.place = MARC;
    order.decisions[1] = signed_by(&commitment, BEN, NULL, 0);
    ck_assert_fine(tried(&order)); /* Lena, and Ben in Marc's place */
    order.decisions[1] = signed_by(&commitment, MARC, NULL, 0);
    MUST_FAIL(&order, "a token of somebody else");
    commitment.place = LENA;
    order.decisions[1] = signed_by(&commitment, BEN, NULL, 0);
    MUST_FAIL(&order, "is counted twice");
    commitment.place = REQUESTER;
    order.decisions[1] = signed_by(&commitment, BEN, NULL, 0);
    MUST_FAIL(&order, "approved by the requester");
    commitment = agreed_by(REQUESTER);
    commitment.place = MARC;
    order.decisions[1] = signed_by(&commitment, REQUESTER, NULL, 0);
    MUST_FAIL(&order, "approved by the requester");
    commitment = agreed_by(BEN);
    commitment.place = "marc";
    order.decisions[1] = signed_by(&commitment, BEN, NULL, 0);
    MUST_FAIL(&order, "an approval of something else");
    clean_up();
}
END_TEST

START_TEST(a_signature_is_an_approvers_own_over_exactly_this)
{
    static const struct {
        const char *patch, *oid;
        size_t key;
    } tokens[] = {
        {NULL, MARC, 1}, /* another key */
        {NULL, LENA, 0}, /* of somebody else */
        {"{\"nonce\": \"n-0S6_WzA2Mj\"}", MARC, 0},
        {"{\"aud\": \"" BEN "\"}", MARC, 0},
        {"{\"iss\": \"https://sts.windows.net/" TENANT "/\"}", MARC, 0},
        {"{\"tid\": \"" BEN "\"}", MARC, 0},
        {"{\"iat\": 1767220000}", MARC, 0},
        {"{\"exp\": 1767220000}", MARC, 0},
        {"{\"acct\": 1}", MARC, 0},
    };
    prepare();
    for (size_t i = 0; i < COUNT(tokens); i++) {
        struct order order = genuine();
        const struct commitment commitment = agreed_by(MARC);
        order.decisions[1] = signed_by(&commitment, tokens[i].oid, tokens[i].patch, tokens[i].key);
        ck_assert_msg(tried(&order) == FAIL_DENIED, "%zu", i);
    }
    struct commitment bends[6];
    for (size_t i = 0; i < COUNT(bends); i++)
        bends[i] = agreed_by(MARC);
    bends[0].approves = false;
    bends[1].duration = 3599;
    bends[2].start_by = NOW + 599;
    bends[3].justification = "another";
    bends[4].policy = "sha256:0";
    bends[5].requester = BEN;
    for (size_t i = 0; i < COUNT(bends); i++) {
        struct order order = genuine();
        order.decisions[1] = signed_by(&bends[i], MARC, NULL, 0);
        MUST_FAIL(&order, "an approval of something else");
    }
    struct order order = genuine();
    struct order_rules keyless = rules;
    struct order read;
    char *bytes = bytes_of(&order);
    keyless.key_set = NULL;
    ck_assert_int_eq(read_with(bytes, strlen(bytes), &keyless, &read), FAIL_DENIED);
    free(bytes);
    clean_up();
}
END_TEST

SPECIFICATION("access/order", a_request_to_azure_has_the_name_that_the_order_says,
              what_was_approved_is_written_to_the_byte,
              a_removal_needs_nobody_and_removes_only_what_it_says,
              more_time_proves_what_giving_proves_and_updates_only_what_curfew_assigned,
              what_is_urgent_is_proved_by_the_rules_that_let_it_happen_and_is_as_short_as_they_say,
              what_goes_to_pim_first_needs_nobody_and_the_yes_to_it_everybody,
              the_times_are_those_that_were_approved,
              person_and_target_are_those_that_were_approved,
              enough_different_approvers_must_have_signed,
              who_decided_in_an_approvers_place_signed_that_and_is_that_one_approver,
              a_signature_is_an_approvers_own_over_exactly_this)
