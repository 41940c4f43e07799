/* A server for tests that says exactly what it is told to, on loopback, byte for byte. */
#pragma once

#include "base/scoped.h"
#include "base/text.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct server; /* opaque */

/* One connection, served on a thread of its own. */
struct connection {
    struct server *server;
    size_t number; /* 1 for the first that the server took */
    int socket;
    void *tls;
    void *context;
};

/* What the server does with each connection; it is closed when this returns. */
typedef void serve_connection(struct connection *connection);

struct server *server_new(serve_connection *serve, void *context);
/* Over TLS, with a certificate and its key in one PEM file; `newest` is the highest version it
   speaks (TLS1_1_VERSION, …), 0 for the best it can. */
struct server *server_new_tls(serve_connection *serve, void *context, const char *pem, int newest);
/* Cuts every connection and waits for its thread. */
void server_free(struct server *server);
SCOPED(server)

int server_port(const struct server *server);
/* "http://127.0.0.1:PORT/path", or https and localhost; kept until the server is freed. */
const char *server_url(struct server *server, const char *path);
size_t server_connections(const struct server *server);

/* Reads one request with its body; false when the connection ended before. */
bool connection_read(struct connection *connection, struct text *request);
/* Writes bytes as they are; false when nobody takes them any more. */
bool connection_write(struct connection *connection, const void *bytes, size_t length);
bool connection_say(struct connection *connection, const char *format, ...) PRINTF(2, 3);
/* A whole answer with Content-Length. `headers` are whole lines, each with its CR LF, or "". */
bool connection_answer(struct connection *connection, int status, const char *headers,
                       const char *body);
/* Waits until there is something to read, and leaves it there. */
void connection_await(struct connection *connection);
/* Breaks the connection with a RST. */
void connection_reset(struct connection *connection);
/* Waits, or returns early when the server is being stopped. */
void connection_pause(struct connection *connection, int milliseconds);
