/* Goal: what people may activate themselves, and under which rules, is read as it is, and what is
   not understood is not known. */
#include "directory/fixture.h"
#include "directory/reader.h"
#include "support/spec.h"

static const struct question *const of_group = &about[FACT_SELF_RULES];
static const struct question *const of_role = &about_role_self_rules;
static const struct question *const who = &about[FACT_ELIGIBLES];
static const struct question *const who_in_role = &about_role_eligibles;

/* Rules. */

#define RULE(id, more) "{'@odata.type': '#microsoft.graph.rule', 'id': '" id "', " more "}"
#define EXPIRES(longest)                                                                           \
    RULE("Expiration_EndUser_Assignment",                                                          \
         "'isExpirationRequired': true, 'maximumDuration': " longest)
#define ENABLES(rules)     RULE("Enablement_EndUser_Assignment", "'enabledRules': [" rules "]")
#define APPROVAL(required) RULE("Approval_EndUser_Assignment", "'setting': {" required "}")
#define NO_APPROVAL        APPROVAL("'isApprovalRequired': false")
#define CONTEXT(enabled, value)                                                                    \
    RULE("AuthenticationContext_EndUser_Assignment",                                               \
         "'isEnabled': " enabled ", 'claimValue': " value)
#define NO_CONTEXT CONTEXT("false", "null")
#define POLICY(scope, role, rules)                                                                 \
    "{'id': 'p', 'scopeId': '" scope "', 'scopeType': 'Group', 'roleDefinitionId': '" role         \
    "', 'policy': {'id': 'q', 'rules': [" rules "]}}"
#define OF_GROUP(rules) "{'value': [" POLICY(SOC, "member", rules) "]}"

START_TEST(rules_are_asked_for_as_those_of_administrators_are)
{
    ck_assert_text(path_of_step(of_group, 0, NULL),
                   path_of_step(&about[FACT_ADMIN_RULES], 0, NULL));
    ck_assert_text(path_of_step(of_role, 0, NULL), path_of_step(&about_role_rules, 0, NULL));
}
END_TEST

START_TEST(strict_rules_are_read)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        of_group,
        OF_GROUP(EXPIRES("'PT8H'") "," ENABLES(
            "'Justification', 'Ticketing', "
            "'MultiFactorAuthentication'") "," APPROVAL("'isApprovalRequired': true, "
                                                        "'approvalStages': []") "," CONTEXT("true",
                                                                                            "'c1"
                                                                                            "'")),
        NULL);
    ck_assert(fact->self_rules.exists);
    ck_assert(fact->self_rules.mfa_required);
    ck_assert(fact->self_rules.approval_required);
    ck_assert_text(fact->self_rules.context, "c1");
    ck_assert_int_eq(fact->self_rules.longest_seconds, 8 * 3600);
}
END_TEST

START_TEST(lax_rules_are_read)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        of_role,
        "{'value': [" POLICY("/", ROLE,
                             EXPIRES("'P1D'") "," ENABLES("") "," NO_APPROVAL
                                                              "," CONTEXT("false", "'c1'")) "]}",
        NULL);
    ck_assert(fact->self_rules.exists);
    ck_assert(!fact->self_rules.mfa_required);
    ck_assert(!fact->self_rules.approval_required);
    ck_assert_ptr_null(fact->self_rules.context);
    ck_assert_int_eq(fact->self_rules.longest_seconds, 86400);
}
END_TEST

START_TEST(of_two_policies_the_strictest_rules_count)
{
    scoped(fact_scoped) struct fact *fact = read_facts(
        of_group,
        OF_GROUP(EXPIRES("'PT8H'") "," ENABLES("") "," NO_APPROVAL "," CONTEXT("true", "'c7'")),
        OF_GROUP(EXPIRES("'PT9H'") "," ENABLES("'MultiFactorAuthentication'") "," APPROVAL(
            "'isApprovalRequired': true") "," NO_CONTEXT));
    ck_assert(fact->self_rules.mfa_required);
    ck_assert(fact->self_rules.approval_required);
    ck_assert_text(fact->self_rules.context, "c7");
    ck_assert_int_eq(fact->self_rules.longest_seconds, 8 * 3600);
}
END_TEST

START_TEST(without_a_policy_of_its_own_there_are_no_rules)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        of_group, "{'value': [" POLICY(SOC, "owner", "") "," POLICY(LEADS, "member", "") "]}",
        NULL);
    ck_assert(!fact->self_rules.exists);
}
END_TEST

START_TEST(rules_that_are_not_all_there_are_not_known)
{
    static const struct {
        const char *body, *why;
    } wrong[] = {
        {OF_GROUP(ENABLES("") "," NO_APPROVAL "," NO_CONTEXT), "Expiration_EndUser"},
        {OF_GROUP(EXPIRES("'PT8H'") "," NO_APPROVAL "," NO_CONTEXT), "Enablement_EndUser"},
        {OF_GROUP(EXPIRES("'PT8H'") "," ENABLES("") "," NO_CONTEXT), "Approval_EndUser"},
        {OF_GROUP(EXPIRES("'PT8H'") "," ENABLES("") "," NO_APPROVAL), "AuthenticationContext"},
        {OF_GROUP(EXPIRES("null") "," ENABLES("") "," NO_APPROVAL "," NO_CONTEXT),
         "maximumDuration"},
        {OF_GROUP(EXPIRES("'PT8H'") "," ENABLES("'Oath'") "," NO_APPROVAL "," NO_CONTEXT),
         "never seen"},
        {OF_GROUP(EXPIRES("'PT8H'") "," ENABLES("") "," APPROVAL("") "," NO_CONTEXT),
         "isApprovalRequired"},
        {OF_GROUP(EXPIRES("'PT8H'") "," ENABLES("") "," NO_APPROVAL "," CONTEXT("true", "null")),
         "claimValue"},
        {OF_GROUP(EXPIRES("'PT8H'") "," ENABLES("") "," NO_APPROVAL "," CONTEXT("true", "'c0'")),
         "claimValue"},
        {OF_GROUP(EXPIRES("'PT8H'") "," ENABLES("") "," NO_APPROVAL "," CONTEXT("null", "'c1'")),
         "isEnabled"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(is_refused(of_group, wrong[i].body, wrong[i].why), "%zu", i);
    ck_assert(
        is_refused(of_group,
                   "{'value': [" POLICY(
                       SOC, "member",
                       EXPIRES("'PT8H'") "," ENABLES("") "," NO_APPROVAL "," CONTEXT(
                           "true", "'c1'")) "," POLICY(SOC, "member",
                                                       EXPIRES("'PT8H'") "," ENABLES(
                                                           "") "," NO_APPROVAL
                                                               "," CONTEXT("true", "'c2'")) "]}",
                   "two policies"));
}
END_TEST

/* Who is eligible. */

#define IN_GROUP(group, principal, access, more)                                                   \
    "{'id': 'e', 'groupId': '" group "', 'principalId': '" principal "', 'accessId': '" access     \
    "', 'memberType': 'Direct'," more "}"
#define FOR_GOOD "'startDateTime': null, 'endDateTime': null"

START_TEST(everybody_who_is_eligible_is_asked_for)
{
    ck_assert_text(path_of_step(who, 0, NULL),
                   "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
                   "?$filter=groupId%20eq%20'" SOC "'");
    ck_assert_text(path_of_step(who_in_role, 0, NULL),
                   "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances"
                   "?$filter=roleDefinitionId%20eq%20'" ROLE "'");
}
END_TEST

START_TEST(who_is_eligible_is_read_over_all_pages)
{
    scoped(fact_scoped) struct fact *fact = read_facts(
        who, "{'value': [" IN_GROUP(SOC, ALICE_2, "Member", FOR_GOOD) "]}",
        "{'value': [" IN_GROUP(SOC, LEADS, "member", "'endDateTime': '2026-01-15T12:00:00Z'") "]}");
    ck_assert_uint_eq(fact->eligibles.count, 2);
    ck_assert_text(fact->eligibles.list[0].principal, ALICE);
    ck_assert(fact->eligibles.list[0].direct);
    ck_assert_int_eq(fact->eligibles.list[0].end_at, INT64_MAX);
    ck_assert_text(fact->eligibles.list[1].principal, LEADS);
    ck_assert_int_eq(fact->eligibles.list[1].end_at, 1768478400);
}
END_TEST

START_TEST(eligibility_for_something_else_is_left_out)
{
    static const char roles[] =
        "{'value': [{'roleDefinitionId': '" ROLE "', 'principalId': '" ALICE
        "', 'directoryScopeId': '/administrativeUnits/7'}, {'roleDefinitionId': '" OTHERS
        "', 'principalId': '" ALICE "', 'directoryScopeId': '/'}, {'roleDefinitionId': '" ROLE
        "', 'principalId': '" ALICE "', 'directoryScopeId': null}]}";
    scoped(fact_scoped) struct fact *in_role = read_fact(who_in_role, roles, NULL);
    scoped(fact_scoped) struct fact *fact =
        read_fact(who,
                  "{'value': [" IN_GROUP(SOC, ALICE, "owner", FOR_GOOD) "," IN_GROUP(
                      LEADS, ALICE, "member", FOR_GOOD) "]}",
                  NULL);
    ck_assert_uint_eq(fact->eligibles.count, 0);
    ck_assert_uint_eq(in_role->eligibles.count, 0);
}
END_TEST

START_TEST(eligibility_of_another_shape_is_not_known)
{
    ck_assert(is_refused(who, "{'value': [" IN_GROUP(SOC, "ana", "member", FOR_GOOD) "]}",
                         "principalId"));
    ck_assert(is_refused(who,
                         "{'value': [" IN_GROUP(SOC, ALICE, "member", "'endDateTime': 'x'") "]}",
                         "endDateTime"));
    ck_assert(is_refused(who, "{'value': [{'principalId': '" ALICE "'}]}", "no "));
    ck_assert(is_refused(who, "{}", "value"));
}
END_TEST

SPECIFICATION("directory/pim_self", rules_are_asked_for_as_those_of_administrators_are,
              strict_rules_are_read, lax_rules_are_read, of_two_policies_the_strictest_rules_count,
              without_a_policy_of_its_own_there_are_no_rules,
              rules_that_are_not_all_there_are_not_known, everybody_who_is_eligible_is_asked_for,
              who_is_eligible_is_read_over_all_pages, eligibility_for_something_else_is_left_out,
              eligibility_of_another_shape_is_not_known)
