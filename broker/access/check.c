#include "access/check_common.h"

#include "access/caller.h"
#include "access/findings.h"
#include "access/grants.h"
#include "access/holding.h"
#include "access/messages.h"
#include "access/moves.h"
#include "access/occasion.h"
#include "access/urgent.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/approvals.h"
#include "store/jobs.h"
#include "store/people.h"

#include <stdlib.h>
#include <string.h>

static enum fail finish(struct turn *turn, struct checked *checked, struct reason *why)
{
    const struct request_id *id = &checked->request.id;
    enum fail fail = store_job_end(turn->store, job_request, id->text, why);
    if (!fail && checked->to == REQUEST_APPROVED)
        fail = grants_make(turn, &checked->request, why);
    if (!fail && checked->to == REQUEST_APPROVED && checked->demands.urgent.asked)
        fail = urgent_begin(turn, &checked->request, &checked->demands, &checked->approvers,
                            &checked->reviewers, why);
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
    enum fail fail = check_save_people(turn, checked, why);
    if (!fail && evidence)
        fail = store_evidence_save(turn->store, &request->id, "submission", checked->evidence,
                                   turn->now, why);
    if (fail || checked->to == REQUEST_CHECKING)
        return fail;
    fail = move_request(turn, request, checked->to, checked->code, detail, why);
    if (!fail && was_pending)
        fail = message_approvers(turn, &request->id, NULL, why);
    if (!fail && checked->to == REQUEST_PENDING)
        fail = pending_begin(turn, checked, why);
    else if (!fail)
        fail = finish(turn, checked, why);
    if (!fail && checked->to != REQUEST_REFUSED)
        fail = store_request_demand(turn->store, request, why);
    if (!fail && checked->to == REQUEST_APPROVED && checked->demands.urgent.asked)
        fail = urgent_tell_named(turn, &request->id, why);
    return fail;
}

/* What the evidence makes of the request now. */
static void conclude(struct checked *checked, const struct evidence_list *list, int64_t now)
{
    bool waits;
    enum verdict verdict = evidence_verdict(list, &waits);
    if (verdict == VERDICT_PASS) {
        bool waits_for_approval = checked->demands.approval_count && !checked->demands.urgent.asked;
        checked->to = waits_for_approval ? REQUEST_PENDING : REQUEST_APPROVED;
    } else if (verdict == VERDICT_UNKNOWN && waits && now < checked->request.check_until) {
        checked->to = REQUEST_CHECKING;
    } else {
        checked->to = REQUEST_REFUSED;
        checked->code = evidence_first(list, verdict)->code;
    }
}

struct checked *checked_new(struct task *task, const struct stored_request *request)
{
    struct checked *checked = ARENA_NEW(task_arena(task), struct checked);
    checked->request = *request;
    checked->requester.key = request->requester.key;
    return checked;
}

enum pace check_refuse(struct task *task, struct checked *checked, const char *code)
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
        return check_refuse(task, checked, "sign_in_unreadable");
    if (!findings_gather(task, request, NULL, &sign_in, &gathered))
        return PACE_WAIT;
    if (gathered.role_gone)
        return check_refuse(task, checked, "role_gone");
    checked->demands = gathered.demands;
    if (!approvers_resolve(task, &checked->demands, &request->requester.key, NULL, FACT_MINUTE,
                           &checked->approvers) ||
        !urgent_reviewers(task, &checked->demands, &request->requester.key, &checked->reviewers))
        return PACE_WAIT;
    findings_judge(&gathered, request->duration_seconds, true, false, &list);
    judge_limits(&checked->demands, request->duration_seconds,
                 request->justification ? (int64_t)text_characters(request->justification) : 0,
                 &list);
    judge_words(&checked->demands, request->justification ? request->justification : "",
                request->ticket, &list);
    judge_ticket(&checked->demands, &gathered.findings, request->ticket, &list);
    judge_approvers(&checked->approvers, &checked->demands, moment_now(), &list);
    judge_urgent(&checked->approvers, &checked->reviewers, &checked->demands, moment_now(), &list);
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
        return pending_watch(task, &request);
    return task_change(task, forget, arena_copy(task_arena(task), task_subject(task)));
}
