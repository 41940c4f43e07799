#include "sandbox/http/connection.h"

#include "base/memory.h"
#include "sandbox/http/faults.h"
#include "sandbox/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DAEMONS = 2, TRIES = 20, BACKLOG = 128 };

struct server {
    struct sandbox *sandbox;
    struct pauses *pauses;
    int sockets[DAEMONS]; /* IPv4 and IPv6; -1: none */
    struct MHD_Daemon *daemons[DAEMONS];
};

struct pauses *server_pauses(struct server *server)
{
    return server->pauses;
}

json_t *server_held(struct server *server)
{
    return pauses_held(server->pauses);
}

int server_release(struct server *server, int64_t id, bool drop)
{
    return pauses_release(server->pauses, id, drop);
}

/* A listening socket, or -1 with errno. */
static int listen_at(const struct sockaddr *address, socklen_t size)
{
    int one = 1;
    int listening = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listening < 0)
        return -1;
    (void)setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (address->sa_family == AF_INET6)
        (void)setsockopt(listening, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(listening, address, size) == 0 && listen(listening, BACKLOG) == 0)
        return listening;
    int error = errno;
    (void)close(listening);
    errno = error;
    return -1;
}

static int port_of(int listening)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    (void)getsockname(listening, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

/* Both sockets at the same port, because `localhost` may mean either; 0 or an errno. */
static int listen_both(struct server *server, int port)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->sockets[0] = listen_at((struct sockaddr *)&four, sizeof four);
    if (server->sockets[0] < 0)
        return errno;
    six.sin6_port = htons((uint16_t)port_of(server->sockets[0]));
    server->sockets[1] = listen_at((struct sockaddr *)&six, sizeof six);
    if (server->sockets[1] >= 0 || errno != EADDRINUSE)
        return 0; /* without IPv6 on this machine, IPv4 alone does */
    (void)close(server->sockets[0]);
    server->sockets[0] = -1;
    return EADDRINUSE;
}

enum fail server_new(int port, struct server **ret, int *ret_port, struct reason *why)
{
    scoped(server_scoped) struct server *server = MEMORY_NEW(struct server);
    server->sockets[0] = server->sockets[1] = -1;
    server->pauses = pauses_new();
    int error = listen_both(server, port);
    for (int i = 0; error == EADDRINUSE && port == 0 && i < TRIES; i++)
        error = listen_both(server, 0);
    if (error == EADDRINUSE)
        return because(why, FAIL_CONFLICT,
                       "port %d is taken: choose another one with --port, or --port 0 for any",
                       port);
    if (error)
        return because(why, FAIL_UNAVAILABLE, "port %d cannot be opened: %s", port,
                       strerror(error));
    *ret_port = port_of(server->sockets[0]);
    *ret = take(server);
    return FAIL_NONE;
}

/* The first that libmicrohttpd says of a call: its target, before anything is decoded. */
static void *begin_call(void *context, const char *target, struct MHD_Connection *connection)
{
    struct call *call = MEMORY_NEW(struct call);
    call->server = context;
    call->connection = connection;
    call->exchange = exchange_new("", target);
    call->body = TEXT_LIMIT((size_t)1 << 31);
    return call;
}

static void end_call(void *context, struct MHD_Connection *connection, void **state,
                     enum MHD_RequestTerminationCode why)
{
    struct call *call = *state;
    (void)context;
    (void)connection;
    (void)why;
    if (!call)
        return;
    exchange_free(call->exchange);
    text_scoped(&call->body);
    free(call);
    *state = NULL;
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct exchange *exchange = context;
    (void)kind;
    bool text = value && text_is_utf8(value, strlen(value)) && text_is_utf8(name, strlen(name));
    if (text)
        pairs_add(&exchange->headers, name, value);
    return MHD_YES;
}

static enum MHD_Result read_head(struct call *call, const char *method)
{
    struct exchange *exchange = call->exchange;
    if (!exchange) /* the target is malformed: an answer needs a call all the same */
        exchange = call->exchange = exchange_new(method, "/malformed-target");
    bool text = text_is_utf8(method, strlen(method)); /* all that is kept must be */
    exchange->method = text ? arena_copy(exchange->arena, method) : "?";
    (void)MHD_get_connection_values(call->connection, MHD_HEADER_KIND, take_header, exchange);
    const char *host = exchange_header(exchange, "Host");
    bool plain = host && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789.-:[]") == strlen(host);
    exchange->asked_at =
        plain ? arena_text(exchange->arena, "http://%s", host) : call->server->sandbox->origin;
    sandbox_admit(call->server->sandbox, exchange, true);
    call->step = READING_BODY;
    return exchange->fault ? send_reset(call) : MHD_YES;
}

static bool pauses_here(const struct call *call, enum when when, int64_t *milliseconds)
{
    const struct fault *fault = call->exchange->fault;
    *milliseconds = fault_is(fault, FAULT_STALL, when) ? fault->number * 1000 : -1;
    return *milliseconds >= 0 || fault_is(fault, FAULT_HOLD, when);
}

void call_act(struct call *call, bool locked)
{
    if (call->dropped || call->step != ADMITTED)
        return;
    call->step = ANSWERED;
    if (locked)
        sandbox_answer_locked(call->server->sandbox, call->exchange);
    else
        sandbox_answer(call->server->sandbox, call->exchange);
}

/* From the whole request to its answer, in steps between which the call may be paused. */
static enum MHD_Result proceed(struct call *call)
{
    int64_t milliseconds;
    struct sandbox *sandbox = call->server->sandbox;
    if (call->step == READING_BODY) {
        call->step = ADMITTED;
        sandbox_admit(sandbox, call->exchange, false);
        if (pauses_here(call, BEFORE_EFFECT, &milliseconds)) {
            pauses_add(call->server->pauses, call, milliseconds);
            return MHD_YES;
        }
    }
    if (call->dropped)
        return send_reset(call);
    if (call->step == ADMITTED) {
        call_act(call, false);
        if (pauses_here(call, AFTER_EFFECT, &milliseconds)) {
            pauses_add(call->server->pauses, call, milliseconds);
            return MHD_YES;
        }
    }
    return send_answer(call);
}

static enum MHD_Result on_call(void *context, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **state)
{
    struct call *call = *state;
    (void)context;
    (void)connection;
    (void)url;
    (void)version;
    if (call->step == READING_HEAD)
        return read_head(call, method);
    if (*upload_size == 0) {
        if (!call->too_large)
            return proceed(call);
        answer_text(call->exchange, 413, "text/plain", "the body is too large\n");
        return send_answer(call);
    }
    text_add_bytes(&call->exchange->body, upload, *upload_size);
    call->too_large = call->exchange->body.cut;
    *upload_size = 0;
    return MHD_YES;
}

static struct MHD_Daemon *start_daemon(struct server *server, int listening)
{
    /* The Date header follows the test clock, so it is written in send.c. */
    return MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                                MHD_USE_SUPPRESS_DATE_NO_CLOCK,
                            0, NULL, NULL, on_call, server, MHD_OPTION_LISTEN_SOCKET, listening,
                            MHD_OPTION_URI_LOG_CALLBACK, begin_call, server,
                            MHD_OPTION_NOTIFY_COMPLETED, end_call, server, MHD_OPTION_END);
}

enum fail server_start(struct server *server, struct sandbox *sandbox, struct reason *why)
{
    server->sandbox = sandbox;
    for (int i = 0; i < DAEMONS; i++) {
        if (server->sockets[i] < 0)
            continue;
        server->daemons[i] = start_daemon(server, server->sockets[i]);
        if (!server->daemons[i])
            return because(why, FAIL_UNAVAILABLE, "the HTTP server does not start");
        server->sockets[i] = -1; /* closed with its daemon */
    }
    return FAIL_NONE;
}

void server_free(struct server *server)
{
    if (!server)
        return;
    pauses_end(server->pauses); /* a suspended call would keep its daemon from stopping */
    for (int i = 0; i < DAEMONS; i++) {
        if (server->daemons[i])
            MHD_stop_daemon(server->daemons[i]);
        if (server->sockets[i] >= 0)
            (void)close(server->sockets[i]);
    }
    pauses_free(server->pauses);
    free(server);
}
