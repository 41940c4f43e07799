/* Goal: never is a write called without effect that may have had one, and never is one called
   accepted that the directory did not take as it was sent. */
#include "directory/error.h"
#include "directory/fixture.h"
#include "directory/outcome.h"
#include "support/spec.h"

#include <string.h>

#define REQUEST_ID "request-7"

/* What was sent: alice becomes a member of soc until noon. */
static struct write sent(struct arena *arena)
{
    static const struct target member = {.kind = TARGET_GROUP, .id = SOC, .access = "member"};
    struct write write;
    ck_assert_fine(write_assign(&(struct assignment){.target = &member,
                                                     .oid = ALICE,
                                                     .starts_at = 1768471200,
                                                     .ends_at = 1768478400,
                                                     .words = "why",
                                                     .ticket = "INC-7"},
                                arena, &write, &spec_why));
    return write;
}

static struct answer answered(int status, const char *body)
{
    const char *json = json_of(body);
    return (struct answer){.outcome = OUTCOME_ANSWERED,
                           .status = status,
                           .body = json,
                           .length = strlen(json),
                           .request_id = REQUEST_ID};
}

#define TAKEN(status, principal, group, access, end)                                               \
    "{'id': 'r1', 'status': '" status "', 'action': 'AdminAssign', 'principalId': '" principal     \
    "', 'groupId': '" group "', 'accessId': '" access "', 'completedDateTime': null,"              \
    " 'scheduleInfo': {'startDateTime': '2026-01-15T10:00:03.1234567Z', 'expiration':"             \
    " {'type': 'afterDateTime', 'endDateTime': " end ", 'duration': null}}}"
#define NOON        "'2026-01-15T12:00:00Z'"
#define OURS        TAKEN("Provisioned", ALICE_2, SOC, "Member", NOON)
#define ERROR(code) "{'error': {'code': '" code "', 'message': 'No.', 'innerError': {}}}"

/* One row for each way an answer can come. */
static const struct {
    const char *what;
    int status;
    const char *body;
    enum write_outcome outcome;
    const char *code;
} rows[] = {
    {"taken", 201, OURS, WRITE_ACCEPTED, "Provisioned"},
    {"taken, to be approved", 201, TAKEN("PendingApproval", ALICE, SOC, "member", NOON),
     WRITE_ACCEPTED, "PendingApproval"},
    {"taken, and failed", 201, TAKEN("Failed", ALICE, SOC, "member", NOON), WRITE_ACCEPTED,
     "Failed"},
    {"taken, with a word never seen", 201, TAKEN("Quantised", ALICE, SOC, "member", NOON),
     WRITE_ACCEPTED, "Quantised"},
    {"taken, with decimals", 201,
     TAKEN("Granted", ALICE, SOC, "member", "'2026-01-15T12:00:00.9999999Z'"), WRITE_ACCEPTED,
     "Granted"},
    {"taken, the end not told", 201, TAKEN("Granted", ALICE, SOC, "member", "null"), WRITE_ACCEPTED,
     "Granted"},

    {"G09: cut", 201, "{'id': 'r1', 'status': 'Provisio", WRITE_UNKNOWN, NULL},
    {"G09: empty", 201, "", WRITE_UNKNOWN, NULL},
    {"G10: malformed", 201, "{'id': 'r1', 'status': Provisioned}", WRITE_UNKNOWN, NULL},
    {"G10: a member twice", 201, "{'id': 'r1', 'id': 'r2', 'status': 'Provisioned'}", WRITE_UNKNOWN,
     NULL},
    {"a list", 201, "[" OURS "]", WRITE_UNKNOWN, NULL},
    {"without id", 201, "{'status': 'Provisioned', 'principalId': '" ALICE "'}", WRITE_UNKNOWN,
     NULL},
    {"without status", 201, "{'id': 'r1', 'status': null}", WRITE_UNKNOWN, NULL},
    {"G11: another person", 201, TAKEN("Provisioned", BOB, SOC, "member", NOON), WRITE_UNKNOWN,
     NULL},
    {"G11: another group", 201, TAKEN("Provisioned", ALICE, LEADS, "member", NOON), WRITE_UNKNOWN,
     NULL},
    {"G11: another access", 201, TAKEN("Provisioned", ALICE, SOC, "owner", NOON), WRITE_UNKNOWN,
     NULL},
    {"G11: another end", 201, TAKEN("Provisioned", ALICE, SOC, "member", "'2026-01-15T12:00:01Z'"),
     WRITE_UNKNOWN, NULL},
    {"G11: no end that can be read", 201, TAKEN("Provisioned", ALICE, SOC, "member", "'never'"),
     WRITE_UNKNOWN, NULL},
    {"G11: nobody", 201, "{'id': 'r1', 'status': 'Provisioned'}", WRITE_UNKNOWN, NULL},

    {"G26: a page of a hotel", 200, "<html>Welcome</html>", WRITE_UNKNOWN, NULL},
    {"200 though 201 is the word", 200, OURS, WRITE_UNKNOWN, NULL},
    {"202", 202, "", WRITE_UNKNOWN, NULL},
    {"204", 204, "", WRITE_UNKNOWN, NULL},
    {"G25: elsewhere", 302, "", WRITE_UNKNOWN, NULL},
    {"G25: elsewhere, with an error", 307, ERROR("Moved"), WRITE_UNKNOWN, "Moved"},

    {"G13", 400, ERROR("RoleAssignmentRequestPolicyValidationFailed"), WRITE_REFUSED,
     "RoleAssignmentRequestPolicyValidationFailed"},
    {"G14", 400, ERROR("RoleAssignmentExists"), WRITE_REFUSED, "RoleAssignmentExists"},
    {"G15", 400, ERROR("ActiveDurationTooShort"), WRITE_REFUSED, "ActiveDurationTooShort"},
    {"G16", 401, ERROR("InvalidAuthenticationToken"), WRITE_REFUSED, "InvalidAuthenticationToken"},
    {"G17", 403, ERROR("Authorization_RequestDenied"), WRITE_REFUSED,
     "Authorization_RequestDenied"},
    {"G17", 404, ERROR("SubjectNotFound"), WRITE_REFUSED, "SubjectNotFound"},
    {"method", 405, ERROR("MethodNotAllowed"), WRITE_REFUSED, "MethodNotAllowed"},
    {"G18", 409, ERROR("RequestConflict"), WRITE_REFUSED, "RequestConflict"},
    {"gone", 410, ERROR("Gone"), WRITE_REFUSED, "Gone"},
    {"precondition", 412, ERROR("PreconditionFailed"), WRITE_REFUSED, "PreconditionFailed"},
    {"media type", 415, ERROR("BadRequest"), WRITE_REFUSED, "BadRequest"},
    {"locked", 423, ERROR("Locked"), WRITE_REFUSED, "Locked"},
    {"a code that is empty", 400, ERROR(""), WRITE_REFUSED, ""},
    {"a refusal that is not Graph's", 403, "<html>Forbidden</html>", WRITE_UNKNOWN, NULL},
    {"a refusal without a code", 400, "{'error': 'no'}", WRITE_UNKNOWN, NULL},
    {"time-out of a request", 408, ERROR("Timeout"), WRITE_UNKNOWN, "Timeout"},
    {"a refusal of another kind", 418, ERROR("Teapot"), WRITE_UNKNOWN, "Teapot"},

    {"G19: later", 429, ERROR("TooManyRequests"), WRITE_NOT_SENT, "TooManyRequests"},
    {"G21: later, without a word", 429, "", WRITE_NOT_SENT, NULL},

    {"G23", 500, ERROR("generalException"), WRITE_UNKNOWN, "generalException"},
    {"not implemented", 501, ERROR("notImplemented"), WRITE_UNKNOWN, "notImplemented"},
    {"G23", 502, "<html>Bad gateway</html>", WRITE_UNKNOWN, NULL},
    {"G24", 503, ERROR("serviceNotAvailable"), WRITE_UNKNOWN, "serviceNotAvailable"},
    {"G24", 504, "", WRITE_UNKNOWN, NULL},
};

START_TEST(every_answer_has_its_outcome) /* S63, S64, S65 */
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        scoped(arena_scoped) struct arena *arena = arena_new();
        struct write write = sent(arena);
        struct answer answer = answered(rows[i].status, rows[i].body);
        struct written written;
        outcome_of(&write, &answer, arena, &written);
        ck_assert_msg(written.outcome == rows[i].outcome, "%d %s", rows[i].status, rows[i].what);
        ck_assert_msg(text_equals(written.code, rows[i].code), "%s: %s", rows[i].what,
                      written.code ? written.code : "none");
        ck_assert_int_eq(written.status, rows[i].status);
        ck_assert_text(written.correlation, REQUEST_ID);
        ck_assert(written.outcome == WRITE_ACCEPTED ? !written.says : written.says != NULL);
        ck_assert(written.outcome == WRITE_ACCEPTED || (!written.request && !written.ends_at));
    }
}
END_TEST

START_TEST(what_was_taken_is_told)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct write write = sent(arena);
    struct answer answer = answered(201, OURS);
    struct written written;
    outcome_of(&write, &answer, arena, &written);
    ck_assert_text(written.request, "r1");
    ck_assert_text(written.ends_at, "2026-01-15T12:00:00Z");
}
END_TEST

START_TEST(what_pim_wants_of_the_next_sign_in_is_told)
{
#define ACRS(code)                                                                                 \
    "{'error': {'code': '" code "', 'message': '&claims=%7B%22access_token%22%3A%7B%22acrs%22%3A"  \
    "%7B%22essential%22%3Atrue%2C%20%22value%22%3A%22c1%22%7D%7D%7D'}}"
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct write write = sent(arena);
    struct answer wanted = answered(400, ACRS("RoleAssignmentRequestAcrsValidationFailed")),
                  other = answered(400, ACRS("RoleAssignmentRequestPolicyValidationFailed"));
    struct written written;
    outcome_of(&write, &wanted, arena, &written);
    ck_assert_int_eq(written.outcome, WRITE_REFUSED);
    ck_assert_uint_eq(written.challenge.context_count, 1);
    ck_assert_text(written.challenge.contexts[0], "c1");
    outcome_of(&write, &other, arena, &written);
    ck_assert_uint_eq(written.challenge.context_count, 0);
}
END_TEST

START_TEST(a_scope_is_compared_byte_for_byte)
{
    static const struct target role = {
        .kind = TARGET_DIRECTORY_ROLE, .id = ROLE, .scope = "/administrativeUnits/Ab"};
    static const char *const scopes[] = {"/administrativeUnits/Ab", "/administrativeUnits/ab"};
    for (size_t i = 0; i < COUNT(scopes); i++) {
        scoped(arena_scoped) struct arena *arena = arena_new();
        scoped(text_scoped) struct text body = TEXT_LIMIT(4096);
        struct write write;
        struct written written;
        ck_assert_fine(
            write_remove(&(struct assignment){.target = &role, .oid = ALICE, .words = "why"}, arena,
                         &write, &spec_why));
        text_addf(&body,
                  "{'id': 'r', 'status': 'Revoked', 'action': 'adminRemove', 'scheduleInfo': null,"
                  " 'principalId': '" ALICE "', 'roleDefinitionId': '" ROLE
                  "', 'directoryScopeId': '%s'}",
                  scopes[i]);
        struct answer answer = answered(201, text_of(&body));
        outcome_of(&write, &answer, arena, &written);
        ck_assert_int_eq(written.outcome, i ? WRITE_UNKNOWN : WRITE_ACCEPTED);
        ck_assert_ptr_null(written.ends_at);
    }
}
END_TEST

START_TEST(a_call_that_was_not_answered_says_so)
{
    static const struct {
        enum outcome outcome;
        enum write_outcome means;
    } ways[] = {{OUTCOME_NOT_SENT, WRITE_NOT_SENT}, {OUTCOME_UNKNOWN, WRITE_UNKNOWN}};
    for (size_t i = 0; i < COUNT(ways); i++) {
        scoped(arena_scoped) struct arena *arena = arena_new();
        struct write write = sent(arena);
        struct answer answer = {
            .outcome = ways[i].outcome, .body = "", .reason = {"the line broke"}};
        struct written written;
        outcome_of(&write, &answer, arena, &written);
        ck_assert_int_eq(written.outcome, ways[i].means);
        ck_assert_text(written.says, "the line broke");
        ck_assert_int_eq(written.status, 0);
    }
}
END_TEST

/* Errors. */

static struct error error_in(struct arena *arena, const char *body)
{
    const char *json = json_of(body);
    struct error error = {0};
    ck_assert(error_read(json, strlen(json), arena, &error));
    return error;
}

START_TEST(errors_are_read)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct error error = error_in(
        arena, "{'error': {'code': 'RoleAssignmentExists', 'message': 'The Role assignment already"
               " exists.', 'innerError': {'date': '2026-01-15T07:05:55', 'request-id': 'x'}}}");
    ck_assert_text(error.code, "RoleAssignmentExists");
    ck_assert_text(error.message, "The Role assignment already exists.");
    ck_assert_text(error_in(arena, "{'error': {'code': 'x'}}").message, "");
}
END_TEST

START_TEST(an_empty_code_is_looked_for_inside_in_both_spellings)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    ck_assert_text(error_in(arena, "{'error': {'code': '', 'innerError': {'code': 'Real'}}}").code,
                   "Real");
    ck_assert_text(error_in(arena, "{'error': {'code': '', 'innererror': {'code': 'Real'}}}").code,
                   "Real");
    ck_assert_text(
        error_in(arena, "{'error': {'code': 'Own', 'innerError': {'code': '429'}}}").code, "Own");
    ck_assert_text(error_in(arena, "{'error': {'code': '', 'innerError': {}}}").code, "");
}
END_TEST

START_TEST(a_long_message_is_cut_at_a_whole_character)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(text_scoped) struct text body = TEXT_LIMIT(8192);
    text_add(&body, "{'error': {'code': 'x', 'message': 'a");
    for (int i = 0; i < 1500; i++)
        text_add(&body, "\u00FC");
    text_add(&body, "'}}");
    struct error error = error_in(arena, text_of(&body));
    ck_assert_uint_eq(strlen(error.message), ERROR_MESSAGE_LIMIT - 1);
    ck_assert(text_is_utf8(error.message, strlen(error.message)));
}
END_TEST

START_TEST(what_is_no_envelope_is_no_error)
{
    static const char *const none[] = {"",
                                       "<html>",
                                       "{}",
                                       "[]",
                                       "{'error': {'message': 'x'}}",
                                       "{'error': {'code': 7}}",
                                       "{'error': null}"};
    for (size_t i = 0; i < COUNT(none); i++) {
        const char *json = json_of(none[i]);
        ck_assert(!error_is_there(json, strlen(json)));
    }
}
END_TEST

START_TEST(only_graph_itself_says_that_something_is_absent)
{
    static const struct {
        const char *body;
        bool absent;
    } bodies[] = {{ERROR("Request_ResourceNotFound"), true},
                  {ERROR("ResourceNotFound"), true},
                  {ERROR("NotFound"), false},
                  {ERROR(""), false},
                  {"<html>404</html>", false},
                  {"", false}};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        const char *json = json_of(bodies[i].body);
        ck_assert_int_eq(error_is_absence(json, strlen(json)), bodies[i].absent);
    }
}
END_TEST

/* The words of a request. */

START_TEST(every_status_has_its_meaning)
{
    static const struct {
        const char *status;
        enum status_meaning means;
    } all[] = {
        {"Provisioned", STATUS_DONE},
        {"provisioned", STATUS_DONE},
        {"Granted", STATUS_PENDING},
        {"ScheduleCreated", STATUS_PENDING},
        {"PendingApproval", STATUS_PENDING},
        {"PendingAdminDecision", STATUS_PENDING},
        {"PendingApprovalProvisioning", STATUS_PENDING},
        {"PendingEvaluation", STATUS_PENDING},
        {"PendingExternalProvisioning", STATUS_PENDING},
        {"PendingProvisioning", STATUS_PENDING},
        {"PendingRevocation", STATUS_PENDING},
        {"PendingScheduleCreation", STATUS_PENDING},
        {"Accepted", STATUS_PENDING},
        {"AdminApproved", STATUS_PENDING},
        {"ProvisioningStarted", STATUS_PENDING},
        {"Denied", STATUS_REFUSED},
        {"AdminDenied", STATUS_REFUSED},
        {"Failed", STATUS_REFUSED},
        {"FailedAsResourceIsLocked", STATUS_REFUSED},
        {"Invalid", STATUS_REFUSED},
        {"TimedOut", STATUS_REFUSED},
        {"Revoked", STATUS_REMOVED},
        {"Canceled", STATUS_REMOVED},
        {"Provisioned ", STATUS_NEVER_SEEN},
        {"unknownFutureValue", STATUS_NEVER_SEEN},
        {"", STATUS_NEVER_SEEN},
        {NULL, STATUS_NEVER_SEEN},
    };
    for (size_t i = 0; i < COUNT(all); i++)
        ck_assert_msg(status_means(all[i].status) == all[i].means, "%s", all[i].status);
}
END_TEST

START_TEST(signing_somebody_out_is_taken_only_where_the_answer_says_so)
{
    static const struct {
        int status;
        const char *body;
        enum write_outcome outcome;
    } answers[] = {
        {200, "{'value': true}", WRITE_ACCEPTED},
        {204, "", WRITE_ACCEPTED},
        {200, "{'value': false}", WRITE_UNKNOWN},
        {200, "{'value': tr", WRITE_UNKNOWN},
        {200, "<html>Welcome</html>", WRITE_UNKNOWN},
        {202, "", WRITE_UNKNOWN},
        {201, "{'value': true}", WRITE_UNKNOWN},
        {302, "", WRITE_UNKNOWN},
        {403, ERROR("Authorization_RequestDenied"), WRITE_REFUSED},
        {404, ERROR("Request_ResourceNotFound"), WRITE_REFUSED},
        {404, "<html>Not found</html>", WRITE_UNKNOWN},
        {429, ERROR("TooManyRequests"), WRITE_NOT_SENT},
        {503, ERROR("serviceNotAvailable"), WRITE_UNKNOWN},
    };
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct write write;
    ck_assert_fine(write_sign_out(ALICE_2, arena, &write, &spec_why));
    ck_assert_text(write.method, "POST");
    ck_assert_text(write.path, "/v1.0/users/" ALICE "/revokeSignInSessions");
    ck_assert_ptr_null(write.body);
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct answer answer = answered(answers[i].status, answers[i].body);
        struct written written;
        outcome_of(&write, &answer, arena, &written);
        ck_assert_msg(written.outcome == answers[i].outcome, "%d %s", answers[i].status,
                      answers[i].body);
        ck_assert((written.outcome == WRITE_ACCEPTED) == !written.says);
    }
    ck_assert_int_eq(write_sign_out("../me", arena, &write, &spec_why), FAIL_INVALID);
}
END_TEST

SPECIFICATION("directory/outcomes", signing_somebody_out_is_taken_only_where_the_answer_says_so,
              what_pim_wants_of_the_next_sign_in_is_told, every_answer_has_its_outcome,
              what_was_taken_is_told, a_scope_is_compared_byte_for_byte,
              a_call_that_was_not_answered_says_so, errors_are_read,
              an_empty_code_is_looked_for_inside_in_both_spellings,
              a_long_message_is_cut_at_a_whole_character, what_is_no_envelope_is_no_error,
              only_graph_itself_says_that_something_is_absent, every_status_has_its_meaning)
