#include "serve.h"

#include "access/drift.h"
#include "access/house.h"
#include "access/in_force.h"
#include "access/worker.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"
#include "parts.h"
#include "policy_load.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How long calls in hand may take to be answered when the process is to end, and then what still
 * waited to be told that it is not. */
enum { STOP_MS = 8 * 1000, ANSWERED_MS = 2 * 1000, LOST = 3 };

static int wake_up = -1;
static atomic_bool lost;

static void wake_main(void *context)
{
    const uint64_t one = 1;
    (void)context;
    (void)!write(wake_up, &one, sizeof one);
}

static void on_committed(void *context, size_t count, const struct request_id requests[])
{
    struct parts *parts = context;
    (void)count, (void)requests;
    if (parts->access.worker)
        worker_wake(parts->access.worker);
}

/* After a failed fsync nothing that is on the disk can be relied on: end, and let the next start
 * read it afresh. */
static void on_lost(void *context)
{
    (void)context;
    atomic_store(&lost, true);
    log_line(LOG_ERROR, "store.lost", "{s:s}", "why", "the disk failed: the process ends");
    wake_main(NULL);
}

static enum fail record_start(struct turn *turn, void *data, struct reason *why)
{
    const struct parts *parts = data;
    const char *version = policy_version(turn->access->policy);
    json_auto_t *started =
        memory_needed(json_pack("{s:s, s:s}", "version", CURFEW_VERSION, "policy", version));
    enum fail fail =
        turn_record(turn, (struct event){.code = EVENT_SERVICE_STARTED, .detail = started}, why);
    if (!fail)
        fail = policy_record(turn, why);
    if (!fail && turn->access->safe_mode) {
        json_auto_t *detail = memory_needed(json_pack("{s:s}", "why", parts->safe_why.text));
        fail = turn_record(turn, (struct event){.code = EVENT_SAFE_MODE_ENTERED, .detail = detail},
                           why);
    }
    return fail;
}

static enum fail record_stop(struct turn *turn, void *data, struct reason *why)
{
    (void)data;
    return turn_record(turn, (struct event){.code = EVENT_SERVICE_STOPPED}, why);
}

static enum fail read_pem(const char *path, struct secret **ret, struct reason *why)
{
    return path ? secret_read(path, ret, why) : FAIL_NONE;
}

static enum fail open_web(struct parts *parts, struct reason *why)
{
    const struct settings *s = parts->settings;
    const struct web_options options = {
        .public_url = s->public_url,
        .proxies = s->proxies,
        .metrics_from = s->metrics_from,
        .anonymous_per_minute = s->anonymous_per_minute,
        .sign_ins_per_minute = s->sign_ins_per_minute,
        .calls_per_second = s->calls_per_second,
        .deadline_ms = s->request_deadline * 1000,
    };
    scoped(secret_scoped) struct secret *certificate = NULL, *key = NULL;
    enum fail fail = read_pem(s->tls_certificate_file, &certificate, why);
    if (!fail)
        fail = read_pem(s->tls_key_file, &key, why);
    if (fail)
        return fail;
    parts->web = web_new(&parts->access, &options);
    const struct server_options server = {
        .listen = s->listen,
        .certificate = certificate ? secret_text(certificate) : NULL,
        .key = key ? secret_text(key) : NULL,
        .connections = (unsigned)s->connections,
        .wake = wake_main,
    };
    return server_start(parts->web, &server, &parts->server, why);
}

static enum fail start(struct parts *parts, struct reason *why)
{
    const struct actor curfew = {.kind = ACTOR_CURFEW};
    parts->listener =
        (struct ledger_listener){.context = parts, .committed = on_committed, .lost = on_lost};
    enum fail fail = policy_load(parts, why);
    if (!fail)
        fail = parts_store(parts, why);
    if (!fail)
        fail = parts_outside(parts, why);
    if (!fail)
        fail = act_now(&parts->access, &curfew, record_start, parts, why);
    if (!fail)
        fail = house_begin(&parts->access, why);
    if (!fail)
        fail = drift_begin(&parts->access, why);
    if (!fail)
        fail = worker_start(parts->access.worker, why);
    return fail ? fail : open_web(parts, why);
}

/* Whether the process is to end; HUP has the policy read again. */
static bool take_signal(struct parts *parts, int signals)
{
    struct signalfd_siginfo taken;
    if (read(signals, &taken, sizeof taken) != (ssize_t)sizeof taken)
        return false;
    if (taken.ssi_signo == SIGHUP)
        policy_reload(parts);
    return taken.ssi_signo != SIGHUP;
}

/* Waits for TERM or INT, and cuts connections that take too long. */
static void wait_for_end(struct parts *parts, int signals)
{
    struct pollfd watched[] = {{.fd = signals, .events = POLLIN},
                               {.fd = wake_up, .events = POLLIN}};
    while (!atomic_load(&lost)) {
        int64_t next = server_reap(parts->server), now = moment_ticks_ms();
        int timeout = next == INT64_MAX    ? -1
                      : next - now > 60000 ? 60000
                      : next > now         ? (int)(next - now)
                                           : 0;
        uint64_t count;
        if (poll(watched, 2, timeout) < 0)
            continue;
        if (watched[1].revents)
            (void)!read(wake_up, &count, sizeof count);
        if (watched[0].revents && take_signal(parts, signals))
            return;
    }
}

static void stop(struct parts *parts)
{
    const struct actor curfew = {.kind = ACTOR_CURFEW};
    struct reason why = {0};
    server_drain(parts->server, STOP_MS);
    worker_stop(parts->access.worker);
    server_stop(parts->server, ANSWERED_MS);
    enum fail fail = act_now(&parts->access, &curfew, record_stop, NULL, &why);
    writer_stop(parts->access.writer);
    if (!fail)
        fail = ledger_sync(parts->access.ledger, &why);
    log_line(fail ? LOG_ERROR : LOG_INFO, "service.stopped", "{s:s}", "why", why.text);
}

static void log_started(struct parts *parts)
{
    struct access own;
    access_begin(&parts->access, &own);
    log_line(own.safe_mode ? LOG_ERROR : LOG_INFO, "service.started", "{s:s, s:i, s:s, s:b, s:s}",
             "listen", parts->settings->listen, "port", server_port(parts->server), "policy",
             policy_version(own.policy), "safe_mode", own.safe_mode, "why", parts->safe_why.text);
    access_end(&own);
}

enum fail serve(const struct settings *settings, int *code, struct reason *why)
{
    sigset_t mask;
    struct parts parts = {.settings = settings};
    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGTERM);
    (void)sigaddset(&mask, SIGINT);
    (void)sigaddset(&mask, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &mask,
                          NULL); /* before any thread begins: only this one hears them */
    int signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    wake_up = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum fail fail = start(&parts, why);
    if (!fail) {
        log_started(&parts);
        wait_for_end(&parts, signals);
        stop(&parts);
        *code = atomic_load(&lost) ? LOST : 0;
    }
    parts_free(&parts);
    (void)close(signals);
    (void)close(wake_up);
    return fail;
}
