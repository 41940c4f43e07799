/* The HTTP side: listens, gathers calls, and sends answers, also broken ones. The only file that
   includes libmicrohttpd is server.c with its parts send.c and pauses.c. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct sandbox;
struct server; /* opaque */

/* Listens on `port` of 127.0.0.1 and, where there is one, of ::1; 0 is any free port. Says which
   one it became. Nothing is answered before server_start. */
enum fail server_new(int port, struct server **ret, int *ret_port, struct reason *why);
/* The sandbox is borrowed. */
enum fail server_start(struct server *server, struct sandbox *sandbox, struct reason *why);
/* Ends every call under way, held ones too. */
void server_free(struct server *server);
SCOPED(server)

/* Calls that wait for POST /_sandbox/release. New reference. */
json_t *server_held(struct server *server);
/* Lets the held call `id` go on (0: all), or breaks its connection off (`drop`). Says how many. */
int server_release(struct server *server, int64_t id, bool drop);
