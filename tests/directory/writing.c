/* Goal: a write leaves as its intent has it, has one effect at most, and its outcome is never
   told better than it is known. */
#include "directory/fake_graph.h"
#include "directory/fixture.h"
#include "support/spec.h"

#include <string.h>

#define POST "POST /v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests "
#define TAKEN                                                                                      \
    "{'id': 'r1', 'status': 'Provisioned', 'action': 'adminAssign', 'principalId': '" ALICE        \
    "', 'groupId': '" SOC "', 'accessId': 'member', 'scheduleInfo': {'expiration':"                \
    " {'endDateTime': '2026-01-15T12:00:00Z'}}}"
#define ERROR(code) "{'error': {'code': '" code "', 'message': 'No.'}}"
#define CORRELATION "c0441e1a-0000-4000-8000-000000000000"

static struct write assignment(struct arena *arena)
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

/* So many writes to a Graph that says this; how often it was called is returned. */
static size_t write_to(size_t saying_count, const struct saying sayings[], size_t count,
                       struct written written[])
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(graph_scoped) struct graph *graph = graph_new(saying_count, sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    struct write write = assignment(arena);
    write_in_turn(asker, count, &write, CORRELATION, written);
    return graph_asked(graph);
}

START_TEST(what_is_sent_is_the_intents_bytes)
{
    static const struct saying sayings[] = {SAY(POST, 201, TAKEN, .headers = "request-id: q7\r\n")};
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    struct write write = assignment(arena);
    struct written written;
    write_in_turn(asker, 1, &write, CORRELATION, &written);
    ck_assert_int_eq(written.outcome, WRITE_ACCEPTED);
    ck_assert_int_eq(written.status, 201);
    ck_assert_text(written.code, "Provisioned");
    ck_assert_text(written.request, "r1");
    ck_assert_text(written.correlation, "q7");
    ck_assert_text(written.ends_at, "2026-01-15T12:00:00Z");
    ck_assert_text(strstr(graph_request(graph, 0), "\r\n\r\n") + 4, write.body);
    ck_assert_text(graph_header(graph, 0, "Content-Type"), "application/json");
    ck_assert_text(graph_header(graph, 0, "Authorization"), "Bearer token-1");
    ck_assert_text(graph_header(graph, 0, "client-request-id"), CORRELATION);
}
END_TEST

START_TEST(without_a_correlation_one_is_made)
{
    static const struct saying sayings[] = {SAY(POST, 201, TAKEN)};
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    struct write write = assignment(arena);
    struct written written;
    char guid[37];
    write_in_turn(asker, 1, &write, NULL, &written);
    ck_assert(text_read_guid(graph_header(graph, 0, "client-request-id"), guid));
}
END_TEST

/* Tokens. */

START_TEST(a_401_of_graph_has_no_effect_and_is_tried_once_more)
{
    static const struct saying sayings[] = {SAY(POST, 401, ERROR("InvalidAuthenticationToken")),
                                            SAY(POST, 201, TAKEN)};
    struct written written;
    ck_assert_uint_eq(write_to(COUNT(sayings), sayings, 1, &written), 2);
    ck_assert_int_eq(written.outcome, WRITE_ACCEPTED);
}
END_TEST

START_TEST(a_second_401_is_a_refusal)
{
    static const struct saying sayings[] = {SAY(POST, 401, ERROR("InvalidAuthenticationToken")),
                                            SAY(POST, 401, ERROR("InvalidAuthenticationToken")),
                                            SAY(POST, 201, TAKEN)};
    struct written written;
    ck_assert_uint_eq(write_to(COUNT(sayings), sayings, 1, &written), 2);
    ck_assert_int_eq(written.outcome, WRITE_REFUSED);
    ck_assert_text(written.code, "InvalidAuthenticationToken");
}
END_TEST

START_TEST(in_a_persons_name_their_token_goes_along_and_is_never_renewed)
{
    static const struct saying sayings[] = {SAY(POST, 201, TAKEN),
                                            SAY(POST, 401, ERROR("InvalidAuthenticationToken"))};
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(secret_scoped) struct secret *token = secret_copy("token-of-alice", 14);
    struct write write = assignment(arena);
    struct written written[2];
    asker->person = token;
    write_in_turn(asker, 2, &write, CORRELATION, written);
    ck_assert_uint_eq(graph_asked(graph), 2);
    ck_assert_text(graph_header(graph, 0, "Authorization"), "Bearer token-of-alice");
    ck_assert_text(graph_header(graph, 0, "client-request-id"), CORRELATION);
    ck_assert_int_eq(written[0].outcome, WRITE_ACCEPTED);
    ck_assert_int_eq(written[1].outcome, WRITE_REFUSED);
    ck_assert_int_eq(written[1].status, 401);
    ck_assert_int_eq(asker->token, 1);
    ck_assert_int_eq(asker->refused, 0);
}
END_TEST

#define CHALLENGE                                                                                  \
    "WWW-Authenticate: Bearer error=\"insufficient_claims\", "                                     \
    "claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJm"                                                        \
    "Ijp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzY4NDcxMjAwIn19fQ==\"\r\n"

START_TEST(in_a_persons_name_a_challenge_is_told_and_not_answered)
{
    static const int statuses[] = {401, 403};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const struct saying sayings[] = {
            SAY(POST, statuses[i], ERROR("InvalidAuthenticationToken"), .headers = CHALLENGE)};
        scoped(arena_scoped) struct arena *arena = arena_new();
        scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
        scoped(asker_scoped) struct asker *asker = asker_new(graph);
        scoped(secret_scoped) struct secret *token = secret_copy("token-of-alice", 14);
        struct write write = assignment(arena);
        struct written written;
        asker->person = token;
        write_in_turn(asker, 1, &write, CORRELATION, &written);
        ck_assert_uint_eq(graph_asked(graph), 1);
        ck_assert_int_eq(asker->refused, 0);
        ck_assert_int_eq(written.outcome, WRITE_REFUSED);
        ck_assert_int_eq(written.challenge.not_before, 1768471200);
    }
}
END_TEST

START_TEST(a_challenged_write_of_curfews_own_goes_out_once_more)
{
    static const struct saying sayings[] = {
        SAY(POST, 401, ERROR("InvalidAuthenticationToken"), .headers = CHALLENGE),
        SAY(POST, 201, TAKEN)};
    struct written written;
    ck_assert_uint_eq(write_to(COUNT(sayings), sayings, 1, &written), 2);
    ck_assert_int_eq(written.outcome, WRITE_ACCEPTED);
}
END_TEST

START_TEST(a_401_of_a_proxy_is_not_tried_again)
{
    static const struct saying sayings[] = {SAY(POST, 401, "<html>Sign in</html>"),
                                            SAY(POST, 201, TAKEN)};
    struct written written;
    ck_assert_uint_eq(write_to(COUNT(sayings), sayings, 1, &written), 1);
    ck_assert_int_eq(written.outcome, WRITE_UNKNOWN);
}
END_TEST

START_TEST(without_a_token_nothing_is_sent)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(graph_scoped) struct graph *graph = graph_new(0, NULL);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    struct write write = assignment(arena);
    struct written written;
    asker->without_token = true;
    write_in_turn(asker, 1, &write, CORRELATION, &written);
    ck_assert_int_eq(written.outcome, WRITE_NOT_SENT);
    ck_assert_text(written.says, "nobody signed in");
    ck_assert_uint_eq(graph_asked(graph), 0);
}
END_TEST

/* Answers that do not come. */

static void reset(struct connection *connection)
{
    connection_reset(connection);
}

static void say_nothing(struct connection *connection)
{
    (void)connection;
}

static void cut_the_answer(struct connection *connection)
{
    (void)connection_say(connection, "HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{\"id\":");
}

START_TEST(a_lost_answer_is_unknown_and_nothing_is_sent_again)
{
    static void (*const ways[])(struct connection *) = {reset, say_nothing, cut_the_answer};
    for (size_t i = 0; i < COUNT(ways); i++) {
        const struct saying sayings[] = {{.to = POST, .instead = ways[i]}, SAY(POST, 201, TAKEN)};
        struct written written;
        ck_assert_uint_eq(write_to(COUNT(sayings), sayings, 1, &written), 1);
        ck_assert_int_eq(written.outcome, WRITE_UNKNOWN);
        ck_assert_uint_gt(strlen(written.says), 0);
    }
}
END_TEST

START_TEST(nobody_there_means_not_sent)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(asker_scoped) struct asker *asker = asker_new(NULL);
    struct write write = assignment(arena);
    struct written written;
    write_in_turn(asker, 1, &write, CORRELATION, &written);
    ck_assert_int_eq(written.outcome, WRITE_NOT_SENT);
}
END_TEST

START_TEST(a_redirection_is_unknown_and_not_followed)
{
    static const struct saying sayings[] = {
        SAY(POST, 307, "", .headers = "Location: /elsewhere\r\n"),
        SAY("POST /elsewhere", 201, TAKEN)};
    struct written written;
    ck_assert_uint_eq(write_to(COUNT(sayings), sayings, 1, &written), 1);
    ck_assert_int_eq(written.outcome, WRITE_UNKNOWN);
}
END_TEST

/* Throttling. */

START_TEST(a_throttled_write_was_not_sent_and_the_next_one_waits)
{
    static const struct saying sayings[] = {
        SAY(POST, 429, ERROR("TooManyRequests"), .headers = "Retry-After: 2.128\r\n"),
        SAY(POST, 201, TAKEN)};
    struct written written[2];
    ck_assert_uint_eq(write_to(COUNT(sayings), sayings, 2, written), 1);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(written[i].outcome, WRITE_NOT_SENT);
        ck_assert_int_gt(written[i].retry_ms, 1000);
        ck_assert_int_le(written[i].retry_ms, 2128);
    }
}
END_TEST

START_TEST(a_busy_service_may_have_done_it)
{
    static const struct saying sayings[] = {
        SAY(POST, 503, ERROR("serviceNotAvailable"), .headers = "Retry-After: 10\r\n")};
    struct written written;
    (void)write_to(COUNT(sayings), sayings, 1, &written);
    ck_assert_int_eq(written.outcome, WRITE_UNKNOWN);
    ck_assert_int_gt(written.retry_ms, 9000);
}
END_TEST

SPECIFICATION("directory/writing", in_a_persons_name_a_challenge_is_told_and_not_answered,
              a_challenged_write_of_curfews_own_goes_out_once_more,
              in_a_persons_name_their_token_goes_along_and_is_never_renewed,
              what_is_sent_is_the_intents_bytes, without_a_correlation_one_is_made,
              a_401_of_graph_has_no_effect_and_is_tried_once_more, a_second_401_is_a_refusal,
              a_401_of_a_proxy_is_not_tried_again, without_a_token_nothing_is_sent,
              a_lost_answer_is_unknown_and_nothing_is_sent_again, nobody_there_means_not_sent,
              a_redirection_is_unknown_and_not_followed,
              a_throttled_write_was_not_sent_and_the_next_one_waits,
              a_busy_service_may_have_done_it)
