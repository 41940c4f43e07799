/* Goal: only the server that was asked for, proven by an authority that is trusted, over a protocol
 * that is sound, gets a single byte of a request. */
#include "outbound/caller.h"
#include "outbound/certificate.h"
#include "outbound/server.h"
#include "support/spec.h"

#include <openssl/ssl.h>
#include <string.h>

static const int64_t day = 86400;
static atomic_int requests;

static void answer(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    while (connection_read(connection, &request)) {
        atomic_fetch_add(&requests, 1);
        if (!connection_answer(connection, 200, "", "hello"))
            return;
    }
}

static struct got ask(const char *authorities, const char *pem, int newest)
{
    scoped(server_scoped) struct server *server = server_new_tls(answer, NULL, pem, newest);
    struct call call = plain_get(server_url(server, "/"));
    struct got got = {0};
    atomic_store(&requests, 0);
    call_in_turn(authorities, 1, &call, &got);
    return got;
}

START_TEST(a_server_that_proves_itself_is_called)
{
    struct authority authority = authority_new("authority");
    struct certificate_wish wish = {.name = "localhost", .starts = -day, .ends = day};
    const char *pem = certificate_file(&authority, &wish, "server");
    static const int newest[] = {0, TLS1_3_VERSION, TLS1_2_VERSION};
    for (size_t i = 0; i < sizeof newest / sizeof *newest; i++) {
        struct got got = ask(authority.pem, pem, newest[i]);
        ck_assert_msg(got.answer.outcome == OUTCOME_ANSWERED, "%s", got.answer.reason.text);
        ck_assert_text(got.body, "hello");
    }
    authority_clear(&authority);
}
END_TEST

static void refuse(const char *authorities, const char *pem, int newest)
{
    struct got got = ask(authorities, pem, newest);
    ck_assert_int_eq(got.answer.outcome, OUTCOME_NOT_SENT);
    ck_assert_uint_gt(strlen(got.answer.reason.text), 0);
    ck_assert_int_eq(atomic_load(&requests), 0);
}

START_TEST(servers_that_prove_something_else_get_nothing)
{
    struct authority authority = authority_new("authority"), other = authority_new("other");
    static const struct certificate_wish wishes[] = {
        {.name = "localhost", .starts = -2 * day, .ends = -day},        /* expired */
        {.name = "localhost", .starts = day, .ends = 2 * day},          /* not yet */
        {.name = "example.com", .starts = -day, .ends = day},           /* wrong host */
        {.name = "localhost.example.com", .starts = -day, .ends = day}, /* wrong host */
        {.name = "*.localhost", .starts = -day, .ends = day},           /* wrong host */
        {.name = "localhost", .starts = -day, .ends = day, .signed_by_itself = true},
    };
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
        refuse(authority.pem, certificate_file(&authority, &wishes[i], "server"), 0);
    struct certificate_wish fine = {.name = "localhost", .starts = -day, .ends = day};
    refuse(authority.pem, certificate_file(&other, &fine, "server"), 0); /* a strange authority */
    refuse(NULL, certificate_file(&authority, &fine, "server"), 0); /* not one of the system's */
    authority_clear(&authority);
    authority_clear(&other);
}
END_TEST

START_TEST(old_protocols_are_refused)
{
    struct authority authority = authority_new("authority");
    struct certificate_wish wish = {.name = "localhost", .starts = -day, .ends = day};
    const char *pem = certificate_file(&authority, &wish, "server");
    refuse(authority.pem, pem, TLS1_1_VERSION);
    refuse(authority.pem, pem, TLS1_VERSION);
    authority_clear(&authority);
}
END_TEST

static void answer_in_plain_text(struct connection *connection)
{
    (void)connection_answer(connection, 200, "", "hello");
}

START_TEST(a_server_without_tls_is_refused)
{
    scoped(server_scoped) struct server *server = server_new(answer_in_plain_text, NULL);
    scoped(text_scoped) struct text url = TEXT_LIMIT(256);
    text_addf(&url, "https://127.0.0.1:%d/", server_port(server));
    struct call call = plain_get(text_of(&url));
    ck_assert_int_eq(call_once(&call).answer.outcome, OUTCOME_NOT_SENT);
}
END_TEST

START_TEST(a_kept_connection_does_not_lead_around_the_guard)
{
    struct authority authority = authority_new("authority");
    struct certificate_wish wish = {.name = "localhost", .starts = -day, .ends = day};
    scoped(server_scoped) struct server *server =
        server_new_tls(answer, NULL, certificate_file(&authority, &wish, "server"), 0);
    struct call calls[3] = {plain_get(server_url(server, "/")), plain_get(server_url(server, "/")),
                            plain_get(server_url(server, "/"))};
    struct got got[3] = {0};
    calls[2].private_peer = false;
    atomic_store(&requests, 0);
    call_in_turn(authority.pem, 3, calls, got);
    ck_assert_uint_eq(server_connections(server), 1);
    ck_assert_int_eq(got[1].answer.outcome, OUTCOME_ANSWERED);
    ck_assert_int_eq(got[2].answer.outcome, OUTCOME_NOT_SENT);
    ck_assert_ptr_nonnull(strstr(got[2].answer.reason.text, "loopback address"));
    ck_assert_int_eq(atomic_load(&requests), 2);
    authority_clear(&authority);
}
END_TEST

SPECIFICATION("outbound/tls", a_server_that_proves_itself_is_called,
              servers_that_prove_something_else_get_nothing, old_protocols_are_refused,
              a_server_without_tls_is_refused, a_kept_connection_does_not_lead_around_the_guard)
