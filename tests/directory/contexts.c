/* Goal: a context counts for what the policy behind it demands of everybody it binds, and for
   nothing that some way around it leaves open. */
#include "directory/fixture.h"
#include "support/spec.h"

static const struct question *const all_policies = &about[FACT_CONTEXTS];

#define CONTROLS(operator, controls, more)                                                         \
    "{'operator': '" operator"', 'builtInControls': [" controls "],"                               \
                             " 'customAuthenticationFactors': [], 'termsOfUse': []" more "}"
#define STRENGTH(id, more) ", 'authenticationStrength': {'id': '" id "'" more "}"
#define RESISTANT          "00000000-0000-0000-0000-000000000004"
#define OWN                "5748e496-0000-4000-8000-000000000000"
#define EVERYBODY                                                                                  \
    "'includeUsers': ['All'], 'excludeUsers': [], 'includeGroups': [], 'excludeGroups': [],"       \
    "'includeRoles': [], 'excludeRoles': []"
#define MFA_FOR_ALL CONTROLS("OR", "'mfa'", "")

static struct fact *read_policy(const char *users, const char *conditions, const char *controls)
{
    scoped(text_scoped) struct text body = TEXT_LIMIT(8192);
    text_addf(&body,
              "{'value': [{'id': '7', 'displayName': 'Step-up', 'state': 'enabled',"
              " 'conditions': {'signInRiskLevels': [], 'clientAppTypes': ['all'],"
              " 'platforms': null, 'locations': null, 'users': {%s}, 'applications':"
              " {'includeApplications': [], 'includeAuthenticationContextClassReferences':"
              " ['c1']}%s}, 'grantControls': %s, 'sessionControls': null}]}",
              users, conditions, controls);
    struct fact *fact = read_fact(all_policies, text_of(&body), NULL);
    ck_assert_uint_eq(fact->contexts.count, 1);
    return fact;
}

static unsigned proven_by(const char *controls)
{
    scoped(fact_scoped) struct fact *fact = read_policy(EVERYBODY, "", controls);
    return fact->contexts.policies[0].proves;
}

static bool has_exclusions(const char *users, const char *conditions)
{
    scoped(fact_scoped) struct fact *fact = read_policy(users, conditions, MFA_FOR_ALL);
    return fact->contexts.policies[0].other_exclusions;
}

START_TEST(all_policies_are_asked_for)
{
    ck_assert_text(path_of_step(all_policies, 0, NULL),
                   "/v1.0/identity/conditionalAccess/policies");
}
END_TEST

START_TEST(a_policy_for_everybody_is_read)
{
    scoped(fact_scoped) struct fact *fact = read_policy(EVERYBODY, "", MFA_FOR_ALL);
    const struct context_policy *policy = &fact->contexts.policies[0];
    ck_assert_text(policy->context, "c1");
    ck_assert_text(policy->name, "Step-up");
    ck_assert_text(policy->state, "enabled");
    ck_assert_uint_eq(policy->proves, PROOF_MFA);
    ck_assert(policy->everybody);
    ck_assert(!policy->other_exclusions);
    ck_assert_uint_eq(policy->user_count + policy->excluded_user_count, 0);
}
END_TEST

START_TEST(a_policy_for_two_contexts_stands_behind_both)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(all_policies,
                  "{'value': [{'state': 'disabled', 'conditions': {'applications':"
                  " {'includeAuthenticationContextClassReferences': ['c2', 'c3']}}}]}",
                  NULL);
    ck_assert_uint_eq(fact->contexts.count, 2);
    ck_assert_text(fact->contexts.policies[1].context, "c3");
    ck_assert_text(fact->contexts.policies[1].state, "disabled");
    ck_assert_uint_eq(fact->contexts.policies[1].proves, 0);
    ck_assert(!fact->contexts.policies[1].everybody);
}
END_TEST

START_TEST(policies_without_a_context_are_left_out)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        all_policies,
        "{'value': [{'conditions': {'applications': {'includeApplications': ['All']}}},"
        "{'conditions': {'applications': {'includeAuthenticationContextClassReferences': []}}},"
        "{'conditions': null}, {}]}",
        NULL);
    ck_assert_uint_eq(fact->contexts.count, 0);
}
END_TEST

/* What the controls prove. */

START_TEST(with_and_every_control_counts)
{
    ck_assert_uint_eq(proven_by(CONTROLS("AND", "'mfa', 'compliantDevice'", "")),
                      PROOF_MFA | PROOF_COMPLIANT_DEVICE);
    ck_assert_uint_eq(proven_by(CONTROLS("AND", "'compliantDevice', 'domainJoinedDevice'", "")),
                      PROOF_COMPLIANT_DEVICE);
}
END_TEST

START_TEST(with_or_only_what_every_way_proves_counts)
{
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "'mfa', 'compliantDevice'", "")), 0);
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "'compliantDevice', 'domainJoinedDevice'", "")), 0);
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "'compliantDevice'", "")), PROOF_COMPLIANT_DEVICE);
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "'mfa'", STRENGTH(RESISTANT, ""))), PROOF_MFA);
}
END_TEST

START_TEST(an_operator_that_is_not_understood_is_or)
{
    ck_assert_uint_eq(proven_by(CONTROLS("XOR", "'mfa', 'compliantDevice'", "")), 0);
    ck_assert_uint_eq(proven_by("{'builtInControls': ['mfa', 'compliantDevice']}"), 0);
    ck_assert_uint_eq(proven_by(CONTROLS("and", "'mfa', 'compliantDevice'", "")),
                      PROOF_MFA | PROOF_COMPLIANT_DEVICE);
}
END_TEST

START_TEST(other_ways_in_take_the_proof_away)
{
    ck_assert_uint_eq(
        proven_by("{'operator': 'OR', 'builtInControls': ['mfa'], 'termsOfUse': ['t']}"), 0);
    ck_assert_uint_eq(
        proven_by("{'operator': 'OR', 'builtInControls': ['mfa'], 'neverSeen': {'a': [1]}}"), 0);
    ck_assert_uint_eq(proven_by("{'operator': 'OR', 'builtInControls': ['mfa', 7]}"), 0);
    ck_assert_uint_eq(
        proven_by("{'operator': 'AND', 'builtInControls': ['mfa'], 'termsOfUse': ['t']}"),
        PROOF_MFA);
    ck_assert_uint_eq(proven_by("{'operator': 'OR', 'builtInControls': ['mfa'],"
                                " 'authenticationStrength@odata.context': 'https://…',"
                                " 'authenticationStrength': null}"),
                      PROOF_MFA);
}
END_TEST

START_TEST(blocking_proves_nothing)
{
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "'block'", "")), 0);
    ck_assert_uint_eq(proven_by("null"), 0);
    ck_assert_uint_eq(proven_by("{}"), 0);
    ck_assert_uint_eq(proven_by("{'operator': 'AND', 'builtInControls': 'mfa'}"), 0);
}
END_TEST

START_TEST(strengths_of_microsoft_are_known_by_their_ids)
{
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "", STRENGTH(RESISTANT, ""))),
                      PROOF_MFA | PROOF_PHISHING_RESISTANT);
    ck_assert_uint_eq(
        proven_by(CONTROLS("AND", "", STRENGTH("00000000-0000-0000-0000-000000000002", ""))),
        PROOF_MFA);
    ck_assert_uint_eq(
        proven_by(CONTROLS("AND", "", STRENGTH("00000000-0000-0000-0000-000000000003", ""))),
        PROOF_MFA);
    ck_assert_uint_eq(proven_by(CONTROLS("AND", "'compliantDevice'", STRENGTH(RESISTANT, ""))),
                      PROOF_MFA | PROOF_PHISHING_RESISTANT | PROOF_COMPLIANT_DEVICE);
}
END_TEST

START_TEST(a_strength_of_ones_own_proves_what_each_combination_does)
{
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "",
                                         STRENGTH(OWN, ", 'allowedCombinations': ['fido2',"
                                                       " 'x509CertificateMultiFactor']"))),
                      PROOF_MFA | PROOF_PHISHING_RESISTANT);
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "",
                                         STRENGTH(OWN, ", 'allowedCombinations': ['fido2',"
                                                       " 'password,microsoftAuthenticatorPush']"))),
                      PROOF_MFA);
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "",
                                         STRENGTH(OWN, ", 'allowedCombinations': ['fido2',"
                                                       " 'password']"))),
                      0);
    ck_assert_uint_eq(
        proven_by(CONTROLS("OR", "", STRENGTH(OWN, ", 'allowedCombinations': ['fido2', 7]"))), 0);
    ck_assert_uint_eq(proven_by(CONTROLS("OR", "", STRENGTH(OWN, ""))), 0);
}
END_TEST

/* Whom it binds. */

START_TEST(people_and_groups_are_kept_by_id)
{
    scoped(fact_scoped) struct fact *fact =
        read_policy("'includeUsers': ['" ALICE_2 "', 'None', 'GuestsOrExternalUsers'],"
                    "'excludeUsers': ['" BOB "'], 'excludeGroups': ['" SOC "', '" LEADS "'],"
                    "'includeGroups': ['" OTHERS "'], 'includeRoles': ['" ROLE "']",
                    "", MFA_FOR_ALL);
    const struct context_policy *policy = &fact->contexts.policies[0];
    ck_assert(!policy->everybody);
    ck_assert_uint_eq(policy->user_count, 1);
    ck_assert_text(policy->users[0], ALICE);
    ck_assert_uint_eq(policy->group_count, 1);
    ck_assert_text(policy->groups[0], OTHERS);
    ck_assert_uint_eq(policy->excluded_user_count, 1);
    ck_assert_text(policy->excluded_users[0], BOB);
    ck_assert_uint_eq(policy->excluded_group_count, 2);
    ck_assert_text(policy->excluded_groups[1], LEADS);
    ck_assert(!policy->other_exclusions);
}
END_TEST

START_TEST(exclusions_that_are_not_looked_up_are_noted)
{
    ck_assert(has_exclusions("'includeUsers': ['All'], 'excludeRoles': ['" ROLE "']", ""));
    ck_assert(has_exclusions("'includeUsers': ['All'],"
                             "'excludeUsers': ['GuestsOrExternalUsers']",
                             ""));
    ck_assert(has_exclusions("'includeUsers': ['All'], 'excludeGuestsOrExternalUsers':"
                             " {'guestOrExternalUserTypes': 'b2bCollaborationGuest'}",
                             ""));
    ck_assert(has_exclusions("'includeUsers': ['All'], 'excludeGroups': [7]", ""));
    ck_assert(has_exclusions("'includeUsers': ['All'], 'excludeUsers': 'Alice'", ""));
    ck_assert(has_exclusions("'includeUsers': ['All'], 'excludeNeverSeen': ['x']", ""));
}
END_TEST

START_TEST(what_is_empty_excludes_nobody)
{
    ck_assert(!has_exclusions("'includeUsers': ['All'], 'excludeUsers': null,"
                              "'excludeGuestsOrExternalUsers': null, '@odata.type': '#users',"
                              "'excludeNeverSeen': {'types': [], '@odata.type': 'x'}",
                              ""));
}
END_TEST

/* Conditions under which it is not asked at all. */

START_TEST(conditions_that_let_some_sign_ins_past_are_noted)
{
    static const char *const narrow[] = {
        ", 'signInRiskLevels': ['high']",
        ", 'userRiskLevels': ['high', 'medium']",
        ", 'clientAppTypes': ['exchangeActiveSync', 'other']",
        ", 'platforms': {'includePlatforms': ['android'], 'excludePlatforms': []}",
        ", 'platforms': {'includePlatforms': ['all'], 'excludePlatforms': ['linux']}",
        ", 'locations': {'includeLocations': ['All'], 'excludeLocations': ['AllTrusted']}",
        ", 'devices': {'deviceFilter': {'mode': 'exclude', 'rule': 'x'}}",
        ", 'authenticationFlows': {'transferMethods': 'deviceCodeFlow'}",
        ", 'insiderRiskLevels': 'elevated'",
        ", 'neverSeen': 1",
    };
    for (size_t i = 0; i < COUNT(narrow); i++) {
        scoped(text_scoped) struct text body = TEXT_LIMIT(4096);
        text_addf(&body,
                  "{'value': [{'conditions': {'users': {'includeUsers': ['All']}, 'applications':"
                  " {'includeAuthenticationContextClassReferences': ['c1']}%s}}]}",
                  narrow[i]);
        scoped(fact_scoped) struct fact *fact = read_fact(all_policies, text_of(&body), NULL);
        ck_assert_msg(fact->contexts.policies[0].other_exclusions, "%s", narrow[i]);
    }
}
END_TEST

START_TEST(conditions_that_everybody_meets_are_none)
{
    ck_assert(!has_exclusions(EVERYBODY,
                              ", 'userRiskLevels': [], 'devices': {'deviceFilter': null},"
                              " 'clientApplications': null, 'authenticationFlows': {},"
                              " 'servicePrincipalRiskLevels': [], '@odata.type': '#conditions'"));
}
END_TEST

START_TEST(all_platforms_places_and_browsers_are_everywhere)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        all_policies,
        "{'value': [{'conditions': {'clientAppTypes': ['browser', 'mobileAppsAndDesktopClients'],"
        "'platforms': {'includePlatforms': ['all'], 'excludePlatforms': []},"
        "'locations': {'includeLocations': ['All'], 'excludeLocations': []},"
        "'users': {'includeUsers': ['All']}, 'applications':"
        " {'includeAuthenticationContextClassReferences': ['c1']}}}]}",
        NULL);
    ck_assert(!fact->contexts.policies[0].other_exclusions);
}
END_TEST

START_TEST(a_list_of_another_shape_is_not_known)
{
    ck_assert(is_refused(all_policies, "{'value': {}}", "list"));
    ck_assert(is_refused(all_policies, "{'value': ['c1']}", "object"));
    ck_assert(is_refused(all_policies, "{}", "value"));
}
END_TEST

SPECIFICATION("directory/contexts", all_policies_are_asked_for, a_policy_for_everybody_is_read,
              a_policy_for_two_contexts_stands_behind_both, policies_without_a_context_are_left_out,
              with_and_every_control_counts, with_or_only_what_every_way_proves_counts,
              an_operator_that_is_not_understood_is_or, other_ways_in_take_the_proof_away,
              blocking_proves_nothing, strengths_of_microsoft_are_known_by_their_ids,
              a_strength_of_ones_own_proves_what_each_combination_does,
              people_and_groups_are_kept_by_id, exclusions_that_are_not_looked_up_are_noted,
              what_is_empty_excludes_nobody, conditions_that_let_some_sign_ins_past_are_noted,
              conditions_that_everybody_meets_are_none,
              all_platforms_places_and_browsers_are_everywhere,
              a_list_of_another_shape_is_not_known)
