#include "access/check.h"

#include "access/approvers.h"
#include "access/caller.h"
#include "access/delegations.h"
#include "access/findings.h"
#include "access/grants.h"
#include "access/holding.h"
#include "access/messages.h"
#include "access/moves.h"
#include "access/occasion.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/approvals.h"
#include "store/jobs.h"
#include "store/people.h"

#include <stdlib.h>
#include <string.h>

/* A request as a step found it, and what it decided to do; lives until the change was made. */
struct checked {
    struct stored_request request;
    struct demands demands;
    struct approvers approvers;
    const char *evidence; /* as it is kept */
    enum request_state to;
    const char *code;
    struct person requester; /* name and mail as the directory has them */
};

static enum fail save_people(struct turn *turn, const struct checked *checked, struct reason *why)
{
    enum fail fail = store_person_save(turn->store, &checked->requester, turn->now, why);
    for (size_t i = 0; !fail && i < checked->approvers.line_count; i++)
        for (size_t k = 0; !fail && k < checked->approvers.lines[i].count; k++)
            fail = store_person_save(turn->store, &checked->approvers.lines[i].people[k], turn->now,
                                     why);
    return fail;
}

static enum fail ask_approvers(struct turn *turn, const struct checked *checked, struct reason *why)
{
    enum fail fail = FAIL_NONE;
    const struct approvers *approvers = &checked->approvers;
    for (size_t i = 0; !fail && i < approvers->line_count; i++)
        for (size_t k = 0; !fail && k < approvers->lines[i].count; k++)
            fail = store_approver_add(turn->store, &checked->request.id, (int)i + 1,
                                      &approvers->lines[i].people[k].key, why);
    if (!fail)
        fail = delegations_ask(turn, &checked->request.id, why);
    for (size_t i = 0; !fail && i < approvers->line_count; i++)
        for (size_t k = 0; !fail && k < approvers->lines[i].count; k++)
            fail = message_put(turn, MESSAGE_DECIDE, &checked->request.id, NULL,
                               &approvers->lines[i].people[k].key, why);
    return fail;
}

/* The people that a line takes its approvers from, as JSON. */
static char *from_of(const struct approval_demand *demand)
{
    struct demands one = {.approval_count = 1, .approvals = {*demand}};
    json_auto_t *packed = demands_pack(&one);
    return json_canonical(json_array_get(json_object_get(packed, "approvals"), 0));
}

/* An approval that comes later brings nothing: PIM has dropped what it holds, or too little of its
   time is left. */
static enum fail decide_by(struct turn *turn, const struct stored_request *request, int64_t *latest,
                           struct reason *why)
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

static enum fail begin_approval(struct turn *turn, struct checked *checked, struct reason *why)
{
    const struct demands *demands = &checked->demands;
    int64_t lapses_at = INT64_MAX, latest = INT64_MAX;
    enum fail fail = decide_by(turn, &checked->request, &latest, why);
    for (size_t i = 0; !fail && i < demands->approval_count; i++) {
        int64_t due = turn->now + demands->approvals[i].within_seconds;
        due = due < latest ? due : latest;
        char *from = from_of(&demands->approvals[i]);
        struct stored_line line = {.line = (int)i + 1,
                                   .rule = demands->approvals[i].rule,
                                   .need = demands->approvals[i].need,
                                   .due_at = due,
                                   .from = from,
                                   .is_signed = demands->approvals[i].is_signed};
        fail = store_line_add(turn->store, &checked->request.id, &line, why);
        free(from);
        lapses_at = due < lapses_at ? due : lapses_at;
    }
    checked->request.lapses_at = lapses_at;
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

static enum fail finish(struct turn *turn, struct checked *checked, struct reason *why)
{
    const struct request_id *id = &checked->request.id;
    enum fail fail = store_job_end(turn->store, job_request, id->text, why);
    if (!fail && checked->to == REQUEST_APPROVED)
        fail = grants_make(turn, &checked->request, why);
    if (!fail && checked->to == REQUEST_REFUSED)
        fail = grants_withdraw(turn, id, "request_refused", why);
    if (!fail && checked->to == REQUEST_REFUSED)
        fail = message_put(turn, MESSAGE_REFUSED, id, NULL, &checked->request.requester.key, why);
    return fail;
}

static enum fail judged(struct turn *turn, void *data, struct reason *why)
{
    struct checked *checked = data;
    struct stored_request *request = &checked->request;
    json_auto_t *evidence = checked->evidence ? json_loads(checked->evidence, 0, NULL) : NULL;
    bool wants_signed = checked->to == REQUEST_PENDING && demands_ask_signed(&checked->demands);
    json_auto_t *detail = memory_needed(json_pack("{s:O*, s:s*}", "evidence", evidence, "decisions",
                                                  wants_signed ? "signed" : NULL));
    bool was_pending = request->state == REQUEST_PENDING;
    enum fail fail = save_people(turn, checked, why);
    if (!fail && evidence)
        fail = store_evidence_save(turn->store, &request->id, "submission", checked->evidence,
                                   turn->now, why);
    if (fail || checked->to == REQUEST_CHECKING)
        return fail;
    fail = move_request(turn, request, checked->to, checked->code, detail, why);
    if (!fail && was_pending)
        fail = message_approvers(turn, &request->id, NULL, why);
    if (!fail && checked->to == REQUEST_PENDING)
        fail = begin_approval(turn, checked, why);
    else if (!fail)
        fail = finish(turn, checked, why);
    if (!fail && checked->to != REQUEST_REFUSED)
        fail = store_request_demand(turn->store, request, why);
    return fail;
}

/* What the evidence makes of the request now. */
static void conclude(struct checked *checked, const struct evidence_list *list, int64_t now)
{
    bool waits;
    enum verdict verdict = evidence_verdict(list, &waits);
    if (verdict == VERDICT_PASS) {
        checked->to = checked->demands.approval_count ? REQUEST_PENDING : REQUEST_APPROVED;
    } else if (verdict == VERDICT_UNKNOWN && waits && now < checked->request.check_until) {
        checked->to = REQUEST_CHECKING;
    } else {
        checked->to = REQUEST_REFUSED;
        checked->code = evidence_first(list, verdict)->code;
    }
}

static struct checked *checked_new(struct task *task, const struct stored_request *request)
{
    struct checked *checked = ARENA_NEW(task_arena(task), struct checked);
    checked->request = *request;
    checked->requester.key = request->requester.key;
    return checked;
}

static enum pace refuse(struct task *task, struct checked *checked, const char *code)
{
    checked->to = REQUEST_REFUSED;
    checked->code = code;
    return task_change(task, judged, checked);
}

/* Unknown evidence that is shown already is not written again while it is waited for. */
static bool is_shown(struct task *task, const struct checked *checked)
{
    struct reason why = {0};
    const char *shown = NULL;
    if (store_evidence(task_store(task), &checked->request.id, "submission", task_arena(task),
                       &shown, &why))
        return false;
    return text_equals(shown, checked->evidence);
}

static const char *packed(struct task *task, const struct evidence_list *list)
{
    json_auto_t *evidence = evidence_pack(list);
    char *text = json_canonical(evidence);
    const char *copy = arena_copy(task_arena(task), text);
    free(text);
    return copy;
}

/* Whether PIM holds what is to be approved there; false when the store does not say. */
static bool judge_held(struct task *task, const struct stored_request *request,
                       struct evidence_list *list)
{
    struct stored_grant grant;
    struct reason ignored = {0};
    bool any = false;
    if (grant_held(task_store(task), &request->id, task_arena(task), &grant, &any, &ignored))
        return false;
    bool held = any && grant.state == GRANT_ACTIVATING && status_waits_for_approval(grant.status);
    if (any)
        evidence_add(list, (struct evidence){.check = "pim_approval",
                                             .verdict = held ? VERDICT_PASS : VERDICT_UNKNOWN,
                                             .code = held ? "pim_holds" : "pim_holds_not_yet",
                                             .source = "pim",
                                             .observed_at = moment_now(),
                                             .passing = !held});
    return true;
}

/* The limits that count, for which the directory may have been silent at submission; false when the
   store does not say. */
static bool judge_before(struct task *task, const struct stored_request *request,
                         const struct gathered *gathered, struct evidence_list *list)
{
    const char *targets[STORED_ROLES];
    struct counts counts;
    struct reason ignored = {0};
    for (size_t i = 0; i < request->role_count; i++)
        targets[i] = request->roles[i].target;
    if (occasion_count(task_store(task), &gathered->demands, &gathered->occasion,
                       request->role_count, targets, request->id.text, task_arena(task), &counts,
                       &ignored))
        return false;
    judge_counts(&gathered->demands, &counts, request->role_count, &gathered->occasion, list);
    return true;
}

static enum pace check(struct task *task, const struct stored_request *request)
{
    struct sign_in sign_in;
    struct gathered gathered;
    const char *name;
    unsigned roles;
    struct checked *checked = checked_new(task, request);
    scoped(evidence_scoped) struct evidence_list list = {0};
    if (!sign_in_unpack(request->sign_in, task_arena(task), &sign_in, &name, &roles))
        return refuse(task, checked, "sign_in_unreadable");
    if (!findings_gather(task, request, NULL, &sign_in, &gathered))
        return PACE_WAIT;
    if (gathered.role_gone)
        return refuse(task, checked, "role_gone");
    checked->demands = gathered.demands;
    if (!approvers_resolve(task, &checked->demands, &request->requester.key, FACT_MINUTE,
                           &checked->approvers))
        return PACE_WAIT;
    findings_judge(&gathered, request->duration_seconds, true, false, &list);
    judge_limits(&checked->demands, request->duration_seconds,
                 request->justification ? (int64_t)text_characters(request->justification) : 0,
                 &list);
    judge_approvers(&checked->approvers, &checked->demands, moment_now(), &list);
    if (!judge_held(task, request, &list) || !judge_before(task, request, &gathered, &list))
        return task_hold(task, 0);
    checked->request.occasion = occasion_pack(&gathered.occasion, task_arena(task));
    if (gathered.findings.account->reading.known) {
        checked->requester.name = arena_copy(task_arena(task), gathered.findings.account->name);
        checked->requester.mail = arena_copy(task_arena(task), gathered.findings.account->mail);
    }
    checked->evidence = packed(task, &list);
    checked->request.start_within_seconds = gathered.demands.start_within_seconds;
    json_auto_t *demands = demands_pack(&checked->demands);
    char *text = json_canonical(demands);
    checked->request.demands = arena_copy(task_arena(task), text);
    free(text);
    conclude(checked, &list, moment_now());
    if (checked->to == REQUEST_CHECKING && is_shown(task, checked))
        return task_hold(task, 0);
    return task_change(task, judged, checked);
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

static enum fail asked_again(struct turn *turn, void *data, struct reason *why)
{
    struct checked *checked = data;
    struct stored_request now;
    int64_t again = turn->now + APPROVERS_AGAIN_SECONDS;
    enum fail fail = store_request(turn->store, &checked->request.id, turn->arena, &now, why);
    if (!fail && now.state != REQUEST_PENDING)
        return because(why, FAIL_CONFLICT, "request %s is %s now", now.id.text,
                       request_state_text(now.state));
    if (!fail)
        fail = save_people(turn, checked, why);
    if (!fail)
        fail = ask_approvers(turn, checked, why);
    if (!fail)
        fail =
            turn_job(turn, job_request, checked->request.id.text, RANK_REQUEST,
                     again < checked->request.lapses_at ? again : checked->request.lapses_at, why);
    return fail;
}

/* The demands as they were kept with the request: it is decided by the policy it was submitted
 * under. */
static bool kept_demands(struct task *task, const struct stored_request *request,
                         struct demands *demands)
{
    json_auto_t *kept = request->demands ? json_loads(request->demands, 0, NULL) : NULL;
    return kept && demands_unpack(kept, task_arena(task), demands);
}

static enum pace watch(struct task *task, const struct stored_request *request)
{
    struct checked *checked = checked_new(task, request);
    if (moment_now() >= request->lapses_at)
        return task_change(task, lapsed, checked);
    if (!policy_find_role(task_access(task)->policy, request->roles[0].role))
        return refuse(task, checked, "role_gone");
    if (!kept_demands(task, request, &checked->demands))
        return refuse(task, checked, "demands_unreadable");
    const struct question account = {.kind = FACT_ACCOUNT, .subject = request->requester.key.oid};
    const struct fact *requester = task_fact(task, &account, FACT_MINUTE);
    bool here = approvers_resolve(task, &checked->demands, &request->requester.key, FACT_MINUTE,
                                  &checked->approvers);
    if (!here || !requester)
        return PACE_WAIT;
    if (requester->reading.known &&
        (!requester->account.exists || requester->account.enabled == TRI_NO))
        return refuse(task, checked,
                      requester->account.exists ? "account_disabled" : "account_gone");
    return task_change(task, asked_again, checked);
}

static enum fail forget(struct turn *turn, void *data, struct reason *why)
{
    return store_job_end(turn->store, job_request, data, why);
}

enum pace check_step(struct task *task)
{
    struct request_id id;
    struct stored_request request;
    struct reason why = {0};
    struct store *store = task_store(task);
    memcpy(id.text, task_subject(task), ID_SIZE);
    enum fail fail =
        store ? store_request(store, &id, task_arena(task), &request, &why) : FAIL_UNAVAILABLE;
    if (fail == FAIL_UNAVAILABLE)
        return task_hold(task, 0);
    if (!fail && request.state == REQUEST_CHECKING)
        return check(task, &request);
    if (!fail && request.state == REQUEST_PENDING)
        return watch(task, &request);
    return task_change(task, forget, arena_copy(task_arena(task), task_subject(task)));
}
