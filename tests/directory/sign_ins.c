/* Goal: the log of sign-ins, the report of registrations and the groups of a device are asked for
 * narrowly and read without a guess. */
#include "directory/fixture.h"
#include "support/spec.h"

static const struct question *const log_of = &about[FACT_SIGN_INS];
static const struct question *const details = &about[FACT_REGISTRATION];
static const struct question *const groups = &about[FACT_DEVICE_GROUPS];

#define CURFEW "C0000000-0000-4000-8000-00000000000F"
#define ENTRY(user, more)                                                                          \
    "{'userId': '" user "', 'createdDateTime': '2026-01-15T10:00:00.25Z', 'status': "              \
    "{'errorCode': 0}" more "}"

START_TEST(the_log_is_asked_for_one_person_from_a_moment_on)
{
    ck_assert_text(path_of_step(log_of, 0, NULL),
                   "/v1.0/auditLogs/signIns?$filter=userId%20eq%20'" ALICE
                   "'%20and%20createdDateTime%20ge%202026-01-15T09:45:00Z&$top=100");
    ck_assert_text(path_of_step(log_of, 1, NULL), "");
}
END_TEST

START_TEST(an_entry_is_read_whole)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        log_of,
        "{'value': [" ENTRY(ALICE_2, ", 'appId': '" CURFEW "', 'clientAppUsed': 'Browser',"
                                     " 'riskLevelDuringSignIn': 'medium', 'riskState': 'atRisk',"
                                     " 'deviceDetail': {'deviceId': '" LAPTOP "'}") "]}",
        NULL);
    ck_assert_uint_eq(fact->sign_ins.count, 1);
    const struct logged_sign_in *entry = &fact->sign_ins.entries[0];
    ck_assert_int_eq(entry->at, 1768471200);
    ck_assert_int_eq(entry->error, 0);
    ck_assert_text(entry->app_id, "c0000000-0000-4000-8000-00000000000f");
    ck_assert_text(entry->client, "Browser");
    ck_assert_text(entry->device_id, LAPTOP);
    ck_assert_int_eq(entry->risk, RISK_MEDIUM);
    ck_assert(!entry->settled && !entry->compromised);
}
END_TEST

START_TEST(what_an_entry_leaves_out_is_not_known)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        log_of,
        "{'value': [" ENTRY(ALICE, "") "," ENTRY(
            ALICE, ", 'appId': '', 'clientAppUsed': null, 'deviceDetail': {'deviceId': ''},"
                   " 'riskLevelDuringSignIn': 'unknownFutureValue', 'riskState': "
                   "'confirmedCompromised'") "," ENTRY(ALICE, ", 'riskLevelDuringSignIn': 'hidden',"
                                                              " 'riskState': 'remediated'") "]}",
        NULL);
    ck_assert_uint_eq(fact->sign_ins.count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(fact->sign_ins.entries[i].risk, RISK_HIDDEN);
        ck_assert_ptr_null(fact->sign_ins.entries[i].app_id);
        ck_assert_ptr_null(fact->sign_ins.entries[i].client);
        ck_assert_ptr_null(fact->sign_ins.entries[i].device_id);
    }
    ck_assert(fact->sign_ins.entries[1].compromised);
    ck_assert(fact->sign_ins.entries[2].settled);
}
END_TEST

START_TEST(an_ignored_filter_does_not_bring_sign_ins_of_others)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(log_of, "{'value': [" ENTRY(BOB, "") "]}", NULL);
    ck_assert_uint_eq(fact->sign_ins.count, 0);
}
END_TEST

START_TEST(a_log_of_another_shape_is_not_known)
{
    ck_assert(is_refused(log_of, "{'value': null}", "value"));
    ck_assert(
        is_refused(log_of, "{'value': [{'userId': '" ALICE "'}]}", "where an object should be"));
    ck_assert(is_refused(log_of,
                         "{'value': [{'userId': '" ALICE "', 'createdDateTime': 'then', 'status': "
                         "{'errorCode': 0}}]}",
                         "createdDateTime"));
    ck_assert(is_refused(log_of,
                         "{'value': [{'userId': '" ALICE
                         "', 'createdDateTime': '2026-01-15T10:00:00Z', 'status': "
                         "{'errorCode': '0'}}]}",
                         "errorCode"));
}
END_TEST

START_TEST(a_registration_is_read_in_both_forms_that_microsoft_prints)
{
    static const char *const forms[] = {
        "{'id': '" ALICE "', 'isMfaRegistered': false, 'isMfaCapable': false}",
        "{'value': [{'id': '" ALICE_2 "', 'isMfaRegistered': false, 'isMfaCapable': false}]}",
        "{'value': {'id': '" ALICE "', 'isMfaRegistered': false, 'isMfaCapable': false}}",
    };
    ck_assert_text(path_of_step(details, 0, NULL),
                   "/v1.0/reports/authenticationMethods/userRegistrationDetails/" ALICE);
    for (size_t i = 0; i < COUNT(forms); i++) {
        scoped(fact_scoped) struct fact *fact = read_fact(details, forms[i], NULL);
        ck_assert(fact->registration.exists && !fact->registration.mfa);
    }
    scoped(fact_scoped) struct fact *fact = read_fact(
        details, "{'id': '" ALICE "', 'isMfaRegistered': false, 'isMfaCapable': true}", NULL);
    ck_assert(fact->registration.mfa);
    ck_assert(is_refused(details,
                         "{'id': '" BOB "', 'isMfaRegistered': true, 'isMfaCapable': true}",
                         "somebody else"));
    ck_assert(is_refused(details, "{'id': '" ALICE "', 'isMfaRegistered': false}", "isMfaCapable"));
}
END_TEST

START_TEST(a_device_is_asked_for_the_groups_that_matter)
{
    const char *body;
    ck_assert_text(path_of_step(groups, 0, &body), "/v1.0/devices/" LAPTOP "/checkMemberGroups");
    ck_assert_text(body, json_of("{'groupIds':['" SOC "','" LEADS "']}"));
    scoped(fact_scoped) struct fact *fact =
        read_fact(groups, "{'value': ['" LEADS "', '" OTHERS "']}", NULL);
    ck_assert_uint_eq(fact->device_groups.count, 1);
    ck_assert_text(fact->device_groups.groups[0], LEADS);
}
END_TEST

SPECIFICATION("directory/sign_ins", the_log_is_asked_for_one_person_from_a_moment_on,
              an_entry_is_read_whole, what_an_entry_leaves_out_is_not_known,
              an_ignored_filter_does_not_bring_sign_ins_of_others,
              a_log_of_another_shape_is_not_known,
              a_registration_is_read_in_both_forms_that_microsoft_prints,
              a_device_is_asked_for_the_groups_that_matter)
