/* What PIM holds until it is approved there (mode `pim_approval`): it comes into force only when
 * Curfew's approvers agreed, and whatever comes into force otherwise is taken away. */
#include "access/decisions.h"
#include "access/holding_common.h"
#include "base/moment.h"
#include "base/text.h"

enum { HELD_AGAIN_SECONDS = 5 };

/* The newest word of an approver's that went to PIM, or may have. */
static enum fail newest(const struct work *work, const char *action, struct stored_intent *ret)
{
    struct reason ignored = {0};
    return store_intent_newest(task_store(work->task), &work->grant.holding, &work->grant.id,
                               action, task_arena(work->task), ret, &ignored);
}

static bool is(const struct stored_intent *intent, const char *outcome)
{
    return text_equals(intent->outcome, outcome);
}

/* Nobody waits for its answer any more: the process died, or the answer never came. */
static bool is_lost(const struct stored_intent *intent)
{
    return is(intent, "open") && moment_now() >= intent->committed_at + ATTEMPT_SECONDS;
}

static enum pace answer(struct work *work, const struct stored_intent *intent, const char *outcome)
{
    work->intent = *intent;
    work->intent.outcome = outcome;
    work->due_at = moment_now();
    return task_change(work->task, apply_answer, work);
}

const struct pim_request *held_request(const struct work *work, const struct pim_requests *requests)
{
    const struct pim_request *found = NULL;
    for (size_t i = 0; i < requests->count; i++) {
        const struct pim_request *one = &requests->list[i];
        if (one->end_at == work->holding.ends_at &&
            (!found || status_waits_for_approval(one->status)))
            found = one;
    }
    return found;
}

/* What PIM says of it, where it says that to Curfew; false: answer PACE_WAIT. */
static bool ask_held(struct work *work, int64_t age_ms, const struct pim_requests **ret)
{
    const struct question question = {
        .kind = FACT_REQUESTS, .subject = work->grant.holder.oid, .object = work->grant.target};
    if (work->target.kind != TARGET_GROUP)
        return true;
    const struct fact *fact = task_fact(work->task, &question, age_ms);
    if (fact && fact->reading.known)
        *ret = &fact->requests;
    return fact;
}

/* Why PIM has dropped it; NULL when it has not. */
static const char *dropped(const struct pim_request *request)
{
    enum status_meaning meaning = request ? status_means(request->status) : STATUS_PENDING;
    if (meaning != STATUS_REFUSED && meaning != STATUS_REMOVED)
        return NULL;
    return text_equals_ignoring_case(request->status, "Denied")     ? "pim_denied"
           : text_equals_ignoring_case(request->status, "TimedOut") ? "pim_timed_out"
           : meaning == STATUS_REMOVED                              ? "pim_cancelled"
                                                                    : "directory_refused";
}

/* In force. */

/* What an approver said in Curfew had its effect in PIM, although its answer never came. */
static enum fail apply_agreed(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    struct stored_request request;
    struct person_key by = work->grant.holder;
    enum fail fail = store_request(turn->store, &work->request.id, turn->arena, &request, why);
    if (!fail && !person_key_read(work->grant.holder.tid, work->intent.by, &by))
        fail = because(why, FAIL_BROKEN, "intent %s is nobody's", work->intent.id.text);
    if (!fail && request.state == REQUEST_PENDING)
        fail = decision_settle(turn, &request, true, &by, why);
    else if (!fail && request.state != REQUEST_APPROVED)
        fail = because(why, FAIL_CONFLICT, "request %s is %s now", request.id.text,
                       request_state_text(request.state));
    return fail ? fail : apply_seen(turn, work, why);
}

static enum fail apply_outside(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    struct stored_request request;
    struct stored_grant *grant = &work->grant;
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail)
        fail = store_request(turn->store, &work->request.id, turn->arena, &request, why);
    if (!fail && request.state == REQUEST_APPROVED)
        fail = because(why, FAIL_CONFLICT, "request %s is approved now", request.id.text);
    if (!fail)
        fail = store_grant_seen(turn->store, &grant->id, turn->now, work->start_at, why);
    if (!fail && grant->state == GRANT_WAITING)
        fail = move_grant(turn, grant, GRANT_ACTIVATING, NULL, NULL, why);
    if (!fail)
        fail = store_grant_ask_end(turn->store, &grant->id, work->alarm, why);
    if (!fail)
        fail = move_grant(turn, grant, GRANT_ENDING, work->alarm, NULL, why);
    if (!fail)
        fail = grant_takes_request(turn, grant, work->alarm, why);
    if (!fail)
        fail = raise_alarm(turn, work, why);
    return fail ? fail : turn_job(turn, job_grant, grant->id.text, RANK_END, turn->now, why);
}

enum pace step_in_force(struct work *work)
{
    struct stored_intent approve;
    enum fail fail = newest(work, "approve", &approve);
    if (fail && fail != FAIL_NOT_FOUND)
        return task_hold(work->task, 0);
    work->due_at = moment_now() + WATCH_SECONDS;
    if (!fail && (is(&approve, "open") || is(&approve, "unknown"))) {
        work->intent = approve;
        return task_change(work->task, apply_agreed, work);
    }
    work->alarm = "approved_outside";
    return task_change(work->task, apply_outside, work);
}

/* Held. */

static enum fail apply_void(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    enum fail fail = decision_void(turn, &work->grant, &work->intent, why);
    return fail ? fail : apply_answer(turn, work, why);
}

/* An approver's word is out, and nothing came into force. True when that is all to do now. */
static bool agreement_is_out(struct work *work, enum pace *pace)
{
    struct stored_intent approve;
    int64_t now = moment_now();
    enum fail fail = newest(work, "approve", &approve);
    if (fail == FAIL_NOT_FOUND || (!fail && !is(&approve, "open") && !is(&approve, "unknown")))
        return false;
    if (fail)
        *pace = task_hold(work->task, 0);
    else if (is_lost(&approve))
        *pace = answer(work, &approve, "unknown");
    else if (is(&approve, "unknown") && now >= approve.outcome_at + PROOF_SECONDS) {
        work->intent = approve;
        work->intent.outcome = "absent";
        work->due_at = now;
        *pace = task_change(work->task, apply_void, work);
    } else {
        *pace = look_at(work, now + HELD_AGAIN_SECONDS);
    }
    return true;
}

/* The answer to what asked PIM for it never came. */
static enum pace find_out(struct work *work, const struct pim_requests *requests)
{
    int64_t now = moment_now();
    const struct pim_request *own = requests ? held_request(work, requests) : NULL;
    if (own) {
        work->intent.code = own->status;
        work->intent.directory_request = own->id;
        work->intent.approval = own->approval;
        return answer(work, &work->intent, "accepted");
    }
    if (requests && now >= work->intent.outcome_at + PROOF_SECONDS)
        return answer(work, &work->intent, "absent");
    /* Of a role only the person is told: it stays unknown until they sign in again. */
    return look_at(work, now + (requests ? HELD_AGAIN_SECONDS : WATCH_SECONDS));
}

enum pace step_held(struct work *work)
{
    enum pace pace;
    const struct pim_requests *requests = NULL;
    bool unknown = is(&work->intent, "unknown");
    int64_t now = moment_now(), over_at = work->intent.committed_at + HELD_SECONDS;
    if (agreement_is_out(work, &pace))
        return pace;
    if (!ask_held(work, unknown ? FACT_FRESH : FACT_MINUTE, &requests))
        return PACE_WAIT;
    const char *why = requests ? dropped(held_request(work, requests)) : NULL;
    if (!why && now >= over_at)
        why = "pim_timed_out";
    if (!why && now >= work->holding.ends_at)
        why = "too_late";
    if (why)
        return move_to(work, GRANT_FAILED, why);
    return unknown ? find_out(work, requests) : look_at(work, now + WATCH_SECONDS);
}

/* Withdrawn. */

/* From when on nothing of it can come into force any more, as far as an approver's word says. */
static enum fail settled_at(const struct work *work, int64_t *at)
{
    struct stored_intent word;
    bool approved = work->request.state == REQUEST_APPROVED;
    enum fail fail = newest(work, approved ? "approve" : "deny", &word);
    if (!fail && (approved || is(&word, "accepted")) && word.outcome_at >= 0 &&
        word.outcome_at + PROOF_SECONDS < *at)
        *at = word.outcome_at + PROOF_SECONDS;
    return fail == FAIL_NOT_FOUND ? FAIL_NONE : fail;
}

enum pace step_withdrawn(struct work *work)
{
    struct stored_intent deny;
    const struct pim_requests *requests = NULL;
    const char *why = work->grant.asked_end ? work->grant.asked_end : "expired";
    int64_t now = moment_now();
    int64_t over_at = work->intent.committed_at + HELD_SECONDS + PROOF_SECONDS;
    bool never = is(&work->intent, "refused") || is(&work->intent, "not_sent") ||
                 is(&work->intent, "absent");
    if (is_lost(&work->intent))
        return answer(work, &work->intent, "unknown");
    if (!newest(work, "deny", &deny) && is_lost(&deny))
        return answer(work, &deny, "unknown");
    if (work->holding.ends_at < over_at)
        over_at = work->holding.ends_at;
    if (settled_at(work, &over_at))
        return task_hold(work->task, 0);
    if (!ask_held(work, FACT_MINUTE, &requests))
        return PACE_WAIT;
    if (never || now >= over_at || (requests && dropped(held_request(work, requests))))
        return move_to(work, GRANT_ENDED, why);
    return look_at(work, now + WATCH_SECONDS < over_at ? now + WATCH_SECONDS : over_at);
}
