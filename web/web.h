/* What all calls share: the parts that answer them, and the limits they are held to. */
#pragma once

#include "access/access.h"
#include "base/network.h"
#include "web/limit.h"
#include "web/visit.h"

#include <stdatomic.h>

struct web_options {
    const char *public_url;  /* scheme and host: the only origin that may POST */
    struct networks proxies; /* whose forwarding headers count, one hop */
    struct networks metrics_from;
    int64_t anonymous_per_minute, sign_ins_per_minute, calls_per_second;
    int64_t deadline_ms; /* for a whole request, from its first byte */
};

struct web {
    struct web_options options;
    struct access *access;
    struct limit *limit;
    atomic_llong answers[6]; /* by the first digit of their status */
    int64_t started_at;
};

struct web *web_new(struct access *access, const struct web_options *options);
void web_free(struct web *web);
SCOPED(web)

/* Runs a call as far as it goes without waiting: the checks that stand before every handler, then
   the handler. With NEXT_WAIT, visit_begin starts what is waited for, and visit->resume is told
   when to call web_go_on. */
enum next web_run(struct visit *visit);
void visit_begin(struct visit *visit);
enum next web_go_on(struct visit *visit);
/* Lets go of what the call borrowed; its memory is its arena's. */
void visit_end(struct visit *visit);
