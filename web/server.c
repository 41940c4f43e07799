#include "web/server.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "web/connections.h"
#include "web/gate.h"
#include "web/listen.h"
#include "web/route.h"

#include <microhttpd.h>
#include <netinet/in.h>
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
    STREAM_PIECE = 64 * 1024,
    DEADLINE_REAP_MS = 500, /* after the deadline of a call, so that its own answer comes first */
};

struct server {
    struct web *web;
    struct MHD_Daemon *daemon;
    struct connections *connections;
    pthread_mutex_t mutex;
    size_t in_hand; /* requests being answered */
    pthread_cond_t calm;
    bool stopping;
};

/* One request on this connection. */
struct request {
    struct server *server;
    struct MHD_Connection *connection;
    struct connection *about;
    struct visit visit;
    struct text body;
    size_t body_limit;
    const char *method;
    bool head_seen, answered, waiting, resumed, refused;
    int64_t began;
};

static struct connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* A request began, or goes on sending: from now on it has its whole time. */
static int64_t full_time(const struct server *server)
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

static void *begin(void *context, const char *uri, struct MHD_Connection *connection)
{
    struct server *server = context;
    struct request *request = MEMORY_NEW(struct request);
    (void)uri;
    request->server = server;
    request->connection = connection;
    request->began = moment_ticks_ms();
    request->about = connection_of(connection);
    connections_due(server->connections, request->about, full_time(server));
    request->body = TEXT_LIMIT(BODY_HARD_LIMIT);
    struct visit *visit = &request->visit;
    visit->web = server->web;
    visit->access = server->web->access;
    visit->arena = arena_new();
    visit->now = moment_now();
    visit->deadline = request->began + server->web->options.deadline_ms;
    visit->resume = resume;
    visit->server = request;
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

/* What came, as plain lists. */

struct heads {
    struct visit *visit;
    struct head *head;
    size_t lengths[VISIT_HEADERS];
};

static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_size, const char *value, size_t value_size)
{
    struct heads *heads = context;
    struct visit *visit = heads->visit;
    (void)kind;
    if (visit->header_count == VISIT_HEADERS) {
        heads->head->too_many_headers = true;
        return MHD_NO;
    }
    if (name_size != strlen(name))
        name = ""; /* a NUL inside: refused as malformed */
    heads->lengths[visit->header_count] = value_size;
    visit->headers[visit->header_count++] = (struct header){name, value ? value : ""};
    return MHD_YES;
}

static enum MHD_Result add_query(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_size, const char *value, size_t value_size)
{
    struct visit *visit = context;
    (void)kind;
    bool whole = name_size == strlen(name) && (!value || value_size == strlen(value));
    if (!whole || visit->query_count == VISIT_QUERY)
        return MHD_NO;
    visit->query[visit->query_count++] = (struct header){name, value};
    return MHD_YES;
}

static void peer_address(struct MHD_Connection *connection, uint8_t address[ADDRESS_SIZE])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    memset(address, 0, ADDRESS_SIZE);
    if (!info || !info->client_addr)
        return;
    if (info->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)info->client_addr;
        address[10] = address[11] = 0xFF;
        memcpy(address + 12, &v4->sin_addr, 4);
    } else if (info->client_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 =
            (const struct sockaddr_in6 *)(const void *)info->client_addr;
        memcpy(address, &v6->sin6_addr, ADDRESS_SIZE);
    }
}

/* Behind a proxy that we know, the last address of X-Forwarded-For is the browser's: one hop, and
 * no more. */
static bool read_forwarding(struct visit *visit)
{
    if (!networks_hold(&visit->web->options.proxies, visit->address))
        return false;
    const char *forwarded = visit_header(visit, "X-Forwarded-For");
    const char *last = forwarded ? strrchr(forwarded, ',') : NULL;
    const char *text = last ? last + 1 : forwarded;
    struct network client;
    if (text && network_read(text + strspn(text, " "), &client) && !strchr(text, '/'))
        memcpy(visit->address, client.address, ADDRESS_SIZE);
    visit->https = text_equals(visit_header(visit, "X-Forwarded-Proto"), "https");
    return true;
}

static enum MHD_Result send_reply(struct request *request);

static enum MHD_Result refuse(struct request *request, int status, const char *detail)
{
    struct visit *visit = &request->visit;
    reply_problem(&visit->reply, visit->arena, FAIL_INVALID, detail, NULL, visit->id);
    visit->reply.status = status;
    visit->reply.close = true;
    request->refused = true;
    return send_reply(request);
}

/* The head is here: everything that can be refused before the body came is refused now, and the
 * connection ends. */
static enum MHD_Result look_at_head(struct request *request, const char *target, const char *method,
                                    const char *version)
{
    struct visit *visit = &request->visit;
    struct head head = {.method = method, .version = version, .target = target};
    struct heads heads = {.visit = visit, .head = &head};
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, add_header, &heads);
    head.header_count = visit->header_count;
    head.headers = visit->headers;
    head.value_lengths = heads.lengths;
    int status = gate_refuses(&head, &visit->why);
    if (status)
        return refuse(request, status, "This request is malformed.");
    if (MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, add_query, visit) <
            0 ||
        (visit->query_count == VISIT_QUERY))
        return refuse(request, 400, "This query is malformed.");
    request->method = arena_copy(visit->arena, method);
    visit->method = text_equals(method, "POST") ? METHOD_POST : METHOD_GET;
    visit->path = arena_copy(visit->arena, target);
    peer_address(request->connection, visit->address);
    visit->https = text_starts_with(visit->web->options.public_url, "https:");
    visit->reply.close = read_forwarding(visit);
    bool allowed;
    const struct route *route =
        route_find(visit->method, visit->path, visit->arena, visit->params, &allowed);
    request->body_limit = route ? route->body : 0;
    const char *length = visit_header(visit, "Content-Length");
    int64_t bytes = 0;
    if (length && text_read_number(length, INT64_MAX, &bytes) &&
        bytes > (int64_t)request->body_limit) {
        bool close = true;
        reply_problem(&visit->reply, visit->arena, route ? FAIL_TOO_LARGE : FAIL_NOT_FOUND, NULL,
                      NULL, visit->id);
        visit->reply.close = close;
        return send_reply(request);
    }
    return MHD_YES;
}

/* Sending. */

struct sending {
    struct request *request;
    struct text piece;
    size_t sent;
    bool more;
};

static ssize_t next_bytes(void *context, uint64_t position, char *buffer, size_t most)
{
    struct sending *sending = context;
    struct request *request = sending->request;
    struct reason why = {0};
    (void)position;
    while (sending->sent == sending->piece.length) {
        if (!sending->more)
            return MHD_CONTENT_READER_END_OF_STREAM;
        text_clear(&sending->piece);
        sending->sent = 0;
        const struct stream *stream = &request->visit.reply.stream;
        enum fail fail = stream->next(stream->context, &sending->piece, &sending->more, &why);
        if (fail || sending->piece.cut) {
            log_line(LOG_ERROR, "web.stream_cut", "{s:s, s:s}", "visit", request->visit.id, "why",
                     why.text);
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        /* As long as it gets on, it may go on. */
        connections_due(request->server->connections, request->about, full_time(request->server));
    }
    size_t left = sending->piece.length - sending->sent;
    size_t now = left < most ? left : most;
    memcpy(buffer, sending->piece.data + sending->sent, now);
    sending->sent += now;
    return (ssize_t)now;
}

static void sending_free(void *context)
{
    struct sending *sending = context;
    text_scoped(&sending->piece);
    free(sending);
}

static struct MHD_Response *response_of(struct request *request)
{
    struct reply *reply = &request->visit.reply;
    if (!reply->stream.next)
        return MHD_create_response_from_buffer(
            reply->length, (void *)(uintptr_t)(reply->body ? reply->body : ""),
            reply->is_static ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
    struct sending *sending = MEMORY_NEW(struct sending);
    sending->request = request;
    sending->more = true;
    sending->piece = TEXT_LIMIT(64 * 1024 * 1024);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE, next_bytes, sending,
                                             sending_free);
}

static void say(const struct request *request)
{
    const struct visit *visit = &request->visit;
    if (visit->reply.status < 400 && !visit->why.text[0])
        return;
    log_line(visit->reply.status >= 500 ? LOG_ERROR : LOG_INFO, "web.refused",
             "{s:s, s:s, s:s, s:i, s:s}", "visit", visit->id, "method",
             request->method ? request->method : "?", "path",
             visit->route ? visit->route->path : "?", "status", visit->reply.status, "why",
             visit->why.text);
}

static enum MHD_Result send_reply(struct request *request)
{
    struct reply *reply = &request->visit.reply;
    struct MHD_Response *response = memory_needed(response_of(request));
    for (size_t i = 0; i < reply_fixed_header_count; i++)
        (void)MHD_add_response_header(response, reply_fixed_headers[i].name,
                                      reply_fixed_headers[i].value);
    for (size_t i = 0; i < reply->header_count; i++)
        (void)MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    if (reply->type)
        (void)MHD_add_response_header(response, "Content-Type", reply->type);
    if (reply->encoding)
        (void)MHD_add_response_header(response, "Content-Encoding", reply->encoding);
    if (reply->close || request->server->stopping)
        (void)MHD_add_response_header(response, "Connection", "close");
    say(request);
    int class = reply->status / 100;
    atomic_fetch_add(&request->server->web->answers[class >= 1 && class <= 5 ? class : 5], 1);
    request->answered = true;
    enum MHD_Result result =
        MHD_queue_response(request->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result follow(struct request *request, enum next next)
{
    if (next == NEXT_REPLY)
        return send_reply(request);
    request->waiting = true;
    MHD_suspend_connection(request->connection);
    visit_begin(&request->visit);
    return MHD_YES;
}

static enum MHD_Result options(struct request *request)
{
    struct reply *reply = &request->visit.reply;
    reply->status = 204;
    reply_header(reply, "Allow", "GET, HEAD, POST, OPTIONS");
    return send_reply(request);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request_context)
{
    struct request *request = *request_context;
    struct visit *visit = &request->visit;
    (void)context, (void)connection;
    if (!request->head_seen) {
        request->head_seen = true;
        return look_at_head(request, url, method, version);
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
        return follow(request, web_go_on(visit));
    }
    if (text_equals(request->method, "OPTIONS"))
        return options(request);
    if (request->body.cut || request->body.length > request->body_limit)
        return refuse(request, 413, "That is more than this address takes.");
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
        MHD_OPTION_CONNECTION_LIMIT,
        options_->connections < threads ? threads : options_->connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(IDLE_MS / 1000), MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
        begin, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_ARRAY,
        options_->certificate ? tls : none, MHD_OPTION_END);
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

void server_stop(struct server *server, int64_t ms)
{
    if (!server->daemon)
        return;
    MHD_socket listening = MHD_quiesce_daemon(server->daemon);
    if (listening != MHD_INVALID_SOCKET)
        (void)close(listening);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000 + 1;
    pthread_mutex_lock(&server->mutex);
    server->stopping = true;
    while (server->in_hand && pthread_cond_timedwait(&server->calm, &server->mutex, &until) == 0)
        ;
    pthread_mutex_unlock(&server->mutex);
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
