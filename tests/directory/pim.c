/* Goal: what is in force is read as it is, for one person and one target, whatever else a list
   brings; and PIM's own rules are obeyed. */
#include "directory/fixture.h"
#include "directory/reader.h"
#include "support/spec.h"

static const struct question *const in_group = &about[FACT_INSTANCES];
static const struct question *const in_role = &about_role_instances;
static const struct question *const of_group = &about[FACT_ADMIN_RULES];
static const struct question *const of_role = &about_role_rules;

#define IN_GROUP(group, principal, access, more)                                                   \
    "{'id': 'i', 'groupId': '" group "', 'principalId': '" principal "', 'accessId': '" access     \
    "', 'memberType': 'Direct', 'assignmentType': 'Assigned'," more "}"
#define IN_ROLE(scope, type, member, more)                                                         \
    "{'id': 'i', 'roleDefinitionId': '" ROLE "', 'principalId': '" ALICE                           \
    "', 'directoryScopeId': '" scope "', 'appScopeId': null, 'memberType': '" member               \
    "', 'assignmentType': '" type "'," more "}"
#define FROM_TEN_TO_NOON                                                                           \
    "'startDateTime': '2026-01-15T10:00:00.1Z', 'endDateTime': '2026-01-15T12:00:00Z'"
#define TEN INT64_C(1768471200)

/* Instances. */

START_TEST(instances_are_asked_for_by_person_and_target)
{
    struct question owner = {
        .kind = FACT_INSTANCES, .subject = ALICE, .object = "group/" SOC "/owner"};
    static const char path[] =
        "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances"
        "?$filter=groupId%20eq%20'" SOC "'%20and%20principalId%20eq%20'" ALICE "'";
    ck_assert_text(path_of_step(in_group, 0, NULL), path);
    ck_assert_text(path_of_step(&owner, 0, NULL), path);
    ck_assert_text(path_of_step(in_role, 0, NULL),
                   "/v1.0/roleManagement/directory/roleAssignmentScheduleInstances"
                   "?$filter=roleDefinitionId%20eq%20'" ROLE "'%20and%20principalId%20eq%20'" ALICE
                   "'");
}
END_TEST

START_TEST(an_instance_in_a_group_is_read)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        in_group, "{'value': [" IN_GROUP(SOC, ALICE_2, "member", FROM_TEN_TO_NOON) "]}", NULL);
    const struct instance *instance = &fact->instances.list[0];
    ck_assert_uint_eq(fact->instances.count, 1);
    ck_assert(!instance->activated);
    ck_assert(instance->direct);
    ck_assert_int_eq(instance->start_at, TEN);
    ck_assert_int_eq(instance->end_at, TEN + 7200);
}
END_TEST

START_TEST(letter_case_of_enums_is_no_matter)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_group,
                  "{'value': [{'groupId': '" SOC "', 'principalId': '" ALICE
                  "', 'accessId': 'Member', 'memberType': 'direct', 'assignmentType': 'activated',"
                  " 'endDateTime': '2026-01-15T12:00:00Z'}]}",
                  NULL);
    ck_assert(fact->instances.list[0].activated);
    ck_assert(fact->instances.list[0].direct);
}
END_TEST

START_TEST(times_have_none_to_seven_decimals)
{
    static const char *const ends[] = {
        "2026-01-15T12:00:00Z",         "2026-01-15T12:00:00.0Z",
        "2026-01-15T12:00:00.653Z",     "2026-01-15T12:00:00.9999999Z",
        "2026-01-15T13:00:00.12+01:00", "2026-01-15T12:00:00.000000Z"};
    for (size_t i = 0; i < COUNT(ends); i++) {
        scoped(text_scoped) struct text body = TEXT_LIMIT(4096);
        text_addf(&body,
                  "{'value': [" IN_ROLE("/", "Activated", "Direct", "'endDateTime': '%s'") "]}",
                  ends[i]);
        scoped(fact_scoped) struct fact *fact = read_fact(in_role, text_of(&body), NULL);
        ck_assert_int_eq(fact->instances.list[0].end_at, TEN + 7200);
    }
}
END_TEST

START_TEST(no_end_is_permanent)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_role,
                  "{'value': [" IN_ROLE("/", "Assigned", "Direct",
                                        "'startDateTime': null, 'endDateTime': null") "]}",
                  NULL);
    ck_assert_int_eq(fact->instances.list[0].end_at, INT64_MAX);
    ck_assert_int_eq(fact->instances.list[0].start_at, 0);
}
END_TEST

START_TEST(what_is_held_through_a_group_is_not_direct)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_role,
                  "{'value': [" IN_ROLE("/", "Activated", "Group", FROM_TEN_TO_NOON) ", " IN_ROLE(
                      "/", "Activated", "Inherited", FROM_TEN_TO_NOON) "]}",
                  NULL);
    ck_assert_uint_eq(fact->instances.count, 2);
    ck_assert(!fact->instances.list[0].direct);
    ck_assert(!fact->instances.list[1].direct);
}
END_TEST

START_TEST(entries_of_others_are_left_out)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_group,
                  "{'value': [" IN_GROUP(SOC, BOB, "member", FROM_TEN_TO_NOON) "," IN_GROUP(
                      LEADS, ALICE, "member", FROM_TEN_TO_NOON) "," IN_GROUP(SOC, ALICE, "owner",
                                                                             FROM_TEN_TO_NOON) "]}",
                  NULL);
    ck_assert_uint_eq(fact->instances.count, 0);
}
END_TEST

START_TEST(scopes_are_compared_byte_for_byte)
{
    struct question unit = {.kind = FACT_INSTANCES,
                            .subject = ALICE,
                            .object = "directory_role/" ROLE "//administrativeUnits/Ab"};
    static const char list[] =
        "{'value': [" IN_ROLE("/", "Assigned", "Direct", FROM_TEN_TO_NOON) "," IN_ROLE(
            "/administrativeUnits/ab", "Assigned", "Direct", FROM_TEN_TO_NOON) "]}";
    scoped(fact_scoped) struct fact *in_tenant = read_fact(in_role, list, NULL);
    scoped(fact_scoped) struct fact *in_unit = read_fact(&unit, list, NULL);
    ck_assert_uint_eq(in_tenant->instances.count, 1);
    ck_assert_uint_eq(in_unit->instances.count, 0);
}
END_TEST

START_TEST(instances_of_several_pages_add_up)
{
    scoped(fact_scoped) struct fact *fact =
        read_facts(in_role, "{'value': [" IN_ROLE("/", "Assigned", "Direct", FROM_TEN_TO_NOON) "]}",
                   "{'value': [" IN_ROLE("/", "Activated", "Direct", FROM_TEN_TO_NOON) "]}");
    ck_assert_uint_eq(fact->instances.count, 2);
}
END_TEST

START_TEST(instances_of_another_shape_are_not_known)
{
    ck_assert(is_refused(in_role,
                         "{'value': [" IN_ROLE("/", "Eternal", "Direct", FROM_TEN_TO_NOON) "]}",
                         "neither assigned nor activated"));
    ck_assert(is_refused(
        in_role, "{'value': [" IN_ROLE("/", "Assigned", "Direct", "'endDateTime': 'soon'") "]}",
        "endDateTime"));
    ck_assert(is_refused(
        in_role, "{'value': [" IN_ROLE("/", "Assigned", "Direct", "'endDateTime': 1768471200") "]}",
        "endDateTime"));
    ck_assert(is_refused(in_role, "{'value': [{'principalId': '" ALICE "'}]}", "no "));
    ck_assert(is_refused(in_group, "{'value': [7]}", "object"));
    ck_assert(is_refused(in_group, "{'value': null}", "value"));
}
END_TEST

/* The rules for administrators. */

#define RULE(id, more) "{'@odata.type': '#microsoft.graph.rule', 'id': '" id "', " more "}"
#define EXPIRES(required, longest)                                                                 \
    RULE("Expiration_Admin_Assignment",                                                            \
         "'isExpirationRequired': " required ", 'maximumDuration': " longest)
#define ENABLES(rules) RULE("Enablement_Admin_Assignment", "'enabledRules': [" rules "]")
#define POLICY(scope, role, rules)                                                                 \
    "{'id': 'p', 'scopeId': '" scope "', 'scopeType': 'Group', 'roleDefinitionId': '" role         \
    "', 'policy': {'id': 'q', 'rules': [" rules "]}}"

START_TEST(rules_are_asked_for_by_target)
{
    ck_assert_text(path_of_step(of_group, 0, NULL),
                   "/v1.0/policies/roleManagementPolicyAssignments?$filter=scopeId%20eq%20'" SOC
                   "'%20and%20scopeType%20eq%20'Group'%20and%20roleDefinitionId%20eq%20'member'"
                   "&$expand=policy($expand=rules)");
    ck_assert_text(
        path_of_step(of_role, 0, NULL),
        "/v1.0/policies/roleManagementPolicyAssignments?$filter=scopeId%20eq%20'%2F'"
        "%20and%20scopeType%20eq%20'DirectoryRole'%20and%20roleDefinitionId%20eq%20'" ROLE
        "'&$expand=policy($expand=rules)");
}
END_TEST

START_TEST(a_role_in_a_unit_has_the_policy_of_the_role)
{
    struct question unit = {.kind = FACT_ADMIN_RULES,
                            .subject = "directory_role/" ROLE "//administrativeUnits/7"};
    ck_assert_text(path_of_step(&unit, 0, NULL), path_of_step(of_role, 0, NULL));
}
END_TEST

START_TEST(rules_are_read)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        of_group,
        "{'value': [" POLICY(
            SOC, "Member",
            RULE("Expiration_Admin_Eligibility",
                 "'isExpirationRequired': false, "
                 "'maximumDuration': 'P365D'") "," EXPIRES("true",
                                                           "'P15DT4H'") "," ENABLES("'Justification"
                                                                                    "', "
                                                                                    "'MultiFactorAu"
                                                                                    "thentication"
                                                                                    "'")) "]}",
        NULL);
    ck_assert(fact->admin_rules.exists);
    ck_assert(fact->admin_rules.end_required);
    ck_assert(fact->admin_rules.mfa_required);
    ck_assert_int_eq(fact->admin_rules.longest_seconds, 15 * 86400 + 4 * 3600);
}
END_TEST

START_TEST(rules_without_limits_are_read)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        of_role, "{'value': [" POLICY("/", ROLE, EXPIRES("false", "null") "," ENABLES("")) "]}",
        NULL);
    ck_assert(fact->admin_rules.exists);
    ck_assert(!fact->admin_rules.end_required);
    ck_assert(!fact->admin_rules.mfa_required);
    ck_assert_int_eq(fact->admin_rules.longest_seconds, INT64_MAX);
}
END_TEST

START_TEST(of_two_policies_the_strictest_rules_count)
{
    scoped(fact_scoped) struct fact *fact = read_facts(
        of_group,
        "{'value': [" POLICY(SOC, "member", EXPIRES("false", "'PT8H'") "," ENABLES("")) "]}",
        "{'value': [" POLICY(
            SOC, "member",
            EXPIRES("true", "'P1D'") "," ENABLES("'MultiFactorAuthentication'")) "]}");
    ck_assert(fact->admin_rules.end_required);
    ck_assert(fact->admin_rules.mfa_required);
    ck_assert_int_eq(fact->admin_rules.longest_seconds, 8 * 3600);
}
END_TEST

START_TEST(without_a_policy_of_its_own_there_are_no_rules)
{
    scoped(fact_scoped) struct fact *none = read_fact(of_group, "{'value': []}", NULL);
    scoped(fact_scoped) struct fact *others = read_fact(
        of_group, "{'value': [" POLICY(SOC, "owner", "") "," POLICY(LEADS, "member", "") "]}",
        NULL);
    ck_assert(!none->admin_rules.exists);
    ck_assert(!others->admin_rules.exists);
}
END_TEST

START_TEST(rules_that_are_not_all_there_are_not_known)
{
    ck_assert(is_refused(of_group,
                         "{'value': [" POLICY(SOC, "member", EXPIRES("true", "'P1D'")) "]}",
                         "Enablement_Admin_Assignment"));
    ck_assert(is_refused(of_group, "{'value': [" POLICY(SOC, "member", ENABLES("")) "]}",
                         "Expiration_Admin_Assignment"));
    ck_assert(is_refused(
        of_group,
        "{'value': [" POLICY(SOC, "member", EXPIRES("true", "'P6M'") "," ENABLES("")) "]}",
        "maximumDuration"));
    ck_assert(is_refused(
        of_group, "{'value': [" POLICY(SOC, "member", EXPIRES("true", "null") "," ENABLES("")) "]}",
        "maximumDuration"));
    ck_assert(is_refused(
        of_group,
        "{'value': [" POLICY(SOC, "member", EXPIRES("'no'", "'P1D'") "," ENABLES("")) "]}",
        "isExpirationRequired"));
    ck_assert(is_refused(
        of_group,
        "{'value': [" POLICY(SOC, "member", EXPIRES("true", "'P1D'") "," ENABLES("7")) "]}",
        "never seen"));
    ck_assert(is_refused(
        of_group,
        "{'value': [" POLICY(SOC, "member", EXPIRES("true", "'P1D'") "," ENABLES("'Oath'")) "]}",
        "never seen"));
    ck_assert(is_refused(
        of_group, "{'value': [{'scopeId': '" SOC "', 'roleDefinitionId': 'member'}]}", "object"));
}
END_TEST

/* Targets. */

START_TEST(targets_that_nobody_knows_are_not_asked_for)
{
    static const char *const wrong[] = {"azure_role/" ROLE "//subscriptions/7",
                                        "azure_role/" ROLE "//",
                                        "group/" SOC,
                                        "group/" SOC "/guest",
                                        "team/" SOC "/member",
                                        ""};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct question question = {.kind = FACT_INSTANCES, .subject = ALICE, .object = wrong[i]};
        scoped(arena_scoped) struct arena *arena = arena_new();
        struct asked asked;
        struct reason why = {0};
        ck_assert_int_eq(reader_understand(&question, arena, &asked, &why), FAIL_INVALID);
        question = (struct question){.kind = FACT_ADMIN_RULES, .subject = wrong[i]};
        ck_assert_int_eq(reader_understand(&question, arena, &asked, &why), FAIL_INVALID);
    }
}
END_TEST

SPECIFICATION("directory/pim", instances_are_asked_for_by_person_and_target,
              an_instance_in_a_group_is_read, letter_case_of_enums_is_no_matter,
              times_have_none_to_seven_decimals, no_end_is_permanent,
              what_is_held_through_a_group_is_not_direct, entries_of_others_are_left_out,
              scopes_are_compared_byte_for_byte, instances_of_several_pages_add_up,
              instances_of_another_shape_are_not_known, rules_are_asked_for_by_target,
              a_role_in_a_unit_has_the_policy_of_the_role, rules_are_read,
              rules_without_limits_are_read, of_two_policies_the_strictest_rules_count,
              without_a_policy_of_its_own_there_are_no_rules,
              rules_that_are_not_all_there_are_not_known,
              targets_that_nobody_knows_are_not_asked_for)
