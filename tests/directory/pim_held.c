/* Goal: what waits for an approval in PIM is read as it is, by whoever may see it, and an
   approver's word goes to that very step. */
#include "directory/fixture.h"
#include "directory/outcome.h"
#include "directory/reader.h"
#include "support/spec.h"

#include <string.h>

static const struct question *const theirs = &about[FACT_REQUESTS];
static const struct question *const own = &about[FACT_OWN_REQUESTS];
static const struct question own_role = {
    .kind = FACT_OWN_REQUESTS, .subject = ALICE, .object = ROLE_IN_TENANT};
static const struct question *const of_group = &about[FACT_APPROVAL];
static const struct question of_role = {
    .kind = FACT_APPROVAL, .subject = LAPTOP, .object = ROLE_IN_TENANT};

#define NOON INT64_C(1768478400)
#define STEP "d4fa4045-4716-436d-aec5-57b0a713f095"
#define REQUEST(status, action, principal, access, more)                                           \
    "{'id': 'r', 'status': '" status "', 'action': '" action "', 'principalId': '" principal       \
    "', 'groupId': '" SOC "', 'accessId': '" access "'" more "}"
#define UNTIL_NOON                                                                                 \
    ", 'approvalId': '" LAPTOP "', 'scheduleInfo': {'expiration': {'type': 'afterDateTime', "      \
    "'endDateTime': '2026-01-15T12:00:00Z'}}"
#define PENDING REQUEST("PendingApproval", "SelfActivate", ALICE_2, "member", UNTIL_NOON)

START_TEST(requests_of_groups_are_asked_for_by_curfew_and_their_own_by_people)
{
    struct reason why = {0};
    struct asked asked;
    struct question refused = {.kind = FACT_REQUESTS, .subject = ALICE, .object = ROLE_IN_TENANT};
    scoped(arena_scoped) struct arena *arena = arena_new();
    ck_assert_text(path_of_step(theirs, 0, NULL),
                   "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests"
                   "?$filter=groupId%20eq%20'" SOC "'%20and%20principalId%20eq%20'" ALICE "'");
    ck_assert_text(path_of_step(own, 0, NULL),
                   "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests"
                   "/filterByCurrentUser(on='principal')?$filter=groupId%20eq%20'" SOC "'");
    ck_assert_text(path_of_step(&own_role, 0, NULL),
                   "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests"
                   "/filterByCurrentUser(on='principal')?$filter=roleDefinitionId%20eq%20'" ROLE
                   "'");
    /* Graph would want the permission that grants them (contract 3.3). */
    ck_assert_int_eq(reader_understand(&refused, arena, &asked, &why), FAIL_INVALID);
}
END_TEST

START_TEST(a_request_is_read_with_its_approval_and_its_end)
{
    scoped(fact_scoped) struct fact *fact = read_fact(own, "{'value': [" PENDING "]}", NULL);
    ck_assert_uint_eq(fact->requests.count, 1);
    const struct pim_request *request = &fact->requests.list[0];
    ck_assert_text(request->id, "r");
    ck_assert(status_waits_for_approval(request->status));
    ck_assert_text(request->approval, LAPTOP);
    ck_assert_int_eq(request->end_at, NOON);
}
END_TEST

START_TEST(what_names_no_end_is_never_taken_for_ours)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        own,
        "{'value': [" REQUEST(
            "Revoked", "selfActivate", ALICE, "member",
            ", 'scheduleInfo': null") "," REQUEST("Denied", "selfActivate", ALICE, "member",
                                                  ", 'scheduleInfo': {'expiration': "
                                                  "{'endDateTime': 7}}") "]}",
        NULL);
    ck_assert_uint_eq(fact->requests.count, 2);
    ck_assert_int_eq(fact->requests.list[0].end_at, INT64_MAX);
    ck_assert_int_eq(fact->requests.list[1].end_at, INT64_MAX);
    ck_assert_ptr_null(fact->requests.list[0].approval);
}
END_TEST

START_TEST(no_filter_of_requests_is_believed)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        theirs,
        "{'value': [" REQUEST("PendingApproval", "selfActivate", LAPTOP, "member", "") "," REQUEST(
            "PendingApproval", "selfActivate", ALICE, "owner",
            "") "," REQUEST("Provisioned", "adminAssign", ALICE, "member", "") "]}",
        NULL);
    ck_assert_uint_eq(fact->requests.count, 0);
}
END_TEST

START_TEST(requests_of_another_shape_are_not_known)
{
    ck_assert(is_refused(own, "{'value': [{'id': 'r'}]}", "principalId"));
    ck_assert(is_refused(own,
                         "{'value': [{'id': 'r', 'action': 'selfActivate', 'principalId': '" ALICE
                         "', 'groupId': '" SOC "', 'accessId': 'member'}]}",
                         "status"));
    ck_assert(is_refused(own, "{'requests': []}", "value"));
}
END_TEST

/* Approvals. */

#define STAGE(result, status, mine)                                                                \
    "{'id': '" STEP "', 'reviewResult': '" result "', 'status': '" status                          \
    "', 'assignedToMe': " mine "}"
#define STAGES(list) "{'id': '" LAPTOP "', 'stages': [" list "]}"
#define STEPS(list)  "{'id': '" LAPTOP "', 'steps': [" list "]}"

START_TEST(an_approval_has_stages_in_groups_and_steps_of_roles)
{
    ck_assert_text(path_of_step(of_group, 0, NULL),
                   "/v1.0/identityGovernance/privilegedAccess/group/assignmentApprovals/" LAPTOP);
    ck_assert_text(path_of_step(&of_role, 0, NULL),
                   "/beta/roleManagement/directory/roleAssignmentApprovals/" LAPTOP);
    scoped(fact_scoped) struct fact *stages =
        read_fact(of_group, STAGES(STAGE("NotReviewed", "InProgress", "true")), NULL);
    scoped(fact_scoped) struct fact *steps =
        read_fact(&of_role, STEPS(STAGE("NotReviewed", "InProgress", "true")), NULL);
    ck_assert(stages->approval.exists && steps->approval.exists);
    ck_assert_text(stages->approval.step, STEP);
    ck_assert_text(steps->approval.step, STEP);
    ck_assert_ptr_null(stages->approval.result);
    ck_assert(is_refused(&of_role, STAGES(""), "steps"));
    ck_assert(is_refused(of_group, STEPS(""), "stages"));
}
END_TEST

START_TEST(only_a_step_that_is_open_and_theirs_can_be_decided)
{
    static const struct {
        const char *body, *result;
    } rows[] = {
        {STAGES(STAGE("NotReviewed", "InProgress", "false")), NULL},
        {STAGES(STAGE("NotReviewed", "InProgress", "null")), NULL},
        {STAGES(STAGE("NotReviewed", "Expired", "true")), NULL},
        {STAGES(STAGE("Approve", "Completed", "true")), "Approve"},
        {STAGES(STAGE("Deny", "InProgress", "true")), "Deny"},
        {STAGES(""), NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        scoped(fact_scoped) struct fact *fact = read_fact(of_group, rows[i].body, NULL);
        ck_assert(fact->approval.exists);
        ck_assert_msg(!fact->approval.step, "%s", rows[i].body);
        ck_assert(text_equals(fact->approval.result, rows[i].result));
    }
}
END_TEST

START_TEST(an_approval_of_another_shape_is_not_known)
{
    ck_assert(is_refused(of_group, "{'id': '" ALICE "', 'stages': []}", "another approval"));
    ck_assert(is_refused(of_group,
                         STAGES("{'id': 'not-one', 'reviewResult': 'NotReviewed', "
                                "'status': 'InProgress', 'assignedToMe': true}"),
                         "id"));
    ck_assert(
        is_refused(of_group, STAGES("{'id': '" STEP "', 'status': 'InProgress'}"), "reviewResult"));
    ck_assert(
        is_refused(of_group, STAGES(STAGE("NotReviewed", "InProgress", "'true'")), "assignedToMe"));
}
END_TEST

/* An approver's word. */

static const struct target group = {.kind = TARGET_GROUP, .id = SOC, .access = "member"};
static const struct target role = {.kind = TARGET_DIRECTORY_ROLE, .id = ROLE, .scope = "/"};
static const struct target azure = {.kind = TARGET_AZURE_ROLE, .id = ROLE, .scope = "/s"};

START_TEST(a_word_goes_to_the_stage_of_a_group_and_to_the_step_of_a_role)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct write write;
    ck_assert_fine(write_review(&group, LAPTOP, STEP, true, "Known", arena, &write, &spec_why));
    ck_assert_text(write.method, "PATCH");
    ck_assert_text(write.path, "/v1.0/identityGovernance/privilegedAccess/group/assignmentApprovals"
                               "/" LAPTOP "/stages/" STEP);
    ck_assert_text(write.body, "{\"justification\":\"Known\",\"reviewResult\":\"Approve\"}");
    ck_assert_fine(write_review(&role, LAPTOP, STEP, false, "No", arena, &write, &spec_why));
    ck_assert_text(write.path,
                   "/beta/roleManagement/directory/roleAssignmentApprovals/" LAPTOP "/steps/" STEP);
    ck_assert_text(write.body, "{\"justification\":\"No\",\"reviewResult\":\"Deny\"}");
}
END_TEST

START_TEST(ids_that_are_none_never_become_a_path)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct write write = {.path = "as it was"};
    struct reason why = {0};
    ck_assert_int_eq(write_review(&group, "../x", STEP, true, "k", arena, &write, &why),
                     FAIL_INVALID);
    ck_assert_int_eq(write_review(&group, LAPTOP, "", true, "k", arena, &write, &why),
                     FAIL_INVALID);
    ck_assert_int_eq(write_review(&azure, LAPTOP, STEP, true, "k", arena, &write, &why),
                     FAIL_INVALID);
    ck_assert_int_eq(write_review(&group, LAPTOP, STEP, true, "\xff", arena, &write, &why),
                     FAIL_INVALID);
    ck_assert_text(write.path, "as it was");
}
END_TEST

static enum write_outcome outcome(const char *method, int status, const char *body)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    const struct write write = {.method = method, .path = "/", .body = "{}"};
    const struct answer answer = {
        .outcome = OUTCOME_ANSWERED, .status = status, .body = body, .length = strlen(body)};
    struct written written;
    outcome_of(&write, &answer, arena, &written);
    return written.outcome;
}

START_TEST(only_204_says_that_a_word_was_taken)
{
    const char *refused = json_of("{'error': {'code': 'Conflict', 'message': 'm'}}");
    ck_assert_int_eq(outcome("PATCH", 204, ""), WRITE_ACCEPTED);
    ck_assert_int_eq(outcome("POST", 204, ""), WRITE_UNKNOWN);
    ck_assert_int_eq(outcome("PATCH", 200, ""), WRITE_UNKNOWN);
    ck_assert_int_eq(outcome("PATCH", 201, ""), WRITE_UNKNOWN);
    ck_assert_int_eq(outcome("PATCH", 409, refused), WRITE_REFUSED);
    ck_assert_int_eq(outcome("PATCH", 403, refused), WRITE_REFUSED);
    ck_assert_int_eq(outcome("PATCH", 404, "<html>"), WRITE_UNKNOWN);
    ck_assert_int_eq(outcome("PATCH", 503, refused), WRITE_UNKNOWN);
    ck_assert_int_eq(outcome("PATCH", 429, refused), WRITE_NOT_SENT);
}
END_TEST

SPECIFICATION("directory/pim_held",
              requests_of_groups_are_asked_for_by_curfew_and_their_own_by_people,
              a_request_is_read_with_its_approval_and_its_end,
              what_names_no_end_is_never_taken_for_ours, no_filter_of_requests_is_believed,
              requests_of_another_shape_are_not_known,
              an_approval_has_stages_in_groups_and_steps_of_roles,
              only_a_step_that_is_open_and_theirs_can_be_decided,
              an_approval_of_another_shape_is_not_known,
              a_word_goes_to_the_stage_of_a_group_and_to_the_step_of_a_role,
              ids_that_are_none_never_become_a_path, only_204_says_that_a_word_was_taken)
