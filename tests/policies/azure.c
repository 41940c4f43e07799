/* Goal: a role of Azure is one that can be asked for there: at a scope that Azure has, written
   once, and in a mode that leads there. */
#include "policies/given.h"
#include "support/spec.h"

#include "base/text.h"

/* soc.json with `new` for `old` gives exactly this complaint. */
static void refused(const char *old, const char *new, const char *field, const char *says)
{
    struct policy *policy = NULL;
    struct reason why = {0};
    struct complaints complaints = {.arena = given_arena()};
    (void)spec_file("soc.json", given_change(given_source("tests/policies/soc.json"), old, new));
    ck_assert_int_eq(policy_read(spec_folder(), &policy, &complaints, &why), FAIL_INVALID);
    ck_assert_msg(complaints.count == 1, "%s", complaints_text(&complaints));
    ck_assert_text(complaints.list[0].field, field);
    ck_assert_text(complaints.list[0].says, says);
}

#define SUBSCRIPTION "/subscriptions/5ab50000-0000-4000-8000-000000000001"

/* The security operator becomes one of Azure, at that scope. */
static const char *in_azure(const char *scope)
{
    return arena_text(given_arena(),
                      "\"kind\": \"azure_role\", \"role\": "
                      "\"3e150937-b8fe-4cfb-8069-0eaf05ecd056\"%s",
                      scope);
}

START_TEST(a_role_of_azure_is_at_a_scope_that_azure_has)
{
    static const char *const wrong[] = {"/", "/subscriptions/soc", SUBSCRIPTION "/",
                                        SUBSCRIPTION "/resourceGroups", "/administrativeUnits/x"};
    static const char entra[] = "\"kind\": \"directory_role\", \"role\": "
                                "\"5f2222b1-57c3-48ba-8ad5-d4759f1fde6f\", \"scope\": \"/\"";
    for (size_t i = 0; i < COUNT(wrong); i++)
        refused(entra, in_azure(arena_text(given_arena(), ", \"scope\": \"%s\"", wrong[i])),
                "soc.json:18: roles.security-operator.target.scope",
                arena_text(given_arena(),
                           "\"%s\" is not a scope of Azure: a management group, a subscription, a "
                           "resource group or a resource, as in "
                           "/subscriptions/{id}/resourceGroups/{name}",
                           wrong[i]));
    refused(entra, in_azure(""), "soc.json:18: roles.security-operator.target.scope", "is missing");
    refused(entra, in_azure(", \"scope\": \"" SUBSCRIPTION "\", \"condition\": \"x\""),
            "soc.json:18: roles.security-operator.target.condition",
            "is not known here; known are: kind, role, scope");
}
END_TEST

START_TEST(letter_case_makes_no_other_scope_of_azure)
{
    refused("\"kind\": \"directory_role\", \"role\": "
            "\"5f2222b1-57c3-48ba-8ad5-d4759f1fde6f\", \"scope\": \"/\"}\n    }",
            arena_text(given_arena(), "%s}},\n    \"other\": {\"name\": \"O\", \"target\": {%s}}",
                       in_azure(", \"scope\": \"" SUBSCRIPTION "/resourceGroups/soc\""),
                       in_azure(", \"scope\": \"" SUBSCRIPTION "/resourceGroups/SOC\"")),
            "soc.json:18: roles.security-operator.target",
            "is the target of \"other\" too: one target, one role");
}
END_TEST

START_TEST(a_scope_of_azure_is_kept_byte_for_byte)
{
    static const char scope[] =
        "/subscriptions/5AB50000-0000-4000-8000-00000000000A/resourceGroups/Soc_1";
    scoped(policy_scoped) struct policy *policy = given_policy(arena_text(
        given_arena(),
        "{'people': {'all': {'users': ['5ab50000-0000-4000-8000-000000000002']}},"
        " 'rules': [{'name': 'one', 'roles': ['x'], 'who': ['all']}], 'roles': {'x': {'name': 'X',"
        " 'target': {'kind': 'azure_role', 'role': '3E150937-B8FE-4CFB-8069-0EAF05ECD056',"
        " 'scope': '%s'}}}}",
        scope));
    ck_assert_int_eq(policy_role(policy, 0)->target.kind, TARGET_AZURE_ROLE);
    ck_assert_text(policy_role(policy, 0)->target.id, "3e150937-b8fe-4cfb-8069-0eaf05ecd056");
    ck_assert_text(policy_role(policy, 0)->target.scope, scope);
}
END_TEST

START_TEST(approvals_of_pims_own_are_not_for_azure)
{
    refused("\"target\": {\"kind\": \"directory_role\", \"role\": "
            "\"5f2222b1-57c3-48ba-8ad5-d4759f1fde6f\", \"scope\": \"/\"}",
            arena_text(given_arena(), "\"target\": {%s}, \"activation\": \"pim_approval\"",
                       in_azure(", \"scope\": \"" SUBSCRIPTION "\"")),
            "soc.json:18: roles.security-operator.activation",
            "cannot be pim_approval for a role of Azure: its approvals are not carried there");
}
END_TEST

SPECIFICATION("policies/azure", a_role_of_azure_is_at_a_scope_that_azure_has,
              letter_case_makes_no_other_scope_of_azure, a_scope_of_azure_is_kept_byte_for_byte,
              approvals_of_pims_own_are_not_for_azure)
