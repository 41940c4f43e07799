/* From approved to active: what is true now is judged again, then the directory is written to, then
 * it is read back. */
#include "access/caller.h"
#include "access/holding_common.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>

enum { BESIDE_SECONDS = 5 };

/* An end that is held by the directory needs a clock that agrees with the directory's (security.md
 * T26). */
void judge_clock(const struct work *work, struct evidence_list *list)
{
    int64_t skew = 0;
    bool known = directory_skew(task_access(work->task)->directory, &skew);
    bool fine = known && skew <= SKEW_SECONDS && skew >= -SKEW_SECONDS;
    evidence_add(list,
                 (struct evidence){.check = "clock",
                                   .verdict = fine ? VERDICT_PASS : VERDICT_UNKNOWN,
                                   .code = fine ? "clock_fine" : "clock_apart",
                                   .args = json_pack("{s:I}", "seconds", (json_int_t)llabs(skew)),
                                   .source = "entra",
                                   .observed_at = moment_now(),
                                   .passing = !fine});
}

/* What is waited for is shown; what is shown already is not written again. */
static enum pace wait_for_evidence(struct work *work)
{
    struct reason why = {0};
    const char *shown = NULL;
    char phase[GRANT_PHASE_SIZE];
    grant_phase(&work->grant.id, phase);
    enum fail fail = store_evidence(task_store(work->task), &work->request.id, phase,
                                    task_arena(work->task), &shown, &why);
    if (fail || text_equals(shown, work->evidence))
        return task_hold(work->task, 0);
    work->due_at = moment_now();
    return task_change(work->task, apply_again, work);
}

/* Judges what Graph knows now; true when it all stands. Otherwise `*pace` is what to do. */
static bool still_stands(struct work *work, enum pace *pace)
{
    struct sign_in sign_in;
    struct gathered gathered;
    const char *name;
    unsigned roles;
    bool waits;
    scoped(evidence_scoped) struct evidence_list list = {0};
    if (!sign_in_unpack(work->request.sign_in, task_arena(work->task), &sign_in, &name, &roles)) {
        *pace = move_to(work, GRANT_FAILED, "sign_in_unreadable");
        return false;
    }
    if (!findings_gather(work->task, &work->request, &work->grant, &sign_in, &gathered)) {
        *pace = PACE_WAIT;
        return false;
    }
    if (gathered.role_gone) {
        *pace = move_to(work, GRANT_FAILED, "role_gone");
        return false;
    }
    work->wanted = order_demands(work->task, &work->request, &gathered);
    findings_judge(&gathered, work->request.duration_seconds, false, false, &list);
    judge_clock(work, &list);
    json_auto_t *packed = evidence_pack(&list);
    char *text = json_canonical(packed);
    work->evidence = arena_copy(task_arena(work->task), text);
    free(text);
    enum verdict verdict = evidence_verdict(&list, &waits);
    if (verdict == VERDICT_PASS)
        return true;
    *pace = verdict == VERDICT_UNKNOWN && waits
                ? wait_for_evidence(work)
                : move_to(work, GRANT_FAILED, evidence_first(&list, verdict)->code);
    return false;
}

/* What is held already is kept with the evidence, with until when. */
static enum pace fail_held(struct work *work, const char *code, int64_t until)
{
    char end[21];
    bool ends = until != INT64_MAX;
    if (ends)
        moment_text(until, end);
    json_auto_t *list = work->evidence ? json_loads(work->evidence, 0, NULL) : NULL;
    if (!list)
        list = memory_needed(json_array());
    (void)json_array_append_new(
        list, memory_needed(json_pack("{s:s, s:s, s:s, s:s, s:I, s:{s:s}}", "check", "directory",
                                      "verdict", verdict_text(VERDICT_FAIL), "code", code, "source",
                                      "pim", "observed_at", (json_int_t)moment_now(), "args",
                                      "until", ends ? end : "it is taken away")));
    char *text = json_canonical(list);
    work->evidence = arena_copy(task_arena(work->task), text);
    free(text);
    return move_to(work, GRANT_FAILED, code);
}

enum pace already_held(struct work *work, int64_t until)
{
    return fail_held(work, "already_held", until);
}

enum pace held_longer(struct work *work, int64_t until)
{
    return fail_held(work, "held_longer", until);
}

enum fail newest_given(struct work *work, struct reason *why)
{
    return store_intent_newest(task_store(work->task), &work->grant.holding, &work->grant.id,
                               "assign", task_arena(work->task), &work->intent, why);
}

/* Whether it may be in force as far as Curfew's approvers are asked: what PIM approves is asked for
   before they agree. */
static bool is_agreed(const struct work *work)
{
    return work->grant.mode != ACTIVATION_PIM_APPROVAL || work->request.state == REQUEST_APPROVED;
}

enum pace adopt(struct work *work)
{
    struct reason why = {0};
    enum fail fail = newest_given(work, &why);
    work->due_at = moment_now() + WATCH_SECONDS;
    if (fail)
        return task_hold(work->task, 0);
    return is_agreed(work) ? task_change(work->task, apply_seen, work) : step_in_force(work);
}

/* More time for what another grant gave: its end is moved, without a gap. Where that one ends
   already, this one begins when it is over. */
static enum pace extend(struct work *work)
{
    const struct stored_grant *held = beside_in(work, GRANT_ACTIVE);
    if (held && activation_is_personal(held->mode))
        return already_held(work, work->shown_until);
    work->extends = held != NULL;
    return held ? begin_assign(work) : look_at(work, moment_now() + BESIDE_SECONDS);
}

enum pace step_waiting(struct work *work)
{
    int64_t until = 0;
    enum pace pace;
    if (moment_now() > work->grant.start_by)
        return move_to(work, GRANT_LAPSED, "not_started");
    if (task_access(work->task)->safe_mode)
        return task_hold(work->task, 60 * 1000);
    if (bundle_settles(work, &pace))
        return pace;
    if (activation_is_personal(work->grant.mode))
        return step_waiting_for_person(work);
    const struct instances *instances = ask_instances(work);
    if (!still_stands(work, &pace))
        return pace;
    if (!instances)
        return PACE_WAIT;
    switch (look(work, instances, &work->start_at, &until)) {
    case SIGHT_ABSENT: /* and whoever it should be there for finds that out first */
        return beside_lives(work) ? look_at(work, moment_now() + BESIDE_SECONDS)
                                  : begin_assign(work);
    case SIGHT_OURS: /* an intent that was given up for lost had its effect after all */
        return adopt(work);
    case SIGHT_SHARED:
        work->shown_until = until;
        return extend(work);
    case SIGHT_FOREIGN:
        return already_held(work, until);
    case SIGHT_UNKNOWN:
        break;
    }
    return task_hold(work->task, 0);
}

static bool has_outcome(const struct work *work, const char *outcome)
{
    return text_equals(work->intent.outcome, outcome);
}

/* PIM says that the person holds it, or ARM that the request is there: which one, reading shows. */
static bool is_there_already(const struct work *work)
{
    return text_equals(work->intent.code, "RoleAssignmentExists") ||
           text_equals(work->intent.code, "RequestConflict");
}

static enum pace answer(struct work *work, const char *outcome)
{
    work->intent.outcome = outcome;
    work->due_at = moment_now();
    return task_change(work->task, apply_answer, work);
}

/* PIM has something else of theirs, which waits or is in force: what it is shows at the next start.
 */
static bool is_taken_elsewhere(const struct work *work)
{
    return work->grant.mode == ACTIVATION_PIM_APPROVAL &&
           (text_equals(work->intent.code, "PendingRoleAssignmentRequest") ||
            text_equals(work->intent.code, "RoleAssignmentExists"));
}

/* The directory said no, certainly. */
static enum pace refused(struct work *work)
{
    const char *code = work->intent.code ? work->intent.code : "";
    int64_t age = moment_now() - work->holding.opened_at;
    bool replicating = text_equals(code, "SubjectNotFound") || text_equals(code, "RoleNotFound");
    bool personal = activation_is_personal(work->grant.mode);
    if (is_taken_elsewhere(work))
        return move_to(work, GRANT_WAITING, "pim_pending_elsewhere");
    if (personal && (work->intent.status == 401 ||
                     text_equals(code, "RoleAssignmentRequestPolicyValidationFailed") ||
                     text_equals(code, "RoleAssignmentRequestAcrsValidationFailed")))
        return move_to(work, GRANT_WAITING, "pim_refused");
    if (text_equals(code, order_refused)) {
        work->alarm = order_refused;
        return move_to(work, GRANT_FAILED, "approval_unproven");
    }
    /* What was to be prolonged is over: it begins anew. */
    bool over = text_equals(work->intent.action, "update") &&
                text_equals(code, "RoleAssignmentDoesNotExist");
    if (work->intent.status == 401 || over || (replicating && age < REPLICATION_SECONDS))
        return move_to(work, GRANT_WAITING, code);
    if (work->intent.status == 403)
        work->alarm = "directory_denied";
    return move_to(work, GRANT_FAILED, "directory_refused");
}

/* Nothing is there although it should, or may, be. */
static enum pace absent(struct work *work, enum sight sight, int64_t until)
{
    int64_t now = moment_now(), since = now - work->intent.outcome_at;
    bool exists = is_there_already(work);
    if (sight == SIGHT_SHARED && exists)
        return move_to(work, GRANT_WAITING, work->intent.code);
    if (sight == SIGHT_FOREIGN && (exists || since >= PROOF_SECONDS))
        return already_held(work, until);
    if (exists && since >= PROOF_SECONDS)
        return move_to(work, GRANT_FAILED, "directory_refused");
    if (has_outcome(work, "unknown") && sight != SIGHT_FOREIGN && since >= PROOF_SECONDS)
        return answer(work, "absent");
    if (now >= work->grant.ends_at)
        return move_to(work, GRANT_ENDING, "expired");
    return look_at(work, now + (since < 8 ? 1 : since < 60 ? 4 : since < PROOF_SECONDS ? 15 : 30));
}

static enum pace read_back(struct work *work)
{
    int64_t until = 0;
    const struct instances *instances = ask_instances(work);
    if (!instances)
        return PACE_WAIT;
    enum sight sight = look(work, instances, &work->start_at, &until);
    if (sight == SIGHT_OURS && !is_agreed(work))
        return step_in_force(work);
    if (sight != SIGHT_UNKNOWN && !is_agreed(work))
        return step_held(work);
    bool long_since = moment_now() - work->intent.outcome_at >= ALARM_SECONDS;
    if (sight != SIGHT_OURS && long_since && is_agreed(work) &&
        alarm_is_new(work, has_outcome(work, "unknown") ? "outcome_unknown" : "not_visible"))
        return look_at(work, moment_now());
    if (sight == SIGHT_UNKNOWN)
        return task_hold(work->task, 0);
    if (sight != SIGHT_OURS)
        return absent(work, sight, until);
    work->due_at = moment_now() + WATCH_SECONDS;
    return task_change(work->task, apply_seen, work);
}

enum pace step_activating(struct work *work)
{
    struct reason why = {0};
    enum fail fail = newest_given(work, &why);
    if (fail == FAIL_UNAVAILABLE)
        return task_hold(work->task, 0);
    if (fail)
        return move_to(work, GRANT_FAILED, "intent_missing");
    enum status_meaning meaning =
        work->intent.code ? status_means(work->intent.code) : STATUS_PENDING;
    bool means_refused =
        has_outcome(work, "accepted") && (meaning == STATUS_REFUSED || meaning == STATUS_REMOVED);
    bool exists = is_there_already(work) && work->grant.mode != ACTIVATION_PIM_APPROVAL;
    if (has_outcome(work,
                    "open")) /* the process died between commit and answer: it may have been sent */
        return answer(work, "unknown");
    if (has_outcome(work, "not_sent") || has_outcome(work, "absent"))
        return move_to(work, GRANT_WAITING, work->intent.outcome);
    if (means_refused)
        return move_to(work, GRANT_FAILED, "directory_refused");
    if (has_outcome(work, "refused") && !exists)
        return refused(work);
    if (work->grant.mode == ACTIVATION_PIM_APPROVAL && is_agreed(work)) {
        /* From the approval on it is to be seen; its outcome is what is waited for now. */
        fail = store_intent_newest(task_store(work->task), &work->grant.holding, &work->grant.id,
                                   "approve", task_arena(work->task), &work->intent, &why);
        if (fail && fail != FAIL_NOT_FOUND)
            return task_hold(work->task, 0);
    }
    return read_back(work);
}
