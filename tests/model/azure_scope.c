/* Goal: a scope is one that Azure has, to the letter, and what is held above it is known from what
   is held beside or below it. */
#include "model/azure_scope.h"

#include "base/text.h"
#include "support/spec.h"

#define SUBSCRIPTION "/subscriptions/5ab50000-0000-4000-8000-000000000001"
#define GROUP        SUBSCRIPTION "/resourceGroups/sentinel"
#define WORKSPACE    GROUP "/providers/Microsoft.OperationalInsights/workspaces/soc"
#define CONTOSO      "/providers/Microsoft.Management/managementGroups/contoso"

START_TEST(every_form_of_scope_is_one)
{
    static const char *const scopes[] = {
        CONTOSO,   SUBSCRIPTION,
        GROUP,     SUBSCRIPTION "/resourceGroups/_a-b.c(1)",
        WORKSPACE, GROUP "/providers/Microsoft.Sql/servers/a/databases/b"};
    for (size_t i = 0; i < COUNT(scopes); i++)
        ck_assert_msg(azure_scope_is(scopes[i]), "%s", scopes[i]);
}
END_TEST

START_TEST(nothing_else_is_a_scope)
{
    static const char *const others[] = {
        "",
        "/",
        "/subscriptions",
        "/subscriptions/",
        "/subscriptions/7",
        SUBSCRIPTION "/",
        SUBSCRIPTION "x",
        SUBSCRIPTION "/resourceGroups",
        SUBSCRIPTION "/resourceGroups/",
        SUBSCRIPTION "/resourcegroups/sentinel",
        "/Subscriptions/5ab50000-0000-4000-8000-000000000001",
        GROUP "/",
        GROUP ".",
        SUBSCRIPTION "/resourceGroups/..",
        SUBSCRIPTION "/resourceGroups/a b",
        SUBSCRIPTION "/resourceGroups/a%20b",
        SUBSCRIPTION "/resourceGroups/a?b",
        SUBSCRIPTION "/resourceGroups/a#b",
        GROUP "/providers",
        GROUP "/providers/Microsoft.OperationalInsights",
        GROUP "/providers/Microsoft.OperationalInsights/workspaces",
        WORKSPACE "/",
        WORKSPACE "/tables",
        SUBSCRIPTION "/providers/Microsoft.Security/pricings/x",
        "/providers/Microsoft.Management/managementGroups",
        "/providers/Microsoft.Management/managementGroups/",
        CONTOSO "/subscriptions",
        "subscriptions/5ab50000-0000-4000-8000-000000000001",
        "https://management.azure.com/subscriptions/5ab50000-0000-4000-8000-000000000001",
    };
    for (size_t i = 0; i < COUNT(others); i++)
        ck_assert_msg(!azure_scope_is(others[i]), "%s", others[i]);
}
END_TEST

START_TEST(what_is_held_at_a_scope_is_held_below_it_and_not_above_or_beside)
{
    ck_assert(azure_scope_reaches(GROUP, GROUP, false));
    ck_assert(azure_scope_reaches(SUBSCRIPTION "/RESOURCEGROUPS/Sentinel", GROUP, false));
    ck_assert(azure_scope_reaches(SUBSCRIPTION, WORKSPACE, false));
    ck_assert(azure_scope_reaches(GROUP, WORKSPACE, false));
    ck_assert(azure_scope_reaches("/", GROUP, false));
    ck_assert(azure_scope_reaches(CONTOSO, GROUP, false));
    ck_assert(!azure_scope_reaches(GROUP, SUBSCRIPTION, false));
    ck_assert(!azure_scope_reaches(GROUP, SUBSCRIPTION "/resourceGroups/sentinel-2", false));
    ck_assert(!azure_scope_reaches(SUBSCRIPTION, CONTOSO, false));
}
END_TEST

START_TEST(of_management_groups_the_list_says_which_is_above)
{
    static const char above[] = "/providers/Microsoft.Management/managementGroups/all";
    ck_assert(azure_scope_reaches(CONTOSO, CONTOSO, false));
    ck_assert(azure_scope_reaches(above, CONTOSO, true));
    ck_assert(!azure_scope_reaches(above, CONTOSO, false));
    ck_assert(!azure_scope_reaches(CONTOSO "-2", CONTOSO, false));
}
END_TEST

SPECIFICATION("model/azure_scope", every_form_of_scope_is_one, nothing_else_is_a_scope,
              what_is_held_at_a_scope_is_held_below_it_and_not_above_or_beside,
              of_management_groups_the_list_says_which_is_above)
