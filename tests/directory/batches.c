/* Goal: reads that begin together leave as one call, and each is answered as if it had been alone;
   what a batch does not answer is asked alone, and nothing of it is taken for an answer. */
#include "directory/batch.h"
#include "directory/fake_graph.h"
#include "directory/fixture.h"
#include "support/spec.h"

#include "base/json.h"
#include "base/moment.h"

#include <stdlib.h>
#include <string.h>

#define USER        "GET /v1.0/users/"
#define DEVICE      "GET /v1.0/devices("
#define GROUPS_OF   "POST /v1.0/users/"
#define MEMBERS     "GET /v1.0/groups/" SOC "/transitiveMembers"
#define PIM         "GET /v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances"
#define ENABLED     "{'id': '" ALICE "', 'accountEnabled': true}"
#define NO_DEVICE   "{'error': {'code': 'Request_ResourceNotFound', 'message': 'No.'}}"
#define ERROR(code) "{'error': {'code': '" code "', 'message': 'No.'}}"

static const struct question *const account_and_device[] = {&about[FACT_ACCOUNT],
                                                            &about[FACT_DEVICE]};

static void free_all(size_t count, struct fact *facts[])
{
    for (size_t i = 0; i < count; i++)
        fact_free(facts[i]);
}

/* Account and device of somebody, asked together of a Graph that says this. */
static size_t ask_two(size_t count, const struct saying sayings[], struct fact *facts[2],
                      struct asker **ret)
{
    scoped(graph_scoped) struct graph *graph = graph_new(count, sayings);
    struct asker *asker = asker_new(graph);
    ask_together(asker, 2, account_and_device, facts);
    size_t asked = graph_asked(graph);
    if (ret)
        *ret = asker;
    else
        asker_free(asker);
    return asked;
}

/* Sent together. */

START_TEST(reads_that_begin_together_leave_as_one_call)
{
    static const struct saying sayings[] = {SAY(USER, 200, ENABLED), SAY(DEVICE, 404, NO_DEVICE),
                                            SAY(GROUPS_OF, 200, "{'value': ['" SOC "']}"),
                                            SAY(MEMBERS, 200, "{'value': []}")};
    const struct question *const questions[] = {&about[FACT_ACCOUNT], &about[FACT_DEVICE],
                                                &about[FACT_MEMBERSHIPS], &about[FACT_MEMBERS]};
    struct fact *facts[4];
    char guid[37];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ask_together(asker, 4, questions, facts);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_msg(facts[i]->reading.known, "%s", facts[i]->reading.why);
        ck_assert(text_read_guid(graph_header(graph, i, "client-request-id"), guid));
        ck_assert_ptr_null(graph_header(graph, i, "Authorization")); /* it was inside */
    }
    ck_assert_int_eq(facts[0]->account.enabled, TRI_YES);
    ck_assert(!facts[1]->device.exists);
    ck_assert_text(graph_header(graph, 2, "Content-Type"), "application/json");
    ck_assert_text(graph_header(graph, 3, "ConsistencyLevel"), "eventual");
    ck_assert_ptr_null(graph_header(graph, 0, "ConsistencyLevel"));
    ck_assert_uint_eq(graph_asked(graph), 4);
    free_all(4, facts);
}
END_TEST

START_TEST(what_is_one_of_its_service_or_counted_by_the_second_leaves_alone)
{
    static const struct saying sayings[] = {
        SAY(USER, 200, ENABLED), SAY(PIM, 200, "{'value': []}"), SAY(PIM, 200, "{'value': []}"),
        SAY("GET /v1.0/identityProtection/riskyUsers", 200, "{'value': []}"),
        SAY("GET /v1.0/identity/conditionalAccess/policies", 200, "{'value': []}")};
    const struct question *const questions[] = {&about[FACT_ACCOUNT], &about[FACT_INSTANCES],
                                                &about[FACT_HOLDERS], &about[FACT_RISKS],
                                                &about[FACT_CONTEXTS]};
    struct fact *facts[5];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ask_together(asker, 5, questions, facts);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_msg(facts[i]->reading.known, "%s", facts[i]->reading.why);
        ck_assert_ptr_nonnull(graph_header(graph, i, "Authorization"));
    }
    free_all(5, facts);
}
END_TEST

/* In a batch it would be Curfew's own token that asks. */
START_TEST(reads_in_a_persons_name_leave_alone_with_their_token)
{
    static const struct saying sayings[] = {
        SAY("GET /v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests/", 200,
            "{'value': []}"),
        SAY("GET /v1.0/identityGovernance/privilegedAccess/group/assignmentApprovals/", 403,
            ERROR("Authorization_RequestDenied"))};
    const struct question *const questions[] = {&about[FACT_OWN_REQUESTS], &about[FACT_APPROVAL]};
    struct fact *facts[2];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(secret_scoped) struct secret *token = secret_copy("token-of-alice", 14);
    asker->person = token;
    ask_together(asker, 2, questions, facts);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_msg(facts[i]->reading.known, "%s", facts[i]->reading.why);
        ck_assert_text(graph_header(graph, i, "Authorization"), "Bearer token-of-alice");
    }
    ck_assert(!facts[1]->approval.exists); /* who may not see it is no approver of it */
    ck_assert_int_eq(asker->refused, 0);
    free_all(2, facts);
}
END_TEST

START_TEST(twenty_are_the_most_of_one_call)
{
    enum { MANY = 45 };
    struct saying sayings[3] = {SAY(BATCH, 503, ERROR("x")), SAY(BATCH, 503, ERROR("x")),
                                SAY(BATCH, 503, ERROR("x"))};
    const struct question *questions[MANY];
    struct fact *facts[MANY];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    for (size_t i = 0; i < MANY; i++)
        questions[i] = &about[FACT_ACCOUNT];
    ask_together(asker, MANY, questions, facts);
    size_t sizes[3], sum = 0;
    ck_assert_uint_eq(graph_asked(graph), 3);
    for (size_t i = 0; i < 3; i++) {
        json_auto_t *body = json_loads(strstr(graph_request(graph, i), "\r\n\r\n") + 4, 0, NULL);
        sizes[i] = json_array_size(json_object_get(body, "requests"));
        ck_assert_uint_le(sizes[i], 20);
        sum += sizes[i];
    }
    ck_assert_uint_eq(sum, MANY);
    free_all(MANY, facts);
}
END_TEST

START_TEST(the_next_page_is_asked_for_alone)
{
    static const struct saying sayings[] = {
        SAY(USER, 200, ENABLED),
        SAY(MEMBERS, 200, "{'value': [], '@odata.nextLink': '{graph}/v1.0/groups/more'}"),
        SAY("GET /v1.0/groups/more", 200, "{'value': []}")};
    const struct question *const questions[] = {&about[FACT_ACCOUNT], &about[FACT_MEMBERS]};
    struct fact *facts[2];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ask_together(asker, 2, questions, facts);
    ck_assert(facts[0]->reading.known && facts[1]->reading.known);
    ck_assert_uint_eq(graph_asked(graph), 3);
    ck_assert_ptr_nonnull(graph_header(graph, 2, "Authorization"));
    ck_assert_text(graph_header(graph, 2, "ConsistencyLevel"), "eventual");
    free_all(2, facts);
}
END_TEST

/* Answered each for itself. */

START_TEST(one_that_is_throttled_rests_and_the_others_are_answered)
{
    static const struct saying sayings[] = {
        SAY(USER, 200, ENABLED),
        SAY(DEVICE, 429, ERROR("TooManyRequests"), .headers = "retry-after: 30.5\r\n")};
    struct fact *facts[2];
    struct asker *asker;
    ck_assert_uint_eq(ask_two(COUNT(sayings), sayings, facts, &asker), 2);
    ck_assert(facts[0]->reading.known);
    expect_unknown(facts[1], "HTTP 429 TooManyRequests");
    ck_assert_int_gt(facts[1]->retry_ms, 25000);
    ck_assert_int_gt(directory_rests_until(asker->directory, SERVICE_DIRECTORY), 0);
    ck_assert_int_eq(directory_rests_until(asker->directory, SERVICE_PIM), 0);
    free_all(2, facts);
    asker_free(asker);
}
END_TEST

START_TEST(a_token_that_one_refuses_is_renewed_for_it)
{
    static const struct saying sayings[] = {
        SAY(USER, 200, ENABLED),
        SAY(DEVICE, 401, ERROR("InvalidAuthenticationToken"),
            .headers =
                "www-authenticate: Bearer error=\"insufficient_claims\", claims=\"eyJhY2Nlc3N"
                "fdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzY4NDcxMjAwIn19fQ"
                "==\"\r\n"),
        SAY(DEVICE, 404, NO_DEVICE)};
    struct fact *facts[2];
    struct asker *asker;
    ck_assert_uint_eq(ask_two(COUNT(sayings), sayings, facts, &asker), 3);
    ck_assert(facts[0]->reading.known && facts[1]->reading.known);
    ck_assert_int_eq(asker->refused, 1);
    ck_assert_int_eq(asker->not_before, 1768471200);
    free_all(2, facts);
    asker_free(asker);
}
END_TEST

/* The whole. */

START_TEST(a_token_that_the_whole_is_refused_is_renewed_for_all)
{
    static const struct saying sayings[] = {SAY(BATCH, 401, ERROR("InvalidAuthenticationToken")),
                                            SAY(USER, 200, ENABLED), SAY(DEVICE, 404, NO_DEVICE)};
    struct fact *facts[2];
    struct asker *asker;
    ck_assert_uint_eq(ask_two(COUNT(sayings), sayings, facts, &asker), 3);
    ck_assert(facts[0]->reading.known && facts[1]->reading.known);
    free_all(2, facts);
    asker_free(asker);
}
END_TEST

static void reset(struct connection *connection)
{
    connection_reset(connection);
}

START_TEST(what_keeps_the_whole_from_being_answered_counts_for_each_and_once)
{
    static const struct saying failures[] = {
        SAY(BATCH, 503, ERROR("serviceNotAvailable"), .headers = "Retry-After: 30\r\n"),
        SAY(BATCH, 429, ERROR("TooManyRequests"), .headers = "Retry-After: 30\r\n"),
        {.to = BATCH, .instead = reset}};
    for (size_t i = 0; i < COUNT(failures); i++) {
        struct fact *facts[2];
        ck_assert_uint_eq(ask_two(1, &failures[i], facts, NULL), 1);
        for (size_t k = 0; k < 2; k++) {
            ck_assert(!facts[k]->reading.known);
            ck_assert(facts[k]->retry_ms > 25000 || i == 2);
        }
        free_all(2, facts);
    }
}
END_TEST

START_TEST(what_is_no_answer_to_a_batch_says_nothing_and_each_is_asked_alone)
{
    static const struct {
        int status;
        const char *body;
    } wholes[] = {
        {404, NO_DEVICE}, /* never: there is no such person */
        {400, ERROR("BadRequest")},
        {403, "<html>Not through here</html>"},
        {405, ""},
        {200, "<html>Welcome</html>"},
        {200, "{'value': []}"},
        {200, "{'responses': []}"},
        {200, "{'responses': [{'id': '0', 'status': 404, 'body': " NO_DEVICE "}, {'id': '0',"
              " 'status': 404, 'body': " NO_DEVICE "}, {'id': '2', 'status': 200}, {'id': 1,"
              " 'status': 404}, {'id': '1', 'status': 'x'}, 7]}"},
    };
    for (size_t i = 0; i < COUNT(wholes); i++) {
        const struct saying sayings[] = {SAY(BATCH, wholes[i].status, wholes[i].body),
                                         SAY(USER, 200, ENABLED), SAY(DEVICE, 404, NO_DEVICE)};
        struct fact *facts[2];
        ck_assert_uint_eq(ask_two(COUNT(sayings), sayings, facts, NULL), 3);
        ck_assert(facts[0]->reading.known && facts[1]->reading.known);
        ck_assert(facts[0]->account.exists && !facts[1]->device.exists);
        free_all(2, facts);
    }
}
END_TEST

static void keep_fact(void *context, struct fact *fact)
{
    *(struct fact **)context = fact;
}

START_TEST(whoever_is_gathered_at_the_end_is_answered)
{
    struct fact *fact = NULL;
    struct asker *asker = asker_new(NULL);
    directory_ask(asker->directory, &about[FACT_ACCOUNT], keep_fact, &fact);
    ck_assert_ptr_null(fact);
    asker_free(asker);
    expect_unknown(fact, "stopping");
    fact_free(fact);
}
END_TEST

SPECIFICATION("directory/batches", reads_that_begin_together_leave_as_one_call,
              what_is_one_of_its_service_or_counted_by_the_second_leaves_alone,
              reads_in_a_persons_name_leave_alone_with_their_token, twenty_are_the_most_of_one_call,
              the_next_page_is_asked_for_alone,
              one_that_is_throttled_rests_and_the_others_are_answered,
              a_token_that_one_refuses_is_renewed_for_it,
              a_token_that_the_whole_is_refused_is_renewed_for_all,
              what_keeps_the_whole_from_being_answered_counts_for_each_and_once,
              what_is_no_answer_to_a_batch_says_nothing_and_each_is_asked_alone,
              whoever_is_gathered_at_the_end_is_answered)
