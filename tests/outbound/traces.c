/* Goal: a token that was sent, a body that was sent and an answer that came back leave no copy
 * behind in the memory of the process. */
#include "base/moment.h"
#include "outbound/canary.h"
#include "outbound/certificate.h"
#include "outbound/library.h"
#include "outbound/loop.h"
#include "outbound/server.h"
#include "support/spec.h"

#include <curl/curl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void answer_with_canary(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    char canary[CANARY + 1] = "";
    canary_write(2, canary);
    while (connection_read(connection, &request))
        (void)connection_answer(connection, 200, "", canary);
}

/* The server is another process, so that what it keeps is not found here. */
static pid_t start_server(const char *pem, int *port)
{
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        struct server *server = pem ? server_new_tls(answer_with_canary, NULL, pem, 0)
                                    : server_new(answer_with_canary, NULL);
        int own = server_port(server);
        ck_assert_int_eq(write(pipes[1], &own, sizeof own), sizeof own);
        for (;;)
            pause();
    }
    ck_assert_int_eq(read(pipes[0], port, sizeof *port), sizeof *port);
    return child;
}

struct visit {
    struct loop *loop;
    const char *url;
    bool answered;
};

static void answered(void *context, const struct answer *answer)
{
    struct visit *visit = context;
    ck_assert_msg(answer->outcome == OUTCOME_ANSWERED, "%s", answer->reason.text);
    visit->answered = canary_is_at(2, answer->body);
    loop_stop(visit->loop);
}

static int64_t visit_once(void *context)
{
    struct visit *visit = context;
    scoped(secret_scoped) struct secret *token = secret_new(CANARY), *body = secret_new(CANARY);
    canary_write(0, (char *)token->bytes);
    canary_write(1, (char *)body->bytes);
    struct call call = {.method = "POST",
                        .url = visit->url,
                        .content_type = "text/plain",
                        .body = body->bytes,
                        .body_length = body->length,
                        .bearer = token,
                        .private_peer = true};
    loop_call(visit->loop, &call, answered, visit);
    return MOMENT_NEVER;
}

static void visit_and_look(const char *authorities, const char *pem)
{
    int port;
    pid_t server = start_server(pem, &port);
    char url[64];
    (void)snprintf(url, sizeof url, "%s:%d/", pem ? "https://localhost" : "http://127.0.0.1", port);
    struct visit visit = {.loop = loop_new(authorities), .url = url};
    loop_run(visit.loop, visit_once, &visit);
    ck_assert(visit.answered);
    /* From 8.6 on libcurl keeps one buffer for sending and one for receiving in each loop, with the
       bodies that went through last. */
    bool keeps_bodies = curl_version_info(CURLVERSION_NOW)->version_num >= 0x080600;
    for (size_t which = 0; which < (keeps_bodies ? 1 : CANARIES); which++)
        ck_assert_msg(canary_traces(which) == 0, "canary %zu stands in memory", which);
    loop_free(visit.loop);
    for (size_t which = 0; which < CANARIES; which++)
        ck_assert_msg(canary_traces(which) == 0, "canary %zu outlives the loop", which);
    ck_assert_int_eq(kill(server, SIGKILL), 0);
    ck_assert_int_eq(waitpid(server, NULL, 0), server);
}

START_TEST(nothing_secret_stays_after_a_call)
{
    visit_and_look(NULL, NULL);
}
END_TEST

START_TEST(nothing_secret_stays_after_a_call_over_tls)
{
    library_begin();
    struct authority authority = authority_new("authority");
    struct certificate_wish wish = {.name = "localhost", .starts = -86400, .ends = 86400};
    visit_and_look(authority.pem, certificate_file(&authority, &wish, "server"));
    authority_clear(&authority);
}
END_TEST

START_TEST(what_libraries_give_back_is_wiped)
{
    enum { OFFSET = 400 }; /* free() itself writes over the beginning */
    scoped(secret_scoped) struct secret *secret = secret_new(OFFSET + CANARY);
    memset(secret->bytes, 'x', OFFSET);
    canary_write(0, (char *)secret->bytes + OFFSET);
    library_begin();
    char *of_openssl = OPENSSL_memdup(secret->bytes, secret->length);
    struct curl_slist *of_curl = curl_slist_append(NULL, secret_text(secret));
    json_t *of_jansson = json_string(secret_text(secret));
    const char *const copies[] = {of_openssl + OFFSET, of_curl->data + OFFSET,
                                  json_string_value(of_jansson) + OFFSET};
    for (size_t i = 0; i < COUNT(copies); i++)
        ck_assert(canary_is_left_at(0, copies[i]));
    OPENSSL_free(of_openssl);
    curl_slist_free_all(of_curl);
    json_decref(of_jansson);
    for (size_t i = 0; i < COUNT(copies); i++)
        ck_assert_msg(!canary_is_left_at(0, copies[i]), "copy %zu is left", i);
}
END_TEST

START_TEST(a_trace_would_be_found)
{
    scoped(secret_scoped) struct secret *secret = secret_new(CANARY);
    ck_assert_uint_eq(canary_traces(0), 0);
    canary_write(0, (char *)secret->bytes);
    ck_assert_uint_eq(canary_traces(0), 1);
}
END_TEST

SPECIFICATION("outbound/traces", nothing_secret_stays_after_a_call,
              nothing_secret_stays_after_a_call_over_tls, what_libraries_give_back_is_wiped,
              a_trace_would_be_found)
