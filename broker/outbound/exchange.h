/* A call in hand: one libcurl handle and what it borrows. Only for this folder. */
#pragma once

#include "outbound/call.h"
#include "outbound/guard.h"

#include <curl/curl.h>

struct exchange {
    struct exchange *next, *previous; /* the loop's */
    CURL *easy;
    void (*done)(void *context, const struct answer *answer);
    void *context;
    int64_t began_ms;
    struct reason why;

    bool write, sent;
    enum peers peers;
    struct secret *sending;     /* the body */
    struct secret *bearer_line; /* the text of `bearer`, which stands before `headers` */
    struct curl_slist bearer, *headers;

    char *body;
    size_t length, capacity, limit, header_bytes;
    char trouble[CURL_ERROR_SIZE];
};

struct exchange *exchange_new(const struct call *call, const char *authorities,
                              void (*done)(void *context, const struct answer *answer),
                              void *context);
/* Tells `done` and frees the exchange, which libcurl knows no more. CURLE_OK: a whole answer came.
 */
void exchange_finish(struct exchange *exchange, CURLcode result);
