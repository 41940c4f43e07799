#include "web/serving.h"

#include "access/in_force.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "web/listen.h"
#include "web/route.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    IDLE_MS = 60 * 1000,         /* a connection without a request */
    BODY_HARD_LIMIT = 64 * 1024, /* whatever a route allows */
    HEAD_MEMORY = 32 * 1024,
    DEADLINE_REAP_MS = 500, /* after the deadline of a call, so that its own answer comes first */
};

static struct connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

int64_t full_time(const struct server *server)
{
    return moment_ticks_ms() + server->web->options.deadline_ms + DEADLINE_REAP_MS;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *socket_context =
            info ? connections_add(server->connections, info->connect_fd, full_time(server)) : NULL;
        return;
    }
    connections_remove(server->connections, *socket_context);
    *socket_context = NULL;
}

int64_t server_reap(struct server *server)
{
    return connections_reap(server->connections, moment_ticks_ms());
}

/* From any thread: the change or the inquiry is answered. */
static void resume(struct visit *visit)
{
    struct request *request = visit->server;
    MHD_resume_connection(request->connection);
}

/* The whole time of a request, from now on. */
static void give_time(struct request *request)
{
    const struct server *server = request->server;
    request->visit.deadline = moment_ticks_ms() + server->web->options.deadline_ms;
    connections_due(server->connections, request->about, full_time(server));
}

static void *begin(void *context, const char *uri, struct MHD_Connection *connection)
{
    struct server *server = context;
    struct request *request = MEMORY_NEW(struct request);
    request->server = server;
    request->connection = connection;
    request->about = connection_of(connection);
    request->body = TEXT_LIMIT(BODY_HARD_LIMIT);
    struct visit *visit = &request->visit;
    visit->web = server->web;
    access_begin(server->web->access, &visit->own);
    visit->access = &visit->own;
    visit->arena = arena_new();
    request->uri = arena_copy(visit->arena, uri);
    visit->now = moment_now();
    visit->resume = resume;
    visit->server = request;
    give_time(request);
    char id[ID_SIZE];
    id_new(moment_now_ms(), id);
    visit->id = arena_copy(visit->arena, id);
    pthread_mutex_lock(&server->mutex);
    server->in_hand++;
    pthread_mutex_unlock(&server->mutex);
    return request;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    struct server *server = context;
    struct request *request = *request_context;
    (void)connection, (void)code;
    if (!request)
        return;
    connections_due(server->connections, request->about, moment_ticks_ms() + IDLE_MS);
    visit_end(&request->visit);
    arena_free(request->visit.arena);
    text_scoped(&request->body);
    free(request);
    *request_context = NULL;
    pthread_mutex_lock(&server->mutex);
    if (--server->in_hand == 0)
        pthread_cond_broadcast(&server->calm);
    pthread_mutex_unlock(&server->mutex);
}

/* Whoever waits for the disk or for Microsoft is told in the end: changes and calls have deadlines
   of their own, and a connection that is cut meanwhile would hear of none. */
static enum MHD_Result follow(struct request *request, enum next next)
{
    if (next == NEXT_REPLY)
        return send_reply(request);
    connections_due(request->server->connections, request->about, INT64_MAX);
    request->waiting = true;
    MHD_suspend_connection(request->connection);
    visit_begin(&request->visit);
    return MHD_YES;
}

static enum MHD_Result options(struct request *request)
{
    struct visit *visit = &request->visit;
    const char *allowed = route_allows(visit->path);
    if (allowed) {
        visit->reply.status = 204;
        reply_header(&visit->reply, "Allow", allowed);
    } else {
        (void)visit_fail(visit, FAIL_NOT_FOUND);
    }
    return send_reply(request);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request_context)
{
    struct request *request = *request_context;
    struct visit *visit = &request->visit;
    (void)context, (void)connection, (void)url; /* unescaped: the gate looks at what was sent */
    if (!request->head_seen) {
        request->head_seen = true;
        return look_at_head(request, method, version);
    }
    if (*upload_size) {
        if (!request->answered)
            text_add_bytes(&request->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (request->answered)
        return MHD_YES;
    if (request->waiting) {
        request->waiting = false;
        give_time(request);
        return follow(request, web_go_on(visit));
    }
    if (text_equals(request->method, "OPTIONS"))
        return options(request);
    if (request->body.cut || request->body.length > request->body_limit)
        return send_refusal(request, FAIL_TOO_LARGE, 413, NULL);
    visit->body = text_of(&request->body);
    visit->body_length = request->body.length;
    return follow(request, web_run(visit));
}

static void no_log(void *context, const char *format, va_list values) PRINTF(2, 0);

static void no_log(void *context, const char *format, va_list values)
{
    char says[200];
    (void)context;
    (void)vsnprintf(says, sizeof says, format, values);
    log_line(LOG_WARNING, "web.library", "{s:s}", "says", says);
}

enum fail server_start(struct web *web, const struct server_options *options_, struct server **ret,
                       struct reason *why)
{
    int bound;
    enum fail fail = listen_on(options_->listen, &bound, why);
    if (fail)
        return fail;
    struct server *server = MEMORY_NEW(struct server);
    server->web = web;
    server->connections = connections_new(options_->wake, options_->wake_context);
    (void)pthread_mutex_init(&server->mutex, NULL);
    pthread_condattr_t
        monotonic; /* not pthread_cond_clockwait, which ThreadSanitizer does not see */
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&server->calm, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = options_->threads ? options_->threads : cores > 1 ? (unsigned)cores : 1;
    unsigned most = options_->connections < 2 * threads ? 2 * threads : options_->connections;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options_->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options_->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-CIPHER-ALL:+AES-256-"
                             "GCM:"
                             "+AES-128-GCM:+CHACHA20-POLY1305:%NO_TICKETS"},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (options_->certificate ? MHD_USE_TLS : 0);
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, answer, server, MHD_OPTION_EXTERNAL_LOGGER, no_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, bound, MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, most, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        web->options.proxies.count ? 0 : most / 2, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEAD_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(IDLE_MS / 1000),
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, begin, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_ARRAY, options_->certificate ? tls : none,
        MHD_OPTION_END);
    if (!server->daemon) {
        (void)close(bound);
        server_free(server);
        return because(why, FAIL_UNAVAILABLE, "the HTTP server does not start on %s",
                       options_->listen);
    }
    *ret = server;
    return FAIL_NONE;
}

int server_port(const struct server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

void server_drain(struct server *server, int64_t ms)
{
    struct timespec until;
    if (!atomic_exchange(&server->stopping, true)) {
        MHD_socket listening = MHD_quiesce_daemon(server->daemon);
        if (listening != MHD_INVALID_SOCKET)
            (void)close(listening);
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000 + 1;
    pthread_mutex_lock(&server->mutex);
    while (server->in_hand && pthread_cond_timedwait(&server->calm, &server->mutex, &until) == 0)
        ;
    pthread_mutex_unlock(&server->mutex);
}

void server_stop(struct server *server, int64_t ms)
{
    if (!server->daemon)
        return;
    server_drain(server, ms);
    MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
}

void server_free(struct server *server)
{
    if (!server)
        return;
    server_stop(server, 0);
    connections_free(server->connections);
    (void)pthread_cond_destroy(&server->calm);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server);
}
