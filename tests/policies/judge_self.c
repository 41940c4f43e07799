/* Goal: nobody is taken for eligible who is not, and PIM's own rules are met before PIM is asked.
 */
#include "base/json.h"
#include "base/moment.h"
#include "base/scoped.h"
#include "base/text.h"
#include "policies/judge.h"
#include "support/spec.h"

#define NOW INT64_C(1768471200)

static const struct person_key ana = {.tid = "7e4a0000-0000-4000-8000-000000000001",
                                      .oid = "a11ce000-0000-4000-8000-000000000001"};
#define ANA   "a11ce000-0000-4000-8000-000000000001"
#define BEN   "b0b00000-0000-4000-8000-000000000002"
#define LEADS "1ead5000-0000-4000-8000-00000000000b"

static const char *leads[] = {LEADS};
static const struct memberships in_leads = {
    .reading = {.known = true}, .count = 1, .groups = leads};
static const struct memberships in_none = {.reading = {.known = true}};
static const struct memberships unread = {.reading = {.known = false}};

static const char *eligibility(size_t count, struct eligible *who,
                               const struct memberships *through, enum verdict verdict)
{
    static char code[64];
    const struct eligibles eligibles = {
        .reading = {.known = true, .at = NOW}, .count = count, .list = who};
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_eligibility(&eligibles, through, &ana, "Copilot owner", NOW, &list);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_int_eq(list.items[0].verdict, verdict);
    ck_assert_text(list.items[0].check, "eligibility");
    (void)snprintf(code, sizeof code, "%s", list.items[0].code);
    return code;
}

START_TEST(who_is_listed_is_eligible_until_the_end_of_it)
{
    struct eligible forever = {.principal = ANA, .direct = true, .end_at = INT64_MAX},
                    over = {.principal = ANA, .direct = true, .end_at = NOW},
                    member = {.principal = ANA, .direct = false, .end_at = NOW + 1},
                    other = {.principal = BEN, .direct = true, .end_at = INT64_MAX};
    ck_assert_text(eligibility(1, &forever, NULL, VERDICT_PASS), "eligibility_direct");
    ck_assert_text(eligibility(1, &member, NULL, VERDICT_PASS), "eligibility_through_group");
    ck_assert_text(eligibility(1, &over, NULL, VERDICT_FAIL), "eligibility_missing");
    ck_assert_text(eligibility(1, &other, &in_none, VERDICT_FAIL), "eligibility_missing");
    ck_assert_text(eligibility(0, NULL, NULL, VERDICT_FAIL), "eligibility_missing");
}
END_TEST

START_TEST(ones_own_eligibility_comes_before_that_of_a_group)
{
    struct eligible list[] = {{.principal = LEADS, .end_at = INT64_MAX},
                              {.principal = ANA, .end_at = NOW + 1}};
    struct eligibles eligibles = {.reading = {.known = true}, .count = 2, .list = list};
    ck_assert_ptr_eq(eligible_of(&eligibles, &in_leads, &ana, NOW), &list[1]);
    ck_assert_ptr_eq(eligible_of(&eligibles, &in_leads, &ana, NOW + 1), &list[0]);
    ck_assert_ptr_null(eligible_of(&eligibles, NULL, &ana, NOW + 1));
    ck_assert_ptr_null(eligible_of(&eligibles, &unread, &ana, NOW + 1));
}
END_TEST

START_TEST(who_is_in_a_group_that_is_listed_is_eligible)
{
    struct eligible group = {.principal = LEADS, .direct = true, .end_at = INT64_MAX},
                    over = {.principal = LEADS, .direct = true, .end_at = NOW};
    ck_assert_text(eligibility(1, &group, &in_leads, VERDICT_PASS), "eligibility_through_group");
    ck_assert_text(eligibility(1, &over, &in_leads, VERDICT_FAIL), "eligibility_missing");
    ck_assert_text(eligibility(1, &group, &in_none, VERDICT_FAIL), "eligibility_missing");
    ck_assert_text(eligibility(1, &group, &unread, VERDICT_UNKNOWN), "eligibility_unread");
}
END_TEST

START_TEST(a_list_that_nobody_gave_is_not_known)
{
    const struct eligibles silent = {.reading = {.known = false}};
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_eligibility(&silent, NULL, &ana, "Copilot owner", NOW, &list);
    judge_eligibility(NULL, &in_leads, &ana, "Copilot owner", NOW, &list);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(list.items[i].verdict, VERDICT_UNKNOWN);
        ck_assert(list.items[i].passing);
    }
}
END_TEST

static enum activation mode = ACTIVATION_DELEGATED;

static const char *by_rules(const struct self_rules *rules, const struct sign_in *sign_in)
{
    static char code[64];
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_self_rules(rules, mode, sign_in, "Copilot owner", 3600, &list);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_text(list.items[0].check, "pim_rules");
    (void)snprintf(code, sizeof code, "%s", list.items[0].code);
    ck_assert((list.items[0].verdict == VERDICT_PASS) == text_equals(code, "pim_rules_fine"));
    return code;
}

START_TEST(each_rule_of_pim_stands_in_the_way)
{
    const struct self_rules lax = {
        .reading = {.known = true}, .exists = true, .longest_seconds = 3600};
    struct self_rules rules = lax;
    ck_assert_text(by_rules(&rules, NULL), "pim_rules_fine");
    rules.longest_seconds = 3599;
    ck_assert_text(by_rules(&rules, NULL), "pim_too_long");
    rules = lax;
    rules.approval_required = true;
    ck_assert_text(by_rules(&rules, NULL), "pim_wants_approval");
    rules = lax;
    rules.exists = false;
    ck_assert_text(by_rules(&rules, NULL), "pim_missing");
    rules.reading.known = false;
    ck_assert_text(by_rules(&rules, NULL), "pim_unread");
    ck_assert_text(by_rules(NULL, NULL), "pim_unread");
}
END_TEST

START_TEST(where_pim_approves_it_must_ask_for_an_approval)
{
    struct self_rules rules = {.reading = {.known = true},
                               .exists = true,
                               .approval_required = true,
                               .longest_seconds = 3600};
    mode = ACTIVATION_PIM_APPROVAL;
    ck_assert_text(by_rules(&rules, NULL), "pim_rules_fine");
    rules.longest_seconds = 3599;
    ck_assert_text(by_rules(&rules, NULL), "pim_too_long");
    rules.approval_required = false;
    ck_assert_text(by_rules(&rules, NULL), "pim_wants_no_approval");
    rules.exists = false;
    ck_assert_text(by_rules(&rules, NULL), "pim_missing");
    mode = ACTIVATION_DELEGATED;
}
END_TEST

START_TEST(where_pim_approves_it_somebody_must_be_asked_here)
{
    struct demands demands = {.allowed = true};
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_somebody_asked(&demands, "Copilot owner", &list);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_int_eq(list.items[0].verdict, VERDICT_FAIL);
    ck_assert_text(list.items[0].code, "pim_nobody_asked");
    demands.unknown = true; /* which rules apply is not known: others wait for that */
    judge_somebody_asked(&demands, "Copilot owner", &list);
    demands = (struct demands){.allowed = true, .approval_count = 1};
    judge_somebody_asked(&demands, "Copilot owner", &list);
    ck_assert_uint_eq(list.count, 1);
}
END_TEST

START_TEST(what_pim_wants_of_a_sign_in_counts_once_there_is_one)
{
    const char *contexts[] = {"c1"}, *methods[] = {"pwd", "mfa"};
    const struct sign_in weak = {.at = NOW}, strong = {.context_count = 1,
                                                       .contexts = contexts,
                                                       .method_count = 2,
                                                       .methods = methods};
    struct self_rules rules = {.reading = {.known = true},
                               .exists = true,
                               .longest_seconds = INT64_MAX,
                               .mfa_required = true};
    ck_assert_text(by_rules(&rules, NULL), "pim_rules_fine");
    ck_assert_text(by_rules(&rules, &weak), "pim_mfa_missing");
    ck_assert_text(by_rules(&rules, &strong), "pim_rules_fine");
    rules.context = "c1";
    ck_assert_text(by_rules(&rules, NULL), "pim_rules_fine");
    ck_assert_text(by_rules(&rules, &weak), "pim_context_missing");
    ck_assert_text(by_rules(&rules, &strong), "pim_rules_fine");
    rules.context = "c2";
    ck_assert_text(by_rules(&rules, &strong), "pim_context_missing");
}
END_TEST

SPECIFICATION("policies/judge_self", who_is_listed_is_eligible_until_the_end_of_it,
              ones_own_eligibility_comes_before_that_of_a_group,
              who_is_in_a_group_that_is_listed_is_eligible, a_list_that_nobody_gave_is_not_known,
              each_rule_of_pim_stands_in_the_way, where_pim_approves_it_must_ask_for_an_approval,
              where_pim_approves_it_somebody_must_be_asked_here,
              what_pim_wants_of_a_sign_in_counts_once_there_is_one)
