/* Open connections and until when each may live: a deadline for every whole request, because
   silence alone says nothing (security.md F2: one byte now and then keeps a connection open for
   ever). Any thread. */
#pragma once

#include "base/scoped.h"

#include <stdint.h>

struct connections; /* opaque */
struct connection;

/* `wake` is called when one is due earlier than connections_reap said last: whoever reaps must then
   do so again. */
struct connections *connections_new(void (*wake)(void *context), void *context);
void connections_free(struct connections *connections);
SCOPED(connections)

struct connection *connections_add(struct connections *connections, int socket, int64_t due);
void connections_remove(struct connections *connections, struct connection *connection);
/* It is cut when it is still there then (moment_ticks_ms). */
void connections_due(struct connections *connections, struct connection *connection, int64_t due);
/* Cuts what is due; answers when the next one will be, INT64_MAX: none. */
int64_t connections_reap(struct connections *connections, int64_t now);
