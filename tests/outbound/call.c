/* Goal: a call says exactly what it should, takes no more of an answer than it wants, and never
 * goes anywhere else. */
#include "outbound/caller.h"
#include "outbound/retry.h"
#include "outbound/server.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static char heard[256 * 1024]; /* the last request, whole */

static void hear(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(4 * 1024 * 1024);
    while (connection_read(connection, &request)) {
        (void)snprintf(heard, sizeof heard, "%s", text_of(&request));
        if (!connection_answer(connection, 200, "", "fine"))
            return;
    }
}

/* What goes out. */

START_TEST(a_read_says_this_and_no_more)
{
    scoped(server_scoped) struct server *server = server_new(hear, NULL);
    scoped(secret_scoped) struct secret *token = secret_copy("eyJ0.eyJh.c2ln", 14);
    const struct call_header header = {"client-request-id", "7"};
    struct call call = plain_get(server_url(server, "/v1.0/users?$select=id"));
    char expected[512];
    call.bearer = token;
    call.headers = &header;
    call.header_count = 1;
    struct got got = call_once(&call);
    ck_assert_int_eq(got.answer.outcome, OUTCOME_ANSWERED);
    ck_assert_text(got.body, "fine");
    (void)snprintf(expected, sizeof expected,
                   "GET /v1.0/users?$select=id HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                   "User-Agent: curfew/" CURFEW_VERSION "\r\nAccept: */*\r\n"
                   "Authorization: Bearer eyJ0.eyJh.c2ln\r\nclient-request-id: 7\r\n\r\n",
                   server_port(server));
    ck_assert_text(heard, expected);
}
END_TEST

START_TEST(a_write_says_this_and_no_more)
{
    scoped(server_scoped) struct server *server = server_new(hear, NULL);
    struct call call = plain_write(server_url(server, "/v1.0/roles"));
    char expected[512];
    ck_assert_int_eq(call_once(&call).answer.outcome, OUTCOME_ANSWERED);
    (void)snprintf(expected, sizeof expected,
                   "POST /v1.0/roles HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                   "User-Agent: curfew/" CURFEW_VERSION "\r\nAccept: */*\r\n"
                   "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                   server_port(server));
    ck_assert_text(heard, expected);
    call.body_length = 0;
    ck_assert_int_eq(call_once(&call).answer.outcome, OUTCOME_ANSWERED);
    ck_assert_ptr_nonnull(strstr(heard, "\r\nContent-Length: 0\r\n"));
    call = plain_get(server_url(server, "/v1.0/roles/7"));
    call.method = "DELETE";
    ck_assert_int_eq(call_once(&call).answer.outcome, OUTCOME_ANSWERED);
    ck_assert_ptr_nonnull(strstr(heard, "DELETE /v1.0/roles/7 HTTP/1.1\r\n"));
}
END_TEST

START_TEST(a_long_body_is_sent_without_asking_first)
{
    scoped(server_scoped) struct server *server = server_new(hear, NULL);
    scoped(secret_scoped) struct secret *body = secret_new(2 * 1024 * 1024);
    struct call call = plain_write(server_url(server, "/"));
    memset(body->bytes, 'x', body->length);
    call.body = body->bytes;
    call.body_length = body->length;
    ck_assert_int_eq(call_once(&call).answer.outcome, OUTCOME_ANSWERED);
    ck_assert_ptr_null(strstr(heard, "Expect"));
}
END_TEST

START_TEST(the_environment_changes_nothing)
{
    scoped(server_scoped) struct server *server = server_new(hear, NULL);
    static const char *const proxies[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                          "ALL_PROXY"};
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
        setenv(proxies[i], "http://127.0.0.1:1", 1);
    (void)chmod(spec_file(".netrc", "default login root password hunter2\n"), 0600);
    setenv("HOME", spec_folder(), 1);
    setenv("NETRC", spec_path(".netrc"), 1);
    struct call call = plain_get(server_url(server, "/"));
    ck_assert_int_eq(call_once(&call).answer.outcome, OUTCOME_ANSWERED);
    ck_assert_ptr_null(strstr(heard, "Authorization"));
}
END_TEST

START_TEST(line_ends_in_headers_are_not_sent)
{
    scoped(server_scoped) struct server *server = server_new(hear, NULL);
    static const struct call_header wrong[] = {{"a", "b\r\nX: y"}, {"a\r\nX: y", "b"},
                                               {"a", "b\nX: y"},   {"a", "b\rX"},
                                               {"a", "\x7F"},      {"a", "b\tc"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct call call = plain_get(server_url(server, "/"));
        call.headers = &wrong[i];
        call.header_count = 1;
        ck_assert_int_eq(call_once(&call).answer.outcome, OUTCOME_NOT_SENT);
    }
    ck_assert_uint_eq(server_connections(server), 0);
}
END_TEST

START_TEST(a_token_that_is_none_is_not_sent_and_not_told)
{
    scoped(server_scoped) struct server *server = server_new(hear, NULL);
    static const char wrong[] = "hunter2\r\nX-Admin: yes", cut[] = "hunter2\0more";
    scoped(secret_scoped) struct secret *lines = secret_copy(wrong, sizeof wrong - 1);
    scoped(secret_scoped) struct secret *nul = secret_copy(cut, sizeof cut - 1);
    const struct secret *const tokens[] = {lines, nul};
    for (size_t i = 0; i < 2; i++) {
        struct call call = plain_get(server_url(server, "/"));
        call.bearer = tokens[i];
        struct got got = call_once(&call);
        ck_assert_int_eq(got.answer.outcome, OUTCOME_NOT_SENT);
        ck_assert_text(got.answer.reason.text, "the token cannot be sent");
    }
    ck_assert_uint_eq(server_connections(server), 0);
}
END_TEST

/* What comes in. */

static void say(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    while (connection_read(connection, &request))
        if (!connection_say(connection, "%s", (const char *)connection->context))
            return;
}

static struct got told(const char *bytes)
{
    scoped(server_scoped) struct server *server = server_new(say, (void *)bytes);
    struct call call = plain_get(server_url(server, "/"));
    return call_once(&call);
}

START_TEST(what_an_answer_says_is_read)
{
    struct got got = told("HTTP/1.1 429 Too Many Requests\r\n"
                          "content-TYPE: application/json; charset=utf-8\r\n"
                          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                          "Retry-After: Sun, 06 Nov 1994 08:49:47 GMT\r\n"
                          "WWW-Authenticate: Bearer realm=\"\", error=\"insufficient_claims\"\r\n"
                          "WWW-Authenticate: Bearer x\r\n"
                          "request-id: 9a7b\r\nContent-Length: 4\r\n\r\nslow");
    ck_assert_int_eq(got.answer.outcome, OUTCOME_ANSWERED);
    ck_assert_int_eq(got.answer.status, 429);
    ck_assert_text(got.content_type, "application/json; charset=utf-8");
    ck_assert_int_eq(got.answer.date, 784111777);
    ck_assert_int_eq(got.answer.retry_after_ms, 10000); /* by the service's own clock */
    ck_assert_text(got.challenge, "Bearer realm=\"\", error=\"insufficient_claims\"");
    ck_assert_uint_eq(got.answer.challenge_count, 2);
    ck_assert_text(got.request_id, "9a7b");
    ck_assert_text(got.body, "slow");
    ck_assert_uint_eq(got.answer.length, 4);
    ck_assert_text(got.answer.reason.text, "");
}
END_TEST

START_TEST(what_an_answer_does_not_say_is_absent)
{
    struct got got = told("HTTP/1.1 204 No Content\r\nDate: yesterday\r\n\r\n");
    ck_assert_int_eq(got.answer.outcome, OUTCOME_ANSWERED);
    ck_assert_int_eq(got.answer.status, 204);
    ck_assert_text(got.body, "");
    ck_assert_int_eq(got.answer.date, -1);
    ck_assert_int_eq(got.answer.retry_after_ms, RETRY_ABSENT);
    ck_assert_uint_eq(got.answer.challenge_count, 0);
    ck_assert_text(got.content_type, "");
}
END_TEST

START_TEST(an_answer_before_the_answer_does_not_count)
{
    struct got got = told("HTTP/1.1 103 Early Hints\r\nRetry-After: 5\r\n\r\n"
                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    ck_assert_int_eq(got.answer.status, 200);
    ck_assert_int_eq(got.answer.retry_after_ms, RETRY_ABSENT);
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
    scoped(server_scoped) struct server *elsewhere = server_new(hear, NULL);
    static const int statuses[] = {301, 302, 303, 307, 308};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        char bytes[256];
        (void)snprintf(bytes, sizeof bytes,
                       "HTTP/1.1 %d Found\r\nLocation: http://127.0.0.1:%d/\r\n"
                       "Content-Length: 0\r\n\r\n",
                       statuses[i], server_port(elsewhere));
        struct got got = told(bytes);
        ck_assert_int_eq(got.answer.outcome, OUTCOME_ANSWERED);
        ck_assert_int_eq(got.answer.status, statuses[i]);
    }
    ck_assert_uint_eq(server_connections(elsewhere), 0);
}
END_TEST

START_TEST(a_compressed_answer_that_nobody_asked_for_stays_as_it_is)
{
    struct got got = told("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
                          "bomb");
    ck_assert_text(got.body, "bomb");
}
END_TEST

START_TEST(what_is_no_http_is_no_answer)
{
    static const char *const wrong[] = {"hello\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
                                        "HTTP/1.1 abc\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n",
                                        "\r\n\r\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct got got = told(wrong[i]);
        ck_assert_msg(got.answer.outcome == OUTCOME_UNKNOWN, "%s", wrong[i]);
    }
}
END_TEST

/* Limits. */

static void flood(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    static char piece[8192];
    bool chunked = text_equals(connection->context, "chunked");
    memset(piece, 'x', sizeof piece);
    (void)connection_read(connection, &request);
    bool fine =
        connection_say(connection, "HTTP/1.1 200 OK\r\n%s\r\n\r\n",
                       chunked ? "Transfer-Encoding: chunked" : "Content-Length: 1000000000");
    while (fine) {
        fine = !chunked || connection_say(connection, "2000\r\n");
        fine = fine && connection_write(connection, piece, sizeof piece);
        fine = fine && (!chunked || connection_say(connection, "\r\n"));
    }
}

START_TEST(an_answer_that_never_ends_is_cut)
{
    static const char *const ways[] = {"chunked", "length"};
    for (size_t i = 0; i < 2; i++) {
        scoped(server_scoped) struct server *server = server_new(flood, (void *)ways[i]);
        struct call call = plain_get(server_url(server, "/"));
        struct got got = call_once(&call);
        ck_assert_int_eq(got.answer.outcome, OUTCOME_UNKNOWN);
        ck_assert_text(got.answer.reason.text, "an answer of more than 1048576 bytes");
        ck_assert_int_eq(got.answer.status, 200);
        ck_assert_uint_eq(got.answer.length, 0);
    }
}
END_TEST

START_TEST(an_answer_may_be_as_long_as_its_limit)
{
    struct got got[2] = {0};
    scoped(server_scoped) struct server *server = server_new(hear, NULL);
    struct call calls[2] = {plain_get(server_url(server, "/")), plain_get(server_url(server, "/"))};
    calls[0].answer_limit = 4;
    calls[1].answer_limit = 3;
    call_in_turn(NULL, 2, calls, got);
    ck_assert_text(got[0].body, "fine");
    ck_assert_int_eq(got[1].answer.outcome, OUTCOME_UNKNOWN);
}
END_TEST

static void flood_headers(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    (void)connection_read(connection, &request);
    bool fine = connection_say(connection, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; fine; i++)
        fine = connection_say(connection, "X-%d: %s\r\n", i, "nothing of any interest to anybody");
}

START_TEST(headers_that_never_end_are_cut)
{
    scoped(server_scoped) struct server *server = server_new(flood_headers, NULL);
    struct call call = plain_get(server_url(server, "/"));
    struct got got = call_once(&call);
    ck_assert_int_eq(got.answer.outcome, OUTCOME_UNKNOWN);
    ck_assert_text(got.answer.reason.text, "more than 65536 bytes of headers");
}
END_TEST

static void drip(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    (void)connection_read(connection, &request);
    bool fine = connection_say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (fine) {
        fine = connection_say(connection, "x");
        connection_pause(connection, 1000);
    }
}

START_TEST(a_body_of_one_byte_a_second_is_cut)
{
    scoped(server_scoped) struct server *server = server_new(drip, NULL);
    struct call call = plain_get(server_url(server, "/"));
    call.total_ms = 8000;
    struct got got = call_once(&call);
    ck_assert_int_eq(got.answer.outcome, OUTCOME_UNKNOWN);
    ck_assert_int_lt(got.answer.duration_ms, 7000); /* long before its time is up */
}
END_TEST

static void stall(struct connection *connection)
{
    connection_pause(connection, 30000);
}

START_TEST(a_server_that_says_nothing_is_left)
{
    scoped(server_scoped) struct server *server = server_new(stall, NULL);
    struct call call = plain_get(server_url(server, "/"));
    call.total_ms = 300;
    struct got got = call_once(&call);
    ck_assert_int_eq(got.answer.outcome, OUTCOME_UNKNOWN);
    ck_assert_int_ge(got.answer.duration_ms, 300);
    ck_assert_int_lt(got.answer.duration_ms, 2000);
}
END_TEST

START_TEST(an_answer_that_is_cut_off_is_no_answer)
{
    static const char *const cut[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
    };
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        scoped(server_scoped) struct server *server = server_new(say, (void *)cut[i]);
        struct call call = plain_get(server_url(server, "/"));
        call.total_ms = 500;
        struct got got = call_once(&call);
        ck_assert_int_eq(got.answer.outcome, OUTCOME_UNKNOWN);
        ck_assert_text(got.body, "");
    }
}
END_TEST

SPECIFICATION("outbound/call", a_read_says_this_and_no_more, a_write_says_this_and_no_more,
              a_long_body_is_sent_without_asking_first, the_environment_changes_nothing,
              line_ends_in_headers_are_not_sent, a_token_that_is_none_is_not_sent_and_not_told,
              what_an_answer_says_is_read, what_an_answer_does_not_say_is_absent,
              an_answer_before_the_answer_does_not_count, a_redirect_is_not_followed,
              a_compressed_answer_that_nobody_asked_for_stays_as_it_is,
              what_is_no_http_is_no_answer, an_answer_that_never_ends_is_cut,
              an_answer_may_be_as_long_as_its_limit, headers_that_never_end_are_cut,
              a_body_of_one_byte_a_second_is_cut, a_server_that_says_nothing_is_left,
              an_answer_that_is_cut_off_is_no_answer)
