/* A visit: one HTTP request on its way through a handler, without the socket it came by. Handlers
   see nothing else, and tests make them by hand. */
#pragma once

#include "access/access.h"
#include "access/sessions.h"
#include "access/worker.h"
#include "base/form.h"
#include "web/reply.h"

enum { VISIT_HEADERS = 64, VISIT_QUERY = 24, VISIT_PARAMS = 2 };

enum method { METHOD_GET, METHOD_POST };

struct header {
    const char *name, *value;
};

/* What a handler answers: the reply is there, or it waits for what it has begun. */
enum next { NEXT_REPLY, NEXT_WAIT };

struct visit;
typedef enum next handler(struct visit *visit);

struct route;
struct web;

struct visit {
    struct web *web;
    struct access *access; /* its own */
    struct access own;
    struct arena *arena;
    const struct route *route; /* NULL: none has this path */
    enum method method;
    bool is_head; /* HEAD: answered as GET is, but it never begins a change */
    const char *path;
    const char *params[VISIT_PARAMS]; /* of `{…}` in the route's path */
    size_t header_count, query_count;
    struct header headers[VISIT_HEADERS], query[VISIT_QUERY];
    const char *body;
    size_t body_length;
    json_t *json; /* of a POST: the body, read */
    uint8_t address[16];
    bool https; /* the browser speaks HTTPS, to us or to our proxy */
    int64_t now;
    int64_t deadline; /* moment_ticks_ms */
    const char *id;   /* for the log and for people who ask what went wrong */

    struct session *session;
    const struct caller *caller; /* of the session; NULL: nobody is signed in */
    bool role_is_stale;          /* an app role of the session is not counted: it is too old */

    struct reply reply;
    struct complaints complaints;
    struct reason why;
    enum fail fail; /* of the change that was waited for */

    /* What was begun, and what goes on when it is answered. */
    handler *then;
    void *data; /* of the handler */
    /* What the handler owns besides the arena: freed with the call, because it may never go on (the
       browser has left) when that was found out. */
    void *owned;
    void (*free_owned)(void *owned);
    struct act act;
    struct inquiry inquiry;
    enum { BEGUN_NOTHING, BEGUN_CHANGE, BEGUN_INQUIRY } begun;
    enum fail (*compose)(struct visit *visit,
                         struct store *store); /* makes the reply of a change */
    enum fail (*apply)(struct turn *turn, void *data, struct reason *why);
    enum pace (*step)(struct task *task, void *data);
    void *apply_data;
    struct store *store;                 /* borrowed for as long as nothing is waited for */
    void (*resume)(struct visit *visit); /* the server's: from any thread */
    void *server;
};

/* Parts of the request. NULL when absent; a query's or header's name is looked for without letter
 * case where HTTP says so. */
const char *visit_header(const struct visit *visit, const char *name);
const char *visit_query(const struct visit *visit, const char *name);
bool visit_cookie(const struct visit *visit, const char *name, const char **value,
                  struct reason *why);

/* Ends the handler with a reply. */
enum next visit_json(struct visit *visit, int status, json_t *body); /* takes the body over */
/* The same of JSON that was written before, and lives as long as the visit. */
enum next visit_text(struct visit *visit, int status, const char *json, size_t length);
enum next visit_fail(struct visit *visit, enum fail fail); /* visit->why is for the log */
/* The same with a sentence of its own, for people. */
enum next visit_refuse(struct visit *visit, enum fail fail, const char *detail, ...) PRINTF(3, 4);
enum next visit_go(struct visit *visit, const char *location);

/* Hands a change to the writer; when it is on disk, `compose` makes the reply from what was
   committed. A failure becomes its problem, unless `then` (may be NULL) looks at visit->fail first;
   without `compose` it goes on with `then` in any case. */
enum next visit_change(struct visit *visit,
                       enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                       void *data, enum fail (*compose)(struct visit *visit, struct store *store),
                       handler *then);
/* Has the worker find something out, then goes on. */
enum next visit_inquire(struct visit *visit, enum pace (*step)(struct task *task, void *data),
                        void *data, handler *then);

/* For a POST without members: `{}` or nothing at all. False, with the reply made, otherwise. */
bool visit_takes_nothing(struct visit *visit);

/* A connection for reading; the call gives it back itself. NULL, with the reply made, when the
 * store does not open. */
struct store *visit_store(struct visit *visit);
