/* Writing to the directory: the intent is on disk before anything is sent, and its outcome is
 * written down as it is known. */
#include "access/holding_common.h"
#include "access/review.h"

#include "base/digest.h"
#include "base/id.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/doubts.h"

#include <stdlib.h>

/* The words that go along: what the person wrote, and our own id for people who read Entra's log
 * (design 10). */
static const char *words_of(const struct work *work)
{
    enum { WORDS_MOST = 400 };
    const char *said = work->request.justification ? work->request.justification : "";
    size_t length = 0;
    while (said[length] && length < WORDS_MOST)
        length++;
    while (length && ((unsigned char)said[length] & 0xC0) == 0x80)
        length--; /* never half a character */
    return arena_text(task_arena(work->task), "%.*s [Curfew %s]", (int)length, said,
                      work->request.id.text);
}

enum fail intent_commit(struct turn *turn, struct work *work, struct reason *why)
{
    char hex[DIGEST_HEX_SIZE], end[21];
    struct stored_intent *intent = &work->intent;
    struct digest digest = digest_of_text(intent->body);
    digest_hex(&digest, hex);
    moment_text(work->grant.ends_at, end);
    intent->holding = work->holding.id;
    intent->grant = work->grant.id;
    intent->committed_at = turn->now;
    json_auto_t *detail = memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s*}", "intent", intent->id.text, "action", intent->action,
        "path", intent->path, "body", hex, "ends_at", end, "by", intent->by));
    enum fail fail = store_intent_add(turn->store, intent, why);
    if (!fail)
        fail = tell_grant(turn, &work->grant, EVENT_INTENT_COMMITTED, detail, why);
    ledger_anchor(turn->access->ledger);
    return fail;
}

static enum fail open_holding(struct turn *turn, struct work *work, struct reason *why)
{
    enum fail fail = beside_still_begins(turn, work, why);
    if (fail || work->grant.has_holding)
        return fail;
    if (!work->joins)
        fail = store_holding_add(turn->store, &work->holding, why);
    return fail ? fail
                : store_grant_hold(turn->store, &work->grant.id, &work->holding.id,
                                   work->grant.ends_at, why);
}

static enum fail apply_assign(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    json_auto_t *evidence = work->evidence ? json_loads(work->evidence, 0, NULL) : NULL;
    json_auto_t *detail = memory_needed(json_pack("{s:O*}", "evidence", evidence));
    if (turn->access->safe_mode)
        return because(why, FAIL_UNAVAILABLE, "safe mode: %s", turn->access->safe_why);
    enum fail fail = ledger_keep(turn->access->ledger, why);
    if (!fail)
        fail = open_holding(turn, work, why);
    if (!fail && work->attempt) /* "": the sign-in that starts it names none */
        fail = store_grant_device_set(turn->store, &work->grant.id,
                                      work->attempt->caller->sign_in.device_id
                                          ? work->attempt->caller->sign_in.device_id
                                          : "",
                                      why);
    if (!fail)
        fail = keep_evidence(turn, work, why);
    if (!fail)
        fail = move_grant(turn, &work->grant, GRANT_ACTIVATING, NULL, detail, why);
    if (!fail)
        fail = intent_commit(turn, work, why);
    /* While it is on its way in a person's name, the job must not take its outcome for lost. */
    int64_t due_at = work->attempt ? turn->now + ATTEMPT_SECONDS : turn->now;
    if (!fail)
        fail = turn_job(turn, job_grant, work->grant.id.text, RANK_START, due_at, why);
    return fail;
}

static enum fail apply_remove(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    enum fail fail = beside_still_ends(turn, work, why);
    if (!fail)
        fail = intent_commit(turn, work, why);
    return fail ? fail : turn_job(turn, job_grant, work->grant.id.text, RANK_END, turn->now, why);
}

enum fail apply_answer(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    struct stored_intent *intent = &work->intent;
    bool unknown = text_equals(intent->outcome, "unknown"),
         absent = text_equals(intent->outcome, "absent");
    intent->outcome_at = turn->now;
    json_auto_t *detail = memory_needed(json_pack(
        "{s:s, s:s, s:s, s:i, s:s?, s:s?, s:s?}", "intent", intent->id.text, "action",
        intent->action, "outcome", intent->outcome, "status", intent->status, "code", intent->code,
        "directory_request", intent->directory_request, "correlation", intent->correlation));
    enum event_code code = absent    ? EVENT_INTENT_ABSENT
                           : unknown ? EVENT_INTENT_UNKNOWN
                                     : EVENT_INTENT_ANSWERED;
    enum fail fail = store_intent_answer(turn->store, intent, why);
    if (!fail && !intent->by) /* what the directory says of the grant, not of an approval */
        fail = store_grant_status(turn->store, &work->grant.id, intent->code, why);
    if (!fail)
        fail = tell_grant(turn, &work->grant, code, detail, why);
    struct stored_grant grant;
    if (!fail)
        fail = store_grant(turn->store, &work->grant.id, turn->arena, &grant, why);
    /* An end that was asked for meanwhile is due at once, whatever this answer would wait for. */
    bool as_seen = !fail && grant.state == work->grant.state;
    if (!fail)
        fail = turn_job(turn, job_grant, work->grant.id.text,
                        text_equals(intent->action, "remove") ? RANK_END : RANK_START,
                        as_seen ? work->due_at : turn->now, why);
    /* PIM holds it: now its approvers can be asked. */
    if (!fail && grant.mode == ACTIVATION_PIM_APPROVAL && text_equals(intent->action, "assign") &&
        text_equals(intent->outcome, "accepted"))
        fail = turn_job(turn, job_request, grant.request.text, RANK_REQUEST, turn->now, why);
    return fail;
}

static enum pace written(struct task *task, void *data, const struct written *outcome)
{
    struct work *work = data;
    struct arena *arena = task_arena(task);
    struct stored_intent *intent = &work->intent;
    const struct question instances = {
        .kind = FACT_INSTANCES, .subject = work->grant.holder.oid, .object = work->grant.target};
    facts_forget(task_access(task)->facts, &instances);
    intent->outcome = write_outcome_text(outcome->outcome);
    intent->status = outcome->status;
    intent->code = arena_copy(arena, outcome->code);
    intent->directory_request = arena_copy(arena, outcome->request);
    intent->correlation = arena_copy(arena, outcome->correlation);
    intent->approval = arena_copy(arena, outcome->approval);
    /* What was taken may be visible at once; what was not sent waits as long as the service asked.
     */
    work->due_at = moment_now() + (outcome->retry_ms + 999) / 1000;
    if (work->review)
        return review_written(work, outcome);
    return work->attempt ? attempt_written(work, outcome) : task_change(task, apply_answer, work);
}

/* The intent is on disk: only now may it leave. What gives access must be in the highest checkpoint
   too, or a store that was put back could hide it; what takes access away waits for nothing. */
enum pace intent_send(struct task *task, void *data, enum fail fail)
{
    enum { KEEP_AGAIN_MS = 1000 };
    struct work *work = data;
    if (fail)
        return task_hold(task, 0);
    bool extends = text_equals(work->intent.action, "update");
    bool gives = extends || text_equals(work->intent.action, "assign") ||
                 text_equals(work->intent.action, "approve");
    bool ready = !gives || ledger_is_kept(task_access(task)->ledger);
    if (ready && gives && work->review)
        ready = (work->order = review_order(work)) != NULL;
    if (!ready) {
        const struct written unsent = {.outcome = WRITE_NOT_SENT, .retry_ms = KEEP_AGAIN_MS};
        return written(task, work, &unsent);
    }
    const struct secret *token = work->attempt  ? work->attempt->token
                                 : work->review ? work->review->token
                                                : NULL;
    char correlation[GUID_SIZE]; /* Graph knows no others */
    id_guid(work->intent.id.text, correlation);
    if (text_equals(work->intent.action, "deny")) { /* takes away what might have come */
        const struct write write = {
            .method = work->intent.method, .path = work->intent.path, .body = work->intent.body};
        return task_write(task, token, &write, correlation, written, work);
    }
    struct order_errand *errand = ARENA_NEW(task_arena(task), struct order_errand);
    *errand =
        (struct order_errand){.bytes = work->order,
                              .wanted = work->wanted,
                              .request = &work->request,
                              .grant = &work->grant,
                              .does = text_equals(work->intent.action, "remove") ? ORDER_REMOVES
                                      : extends                                  ? ORDER_EXTENDS
                                      : work->review                             ? ORDER_AGREES
                                                                                 : ORDER_GIVES,
                              .token = token,
                              .correlation = arena_copy(task_arena(task), correlation),
                              .then = written,
                              .data = work};
    return order_send(task, errand);
}

/* The name that a request to ARM has, which takes each name once. What may have had its effect
   after all is repeated under its own, so that it cannot have it twice; what was certainly refused
   is another request (contract 14). */
static enum fail name_assign(const struct work *work, char name[GUID_SIZE], struct reason *why)
{
    struct stored_intent last;
    if (!work->grant.has_holding)
        return FAIL_NONE;
    enum fail fail =
        store_intent_newest(task_store(work->task), &work->grant.holding, &work->grant.id, "assign",
                            task_arena(work->task), &last, why);
    if (fail)
        return fail == FAIL_NOT_FOUND ? FAIL_NONE : fail;
    if (!text_equals(last.outcome, "refused"))
        write_name(last.path, name);
    return FAIL_NONE;
}

/* What a write to ARM names besides; nothing for other targets. */
static enum fail fill_azure(const struct work *work, struct order *order, struct reason *why)
{
    char name[GUID_SIZE];
    if (work->target.kind != TARGET_AZURE_ROLE)
        return FAIL_NONE;
    id_guid(work->intent.id.text, name);
    enum fail fail = order->does == ORDER_REMOVES ? FAIL_NONE : name_assign(work, name, why);
    if (fail)
        return FAIL_UNAVAILABLE;
    order->name = arena_copy(task_arena(work->task), name);
    if (work->attempt && work->attempt->by && order->does != ORDER_REMOVES) {
        order->schedule = work->attempt->by->schedule;
        order->condition = work->attempt->by->condition;
        order->condition_version = work->attempt->by->condition_version;
    }
    return FAIL_NONE;
}

/* The order for this write, and the intent that is committed before it. */
static enum fail take_order(struct work *work, struct order *order, struct reason *why)
{
    struct arena *arena = task_arena(work->task);
    work->intent = (struct stored_intent){.action = order->does == ORDER_REMOVES   ? "remove"
                                                    : order->does == ORDER_EXTENDS ? "update"
                                                                                   : "assign"};
    id_new(moment_now_ms(), work->intent.id.text);
    order->mode = work->grant.mode;
    order->role = work->grant.role;
    order->target = work->grant.target;
    order->words = words_of(work);
    order->ticket = work->request.ticket ? work->request.ticket : work->request.id.text;
    order->approval = order->step = "";
    order->start_by = work->grant.start_by;
    enum fail fail = order_fill(work->task, &work->request, work->wanted, order, why);
    if (!fail)
        fail = fill_azure(work, order, why);
    if (!fail)
        fail = order_produce(order, arena, &order->write, why);
    if (fail)
        return fail;
    char *bytes = order_write(order);
    work->order = arena_copy(arena, bytes);
    free(bytes);
    work->intent.method = order->write.method;
    work->intent.path = order->write.path;
    work->intent.body = order->write.body;
    return FAIL_NONE;
}

static enum pace fail_at_once(struct work *work, const char *code)
{
    work->to = GRANT_FAILED;
    work->code = code;
    return task_change(work->task, apply_move, work);
}

static void new_holding(struct work *work)
{
    work->holding = (struct stored_holding){
        .person = work->grant.holder,
        .target = work->grant.target,
        .ends_at = work->grant.ends_at,
        .opened_at = moment_now(),
        .closed_at = -1,
    };
    id_new(moment_now_ms(), work->holding.id.text);
}

enum pace begin_assign(struct work *work)
{
    struct task *task = work->task;
    int64_t skew, now = moment_now();
    struct reason why = {0};
    if (!directory_skew(task_access(task)->directory, &skew) || skew > SKEW_SECONDS ||
        skew < -SKEW_SECONDS)
        return task_hold(task, 0);
    if (!work->grant.has_holding) {
        /* The end is fixed here, once, by the directory's own clock; retries keep it (design 3.7).
         */
        work->grant.ends_at = now + skew + work->request.duration_seconds;
        if (!bundle_end(work, &work->grant.ends_at))
            return task_hold(task, 0);
        if (!work->joins)
            new_holding(work);
    }
    if (work->extends && work->grant.ends_at <= work->shown_until)
        return held_longer(work, work->shown_until);
    if (work->grant.ends_at - (now + skew) < LEAST_SECONDS)
        return fail_at_once(work, "too_late");
    struct order *order = ARENA_NEW(task_arena(task), struct order);
    order->starts_at = now + skew;
    order->ends_at = work->grant.ends_at;
    order->does = work->extends ? ORDER_EXTENDS : ORDER_GIVES;
    enum fail fail = take_order(work, order, &why);
    if (fail == FAIL_UNAVAILABLE)
        return task_hold(task, 0);
    if (fail)
        return fail_at_once(work, "target_unsupported");
    return task_change_then(task, apply_assign, work, intent_send);
}

enum pace begin_remove(struct work *work)
{
    struct reason why = {0};
    struct order *order = ARENA_NEW(task_arena(work->task), struct order);
    order->does = ORDER_REMOVES;
    if (take_order(work, order, &why))
        return task_hold(work->task, 0);
    return task_change_then(work->task, apply_remove, work, intent_send);
}
