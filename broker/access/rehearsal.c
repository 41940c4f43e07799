#include "access/rehearsal.h"

#include "access/approvers.h"
#include "access/findings.h"
#include "access/occasion.h"
#include "access/views.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/text.h"

/* What was found out, and judged. */
struct found {
    const struct stored_request *request;
    struct gathered gathered;
    struct approvers approvers;
    struct complaints complaints;
    json_t *evidence;
};

static void add_question(const struct rehearsal *rehearsal, const struct found *found)
{
    char span[32];
    const struct person *person = &found->request->requester;
    span_text(found->request->duration_seconds, span);
    text_addf(rehearsal->report, "%s asks for ", person->name ? person->name : person->key.oid);
    for (size_t i = 0; i < found->request->role_count; i++)
        text_addf(rehearsal->report, "%s%s", i ? ", " : "", found->gathered.roles[i]->name);
    text_addf(rehearsal->report, ", for %s.\n", span);
}

static void add_rules(const struct rehearsal *rehearsal, const struct found *found,
                      const struct policy *policy, struct arena *arena)
{
    const struct stored_request *request = found->request;
    text_add(rehearsal->report, "\nRules\n");
    policy_explain(policy, request->role_count, found->gathered.roles, &found->gathered.occasion,
                   arena, rehearsal->report);
    json_auto_t *demanded = view_requires(&found->gathered.demands, arena);
    if (json_array_size(demanded))
        text_add(rehearsal->report, "\nWhat they demand together\n");
    for (size_t i = 0; i < json_array_size(demanded); i++)
        text_addf(rehearsal->report, "  %s\n",
                  json_member_text(json_array_get(demanded, i), "says"));
}

static void add_evidence(const struct rehearsal *rehearsal, const struct found *found)
{
    json_auto_t *view = evidence_view(found->evidence);
    text_add(rehearsal->report, "\nWhat is found\n");
    for (size_t i = 0; i < json_array_size(view); i++) {
        const json_t *piece = json_array_get(view, i);
        const char *mend = json_member_text(piece, "mend");
        text_addf(rehearsal->report, "  %-8s %s: %s\n", json_member_text(piece, "verdict"),
                  json_member_text(piece, "check"), json_member_text(piece, "says"));
        if (mend && !text_equals(json_member_text(piece, "verdict"), verdict_text(VERDICT_PASS)))
            text_addf(rehearsal->report, "           %s\n", mend);
    }
}

static void add_names(const struct approver_set *set, struct text *report)
{
    for (size_t i = 0; i < set->count; i++)
        text_addf(report, "%s %s", i ? "," : "",
                  set->people[i].name ? set->people[i].name : set->people[i].key.oid);
    if (!set->count)
        text_add(report, " nobody");
}

static void add_approvers(const struct rehearsal *rehearsal, const struct found *found)
{
    const struct demands *demands = &found->gathered.demands;
    struct text *report = rehearsal->report;
    if (demands->approval_count)
        text_add(report, "\nWho is asked\n");
    for (size_t i = 0; i < demands->approval_count; i++) {
        char span[32];
        const struct approval_demand *demand = &demands->approvals[i];
        const struct approver_stage *stage = &found->approvers.stages[i];
        text_addf(report, "  %s, stage %d: %lld of %zu", demand->rule, demand->stage,
                  (long long)demand->need, stage->from.count);
        span_text(demand->within_seconds, span);
        text_addf(report, ", within %s%s:", span, demand->is_signed ? ", signed" : "");
        add_names(&stage->from, report);
        if (demand->escalate_seconds >= 0) {
            span_text(demand->escalate_seconds, span);
            text_addf(report, "; after %s also:", span);
            add_names(&stage->to, report);
        }
        text_add(report, "\n");
    }
}

static void conclude(struct rehearsal *rehearsal, const struct found *found,
                     const struct evidence_list *list)
{
    bool waits;
    rehearsal->verdict = found->complaints.count ? VERDICT_FAIL : evidence_verdict(list, &waits);
    text_add(rehearsal->report, "\n");
    if (!rehearsal->with_sign_in)
        text_add(rehearsal->report,
                 "How they sign in, and from what device, is not judged: --facts FILE says it.\n");
    for (size_t i = 0; i < complaints_kept(&found->complaints); i++)
        text_addf(rehearsal->report, "%s %s\n", found->complaints.list[i].field,
                  found->complaints.list[i].says);
    text_add(rehearsal->report, rehearsal->verdict == VERDICT_FAIL ? "No: it is refused.\n"
                                : rehearsal->verdict == VERDICT_UNKNOWN
                                    ? "Not known: what is not known counts as no.\n"
                                : found->gathered.demands.approval_count
                                    ? "Yes, once these agree.\n"
                                    : "Yes, without asking anybody.\n");
}

/* False, with the answer made, when a role is not in the catalogue. */
static bool fill_roles(struct task *task, struct rehearsal *rehearsal,
                       struct stored_request *request)
{
    const struct submission *submission = &rehearsal->submission;
    for (size_t i = 0; i < submission->role_count; i++) {
        const struct role *role = policy_find_role(task_access(task)->policy, submission->roles[i]);
        if (!role) {
            rehearsal->verdict = VERDICT_FAIL;
            text_addf(rehearsal->report, "No: there is no role \"%s\".\n", submission->roles[i]);
            return false;
        }
        request->roles[i].role = role->id;
        request->roles[i].target = target_key(&role->target, task_arena(task));
    }
    return true;
}

/* What the person had and holds: as it was given, or as the store has it. */
static enum fail look_back(struct task *task, const struct rehearsal *rehearsal,
                           struct stored_request *request, struct reason *why)
{
    struct occasion occasion = {.person = &request->requester.key,
                                .at = request->submitted_at,
                                .duration_seconds = request->duration_seconds};
    enum fail fail = FAIL_NONE;
    if (rehearsal->given)
        given_past(rehearsal->given, &occasion);
    else
        fail = task_store(task) ? occasion_past(task_store(task), task_access(task)->policy, "~",
                                                task_arena(task), &occasion, why)
                                : because(why, FAIL_UNAVAILABLE, "the store does not open");
    request->occasion = occasion_pack(&occasion, task_arena(task));
    return fail;
}

/* What is refused before anything is written. */
static void check(struct task *task, struct rehearsal *rehearsal, struct found *found,
                  struct evidence_list *list)
{
    struct demands demands;
    struct reason why = {0};
    struct submission *submission = &rehearsal->submission;
    const struct findings *findings = &found->gathered.findings;
    if (rehearsal->given) {
        judge_limits(&found->gathered.demands, submission->duration_seconds,
                     (int64_t)text_characters(submission->justification), list);
        judge_words(&found->gathered.demands, submission->justification, submission->ticket, list);
    } else {
        (void)submission_check(task_access(task), task_store(task), submission,
                               findings->memberships, findings->risks, findings->now,
                               &found->complaints, &demands, task_arena(task), &why);
    }
    judge_ticket(&found->gathered.demands, findings, submission->ticket, list);
}

enum pace rehearsal_step(struct task *task, void *data)
{
    struct rehearsal *rehearsal = data;
    const struct submission *submission = &rehearsal->submission;
    struct reason why = {0};
    struct stored_request request = {.requester = submission->caller->person,
                                     .duration_seconds = submission->duration_seconds,
                                     .start_at = submission->start_at,
                                     .ticket = submission->ticket,
                                     .submitted_at = submission->caller->sign_in.at,
                                     .role_count = submission->role_count};
    struct found found = {.request = &request, .complaints = {.arena = task_arena(task)}};
    scoped(evidence_scoped) struct evidence_list list = {0};
    if (!fill_roles(task, rehearsal, &request))
        return PACE_OVER;
    if (look_back(task, rehearsal, &request, &why)) {
        text_addf(rehearsal->report, "Not known: %s.\n", why.text);
        return PACE_OVER;
    }
    if (!findings_gather(task, &request, NULL, &submission->caller->sign_in, &found.gathered) ||
        !approvers_resolve(task, &found.gathered.demands, &request.requester.key, NULL, FACT_MINUTE,
                           &found.approvers))
        return PACE_WAIT;
    check(task, rehearsal, &found, &list);
    findings_judge(&found.gathered, request.duration_seconds, rehearsal->with_sign_in, false,
                   &list);
    judge_approvers(&found.approvers, &found.gathered.demands, request.submitted_at, &list);
    json_auto_t *evidence = evidence_pack(&list);
    found.evidence = evidence;
    add_question(rehearsal, &found);
    add_rules(rehearsal, &found, task_access(task)->policy, task_arena(task));
    add_evidence(rehearsal, &found);
    add_approvers(rehearsal, &found);
    conclude(rehearsal, &found, &list);
    return PACE_OVER;
}
