/* Goal: roles of Azure are read and given as those of Entra are, from Azure and nobody else; what
   is held above a scope is held at it, and is not ours. */
#include "directory/fake_graph.h"
#include "directory/fixture.h"
#include "directory/outcome.h"
#include "directory/reader.h"
#include "support/spec.h"

#include "base/json.h"

#include <string.h>

#define SUBSCRIPTION "/subscriptions/5ab50000-0000-4000-8000-000000000001"
#define SCOPE        SUBSCRIPTION "/resourceGroups/Sentinel"
#define CONTOSO      "/providers/Microsoft.Management/managementGroups/contoso"
#define KEY          "azure_role/" ROLE "/" SCOPE
#define PROVIDER     "/providers/Microsoft.Authorization/"
#define VERSION      "?api-version=2020-10-01"
#define SCHEDULE     "b1477448-2cc6-4ceb-93b4-54a202a89413"
#define NAME         "01234567-0000-4000-8000-000000000000"

static const struct question held = {.kind = FACT_INSTANCES, .subject = ALICE, .object = KEY};
static const struct question holders = {.kind = FACT_HOLDERS, .subject = KEY};
static const struct question standing = {.kind = FACT_STANDING, .subject = KEY};
static const struct question eligible = {.kind = FACT_ELIGIBLES, .subject = KEY};
static const struct question self_rules = {.kind = FACT_SELF_RULES, .subject = KEY};
static const struct question admin_rules = {.kind = FACT_ADMIN_RULES, .subject = KEY};

/* What is asked. */

START_TEST(lists_and_rules_are_asked_for_at_the_scope)
{
    ck_assert_text(path_of_step(&held, 0, NULL), SCOPE PROVIDER
                   "roleAssignmentScheduleInstances" VERSION "&$filter=principalId%20eq%20" ALICE);
    ck_assert_text(path_of_step(&holders, 0, NULL),
                   SCOPE PROVIDER "roleAssignmentScheduleInstances" VERSION "&$filter=atScope()");
    ck_assert_text(path_of_step(&eligible, 0, NULL),
                   SCOPE PROVIDER "roleEligibilityScheduleInstances" VERSION "&$filter=atScope()");
    static const char rules[] = SCOPE PROVIDER
        "roleManagementPolicyAssignments" VERSION
        "&$filter=roleDefinitionId%20eq%20'%2Fsubscriptions%2F"
        "5ab50000-0000-4000-8000-000000000001%2FresourceGroups%2FSentinel%2Fproviders"
        "%2FMicrosoft.Authorization%2FroleDefinitions%2F" ROLE "'";
    ck_assert_text(path_of_step(&self_rules, 0, NULL), rules);
    ck_assert_text(path_of_step(&admin_rules, 0, NULL), rules);
}
END_TEST

/* What is in force. */

#define ENTRY(scope, principal, member, more)                                                      \
    "{'name': 'i', 'id': 'x', 'properties': {'scope': '" scope                                     \
    "', 'roleDefinitionId': '" SUBSCRIPTION PROVIDER "roleDefinitions/" ROLE                       \
    "', 'principalId': '" principal "', 'memberType': '" member "', 'condition': null," more "}}"
#define ACTIVE                                                                                     \
    "'assignmentType': 'Activated', 'status': 'Provisioned', 'startDateTime':"                     \
    " '2026-01-15T10:00:00.1Z', 'endDateTime': '2026-01-15T12:00:00.653Z'"
#define NOON INT64_C(1768478400)

START_TEST(what_is_held_at_the_scope_is_direct)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(&held,
                  "{'value': [" ENTRY(SUBSCRIPTION "/resourcegroups/sentinel", ALICE_2, "Direct",
                                      ACTIVE) "]}",
                  NULL);
    const struct instance *instance = &fact->instances.list[0];
    ck_assert_uint_eq(fact->instances.count, 1);
    ck_assert(instance->direct && instance->activated);
    ck_assert_int_eq(instance->start_at, NOON - 7200);
    ck_assert_int_eq(instance->end_at, NOON);
}
END_TEST

START_TEST(what_is_held_above_it_is_held_and_not_direct)
{
    scoped(fact_scoped) struct fact *fact =
        read_fact(&held,
                  "{'value': [" ENTRY(SUBSCRIPTION, ALICE, "Inherited", ACTIVE) "," ENTRY(
                      SUBSCRIPTION, ALICE, "Direct", ACTIVE) "," ENTRY(CONTOSO, ALICE, "Inherited",
                                                                       ACTIVE) "]}",
                  NULL);
    ck_assert_uint_eq(fact->instances.count, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert(!fact->instances.list[i].direct);
}
END_TEST

START_TEST(what_is_held_below_beside_or_by_others_is_left_out)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        &held,
        "{'value': [" ENTRY(
            SCOPE "/providers/Microsoft.Sql/servers/a", ALICE, "Direct",
            ACTIVE) "," ENTRY(SCOPE "-2", ALICE, "Direct",
                              ACTIVE) "," ENTRY(SCOPE, BOB, "Direct",
                                                ACTIVE) ","
                                                        "{'properties': {'scope': '" SCOPE
                                                        "', 'principalId': '" ALICE
                                                        "', 'roleDefinitionId':"
                                                        " '" SUBSCRIPTION PROVIDER
                                                        "roleDefinitions/" OTHERS
                                                        "', 'memberType': 'Direct', "
                                                        "'assignmentType': 'Assigned'}}]}",
        NULL);
    ck_assert_uint_eq(fact->instances.count, 0);
}
END_TEST

START_TEST(everybody_who_holds_it_at_the_scope_is_read)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        &holders,
        "{'value': [" ENTRY(SCOPE, BOB, "Direct", "'assignmentType': 'Assigned'") "," ENTRY(
            SUBSCRIPTION, SOC, "Group", "'assignmentType': 'Assigned'") "]}",
        NULL);
    ck_assert_uint_eq(fact->holders.count, 1);
    ck_assert_text(fact->holders.list[0].id, BOB);
    ck_assert_int_eq(fact->holders.list[0].end_at, INT64_MAX);
    ck_assert_text(path_of_step(&standing, 0, NULL), path_of_step(&holders, 0, NULL));
    scoped(fact_scoped) struct fact *all = read_fact(
        &standing, "{'value': [" ENTRY(SCOPE, BOB, "Direct", "'assignmentType': 'Assigned'") "]}",
        NULL);
    ck_assert_uint_eq(all->standing.count, 1);
    ck_assert_text(all->standing.ids[0], BOB);
}
END_TEST

START_TEST(entries_of_another_shape_are_not_known)
{
    ck_assert(is_refused(&held, "{'value': [{'scope': '" SCOPE "'}]}", "object"));
    ck_assert(is_refused(&held, "{'value': [{'properties': {'scope': '" SCOPE "'}}]}", "no "));
    ck_assert(is_refused(
        &held, "{'value': [" ENTRY(SCOPE, ALICE, "Direct", "'assignmentType': 'Eternal'") "]}",
        "neither assigned nor activated"));
    ck_assert(is_refused(&held, "{}", "value"));
}
END_TEST

START_TEST(an_answer_of_graph_is_none_of_azure)
{
    ck_assert(is_refused(&held,
                         "{'value': [{'roleDefinitionId': '" ROLE "', 'principalId': '" ALICE
                         "', 'directoryScopeId': '/', 'memberType': 'Direct', 'assignmentType':"
                         " 'Assigned'}]}",
                         "object"));
}
END_TEST

/* Who may activate it. */

#define LINK                                                                                       \
    "'roleEligibilityScheduleId': '" SUBSCRIPTION PROVIDER "RoleEligibilitySchedules/" SCHEDULE "'"

START_TEST(who_is_eligible_is_read_with_what_an_activation_names)
{
    scoped(fact_scoped) struct fact *fact = read_fact(
        &eligible,
        "{'value': [" ENTRY(
            SUBSCRIPTION, ALICE, "Inherited",
            LINK
            ", 'endDateTime': null") ","
                                     "{'properties': {'scope': '" SCOPE
                                     "', 'roleDefinitionId': '" SUBSCRIPTION PROVIDER
                                     "roleDefinitions/" ROLE "', 'principalId': '" LEADS
                                     "', 'memberType': 'Group', " LINK
                                     ", 'condition': '@Resource[x]', 'conditionVersion': '2.0'}}]}",
        NULL);
    const struct eligible *list = fact->eligibles.list;
    ck_assert_uint_eq(fact->eligibles.count, 2);
    ck_assert_text(list[0].principal, ALICE);
    ck_assert(list[0].direct && !list[1].direct);
    ck_assert_text(list[0].schedule, SCHEDULE);
    ck_assert_text(list[0].scope, SUBSCRIPTION);
    ck_assert_ptr_null(list[0].condition);
    ck_assert_int_eq(list[0].end_at, INT64_MAX);
    ck_assert_text(list[1].condition, "@Resource[x]");
    ck_assert_text(list[1].condition_version, "2.0");
}
END_TEST

START_TEST(an_eligibility_that_cannot_be_named_is_not_known)
{
    ck_assert(is_refused(&eligible, "{'value': [" ENTRY(SCOPE, ALICE, "Direct", "'x': 1") "]}",
                         "roleEligibilityScheduleId"));
    ck_assert(is_refused(
        &eligible,
        "{'value': [" ENTRY(SCOPE, ALICE, "Direct", "'roleEligibilityScheduleId': '/a/b'") "]}",
        "GUID"));
    ck_assert(is_refused(&eligible,
                         "{'value': [{'properties': {'scope': '" SCOPE
                         "', 'roleDefinitionId': '" ROLE "', 'principalId': '" LEADS
                         "', 'memberType': 'Group', " LINK ", 'condition': 7}}]}",
                         "condition"));
}
END_TEST

/* PIM's rules. */

#define RULE(id, more) "{'ruleType': 'RoleManagementPolicyRule', 'id': '" id "', " more "}"
#define RULES                                                                                      \
    RULE("Expiration_Admin_Assignment", "'isExpirationRequired': true, 'maximumDuration': 'P15D'") \
    "," RULE("Enablement_Admin_Assignment", "'enabledRules': ['Justification']") "," RULE(         \
        "Expiration_EndUser_Assignment",                                                           \
        "'isExpirationRequired': true, 'maximumDuration': "                                        \
        "'PT7H'") "," RULE("Enablement_EndUser_"                                                   \
                           "Assignment",                                                           \
                           "'enabledRules': "                                                      \
                           "['"                                                                    \
                           "MultiFactorAuthentic"                                                  \
                           "ation']") "," RULE("Approval_"                                         \
                                               "EndUser_"                                          \
                                               "Assignment",                                       \
                                               "'setting': "                                       \
                                               "{'"                                                \
                                               "isApprovalRequir"                                  \
                                               "ed': true, "                                       \
                                               "'approvalStages'"                                  \
                                               ": "                                                \
                                               "[{'"                                               \
                                               "primaryApprovers"                                  \
                                               "':"                                                \
                                               " [{'id': 'x', "                                    \
                                               "'userType': "                                      \
                                               "'Group'}]}]}") "," RULE("AuthenticationContext_"   \
                                                                        "EndUser_Assignment",      \
                                                                        "'isEnabled': false, "     \
                                                                        "'claimValue': ''")
#define POLICY(scope, role, rules)                                                                 \
    "{'properties': {'scope': '" scope "', 'roleDefinitionId': '" scope PROVIDER                   \
    "roleDefinitions/" role "', 'effectiveRules': [" rules "]}}"

START_TEST(rules_are_those_of_the_scope_and_the_role)
{
    static const char list[] = "{'value': [" POLICY(SUBSCRIPTION, ROLE, "") "," POLICY(
        SCOPE, OTHERS, "") "," POLICY(SCOPE, ROLE, RULES) "]}";
    scoped(fact_scoped) struct fact *own = read_fact(&self_rules, list, NULL);
    scoped(fact_scoped) struct fact *admin = read_fact(&admin_rules, list, NULL);
    scoped(fact_scoped) struct fact *none = read_fact(&self_rules, "{'value': []}", NULL);
    ck_assert(own->self_rules.exists && own->self_rules.mfa_required);
    ck_assert(own->self_rules.approval_required && !own->self_rules.nobody_approves);
    ck_assert_ptr_null(own->self_rules.context);
    ck_assert_int_eq(own->self_rules.longest_seconds, 7 * 3600);
    ck_assert(admin->admin_rules.end_required && !admin->admin_rules.mfa_required);
    ck_assert_int_eq(admin->admin_rules.longest_seconds, 15 * 86400);
    ck_assert(!none->self_rules.exists);
}
END_TEST

/* Azure itself. */

#define GET         "GET " SCOPE PROVIDER "roleAssignmentScheduleInstances" VERSION
#define PUT         "PUT " SCOPE PROVIDER "roleAssignmentScheduleRequests/" NAME VERSION " HTTP"
#define ERROR(code) "{'error': {'code': '" code "', 'message': 'No.'}}"

START_TEST(azure_has_a_token_of_its_own)
{
    static const struct saying sayings[] = {SAY(GET, 401, ERROR("ExpiredAuthenticationToken")),
                                            SAY(GET, 200, "{'value': []}")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(fact_scoped) struct fact *fact = ask_one(asker, &held);
    ck_assert(fact->reading.known);
    ck_assert_text(graph_header(graph, 0, "Authorization"), "Bearer arm-token-1");
    ck_assert_text(graph_header(graph, 1, "Authorization"), "Bearer arm-token-2");
}
END_TEST

START_TEST(pages_are_followed_by_next_link_to_the_same_host_only)
{
    static const struct saying sayings[] = {
        SAY(GET "&$filter", 200,
            "{'value': [" ENTRY(SCOPE, ALICE, "Direct",
                                ACTIVE) "], 'nextLink': '{graph}" SCOPE PROVIDER
                                        "roleAssignmentScheduleInstances" VERSION
                                        "&$skiptoken=1'}"),
        SAY(GET "&$skiptoken=1", 200,
            "{'value': [" ENTRY(SCOPE, ALICE, "Direct",
                                ACTIVE) "], 'nextLink': 'http://127.0.0.1:1/2'}"),
    };
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(fact_scoped) struct fact *fact = ask_one(asker, &held);
    ck_assert_uint_eq(graph_asked(graph), 2);
    expect_unknown(fact, "another host");
}
END_TEST

START_TEST(the_links_of_graph_are_no_links_of_azure)
{
    static const struct saying sayings[] = {
        SAY(GET, 200, "{'value': [], '@odata.nextLink': 'http://127.0.0.1:1/2'}")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(fact_scoped) struct fact *fact = ask_one(asker, &held);
    ck_assert(fact->reading.known);
}
END_TEST

START_TEST(an_azure_that_is_throttled_stops_nobody_else)
{
    static const struct saying sayings[] = {
        SAY(GET, 429, ERROR("SubscriptionRequestsThrottled"), .headers = "Retry-After: 60\r\n"),
        SAY("GET /v1.0/roleManagement/", 200, "{'value': []}"),
        SAY("GET /v1.0/users/", 200, "{'id': '" ALICE "', 'accountEnabled': true}")};
    const struct question *const questions[] = {&held, &held, &about_role_instances,
                                                &about[FACT_ACCOUNT]};
    struct fact *facts[COUNT(questions)];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ask_in_turn(asker, COUNT(questions), questions, facts);
    expect_unknown(facts[0], "429");
    expect_unknown(facts[1], "left alone");
    ck_assert_int_gt(facts[1]->retry_ms, 50 * 1000);
    ck_assert(facts[2]->reading.known && facts[3]->reading.known);
    ck_assert_uint_eq(graph_asked(graph), 3);
    ck_assert_int_gt(directory_rests_until(asker->directory, SERVICE_ARM), 0);
    ck_assert_int_eq(directory_rests_until(asker->directory, SERVICE_PIM), 0);
    for (size_t i = 0; i < COUNT(facts); i++)
        fact_free(facts[i]);
}
END_TEST

/* What became of a write. */

static struct write sent(struct arena *arena, bool removal)
{
    static const struct target target = {.kind = TARGET_AZURE_ROLE, .id = ROLE, .scope = SCOPE};
    static const struct assignment assignment = {.target = &target,
                                                 .oid = ALICE,
                                                 .starts_at = NOON - 7200,
                                                 .ends_at = NOON,
                                                 .words = "why",
                                                 .name = NAME};
    struct write write;
    ck_assert_fine((removal ? write_remove : write_assign)(&assignment, arena, &write, &spec_why));
    return write;
}

#define TAKEN_AT(scope, name, role, type, principal, status, end)                                  \
    "{'id': '" scope PROVIDER "RoleAssignmentScheduleRequests/" name "', 'name': '" name           \
    "', 'properties': {'scope': '" scope "', 'requestType': '" type                                \
    "', 'principalId': '" principal "', 'roleDefinitionId': '" SUBSCRIPTION PROVIDER               \
    "roleDefinitions/" role "', 'status': '" status                                                \
    "', 'scheduleInfo': {'expiration': {'type': 'AfterDateTime', 'endDateTime': " end "}}}}"
#define AT_NOON       "'2026-01-15T12:00:00Z'"
#define TAKEN(status) TAKEN_AT(SCOPE, NAME, ROLE, "AdminAssign", ALICE_2, status, AT_NOON)

static const struct {
    const char *what;
    int status;
    const char *body;
    enum write_outcome outcome;
    const char *code;
} rows[] = {
    {"taken", 201, TAKEN("Provisioned"), WRITE_ACCEPTED, "Provisioned"},
    {"taken, in other letters", 201,
     TAKEN_AT(SUBSCRIPTION "/resourcegroups/sentinel", NAME, ROLE, "adminAssign", ALICE, "Granted",
              AT_NOON),
     WRITE_ACCEPTED, "Granted"},
    {"taken, and locked", 201, TAKEN("FailedAsResourceIsLocked"), WRITE_ACCEPTED,
     "FailedAsResourceIsLocked"},
    {"taken, with a word never seen", 201, TAKEN("Quantised"), WRITE_ACCEPTED, "Quantised"},
    {"at another scope", 201,
     TAKEN_AT(SUBSCRIPTION, NAME, ROLE, "AdminAssign", ALICE, "Provisioned", AT_NOON),
     WRITE_UNKNOWN, NULL},
    {"under another name", 201,
     TAKEN_AT(SCOPE, SCHEDULE, ROLE, "AdminAssign", ALICE, "Provisioned", AT_NOON), WRITE_UNKNOWN,
     NULL},
    {"another role", 201,
     TAKEN_AT(SCOPE, NAME, OTHERS, "AdminAssign", ALICE, "Provisioned", AT_NOON), WRITE_UNKNOWN,
     NULL},
    {"another person", 201, TAKEN_AT(SCOPE, NAME, ROLE, "AdminAssign", BOB, "Provisioned", AT_NOON),
     WRITE_UNKNOWN, NULL},
    {"another request", 201,
     TAKEN_AT(SCOPE, NAME, ROLE, "AdminRemove", ALICE, "Provisioned", AT_NOON), WRITE_UNKNOWN,
     NULL},
    {"another end", 201,
     TAKEN_AT(SCOPE, NAME, ROLE, "AdminAssign", ALICE, "Provisioned", "'2026-01-15T12:00:01Z'"),
     WRITE_UNKNOWN, NULL},
    {"as Graph answers", 201,
     "{'id': 'r1', 'status': 'Provisioned', 'action': 'adminAssign', 'principalId': '" ALICE
     "', 'roleDefinitionId': '" ROLE "', 'directoryScopeId': '" SCOPE "'}",
     WRITE_UNKNOWN, NULL},
    {"cut", 201, "{'id': 'r1', 'properties': {'status': 'Provisio", WRITE_UNKNOWN, NULL},
    {"without a status", 201, "{'id': 'r1', 'properties': {}}", WRITE_UNKNOWN, NULL},
    {"200", 200, TAKEN("Provisioned"), WRITE_UNKNOWN, NULL},
    {"202", 202, "", WRITE_UNKNOWN, NULL},
    {"the name is taken", 400, ERROR("RequestConflict"), WRITE_REFUSED, "RequestConflict"},
    {"the name is taken, said otherwise", 409, ERROR("RequestConflict"), WRITE_REFUSED,
     "RequestConflict"},
    {"not allowed", 403, ERROR("AuthorizationFailed"), WRITE_REFUSED, "AuthorizationFailed"},
    {"no such scope", 404, ERROR("ResourceGroupNotFound"), WRITE_REFUSED, "ResourceGroupNotFound"},
    {"a proxy", 403, "<html>Forbidden</html>", WRITE_UNKNOWN, NULL},
    {"throttled", 429, ERROR("SubscriptionRequestsThrottled"), WRITE_NOT_SENT,
     "SubscriptionRequestsThrottled"},
    {"broken", 500, ERROR("InternalServerError"), WRITE_UNKNOWN, "InternalServerError"},
};

START_TEST(no_answer_of_azure_is_called_better_than_it_is)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        scoped(arena_scoped) struct arena *arena = arena_new();
        struct write write = sent(arena, false);
        const char *body = json_of(rows[i].body);
        const struct answer answer = {.outcome = OUTCOME_ANSWERED,
                                      .status = rows[i].status,
                                      .body = body,
                                      .length = strlen(body)};
        struct written written;
        outcome_of(&write, &answer, arena, &written);
        ck_assert_msg(written.outcome == rows[i].outcome && text_equals(written.code, rows[i].code),
                      "%s: %d %s", rows[i].what, written.outcome, written.says);
        if (written.outcome == WRITE_ACCEPTED)
            ck_assert_text(written.request, NAME);
    }
}
END_TEST

START_TEST(a_write_goes_to_azure_once_as_the_intent_has_it)
{
    static const struct saying sayings[] = {
        SAY(PUT, 201, TAKEN("Provisioned"), .headers = "x-ms-request-id: q7\r\n")};
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    struct write write = sent(arena, false);
    struct written written;
    write_in_turn(asker, 1, &write, NULL, &written);
    ck_assert_msg(written.outcome == WRITE_ACCEPTED, "%s", written.says);
    ck_assert_text(written.correlation, "q7");
    ck_assert_text(strstr(graph_request(graph, 0), "\r\n\r\n") + 4, write.body);
    ck_assert_text(graph_header(graph, 0, "Authorization"), "Bearer arm-token-1");
}
END_TEST

START_TEST(the_challenge_of_azure_is_found_as_that_of_graph_is)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct write write = sent(arena, false);
    const char *body = json_of("{'error': {'code': 'RoleAssignmentRequestAcrsValidationFailed',"
                               " 'message': '&claims=%7B%22access_token%22%3A%7B%22acrs%22%3A%7B"
                               "%22essential%22%3Atrue%2C%20%22value%22%3A%22c1%22%7D%7D%7D'}}");
    const struct answer answer = {
        .outcome = OUTCOME_ANSWERED, .status = 400, .body = body, .length = strlen(body)};
    struct written written;
    outcome_of(&write, &answer, arena, &written);
    ck_assert_int_eq(written.outcome, WRITE_REFUSED);
    ck_assert_uint_eq(written.challenge.context_count, 1);
}
END_TEST

SPECIFICATION(
    "directory/arm", lists_and_rules_are_asked_for_at_the_scope,
    what_is_held_at_the_scope_is_direct, what_is_held_above_it_is_held_and_not_direct,
    what_is_held_below_beside_or_by_others_is_left_out, everybody_who_holds_it_at_the_scope_is_read,
    entries_of_another_shape_are_not_known, an_answer_of_graph_is_none_of_azure,
    who_is_eligible_is_read_with_what_an_activation_names,
    an_eligibility_that_cannot_be_named_is_not_known, rules_are_those_of_the_scope_and_the_role,
    azure_has_a_token_of_its_own, pages_are_followed_by_next_link_to_the_same_host_only,
    the_links_of_graph_are_no_links_of_azure, an_azure_that_is_throttled_stops_nobody_else,
    no_answer_of_azure_is_called_better_than_it_is, a_write_goes_to_azure_once_as_the_intent_has_it,
    the_challenge_of_azure_is_found_as_that_of_graph_is)
