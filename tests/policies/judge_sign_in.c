/* Goal: the log's entry of the very sign-in speaks for it, and none of another application, person
 * or time; what the log does not say yet is waited for, and never a yes. */
#include "policies/given.h"

#define CURFEW "e0000000-0000-4000-8000-000000000001"
#define MAIL   "e0000000-0000-4000-8000-000000000002"

static struct person_key alice;
static struct sign_in sign_in;
static struct logged_sign_in entries[2];
static struct sign_in_log logged;
static struct registration_details details;
static struct findings findings;
static struct demands demands;

/* Alice signed in to Curfew five minutes ago with a browser; the log shows it, without a risk. */
static void given_a_log(void)
{
    alice = given_person(ALICE);
    sign_in = (struct sign_in){.at = NOW - 300, .auth_time = -1};
    entries[0] = entries[1] =
        (struct logged_sign_in){.at = NOW - 305, .app_id = CURFEW, .client = "Browser"};
    logged =
        (struct sign_in_log){.reading = {.known = true, .at = NOW}, .count = 1, .entries = entries};
    details = (struct registration_details){.reading = {.known = true, .at = NOW}, .exists = true};
    demands = (struct demands){0};
    findings = (struct findings){.now = NOW,
                                 .person = &alice,
                                 .sign_in = &sign_in,
                                 .client_id = CURFEW,
                                 .sign_ins = &logged,
                                 .registration = &details};
}

static void judged_as(const char *check, enum verdict verdict, const char *code)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_sign_in(&demands, &findings, &list);
    ck_assert_text(judged(&list, verdict), code);
    ck_assert_text(list.items[0].check, check);
}

static void is_waited_for(const char *check)
{
    bool waits;
    scoped(evidence_scoped) struct evidence_list list = {0};
    judged_as(check, VERDICT_UNKNOWN, "sign_in_unlogged");
    judge_sign_in(&demands, &findings, &list);
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_UNKNOWN);
    ck_assert(waits);
}

START_TEST(nothing_is_said_when_nothing_is_demanded)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    given_a_log();
    judge_sign_in(&demands, &findings, &list);
    judge_registration(&demands, &findings, &list);
    ck_assert_uint_eq(list.count, 0);
}
END_TEST

START_TEST(the_risk_of_a_sign_in_is_held_against_what_is_allowed)
{
    given_a_log();
    demands.required.watch_sign_in_risk = true;
    demands.required.sign_in_risk_at_most = RISK_LOW;
    judged_as("sign_in_risk", VERDICT_PASS, "sign_in_risk_fine");
    entries[0].risk = RISK_LOW;
    judged_as("sign_in_risk", VERDICT_PASS, "sign_in_risk_fine");
    entries[0].risk = RISK_MEDIUM;
    judged_as("sign_in_risk", VERDICT_FAIL, "sign_in_risk_found");
    entries[0].risk = RISK_HIDDEN;
    judged_as("sign_in_risk", VERDICT_UNKNOWN, "sign_in_risk_found");
    entries[0].settled = true; /* Entra had them prove themselves */
    judged_as("sign_in_risk", VERDICT_PASS, "sign_in_risk_fine");
    entries[0].compromised = true;
    judged_as("sign_in_risk", VERDICT_FAIL, "sign_in_risk_found");
    demands.required.sign_in_risk_at_most = RISK_HIGH;
    judged_as("sign_in_risk", VERDICT_FAIL, "sign_in_risk_found");
}
END_TEST

START_TEST(of_several_entries_the_worst_counts)
{
    given_a_log();
    logged.count = 2;
    demands.required.watch_sign_in_risk = true;
    for (size_t i = 0; i < 2; i++) {
        entries[i].risk = RISK_MEDIUM;
        entries[1 - i].risk = RISK_NONE;
        judged_as("sign_in_risk", VERDICT_FAIL, "sign_in_risk_found");
    }
}
END_TEST

START_TEST(an_entry_of_another_sign_in_proves_nothing)
{
    given_a_log();
    demands.required.watch_sign_in_risk = true;
    entries[0].app_id = MAIL;
    is_waited_for("sign_in_risk");
    entries[0].app_id = NULL;
    is_waited_for("sign_in_risk");
    given_a_log();
    demands.required.watch_sign_in_risk = true;
    entries[0].at = sign_in.at - 15 * 60 - 1;
    is_waited_for("sign_in_risk");
    entries[0].at = sign_in.at + 301;
    is_waited_for("sign_in_risk");
    given_a_log();
    demands.required.watch_sign_in_risk = true;
    entries[0].error = 50126; /* it was none */
    is_waited_for("sign_in_risk");
}
END_TEST

START_TEST(a_log_that_does_not_answer_is_never_a_yes) /* S46 */
{
    given_a_log();
    demands.required.watch_sign_in_risk = true;
    demands.required.sign_in_risk_at_most = RISK_HIGH;
    logged.count = 0;
    is_waited_for("sign_in_risk");
    logged.reading.known = false;
    is_waited_for("sign_in_risk");
    findings.sign_ins = NULL;
    is_waited_for("sign_in_risk");
    demands.required = (struct required){.modern_authentication = true};
    is_waited_for("modern_auth");
    findings.sign_in = NULL;
    is_waited_for("modern_auth");
}
END_TEST

START_TEST(only_clients_on_the_list_are_modern)
{
    static const char *const modern[] = {"Browser", "Mobile Apps and Desktop clients",
                                         "Modern clients"};
    static const char *const legacy[] = {
        "IMAP4",         "POP3",    "Authenticated SMTP", "Exchange ActiveSync",
        "Other clients", "browser", "Carrier pigeon"};
    given_a_log();
    demands.required.modern_authentication = true;
    for (size_t i = 0; i < COUNT(modern); i++) {
        entries[0].client = modern[i];
        judged_as("modern_auth", VERDICT_PASS, "modern_auth_fine");
    }
    for (size_t i = 0; i < COUNT(legacy); i++) {
        entries[0].client = legacy[i];
        judged_as("modern_auth", VERDICT_FAIL, "modern_auth_legacy");
    }
    entries[0].client = "";
    judged_as("modern_auth", VERDICT_UNKNOWN, "modern_auth_unsaid");
    entries[0].client = NULL;
    judged_as("modern_auth", VERDICT_UNKNOWN, "modern_auth_unsaid");
}
END_TEST

START_TEST(a_legacy_client_that_had_the_password_counts_and_one_that_guessed_does_not)
{
    given_a_log();
    demands.required.modern_authentication = true;
    logged.count = 2;
    entries[1] = (struct logged_sign_in){.at = NOW, .app_id = MAIL, .client = "IMAP4"};
    judged_as("modern_auth", VERDICT_FAIL, "modern_auth_legacy");
    entries[1].error = 53003;
    judged_as("modern_auth", VERDICT_FAIL, "modern_auth_legacy");
    entries[1].error = 50126;
    judged_as("modern_auth", VERDICT_PASS, "modern_auth_fine");
    entries[1].error = 0;
    entries[0].app_id = MAIL; /* it speaks against her before her own entry is there */
    judged_as("modern_auth", VERDICT_FAIL, "modern_auth_legacy");
}
END_TEST

START_TEST(who_has_no_second_factor_is_told_so)
{
    static const char *mfa[] = {"pwd", "mfa"};
    scoped(evidence_scoped) struct evidence_list list = {0}, none = {0};
    given_a_log();
    demands.mfa = true;
    judge_registration(&demands, &findings, &list);
    ck_assert_text(judged(&list, VERDICT_FAIL), "mfa_unregistered");
    ck_assert(!sign_in_may_mend(&list));
    details.mfa = true;
    judge_registration(&demands, &findings, &none);
    details.mfa = false;
    details.exists = false; /* the report does not know them yet */
    judge_registration(&demands, &findings, &none);
    details.exists = true;
    details.reading.known = false;
    judge_registration(&demands, &findings, &none);
    details.reading.known = true;
    sign_in.methods = mfa; /* the report is hours old, this sign-in is not */
    sign_in.method_count = 2;
    judge_registration(&demands, &findings, &none);
    ck_assert_uint_eq(none.count, 0);
}
END_TEST

SPECIFICATION("policies/judge_sign_in", nothing_is_said_when_nothing_is_demanded,
              the_risk_of_a_sign_in_is_held_against_what_is_allowed,
              of_several_entries_the_worst_counts, an_entry_of_another_sign_in_proves_nothing,
              a_log_that_does_not_answer_is_never_a_yes, only_clients_on_the_list_are_modern,
              a_legacy_client_that_had_the_password_counts_and_one_that_guessed_does_not,
              who_has_no_second_factor_is_told_so)
