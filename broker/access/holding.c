#include "access/holding_common.h"

#include "access/bundles.h"
#include "access/drift.h"
#include "access/messages.h"
#include "access/recheck.h"
#include "access/tell.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/events.h"

#include <string.h>

const struct instances *ask_instances(struct work *work)
{
    const struct question question = {
        .kind = FACT_INSTANCES, .subject = work->grant.holder.oid, .object = work->grant.target};
    const struct fact *fact = task_fact(work->task, &question, FACT_FRESH);
    return fact ? &fact->instances : NULL;
}

enum sight look(const struct work *work, const struct instances *instances, int64_t *start_at,
                int64_t *until)
{
    enum sight sight = SIGHT_ABSENT;
    if (!instances->reading.known)
        return SIGHT_UNKNOWN;
    for (size_t i = 0; i < instances->count && sight != SIGHT_OURS; i++) {
        const struct instance *one = &instances->list[i];
        bool own = work->grant.has_holding && one->direct &&
                   one->activated == activation_is_personal(work->grant.mode) &&
                   one->end_at == work->grant.ends_at;
        bool shared = one->direct && beside_explains(work, one);
        if (sight == SIGHT_SHARED && !own)
            continue;
        sight = own ? SIGHT_OURS : shared ? SIGHT_SHARED : SIGHT_FOREIGN;
        if (own || shared)
            *start_at = one->start_at;
        *until = one->end_at;
    }
    return sight;
}

bool alarm_is_new(struct work *work, const char *alarm)
{
    bool raised = true; /* what cannot be read now is looked at again */
    struct reason ignored = {0};
    enum fail fail = store_alarm_raised(task_store(work->task), work->grant.request.text,
                                        work->grant.id.text, alarm, &raised, &ignored);
    if (!fail && !raised)
        work->alarm = alarm;
    return !fail && !raised;
}

enum fail raise_alarm(struct turn *turn, const struct work *work, struct reason *why)
{
    if (!work->alarm)
        return FAIL_NONE;
    json_auto_t *detail = memory_needed(json_pack("{s:s}", "alarm", work->alarm));
    enum fail fail = tell_grant(turn, &work->grant, EVENT_ALARM, detail, why);
    if (!fail && text_equals(work->alarm, "approved_outside"))
        fail =
            message_everybody(turn, MESSAGE_OUTSIDE, &work->request.id, &work->grant.holder, why);
    return fail;
}

/* Somebody may have asked for an end while this step waited for the directory: then what the step
   saw is no ground for anything any more, and its job must not be put off. */
enum fail still_as_seen(struct turn *turn, const struct work *work, struct reason *why)
{
    struct stored_grant now;
    enum fail fail = store_grant(turn->store, &work->grant.id, turn->arena, &now, why);
    if (!fail && now.state != work->grant.state)
        return because(why, FAIL_CONFLICT, "grant %s is %s now", work->grant.id.text,
                       grant_state_text(now.state));
    return fail;
}

static enum fail look_again(struct turn *turn, const struct work *work, struct reason *why)
{
    enum rank rank = work->grant.state == GRANT_ENDING   ? RANK_END
                     : work->grant.state == GRANT_ACTIVE ? RANK_WATCH
                                                         : RANK_START;
    return turn_job(turn, job_grant, work->grant.id.text, rank, work->due_at, why);
}

/* What was seen of it at last: a grant whose assignment may have been there unseen says so. */
static const char *seen_at_end(const struct work *work)
{
    if (text_equals(work->grant.seen, "yes") || !work->grant.has_holding)
        return work->grant.seen;
    bool perhaps =
        text_equals(work->intent.outcome, "unknown") || text_equals(work->intent.outcome, "open");
    return perhaps ? "unknown" : "no";
}

static enum fail close(struct turn *turn, struct work *work, struct reason *why)
{
    const struct stored_grant *grant = &work->grant;
    const char *seen = seen_at_end(work);
    bool never_told = grant->mode == ACTIVATION_PIM_APPROVAL && !text_equals(seen, "yes");
    /* The access goes on by another grant, or is about to. */
    bool goes_on = (beside_in(work, GRANT_ACTIVE) && !text_equals(work->code, "revoked")) ||
                   text_equals(work->code, "extended");
    enum fail fail = store_grant_close(turn->store, &grant->id, turn->now, seen, why);
    if (!fail && grant->has_holding)
        fail = store_holding_close(turn->store, &grant->holding, turn->now, why);
    if (!fail)
        fail = store_job_end(turn->store, job_grant, grant->id.text, why);
    if (!fail && grant->state == GRANT_ENDED && text_equals(work->code, "outside"))
        fail = drift_missing(turn, grant, why);
    if (!fail)
        fail = grant_takes_request(turn, grant, work->code, why);
    if (!fail)
        fail = bundle_goes_on(turn, &grant->request, why);
    if (!fail && grant->state == GRANT_ENDED && !never_told && !goes_on)
        fail = message_put(turn, MESSAGE_ENDED, &grant->request, &grant->id, &grant->holder, why);
    if (!fail && (grant->state == GRANT_FAILED || grant->state == GRANT_LAPSED))
        fail = message_put(turn, MESSAGE_FAILED, &grant->request, &grant->id, &grant->holder, why);
    if (!fail && !never_told)
        fail = tell_begin(turn, grant, grant->state == GRANT_ENDED ? TELL_ENDED : TELL_FAILED, why);
    return fail;
}

enum fail keep_evidence(struct turn *turn, const struct work *work, struct reason *why)
{
    char phase[GRANT_PHASE_SIZE];
    grant_phase(&work->grant.id, phase);
    return work->evidence ? store_evidence_save(turn->store, &work->request.id, phase,
                                                work->evidence, turn->now, why)
                          : FAIL_NONE;
}

enum fail apply_move(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    json_auto_t *evidence = work->evidence ? json_loads(work->evidence, 0, NULL) : NULL;
    json_auto_t *detail = memory_needed(json_pack("{s:O*}", "evidence", evidence));
    enum fail fail = keep_evidence(turn, work, why);
    if (!fail)
        fail = move_grant(turn, &work->grant, work->to, work->code, detail, why);
    if (!fail)
        fail = raise_alarm(turn, work, why);
    if (fail)
        return fail;
    return grant_is_over(work->grant.state) ? close(turn, work, why) : look_again(turn, work, why);
}

enum fail apply_seen(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    struct stored_grant *grant = &work->grant;
    char start[21], end[21];
    moment_text(work->start_at, start);
    moment_text(grant->ends_at, end);
    json_auto_t *detail =
        memory_needed(json_pack("{s:s, s:s}", "starts_at", start, "ends_at", end));
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail)
        fail = store_grant_seen(turn->store, &grant->id, turn->now, work->start_at, why);
    if (!fail && grant->state == GRANT_WAITING)
        fail = move_grant(turn, grant, GRANT_ACTIVATING, NULL, NULL, why);
    if (!fail && grant->state == GRANT_ACTIVATING) {
        work->intent.outcome = "done";
        work->intent.outcome_at = turn->now;
        fail = store_intent_answer(turn->store, &work->intent, why);
        if (!fail)
            fail = move_grant(turn, grant, GRANT_ACTIVE, NULL, detail, why);
        if (!fail)
            fail = store_holding_reach(turn->store, &grant->holding, grant->ends_at, why);
        if (!fail)
            fail =
                message_put(turn, MESSAGE_ACTIVE, &grant->request, &grant->id, &grant->holder, why);
        if (!fail)
            fail = recheck_begin(turn, grant, why);
        if (!fail)
            fail = tell_begin(turn, grant, TELL_ACTIVATED, why);
        if (!fail)
            fail = bundle_goes_on(turn, &grant->request, why);
    }
    return fail ? fail : look_again(turn, work, why);
}

enum fail apply_absent(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail)
        fail = store_grant_absent(turn->store, &work->grant.id, turn->now, why);
    return fail ? fail : look_again(turn, work, why);
}

enum fail apply_again(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail)
        fail = raise_alarm(turn, work, why);
    if (!fail)
        fail = keep_evidence(turn, work, why);
    return fail ? fail : look_again(turn, work, why);
}

enum pace look_at(struct work *work, int64_t due_at)
{
    enum { WORTH_A_WRITE_SECONDS = 10 };
    int64_t wait = due_at - moment_now();
    work->due_at = due_at;
    /* A short wait is kept in memory: it is not worth a transaction. */
    if (!work->alarm && wait < WORTH_A_WRITE_SECONDS)
        return task_hold(work->task, wait > 0 ? wait * 1000 : 200);
    return task_change(work->task, apply_again, work);
}

enum pace move_to(struct work *work, enum grant_state to, const char *code)
{
    work->to = to;
    work->code = code;
    work->due_at = moment_now();
    return task_change(work->task, apply_move, work);
}

static enum fail forget(struct turn *turn, void *data, struct reason *why)
{
    const struct work *work = data;
    return store_job_end(turn->store, job_grant, work->grant.id.text, why);
}

enum fail work_load(struct work *work, struct store *store, struct reason *why)
{
    struct arena *arena = task_arena(work->task);
    enum fail fail = store_grant(store, &work->grant.id, arena, &work->grant, why);
    if (!fail)
        fail = store_request(store, &work->grant.request, arena, &work->request, why);
    if (!fail)
        fail = beside_read(work, store, why);
    if (!fail && !target_read(work->grant.target, arena, &work->target))
        fail = because(why, FAIL_BROKEN, "%s is no target", work->grant.target);
    return fail;
}

enum pace holding_step(struct task *task)
{
    struct work *work = ARENA_NEW(task_arena(task), struct work);
    struct reason why = {0};
    struct store *store = task_store(task);
    work->task = task;
    memcpy(work->grant.id.text, task_subject(task), ID_SIZE);
    enum fail fail = store ? work_load(work, store, &why) : FAIL_UNAVAILABLE;
    if (fail && fail != FAIL_NOT_FOUND)
        return task_hold(task, 0);
    if (fail)
        return task_change(task, forget, work);
    switch (work->grant.state) {
    case GRANT_WAITING:
        return step_waiting(work);
    case GRANT_ACTIVATING:
        return step_activating(work);
    case GRANT_ACTIVE:
        return step_active(work);
    case GRANT_ENDING:
        return step_ending(work);
    default:
        return task_change(task, forget, work);
    }
}
