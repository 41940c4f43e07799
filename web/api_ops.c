/* /healthz, /readyz, /metrics: for machines that watch this one. No names of people or roles in any
 * of them. */
#include "access/in_force.h"
#include "base/memory.h"
#include "base/moment.h"
#include "outbound/throttle.h"
#include "store/events.h"
#include "store/watch.h"
#include "web/handlers.h"
#include "web/web.h"

#include <string.h>

enum next get_health(struct visit *visit)
{
    return visit_json(visit, 200, memory_needed(json_pack("{s:s}", "status", "alive")));
}

enum next get_ready(struct visit *visit)
{
    struct stored_head head;
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail = store_head(store, visit->arena, &head, &visit->why);
    if (fail)
        return visit_fail(visit, fail);
    if (visit->access->safe_mode)
        return visit_fail(visit, FAIL_UNAVAILABLE);
    return visit_json(visit, 200, memory_needed(json_pack("{s:s}", "status", "ready")));
}

static void gauge(struct text *out, const char *name, const char *help)
{
    text_addf(out, "# TYPE %s gauge\n# HELP %s %s\n", name, name, help);
}

/* Rows of (label, number) under one name. */
static enum fail add_counts(struct visit *visit, struct text *out, struct store *store,
                            enum query query, const char *name, const char *label)
{
    struct rows rows = sql_ask_values(store->sql, query, 0, NULL);
    while (rows_next(&rows))
        text_addf(out, "%s{%s=\"%s\"} %lld\n", name, label, rows_text(&rows, 0),
                  (long long)rows_number(&rows, 1, 0));
    return rows_end(&rows, &visit->why);
}

static enum fail add_jobs(struct visit *visit, struct text *out, struct store *store)
{
    int64_t oldest = visit->now;
    gauge(out, "curfew_jobs", "Jobs that wait, by kind.");
    struct rows rows = sql_ask_values(store->sql, SQL_JOBS_COUNT, 0, NULL);
    while (rows_next(&rows)) {
        text_addf(out, "curfew_jobs{kind=\"%s\"} %lld\n", rows_text(&rows, 0),
                  (long long)rows_number(&rows, 1, 0));
        oldest = rows_number(&rows, 2, oldest) < oldest ? rows_number(&rows, 2, oldest) : oldest;
    }
    gauge(out, "curfew_job_lag_seconds", "How long the job that is due longest has waited.");
    text_addf(out, "curfew_job_lag_seconds %lld\n", (long long)(visit->now - oldest));
    return rows_end(&rows, &visit->why);
}

/* How old the oldest reading of a target is, and what is found and not gone. */
static enum fail add_watch(struct visit *visit, struct text *out, struct store *store)
{
    int64_t oldest = visit->now;
    gauge(out, "curfew_drift_lag_seconds",
          "How long ago the target was read that was read longest ago.");
    enum fail fail = store_watch_oldest(store, visit->now, &oldest, &visit->why);
    text_addf(out, "curfew_drift_lag_seconds %lld\n",
              (long long)(visit->now > oldest ? visit->now - oldest : 0));
    gauge(out, "curfew_drift_findings", "What the watch found that is not gone, by kind.");
    return fail
               ? fail
               : add_counts(visit, out, store, SQL_FINDINGS_COUNT, "curfew_drift_findings", "kind");
}

static void add_service(struct visit *visit, struct text *out)
{
    static const char *const names[SERVICE_COUNT] = {"login",  "directory", "pim",     "risk",
                                                     "intune", "policy",    "reports", "mail",
                                                     "arm",    "ticket"};
    int64_t skew = 0;
    gauge(out, "curfew_service_rests_seconds",
          "How long each service of Microsoft is left alone because it throttles or fails.");
    for (int i = 0; i < SERVICE_COUNT; i++) {
        int64_t until = directory_rests_until(visit->access->directory, i) - moment_ticks_ms();
        text_addf(out, "curfew_service_rests_seconds{service=\"%s\"} %lld\n", names[i],
                  (long long)(until > 0 ? (until + 999) / 1000 : 0));
    }
    if (directory_skew(visit->access->directory, &skew)) {
        gauge(out, "curfew_directory_skew_seconds", "The directory's clock minus ours.");
        text_addf(out, "curfew_directory_skew_seconds %lld\n", (long long)skew);
    }
}

enum next get_metrics(struct visit *visit)
{
    struct stored_head head = {0};
    struct text out = TEXT_LIMIT(256 * 1024);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail = store_head(store, visit->arena, &head, &visit->why);
    gauge(&out, "curfew_safe_mode",
          "1: the store is older than what was recorded, nothing is granted.");
    text_addf(&out, "curfew_safe_mode %d\n", visit->access->safe_mode);
    gauge(&out, "curfew_policy_info", "The version of the policy in force.");
    text_addf(&out, "curfew_policy_info{version=\"%s\"} 1\n",
              policy_version(visit->access->policy));
    gauge(&out, "curfew_policy_refused",
          "1: what stands in the folder has mistakes, and the version before is in force.");
    text_addf(&out, "curfew_policy_refused %d\n", in_force_refused(visit->access->in_force));
    text_add(&out, "# TYPE curfew_events counter\n# HELP curfew_events Events in the audit log.\n");
    text_addf(&out, "curfew_events_total %lld\n", (long long)head.size);
    text_add(&out, "# TYPE curfew_http_answers counter\n"
                   "# HELP curfew_http_answers Answers by the first digit of their status.\n");
    for (int i = 1; i < 6; i++)
        text_addf(&out, "curfew_http_answers_total{class=\"%dxx\"} %lld\n", i,
                  (long long)atomic_load(&visit->web->answers[i]));
    gauge(&out, "curfew_requests", "Requests by state.");
    if (!fail)
        fail = add_counts(visit, &out, store, SQL_REQUESTS_COUNT, "curfew_requests", "state");
    gauge(&out, "curfew_grants", "Grants that are not over, by state.");
    if (!fail)
        fail = add_counts(visit, &out, store, SQL_GRANTS_COUNT, "curfew_grants", "state");
    gauge(&out, "curfew_messages", "Messages by state.");
    if (!fail)
        fail = add_counts(visit, &out, store, SQL_MESSAGES_COUNT, "curfew_messages", "state");
    if (!fail)
        fail = add_jobs(visit, &out, store);
    if (!fail)
        fail = add_watch(visit, &out, store);
    add_service(visit, &out);
    text_add(&out, "# EOF\n");
    if (!fail) {
        visit->reply.status = 200;
        visit->reply.type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        visit->reply.length = out.length;
        visit->reply.body = arena_copy_bytes(visit->arena, text_of(&out), out.length);
    }
    text_scoped(&out);
    return fail ? visit_fail(visit, fail) : NEXT_REPLY;
}
