#include "access/review.h"

#include "access/holding_common.h"
#include "access/signing.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/approvals.h"

#include <stdlib.h>
#include <string.h>

void review_wipe(struct review *review)
{
    secret_free(take(review->token));
    fact_free(take(review->approval));
}

static enum pace over(struct review *review, enum fail fail, const char *code)
{
    secret_free(take(review->token));
    review->fail = fail;
    review->code = code;
    return PACE_OVER;
}

static void exchanged(void *context, enum fail fail, const struct refusal *refusal,
                      const struct secret *token)
{
    struct review *review = context;
    enum { NO_CONSENT = 65001 };
    if (!fail) {
        review->token = secret_copy(token->bytes, token->length);
    } else {
        review->challenge = refusal->challenge;
        review->code = refusal->aadsts == NO_CONSENT ? "on_behalf_no_consent"
                       : fail == FAIL_STEP_UP_NEEDED ? "on_behalf_step_up"
                       : fail == FAIL_UNAVAILABLE    ? "on_behalf_unavailable"
                                                     : "on_behalf_refused";
        log_line(LOG_WARNING, "review.refused", "{s:s, s:s, s:s}", "request",
                 review->decision->id.text, "code", review->code, "why", refusal->reason.text);
    }
    task_goes_on(review->task, PACE_WAIT);
}

static enum pace exchange(struct review *review)
{
    const struct access *access = task_access(review->task);
    const struct on_behalf asked = {.assertion = review->assertion,
                                    .scope = access->options.graph_scope};
    review->asked = true;
    task_begins(review->task);
    identity_on_behalf(access->identity, &asked, exchanged, review);
    return PACE_WAIT;
}

static void heard(void *context, struct fact *fact)
{
    struct review *review = context;
    review->approval = fact;
    task_goes_on(review->task, PACE_WAIT);
}

static enum pace ask_approval(struct review *review, const char *approval)
{
    const struct question question = {
        .kind = FACT_APPROVAL, .subject = approval, .object = review->work->grant.target};
    task_begins(review->task);
    directory_ask_as(task_access(review->task)->directory, review->token, &question, heard, review);
    return PACE_WAIT;
}

/* The write that says it to PIM; `review->code` is why there is none. */
static void prepare(struct review *review)
{
    const struct decision *decision = review->decision;
    struct work *work = review->work;
    const struct pim_approval *approval = review->approval ? &review->approval->approval : NULL;
    struct arena *arena = task_arena(review->task);
    struct write write;
    struct reason why = {0};
    if (!approval || !approval->reading.known) {
        review->code = review->code ? review->code : "pim_unread";
        return;
    }
    if (!approval->step) {
        review->code = approval->result ? "pim_decided_already" : "pim_not_approver";
        return;
    }
    review->approval_id = work->intent.approval;
    review->words = arena_text(arena, "%s [Curfew %s]", decision->reason, work->request.id.text);
    if (write_review(&work->target, review->approval_id, approval->step, decision->approves,
                     review->words, arena, &write, &why)) {
        review->code = "pim_unread";
    } else {
        work->intent = (struct stored_intent){.action = decision->approves ? "approve" : "deny",
                                              .method = write.method,
                                              .path = write.path,
                                              .body = write.body,
                                              .by = decision->caller->person.key.oid};
        id_new(moment_now_ms(), work->intent.id.text);
        review->code = NULL;
    }
}

const char *review_order(struct work *work)
{
    const struct review *review = work->review;
    struct task *task = work->task;
    struct arena *arena = task_arena(task);
    struct order *order = ARENA_NEW(arena, struct order);
    struct reason why = {0};
    struct stored_request request;
    if (!task_store(task) ||
        store_request(task_store(task), &work->request.id, arena, &request, &why))
        return NULL;
    work->wanted = order_demands_kept(task, &request);
    *order = (struct order){
        .does = ORDER_AGREES,
        .mode = work->grant.mode,
        .role = work->grant.role,
        .target = work->grant.target,
        .words = review->words,
        .ticket = "",
        .approval = review->approval_id,
        .step = review->approval->approval.step,
        .start_by = request.lapses_at,
        .starts_at = moment_now(),
        .ends_at = work->holding.ends_at,
    };
    if (order_fill(task, &request, work->wanted, order, &why) ||
        order_produce(order, arena, &order->write, &why))
        return NULL;
    char *bytes = order_write(order);
    const char *copy = arena_copy(arena, bytes);
    free(bytes);
    return copy;
}

enum fail review_commit(struct turn *turn, struct review *review, struct reason *why)
{
    struct work *work = review->work;
    bool approves = review->decision->approves;
    struct stored_grant grant;
    if (review->code && !approves)
        return FAIL_NONE;
    if (review->code)
        return because(why,
                       text_equals(review->code, "pim_not_approver") ? FAIL_DENIED
                       : text_equals(review->code, "pim_decided_already") ||
                               text_equals(review->code, "pim_holds_not_yet")
                           ? FAIL_CONFLICT
                           : FAIL_UNAVAILABLE,
                       "it cannot be said to PIM: %s", review->code);
    enum fail fail = store_grant(turn->store, &work->grant.id, turn->arena, &grant, why);
    if (!fail && approves && grant.state != GRANT_ACTIVATING)
        fail = because(why, FAIL_CONFLICT, "grant %s is %s now", grant.id.text,
                       grant_state_text(grant.state));
    if (!fail && approves)
        fail = ledger_keep(turn->access->ledger, why);
    if (!fail)
        fail = intent_commit(turn, work, why);
    /* While it is on its way, the job must not take its outcome for lost. */
    if (!fail && approves)
        fail =
            turn_job(turn, job_grant, grant.id.text, RANK_START, turn->now + ATTEMPT_SECONDS, why);
    review->committed = !fail;
    return fail;
}

static enum pace decided(struct task *task, void *data, enum fail fail)
{
    struct review *review = data;
    if (fail) {
        log_line(LOG_WARNING, "review.not_made", "{s:s, s:s}", "request", review->decision->id.text,
                 "why", task_why(task)->text);
        return over(review, fail, review->code);
    }
    return review->committed ? intent_send(task, review->work, FAIL_NONE)
                             : over(review, FAIL_NONE, review->code);
}

static enum fail apply_decision(struct turn *turn, void *data, struct reason *why)
{
    struct review *review = data;
    review->committed = false;
    return decision_apply(turn, review->decision, why);
}

/* Whether one more sign-in is to bring what was asked for, twice at most; a denial does not wait.
 */
static bool may_ask_more(const struct review *review)
{
    const struct decision *decision = review->decision;
    return decision->approves && !challenge_is_empty(&review->challenge) && decision->signing &&
           decision->signing->round < SIGNING_ROUNDS;
}

static enum fail ask_more(struct turn *turn, void *data, struct reason *why)
{
    struct review *review = data;
    enum fail fail = decision_judge(turn, review->decision, why);
    return fail ? fail : signing_more(turn, review->decision, &review->challenge, why);
}

static enum pace asked_more(struct task *task, void *data, enum fail fail)
{
    struct review *review = data;
    (void)task;
    return over(review, fail, fail ? review->code : NULL);
}

/* The grant that PIM holds, and the id of its approval; NULL when PIM does not hold it. */
static const char *held(struct review *review, struct store *store, enum fail *fail)
{
    struct work *work = review->work;
    struct reason why = {0};
    bool any = false;
    *fail = grant_held(store, &review->decision->id, task_arena(review->task), &work->grant, &any,
                       &why);
    if (!*fail && !any)
        *fail = FAIL_NOT_FOUND;
    if (!*fail)
        *fail = work_load(work, store, &why);
    if (*fail || work->grant.state != GRANT_ACTIVATING ||
        !status_waits_for_approval(work->grant.status))
        return NULL;
    *fail = store_intent_newest(store, &work->grant.holding, &work->grant.id, "assign",
                                task_arena(review->task), &work->intent, &why);
    return *fail ? NULL : work->intent.approval;
}

enum pace review_step(struct task *task, void *data)
{
    struct review *review = data;
    struct work *work = ARENA_NEW(task_arena(task), struct work);
    struct store *store = task_store(task);
    enum fail fail = FAIL_UNAVAILABLE;
    review->task = task;
    review->work = work;
    review->decision->review = review;
    work->task = task;
    work->review = review;
    const char *approval = store ? held(review, store, &fail) : NULL;
    if (fail)
        return over(review, fail, NULL);
    if (!approval)
        review->code = "pim_holds_not_yet";
    else if (!review->asked && review->assertion)
        return exchange(review);
    else if (review->token && !review->approval)
        return ask_approval(review, approval);
    else
        prepare(review);
    if (may_ask_more(review))
        return task_change_by(task, &review->decision->caller->person.key, ask_more, review,
                              asked_more);
    return task_change_by(task, &review->decision->caller->person.key, apply_decision, review,
                          decided);
}

/* What PIM answered. */

static enum fail apply_answered(struct turn *turn, void *data, struct reason *why)
{
    struct review *review = data;
    struct work *work = review->work;
    struct stored_request request;
    bool accepted = text_equals(work->intent.outcome, "accepted");
    bool unknown = text_equals(work->intent.outcome, "unknown");
    bool refused = text_equals(work->intent.outcome, "refused");
    enum fail fail = FAIL_NONE;
    json_auto_t *alarm = memory_needed(json_pack("{s:s}", "alarm", order_refused));
    if (text_equals(work->intent.code, order_refused))
        fail = tell_grant(turn, &work->grant, EVENT_ALARM, alarm, why);
    if (!fail && review->decision->approves && !accepted && !unknown)
        fail = decision_void(turn, &work->grant, &work->intent, why);
    if (!fail)
        fail = apply_answer(turn, work, why);
    if (!fail)
        fail = store_request(turn->store, &work->request.id, turn->arena, &request, why);
    if (!fail && refused && may_ask_more(review))
        fail = ask_more(turn, review, why);
    if (!fail && review->decision->approves && accepted && request.state == REQUEST_PENDING)
        fail = decision_settle(turn, &request, true, &review->decision->caller->person.key, why);
    return fail;
}

static enum pace recorded(struct task *task, void *data, enum fail fail)
{
    (void)task;
    struct review *review = data;
    const struct stored_intent *intent = &review->work->intent;
    bool approves = review->decision->approves, refused = text_equals(intent->outcome, "refused");
    if (fail || text_equals(intent->outcome, "unknown")) /* the grant's job finds it out */
        return over(review, FAIL_NONE, "pim_outcome_unknown");
    if (text_equals(intent->outcome, "accepted") || review->decision->locator[0])
        return over(review, FAIL_NONE, NULL);
    const char *code = !refused                                         ? "pim_unread"
                       : text_equals(intent->code, order_refused)       ? "approval_unproven"
                       : intent->status == 409                          ? "pim_decided_already"
                       : intent->status == 403 || intent->status == 404 ? "pim_not_approver"
                                                                        : "pim_refused";
    return over(review, approves ? (refused ? FAIL_DENIED : FAIL_UNAVAILABLE) : FAIL_NONE, code);
}

enum pace review_written(struct work *work, const struct written *outcome)
{
    struct review *review = work->review;
    review->challenge = outcome->challenge;
    secret_free(take(review->token));
    return task_change_by(work->task, &review->decision->caller->person.key, apply_answered, review,
                          recorded);
}
