#include "access/recheck.h"

#include "access/caller.h"
#include "access/findings.h"
#include "access/grants.h"
#include "access/messages.h"
#include "access/tell.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/doubts.h"
#include "store/events.h"
#include "store/jobs.h"

#include <stdlib.h>
#include <string.h>

/* READ_AGE_MS: younger than any watch is repeated, so that no reading counts twice. What cannot be
   read for UNREAD_SECONDS, or for as long as it might have been bad, is an alarm. */
enum { READ_AGE_MS = 30 * 1000, UNREAD_SECONDS = 10 * 60 };

/* A grant as a step found it. */
struct recheck {
    struct stored_grant grant;
    struct stored_request request;
    struct demands demands;
    struct sign_in sign_in; /* with the device that it was started from */
    struct reading_of readings[WATCH_CHECKS];
    int64_t due_at;
    /* Inside the change: */
    size_t doubt_count;
    struct stored_doubt *doubts;
};

struct reading_of recheck_read(const struct evidence_list *list, struct arena *arena)
{
    bool waits = false;
    enum verdict verdict = evidence_verdict(list, &waits);
    if (verdict == VERDICT_PASS)
        return (struct reading_of){.sight = READING_GOOD};
    const struct evidence *first = evidence_first(list, verdict);
    json_auto_t *packed = evidence_pack(list);
    char *text = json_canonical(json_array_get(packed, (size_t)(first - list->items)));
    struct reading_of reading = {
        .sight = verdict == VERDICT_UNKNOWN && waits ? READING_NONE : READING_BAD,
        .code = arena_copy(arena, first->code),
        .piece = arena_copy(arena, text),
    };
    free(text);
    return reading;
}

enum fail recheck_begin(struct turn *turn, const struct stored_grant *grant, struct reason *why)
{
    struct stored_request request;
    struct demands demands;
    enum fail fail = store_request(turn->store, &grant->request, turn->arena, &request, why);
    if (fail || !findings_kept_demands(&request, turn->arena, &demands) ||
        demands.watch.every_seconds == INT64_MAX)
        return fail;
    return turn_job(turn, job_recheck, grant->id.text, RANK_WATCH,
                    turn->now + demands.watch.every_seconds, why);
}

/* The words of what was found, for an event. */
static json_t *detail_of(enum watch_check check, const struct reading_of *reading)
{
    json_auto_t *piece = json_loads(reading->piece, 0, NULL);
    return memory_needed(json_pack("{s:s, s:s, s:O*}", "check", watch_check_text(check), "code",
                                   reading->code, "evidence", piece));
}

enum fail recheck_revoke(struct turn *turn, struct stored_grant *grant, enum watch_check check,
                         const struct reading_of *reading, struct reason *why)
{
    json_auto_t *detail = detail_of(check, reading);
    struct stored_doubt doubt = {.subject = grant->id.text,
                                 .check = watch_check_text(check),
                                 .since = turn->now,
                                 .piece = reading->piece,
                                 .revokes_at = turn->now,
                                 .revoked = true};
    id_new(turn->now_ms, doubt.id.text);
    enum fail fail = store_doubt_save(turn->store, &doubt, why);
    return fail ? fail : grant_revoke_access(turn, grant, detail, why);
}

static const struct stored_doubt *find_doubt(const struct recheck *recheck, const char *check)
{
    for (size_t i = 0; i < recheck->doubt_count; i++)
        if (text_equals(recheck->doubts[i].check, check))
            return &recheck->doubts[i];
    return NULL;
}

static void soon(struct recheck *recheck, int64_t moment, int64_t now)
{
    if (moment > now && moment < recheck->due_at)
        recheck->due_at = moment;
}

static enum fail alarm_once(struct turn *turn, const struct stored_grant *grant, const char *alarm,
                            struct reason *why)
{
    bool raised = false;
    json_auto_t *detail = memory_needed(json_pack("{s:s}", "alarm", alarm));
    enum fail fail =
        store_alarm_raised(turn->store, grant->request.text, grant->id.text, alarm, &raised, why);
    return fail || raised ? fail : tell_grant(turn, grant, EVENT_ALARM, detail, why);
}

static int64_t later(int64_t since, int64_t seconds)
{
    return seconds == INT64_MAX ? INT64_MAX : since + seconds;
}

/* The first of a row: the holder is warned. */
static enum fail warn(struct turn *turn, struct recheck *recheck, enum watch_check check,
                      struct reason *why)
{
    const struct stored_grant *grant = &recheck->grant;
    const struct reading_of *reading = &recheck->readings[check];
    int64_t revokes_at = later(turn->now, recheck->demands.watch.checks[check].revoke_seconds);
    json_auto_t *detail = detail_of(check, reading);
    char text[21];
    struct stored_doubt doubt = {.subject = grant->id.text,
                                 .check = watch_check_text(check),
                                 .since = turn->now,
                                 .piece = reading->piece,
                                 .revokes_at = revokes_at == INT64_MAX ? -1 : revokes_at};
    id_new(turn->now_ms, doubt.id.text);
    if (doubt.revokes_at >= 0) {
        moment_text(doubt.revokes_at, text);
        (void)json_object_set_new(detail, "revokes_at", json_string(text));
    }
    enum fail fail = store_doubt_save(turn->store, &doubt, why);
    if (!fail)
        fail = tell_grant(turn, grant, EVENT_WATCH_WARNED, detail, why);
    if (!fail)
        fail = message_about(turn, MESSAGE_WARNED, grant, doubt.id.text, &grant->holder, why);
    return fail ? fail : tell_begin(turn, grant, TELL_WARNED, why);
}

static enum fail apply_bad(struct turn *turn, struct recheck *recheck, enum watch_check check,
                           struct reason *why)
{
    const char *name = watch_check_text(check);
    const struct stored_doubt *old = find_doubt(recheck, name);
    const struct reading_of *reading = &recheck->readings[check];
    int64_t since = old ? old->since : turn->now;
    int64_t alarm_at = later(since, recheck->demands.watch.checks[check].warn_seconds);
    int64_t revoke_at = later(since, recheck->demands.watch.checks[check].revoke_seconds);
    soon(recheck, alarm_at, turn->now);
    soon(recheck, revoke_at, turn->now);
    if (!old)
        return warn(turn, recheck, check, why);
    if (turn->now >= revoke_at)
        return recheck_revoke(turn, &recheck->grant, check, reading, why);
    struct stored_doubt doubt = *old;
    doubt.piece = reading->piece;
    enum fail fail = store_doubt_save(turn->store, &doubt, why);
    return fail || turn->now < alarm_at
               ? fail
               : alarm_once(turn, &recheck->grant, arena_text(turn->arena, "watch_%s", name), why);
}

/* Nobody answers: that ends no row, and makes none. */
static enum fail apply_unread(struct turn *turn, struct recheck *recheck, enum watch_check check,
                              const char *unread, struct reason *why)
{
    const struct stored_doubt *old = find_doubt(recheck, unread);
    struct stored_doubt doubt = {.subject = recheck->grant.id.text,
                                 .check = unread,
                                 .since = old ? old->since : turn->now,
                                 .piece = recheck->readings[check].piece,
                                 .revokes_at = -1};
    id_new(turn->now_ms, doubt.id.text);
    enum fail fail = store_doubt_save(turn->store, &doubt, why);
    return fail || turn->now - doubt.since < UNREAD_SECONDS
               ? fail
               : alarm_once(turn, &recheck->grant, "watch_unread", why);
}

static enum fail apply_good(struct turn *turn, struct recheck *recheck, enum watch_check check,
                            struct reason *why)
{
    const char *name = watch_check_text(check);
    if (!find_doubt(recheck, name))
        return FAIL_NONE;
    json_auto_t *detail = memory_needed(json_pack("{s:s}", "check", name));
    enum fail fail = store_doubt_end(turn->store, recheck->grant.id.text, name, why);
    return fail ? fail : tell_grant(turn, &recheck->grant, EVENT_WATCH_RECOVERED, detail, why);
}

static enum fail apply_reading(struct turn *turn, struct recheck *recheck, enum watch_check check,
                               struct reason *why)
{
    const char *unread = arena_text(turn->arena, "%s_unread", watch_check_text(check));
    if (recheck->readings[check].sight == READING_NONE)
        return apply_unread(turn, recheck, check, unread, why);
    enum fail fail = find_doubt(recheck, unread)
                         ? store_doubt_end(turn->store, recheck->grant.id.text, unread, why)
                         : FAIL_NONE;
    if (fail)
        return fail;
    return recheck->readings[check].sight == READING_BAD ? apply_bad(turn, recheck, check, why)
                                                         : apply_good(turn, recheck, check, why);
}

static enum fail apply_looked(struct turn *turn, void *data, struct reason *why)
{
    struct recheck *recheck = data;
    const char *id = recheck->grant.id.text;
    enum fail fail =
        store_grant(turn->store, &recheck->grant.id, turn->arena, &recheck->grant, why);
    if (!fail && recheck->grant.state != GRANT_ACTIVE)
        return store_job_end(turn->store, job_recheck, id, why);
    if (!fail)
        fail = store_doubts(turn->store, id, turn->arena, &recheck->doubt_count, &recheck->doubts,
                            why);
    recheck->due_at = turn->now + recheck->demands.watch.every_seconds;
    for (size_t i = 0; !fail && i < WATCH_CHECKS && recheck->grant.state == GRANT_ACTIVE; i++)
        if (recheck->readings[i].code || recheck->readings[i].sight == READING_GOOD)
            fail = apply_reading(turn, recheck, (enum watch_check)i, why);
    if (fail)
        return fail;
    return recheck->grant.state == GRANT_ACTIVE
               ? turn_job(turn, job_recheck, id, RANK_WATCH, recheck->due_at, why)
               : store_job_end(turn->store, job_recheck, id, why);
}

static enum fail forget(struct turn *turn, void *data, struct reason *why)
{
    return store_job_end(turn->store, job_recheck, ((struct recheck *)data)->grant.id.text, why);
}

static const struct fact *ask(struct task *task, enum fact_kind kind, const char *subject)
{
    const struct question question = {.kind = kind, .subject = subject};
    return task_fact(task, &question, READ_AGE_MS);
}

static void keep(struct recheck *recheck, enum watch_check check, struct evidence_list *list,
                 struct arena *arena)
{
    recheck->readings[check] = recheck_read(list, arena);
    evidence_scoped(list);
    *list = (struct evidence_list){0};
}

/* Which rules let them have it now. False: it is waited for. */
static bool look_at_membership(struct task *task, struct recheck *recheck,
                               struct findings *findings, struct evidence_list *list)
{
    const struct policy *policy = task_policy_of(task, recheck->request.policy_version);
    const struct role *roles[REQUEST_ROLES];
    const char *const *groups = NULL;
    size_t group_count = policy ? policy_groups(policy, &groups) : 0;
    struct demands now;
    const struct fact *in = findings_memberships(task, group_count, groups, NULL,
                                                 recheck->grant.holder.oid, READ_AGE_MS);
    if (!in)
        return false;
    findings->memberships = &in->memberships;
    for (size_t i = 0; i < recheck->request.role_count; i++)
        if (!policy || !(roles[i] = policy_find_role(policy, recheck->request.roles[i].role)))
            return true; /* what it was given by cannot be read: that speaks neither way */
    findings_policy_demand(policy, recheck->request.role_count, roles, &recheck->request,
                           findings->memberships, task_arena(task), &now);
    judge_membership(&now, findings, list);
    keep(recheck, WATCH_MEMBERSHIP, list, task_arena(task));
    return true;
}

static bool look_at_device(struct task *task, struct recheck *recheck, struct findings *findings,
                           struct evidence_list *list)
{
    if (text_is_empty(recheck->sign_in.device_id)) /* the sign-in named none: nothing to look at */
        return true;
    if (!findings_device(task, &recheck->demands.required, findings, READ_AGE_MS))
        return false;
    judge_device(&recheck->demands, findings, list);
    keep(recheck, WATCH_DEVICE, list, task_arena(task));
    return true;
}

static bool look_at_eligibility(struct task *task, struct recheck *recheck,
                                struct evidence_list *list)
{
    const struct eligibles *eligibles = NULL;
    const struct memberships *through = NULL;
    const struct role *role = policy_find_role(task_access(task)->policy, recheck->grant.role);
    if (!activation_is_personal(recheck->grant.mode) && !recheck->demands.required.eligible)
        return true; /* what Curfew assigns takes no eligibility by itself */
    if (!findings_eligibility(task, &recheck->grant.holder, recheck->grant.target, &eligibles,
                              &through))
        return false;
    judge_eligibility(eligibles, through, &recheck->grant.holder,
                      role ? role->name : recheck->grant.role, moment_now(), list);
    keep(recheck, WATCH_ELIGIBILITY, list, task_arena(task));
    return true;
}

/* Looks at all that is watched; false: something is waited for. */
static bool look(struct task *task, struct recheck *recheck)
{
    const struct watch_demand *watch = &recheck->demands.watch;
    scoped(evidence_scoped) struct evidence_list list = {0};
    struct findings findings = {
        .now = moment_now(), .person = &recheck->grant.holder, .sign_in = &recheck->sign_in};
    bool here = true;
    if (watch_looks_at(watch, WATCH_ACCOUNT)) {
        const struct fact *account = ask(task, FACT_ACCOUNT, recheck->grant.holder.oid);
        here &= account != NULL;
        findings.account = account ? &account->account : NULL;
        judge_account(&findings, &list);
        keep(recheck, WATCH_ACCOUNT, &list, task_arena(task));
    }
    if (watch_looks_at(watch, WATCH_USER_RISK)) {
        const struct fact *risks = ask(task, FACT_RISKS, NULL);
        here &= risks != NULL;
        findings.risks = risks ? &risks->risks : NULL;
        judge_risk(&recheck->demands, &findings, &list);
        keep(recheck, WATCH_USER_RISK, &list, task_arena(task));
    }
    if (watch_looks_at(watch, WATCH_MEMBERSHIP))
        here &= look_at_membership(task, recheck, &findings, &list);
    if (watch_looks_at(watch, WATCH_DEVICE))
        here &= look_at_device(task, recheck, &findings, &list);
    if (watch_looks_at(watch, WATCH_ELIGIBILITY))
        here &= look_at_eligibility(task, recheck, &list);
    return here;
}

/* False when the store cannot be read now. */
static bool load(struct task *task, struct recheck *recheck, enum fail *fail)
{
    struct arena *arena = task_arena(task);
    struct store *store = task_store(task);
    struct reason why = {0};
    const char *name, *device = NULL;
    unsigned roles;
    memcpy(recheck->grant.id.text, task_subject(task), ID_SIZE);
    *fail = store ? store_grant(store, &recheck->grant.id, arena, &recheck->grant, &why)
                  : FAIL_UNAVAILABLE;
    if (!*fail)
        *fail = store_request(store, &recheck->grant.request, arena, &recheck->request, &why);
    if (!*fail)
        *fail = store_grant_device(store, &recheck->grant.id, arena, &device, &why);
    if (*fail)
        return *fail == FAIL_NOT_FOUND;
    bool whole =
        sign_in_unpack(recheck->request.sign_in, arena, &recheck->sign_in, &name, &roles) &&
        findings_kept_demands(&recheck->request, arena, &recheck->demands);
    if (device)
        recheck->sign_in.device_id = device;
    if (!whole)
        *fail = FAIL_BROKEN;
    return true;
}

enum pace recheck_step(struct task *task)
{
    enum fail fail;
    struct recheck *recheck = ARENA_NEW(task_arena(task), struct recheck);
    if (!load(task, recheck, &fail))
        return task_hold(task, 0);
    if (fail || recheck->grant.state != GRANT_ACTIVE)
        return task_change(task, forget, recheck);
    return look(task, recheck) ? task_change(task, apply_looked, recheck) : PACE_WAIT;
}
