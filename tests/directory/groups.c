/* Goal: somebody is in a group only where Graph names that group, or that person, itself. */
#include "directory/fixture.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>

static const struct question *const of_alice = &about[FACT_MEMBERSHIPS];
static const struct question *const in_soc = &about[FACT_MEMBERS];

/* Which groups is a person in?. */

START_TEST(groups_are_asked_for_twenty_at_a_time)
{
    char ids[45][37];
    const char *groups[45], *body;
    for (size_t i = 0; i < 45; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "%08zu-0000-4000-8000-000000000000", i);
        groups[i] = ids[i];
    }
    struct question many = {
        .kind = FACT_MEMBERSHIPS, .subject = ALICE, .group_count = 45, .groups = groups};
    for (unsigned step = 0; step < 3; step++) {
        ck_assert_text(path_of_step(&many, step, &body), "/v1.0/users/" ALICE "/checkMemberGroups");
        ck_assert_ptr_nonnull(strstr(body, groups[step * 20]));
        ck_assert_int_eq(strstr(body, "00000020-") != NULL, step == 1);
        ck_assert_uint_eq(strlen(body),
                          strlen("{\"groupIds\":[]}") + (step < 2 ? 20U : 5U) * 39 - 1);
    }
    ck_assert_text(path_of_step(&many, 3, NULL), "");
}
END_TEST

START_TEST(the_body_of_the_question_is_as_graph_wants_it)
{
    const char *body;
    (void)path_of_step(of_alice, 0, &body);
    ck_assert_text(body, json_of("{'groupIds':['" SOC "','" LEADS "']}"));
}
END_TEST

START_TEST(nothing_is_asked_about_no_groups)
{
    struct question none = {.kind = FACT_MEMBERSHIPS, .subject = ALICE};
    ck_assert_text(path_of_step(&none, 0, NULL), "");
}
END_TEST

START_TEST(memberships_are_those_named)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(of_alice, "{'value': ['50C00000-0000-4000-8000-00000000000A']}", NULL);
    ck_assert_uint_eq(fact->memberships.count, 1);
    ck_assert_text(fact->memberships.groups[0], SOC);
}
END_TEST

START_TEST(groups_nobody_asked_for_are_left_out)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(of_alice, "{'value': ['" OTHERS "', '" LEADS "', '" LEADS "']}", NULL);
    ck_assert_uint_eq(fact->memberships.count, 1);
    ck_assert_text(fact->memberships.groups[0], LEADS);
}
END_TEST

START_TEST(memberships_of_several_answers_add_up)
{
    scoped(fact_scoped) struct fact *fact =
        read_facts(of_alice, "{'value': ['" SOC "']}", "{'value': ['" LEADS "']}");
    ck_assert_uint_eq(fact->memberships.count, 2);
}
END_TEST

START_TEST(memberships_of_another_shape_are_not_known)
{
    ck_assert(is_refused(of_alice, "{'value': [{'id': '" SOC "'}]}", "GUID"));
    ck_assert(is_refused(of_alice, "{'value': ['everyone']}", "GUID"));
    ck_assert(is_refused(of_alice, "{'value': '" SOC "'}", "list"));
    ck_assert(is_refused(of_alice, "{}", "no value"));
}
END_TEST

/* Who is in a group?. */

START_TEST(users_are_asked_for_through_nested_groups)
{
    ck_assert_text(path_of_step(in_soc, 0, NULL),
                   "/v1.0/groups/" SOC "/transitiveMembers/microsoft.graph.user"
                   "?$select=id,displayName,mail,employeeId&$top=999&$count=true");
}
END_TEST

START_TEST(members_are_read)
{
    const char *next;
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_soc,
                  "{'@odata.count': 2, '@odata.nextLink': 'https://graph.example/next', 'value': ["
                  "{'id': '" BOB "', 'displayName': 'Bob', 'mail': null},"
                  "{'@odata.type': '#microsoft.graph.user', 'id': '" ALICE_2 "',"
                  " 'displayName': 'Alice', 'mail': 'alice@example.com'}]}",
                  &next);
    ck_assert_text(next, "https://graph.example/next");
    ck_assert_uint_eq(fact->members.count, 2);
    ck_assert_text(fact->members.people[0].key.oid, ALICE);
    ck_assert_text(fact->members.people[0].mail, "alice@example.com");
    ck_assert_ptr_null(fact->members.people[1].mail);
}
END_TEST

START_TEST(what_is_no_user_is_no_member)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_soc,
                  "{'value': [{'@odata.type': '#microsoft.graph.group', 'id': '" LEADS "'},"
                  "{'@odata.type': '#microsoft.graph.device', 'id': '" LAPTOP "'}]}",
                  NULL);
    ck_assert_uint_eq(fact->members.count, 0);
}
END_TEST

START_TEST(nobody_is_counted_twice)
{
    scoped(fact_scoped) struct fact *fact =
        read_facts(in_soc, "{'value': [{'id': '" BOB "'}, {'id': '" ALICE "'}]}",
                   "{'value': [{'id': '" ALICE_2 "'}, {'id': '" BOB "'}]}");
    ck_assert_uint_eq(fact->members.count, 2);
}
END_TEST

START_TEST(an_empty_page_with_another_behind_it_is_a_page)
{
    const char *next;
    scoped(fact_scoped) struct fact *fact =
        read_fact(in_soc, "{'value': [], '@odata.nextLink': 'https://graph.example/2'}", &next);
    ck_assert_uint_eq(fact->members.count, 0);
    ck_assert_text(next, "https://graph.example/2");
}
END_TEST

START_TEST(members_of_another_shape_are_not_known)
{
    ck_assert(is_refused(in_soc, "{'value': [{'displayName': 'Alice'}]}", "no id"));
    ck_assert(is_refused(in_soc, "{'value': [{'id': 'alice'}]}", "without an id"));
    ck_assert(is_refused(in_soc, "{'value': [null]}", "object"));
    ck_assert(is_refused(in_soc, "{'value': [{'id': '" ALICE "', 'mail': []}]}", "mail"));
    ck_assert(is_refused(in_soc, "{'value': [], '@odata.nextLink': 7}", "nextLink"));
}
END_TEST

SPECIFICATION("directory/groups", groups_are_asked_for_twenty_at_a_time,
              the_body_of_the_question_is_as_graph_wants_it, nothing_is_asked_about_no_groups,
              memberships_are_those_named, groups_nobody_asked_for_are_left_out,
              memberships_of_several_answers_add_up, memberships_of_another_shape_are_not_known,
              users_are_asked_for_through_nested_groups, members_are_read,
              what_is_no_user_is_no_member, nobody_is_counted_twice,
              an_empty_page_with_another_behind_it_is_a_page,
              members_of_another_shape_are_not_known)
