/* What the files of this folder share, and nobody else sees. */
#pragma once

#include "directory/directory.h"
#include "outbound/throttle.h"

struct sending;

struct directory {
    struct loop *loop;
    struct bearer bearer;
    struct endpoint graph, arm; /* copies */
    struct ticket_endpoint ticket;
    struct throttle throttle;
    struct sending *waiting;  /* for their turn, the first come first */
    struct sending *gathered; /* to leave together at the end of this turn of the loop */
    atomic_bool dated;        /* set after `skew_seconds`: any thread asks for it */
    atomic_int_fast64_t skew_seconds;
};

/* One call with a token, in its service's turn, and once more with a new token when it is answered
   401, which is before any effect. */
struct errand {
    enum service service;
    bool write;
    bool together;                   /* a read that may share a call with others of its service */
    bool advanced;                   /* an advanced query of directory objects (contract 12) */
    const char *method, *url, *body; /* borrowed until `done`; the body is NULL or JSON */
    const struct secret *token;      /* of a person, borrowed until `done`; NULL: Curfew's own */
    const char *correlation;         /* its client-request-id; NULL: a new one for each try */
    /* Exactly once, perhaps before errand_send returns. What never left has OUTCOME_NOT_SENT;
       `retry_ms` is how long the service now wants to be left alone. */
    void (*done)(void *context, const struct answer *answer, int64_t retry_ms);
    void *context;
};

/* Where a service is found. */
const struct endpoint *endpoint_of(const struct directory *directory, enum service service);

void errand_send(struct directory *directory, const struct errand *errand);
/* Sends those that were gathered and those whose turn has come; the moment at which the next one's
   has, or MOMENT_NEVER. */
int64_t errands_send_waiting(struct directory *directory);
/* Answers those that wait as not sent. */
void errands_give_up(struct directory *directory);

/* Asks the operator's ticket system (FACT_TICKET); `done` as for directory_ask. */
void ticket_ask(struct directory *directory, const char *ticket,
                void (*done)(void *context, struct fact *fact), void *context);
