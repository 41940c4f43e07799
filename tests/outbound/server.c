#include "outbound/server.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <check.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { CONNECTIONS = 256, URLS = 32, REQUEST_LIMIT = 256 * 1024 };

struct server {
    int socket, port, stopping; /* an event that never goes away */
    serve_connection *serve;
    void *context;
    SSL_CTX *tls;
    pthread_t thread;
    pthread_mutex_t lock;
    size_t count;
    struct served {
        struct connection connection;
        pthread_t thread;
    } connections[CONNECTIONS];
    size_t url_count;
    char *urls[URLS];
};

static void *serve_one(void *argument)
{
    struct connection *connection = argument;
    struct server *server = connection->server;
    if (server->tls) {
        connection->tls = SSL_new(server->tls);
        (void)SSL_set_fd(connection->tls, connection->socket);
    }
    if (!connection->tls || SSL_accept(connection->tls) == 1)
        server->serve(connection);
    if (connection->tls)
        (void)SSL_shutdown(connection->tls);
    SSL_free(connection->tls);
    pthread_mutex_lock(&server->lock);
    (void)close(connection->socket);
    connection->socket = -1;
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

static void *accept_all(void *argument)
{
    struct server *server = argument;
    for (;;) {
        struct pollfd ready[2] = {{.fd = server->socket, .events = POLLIN},
                                  {.fd = server->stopping, .events = POLLIN}};
        (void)poll(ready, 2, -1);
        if (ready[1].revents || server->count == CONNECTIONS)
            return NULL;
        int socket = accept(server->socket, NULL, NULL);
        if (socket < 0)
            continue;
        pthread_mutex_lock(&server->lock);
        struct served *served = &server->connections[server->count++];
        served->connection = (struct connection){.server = server,
                                                 .number = server->count,
                                                 .socket = socket,
                                                 .context = server->context};
        ck_assert_int_eq(pthread_create(&served->thread, NULL, serve_one, &served->connection), 0);
        pthread_mutex_unlock(&server->lock);
    }
}

static void listen_on_loopback(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(server->socket, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(listen(server->socket, 64), 0);
    ck_assert_int_eq(getsockname(server->socket, (struct sockaddr *)&address, &length), 0);
    server->port = ntohs(address.sin_port);
}

static struct server *server_start(serve_connection *serve, void *context, SSL_CTX *tls)
{
    struct server *server = MEMORY_NEW(struct server);
    (void)signal(SIGPIPE, SIG_IGN);
    server->serve = serve;
    server->context = context;
    server->tls = tls;
    server->stopping = eventfd(0, EFD_CLOEXEC);
    ck_assert_int_eq(pthread_mutex_init(&server->lock, NULL), 0);
    listen_on_loopback(server);
    ck_assert_int_eq(pthread_create(&server->thread, NULL, accept_all, server), 0);
    return server;
}

struct server *server_new(serve_connection *serve, void *context)
{
    return server_start(serve, context, NULL);
}

struct server *server_new_tls(serve_connection *serve, void *context, const char *pem, int newest)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(tls, pem), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(tls, pem, SSL_FILETYPE_PEM), 1);
    if (newest) {
        SSL_CTX_set_security_level(tls, 0); /* otherwise OpenSSL itself refuses what is old */
        ck_assert_int_eq(SSL_CTX_set_min_proto_version(tls, TLS1_VERSION), 1);
        ck_assert_int_eq(SSL_CTX_set_max_proto_version(tls, newest), 1);
    }
    return server_start(serve, context, tls);
}

void server_free(struct server *server)
{
    uint64_t one = 1;
    if (!server)
        return;
    (void)!write(server->stopping, &one, sizeof one);
    (void)pthread_join(server->thread, NULL);
    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < server->count; i++)
        if (server->connections[i].connection.socket >= 0)
            (void)shutdown(server->connections[i].connection.socket, SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
    for (size_t i = 0; i < server->count; i++)
        (void)pthread_join(server->connections[i].thread, NULL);
    (void)close(server->socket);
    (void)close(server->stopping);
    SSL_CTX_free(server->tls);
    for (size_t i = 0; i < server->url_count; i++)
        free(server->urls[i]);
    free(server);
}

int server_port(const struct server *server)
{
    return server->port;
}

const char *server_url(struct server *server, const char *path)
{
    scoped(text_scoped) struct text url = TEXT_LIMIT(4096);
    ck_assert_uint_lt(server->url_count, URLS);
    text_addf(&url, "%s:%d%s", server->tls ? "https://localhost" : "http://127.0.0.1", server->port,
              path);
    return server->urls[server->url_count++] = take(url.data);
}

size_t server_connections(const struct server *server)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)&server->lock;
    pthread_mutex_lock(lock);
    size_t count = server->count;
    pthread_mutex_unlock(lock);
    return count;
}

static ssize_t read_some(struct connection *connection, char *bytes, size_t length)
{
    if (connection->tls)
        return SSL_read(connection->tls, bytes, (int)length);
    return read(connection->socket, bytes, length);
}

bool connection_read(struct connection *connection, struct text *request)
{
    size_t wanted = 0;
    text_clear(request);
    for (;;) {
        const char *end = strstr(text_of(request), "\r\n\r\n");
        if (end && !wanted) {
            const char *length = strcasestr(text_of(request), "\r\nContent-Length:");
            wanted = (size_t)(end + 4 - request->data);
            if (length && length < end)
                wanted += strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
        }
        if (wanted && request->length >= wanted)
            return true;
        char bytes[4096];
        ssize_t got = read_some(connection, bytes, sizeof bytes);
        if (got <= 0)
            return false;
        text_add_bytes(request, bytes, (size_t)got);
    }
}

bool connection_write(struct connection *connection, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length) {
        ssize_t step = connection->tls ? SSL_write(connection->tls, at, (int)length)
                                       : write(connection->socket, at, length);
        if (step <= 0)
            return false;
        at += step;
        length -= (size_t)step;
    }
    return true;
}

bool connection_say(struct connection *connection, const char *format, ...)
{
    char *text = NULL;
    va_list values;
    va_start(values, format);
    int length = vasprintf(&text, format, values);
    va_end(values);
    bool fine = length >= 0 && connection_write(connection, text, (size_t)length);
    free(text);
    return fine;
}

bool connection_answer(struct connection *connection, int status, const char *headers,
                       const char *body)
{
    return connection_say(connection, "HTTP/1.1 %d Said\r\n%sContent-Length: %zu\r\n\r\n%s", status,
                          headers, strlen(body), body);
}

void connection_await(struct connection *connection)
{
    struct pollfd ready = {.fd = connection->socket, .events = POLLIN};
    (void)poll(&ready, 1, -1);
}

void connection_reset(struct connection *connection)
{
    const struct linger at_once = {.l_onoff = 1};
    (void)setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void connection_pause(struct connection *connection, int milliseconds)
{
    struct pollfd stopping = {.fd = connection->server->stopping, .events = POLLIN};
    (void)poll(&stopping, 1, milliseconds);
}
