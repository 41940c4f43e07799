/* What the three files around libmicrohttpd share. */
#pragma once

#include "sandbox/http/exchange.h"
#include "sandbox/http/server.h"

#include <microhttpd.h>

struct pauses; /* calls that wait: for a moment, or for a release */

enum step { READING_HEAD, READING_BODY, ADMITTED, ANSWERED };

struct call {
    struct server *server;
    struct MHD_Connection *connection;
    struct exchange *exchange;
    enum step step;
    bool too_large, dropped;
    uint64_t sent; /* of a body that goes out byte by byte */
    struct text body;
};

/* Has the effect of a call that waits for it, unless it was dropped; `locked` says that the caller
   holds the sandbox's lock. */
void call_act(struct call *call, bool locked);
/* Sends the answer, with what its fault does to the bytes; or resets the connection. */
enum MHD_Result send_answer(struct call *call);
/* A RST, at once. What libmicrohttpd does to the connection then meets a dead socket. */
enum MHD_Result send_reset(struct call *call);

struct pauses *pauses_new(void);
void pauses_free(struct pauses *pauses);
/* Suspends the call for so many milliseconds, or until it is released (-1). */
void pauses_add(struct pauses *pauses, struct call *call, int64_t milliseconds);
/* Drops every paused call, and no longer suspends any. */
void pauses_end(struct pauses *pauses);
json_t *pauses_held(struct pauses *pauses);
/* Under the sandbox's lock. */
int pauses_release(struct pauses *pauses, int64_t id, bool drop);

struct pauses *server_pauses(struct server *server);
