/* Goal: what a rule demands of the device in use beside compliance is held against every entry of
 * Intune for it, and what is not known of it is no. */
#include "policies/given.h"

static struct person_key alice;
static struct sign_in sign_in;
static struct device device;
static struct managed_device entries[2];
static struct managed_devices managed;
static struct memberships groups;
static struct findings findings;
static struct demands demands;

#define PAWS "c0000000-0000-4000-8000-000000000001"

/* Alice signed in from SEC-114, hers, compliant, managed, heard of ten minutes ago, of category
   PAW and in the group of privileged workstations. Nothing is demanded yet. */
static void given_a_device(void)
{
    alice = given_person(ALICE);
    sign_in = (struct sign_in){
        .at = NOW - 290, .auth_time = -1, .device_id = "d0000000-0000-4000-8000-000000000001"};
    device = (struct device){.reading = {.known = true, .at = NOW},
                             .exists = true,
                             .enabled = TRI_YES,
                             .compliant = TRI_YES,
                             .managed = TRI_YES,
                             .name = "SEC-114"};
    entries[0] = entries[1] = (struct managed_device){.user_id = ALICE,
                                                      .name = "SEC-114",
                                                      .category = "PAW",
                                                      .compliance = "compliant",
                                                      .management = "managed",
                                                      .synced_at = NOW - 600};
    managed = (struct managed_devices){
        .reading = {.known = true, .at = NOW}, .count = 1, .devices = entries};
    groups = given_groups(PAWS, NULL);
    demands = (struct demands){0};
    findings = (struct findings){.now = NOW,
                                 .person = &alice,
                                 .sign_in = &sign_in,
                                 .device = &device,
                                 .managed = &managed,
                                 .device_groups = &groups};
}

static void judged_as(enum verdict verdict, const char *code)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_device(&demands, &findings, &list);
    ck_assert_text(judged(&list, verdict), code);
    ck_assert_text(list.items[0].check, "device");
}

START_TEST(a_device_is_managed_when_entra_and_intune_say_so)
{
    given_a_device();
    demands.required.managed_device = true;
    judged_as(VERDICT_PASS, "device_managed");
    entries[0].compliance = "noncompliant"; /* nobody asked */
    device.compliant = TRI_NO;
    judged_as(VERDICT_PASS, "device_managed");
    device.managed = TRI_UNKNOWN;
    judged_as(VERDICT_UNKNOWN, "device_management_unknown");
    device.managed = TRI_NO;
    judged_as(VERDICT_FAIL, "device_unmanaged");
    device.managed = TRI_YES;
    entries[0].management = "retirePending";
    judged_as(VERDICT_FAIL, "device_not_kept");
    entries[0].management = NULL;
    judged_as(VERDICT_UNKNOWN, "device_management_unknown");
    entries[0].management = "managed";
    entries[0].jail_broken = true;
    judged_as(VERDICT_FAIL, "device_jail_broken");
    managed.count = 0;
    judged_as(VERDICT_FAIL, "device_unmanaged");
}
END_TEST

START_TEST(a_device_that_intune_has_not_heard_of_lately_is_no)
{
    given_a_device();
    demands.required.synced_within_seconds = 3600;
    judged_as(VERDICT_PASS, "device_synced");
    entries[0].synced_at = NOW - 3600;
    judged_as(VERDICT_PASS, "device_synced");
    entries[0].synced_at = NOW - 3601;
    judged_as(VERDICT_FAIL, "device_stale");
    entries[0].synced_at = 0;
    judged_as(VERDICT_UNKNOWN, "device_sync_unknown");
    entries[0].synced_at = NOW + 301; /* of the future: no age at all */
    judged_as(VERDICT_UNKNOWN, "device_sync_unknown");
    entries[0].synced_at = NOW;
    managed.count = 2;
    entries[1].synced_at = NOW - 3601;
    judged_as(VERDICT_FAIL, "device_stale");
}
END_TEST

START_TEST(a_privileged_workstation_is_known_by_its_group_or_its_category)
{
    static const char *paws[] = {PAWS}, *others[] = {ANALYSTS}, *category[] = {"Kiosk", "PAW"};
    struct workstation wanted = {.names = {1, paws}};
    given_a_device();
    demands.required.workstation_count = 1;
    demands.required.workstations = &wanted;
    judged_as(VERDICT_PASS, "device_workstation");
    wanted.names.words = others;
    judged_as(VERDICT_FAIL, "device_no_workstation");
    groups.reading.known = false;
    judged_as(VERDICT_UNKNOWN, "device_groups_unread");
    findings.device_groups = NULL;
    judged_as(VERDICT_UNKNOWN, "device_groups_unread");
    wanted = (struct workstation){.by_category = true, .names = {2, category}};
    judged_as(VERDICT_PASS, "device_workstation");
    entries[0].category = "paw"; /* another category */
    judged_as(VERDICT_FAIL, "device_no_workstation");
    entries[0].category = NULL;
    judged_as(VERDICT_FAIL, "device_no_workstation");
}
END_TEST

START_TEST(what_every_rule_wants_of_a_workstation_must_be_there)
{
    static const char *paws[] = {PAWS}, *others[] = {ANALYSTS};
    const struct workstation wanted[] = {{.names = {1, paws}}, {.names = {1, others}}};
    given_a_device();
    demands.required.workstation_count = 2;
    demands.required.workstations = wanted;
    judged_as(VERDICT_FAIL, "device_no_workstation");
}
END_TEST

START_TEST(without_a_device_id_a_context_proves_compliance_and_nothing_else)
{
    static const char *carried[] = {"c1"};
    struct context_policy enforced = {
        .context = "c1", .state = "enabled", .proves = PROOF_COMPLIANT_DEVICE, .everybody = true};
    const struct contexts contexts = {
        .reading = {.known = true, .at = NOW}, .count = 1, .policies = &enforced};
    const struct context_claim claim = {.context = "c1", .proves = PROOF_COMPLIANT_DEVICE};
    given_a_device();
    sign_in.device_id = NULL;
    sign_in.context_count = 1;
    sign_in.contexts = carried;
    findings.contexts = &contexts;
    findings.claim_count = 1;
    findings.claims = &claim;
    demands.compliant_device = true;
    judged_as(VERDICT_PASS, "device_by_context");
    demands.required.managed_device = true;
    judged_as(VERDICT_FAIL, "device_absent");
}
END_TEST

START_TEST(states_that_a_policy_accepts_pass_and_only_those) /* S57 */
{
    given_a_device();
    demands.compliant_device = true;
    entries[0].compliance = "inGracePeriod";
    judged_as(VERDICT_FAIL, "device_disagree");
    demands.required.accepts_grace = true;
    judged_as(VERDICT_PASS, "device_compliant");
    entries[0].compliance = "configManager";
    judged_as(VERDICT_UNKNOWN, "device_state_unknown");
    demands.required.accepts_config_manager = true;
    judged_as(VERDICT_PASS, "device_compliant");
    device.compliant = TRI_NO; /* Entra must agree all the same */
    judged_as(VERDICT_FAIL, "device_entra_noncompliant");
    device.compliant = TRI_YES;
    entries[0].compliance = "noncompliant";
    judged_as(VERDICT_FAIL, "device_disagree");
}
END_TEST

static const char *said(void)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_device(&demands, &findings, &list);
    json_auto_t *packed = evidence_pack(&list), *view = evidence_view(packed);
    const char *says = json_string_value(json_object_get(json_array_get(view, 0), "says"));
    return arena_copy(given_arena(), says);
}

START_TEST(a_refusal_says_which_device_it_is_and_since_when)
{
    given_a_device();
    demands.compliant_device = true;
    device.compliant = TRI_NO;
    entries[0].compliance = "noncompliant";
    entries[0].grace_until = NOW - 60;
    ck_assert_text(said(), "SEC-114 is not compliant in Intune since 2026-01-15 09:59 UTC: it says "
                           "\"noncompliant\".");
    entries[0].grace_until = NOW + 60; /* it begins to count later: this is for another reason */
    ck_assert_text(said(), "SEC-114 is not compliant: Intune said \"noncompliant\" when it last "
                           "heard from it, 2026-01-15 09:50 UTC.");
    entries[0].grace_until = entries[0].synced_at = 0;
    ck_assert_text(said(), "SEC-114 is not compliant: Intune says \"noncompliant\".");
}
END_TEST

SPECIFICATION("policies/judge_kept", a_device_is_managed_when_entra_and_intune_say_so,
              a_device_that_intune_has_not_heard_of_lately_is_no,
              a_privileged_workstation_is_known_by_its_group_or_its_category,
              what_every_rule_wants_of_a_workstation_must_be_there,
              without_a_device_id_a_context_proves_compliance_and_nothing_else,
              states_that_a_policy_accepts_pass_and_only_those,
              a_refusal_says_which_device_it_is_and_since_when)
