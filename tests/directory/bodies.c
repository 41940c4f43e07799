/* Goal: what is sent is exactly what the intent holds, byte for byte the same every time, and
   always with an end of its own. */
#include "directory/fixture.h"
#include "support/spec.h"

#include <string.h>

static const struct target member = {.kind = TARGET_GROUP, .id = SOC, .access = "member"};
static const struct target owner = {.kind = TARGET_GROUP, .id = SOC, .access = "owner"};
static const struct target in_unit = {
    .kind = TARGET_DIRECTORY_ROLE, .id = ROLE, .scope = "/administrativeUnits/Ab c"};

static const struct target azure = {
    .kind = TARGET_AZURE_ROLE, .id = ROLE, .scope = "/subscriptions/5AB5/resourceGroups/Soc"};

#define TEN   INT64_C(1768471200)
#define WORDS "Phishing wave [Curfew 01JD0000000000000000000000]"

static struct arena *arena;
static struct write made;

static struct assignment until(const struct target *target, int64_t ends_at, const char *words,
                               const char *ticket)
{
    return (struct assignment){.target = target,
                               .oid = ALICE,
                               .starts_at = TEN,
                               .ends_at = ends_at,
                               .words = words,
                               .ticket = ticket};
}

static const struct write *assign(const struct target *target, const char *words,
                                  const char *ticket)
{
    struct assignment assignment = until(target, TEN + 7200, words, ticket);
    arena = arena ? arena : arena_new();
    ck_assert_fine(write_assign(&assignment, arena, &made, &spec_why));
    return &made;
}

static const struct write *activate(const struct target *target)
{
    struct assignment assignment = until(target, TEN + 7200, WORDS, "INC-7");
    arena = arena ? arena : arena_new();
    ck_assert_fine(write_activate(&assignment, arena, &made, &spec_why));
    return &made;
}

static const struct write *withdraw(const struct target *target)
{
    struct assignment assignment = {.target = target, .oid = ALICE, .words = WORDS};
    arena = arena ? arena : arena_new();
    ck_assert_fine(write_remove(&assignment, arena, &made, &spec_why));
    return &made;
}

static bool may_not_assign(struct assignment assignment)
{
    struct write write;
    scoped(arena_scoped) struct arena *here = arena_new();
    return write_assign(&assignment, here, &write, NULL) == FAIL_INVALID &&
           write_activate(&assignment, here, &write, NULL) == FAIL_INVALID;
}

static bool may_not_withdraw(struct assignment assignment)
{
    struct write write;
    scoped(arena_scoped) struct arena *here = arena_new();
    return write_remove(&assignment, here, &write, NULL) == FAIL_INVALID;
}

START_TEST(assigning_a_member_is_golden)
{
    const struct write *write = assign(&member, WORDS, "INC-7");
    ck_assert_text(write->method, "POST");
    ck_assert_text(write->path,
                   "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests");
    ck_assert_text(write->body,
                   json_of("{'accessId':'member','action':'adminAssign','groupId':'" SOC
                           "','justification':'" WORDS "','principalId':'" ALICE
                           "','scheduleInfo':{'expiration':{'endDateTime':'2026-01-15T12:00:00Z',"
                           "'type':'afterDateTime'},'startDateTime':'2026-01-15T10:00:00Z'},"
                           "'ticketInfo':{'ticketNumber':'INC-7','ticketSystem':'Curfew'}}"));
}
END_TEST

START_TEST(activating_differs_in_its_action_alone)
{
    ck_assert_text(activate(&member)->body,
                   json_of("{'accessId':'member','action':'selfActivate','groupId':'" SOC
                           "','justification':'" WORDS "','principalId':'" ALICE
                           "','scheduleInfo':{'expiration':{'endDateTime':'2026-01-15T12:00:00Z',"
                           "'type':'afterDateTime'},'startDateTime':'2026-01-15T10:00:00Z'},"
                           "'ticketInfo':{'ticketNumber':'INC-7','ticketSystem':'Curfew'}}"));
    const struct write *write = activate(&in_unit);
    ck_assert_text(write->path, "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests");
    ck_assert_ptr_nonnull(strstr(write->body, json_of("'action':'selfActivate'")));
}
END_TEST

START_TEST(assigning_a_role_is_golden)
{
    const struct write *write = assign(&in_unit, WORDS, "INC-7");
    ck_assert_text(write->method, "POST");
    ck_assert_text(write->path, "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests");
    ck_assert_text(write->body,
                   json_of("{'action':'adminAssign','directoryScopeId':'/administrativeUnits/Ab c',"
                           "'justification':'" WORDS "','principalId':'" ALICE
                           "','roleDefinitionId':'" ROLE
                           "','scheduleInfo':{'expiration':{'endDateTime':'2026-01-15T12:00:00Z',"
                           "'type':'afterDateTime'},'startDateTime':'2026-01-15T10:00:00Z'},"
                           "'ticketInfo':{'ticketNumber':'INC-7','ticketSystem':'Curfew'}}"));
}
END_TEST

START_TEST(removing_an_owner_is_golden)
{
    const struct write *write = withdraw(&owner);
    ck_assert_text(write->path,
                   "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests");
    ck_assert_text(write->body,
                   json_of("{'accessId':'owner','action':'adminRemove','groupId':'" SOC
                           "','justification':'" WORDS "','principalId':'" ALICE "'}"));
}
END_TEST

START_TEST(removing_a_role_is_golden)
{
    const struct write *write = withdraw(&in_unit);
    ck_assert_text(write->path, "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests");
    ck_assert_text(write->body,
                   json_of("{'action':'adminRemove','directoryScopeId':'/administrativeUnits/Ab c',"
                           "'justification':'" WORDS "','principalId':'" ALICE
                           "','roleDefinitionId':'" ROLE "'}"));
}
END_TEST

START_TEST(the_same_arguments_make_the_same_bytes)
{
    struct write first = *assign(&member, WORDS, "INC-7");
    ck_assert_text(assign(&member, WORDS, "INC-7")->body, first.body);
}
END_TEST

START_TEST(what_people_write_stays_as_they_wrote_it)
{
    const struct write *write = assign(&member, "\"Z\u00FCrich\"\n\\", NULL);
    ck_assert_ptr_nonnull(strstr(write->body, "\"justification\":\"\\\"Z\u00FCrich\\\"\\n\\\\\""));
    ck_assert_ptr_null(strstr(write->body, "ticketInfo"));
}
END_TEST

START_TEST(an_assignment_without_an_end_is_not_made)
{
    ck_assert(may_not_assign(until(&member, TEN, WORDS, NULL)));
    ck_assert(may_not_assign(until(&member, TEN - 1, WORDS, NULL)));
    ck_assert(may_not_assign(until(&member, INT64_MAX, WORDS, NULL)));
}
END_TEST

/* Roles of Azure. */

#define NAME     "01234567-0000-4000-8000-000000000000"
#define AZURE_ID "/subscriptions/5AB5/resourceGroups/Soc/providers/Microsoft.Authorization/"
#define AZURE_BODY(action)                                                                         \
    "{'properties':{'justification':'" WORDS "','principalId':'" ALICE "','requestType':'" action  \
    "','roleDefinitionId':'" AZURE_ID "roleDefinitions/" ROLE "'"
#define UNTIL_NOON                                                                                 \
    ",'scheduleInfo':{'expiration':{'endDateTime':'2026-01-15T12:00:00Z','type':"                  \
    "'AfterDateTime'},'startDateTime':'2026-01-15T10:00:00Z'}"

enum write_kind { ASSIGN, ACTIVATE, REMOVE };

static const struct write *in_azure(const struct eligible *by, const char *ticket,
                                    enum write_kind kind)
{
    struct assignment assignment = until(&azure, TEN + 7200, WORDS, ticket);
    arena = arena ? arena : arena_new();
    assignment.name = NAME;
    assignment.by = by;
    ck_assert_fine((kind == ASSIGN     ? write_assign
                    : kind == ACTIVATE ? write_activate
                                       : write_remove)(&assignment, arena, &made, &spec_why));
    return &made;
}

START_TEST(assigning_a_role_of_azure_is_golden)
{
    const struct write *write = in_azure(NULL, "INC-7", ASSIGN);
    ck_assert_text(write->method, "PUT");
    ck_assert_text(write->path,
                   AZURE_ID "roleAssignmentScheduleRequests/" NAME "?api-version=2020-10-01");
    ck_assert_text(write->body,
                   json_of(AZURE_BODY("AdminAssign") UNTIL_NOON
                           ",'ticketInfo':{'ticketNumber':'INC-7','ticketSystem':'Curfew'}}}"));
}
END_TEST

START_TEST(activating_a_role_of_azure_names_the_eligibility_and_repeats_its_condition)
{
    static const struct eligible plain = {.schedule = SOC};
    static const struct eligible bound = {
        .schedule = SOC, .condition = "@Resource[x]", .condition_version = "2.0"};
    ck_assert_text(in_azure(&plain, NULL, ACTIVATE)->body,
                   json_of("{'properties':{'justification':'" WORDS
                           "','linkedRoleEligibilityScheduleId':'" SOC "','principalId':'" ALICE
                           "','requestType':'SelfActivate','roleDefinitionId':'" AZURE_ID
                           "roleDefinitions/" ROLE "'" UNTIL_NOON "}}"));
    const char *body = in_azure(&bound, NULL, ACTIVATE)->body;
    ck_assert_ptr_nonnull(strstr(body, json_of("{'properties':{'condition':'@Resource[x]',"
                                               "'conditionVersion':'2.0',")));
    ck_assert_ptr_nonnull(strstr(body, json_of("'linkedRoleEligibilityScheduleId':'" SOC "'")));
    ck_assert_ptr_null(strstr(in_azure(&bound, NULL, ASSIGN)->body, "linked"));
}
END_TEST

START_TEST(a_request_to_azure_without_a_name_is_not_made)
{
    struct assignment assignment = until(&azure, TEN + 60, WORDS, NULL);
    ck_assert(may_not_assign(assignment) && may_not_withdraw(assignment));
    assignment.name = "../" NAME;
    ck_assert(may_not_assign(assignment) && may_not_withdraw(assignment));
}
END_TEST

START_TEST(removing_a_role_of_azure_is_golden)
{
    const struct write *write = in_azure(NULL, NULL, REMOVE);
    ck_assert_text(write->method, "PUT");
    ck_assert_text(write->path,
                   AZURE_ID "roleAssignmentScheduleRequests/" NAME "?api-version=2020-10-01");
    ck_assert_text(write->body, json_of(AZURE_BODY("AdminRemove") "}}"));
}
END_TEST

START_TEST(text_that_is_no_utf_8_is_refused)
{
    ck_assert(may_not_assign(until(&member, TEN + 60, "\xC3(", NULL)));
    ck_assert(may_not_assign(until(&member, TEN + 60, WORDS, "\xFF")));
    ck_assert(may_not_withdraw(until(&member, TEN + 60, "\xED\xA0\x80", NULL)));
}
END_TEST

SPECIFICATION("directory/bodies", activating_differs_in_its_action_alone,
              assigning_a_member_is_golden, assigning_a_role_is_golden, removing_an_owner_is_golden,
              removing_a_role_is_golden, the_same_arguments_make_the_same_bytes,
              what_people_write_stays_as_they_wrote_it, an_assignment_without_an_end_is_not_made,
              assigning_a_role_of_azure_is_golden,
              activating_a_role_of_azure_names_the_eligibility_and_repeats_its_condition,
              a_request_to_azure_without_a_name_is_not_made, removing_a_role_of_azure_is_golden,
              text_that_is_no_utf_8_is_refused)
