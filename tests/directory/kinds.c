/* Goal: what doctor asks of a target: which kind of group it is, who holds it, and what PIM asks of
   people who activate it. */
#include "directory/fixture.h"
#include "support/spec.h"

static const struct question *const soc = &about[FACT_GROUP];
static const struct question *const holders = &about[FACT_HOLDERS];
static const struct question *const rules = &about[FACT_SELF_RULES];
static const struct question role_holders = {.kind = FACT_HOLDERS, .subject = ROLE_IN_TENANT};

START_TEST(a_group_is_asked_for_by_its_id)
{
    ck_assert_text(path_of_step(soc, 0, NULL),
                   "/v1.0/groups/" SOC "?$select=id,displayName,groupTypes,onPremisesSyncEnabled,"
                   "isAssignableToRole");
    ck_assert_text(path_of_step(soc, 1, NULL), "");
}
END_TEST

START_TEST(a_group_is_dynamic_or_synced_where_graph_says_so)
{
    scoped(fact_scoped) struct fact *plain =
        read_fact(soc,
                  "{'id': '" SOC "', 'displayName': 'SOC', 'groupTypes': [],"
                  " 'onPremisesSyncEnabled': null, 'isAssignableToRole': true}",
                  NULL);
    ck_assert(plain->group.exists && plain->group.role_assignable);
    ck_assert(!plain->group.dynamic && !plain->group.synced);
    ck_assert_text(plain->group.name, "SOC");
    scoped(fact_scoped) struct fact *other =
        read_fact(soc,
                  "{'id': '" SOC "', 'groupTypes': ['Unified', 'DynamicMembership'],"
                  " 'onPremisesSyncEnabled': true, 'isAssignableToRole': null}",
                  NULL);
    ck_assert(other->group.dynamic && other->group.synced && !other->group.role_assignable);
}
END_TEST

START_TEST(a_group_of_another_shape_is_not_known)
{
    ck_assert(is_refused(soc, "{'id': '" LEADS "', 'groupTypes': []}", "another group"));
    ck_assert(is_refused(soc, "{'id': '" SOC "'}", "no groupTypes"));
    ck_assert(is_refused(soc, "{'id': '" SOC "', 'groupTypes': [], 'isAssignableToRole': 'x'}",
                         "isAssignableToRole"));
}
END_TEST

START_TEST(holders_are_asked_for_by_the_target_alone)
{
    ck_assert_text(path_of_step(holders, 0, NULL),
                   "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances"
                   "?$filter=groupId%20eq%20'" SOC "'");
    ck_assert_text(path_of_step(&role_holders, 0, NULL),
                   "/v1.0/roleManagement/directory/roleAssignmentScheduleInstances"
                   "?$filter=roleDefinitionId%20eq%20'" ROLE "'");
}
END_TEST

START_TEST(holders_of_another_access_or_scope_are_left_out)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(holders,
                  "{'value': [{'groupId': '" SOC "', 'accessId': 'owner', 'principalId': '" BOB
                  "', 'assignmentType': 'Assigned', 'memberType': 'Direct', 'endDateTime': null},"
                  " {'groupId': '" SOC "', 'accessId': 'member', 'principalId': '" ALICE_2
                  "', 'assignmentType': 'Activated', 'memberType': 'Group',"
                  " 'endDateTime': '2026-01-15T10:00:00Z'}]}",
                  NULL);
    ck_assert_uint_eq(fact->holders.count, 1);
    ck_assert_text(fact->holders.list[0].id, ALICE);
    ck_assert(fact->holders.list[0].activated && !fact->holders.list[0].direct);
    scoped(fact_scoped) struct fact *role = read_fact(
        &role_holders,
        "{'value': [{'roleDefinitionId': '" ROLE "', 'directoryScopeId': '/', 'principalId': '" BOB
        "', 'assignmentType': 'Assigned', 'memberType': 'Direct'}, {'roleDefinitionId': '" ROLE
        "', 'directoryScopeId': null, 'principalId': '" ALICE "', 'assignmentType': 'Assigned'}]}",
        NULL);
    ck_assert_uint_eq(role->holders.count, 1);
    ck_assert_int_eq(role->holders.list[0].end_at, INT64_MAX);
    ck_assert(role->holders.list[0].direct);
}
END_TEST

static const struct question *const standing = &about[FACT_STANDING];
static const struct question owners = {.kind = FACT_STANDING, .subject = "group/" SOC "/owner"};
static const struct question role_standing = {.kind = FACT_STANDING, .subject = ROLE_IN_TENANT};

START_TEST(who_stands_in_entras_own_list_is_asked_of_group_and_role)
{
    ck_assert_text(path_of_step(standing, 0, NULL),
                   "/v1.0/groups/" SOC "/members?$select=id&$top=999");
    ck_assert_text(path_of_step(&owners, 0, NULL),
                   "/v1.0/groups/" SOC "/owners?$select=id&$top=999");
    ck_assert_text(path_of_step(&role_standing, 0, NULL),
                   "/v1.0/roleManagement/directory/roleAssignments?$filter=roleDefinitionId%20eq"
                   "%20'" ROLE "'");
    ck_assert_text(path_of_step(standing, 1, NULL), "");
}
END_TEST

START_TEST(who_stands_in_entras_own_list_is_everybody_of_that_very_target)
{
    scoped(fact_scoped) struct fact *group =
        read_fact(standing,
                  "{'value': [{'@odata.type': '#microsoft.graph.user', 'id': '" ALICE_2
                  "'}, {'@odata.type': '#microsoft.graph.servicePrincipal', 'id': '" BOB "'}]}",
                  NULL);
    ck_assert_uint_eq(group->standing.count, 2);
    ck_assert_text(group->standing.ids[0], ALICE);
    scoped(fact_scoped) struct fact *role = read_fact(
        &role_standing,
        "{'value': [{'roleDefinitionId': '" ROLE "', 'directoryScopeId': '/', 'principalId': '" BOB
        "'}, {'roleDefinitionId': '" ROLE "', 'directoryScopeId': '/administrativeUnits/" SOC
        "', 'principalId': '" ALICE "'}, {'roleDefinitionId': '" SOC
        "', 'directoryScopeId': '/', 'principalId': '" ALICE "'}]}",
        NULL);
    ck_assert_uint_eq(role->standing.count, 1);
    ck_assert_text(role->standing.ids[0], BOB);
    ck_assert(is_refused(standing, "{'value': [{'id': 'x'}]}", "id is no GUID"));
    ck_assert(is_refused(&role_standing, "{'value': [{'roleDefinitionId': '" ROLE "'}]}", "") ==
              false);
}
END_TEST

#define POLICY(longest, approval)                                                                  \
    "{'value': [{'scopeId': '" SOC "', 'roleDefinitionId': 'member', 'policy': {'rules': ["        \
    "{'id': 'Expiration_EndUser_Assignment', 'isExpirationRequired': true, 'maximumDuration': "    \
    "'" longest "'}, {'id': 'Enablement_EndUser_Assignment', 'enabledRules': []}, "                \
    "{'id': 'AuthenticationContext_EndUser_Assignment', 'isEnabled': false}, "                     \
    "{'id': 'Approval_EndUser_Assignment', 'setting': " approval "}]}}]}"

START_TEST(rules_of_activation_are_read)
{
    scoped(fact_scoped) struct fact *free =
        read_fact(rules, POLICY("PT8H", "{'isApprovalRequired': false}"), NULL);
    ck_assert(free->self_rules.exists && !free->self_rules.approval_required);
    ck_assert_int_eq(free->self_rules.longest_seconds, 8 * 3600);
    scoped(fact_scoped) struct fact *named = read_fact(
        rules,
        POLICY("PT8H", "{'isApprovalRequired': true, 'approvalStages': [{'primaryApprovers':"
                       " [{'userId': '" BOB "'}]}]}"),
        NULL);
    ck_assert(named->self_rules.approval_required && !named->self_rules.nobody_approves);
    scoped(fact_scoped) struct fact *nobody = read_fact(
        rules,
        POLICY("PT8H",
               "{'isApprovalRequired': true, 'approvalStages': [{'primaryApprovers': []}]}"),
        NULL);
    ck_assert(nobody->self_rules.nobody_approves);
}
END_TEST

START_TEST(rules_of_activation_of_another_shape_are_not_known)
{
    ck_assert(
        is_refused(rules, POLICY("soon", "{'isApprovalRequired': false}"), "maximumDuration"));
    ck_assert(is_refused(rules,
                         "{'value': [{'scopeId': '" SOC "', 'roleDefinitionId': 'member',"
                         " 'policy': {'rules': []}}]}",
                         "a policy without the rule"));
    scoped(fact_scoped) struct fact *none = read_fact(rules, "{'value': []}", NULL);
    ck_assert(!none->self_rules.exists);
}
END_TEST

SPECIFICATION("directory/kinds", a_group_is_asked_for_by_its_id,
              a_group_is_dynamic_or_synced_where_graph_says_so,
              a_group_of_another_shape_is_not_known, holders_are_asked_for_by_the_target_alone,
              holders_of_another_access_or_scope_are_left_out, rules_of_activation_are_read,
              rules_of_activation_of_another_shape_are_not_known,
              who_stands_in_entras_own_list_is_asked_of_group_and_role,
              who_stands_in_entras_own_list_is_everybody_of_that_very_target)
