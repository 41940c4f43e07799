/* The whole stand-in: what the tenant holds, who signed in, what goes wrong next. Handlers get it
   locked, so they use its members freely. */
#pragma once

#include "sandbox/http/exchange.h"
#include "sandbox/http/faults.h"
#include "sandbox/journal.h"
#include "sandbox/login/keys.h"
#include "sandbox/login/sign_ins.h"
#include "sandbox/switches.h"
#include "sandbox/tenant/tenant.h"

#include <pthread.h>

struct server;

enum limiter { NO_LIMIT, LIMIT_RISK, LIMIT_REPORTS, LIMIT_GROUP_LISTS, LIMITERS };

struct sandbox {
    pthread_mutex_t lock;
    char origin[64];    /* http://localhost:PORT */
    const char *folder; /* of journal and keys */
    char *tenant_text;  /* the tenant file, for the next reset */
    struct switches switches;
    struct tenant *tenant;
    struct keys *keys;
    struct sign_ins *sign_ins;
    struct faults *faults;
    struct journal *journal;
    struct server *server; /* borrowed; holds and releases calls */
    int64_t reads;         /* counted to find those that the lagging replica answers */
    struct {
        int64_t since_ms, count;
    } limits[LIMITERS];
};

/* `tenant_text` is its own from here on, whatever comes of it; the folder must outlive it. */
enum fail sandbox_new(const char *folder, char *tenant_text, struct sandbox **ret,
                      struct reason *why);
void sandbox_free(struct sandbox *sandbox);
SCOPED(sandbox)

/* Takes the fault that is meant for this call, if any. */
void sandbox_admit(struct sandbox *sandbox, struct exchange *exchange, bool head_only);
/* Has the call's effect, its answer and its line in the journal. */
void sandbox_answer(struct sandbox *sandbox, struct exchange *exchange);
/* The same for who holds the lock. */
void sandbox_answer_locked(struct sandbox *sandbox, struct exchange *exchange);
/* The same for a call inside another one ($batch), which holds the lock. */
void sandbox_answer_inner(struct sandbox *sandbox, struct exchange *exchange);
/* Back to the tenant file: state, switches and faults; the journal goes on. */
void sandbox_reset(struct sandbox *sandbox);

/* The moment that a read shows: now, or a little earlier when a lagging replica answers it. */
int64_t sandbox_read_ms(struct sandbox *sandbox, const struct exchange *exchange);
/* False, with the answer 429, when this call is one too many. */
bool sandbox_within_limit(struct sandbox *sandbox, struct exchange *exchange, enum limiter limiter);
