/* Goal: multifactor authentication counts when this very sign-in proves it, by method or by a
 * context that Conditional Access backs now, and is young enough (scenarios S60, S61; design 7). */
#include "base/json.h"
#include "policies/given.h"

static const char *methods[] = {"pwd", "mfa"};
static const char *carried[] = {"c1"};
static const char *groups[] = {HUNTERS};
static const char *users[] = {ALICE};
static struct person_key alice;
static struct sign_in sign_in;
static struct memberships memberships;
static struct context_policy enforced[2];
static struct contexts contexts;
static struct context_claim claims[2];
static struct findings findings;
static struct demands demands;

/* Alice signed in five minutes ago, in a flow that Curfew began, with a second factor. Multifactor
 * authentication of the last ten minutes is demanded. */
static void given_alice(void)
{
    alice = given_person(ALICE);
    memberships = given_groups(ANALYSTS, NULL);
    sign_in = (struct sign_in){.at = NOW - 290,
                               .fresh = true,
                               .auth_time = NOW - 300,
                               .method_count = 2,
                               .methods = methods};
    enforced[0] = (struct context_policy){.context = "c1",
                                          .name = "Step up for Curfew",
                                          .state = "enabled",
                                          .proves = PROOF_MFA,
                                          .everybody = true,
                                          .excluded_group_count = 1,
                                          .excluded_groups = groups};
    contexts = (struct contexts){
        .reading = {.known = true, .at = NOW - 60}, .count = 1, .policies = enforced};
    claims[0] = (struct context_claim){.context = "c1", .proves = PROOF_MFA};
    findings = (struct findings){.now = NOW,
                                 .person = &alice,
                                 .sign_in = &sign_in,
                                 .memberships = &memberships,
                                 .contexts = &contexts,
                                 .claim_count = 1,
                                 .claims = claims};
    demands = (struct demands){.mfa = true, .mfa_within_seconds = 600};
}

/* The same without a second factor but with context c1, which the policy names and an enabled
 * policy of Conditional Access backs for everybody but the hunters. */
static void given_a_context(void)
{
    given_alice();
    methods[1] = "rsa";
    sign_in.context_count = 1;
    sign_in.contexts = carried;
    demands.context_count = 1;
    demands.contexts = carried;
}

static void judged_as(enum verdict verdict, const char *code)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_mfa(&demands, &findings, &list);
    ck_assert_text(judged(&list, verdict), code);
    ck_assert_text(list.items[0].check, "mfa");
}

static bool waits(void)
{
    bool waits;
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_mfa(&demands, &findings, &list);
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_UNKNOWN);
    return waits;
}

START_TEST(a_second_factor_of_this_sign_in_counts)
{
    given_alice();
    judged_as(VERDICT_PASS, "mfa_by_method");
    methods[1] = "ngcmfa";
    judged_as(VERDICT_PASS, "mfa_by_method");
}
END_TEST

START_TEST(nothing_is_said_when_nothing_is_demanded)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    given_alice();
    demands.mfa = false;
    judge_mfa(&demands, &findings, &list);
    ck_assert_uint_eq(list.count, 0);
}
END_TEST

START_TEST(a_password_is_no_second_factor)
{
    static const char *const weak[] = {"pwd", "wia", "none", "MFA", "mfa ", ""};
    given_alice();
    for (size_t i = 0; i < COUNT(weak); i++) {
        methods[1] = weak[i];
        judged_as(VERDICT_FAIL, "mfa_missing");
    }
    sign_in.method_count = 0; /* a token without amr */
    judged_as(VERDICT_FAIL, "mfa_missing");
}
END_TEST

START_TEST(a_second_factor_older_than_the_policy_allows_is_stale) /* S61 */
{
    given_alice();
    sign_in.auth_time = NOW - 600;
    judged_as(VERDICT_PASS, "mfa_by_method");
    sign_in.auth_time = NOW - 601;
    judged_as(VERDICT_FAIL, "mfa_stale");
    sign_in.auth_time = 0;
    judged_as(VERDICT_FAIL, "mfa_stale");
}
END_TEST

START_TEST(only_a_flow_that_asked_for_a_login_says_how_old_it_is)
{
    given_alice();
    sign_in.fresh = false;
    judged_as(VERDICT_FAIL, "mfa_unseen");
}
END_TEST

START_TEST(a_sign_in_that_does_not_say_when_proves_no_age)
{
    given_alice();
    sign_in.auth_time = -1;
    judged_as(VERDICT_FAIL, "mfa_unseen");
}
END_TEST

START_TEST(a_second_factor_from_the_future_proves_no_age)
{
    given_alice();
    sign_in.auth_time = NOW + 300; /* clocks differ */
    judged_as(VERDICT_PASS, "mfa_by_method");
    sign_in.auth_time = NOW + 301;
    judged_as(VERDICT_FAIL, "mfa_unseen");
}
END_TEST

START_TEST(where_no_age_is_demanded_none_is_claimed)
{
    given_alice();
    demands.mfa_within_seconds = INT64_MAX;
    sign_in.auth_time = NOW - 86400;
    judged_as(VERDICT_PASS, "mfa_by_method");
    sign_in.fresh = false;
    judged_as(VERDICT_PASS, "mfa_by_method_undated");
    sign_in.fresh = true;
    sign_in.auth_time = -1;
    judged_as(VERDICT_PASS, "mfa_by_method_undated");
    given_a_context();
    demands.mfa_within_seconds = INT64_MAX;
    sign_in.auth_time = -1;
    judged_as(VERDICT_PASS, "mfa_by_context_undated");
}
END_TEST

START_TEST(without_any_sign_in_nothing_is_proved)
{
    given_alice();
    findings.sign_in = NULL;
    judged_as(VERDICT_FAIL, "mfa_unseen");
    given_a_context();
    findings.sign_in = NULL;
    judged_as(VERDICT_FAIL, "mfa_unseen");
}
END_TEST

START_TEST(a_backed_context_in_the_token_counts) /* S60 */
{
    given_a_context();
    judged_as(VERDICT_PASS, "mfa_by_context");
}
END_TEST

START_TEST(a_context_is_subject_to_the_same_age)
{
    given_a_context();
    sign_in.auth_time = NOW - 601;
    judged_as(VERDICT_FAIL, "mfa_stale");
    sign_in.fresh = false;
    judged_as(VERDICT_FAIL, "mfa_unseen");
}
END_TEST

START_TEST(where_a_context_is_named_the_method_does_not_suffice) /* S60 */
{
    given_a_context();
    methods[1] = "mfa";
    sign_in.context_count = 0;
    judged_as(VERDICT_FAIL, "mfa_context_missing");
}
END_TEST

START_TEST(where_no_context_is_named_any_that_proves_it_counts)
{
    static const char *both[] = {"c7", "c1"};
    given_a_context();
    demands.context_count = 0;
    judged_as(VERDICT_PASS, "mfa_by_context");
    sign_in.context_count = 2;
    sign_in.contexts = both;
    judged_as(VERDICT_PASS, "mfa_by_context");
    contexts.reading.known = false;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unread");
    ck_assert(waits());
    claims[0].proves = PROOF_COMPLIANT_DEVICE; /* reading it could not help */
    judged_as(VERDICT_FAIL, "mfa_missing");
    given_a_context();
    demands.context_count = 0;
    enforced[0].state = "disabled";
    judged_as(VERDICT_FAIL, "mfa_missing");
}
END_TEST

START_TEST(another_context_is_not_the_one)
{
    static const char *other[] = {"c11", "c10", "C1"};
    given_a_context();
    sign_in.contexts = other;
    sign_in.context_count = COUNT(other);
    judged_as(VERDICT_FAIL, "mfa_context_missing");
}
END_TEST

START_TEST(every_context_that_policies_name_must_be_there)
{
    static const char *both[] = {"c1", "c2"};
    given_a_context();
    demands.context_count = 2;
    demands.contexts = both;
    judged_as(VERDICT_FAIL, "mfa_context_missing");
    sign_in.context_count = 2;
    sign_in.contexts = both;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    enforced[1] = enforced[0];
    enforced[1].context = "c2";
    contexts.count = 2;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked"); /* the operator claims nothing for c2 */
    claims[1] = (struct context_claim){.context = "c2", .proves = PROOF_MFA};
    findings.claim_count = 2;
    judged_as(VERDICT_PASS, "mfa_by_context");
}
END_TEST

START_TEST(a_context_whose_policy_is_off_or_reports_only_proves_nothing)
{
    static const char *const states[] = {"disabled", "enabledForReportingButNotEnforced", "Enabled",
                                         "unknownFutureValue", ""};
    given_a_context();
    for (size_t i = 0; i < COUNT(states); i++) {
        enforced[0].state = states[i];
        judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
        ck_assert(!waits());
    }
    enforced[0].state = NULL;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
}
END_TEST

START_TEST(a_context_without_any_policy_proves_nothing)
{
    given_a_context();
    contexts.count = 0; /* Entra puts acrs into the token even then (contract 2.8) */
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    contexts.count = 1;
    enforced[0].context = "c2";
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
}
END_TEST

START_TEST(a_policy_that_would_take_something_else_instead_proves_nothing)
{
    given_a_context();
    enforced[0].proves = 0; /* mfa OR compliantDevice: neither for certain */
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    enforced[0].proves = PROOF_COMPLIANT_DEVICE;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
}
END_TEST

START_TEST(a_policy_must_demand_all_that_the_operator_says)
{
    given_a_context();
    claims[0].proves = PROOF_MFA | PROOF_PHISHING_RESISTANT;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    enforced[1] = enforced[0]; /* two policies for one context add up */
    enforced[1].proves = PROOF_PHISHING_RESISTANT;
    contexts.count = 2;
    judged_as(VERDICT_PASS, "mfa_by_context");
    enforced[1].state = "disabled";
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
}
END_TEST

START_TEST(a_context_that_the_operator_does_not_vouch_for_proves_nothing)
{
    given_a_context();
    claims[0].proves = PROOF_COMPLIANT_DEVICE;
    enforced[0].proves = PROOF_MFA | PROOF_COMPLIANT_DEVICE;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    findings.claim_count = 0;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
}
END_TEST

START_TEST(a_policy_that_leaves_the_person_out_proves_nothing)
{
    given_a_context();
    enforced[0].excluded_user_count = 1;
    enforced[0].excluded_users = users;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    users[0] = "B0000000-0000-4000-8000-00000000000A";
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    users[0] = BOB;
    judged_as(VERDICT_PASS, "mfa_by_context");
}
END_TEST

START_TEST(a_policy_that_leaves_out_a_group_of_the_person_proves_nothing)
{
    given_a_context();
    memberships = given_groups(ANALYSTS, HUNTERS, NULL);
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    ck_assert(!waits());
}
END_TEST

START_TEST(whether_a_group_is_left_out_is_waited_for_while_memberships_are_unread)
{
    given_a_context();
    memberships.reading.known = false;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unread");
    ck_assert(waits());
    findings.memberships = NULL;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unread");
    enforced[0].proves = 0; /* then knowing the groups would change nothing */
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    ck_assert(!waits());
    enforced[0].proves = PROOF_MFA;
    enforced[0].excluded_group_count = 0;
    judged_as(VERDICT_PASS, "mfa_by_context");
}
END_TEST

START_TEST(a_policy_with_exclusions_that_cannot_be_looked_up_proves_nothing)
{
    given_a_context();
    enforced[0].other_exclusions = true;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    ck_assert(!waits());
}
END_TEST

START_TEST(a_policy_for_named_users_counts_for_them_alone)
{
    given_a_context();
    users[0] = ALICE;
    enforced[0].everybody = false;
    enforced[0].users = users;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    enforced[0].user_count = 1;
    judged_as(VERDICT_PASS, "mfa_by_context");
    users[0] = BOB;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
}
END_TEST

START_TEST(a_policy_for_a_group_counts_for_its_members_alone)
{
    given_a_context();
    static const char *bound[] = {ANALYSTS};
    enforced[0].everybody = false;
    enforced[0].group_count = 1;
    enforced[0].groups = bound;
    judged_as(VERDICT_PASS, "mfa_by_context");
    memberships = given_groups(NULL);
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    ck_assert(!waits());
    memberships = given_groups(ANALYSTS, HUNTERS, NULL); /* which is left out */
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    ck_assert(!waits());
    memberships.reading.known = false;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unread");
    ck_assert(waits());
    enforced[0].other_exclusions = true; /* then knowing the groups would change nothing */
    judged_as(VERDICT_UNKNOWN, "mfa_context_unbacked");
    ck_assert(!waits());
}
END_TEST

START_TEST(conditional_access_that_nobody_read_is_waited_for)
{
    given_a_context();
    contexts.reading.known = false;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unread");
    ck_assert(waits());
    findings.contexts = NULL;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unread");
    ck_assert(waits());
}
END_TEST

START_TEST(conditional_access_counts_for_ten_minutes)
{
    given_a_context();
    contexts.reading.at = NOW - 600;
    judged_as(VERDICT_PASS, "mfa_by_context");
    contexts.reading.at = NOW - 601;
    judged_as(VERDICT_UNKNOWN, "mfa_context_unread");
    ck_assert(waits());
}
END_TEST

START_TEST(a_fresh_sign_in_is_offered_where_it_may_mend_it)
{
    static const struct {
        const char *code;
        bool may;
    } codes[] = {
        {"mfa_missing", true},    {"mfa_context_missing", true},   {"mfa_unseen", true},
        {"mfa_stale", true},      {"mfa_context_unbacked", false}, {"mfa_context_unread", false},
        {"mfa_by_method", false}, {"device_absent", false},        {"account_disabled", false}};
    for (size_t i = 0; i < COUNT(codes); i++) {
        struct evidence_list list = {0};
        evidence_add(&list, (struct evidence){.code = "device_compliant"});
        ck_assert(!sign_in_may_mend(&list));
        evidence_add(&list, (struct evidence){.code = codes[i].code});
        ck_assert_msg(sign_in_may_mend(&list) == codes[i].may, "%s", codes[i].code);
    }
}
END_TEST

SPECIFICATION("policies/judge_mfa", a_second_factor_of_this_sign_in_counts,
              nothing_is_said_when_nothing_is_demanded, a_password_is_no_second_factor,
              a_second_factor_older_than_the_policy_allows_is_stale,
              only_a_flow_that_asked_for_a_login_says_how_old_it_is,
              a_sign_in_that_does_not_say_when_proves_no_age,
              a_second_factor_from_the_future_proves_no_age,
              where_no_age_is_demanded_none_is_claimed, without_any_sign_in_nothing_is_proved,
              a_backed_context_in_the_token_counts, a_context_is_subject_to_the_same_age,
              where_a_context_is_named_the_method_does_not_suffice,
              where_no_context_is_named_any_that_proves_it_counts, another_context_is_not_the_one,
              every_context_that_policies_name_must_be_there,
              a_context_whose_policy_is_off_or_reports_only_proves_nothing,
              a_context_without_any_policy_proves_nothing,
              a_policy_that_would_take_something_else_instead_proves_nothing,
              a_policy_must_demand_all_that_the_operator_says,
              a_context_that_the_operator_does_not_vouch_for_proves_nothing,
              a_policy_that_leaves_the_person_out_proves_nothing,
              a_policy_that_leaves_out_a_group_of_the_person_proves_nothing,
              whether_a_group_is_left_out_is_waited_for_while_memberships_are_unread,
              a_policy_with_exclusions_that_cannot_be_looked_up_proves_nothing,
              a_policy_for_named_users_counts_for_them_alone,
              a_policy_for_a_group_counts_for_its_members_alone,
              conditional_access_that_nobody_read_is_waited_for,
              conditional_access_counts_for_ten_minutes,
              a_fresh_sign_in_is_offered_where_it_may_mend_it)
