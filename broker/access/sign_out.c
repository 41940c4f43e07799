#include "access/sign_out.h"

#include "access/holding.h"
#include "base/id.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/doubts.h"
#include "store/jobs.h"

#include <string.h>

enum { READ_AGAIN_SECONDS = 15, SEND_AGAIN_SECONDS = 5 };

/* All that waits for one person to be signed out. */
struct signing_out {
    struct person_key person;
    size_t count;
    struct stored_sign_out *list; /* that with the newest write first */
    struct write write;
    struct intent_id intent;
    const char *outcome, *code, *correlation;
    int status;
    int64_t due_at;
};

enum fail sign_out_ask(struct turn *turn, const struct stored_grant *grant, struct reason *why)
{
    const struct role *role = policy_find_role(turn->access->policy, grant->role);
    if (!role || !role->closes_sessions)
        return FAIL_NONE;
    enum fail fail = store_sign_out_ask(turn->store, &grant->id, &grant->holder, turn->now, why);
    return fail ? fail : turn_job(turn, job_sign_out, grant->holder.oid, RANK_END, turn->now, why);
}

static enum fail record(struct turn *turn, const struct signing_out *out, enum event_code code,
                        json_t *given, struct reason *why)
{
    json_auto_t *detail = memory_needed(given);
    return turn_record(
        turn,
        (struct event){
            .code = code, .subject = &out->person, .grant = &out->list[0].grant, .detail = detail},
        why);
}

static enum fail apply_commit(struct turn *turn, void *data, struct reason *why)
{
    struct signing_out *out = data;
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < out->count; i++) {
        out->list[i].intent = out->intent.text;
        out->list[i].path = out->write.path;
        out->list[i].committed_at = turn->now;
        fail = store_sign_out_commit(turn->store, &out->list[i], why);
    }
    ledger_anchor(turn->access->ledger);
    return fail ? fail
                : record(turn, out, EVENT_INTENT_COMMITTED,
                         json_pack("{s:s, s:s, s:s}", "intent", out->intent.text, "action",
                                   "sign_out", "path", out->write.path),
                         why);
}

static enum fail apply_answer(struct turn *turn, void *data, struct reason *why)
{
    struct signing_out *out = data;
    bool unknown = text_equals(out->outcome, "unknown");
    bool refused = text_equals(out->outcome, "refused");
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < out->count; i++) {
        struct stored_sign_out one = out->list[i];
        one.outcome = out->outcome;
        one.outcome_at = turn->now;
        one.status = out->status;
        one.code = out->code;
        one.correlation = out->correlation;
        fail = store_sign_out_answer(turn->store, &one, why);
    }
    if (!fail)
        fail = record(turn, out, unknown ? EVENT_INTENT_UNKNOWN : EVENT_INTENT_ANSWERED,
                      json_pack("{s:s, s:s, s:s, s:i, s:s?, s:s?}", "intent", out->intent.text,
                                "action", "sign_out", "outcome", out->outcome, "status",
                                out->status, "code", out->code, "correlation", out->correlation),
                      why);
    if (!fail && refused)
        fail = record(turn, out, EVENT_ALARM, json_pack("{s:s}", "alarm", "sign_out_refused"), why);
    return fail ? fail : turn_job(turn, job_sign_out, out->person.oid, RANK_END, out->due_at, why);
}

static enum fail apply_later(struct turn *turn, void *data, struct reason *why)
{
    const struct signing_out *out = data;
    return turn_job(turn, job_sign_out, out->person.oid, RANK_END, out->due_at, why);
}

static enum fail forget(struct turn *turn, void *data, struct reason *why)
{
    return store_job_end(turn->store, job_sign_out, ((struct signing_out *)data)->person.oid, why);
}

/* One outcome for all that the write stands for. */
static enum pace answer(struct task *task, struct signing_out *out, const char *outcome,
                        int64_t due_at)
{
    out->outcome = outcome;
    out->due_at = due_at;
    return task_change(task, apply_answer, out);
}

static enum pace written(struct task *task, void *data, const struct written *outcome)
{
    struct signing_out *out = data;
    struct arena *arena = task_arena(task);
    int64_t wait = (outcome->retry_ms + 999) / 1000;
    /* A token that does not count any more is not an answer about the person. */
    bool later = outcome->outcome == WRITE_NOT_SENT || outcome->status == 401;
    const struct question account = {.kind = FACT_ACCOUNT, .subject = out->person.oid};
    facts_forget(task_access(task)->facts, &account);
    out->status = outcome->status;
    out->code = arena_copy(arena, outcome->code);
    out->correlation = arena_copy(arena, outcome->correlation);
    return answer(task, out, later ? "not_sent" : write_outcome_text(outcome->outcome),
                  moment_now() + (wait > SEND_AGAIN_SECONDS ? wait : SEND_AGAIN_SECONDS));
}

static enum pace send(struct task *task, void *data, enum fail fail)
{
    struct signing_out *out = data;
    char correlation[GUID_SIZE];
    if (fail)
        return task_hold(task, 0);
    id_guid(out->intent.text, correlation);
    return task_write(task, NULL, &out->write, correlation, written, out);
}

static enum pace begin(struct task *task, struct signing_out *out)
{
    struct reason why = {0};
    if (write_sign_out(out->person.oid, task_arena(task), &out->write, &why))
        return task_change(task, forget, out);
    id_new(moment_now_ms(), out->intent.text);
    return task_change_then(task, apply_commit, out, send);
}

/* Whether it had its effect is not known: Entra says since when sessions count. */
static enum pace read_back(struct task *task, struct signing_out *out)
{
    const struct stored_sign_out *newest = &out->list[0];
    const struct question question = {.kind = FACT_ACCOUNT, .subject = out->person.oid};
    const struct fact *fact = task_fact(task, &question, FACT_FRESH);
    int64_t now = moment_now(), skew = 0;
    if (!fact)
        return PACE_WAIT;
    if (!fact->reading.known)
        return task_hold(task, 0);
    (void)directory_skew(task_access(task)->directory, &skew);
    (void)memcpy(out->intent.text, newest->intent, ID_SIZE);
    if (!fact->account.exists || fact->account.sessions_from >= newest->committed_at + skew - 1)
        return answer(task, out, "done", now);
    if (now - newest->outcome_at >= PROOF_SECONDS)
        return begin(task, out);
    out->due_at = now + READ_AGAIN_SECONDS;
    return task_change(task, apply_later, out);
}

enum pace sign_out_step(struct task *task)
{
    struct signing_out *out = ARENA_NEW(task_arena(task), struct signing_out);
    struct reason why = {0};
    struct store *store = task_store(task);
    bool open = false, waits = false;
    if (!person_key_read(task_access(task)->options.tenant_id, task_subject(task), &out->person))
        return task_hold(task, 60 * 1000);
    enum fail fail = store ? store_sign_outs_open(store, &out->person, task_arena(task),
                                                  &out->count, &out->list, &why)
                           : FAIL_UNAVAILABLE;
    if (fail)
        return task_hold(task, 0);
    if (!out->count)
        return task_change(task, forget, out);
    for (size_t i = 0; i < out->count; i++) {
        open |= text_equals(out->list[i].outcome, "open");
        waits |= !text_equals(out->list[i].outcome, "unknown");
    }
    if (open) { /* the process died between commit and answer: it may have been sent */
        (void)memcpy(out->intent.text, out->list[0].intent, ID_SIZE);
        return answer(task, out, "unknown", moment_now());
    }
    return waits ? begin(task, out) : read_back(task, out);
}
