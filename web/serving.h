/* What server.c and its two halves share: server_head.c takes a request's head apart, server_send.c
 * sends the reply. Only these three know libmicrohttpd. */
#pragma once

#include "web/connections.h"
#include "web/server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

struct server {
    struct web *web;
    struct MHD_Daemon *daemon;
    struct connections *connections;
    pthread_mutex_t mutex;
    size_t in_hand; /* requests being answered */
    pthread_cond_t calm;
    atomic_bool stopping;
};

/* One request on this connection. */
struct request {
    struct server *server;
    struct MHD_Connection *connection;
    struct connection *about;
    struct visit visit;
    struct text body;
    size_t body_limit;
    const char *uri;    /* as it stood in the request line */
    const char *method; /* NULL until the head was let through */
    bool head_seen, answered, waiting;
};

/* Until when a request that gets on now may take: its whole time. */
int64_t full_time(const struct server *server);
/* The head is here: everything that can be refused before the body came is refused now, and the
 * connection ends. */
enum MHD_Result look_at_head(struct request *request, const char *method, const char *version);
/* Sends the reply of the visit. */
enum MHD_Result send_reply(struct request *request);
/* Refuses the request with this status, and ends the connection. */
enum MHD_Result send_refusal(struct request *request, enum fail fail, int status,
                             const char *detail);
