/* Making calls in a test: on one loop, one after the other, each answer kept. */
#pragma once

#include "outbound/loop.h"

enum { GOT_BODY = 256 };

struct got {
    bool answered;
    struct answer answer; /* its texts are gone, but for these */
    char body[GOT_BODY], challenge[GOT_BODY], request_id[GOT_BODY], content_type[GOT_BODY];
};

/* Each call is made when the one before it was answered. */
void call_in_turn(const char *authorities, size_t count, const struct call *calls, struct got *got);
struct got call_once(const struct call *call);
/* A GET of an endpoint that an operator named. */
struct call plain_get(const char *url);
/* A POST with effects. */
struct call plain_write(const char *url);
