/* When the next call to a service may leave. Pure: times are passed in, in milliseconds of one
 * clock. */
#pragma once

#include "outbound/call.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The services that throttle apart from one another (contract 12). */
enum service {
    SERVICE_LOGIN,
    SERVICE_DIRECTORY,
    SERVICE_PIM,
    SERVICE_RISK,
    SERVICE_INTUNE,
    SERVICE_POLICY,
    SERVICE_REPORTS,
    SERVICE_MAIL,
    SERVICE_ARM,
    SERVICE_TICKET,
    SERVICE_COUNT
};

/* After so many failures in a row the circuit is open: one call at a time tries whether the service
   is back. */
enum { THROTTLE_FAILURES = 5 };

struct throttle {
    struct throttled {
        unsigned failures;                 /* in a row */
        atomic_int_fast64_t rest_until_ms; /* as the service asked, or as is decent; any thread
                                              may look */
        int64_t pace_until_ms;             /* so many calls a second and no more */
        int64_t probe_until_ms;            /* one call is out to try */
    } services[SERVICE_COUNT];
};

/* True: one call leaves now. False: not before `*free_at_ms`. */
bool throttle_take(struct throttle *throttle, enum service service, int64_t now_ms,
                   int64_t *free_at_ms);
/* Learns from the answer to that call; `chance` keeps many callers from coming back at once. */
void throttle_learn(struct throttle *throttle, enum service service, const struct answer *answer,
                    uint32_t chance, int64_t now_ms);
