/* Goal: account, membership, user risk and PIM's own rules count as the directory told them, and
 * what it did not tell is no (scenario S59; contract 7, 9.3). */
#include "base/json.h"
#include "policies/given.h"

static struct person_key alice;
static struct account account;
static struct risky_user users[2];
static struct risks risks;
static struct memberships memberships;
static struct findings findings;
static struct demands demands;
static struct admin_rules rules;

/* Alice, enabled, not at risk, allowed to ask. */
static void given_alice(void)
{
    alice = given_person(ALICE);
    account =
        (struct account){.reading = {.known = true, .at = NOW}, .exists = true, .enabled = TRI_YES};
    risks = (struct risks){.reading = {.known = true, .at = NOW}, .users = users};
    users[0] = (struct risky_user){.oid = ALICE, .level = RISK_LOW};
    users[1] = (struct risky_user){.oid = BOB, .level = RISK_HIGH, .compromised = true};
    memberships = given_groups(ANALYSTS, NULL);
    findings = (struct findings){.now = NOW,
                                 .person = &alice,
                                 .account = &account,
                                 .risks = &risks,
                                 .memberships = &memberships};
    demands = (struct demands){.allowed = true, .watch_risk = true, .risk_at_most = RISK_LOW};
    rules = (struct admin_rules){.reading = {.known = true, .at = NOW},
                                 .exists = true,
                                 .end_required = true,
                                 .longest_seconds = 3600};
}

static void account_is(enum verdict verdict, const char *code)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_account(&findings, &list);
    ck_assert_text(judged(&list, verdict), code);
    ck_assert_text(list.items[0].check, "account");
    ck_assert_int_eq(list.items[0].passing, verdict == VERDICT_UNKNOWN);
}

static void risk_is(enum verdict verdict, const char *code)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_risk(&demands, &findings, &list);
    ck_assert_text(judged(&list, verdict), code);
    ck_assert_text(list.items[0].check, "user_risk");
}

static void membership_is(enum verdict verdict, const char *code)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_membership(&demands, &findings, &list);
    ck_assert_text(judged(&list, verdict), code);
    ck_assert_int_eq(list.items[0].passing, verdict == VERDICT_UNKNOWN);
}

static void pim_is(const struct admin_rules *read, enum verdict verdict, const char *code)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_admin_rules(read, "copilot-owner", 3600, &list);
    ck_assert_text(judged(&list, verdict), code);
    ck_assert_int_eq(list.items[0].passing, verdict == VERDICT_UNKNOWN);
}

START_TEST(an_account_must_be_there_and_enabled)
{
    given_alice();
    account_is(VERDICT_PASS, "account_enabled");
    account.enabled = TRI_NO;
    account_is(VERDICT_FAIL, "account_disabled");
    account.exists = false;
    account_is(VERDICT_FAIL, "account_gone");
}
END_TEST

START_TEST(an_account_that_nobody_read_is_waited_for)
{
    given_alice();
    account.enabled = TRI_UNKNOWN; /* Graph left accountEnabled out (contract 20) */
    account_is(VERDICT_UNKNOWN, "account_unread");
    account.enabled = TRI_YES;
    account.reading.known = false;
    account_is(VERDICT_UNKNOWN, "account_unread");
    findings.account = NULL;
    account_is(VERDICT_UNKNOWN, "account_unread");
}
END_TEST

START_TEST(whoever_is_not_among_the_risky_has_no_risk) /* remediated and dismissed: S59 */
{
    given_alice();
    demands.risk_at_most = RISK_NONE;
    risk_is(VERDICT_PASS, "risk_fine");
    users[0].oid = BOB;
    risks.count = 2;
    risk_is(VERDICT_PASS, "risk_fine");
}
END_TEST

START_TEST(a_level_counts_up_to_the_one_that_is_allowed)
{
    given_alice();
    risks.count = 1;
    for (unsigned allowed = RISK_NONE; allowed <= RISK_HIGH; allowed++) {
        for (unsigned level = RISK_NONE; level <= RISK_HIGH; level++) {
            demands.risk_at_most = (enum risk_level)allowed;
            users[0].level = (enum risk_level)level;
            if (level <= allowed)
                risk_is(VERDICT_PASS, "risk_fine");
            else
                risk_is(VERDICT_FAIL, "risk_found");
        }
    }
}
END_TEST

START_TEST(a_hidden_level_is_unknown_whatever_is_allowed)
{
    given_alice();
    risks.count = 1;
    users[0].level = RISK_HIDDEN;
    for (unsigned allowed = RISK_NONE; allowed <= RISK_HIGH; allowed++) {
        demands.risk_at_most = (enum risk_level)allowed;
        risk_is(VERDICT_UNKNOWN, "risk_found");
    }
    users[0].compromised = true;
    risk_is(VERDICT_FAIL, "risk_found");
}
END_TEST

START_TEST(a_confirmed_compromise_is_no_whatever_is_allowed)
{
    given_alice();
    risks.count = 1;
    users[0].level = RISK_NONE;
    users[0].compromised = true;
    demands.risk_at_most = RISK_HIGH;
    risk_is(VERDICT_FAIL, "risk_found");
}
END_TEST

START_TEST(the_worst_of_several_entries_counts_in_any_letters)
{
    given_alice();
    users[1].oid = "B0000000-0000-4000-8000-00000000000A";
    users[1].compromised = false;
    risks.count = 2;
    risk_is(VERDICT_FAIL, "risk_found");
}
END_TEST

START_TEST(a_source_that_is_down_is_waited_for_and_never_a_yes) /* S59 */
{
    given_alice();
    risks.reading.known = false;
    risk_is(VERDICT_UNKNOWN, "risk_unread");
    findings.risks = NULL;
    risk_is(VERDICT_UNKNOWN, "risk_unread");
    bool waits;
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_risk(&demands, &findings, &list);
    (void)evidence_verdict(&list, &waits);
    ck_assert(waits);
}
END_TEST

START_TEST(risk_is_not_looked_at_where_no_rule_does)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    given_alice();
    demands.watch_risk = false;
    findings.risks = NULL;
    judge_risk(&demands, &findings, &list);
    ck_assert_uint_eq(list.count, 0);
}
END_TEST

START_TEST(who_may_ask_is_told_by_which_rules)
{
    static const char *names[] = {"Copilot owner", "Everyday work"};
    scoped(evidence_scoped) struct evidence_list list = {0};
    given_alice();
    demands.rule_count = 2;
    demands.rules = names;
    judge_membership(&demands, &findings, &list);
    ck_assert_text(judged(&list, VERDICT_PASS), "membership_fine");
    ck_assert_text(json_member_text(list.items[0].args, "rules"), "Copilot owner, Everyday work");
}
END_TEST

START_TEST(who_may_not_ask_is_told_so)
{
    given_alice();
    demands.allowed = false;
    membership_is(VERDICT_FAIL, "membership_missing");
    demands.too_many_approvals = true;
    membership_is(VERDICT_FAIL, "approvals_too_many");
}
END_TEST

START_TEST(memberships_that_nobody_read_are_waited_for_even_when_one_rule_matches)
{
    given_alice();
    demands.unknown = true;
    membership_is(VERDICT_UNKNOWN, "membership_unread");
    demands.allowed = false;
    membership_is(VERDICT_UNKNOWN, "membership_unread");
    findings.memberships = NULL;
    membership_is(VERDICT_UNKNOWN, "membership_unread");
}
END_TEST

START_TEST(limits_hold_for_rules_that_were_found_later_too)
{
    scoped(evidence_scoped) struct evidence_list kept = {0}, time = {0}, reason = {0};
    demands = (struct demands){.longest_seconds = 3600, .justification_least = 10};
    judge_limits(&demands, 3600, 10, &kept);
    ck_assert_uint_eq(kept.count, 0);
    judge_limits(&demands, 3601, 10, &time);
    ck_assert_text(judged(&time, VERDICT_FAIL), "limits_too_long");
    judge_limits(&demands, 3600, 9, &reason);
    ck_assert_text(judged(&reason, VERDICT_FAIL), "limits_too_short_a_reason");
    judge_limits(&demands, INT64_MAX, 0, &kept);
    ck_assert_uint_eq(kept.count, 2);
}
END_TEST

START_TEST(pim_takes_what_its_rules_allow)
{
    given_alice();
    pim_is(&rules, VERDICT_PASS, "pim_fine");
    rules.longest_seconds = INT64_MAX;
    pim_is(&rules, VERDICT_PASS, "pim_fine");
}
END_TEST

START_TEST(pim_refuses_what_is_too_long)
{
    given_alice();
    rules.longest_seconds = 3599;
    pim_is(&rules, VERDICT_FAIL, "pim_too_long");
}
END_TEST

START_TEST(pim_that_demands_mfa_of_an_application_is_impossible)
{
    given_alice();
    rules.mfa_required = true;
    pim_is(&rules, VERDICT_FAIL, "pim_needs_mfa");
}
END_TEST

START_TEST(a_target_that_pim_does_not_know_is_no)
{
    given_alice();
    rules.exists = false;
    pim_is(&rules, VERDICT_FAIL, "pim_missing");
}
END_TEST

START_TEST(rules_of_pim_that_nobody_read_are_waited_for)
{
    given_alice();
    rules.reading.known = false;
    pim_is(&rules, VERDICT_UNKNOWN, "pim_unread");
    pim_is(NULL, VERDICT_UNKNOWN, "pim_unread");
}
END_TEST

SPECIFICATION("policies/judge_facts", an_account_must_be_there_and_enabled,
              an_account_that_nobody_read_is_waited_for, whoever_is_not_among_the_risky_has_no_risk,
              a_level_counts_up_to_the_one_that_is_allowed,
              a_hidden_level_is_unknown_whatever_is_allowed,
              a_confirmed_compromise_is_no_whatever_is_allowed,
              the_worst_of_several_entries_counts_in_any_letters,
              a_source_that_is_down_is_waited_for_and_never_a_yes,
              risk_is_not_looked_at_where_no_rule_does, who_may_ask_is_told_by_which_rules,
              who_may_not_ask_is_told_so,
              memberships_that_nobody_read_are_waited_for_even_when_one_rule_matches,
              limits_hold_for_rules_that_were_found_later_too, pim_takes_what_its_rules_allow,
              pim_refuses_what_is_too_long, pim_that_demands_mfa_of_an_application_is_impossible,
              a_target_that_pim_does_not_know_is_no, rules_of_pim_that_nobody_read_are_waited_for)
