/* What a reading found, written down: each finding with its event, once, until readings do not show
   it any more. */
#include "access/drift_seen.h"

#include "access/alarms.h"
#include "access/moves.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/jobs.h"
#include "store/people.h"

#include <stdlib.h>
#include <string.h>

static const enum event_code codes[DRIFT_KIND_COUNT] = {
    [DRIFT_UNEXPLAINED] = EVENT_DRIFT_UNEXPLAINED,
    [DRIFT_PERMANENT] = EVENT_DRIFT_PERMANENT,
    [DRIFT_LATE] = EVENT_DRIFT_LATE,
    [DRIFT_MISSING] = EVENT_DRIFT_MISSING,
    [DRIFT_LAST_OWNER] = EVENT_DRIFT_LAST_OWNER,
    [DRIFT_WEAKER] = EVENT_DRIFT_WEAKER,
};

/* A finding with what its event is about; each of these may be NULL. */
struct told {
    const struct person_key *subject;
    const struct grant_id *grant;
    const struct request_id *request;
    const char *role;
};

static json_t *detail_of(const struct stored_finding *finding)
{
    json_t *detail = memory_needed(
        json_pack("{s:s, s:s}", "target", finding->target, "finding", finding->id.text));
    json_auto_t *more = json_loads(finding->detail, 0, NULL);
    (void)json_object_update(detail, more);
    return detail;
}

/* Takes it down, and says so, unless it is open already. */
static enum fail open_finding(struct turn *turn, enum drift_kind kind, const char *target,
                              const char *about, const char *detail, const struct told *told,
                              struct reason *why)
{
    bool fresh = false;
    struct stored_finding finding = {.target = target,
                                     .kind = drift_kind_text(kind),
                                     .about = about,
                                     .detail = detail,
                                     .opened_at = turn->now};
    id_new(turn->now_ms, finding.id.text);
    enum fail fail = store_finding_add(turn->store, &finding, &fresh, why);
    if (fail || !fresh)
        return fail;
    json_auto_t *all = detail_of(&finding);
    fail = turn_record(turn,
                       (struct event){.code = codes[kind],
                                      .subject = told->subject,
                                      .request = told->request,
                                      .grant = told->grant,
                                      .role = told->role,
                                      .detail = all},
                       why);
    return fail ? fail : alarm_put(turn, why);
}

static enum fail clear_finding(struct turn *turn, const struct stored_finding *finding,
                               const char *role, const char *because_of, struct reason *why)
{
    enum fail fail = store_finding_clear(turn->store, &finding->id, turn->now, why);
    json_auto_t *detail = memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s, s:s}", "target", finding->target, "finding", finding->id.text, "kind",
        finding->kind, "about", finding->about, "why", because_of));
    return fail ? fail
                : turn_record(
                      turn,
                      (struct event){.code = EVENT_DRIFT_CLEARED, .role = role, .detail = detail},
                      why);
}

/* One reading of a replica that lags proves nothing: it is over when readings over long enough do
   not show it. */
static enum fail miss_finding(struct turn *turn, const struct drift_seen *seen,
                              const struct stored_finding *finding, struct reason *why)
{
    if (finding->absent_at < 0)
        return store_finding_absent(turn->store, &finding->id, seen->read_at, why);
    return seen->read_at - finding->absent_at < DRIFT_LAG_SECONDS
               ? FAIL_NONE
               : clear_finding(turn, finding, seen->role->id, "gone", why);
}

static bool is_it(const struct stored_finding *stored, const struct drift_finding *finding)
{
    return text_equals(stored->kind, drift_kind_text(finding->kind)) &&
           text_equals(stored->about, finding->about);
}

static enum fail save_who(struct turn *turn, const struct drift_who *who,
                          const struct person_key *key, struct reason *why)
{
    const struct person person = {.key = *key, .name = who->name, .mail = who->mail};
    return store_person_save(turn->store, &person, turn->now, why);
}

static enum fail apply_finding(struct turn *turn, const struct drift_seen *seen, size_t i,
                               size_t count, const struct stored_finding open[], struct reason *why)
{
    const struct drift_finding *finding = &seen->found.list[i];
    const struct drift_who *who = &seen->who[i];
    const struct stored_held *held = finding->held ? finding->held : finding->open;
    struct person_key key;
    for (size_t k = 0; k < count; k++)
        if (is_it(&open[k], finding))
            return open[k].absent_at < 0 ? FAIL_NONE
                                         : store_finding_absent(turn->store, &open[k].id, -1, why);
    bool person = text_equals(who->type, "person") &&
                  person_key_read(turn->access->options.tenant_id, finding->about, &key);
    enum fail fail = person ? save_who(turn, who, &key, why) : FAIL_NONE;
    const struct told told = {.subject = person ? &key : NULL,
                              .grant = held ? &held->grant : NULL,
                              .request = held ? &held->request : NULL,
                              .role = seen->role->id};
    return fail ? fail
                : open_finding(turn, finding->kind, seen->watch.target, finding->about,
                               seen->details[i], &told, why);
}

static enum fail apply_rules(struct turn *turn, const struct drift_seen *seen, struct reason *why)
{
    if (!seen->watch.rules || text_equals(seen->watch.rules, seen->rules))
        return FAIL_NONE;
    json_auto_t *detail =
        memory_needed(json_pack("{s:s, s:o, s:o}", "target", seen->watch.target, "before",
                                json_loads(seen->watch.rules, JSON_DECODE_ANY, NULL), "after",
                                json_loads(seen->rules, JSON_DECODE_ANY, NULL)));
    return turn_record(turn,
                       (struct event){.code = EVENT_DRIFT_POLICY_CHANGED,
                                      .role = seen->role->id,
                                      .detail = detail},
                       why);
}

static enum fail save_reading(struct turn *turn, const struct drift_seen *seen, struct reason *why)
{
    json_auto_t *emergency = memory_needed(json_array());
    for (size_t i = 0; i < seen->found.emergency_count; i++)
        (void)json_array_append_new(emergency, json_string(seen->found.emergency[i]));
    char *text = json_canonical(emergency);
    struct stored_watch watch = seen->watch;
    watch.read_at = seen->read_at;
    watch.rules = seen->rules;
    watch.emergency = arena_copy(turn->arena, text);
    free(text);
    enum fail fail = store_watch_save(turn->store, &watch, why);
    return fail ? fail
                : turn_job(turn, job_watch, watch.id.text, RANK_WATCH,
                           watch.read_at + drift_period(turn->access), why);
}

enum fail drift_apply(struct turn *turn, void *data, struct reason *why)
{
    const struct drift_seen *seen = data;
    size_t count = 0;
    struct stored_finding *open = NULL;
    enum fail fail =
        store_findings(turn->store, seen->watch.target, turn->arena, &count, &open, why);
    for (size_t i = 0; !fail && i < seen->found.count; i++)
        fail = apply_finding(turn, seen, i, count, open, why);
    for (size_t k = 0; !fail && k < count; k++) {
        bool there = false;
        for (size_t i = 0; i < seen->found.count && !there; i++)
            there = is_it(&open[k], &seen->found.list[i]);
        if (!there)
            fail = miss_finding(turn, seen, &open[k], why);
    }
    if (!fail)
        fail = apply_rules(turn, seen, why);
    return fail ? fail : save_reading(turn, seen, why);
}

enum fail drift_apply_gone(struct turn *turn, void *data, struct reason *why)
{
    const struct drift_seen *seen = data;
    size_t count = 0;
    struct stored_finding *open = NULL;
    enum fail fail = store_job_end(turn->store, job_watch, seen->watch.id.text, why);
    if (!fail && seen->watch.target)
        fail = store_findings(turn->store, seen->watch.target, turn->arena, &count, &open, why);
    for (size_t i = 0; !fail && i < count; i++)
        fail = clear_finding(turn, &open[i], NULL, "not_watched", why);
    return fail ? fail : store_watch_end(turn->store, &seen->watch.id, why);
}

enum fail drift_missing(struct turn *turn, const struct stored_grant *grant, struct reason *why)
{
    struct person person = {0};
    struct reason ignored = {0};
    const struct role *role = drift_role(turn->access, grant->target, turn->arena);
    if (!role) /* not watched: nothing would clear it */
        return FAIL_NONE;
    (void)store_person(turn->store, &grant->holder, turn->arena, &person, &ignored);
    const char *name = person.name ? person.name : grant->holder.oid;
    json_auto_t *detail = memory_needed(
        json_pack("{s:s, s:{s:s}, s:s, s:s, s:s?}", "code", "drift_missing", "args", "who", name,
                  "principal", grant->holder.oid, "type", "person", "name", person.name));
    const struct told told = {.subject = &grant->holder,
                              .grant = &grant->id,
                              .request = &grant->request,
                              .role = role->id};
    char *text = json_canonical(detail);
    const char *kept = arena_copy(turn->arena, text);
    free(text);
    return open_finding(turn, DRIFT_MISSING, grant->target, grant->holder.oid, kept, &told, why);
}
