#include "sandbox/sandbox.h"

#include "base/memory.h"
#include "sandbox/arm/arm.h"
#include "sandbox/control/control.h"
#include "sandbox/faulty.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/standing.h"
#include "sandbox/login/login.h"
#include "sandbox/pim/pim.h"
#include "sandbox/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum fail begin(struct sandbox *sandbox, struct reason *why)
{
    char path[4096];
    enum fail fail = tenant_read(sandbox->tenant_text, moment_now_ms(), &sandbox->tenant, why);
    if (fail)
        return fail;
    fail = keys_open(sandbox->folder, &sandbox->keys, why);
    if (fail)
        return fail;
    (void)snprintf(path, sizeof path, "%s/journal.jsonl", sandbox->folder);
    return journal_open(path, &sandbox->journal, why);
}

enum fail sandbox_new(const char *folder, char *tenant_text, struct sandbox **ret,
                      struct reason *why)
{
    scoped(sandbox_scoped) struct sandbox *sandbox = MEMORY_NEW(struct sandbox);
    (void)pthread_mutex_init(&sandbox->lock, NULL);
    sandbox->folder = folder;
    sandbox->tenant_text = tenant_text;
    sandbox->sign_ins = sign_ins_new();
    sandbox->faults = faults_new();
    switches_reset(&sandbox->switches);
    enum fail fail = begin(sandbox, why);
    if (!fail)
        *ret = take(sandbox);
    return fail;
}

void sandbox_free(struct sandbox *sandbox)
{
    if (!sandbox)
        return;
    tenant_free(sandbox->tenant);
    keys_free(sandbox->keys);
    sign_ins_free(sandbox->sign_ins);
    faults_free(sandbox->faults);
    journal_free(sandbox->journal);
    free(sandbox->tenant_text);
    (void)pthread_mutex_destroy(&sandbox->lock);
    free(sandbox);
}

void sandbox_reset(struct sandbox *sandbox)
{
    struct tenant *tenant = NULL;
    if (tenant_read(sandbox->tenant_text, moment_now_ms(), &tenant, NULL))
        return; /* it was read once already */
    tenant_free(sandbox->tenant);
    sandbox->tenant = tenant;
    sign_ins_free(sandbox->sign_ins);
    sandbox->sign_ins = sign_ins_new();
    (void)faults_remove(sandbox->faults, 0);
    keys_reset(sandbox->keys);
    switches_reset(&sandbox->switches);
    for (size_t i = 0; i < LIMITERS; i++)
        sandbox->limits[i].since_ms = sandbox->limits[i].count = 0;
}

int64_t sandbox_read_ms(struct sandbox *sandbox, const struct exchange *exchange)
{
    int64_t every = sandbox->switches.replica_every;
    bool lagging = every > 0 && ++sandbox->reads % every == 0;
    return exchange->now_ms - exchange->stale_ms - (lagging ? sandbox->switches.replica_lag_ms : 0);
}

bool sandbox_within_limit(struct sandbox *sandbox, struct exchange *exchange, enum limiter limiter)
{
    const int64_t most[LIMITERS] = {
        [LIMIT_RISK] = sandbox->switches.risk_reads_per_second,
        [LIMIT_REPORTS] = sandbox->switches.report_reads_per_10_s,
        [LIMIT_GROUP_LISTS] = sandbox->switches.group_lists_per_second,
    };
    int64_t window_ms = limiter == LIMIT_REPORTS ? 10000 : 1000;
    int64_t passed_ms = exchange->now_ms - sandbox->limits[limiter].since_ms;
    if (most[limiter] == 0)
        return true;
    if (passed_ms >= window_ms || passed_ms < 0) {
        sandbox->limits[limiter].since_ms = exchange->now_ms;
        sandbox->limits[limiter].count = 0;
    }
    if (++sandbox->limits[limiter].count <= most[limiter])
        return true;
    if (limiter == LIMIT_GROUP_LISTS) { /* D10: a useless code, and no word of when */
        if (sandbox->switches.pim_retry_after)
            answer_header(exchange, "Retry-After", "1");
        graph_error(exchange, 429, "UnknownError", "Too Many Requests");
    } else {
        graph_error_throttled(exchange, limiter == LIMIT_REPORTS ? "10" : NULL);
    }
    return false;
}

static bool is_graph(const struct exchange *exchange)
{
    return exchange->api == API_V1 || exchange->api == API_BETA;
}

/* What wants a token, and stands in the journal. */
static bool is_service(const struct exchange *exchange)
{
    return is_graph(exchange) || exchange->api == API_ARM;
}

static void no_route(struct exchange *exchange, bool other_method)
{
    const char *last = strrchr(exchange->path, '/');
    if (exchange->api == API_ARM)
        graph_error(exchange, other_method ? 405 : 404, "InvalidResourceType",
                    "The resource type could not be found in the namespace "
                    "'Microsoft.Authorization'.");
    else if (!is_graph(exchange))
        control_error(exchange, other_method ? 405 : 404,
                      other_method ? "this address does not do that" : "there is nothing here");
    else if (other_method)
        graph_error(exchange, 405, "Request_BadRequest",
                    "Specified HTTP method is not allowed for the request target.");
    else
        graph_error_segment(exchange, last + 1);
}

/* What the row says of who may call. */
static bool may_call(const struct exchange *exchange, const struct route *found)
{
    return graph_may(exchange, exchange->delegated ? found->delegated : found->needs) &&
           (!exchange->delegated || found->standing == ANY || standing_reads_pim(exchange));
}

static void route(struct sandbox *sandbox, struct exchange *exchange)
{
    bool other_method;
    const struct route *found = route_find(exchange, &other_method);
    if (!found)
        no_route(exchange, other_method);
    else if (is_service(exchange) && !may_call(exchange, found))
        graph_error_denied(exchange);
    else if (exchange->api == API_ARM && !arm_admit(sandbox, exchange))
        return; /* it has its answer */
    else if (found->limiter == NO_LIMIT || sandbox_within_limit(sandbox, exchange, found->limiter))
        found->answer(sandbox, exchange);
}

/* As many times as the fault wants; the first answer is the one that counts (G34). */
static void act(struct sandbox *sandbox, struct exchange *exchange)
{
    route(sandbox, exchange);
    if (!fault_is(exchange->fault, FAULT_TWICE, BEFORE_EFFECT) || exchange->status >= 400)
        return;
    json_t *first = take(exchange->json);
    int status = exchange->status;
    exchange->repeated = true;
    route(sandbox, exchange);
    json_decref(take(exchange->json));
    exchange->json = first;
    exchange->status = status;
}

void sandbox_answer_inner(struct sandbox *sandbox, struct exchange *exchange)
{
    bool watched = is_service(exchange) || exchange->api == API_LOGIN;
    if (!exchange->admitted && watched) /* a call inside a batch */
        exchange->fault = faults_take(sandbox->faults, exchange, INSIDE_BATCH);
    bool known = !is_service(exchange) || graph_identify(sandbox, exchange);
    if (!fault_answers(exchange) && known) {
        fault_prepare(exchange);
        act(sandbox, exchange);
        fault_change(sandbox, exchange);
    }
    if (is_graph(exchange))
        graph_finish(exchange);
    if (exchange->api == API_ARM)
        arm_finish(exchange);
    if (watched)
        journal_add(sandbox->journal, exchange, sandbox->switches.journal_answers);
}

void sandbox_answer_locked(struct sandbox *sandbox, struct exchange *exchange)
{
    exchange->now_ms = moment_now_ms();
    pim_settle(sandbox, exchange->now_ms);
    sandbox_answer_inner(sandbox, exchange);
}

void sandbox_answer(struct sandbox *sandbox, struct exchange *exchange)
{
    pthread_mutex_lock(&sandbox->lock);
    sandbox_answer_locked(sandbox, exchange);
    pthread_mutex_unlock(&sandbox->lock);
}

void sandbox_admit(struct sandbox *sandbox, struct exchange *exchange, bool head_only)
{
    if (exchange->api == API_CONTROL || exchange->api == API_PAGE || exchange->fault)
        return;
    pthread_mutex_lock(&sandbox->lock);
    exchange->now_ms = moment_now_ms();
    exchange->fault = faults_take(sandbox->faults, exchange, head_only ? AT_HEAD : AT_CALL);
    if (!exchange->fault && !head_only)
        exchange->fault = graph_batch_fault(sandbox, exchange);
    exchange->admitted = !head_only;
    if (head_only && exchange->fault) /* refused: it gets no further, but it was there */
        journal_add(sandbox->journal, exchange, false);
    pthread_mutex_unlock(&sandbox->lock);
}
