/* One call: what was asked, by whom, and what is answered. Everything of it lives in its arena. */
#pragma once

#include "base/arena.h"
#include "base/id.h"
#include "sandbox/http/pairs.h"

#include <jansson.h>
#include <stdint.h>

struct app;
struct fault;
struct person;

#define JSON_TYPE "application/json; charset=utf-8"

enum { EXCHANGE_PARAMS = 3, BODY_LIMIT = 1024 * 1024 };

enum api { API_LOGIN, API_V1, API_BETA, API_ARM, API_CONTROL, API_PAGE };

struct exchange {
    struct arena *arena;

    /* What was asked. */
    const char *method, *path; /* the path is decoded */
    struct pairs query, headers;
    struct text body;
    enum api api;
    const char *route_path;              /* without the version of Graph, or the scope of ARM */
    const char *scope;                   /* of ARM: what stands before its provider */
    const char *params[EXCHANGE_PARAMS]; /* what stood in the braces of the route */
    const char *asked_at;                /* scheme and host as the caller knows them */
    int64_t now_ms;
    char request_id[GUID_SIZE];

    /* Who asked, once a token or a client assertion said so. */
    const struct app *app;
    const struct person *person;
    const char *permissions; /* those of the token, one space around each */
    const char *contexts;    /* the acrs of the token, likewise */
    const char *roles;       /* roles of Entra that the person held when it was issued, likewise */
    bool delegated;          /* it calls in the name of `person`, not as itself */
    bool mfa;                /* that person had used more than a password */

    /* What is answered. */
    int status;
    json_t *json; /* or `text` */
    const char *text, *content_type;
    struct pairs answer_headers;
    const char *code; /* of the error, for the journal */
    json_t *effect;   /* what it changed, for the journal */

    /* What a fault asks of the state behind the answer. */
    bool admitted; /* whether a fault is meant for it was found out already */
    struct fault *fault;
    int64_t stale_ms; /* reads show what was true so long ago */
    bool repeated;    /* a second time over: what exists already is no obstacle */
};

/* `target` is the path with its query as it came; NULL when that is malformed. */
struct exchange *exchange_new(const char *method, const char *target);
void exchange_free(struct exchange *exchange);
SCOPED(exchange)

const char *exchange_query(const struct exchange *exchange, const char *name);
const char *exchange_header(const struct exchange *exchange, const char *name);
const char *exchange_body(const struct exchange *exchange);
/* The cookie of that name, NULL when there is none. */
const char *exchange_cookie(struct exchange *exchange, const char *name);

/* Each answer replaces the one before it. */
void answer_json(struct exchange *exchange, int status, json_t *steals);
void answer_text(struct exchange *exchange, int status, const char *content_type, const char *text);
void answer_nothing(struct exchange *exchange, int status);
void answer_redirect(struct exchange *exchange, const char *location);
void answer_header(struct exchange *exchange, const char *name, const char *value);
/* Notes what the call changed: a name with its details. */
void answer_effect(struct exchange *exchange, const char *name, json_t *steals);
