/* The server: sockets, threads and HTTP by libmicrohttpd, which only serving.h and what includes it
 * know. */
#pragma once

#include "web/web.h"

struct server; /* opaque */

struct server_options {
    const char *listen;      /* address:port */
    const char *certificate; /* PEM texts; NULL: plain HTTP */
    const char *key;
    unsigned connections;        /* at once */
    unsigned threads;            /* 0: one for each core */
    void (*wake)(void *context); /* server_reap may be due earlier than it said: from any thread */
    void *wake_context;
};

/* FAIL_CONFLICT when the port is taken. */
enum fail server_start(struct web *web, const struct server_options *options, struct server **ret,
                       struct reason *why);
/* The port it listens on: for port 0. */
int server_port(const struct server *server);
/* Cuts connections whose request took too long; answers when the next one will be due
 * (moment_ticks_ms, INT64_MAX: none). */
int64_t server_reap(struct server *server);
/* Takes no more connections, and waits until the calls in hand are answered, at most `ms`. */
void server_drain(struct server *server, int64_t ms);
/* Ends it. Nobody may wait for the worker or the writer any more: libmicrohttpd ends the process
   over a connection that is still suspended. */
void server_stop(struct server *server, int64_t ms);
void server_free(struct server *server);
SCOPED(server)
