/* Goal: the client's secret, Curfew's own token, a person's and what it is exchanged for leave no
 * copy behind in the memory of the process once they are given up. */
#include "base/moment.h"
#include "identity/issuer.h"
#include "identity/oidc.h"
#include "outbound/canary.h"
#include "outbound/server.h"
#include "support/spec.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOKEN, SECRET, ASSERTION };

static void serve(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    char canary[CANARY + 1] = "", body[1024];
    canary_write(TOKEN, canary);
    while (connection_read(connection, &request)) {
        int port = server_port(connection->server);
        if (text_starts_with(text_of(&request), "POST"))
            (void)snprintf(
                body, sizeof body,
                "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"%s\"}", canary);
        else
            (void)snprintf(body, sizeof body,
                           "{\"issuer\":\"http://127.0.0.1:%d/" TENANT "/v2.0\","
                           "\"authorization_endpoint\":\"http://127.0.0.1:%d/a\","
                           "\"token_endpoint\":\"http://127.0.0.1:%d/t\","
                           "\"jwks_uri\":\"http://127.0.0.1:%d/k\"}",
                           port, port, port, port);
        if (!connection_answer(connection, 200, "", body))
            return;
    }
}

static void write_canary(size_t which, const char *name)
{
    char canary[CANARY + 1] = "";
    canary_write(which, canary);
    ck_assert_int_eq(chmod(spec_file(name, canary), 0600), 0);
}

/* Another process serves and writes the files of secrets, so that nothing of them stands here. */
static pid_t start_server(int *port)
{
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        write_canary(SECRET, "secret");
        write_canary(ASSERTION, "assertion");
        int own = server_port(server_new(serve, NULL));
        ck_assert_int_eq(write(pipes[1], &own, sizeof own), sizeof own);
        for (;;)
            pause();
    }
    ck_assert_int_eq(read(pipes[0], port, sizeof *port), sizeof *port);
    return child;
}

struct visit {
    struct loop *loop;
    struct identity *identity;
    struct secret *assertion;
    bool fine;
};

static void take_token(void *context, enum fail fail, const struct reason *why,
                       const struct secret *token)
{
    struct visit *visit = context;
    ck_assert_msg(fail == FAIL_NONE, "%s", why ? why->text : "");
    visit->fine = canary_is_at(TOKEN, secret_text(token)) && canary_traces(TOKEN) > 0;
    loop_stop(visit->loop);
}

static void take_exchanged(void *context, enum fail fail, const struct refusal *refusal,
                           const struct secret *token)
{
    const struct visit *visit = context;
    take_token(context, fail, refusal ? &refusal->reason : NULL, token);
    ck_assert(canary_is_at(ASSERTION, secret_text(visit->assertion)));
}

static int64_t ask(void *context)
{
    struct visit *visit = context;
    struct bearer bearer = identity_bearer(visit->identity);
    bearer.get(bearer.context, "https://graph.microsoft.com/.default", take_token, visit);
    return MOMENT_NEVER;
}

static int64_t exchange(void *context)
{
    struct visit *visit = context;
    const struct on_behalf asked = {.assertion = visit->assertion,
                                    .scope = "https://graph.microsoft.com/.default"};
    identity_on_behalf(visit->identity, &asked, take_exchanged, visit);
    return MOMENT_NEVER;
}

static void nothing_stays_after(int64_t (*work)(void *context))
{
    int port;
    const char *secret_path = spec_path("secret"), *assertion_path = spec_path("assertion");
    pid_t server = start_server(&port);
    char authority[64];
    (void)snprintf(authority, sizeof authority, "http://127.0.0.1:%d", port);
    const struct identity_settings settings = {.authority = authority,
                                               .tenant_id = TENANT,
                                               .client_id = CLIENT,
                                               .credential = {.secret = secret_path},
                                               .api_token = API_TOKEN_NONE,
                                               .private_peer = true};
    struct visit visit = {.loop = loop_new(NULL)};
    ck_assert_fine(identity_new(visit.loop, &settings, &visit.identity, &spec_why));
    ck_assert_fine(secret_read(assertion_path, &visit.assertion, &spec_why));
    loop_run(visit.loop, work, &visit);
    ck_assert(visit.fine);
    secret_free(visit.assertion);
    identity_free(visit.identity);
    loop_free(
        visit
            .loop); /* which may keep the bodies that went through last (tests/outbound/traces.c) */
    ck_assert_uint_eq(canary_traces(TOKEN), 0);
    ck_assert_uint_eq(canary_traces(SECRET), 0);
    ck_assert_uint_eq(canary_traces(ASSERTION), 0);
    ck_assert_int_eq(kill(server, SIGKILL), 0);
    ck_assert_int_eq(waitpid(server, NULL, 0), server);
}

START_TEST(nothing_stays_of_secret_and_token)
{
    nothing_stays_after(ask);
}
END_TEST

START_TEST(nothing_stays_of_a_persons_token_and_what_it_was_exchanged_for)
{
    nothing_stays_after(exchange);
}
END_TEST

SPECIFICATION("identity/traces", nothing_stays_of_secret_and_token,
              nothing_stays_of_a_persons_token_and_what_it_was_exchanged_for)
