/* Faults: what shall go wrong with which of the next calls (README.md, "Faults"). */
#pragma once

#include "base/form.h"
#include "base/scoped.h"
#include "sandbox/http/exchange.h"

#include <jansson.h>

struct faults; /* opaque; used under the sandbox's lock */

/* Name, and the members that it takes beside `kind`. */
#define FAULT_KINDS(X)                                                                             \
    X(NONE, "none")                                                                                \
    X(REFUSE, "refuse")                                                                            \
    X(STALL, "stall")                                                                              \
    X(HOLD, "hold")                                                                                \
    X(RESET, "reset")                                                                              \
    X(ANSWER, "answer")                                                                            \
    X(ERROR, "error")                                                                              \
    X(ALTER, "alter")                                                                              \
    X(FORGE, "forge")                                                                              \
    X(STALE, "stale")                                                                              \
    X(TWICE, "twice")                                                                              \
    X(NEVER, "never")                                                                              \
    X(DATE, "date")                                                                                \
    X(CUT, "cut")                                                                                  \
    X(SPOIL, "spoil")                                                                              \
    X(PAD, "pad")                                                                                  \
    X(GZIP, "gzip")                                                                                \
    X(DRIP, "drip")

enum fault_kind {
#define X(name, text) FAULT_##name,
    FAULT_KINDS(X)
#undef X
};

enum when { BEFORE_EFFECT, AFTER_EFFECT };

struct fault {
    enum fault_kind kind;
    enum when when;
    int64_t number; /* its status, seconds or bytes */
    json_t *spec;   /* as it was asked for */
};

void fault_free(struct fault *fault);
/* Whether it is of that kind at that point; `fault` may be NULL. */
bool fault_is(const struct fault *fault, enum fault_kind kind, enum when when);

struct faults *faults_new(void);
void faults_free(struct faults *faults);
SCOPED(faults)

/* Adds what {"match", "times", "after", "for", "fault"} asks for; its id, or 0 with complaints. */
int64_t faults_add(struct faults *faults, const json_t *value, int64_t now_ms,
                   struct complaints *complaints);
/* New reference. */
json_t *faults_json(const struct faults *faults);
/* 0 removes all. False when there is no such fault. */
bool faults_remove(struct faults *faults, int64_t id);

/* Where a fault is looked for: before the body is there, only `refuse` fits; what breaks a
   connection or bytes and is meant for a call inside of a batch hits the batch. */
enum fault_place { AT_HEAD, AT_CALL, AT_BATCH, INSIDE_BATCH };

/* The first fault that fits, one use of it spent; NULL when there is none. */
struct fault *faults_take(struct faults *faults, const struct exchange *exchange,
                          enum fault_place place);
