/* Goal: only the very device that a sign-in named speaks for itself. */
#include "directory/fixture.h"
#include "support/spec.h"

static const struct question *const in_entra = &about[FACT_DEVICE];
static const struct question *const in_intune = &about[FACT_MANAGED];

#define LAPTOP_2 "1A970B00-0000-4000-8000-00000000000D"

/* Entra. */

START_TEST(a_device_is_asked_for_by_the_id_that_tokens_carry)
{
    ck_assert_text(path_of_step(in_entra, 0, NULL),
                   "/v1.0/devices(deviceId='" LAPTOP
                   "')?$select=id,deviceId,displayName,accountEnabled,isCompliant,isManaged");
}
END_TEST

START_TEST(a_quote_in_an_id_does_not_end_it)
{
    struct question odd = {.kind = FACT_DEVICE, .subject = "x') or (1 eq 1"};
    ck_assert_text(path_of_step(&odd, 0, NULL),
                   "/v1.0/devices(deviceId='x%27%27%29%20or%20%281%20eq%201')"
                   "?$select=id,deviceId,displayName,accountEnabled,isCompliant,isManaged");
}
END_TEST

START_TEST(a_device_is_read)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_entra,
                  "{'id': 'object-7', 'deviceId': '" LAPTOP_2 "', 'displayName': 'SEC-114',"
                  " 'accountEnabled': true, 'isCompliant': true, 'isManaged': true}",
                  NULL);
    ck_assert(fact->device.exists);
    ck_assert_int_eq(fact->device.enabled, TRI_YES);
    ck_assert_int_eq(fact->device.compliant, TRI_YES);
    ck_assert_text(fact->device.object_id, "object-7");
    ck_assert_text(fact->device.name, "SEC-114");
}
END_TEST

START_TEST(compliance_that_is_null_is_unknown)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_entra,
                  "{'id': '1', 'deviceId': '" LAPTOP "', 'accountEnabled': false,"
                  " 'isCompliant': null}",
                  NULL);
    ck_assert_int_eq(fact->device.enabled, TRI_NO);
    ck_assert_int_eq(fact->device.compliant, TRI_UNKNOWN);
}
END_TEST

START_TEST(another_device_does_not_speak_for_this_one)
{
    ck_assert(is_refused(in_entra, "{'id': '1', 'deviceId': '" PHONE "', 'isCompliant': true}",
                         "another device"));
    ck_assert(is_refused(in_entra, "{'id': '" LAPTOP "', 'isCompliant': true}", "deviceId"));
    ck_assert(is_refused(in_entra, "{'id': '1', 'deviceId': '" LAPTOP "', 'isCompliant': 'true'}",
                         "isCompliant"));
}
END_TEST

/* Intune. */

#define MANAGED(id, state)                                                                         \
    "{'id': 'm', 'azureADDeviceId': '" id "', 'userId': '" ALICE "', 'deviceName': 'SEC-114',"     \
    " 'complianceState': '" state "'}"

START_TEST(intune_is_asked_with_one_filter)
{
    ck_assert_text(path_of_step(in_intune, 0, NULL),
                   "/v1.0/deviceManagement/managedDevices?$filter=azureADDeviceId%20eq%20'" LAPTOP
                   "'&$select=id,userId,deviceName,azureADDeviceId,complianceState,managementState,"
                   "deviceCategoryDisplayName,lastSyncDateTime,"
                   "complianceGracePeriodExpirationDateTime,jailBroken");
}
END_TEST

START_TEST(a_managed_device_is_read)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_intune, "{'value': [" MANAGED(LAPTOP_2, "inGracePeriod") "]}", NULL);
    ck_assert_uint_eq(fact->managed.count, 1);
    ck_assert_text(fact->managed.devices[0].compliance, "inGracePeriod");
    ck_assert_text(fact->managed.devices[0].user_id, ALICE);
    ck_assert_text(fact->managed.devices[0].name, "SEC-114");
}
END_TEST

START_TEST(an_ignored_filter_does_not_bring_devices_of_others)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_intune,
                  "{'value': [" MANAGED(PHONE, "compliant") ", " MANAGED(
                      LAPTOP, "noncompliant") ","
                                              "{'id': 'never joined', 'azureADDeviceId': null, "
                                              "'complianceState': 'compliant'},"
                                              "{'id': 'tablet'}]}",
                  NULL);
    ck_assert_uint_eq(fact->managed.count, 1);
    ck_assert_text(fact->managed.devices[0].compliance, "noncompliant");
}
END_TEST

START_TEST(two_entries_of_one_device_are_both_kept)
{
    scoped(fact_scoped) struct fact *fact =
        read_facts(in_intune, "{'value': [" MANAGED(LAPTOP, "compliant") "]}",
                   "{'value': [" MANAGED(LAPTOP, "error") "]}");
    ck_assert_uint_eq(fact->managed.count, 2);
}
END_TEST

START_TEST(a_device_of_nobody_is_nobodys)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        in_intune, "{'value': [{'azureADDeviceId': '" LAPTOP "', 'complianceState': 'compliant'}]}",
        NULL);
    ck_assert_ptr_null(fact->managed.devices[0].user_id);
}
END_TEST

START_TEST(managed_devices_of_another_shape_are_not_known)
{
    ck_assert(
        is_refused(in_intune, "{'value': [{'azureADDeviceId': '" LAPTOP "'}]}", "complianceState"));
    ck_assert(is_refused(in_intune, "{'value': [{'azureADDeviceId': 7}]}", "azureADDeviceId"));
    ck_assert(is_refused(in_intune,
                         "{'value': [{'azureADDeviceId': '" LAPTOP "', 'complianceState': true}]}",
                         "complianceState"));
    ck_assert(is_refused(in_intune, "{'value': null}", "value"));
}
END_TEST

SPECIFICATION("directory/devices", a_device_is_asked_for_by_the_id_that_tokens_carry,
              a_quote_in_an_id_does_not_end_it, a_device_is_read,
              compliance_that_is_null_is_unknown, another_device_does_not_speak_for_this_one,
              intune_is_asked_with_one_filter, a_managed_device_is_read,
              an_ignored_filter_does_not_bring_devices_of_others,
              two_entries_of_one_device_are_both_kept, a_device_of_nobody_is_nobodys,
              managed_devices_of_another_shape_are_not_known)
