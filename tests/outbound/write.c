/* Goal: a write has its effect at most once, and Curfew never says that it had none when it may
 * have had one. The trap: libcurl sends a request a second time, silently, when the kept connection
 * that it chose dies before the answer begins. */
#include "outbound/caller.h"
#include "outbound/server.h"
#include "support/spec.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_int effects;

/* Has an effect for each POST. On its first connection only the first request is answered: the
   second has its effect, and the connection dies. */
static void take_effect_and_die(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    for (int asked = 1; connection_read(connection, &request); asked++) {
        bool post = text_starts_with(text_of(&request), "POST");
        atomic_fetch_add(&effects, post);
        if (connection->number == 1 && asked == 2)
            return;
        (void)connection_answer(connection, post ? 201 : 200, "", "{}");
    }
}

START_TEST(a_write_has_one_effect_where_a_kept_connection_dies)
{
    scoped(server_scoped) struct server *server = server_new(take_effect_and_die, NULL);
    struct call calls[2] = {plain_get(server_url(server, "/")),
                            plain_write(server_url(server, "/"))};
    struct got got[2] = {0};
    call_in_turn(NULL, 2, calls, got);
    ck_assert_int_eq(got[1].answer.outcome, OUTCOME_ANSWERED);
    ck_assert_int_eq(got[1].answer.status, 201);
    ck_assert_int_eq(atomic_load(&effects), 1);
    ck_assert_uint_eq(server_connections(server), 2);
}
END_TEST

START_TEST(the_trap_is_real_for_what_is_not_called_a_write)
{
    scoped(server_scoped) struct server *server = server_new(take_effect_and_die, NULL);
    struct call calls[2] = {plain_get(server_url(server, "/")),
                            plain_write(server_url(server, "/"))};
    struct got got[2] = {0};
    calls[1].write = false;
    call_in_turn(NULL, 2, calls, got);
    ck_assert_int_eq(got[1].answer.status, 201);
    ck_assert_int_eq(atomic_load(&effects), 2);
}
END_TEST

START_TEST(reads_keep_their_connection_and_writes_do_not)
{
    scoped(server_scoped) struct server *server = server_new(take_effect_and_die, NULL);
    const char *url = server_url(server, "/");
    struct call calls[5] = {plain_write(url), plain_write(url), plain_get(url), plain_get(url),
                            plain_write(url)};
    struct got got[5] = {0};
    call_in_turn(NULL, 5, calls, got);
    ck_assert_uint_eq(server_connections(server), 4);
    ck_assert_int_eq(atomic_load(&effects), 3);
}
END_TEST

/* Answers that are lost. */

static void take_effect(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    (void)connection_read(connection, &request);
    atomic_fetch_add(&effects, 1);
}

static void then_close(struct connection *connection)
{
    take_effect(connection);
}

static void then_reset(struct connection *connection)
{
    take_effect(connection);
    connection_reset(connection);
}

static void then_cut_the_answer(struct connection *connection)
{
    take_effect(connection);
    (void)connection_say(connection, "HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{\"id\":");
}

static void then_say_nonsense(struct connection *connection)
{
    take_effect(connection);
    (void)connection_say(connection, "what?\r\n\r\n");
}

static void then_be_silent(struct connection *connection)
{
    take_effect(connection);
    connection_pause(connection, 30000);
}

START_TEST(a_lost_answer_leaves_the_outcome_unknown)
{
    static serve_connection *const ways[] = {then_close, then_reset, then_cut_the_answer,
                                             then_say_nonsense, then_be_silent};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        scoped(server_scoped) struct server *server = server_new(ways[i], NULL);
        struct call call = plain_write(server_url(server, "/"));
        call.total_ms = 500;
        atomic_store(&effects, 0);
        struct got got = call_once(&call);
        ck_assert_int_eq(got.answer.outcome, OUTCOME_UNKNOWN);
        ck_assert_uint_gt(strlen(got.answer.reason.text), 0);
        ck_assert_int_eq(atomic_load(&effects), 1);
        ck_assert_uint_eq(server_connections(server), 1);
    }
}
END_TEST

static void reset_unread(struct connection *connection)
{
    connection_await(connection);
    connection_reset(connection);
}

START_TEST(a_connection_that_breaks_before_the_request_was_read_is_unknown_too)
{
    scoped(server_scoped) struct server *server = server_new(reset_unread, NULL);
    struct call call = plain_write(server_url(server, "/"));
    ck_assert_int_eq(call_once(&call).answer.outcome, OUTCOME_UNKNOWN);
    ck_assert_uint_eq(server_connections(server), 1);
}
END_TEST

START_TEST(a_refused_connection_is_certainly_not_sent)
{
    struct server *server = server_new(then_close, NULL);
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", server_port(server));
    server_free(server);
    struct call call = plain_write(url);
    struct got got = call_once(&call);
    ck_assert_int_eq(got.answer.outcome, OUTCOME_NOT_SENT);
    ck_assert_ptr_nonnull(strstr(got.answer.reason.text, "connect"));
}
END_TEST

/* A port whose queue is full: who comes next is neither taken in nor turned away. Ends with the
 * process. */
static int full_port(void)
{
    enum { WAITING = 8 };
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listening, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(listening, 0), 0);
    ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&at, &size), 0);
    for (int i = 0; i < WAITING; i++) {
        int waiting = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(waiting, (struct sockaddr *)&at, sizeof at);
    }
    return ntohs(at.sin_port);
}

START_TEST(a_connection_that_is_not_made_in_time_is_certainly_not_sent)
{
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", full_port());
    struct call call = plain_write(url);
    call.connect_ms = 300;
    struct got got = call_once(&call);
    ck_assert_msg(got.answer.outcome == OUTCOME_NOT_SENT, "%s", got.answer.reason.text);
}
END_TEST

static void think_then_answer(struct connection *connection)
{
    take_effect(connection);
    connection_pause(connection, 3500);
    (void)connection_answer(connection, 201, "", "{}");
}

START_TEST(a_service_may_think_long_about_a_write)
{
    scoped(server_scoped) struct server *server = server_new(think_then_answer, NULL);
    struct call call = plain_write(server_url(server, "/"));
    call.total_ms = 5000; /* a read would be cut after half of that */
    ck_assert_int_eq(call_once(&call).answer.status, 201);
}
END_TEST

SPECIFICATION("outbound/write", a_write_has_one_effect_where_a_kept_connection_dies,
              the_trap_is_real_for_what_is_not_called_a_write,
              reads_keep_their_connection_and_writes_do_not,
              a_lost_answer_leaves_the_outcome_unknown,
              a_connection_that_breaks_before_the_request_was_read_is_unknown_too,
              a_refused_connection_is_certainly_not_sent,
              a_connection_that_is_not_made_in_time_is_certainly_not_sent,
              a_service_may_think_long_about_a_write)
