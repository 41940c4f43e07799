/* One HTTPS call and what came of it. */
#pragma once

#include "base/fail.h"
#include "base/secret.h"
#include "outbound/retry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CALL_CONNECT_MS = 5 * 1000,
    CALL_TOTAL_MS = 20 * 1000,
    CALL_ANSWER_LIMIT = 1024 * 1024,
    CALL_HEADER_LIMIT = 64 * 1024,
    CALL_CHALLENGES = 4
};

struct call_header {
    const char *name, *value;
};

/* All of it is borrowed until loop_call returns. */
struct call {
    const char *method; /* "GET", "POST", …; never HEAD */
    const char *url;
    size_t header_count;
    const struct call_header *headers;
    const char *content_type; /* of the body; NULL: there is none */
    const void *body;
    size_t body_length;
    const struct secret *bearer; /* goes into Authorization; may be NULL */
    bool write;                  /* has effects: a connection of its own, and never sent twice */
    bool private_peer;   /* an operator named this endpoint: it may be on a private network, or on
                            this machine, there also in plain http */
    size_t answer_limit; /* bytes of body; 0: CALL_ANSWER_LIMIT */
    int64_t connect_ms;  /* 0: CALL_CONNECT_MS, name, connection and TLS together */
    int64_t total_ms;    /* 0: CALL_TOTAL_MS */
};

enum outcome {
    OUTCOME_ANSWERED, /* a whole answer, of any status */
    OUTCOME_NOT_SENT, /* certainly no byte of the request reached anybody */
    OUTCOME_UNKNOWN,  /* it may have had its effect */
};

/* Borrowed until the callback that gets it returns. */
struct answer {
    enum outcome outcome;
    struct reason reason; /* why it was not answered; holds nothing secret */
    int status;           /* 0 when none was read */
    const char *body;     /* of ANSWERED; a NUL stands behind it */
    size_t length;
    const char *content_type;                /* as sent, or NULL */
    int64_t date;                            /* the service's clock, or -1 */
    int64_t retry_after_ms;                  /* or RETRY_ABSENT */
    const char *challenges[CALL_CHALLENGES]; /* WWW-Authenticate */
    size_t challenge_count;
    const char *request_id; /* the service's own name for this call, or NULL */
    int64_t duration_ms;
};
