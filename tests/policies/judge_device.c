/* Goal: the device in use, and no other, must be compliant in Entra and in Intune and the person's
 * own; a negative reading wins, and what is not known is no (scenarios S57, S58;
 * contract 9.4, 9.5).
 */
#include "base/json.h"
#include "policies/given.h"

static const char *carried[] = {"c1"};
static struct person_key alice;
static struct sign_in sign_in;
static struct memberships memberships;
static struct device device;
static struct managed_device entries[2];
static struct managed_devices managed;
static struct context_policy enforced;
static struct contexts contexts;
static struct context_claim claim;
static struct findings findings;
static const struct demands demands = {.compliant_device = true};

/* Alice signed in from SEC-114, hers, compliant in Entra and Intune. */
static void given_a_device(void)
{
    alice = given_person(ALICE);
    memberships = given_groups(NULL);
    sign_in = (struct sign_in){
        .at = NOW - 290, .auth_time = -1, .device_id = "d0000000-0000-4000-8000-000000000001"};
    device = (struct device){.reading = {.known = true, .at = NOW},
                             .exists = true,
                             .enabled = TRI_YES,
                             .compliant = TRI_YES,
                             .name = "SEC-114"};
    entries[0] = entries[1] =
        (struct managed_device){.user_id = ALICE, .name = "SEC-114", .compliance = "compliant"};
    managed = (struct managed_devices){
        .reading = {.known = true, .at = NOW}, .count = 1, .devices = entries};
    findings = (struct findings){.now = NOW,
                                 .person = &alice,
                                 .sign_in = &sign_in,
                                 .memberships = &memberships,
                                 .device = &device,
                                 .managed = &managed};
}

/* No device id came, but context c1, which an enabled policy backs, proves a compliant device. */
static void given_a_context(void)
{
    given_a_device();
    sign_in.device_id = NULL;
    sign_in.context_count = 1;
    sign_in.contexts = carried;
    enforced = (struct context_policy){.context = "c1",
                                       .state = "enabled",
                                       .proves = PROOF_MFA | PROOF_COMPLIANT_DEVICE,
                                       .everybody = true};
    contexts =
        (struct contexts){.reading = {.known = true, .at = NOW}, .count = 1, .policies = &enforced};
    claim = (struct context_claim){.context = "c1", .proves = PROOF_MFA | PROOF_COMPLIANT_DEVICE};
    findings.device = NULL;
    findings.managed = NULL;
    findings.contexts = &contexts;
    findings.claim_count = 1;
    findings.claims = &claim;
}

static void judged_as(enum verdict verdict, const char *code)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_device(&demands, &findings, &list);
    ck_assert_text(judged(&list, verdict), code);
    ck_assert_text(list.items[0].check, "device");
}

static bool waits(void)
{
    bool waits;
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_device(&demands, &findings, &list);
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_UNKNOWN);
    return waits;
}

START_TEST(a_device_that_both_call_compliant_counts)
{
    given_a_device();
    judged_as(VERDICT_PASS, "device_compliant");
}
END_TEST

START_TEST(nothing_is_said_when_nothing_is_demanded)
{
    static const struct demands nothing = {0};
    scoped(evidence_scoped) struct evidence_list list = {0};
    given_a_device();
    judge_device(&nothing, &findings, &list);
    ck_assert_uint_eq(list.count, 0);
}
END_TEST

START_TEST(every_state_of_intune_but_compliant_is_no) /* S57 */
{
    static const struct {
        const char *state;
        enum verdict verdict;
        const char *with_entra, *against_entra;
    } states[] = {
        {"noncompliant", VERDICT_FAIL, "device_disagree", "device_noncompliant"},
        {"conflict", VERDICT_FAIL, "device_disagree", "device_noncompliant"},
        {"error", VERDICT_FAIL, "device_disagree", "device_noncompliant"},
        {"inGracePeriod", VERDICT_FAIL, "device_disagree", "device_noncompliant"},
        {"unknown", VERDICT_UNKNOWN, "device_state_unknown", "device_entra_noncompliant"},
        {"configManager", VERDICT_UNKNOWN, "device_state_unknown", "device_entra_noncompliant"},
        {"unknownFutureValue", VERDICT_UNKNOWN, "device_state_unknown",
         "device_entra_noncompliant"},
        {"Compliant", VERDICT_UNKNOWN, "device_state_unknown", "device_entra_noncompliant"},
        {"", VERDICT_UNKNOWN, "device_state_unknown", "device_entra_noncompliant"},
    };
    given_a_device();
    for (size_t i = 0; i < COUNT(states); i++) {
        entries[0].compliance = states[i].state;
        device.compliant = TRI_YES;
        judged_as(states[i].verdict, states[i].with_entra);
        if (states[i].verdict == VERDICT_UNKNOWN)
            ck_assert(!waits());
        device.compliant = TRI_NO;
        judged_as(VERDICT_FAIL, states[i].against_entra);
    }
}
END_TEST

START_TEST(a_state_that_intune_leaves_out_is_unknown)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    given_a_device();
    entries[0].compliance = NULL;
    judge_device(&demands, &findings, &list);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_int_eq(list.items[0].verdict, VERDICT_UNKNOWN);
    ck_assert_text(list.items[0].code, "device_state_unknown");
}
END_TEST

START_TEST(the_device_in_use_is_judged_and_no_other) /* S58 */
{
    given_a_device(); /* the facts are those of the device id of the sign-in: SEC-115 complies */
    device.compliant = TRI_NO;
    entries[0].compliance = "noncompliant";
    judged_as(VERDICT_FAIL, "device_noncompliant");
    managed.count = 0; /* in use is one that Intune does not know */
    device.compliant = TRI_UNKNOWN;
    judged_as(VERDICT_FAIL, "device_unmanaged");
}
END_TEST

START_TEST(two_entries_of_one_device_must_both_comply)
{
    static const char *const pairs[][3] = {
        {"compliant", "compliant", "device_compliant"},
        {"compliant", "noncompliant", "device_disagree"},
        {"noncompliant", "compliant", "device_disagree"},
        {"noncompliant", "unknown", "device_disagree"}, /* a negative word wins, in any order */
        {"unknown", "noncompliant", "device_disagree"},
        {"compliant", "unknown", "device_state_unknown"},
        {"unknown", "compliant", "device_state_unknown"},
    };
    given_a_device();
    managed.count = 2;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        entries[0].compliance = pairs[i][0];
        entries[1].compliance = pairs[i][1];
        judged_as(i == 0 ? VERDICT_PASS : i < 5 ? VERDICT_FAIL : VERDICT_UNKNOWN, pairs[i][2]);
    }
}
END_TEST

START_TEST(a_device_that_is_managed_for_somebody_else_is_no)
{
    given_a_device();
    entries[0].user_id = BOB;
    judged_as(VERDICT_FAIL, "device_not_yours");
    entries[0].user_id = NULL;
    judged_as(VERDICT_FAIL, "device_not_yours");
    entries[0].user_id = "";
    judged_as(VERDICT_FAIL, "device_not_yours");
    entries[0].user_id = "B0000000-0000-4000-8000-00000000000A";
    judged_as(VERDICT_PASS, "device_compliant");
    managed.count = 2;
    entries[1].user_id = BOB;
    judged_as(VERDICT_FAIL, "device_not_yours");
}
END_TEST

START_TEST(a_device_that_intune_does_not_manage_is_no)
{
    given_a_device();
    managed.count = 0;
    judged_as(VERDICT_FAIL, "device_unmanaged");
}
END_TEST

START_TEST(a_device_that_is_gone_or_disabled_is_no)
{
    given_a_device();
    device.enabled = TRI_NO;
    judged_as(VERDICT_FAIL, "device_disabled");
    device.exists = false;
    judged_as(VERDICT_FAIL, "device_missing");
}
END_TEST

START_TEST(entra_alone_can_say_no)
{
    given_a_device();
    device.compliant = TRI_NO;
    judged_as(VERDICT_FAIL, "device_entra_noncompliant");
}
END_TEST

START_TEST(what_entra_leaves_out_is_unknown)
{
    given_a_device();
    device.compliant = TRI_UNKNOWN;
    judged_as(VERDICT_UNKNOWN, "device_state_unknown");
    ck_assert(!waits());
    device.compliant = TRI_YES;
    device.enabled = TRI_UNKNOWN;
    judged_as(VERDICT_UNKNOWN, "device_state_unknown");
}
END_TEST

START_TEST(readings_that_nobody_made_are_waited_for)
{
    given_a_device();
    findings.device = NULL;
    judged_as(VERDICT_UNKNOWN, "device_unread");
    ck_assert(waits());
    findings.managed = NULL;
    judged_as(VERDICT_UNKNOWN, "device_unread");
    given_a_device();
    managed.reading.known = false;
    judged_as(VERDICT_UNKNOWN, "device_unread");
    ck_assert(waits());
    device.reading.known = false;
    judged_as(VERDICT_UNKNOWN, "device_unread");
    ck_assert(waits());
}
END_TEST

START_TEST(one_negative_reading_suffices_while_the_other_is_missing)
{
    given_a_device();
    managed.reading.known = false;
    device.compliant = TRI_NO;
    judged_as(VERDICT_FAIL, "device_entra_noncompliant");
    device.enabled = TRI_NO;
    judged_as(VERDICT_FAIL, "device_disabled");
    given_a_device();
    device.reading.known = false;
    entries[0].compliance = "noncompliant";
    judged_as(VERDICT_FAIL, "device_noncompliant");
    managed.count = 0;
    findings.device = NULL;
    judged_as(VERDICT_FAIL, "device_unmanaged");
}
END_TEST

START_TEST(a_device_without_a_name_is_called_the_device)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    given_a_device();
    device.name = entries[0].name = NULL;
    judge_device(&demands, &findings, &list);
    ck_assert_text(json_member_text(list.items[0].args, "device"), "The device");
}
END_TEST

START_TEST(without_a_device_id_a_backed_context_speaks_for_it)
{
    given_a_context();
    judged_as(VERDICT_PASS, "device_by_context");
}
END_TEST

START_TEST(with_a_device_id_no_context_speaks_for_it)
{
    given_a_context();
    sign_in.device_id = "d0000000-0000-4000-8000-000000000001";
    findings.device = &device;
    findings.managed = &managed;
    device.compliant = TRI_NO;
    judged_as(VERDICT_FAIL, "device_entra_noncompliant");
    findings.device = NULL;
    judged_as(VERDICT_UNKNOWN, "device_unread");
}
END_TEST

START_TEST(without_a_device_id_and_without_a_context_it_is_absent)
{
    given_a_context();
    sign_in.context_count = 0;
    judged_as(VERDICT_FAIL, "device_absent");
    findings.sign_in = NULL;
    judged_as(VERDICT_FAIL, "device_absent");
}
END_TEST

START_TEST(a_context_that_proves_less_than_a_compliant_device_is_none)
{
    given_a_context();
    claim.proves = PROOF_MFA;
    judged_as(VERDICT_FAIL, "device_absent");
    claim.proves = PROOF_COMPLIANT_DEVICE;
    enforced.proves = PROOF_MFA;
    judged_as(VERDICT_FAIL, "device_absent");
    enforced.proves = PROOF_COMPLIANT_DEVICE;
    judged_as(VERDICT_PASS, "device_by_context");
    enforced.state = "enabledForReportingButNotEnforced";
    judged_as(VERDICT_FAIL, "device_absent");
}
END_TEST

START_TEST(a_context_is_waited_for_while_conditional_access_is_unread)
{
    given_a_context();
    contexts.reading.known = false;
    judged_as(VERDICT_UNKNOWN, "device_unread");
    ck_assert(waits());
    findings.contexts = NULL;
    judged_as(VERDICT_UNKNOWN, "device_unread");
    claim.proves = PROOF_MFA; /* reading it could not help */
    judged_as(VERDICT_FAIL, "device_absent");
    given_a_context();
    contexts.reading.at = NOW - 601;
    judged_as(VERDICT_UNKNOWN, "device_unread");
}
END_TEST

SPECIFICATION("policies/judge_device", a_device_that_both_call_compliant_counts,
              nothing_is_said_when_nothing_is_demanded, every_state_of_intune_but_compliant_is_no,
              a_state_that_intune_leaves_out_is_unknown, the_device_in_use_is_judged_and_no_other,
              two_entries_of_one_device_must_both_comply,
              a_device_that_is_managed_for_somebody_else_is_no,
              a_device_that_intune_does_not_manage_is_no, a_device_that_is_gone_or_disabled_is_no,
              entra_alone_can_say_no, what_entra_leaves_out_is_unknown,
              readings_that_nobody_made_are_waited_for,
              one_negative_reading_suffices_while_the_other_is_missing,
              a_device_without_a_name_is_called_the_device,
              without_a_device_id_a_backed_context_speaks_for_it,
              with_a_device_id_no_context_speaks_for_it,
              without_a_device_id_and_without_a_context_it_is_absent,
              a_context_that_proves_less_than_a_compliant_device_is_none,
              a_context_is_waited_for_while_conditional_access_is_unread)
