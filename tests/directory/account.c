/* Goal: an account is enabled only where Graph says so of this very person. */
#include "directory/fixture.h"
#include "support/spec.h"

static const struct question *const alice = &about[FACT_ACCOUNT];

START_TEST(it_asks_for_what_it_needs)
{
    ck_assert_text(path_of_step(alice, 0, NULL),
                   "/v1.0/users/" ALICE "?$select=id,displayName,mail,accountEnabled,employeeId,"
                   "signInSessionsValidFromDateTime");
    ck_assert_text(path_of_step(alice, 1, NULL), "");
}
END_TEST

START_TEST(ids_are_escaped_in_the_path)
{
    struct question odd = {.kind = FACT_ACCOUNT, .subject = "a/b?c#d e"};
    ck_assert_text(
        path_of_step(&odd, 0, NULL),
        "/v1.0/users/a%2Fb%3Fc%23d%20e"
        "?$select=id,displayName,mail,accountEnabled,employeeId,signInSessionsValidFromDateTime,"
        "userPrincipalName");
}
END_TEST

START_TEST(an_account_is_read)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(alice,
                  "{'@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users/$entity',"
                  " 'id': '" ALICE_2 "', 'displayName': 'Alice', 'mail': 'alice@example.com',"
                  " 'accountEnabled': true, 'signInSessionsValidFromDateTime':"
                  " '2026-01-15T10:00:00Z', 'userType': 'Member', 'never': {'seen': [1, null]}}",
                  NULL);
    ck_assert(fact->account.exists);
    ck_assert_int_eq(fact->account.enabled, TRI_YES);
    ck_assert_text(fact->account.name, "Alice");
    ck_assert_text(fact->account.mail, "alice@example.com");
    ck_assert_int_eq(fact->account.sessions_from, 1768471200);
}
END_TEST

START_TEST(a_name_to_sign_in_with_leads_to_the_id_behind_it)
{
    struct question named = {.kind = FACT_ACCOUNT, .subject = "Alice@Example.com"};
    scoped(fact_scoped) struct fact *fact =
        read_fact(&named,
                  "{'id': '" ALICE_2 "', 'userPrincipalName': 'alice@example.com',"
                  " 'accountEnabled': true}",
                  NULL);
    ck_assert_text(fact->account.oid, ALICE);
    ck_assert(is_refused(&named, "{'id': '" BOB "', 'userPrincipalName': 'bob@example.com'}",
                         "somebody else"));
    ck_assert(is_refused(&named, "{'id': '" ALICE "'}", "no userPrincipalName"));
    ck_assert(
        is_refused(&named, "{'id': 'alice', 'userPrincipalName': 'alice@example.com'}", "no GUID"));
}
END_TEST

START_TEST(a_disabled_account_is_read)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(alice, "{'id': '" ALICE "', 'accountEnabled': false, 'mail': null}", NULL);
    ck_assert_int_eq(fact->account.enabled, TRI_NO);
    ck_assert_ptr_null(fact->account.mail);
    ck_assert_int_eq(fact->account.sessions_from, -1);
}
END_TEST

START_TEST(without_the_right_to_see_it_enabled_is_unknown)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(alice, "{'id': '" ALICE "', 'displayName': 'Alice'}", NULL);
    ck_assert(fact->account.exists);
    ck_assert_int_eq(fact->account.enabled, TRI_UNKNOWN);
}
END_TEST

START_TEST(an_answer_about_somebody_else_is_none)
{
    ck_assert(is_refused(alice, "{'id': '" BOB "', 'accountEnabled': true}", "somebody else"));
    ck_assert(is_refused(alice, "{'accountEnabled': true}", "no id"));
    ck_assert(is_refused(alice, "{'value': [{'id': '" ALICE "'}]}", "no id"));
}
END_TEST

START_TEST(a_wrong_type_spoils_the_answer)
{
    ck_assert(is_refused(alice, "{'id': '" ALICE "', 'accountEnabled': 'true'}", "accountEnabled"));
    ck_assert(is_refused(alice, "{'id': '" ALICE "', 'accountEnabled': 1}", "accountEnabled"));
    ck_assert(is_refused(alice, "{'id': '" ALICE "', 'displayName': 7}", "displayName"));
    ck_assert(is_refused(alice, "{'id': 5, 'accountEnabled': true}", "id is no text"));
}
END_TEST

START_TEST(what_is_no_json_object_is_no_answer)
{
    ck_assert(is_refused(alice, "<html>Please accept our terms</html>", "line 1"));
    ck_assert(is_refused(alice, "{'id': '" ALICE "', 'accountEnabled': tr", "line 1"));
    ck_assert(is_refused(alice, "{'id': '" ALICE "', 'id': '" ALICE "'}", "twice"));
    ck_assert(is_refused(alice, "[{'id': '" ALICE "'}]", "object"));
    ck_assert(is_refused(alice, "", "line 1"));
    ck_assert(is_refused(alice, "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", "levels"));
}
END_TEST

SPECIFICATION("directory/account", it_asks_for_what_it_needs, ids_are_escaped_in_the_path,
              an_account_is_read, a_name_to_sign_in_with_leads_to_the_id_behind_it,
              a_disabled_account_is_read, without_the_right_to_see_it_enabled_is_unknown,
              an_answer_about_somebody_else_is_none, a_wrong_type_spoils_the_answer,
              what_is_no_json_object_is_no_answer)
