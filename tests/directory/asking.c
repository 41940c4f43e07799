/* Goal: a question ends in exactly one fact, which is known only when everything that was asked
   for was read to its end, from Graph and nobody else. */
#include "directory/fake_graph.h"
#include "directory/fixture.h"
#include "outbound/throttle.h"
#include "support/spec.h"

#include "base/moment.h"

#include <string.h>

#define USER        "GET /v1.0/users/"
#define MEMBERS     "GET /v1.0/groups/"
#define RISKY       "GET /v1.0/identityProtection/riskyUsers"
#define CA          "GET /v1.0/identity/conditionalAccess/policies"
#define INTUNE      "GET /v1.0/deviceManagement/managedDevices"
#define PIM         "GET /v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances"
#define ENABLED     "{'id': '" ALICE "', 'accountEnabled': true}"
#define ERROR(code) "{'error': {'code': '" code "', 'message': 'No.'}}"

/* One call. */

START_TEST(a_question_becomes_a_call_and_a_fact)
{
    static const struct saying sayings[] = {SAY(USER, 200, ENABLED)};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    int64_t before = moment_now();
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_ACCOUNT);
    char guid[37];
    ck_assert(fact->reading.known);
    ck_assert_int_eq(fact->kind, FACT_ACCOUNT);
    ck_assert_int_eq(fact->account.enabled, TRI_YES);
    ck_assert_int_ge(fact->reading.at, before);
    ck_assert_int_le(fact->reading.at, moment_now());
    ck_assert_uint_eq(graph_asked(graph), 1);
    ck_assert_text(graph_header(graph, 0, "Authorization"), "Bearer token-1");
    ck_assert(text_read_guid(graph_header(graph, 0, "client-request-id"), guid));
    ck_assert_text(graph_header(graph, 0, "Accept"), "application/json");
    ck_assert_ptr_null(graph_header(graph, 0, "ConsistencyLevel"));
    ck_assert_ptr_null(graph_header(graph, 0, "Content-Type"));
}
END_TEST

START_TEST(facts_are_shared_and_counted)
{
    static const struct saying sayings[] = {SAY(USER, 200, ENABLED)};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    struct fact *fact = ask_graph(graph, FACT_ACCOUNT);
    struct fact *shared = fact_share(fact);
    fact_free(fact);
    ck_assert_int_eq(shared->account.enabled, TRI_YES);
    fact_free(shared);
    fact_free(NULL);
}
END_TEST

START_TEST(what_does_not_exist_is_known_not_to)
{
    static const struct saying sayings[] = {
        SAY(USER, 404, ERROR("Request_ResourceNotFound")),
        SAY("GET /v1.0/devices(", 404, ERROR("Request_ResourceNotFound"))};
    const struct question *const questions[] = {&about[FACT_ACCOUNT], &about[FACT_DEVICE]};
    struct fact *facts[2];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ask_together(asker, 2, questions, facts);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(facts[i]->reading.known);
        ck_assert(i ? !facts[i]->device.exists : !facts[i]->account.exists);
        fact_free(facts[i]);
    }
}
END_TEST

START_TEST(a_404_of_a_proxy_says_nothing)
{
    static const struct saying sayings[] = {SAY(USER, 404, "<html>Not here</html>")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_ACCOUNT);
    expect_unknown(fact, "404");
}
END_TEST

START_TEST(a_group_that_is_gone_is_not_a_group_without_members)
{
    static const struct saying sayings[] = {SAY(MEMBERS, 404, ERROR("Request_ResourceNotFound"))};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_MEMBERS);
    expect_unknown(fact, "Request_ResourceNotFound");
}
END_TEST

START_TEST(a_refusal_is_told_in_words)
{
    static const struct saying sayings[] = {
        SAY(CA, 403, ERROR("Authorization_RequestDenied"), .headers = "request-id: r-17\r\n")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_CONTEXTS);
    expect_unknown(fact, "HTTP 403 Authorization_RequestDenied: No. (request-id r-17)");
    ck_assert_int_eq(fact->retry_ms, 0);
}
END_TEST

START_TEST(a_captive_portal_is_no_directory)
{
    static const struct saying sayings[] = {
        SAY(PIM, 200, "<html>Welcome</html>", .headers = "Content-Type: text/html\r\n")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_INSTANCES);
    expect_unknown(fact, "not understood");
}
END_TEST

START_TEST(redirections_are_not_followed)
{
    static const struct saying sayings[] = {
        SAY(USER, 302, "", .headers = "Location: /v1.0/users/elsewhere\r\n"),
        SAY(USER, 200, ENABLED)};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_ACCOUNT);
    expect_unknown(fact, "HTTP 302");
    ck_assert_uint_eq(graph_asked(graph), 1);
}
END_TEST

START_TEST(nobody_there_is_not_known)
{
    scoped(fact_scoped) struct fact *fact = ask_graph(NULL, FACT_RISKS);
    expect_unknown(fact, "connect");
}
END_TEST

START_TEST(a_question_that_makes_no_sense_is_answered_at_once)
{
    struct question azure = {
        .kind = FACT_INSTANCES, .subject = ALICE, .object = "azure_role/" ROLE "//subscriptions/7"};
    struct question nobody = {.kind = FACT_ACCOUNT, .subject = " "};
    const struct question *const questions[] = {&azure, &nobody};
    struct fact *facts[2];
    scoped(graph_scoped) struct graph *graph = graph_new(0, NULL);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ask_together(asker, 2, questions, facts);
    expect_unknown(facts[0], "this target");
    expect_unknown(facts[1], "nobody");
    ck_assert_uint_eq(graph_asked(graph), 0);
    fact_free(facts[0]);
    fact_free(facts[1]);
}
END_TEST

/* Tokens. */

START_TEST(a_token_that_is_refused_is_renewed_once)
{
    static const struct saying sayings[] = {SAY(USER, 401, ERROR("InvalidAuthenticationToken")),
                                            SAY(USER, 200, ENABLED)};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(fact_scoped) struct fact *fact = ask_one(asker, &about[FACT_ACCOUNT]);
    ck_assert(fact->reading.known);
    ck_assert_int_eq(asker->refused, 1);
    ck_assert_text(graph_header(graph, 0, "Authorization"), "Bearer token-1");
    ck_assert_text(graph_header(graph, 1, "Authorization"), "Bearer token-2");
    ck_assert_str_ne(graph_header(graph, 0, "client-request-id"),
                     graph_header(graph, 1, "client-request-id"));
}
END_TEST

/* For tokens from 1768471200 on, in the second of two headers. */
#define CHALLENGE                                                                                  \
    "WWW-Authenticate: Basic realm=\"x\"\r\n"                                                      \
    "WWW-Authenticate: Bearer claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidm" \
    "FsdWUiOiIxNzY4NDcxMjAwIn19fQ==\", error=\"insufficient_claims\"\r\n"

START_TEST(a_challenge_is_answered_with_a_new_token_once)
{
    static const int statuses[] = {401, 403};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const struct saying sayings[] = {
            SAY(USER, statuses[i], ERROR("InvalidAuthenticationToken"), .headers = CHALLENGE),
            SAY(USER, 200, ENABLED),
            SAY(USER, statuses[i], ERROR("InvalidAuthenticationToken"), .headers = CHALLENGE),
            SAY(USER, statuses[i], ERROR("InvalidAuthenticationToken"), .headers = CHALLENGE)};
        const struct question *const questions[] = {&about[FACT_ACCOUNT], &about[FACT_ACCOUNT]};
        struct fact *facts[2];
        scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
        scoped(asker_scoped) struct asker *asker = asker_new(graph);
        ask_in_turn(asker, 2, questions, facts);
        ck_assert(facts[0]->reading.known);
        expect_unknown(facts[1], "InvalidAuthenticationToken");
        ck_assert_uint_eq(graph_asked(graph), 4);
        ck_assert_int_eq(asker->not_before, 1768471200);
        for (size_t k = 0; k < 2; k++)
            fact_free(facts[k]);
    }
}
END_TEST

START_TEST(a_challenge_of_a_proxy_or_a_plain_403_is_none)
{
    static const struct saying sayings[] = {
        SAY(USER, 401, "<html>Sign in</html>", .headers = CHALLENGE),
        SAY(USER, 403, ERROR("Authorization_RequestDenied"))};
    const struct question *const questions[] = {&about[FACT_ACCOUNT], &about[FACT_ACCOUNT]};
    struct fact *facts[2];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ask_in_turn(asker, 2, questions, facts);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(!facts[i]->reading.known);
        fact_free(facts[i]);
    }
    ck_assert_int_eq(asker->refused, 0);
}
END_TEST

START_TEST(a_token_that_is_refused_twice_is_given_up)
{
    static const struct saying sayings[] = {SAY(USER, 401, ERROR("InvalidAuthenticationToken")),
                                            SAY(USER, 401, ERROR("InvalidAuthenticationToken")),
                                            SAY(USER, 200, ENABLED)};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(fact_scoped) struct fact *fact = ask_one(asker, &about[FACT_ACCOUNT]);
    expect_unknown(fact, "HTTP 401 InvalidAuthenticationToken");
    ck_assert_int_eq(asker->refused, 1);
    ck_assert_uint_eq(graph_asked(graph), 2);
}
END_TEST

START_TEST(without_a_token_nothing_is_asked)
{
    scoped(graph_scoped) struct graph *graph = graph_new(0, NULL);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    asker->without_token = true;
    scoped(fact_scoped) struct fact *fact = ask_one(asker, &about[FACT_ACCOUNT]);
    expect_unknown(fact, "nobody signed in");
    ck_assert_uint_eq(graph_asked(graph), 0);
}
END_TEST

/* Services that want to be left alone. */

START_TEST(a_service_that_rests_is_left_alone_and_others_are_not)
{
    static const struct saying sayings[] = {
        SAY(PIM, 429, ERROR("UnknownError"), .headers = "Retry-After: 30\r\n"),
        SAY(USER, 200, ENABLED)};
    const struct question *const questions[] = {&about[FACT_INSTANCES], &about[FACT_INSTANCES],
                                                &about[FACT_ACCOUNT]};
    struct fact *facts[3];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ck_assert_int_eq(directory_rests_until(asker->directory, SERVICE_PIM), 0);
    ask_in_turn(asker, 3, questions, facts);
    expect_unknown(facts[0], "HTTP 429 UnknownError");
    expect_unknown(facts[1], "left alone");
    ck_assert(facts[2]->reading.known);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_gt(facts[i]->retry_ms, 25000);
        ck_assert_int_le(facts[i]->retry_ms, 30000);
    }
    ck_assert_uint_eq(graph_asked(graph), 2);
    ck_assert_int_gt(directory_rests_until(asker->directory, SERVICE_PIM), moment_ticks_ms());
    ck_assert_int_eq(directory_rests_until(asker->directory, SERVICE_DIRECTORY), 0);
    for (size_t i = 0; i < 3; i++)
        fact_free(facts[i]);
}
END_TEST

START_TEST(throttling_without_a_time_asks_for_some)
{
    static const struct saying sayings[] = {SAY(PIM, 429, "")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_INSTANCES);
    expect_unknown(fact, "HTTP 429");
    ck_assert_int_gt(fact->retry_ms, 0);
}
END_TEST

START_TEST(risk_and_conditional_access_share_one_call_a_second)
{
    static const struct saying sayings[] = {SAY(RISKY, 200, "{'value': []}"),
                                            SAY(CA, 200, "{'value': []}")};
    const struct question *const questions[] = {&about[FACT_RISKS], &about[FACT_CONTEXTS]};
    struct fact *facts[2];
    int64_t before = moment_ticks_ms();
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ask_together(asker, 2, questions, facts);
    ck_assert_int_ge(moment_ticks_ms() - before, 1000);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(facts[i]->reading.known);
        fact_free(facts[i]);
    }
}
END_TEST

START_TEST(where_or_is_refused_risk_is_read_in_two_calls)
{
    static const struct saying sayings[] = {
        SAY(RISKY "?$filter=riskState%20eq%20'atRisk'%20or", 400, ERROR("BadRequest")),
        SAY(RISKY "?$filter=riskState%20eq%20'atRisk' ", 200,
            "{'value': [{'id': '" ALICE "', 'riskState': 'atRisk', 'riskLevel': 'low'}]}"),
        SAY(RISKY "?$filter=riskState%20eq%20'confirmedCompromised' ", 200,
            "{'value': [{'id': '" BOB "', 'riskState': 'confirmedCompromised'}]}")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_RISKS);
    ck_assert(fact->reading.known);
    ck_assert_uint_eq(graph_asked(graph), 3);
    ck_assert_uint_eq(fact->risks.count, 2);
    ck_assert_int_eq(fact->risks.users[0].level, RISK_LOW);
    ck_assert(fact->risks.users[1].compromised);
}
END_TEST

static void keep_fact(void *context, struct fact *fact)
{
    *(struct fact **)context = fact;
}

START_TEST(whoever_waits_at_the_end_is_answered)
{
    static const struct saying sayings[] = {SAY(RISKY, 200, "{'value': []}")};
    const struct question *first = &about[FACT_RISKS];
    struct fact *fact = NULL, *late = NULL;
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    struct asker *asker = asker_new(graph);
    ask_together(asker, 1, &first, &fact);
    directory_ask(asker->directory, &about[FACT_CONTEXTS], keep_fact, &late);
    ck_assert_ptr_null(late);
    ck_assert_int_ne(directory_work(asker->directory), MOMENT_NEVER);
    asker_free(asker);
    expect_unknown(late, "stopping");
    fact_free(late);
    fact_free(fact);
}
END_TEST

/* Side by side. */

static atomic_int there;

/* Answers only when another question is there at the same time. */
static void wait_for_the_other(struct connection *connection)
{
    atomic_fetch_add(&there, 1);
    for (int i = 0; i < 500 && atomic_load(&there) < 2; i++)
        connection_pause(connection, 10);
    (void)connection_answer(connection, atomic_load(&there) < 2 ? 500 : 200, "", "{\"value\":[]}");
}

START_TEST(questions_run_side_by_side)
{
    static const struct saying sayings[] = {{.to = INTUNE, .instead = wait_for_the_other},
                                            {.to = PIM, .instead = wait_for_the_other}};
    const struct question *const questions[] = {&about[FACT_MANAGED], &about[FACT_INSTANCES]};
    struct fact *facts[2];
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ask_together(asker, 2, questions, facts);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(facts[i]->reading.known);
        fact_free(facts[i]);
    }
}
END_TEST

/* The directory's clock. */

START_TEST(the_clocks_are_compared)
{
    static const struct saying sayings[] = {
        SAY(USER, 200, ENABLED, .headers = "Date: Thu, 15 Jan 2026 10:00:00 GMT\r\n")};
    int64_t skew = 42, now = moment_now();
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    ck_assert(!directory_skew(asker->directory, &skew));
    ck_assert_int_eq(skew, 42);
    fact_free(ask_one(asker, &about[FACT_ACCOUNT]));
    ck_assert(directory_skew(asker->directory, &skew));
    ck_assert_int_le(skew, 1768471200 - now);
    ck_assert_int_ge(skew, 1768471200 - moment_now());
}
END_TEST

SPECIFICATION(
    "directory/asking", a_question_becomes_a_call_and_a_fact, facts_are_shared_and_counted,
    what_does_not_exist_is_known_not_to, a_404_of_a_proxy_says_nothing,
    a_group_that_is_gone_is_not_a_group_without_members, a_refusal_is_told_in_words,
    a_captive_portal_is_no_directory, redirections_are_not_followed, nobody_there_is_not_known,
    a_question_that_makes_no_sense_is_answered_at_once, a_token_that_is_refused_is_renewed_once,
    a_challenge_is_answered_with_a_new_token_once, a_challenge_of_a_proxy_or_a_plain_403_is_none,
    a_token_that_is_refused_twice_is_given_up, without_a_token_nothing_is_asked,
    a_service_that_rests_is_left_alone_and_others_are_not, throttling_without_a_time_asks_for_some,
    risk_and_conditional_access_share_one_call_a_second,
    where_or_is_refused_risk_is_read_in_two_calls, whoever_waits_at_the_end_is_answered,
    questions_run_side_by_side, the_clocks_are_compared)
