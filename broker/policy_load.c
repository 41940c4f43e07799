#include "policy_load.h"

#include "access/alarms.h"
#include "access/drift.h"
#include "access/in_force.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/requests.h"
#include "store/watch.h"

#include <stdlib.h>

/* The alarm of a version that was refused, as the watch keeps what it found. */
static const char *const alarm_target = "policy", *const alarm_kind = "policy_refused";

/* What only settings can tell. */
static void check_here(const struct settings *settings, const struct policy *policy,
                       struct complaints *complaints)
{
    if (!text_equals(settings->api_token, "none"))
        return;
    for (size_t i = 0; i < policy_role_count(policy); i++) {
        const struct role *role = policy_role(policy, i);
        if (role->has_activation && activation_is_personal(role->activation))
            complain(complaints, arena_text(complaints->arena, "roles.%s.activation", role->id),
                     "`%s` needs `entra.api_token` = `v1`", activation_text(role->activation));
    }
}

static enum fail read_folder(const struct settings *settings, struct policy **ret,
                             struct complaints *complaints, struct reason *why)
{
    scoped(policy_scoped) struct policy *policy = NULL;
    enum fail fail = policy_read(settings->policies, &policy, complaints, why);
    if (fail)
        return fail;
    const struct required all = policy_requires(policy, complaints->arena);
    check_here(settings, policy, complaints);
    if (complaints->count)
        return because(why, FAIL_INVALID, "%s", complaints_text(complaints));
    if (policy_watches_risk(policy) && !parts_cloud_knows_risk(settings))
        log_line(LOG_WARNING, "policy.risk_unknowable", "{s:s}", "why",
                 "a rule demands user_risk, which this cloud cannot tell: it lets nobody in");
    if (parts_waits_too_little(settings, &all))
        log_line(LOG_WARNING, "policy.log_is_slow", "{s:s}", "why",
                 "a rule looks at the log of sign-ins, which is up to a quarter of an hour behind: "
                 "set limits.check_within to PT15M or more, or who just signed in may be refused");
    *ret = take(policy);
    return FAIL_NONE;
}

enum fail policy_load(struct parts *parts, struct reason *why)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct complaints complaints = {.arena = arena};
    struct policy *policy = NULL;
    enum fail fail = read_folder(parts->settings, &policy, &complaints, why);
    for (size_t i = 0; fail && i < complaints_kept(&complaints); i++)
        (void)fprintf(stderr, "%s: %s\n", complaints.list[i].field, complaints.list[i].says);
    if (!fail)
        parts->access.in_force = in_force_new(policy);
    return fail;
}

/* One that was refused before is mended, or forgotten. */
static enum fail clear_alarm(struct turn *turn, struct reason *why)
{
    size_t count = 0;
    struct stored_finding *findings = NULL;
    enum fail fail = store_findings(turn->store, alarm_target, turn->arena, &count, &findings, why);
    for (size_t i = 0; !fail && i < count; i++)
        fail = store_finding_clear(turn->store, &findings[i].id, turn->now, why);
    return fail;
}

static enum fail save(struct turn *turn, const struct policy *policy, bool *fresh,
                      struct reason *why)
{
    enum fail fail = clear_alarm(turn, why);
    return fail ? fail
                : store_policy_save(turn->store, policy_version(policy), policy_text(policy),
                                    turn->now, fresh, why);
}

static enum fail record_loaded(struct turn *turn, const struct policy *policy, const char *before,
                               struct reason *why)
{
    json_auto_t *detail =
        memory_needed(json_pack("{s:s, s:s*}", "policy", policy_version(policy), "before", before));
    return turn_record(turn, (struct event){.code = EVENT_POLICY_LOADED, .detail = detail}, why);
}

enum fail policy_record(struct turn *turn, struct reason *why)
{
    bool fresh = false;
    enum fail fail = save(turn, turn->access->policy, &fresh, why);
    return fail || !fresh ? fail : record_loaded(turn, turn->access->policy, NULL, why);
}

struct reload {
    struct policy *next, *before; /* `before`: NULL until `next` is in force */
};

/* In force from within the change, so that whatever is recorded after it goes by it. */
static enum fail apply_next(struct turn *turn, void *data, struct reason *why)
{
    struct reload *reload = data;
    bool fresh = false;
    enum fail fail = save(turn, reload->next, &fresh, why);
    if (!fail)
        fail = record_loaded(turn, reload->next, policy_version(turn->access->policy), why);
    if (!fail)
        reload->before = in_force_put(turn->access->in_force, reload->next);
    return fail;
}

static enum fail apply_same(struct turn *turn, void *data, struct reason *why)
{
    (void)data;
    return clear_alarm(turn, why);
}

struct refused {
    const char *first;
    size_t mistakes;
};

static enum fail apply_refused(struct turn *turn, void *data, struct reason *why)
{
    const struct refused *refused = data;
    struct stored_finding finding = {
        .target = alarm_target, .kind = alarm_kind, .about = "", .opened_at = turn->now};
    bool fresh = false;
    json_auto_t *detail = memory_needed(json_pack(
        "{s:I, s:s}", "mistakes", (json_int_t)refused->mistakes, "first", refused->first));
    json_auto_t *kept = memory_needed(json_pack("{s:s, s:O}", "code", alarm_kind, "args", detail));
    char *text = json_canonical(kept);
    finding.detail = arena_copy(turn->arena, text);
    free(text);
    id_new(turn->now_ms, finding.id.text);
    enum fail fail =
        turn_record(turn, (struct event){.code = EVENT_POLICY_REFUSED, .detail = detail}, why);
    if (!fail)
        fail = clear_alarm(turn, why); /* each try is told of: its mistakes are other ones */
    if (!fail)
        fail = store_finding_add(turn->store, &finding, &fresh, why);
    return fail ? fail : alarm_put(turn, why);
}

static void refuse(struct parts *parts, const struct complaints *complaints,
                   const struct reason *reason)
{
    const struct actor curfew = {.kind = ACTOR_CURFEW};
    struct reason why = {0};
    struct refused refused = {.first = reason->text, .mistakes = complaints->count};
    log_line(LOG_ERROR, "policy.refused", "{s:s, s:I}", "why", reason->text, "mistakes",
             (json_int_t)complaints->count);
    for (size_t i = 0; i < complaints_kept(complaints); i++)
        log_line(LOG_ERROR, "policy.mistake", "{s:s, s:s}", "place", complaints->list[i].field,
                 "says", complaints->list[i].says);
    in_force_note_refused(parts->access.in_force, true);
    if (act_now(&parts->access, &curfew, apply_refused, &refused, &why))
        log_line(LOG_ERROR, "policy.unrecorded", "{s:s}", "why", why.text);
}

static bool is_in_force(struct parts *parts, const struct policy *policy)
{
    struct access own;
    access_begin(&parts->access, &own);
    bool same = text_equals(policy_version(own.policy), policy_version(policy));
    access_end(&own);
    return same;
}

/* Takes `next` over. */
static void put(struct parts *parts, struct policy *next)
{
    const struct actor curfew = {.kind = ACTOR_CURFEW};
    struct reload reload = {.next = next};
    struct reason why = {0};
    bool same = is_in_force(parts, next);
    enum fail fail =
        act_now(&parts->access, &curfew, same ? apply_same : apply_next, &reload, &why);
    struct policy *out = next; /* what is not in force after all of this */
    if (reload.before)         /* what could not be recorded does not stay in force */
        out = fail ? in_force_put(parts->access.in_force, reload.before) : reload.before;
    if (fail) {
        log_line(LOG_ERROR, "policy.unrecorded", "{s:s}", "why", why.text);
    } else {
        in_force_note_refused(parts->access.in_force, false);
        log_line(LOG_INFO, "policy.loaded", "{s:s, s:b}", "policy", policy_version(reload.next),
                 "same", same);
    }
    policy_free(out);
    if (!fail && !same && drift_begin(&parts->access, &why)) /* new targets are watched as well */
        log_line(LOG_ERROR, "policy.unwatched", "{s:s}", "why", why.text);
}

void policy_reload(struct parts *parts)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct complaints complaints = {.arena = arena};
    struct policy *next = NULL;
    struct reason why = {0};
    if (read_folder(parts->settings, &next, &complaints, &why))
        refuse(parts, &complaints, &why);
    else
        put(parts, next);
}
