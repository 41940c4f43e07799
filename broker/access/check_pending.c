/* A request that waits for its approvers: who is asked, reminded and counted, and when that is
 * over.
 */
#include "access/check_common.h"

#include "access/alarms.h"
#include "access/decisions.h"
#include "access/findings.h"
#include "access/grants.h"
#include "access/holding.h"
#include "access/messages.h"
#include "access/moves.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/jobs.h"
#include "store/people.h"

#include <stdlib.h>

static enum fail save_set(struct turn *turn, const struct approver_set *set, struct reason *why)
{
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < set->count; i++)
        fail = store_person_save(turn->store, &set->people[i], turn->now, why);
    return fail;
}

enum fail check_save_people(struct turn *turn, const struct checked *checked, struct reason *why)
{
    enum fail fail = store_person_save(turn->store, &checked->requester, turn->now, why);
    for (size_t i = 0; !fail && i < checked->approvers.stage_count; i++) {
        fail = save_set(turn, &checked->approvers.stages[i].from, why);
        if (!fail)
            fail = save_set(turn, &checked->approvers.stages[i].to, why);
    }
    return fail;
}

static enum fail list_set(struct turn *turn, const struct request_id *id,
                          const struct stored_stage *stage, const struct approver_set *set,
                          struct reason *why)
{
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < set->count; i++)
        fail = store_approver_add(turn->store, id, stage, &set->people[i].key, false, why);
    return fail;
}

/* Those who may decide, at the stages that are asked and at those to come, and mails whoever is
   asked now and was not before. */
static enum fail ask_approvers(struct turn *turn, struct checked *checked, struct reason *why)
{
    const struct request_id *id = &checked->request.id;
    struct progress *progress = ARENA_NEW(turn->arena, struct progress);
    enum fail fail = progress_read(turn->store, id, turn->arena, progress, why);
    for (size_t i = 0; !fail && i < checked->approvers.stage_count; i++) {
        const struct approver_stage *stage = &checked->approvers.stages[i];
        const struct stored_stage *stored =
            progress_stage(progress, &checked->demands.approvals[i]);
        if (!stored)
            continue;
        fail = list_set(turn, id, stored, &stage->from, why);
        if (!fail && stored->escalated_at >= 0)
            fail = list_set(turn, id, stored, &stage->to, why);
    }
    if (!fail)
        fail = progress_read(turn->store, id, turn->arena, progress, why);
    return fail ? fail : progress_ask(turn, &checked->request, progress, why);
}

/* The people that a stage takes its approvers from, as JSON. */
static char *from_of(const struct approval_demand *demand)
{
    struct demands *one = MEMORY_NEW(struct demands);
    one->approval_count = 1;
    one->approvals[0] = *demand;
    json_auto_t *packed = demands_pack(one);
    free(one);
    return json_canonical(json_array_get(json_object_get(packed, "approvals"), 0));
}

/* An approval that comes later brings nothing: PIM has dropped what it holds, or too little of its
   time is left. */
static enum fail decide_by_pim(struct turn *turn, const struct stored_request *request,
                               int64_t *latest, struct reason *why)
{
    struct stored_grant grant;
    bool any = false;
    enum fail fail = grant_held(turn->store, &request->id, turn->arena, &grant, &any, why);
    if (fail || !any)
        return fail;
    int64_t lapses = request->submitted_at + HELD_SECONDS;
    int64_t worth = grant.ends_at - LEAST_SECONDS;
    *latest = worth < lapses ? worth : lapses;
    return FAIL_NONE;
}

/* The stage with its number of the line, open if it is the line's first. */
static enum fail begin_stage(struct turn *turn, const struct request_id *id, int line, bool first,
                             const struct approval_demand *demand, int64_t due_at,
                             struct reason *why)
{
    char *from = from_of(demand);
    const struct stored_stage stage = {.line = line,
                                       .stage = demand->stage,
                                       .rule = demand->rule,
                                       .need = demand->need,
                                       .deny = demand->deny,
                                       .opened_at = first ? turn->now : -1,
                                       .due_at = due_at,
                                       .escalated_at = -1,
                                       .from = from,
                                       .needs_reason = demand->needs_reason,
                                       .is_signed = demand->is_signed};
    enum fail fail = store_stage_add(turn->store, id, &stage, why);
    free(from);
    return fail;
}

enum fail pending_begin(struct turn *turn, struct checked *checked, struct reason *why)
{
    const struct demands *demands = &checked->demands;
    int64_t lapses_at = INT64_MAX, latest = INT64_MAX, due_at = 0, decide_by = 0;
    int line = 0;
    enum fail fail = decide_by_pim(turn, &checked->request, &latest, why);
    for (size_t i = 0; !fail && i < demands->approval_count; i++) {
        const struct approval_demand *demand = &demands->approvals[i];
        bool first = !i || !text_equals(demands->approvals[i - 1].rule, demand->rule);
        line += first;
        due_at = (first ? turn->now : due_at) + demand->within_seconds;
        int64_t due = due_at < latest ? due_at : latest;
        fail = begin_stage(turn, &checked->request.id, line, first, demand, due, why);
        if (first && due < lapses_at)
            lapses_at = due;
        decide_by = due > decide_by ? due : decide_by;
    }
    checked->request.lapses_at = lapses_at;
    checked->request.decide_by = decide_by;
    if (!fail)
        fail = ask_approvers(turn, checked, why);
    if (!fail)
        fail = turn_job(turn, job_request, checked->request.id.text, RANK_REQUEST,
                        turn->now + APPROVERS_AGAIN_SECONDS < lapses_at
                            ? turn->now + APPROVERS_AGAIN_SECONDS
                            : lapses_at,
                        why);
    return fail;
}

static enum fail lapsed(struct turn *turn, void *data, struct reason *why)
{
    struct checked *checked = data;
    enum fail fail = move_request(turn, &checked->request, REQUEST_LAPSED, NULL, NULL, why);
    if (!fail)
        fail = grants_withdraw(turn, &checked->request.id, "request_lapsed", why);
    if (!fail)
        fail = store_job_end(turn->store, job_request, checked->request.id.text, why);
    if (!fail)
        fail = message_approvers(turn, &checked->request.id, NULL, why);
    if (!fail)
        fail = message_put(turn, MESSAGE_LAPSED, &checked->request.id, NULL,
                           &checked->request.requester.key, why);
    return fail;
}

/* Whoever agreed and is no approver any more does not count. What is on its way to PIM is left to
   its outcome. */
static enum fail drop_leavers(struct turn *turn, const struct checked *checked,
                              struct progress *progress, struct reason *why)
{
    const struct approvers *approvers = &checked->approvers;
    enum fail fail = FAIL_NONE;
    for (size_t i = 0;
         !fail && approvers->known && !progress->approved && i < progress->decision_count; i++) {
        const struct stored_decision *decision = &progress->decisions[i];
        bool holds = !decision->approves || decision->decided_at > turn->now - DECIDED_SECONDS;
        for (size_t k = 0; k < approvers->stage_count && !holds; k++) {
            const struct stored_stage *stored =
                progress_stage(progress, &checked->demands.approvals[k]);
            holds = stored && progress_spoke(stored, &decision->place.key) &&
                    approvers_hold(&approvers->stages[k], true, &decision->place.key);
        }
        if (!holds)
            fail = decision_left(turn, &checked->request, &decision->by.key, why);
    }
    return fail;
}

/* Too few people are left to approve it: the requester is told, and whom alarms are told to; when
   it stays so, it is refused. */
static enum fail tell_stuck(struct turn *turn, struct checked *checked, struct reason *why)
{
    struct stored_request *request = &checked->request;
    const struct approvers *approvers = &checked->approvers;
    bool stuck = approvers->known && approvers->given < approvers->needed;
    if (!stuck && approvers->known)
        request->stuck_at = -1;
    if (!stuck || request->stuck_at >= 0)
        return FAIL_NONE;
    request->stuck_at = turn->now;
    json_auto_t *detail = memory_needed(json_pack("{s:s, s:I, s:I}", "alarm", "approvers_gone",
                                                  "have", (json_int_t)approvers->given, "need",
                                                  (json_int_t)approvers->needed));
    enum fail fail = tell_request(turn, request, EVENT_ALARM, detail, why);
    if (!fail)
        fail = message_put(turn, MESSAGE_STUCK, &request->id, NULL, &request->requester.key, why);
    for (size_t i = 0; !fail && i < checked->told.count; i++) {
        fail = store_person_save(turn->store, &checked->told.people[i], turn->now, why);
        if (!fail)
            fail = message_put(turn, MESSAGE_STUCK, &request->id, NULL,
                               &checked->told.people[i].key, why);
    }
    return fail;
}

static enum fail asked_again(struct turn *turn, void *data, struct reason *why)
{
    struct checked *checked = data;
    struct stored_request *request = &checked->request;
    struct progress *progress = ARENA_NEW(turn->arena, struct progress);
    enum fail fail = store_request(turn->store, &request->id, turn->arena, request, why);
    if (!fail && request->state != REQUEST_PENDING)
        return because(why, FAIL_CONFLICT, "request %s is %s now", request->id.text,
                       request_state_text(request->state));
    if (!fail)
        fail = check_save_people(turn, checked, why);
    if (!fail)
        fail = progress_read(turn->store, &request->id, turn->arena, progress, why);
    if (!fail)
        fail = drop_leavers(turn, checked, progress, why);
    if (!fail)
        fail = progress_read(turn->store, &request->id, turn->arena, progress, why);
    if (!fail)
        fail = progress_nudge(turn, request, &checked->demands, progress, why);
    if (!fail)
        fail = ask_approvers(turn, checked, why);
    if (!fail)
        fail = tell_stuck(turn, checked, why);
    return fail ? fail : progress_go_on(turn, request, &checked->demands, progress, why);
}

/* Whom alarms are told to; false: it is waited for. */
static bool resolve_told(struct task *task, struct checked *checked)
{
    struct approvers *told = ARENA_NEW(task_arena(task), struct approvers);
    if (!alarm_told(task, told))
        return false;
    checked->told = told->stages[0].from;
    return true;
}

enum pace pending_watch(struct task *task, const struct stored_request *request)
{
    struct checked *checked = checked_new(task, request);
    struct progress *progress = ARENA_NEW(task_arena(task), struct progress);
    struct reason why = {0};
    if (moment_now() >= request->lapses_at)
        return task_change(task, lapsed, checked);
    if (!policy_find_role(task_access(task)->policy, request->roles[0].role))
        return check_refuse(task, checked, "role_gone");
    if (!findings_kept_demands(request, task_arena(task), &checked->demands))
        return check_refuse(task, checked, "demands_unreadable");
    if (progress_read(task_store(task), &request->id, task_arena(task), progress, &why))
        return task_hold(task, 0);
    const struct question account = {.kind = FACT_ACCOUNT, .subject = request->requester.key.oid};
    const struct fact *requester = task_fact(task, &account, FACT_MINUTE);
    const struct approvers *approvers = &checked->approvers;
    bool here = approvers_resolve(task, &checked->demands, &request->requester.key, progress,
                                  FACT_MINUTE, &checked->approvers);
    if (!here || !requester)
        return PACE_WAIT;
    if (requester->reading.known &&
        (!requester->account.exists || requester->account.enabled == TRI_NO))
        return check_refuse(task, checked,
                            requester->account.exists ? "account_disabled" : "account_gone");
    bool stuck = approvers->known && approvers->given < approvers->needed && !progress->approved;
    if (stuck && request->stuck_at >= 0 && moment_now() >= request->stuck_at + STUCK_SECONDS)
        return check_refuse(task, checked, "approvers_gone");
    if (stuck && request->stuck_at < 0 && !resolve_told(task, checked))
        return PACE_WAIT;
    return task_change(task, asked_again, checked);
}
