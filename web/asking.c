#include "web/asking.h"

#include "access/advice.h"
#include "access/approvers.h"
#include "access/occasion.h"
#include "access/urgent.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

/* The facts that the first look takes. */
struct first_look {
    const struct memberships *memberships;
    const struct contexts *contexts;
    const struct risks *risks; /* NULL: no rule asks */
    struct store *store;
    struct fact *facts[3]; /* shared from memory: to be given back */
};

static void give_back(struct first_look *look)
{
    for (size_t i = 0; i < COUNT(look->facts); i++)
        fact_free(look->facts[i]);
}

static struct question question_of(const struct visit *visit)
{
    const char *const *groups;
    size_t count = policy_groups(visit->access->policy, &groups);
    return (struct question){.kind = FACT_MEMBERSHIPS,
                             .subject = visit->caller->person.key.oid,
                             .group_count = count,
                             .groups = groups};
}

/* What is refused whatever the evidence says, and whether this sign-in could be mended by another.
 */
static void judge(struct visit *visit, struct asking *asking, const struct first_look *look)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    struct findings findings = {
        .now = visit->now,
        .person = &visit->caller->person.key,
        .sign_in = &visit->caller->sign_in,
        .memberships = look->memberships,
        .contexts = look->contexts,
        .claim_count = visit->access->options.claim_count,
        .claims = visit->access->options.claims,
    };
    asking->fail = look->store ? submission_check(visit->access, look->store, &asking->submission,
                                                  look->memberships, look->risks, visit->now,
                                                  &visit->complaints, &asking->demands,
                                                  visit->arena, &visit->why)
                               : because(&visit->why, FAIL_UNAVAILABLE, "the store does not open");
    if (asking->fail)
        return;
    judge_mfa(&asking->demands, &findings, &list);
    /* What PIM holds until it is approved goes there by the very sign-in that asks for it. */
    asking->needs_sign_in = !asking->after_sign_in && (asking->held || sign_in_may_mend(&list));
}

static bool from_memory(const struct visit *visit, struct first_look *look)
{
    int64_t now = moment_now_ms();
    const struct question memberships = question_of(visit);
    const struct question contexts = {.kind = FACT_CONTEXTS};
    const struct question risks = {.kind = FACT_RISKS};
    look->facts[0] = facts_peek(visit->access->facts, &memberships, now - FACT_MINUTE);
    if (visit->access->options.claim_count)
        look->facts[1] = facts_peek(visit->access->facts, &contexts, now - FACT_TEN_MINUTES);
    if (policy_asks_risk(visit->access->policy))
        look->facts[2] = facts_peek(visit->access->facts, &risks, now - FACT_MINUTE);
    if (look->facts[0])
        look->memberships = &look->facts[0]->memberships;
    if (look->facts[1])
        look->contexts = &look->facts[1]->contexts;
    if (look->facts[2])
        look->risks = &look->facts[2]->risks;
    return look->facts[0] && (look->facts[1] || !visit->access->options.claim_count) &&
           (look->facts[2] || !policy_asks_risk(visit->access->policy));
}

/* What PIM wants of the sign-in that hands it over; what it does not say now, it is asked again
   when they are back. */
static bool ask_context(struct task *task, struct asking *asking)
{
    const struct policy *policy = asking->visit->access->policy;
    for (size_t i = 0; asking->held && i < asking->submission.role_count; i++) {
        const struct role *role = policy_find_role(policy, asking->submission.roles[i]);
        if (!role)
            continue;
        const struct question question = {.kind = FACT_SELF_RULES,
                                          .subject = target_key(&role->target, task_arena(task))};
        const struct fact *rules = task_fact(task, &question, FACT_MINUTE);
        if (!rules)
            return false;
        if (rules->reading.known && rules->self_rules.exists)
            asking->pim_context = arena_copy(asking->visit->arena, rules->self_rules.context);
    }
    return true;
}

/* Whether they would be sent to a sign-in that they may not be able to meet. */
static bool may_be_in_vain(const struct visit *visit, const struct asking *asking)
{
    return asking->needs_sign_in && !asking->held &&
           registration_matters(&asking->demands, &visit->caller->sign_in);
}

/* Who has no second factor is told so at once, instead of being sent to bring it. */
static enum pace know_registration(struct task *task, struct asking *asking)
{
    const struct question question = {.kind = FACT_REGISTRATION,
                                      .subject = asking->visit->caller->person.key.oid};
    const struct fact *details = task_fact(task, &question, FACT_TEN_MINUTES);
    if (!details)
        return PACE_WAIT;
    asking->needs_sign_in = !registration_lacks_mfa(&details->registration);
    return PACE_OVER;
}

static enum pace find_out(struct task *task, void *data)
{
    struct asking *asking = data;
    struct visit *visit = asking->visit;
    const struct question memberships = question_of(visit);
    const struct question contexts = {.kind = FACT_CONTEXTS};
    const struct question risks = {.kind = FACT_RISKS};
    bool wanted = visit->access->options.claim_count > 0;
    bool asks_risk = policy_asks_risk(visit->access->policy);
    const struct fact *in = task_fact(task, &memberships, FACT_MINUTE);
    const struct fact *backed = wanted ? task_fact(task, &contexts, FACT_TEN_MINUTES) : NULL;
    bool here = asking->after_sign_in || ask_context(task, asking);
    const struct fact *at_risk = asks_risk ? task_fact(task, &risks, FACT_MINUTE) : NULL;
    if (!in || (wanted && !backed) || !here || (asks_risk && !at_risk))
        return PACE_WAIT;
    struct first_look look = {.memberships = &in->memberships,
                              .contexts = backed ? &backed->contexts : NULL,
                              .risks = at_risk ? &at_risk->risks : NULL,
                              .store = task_store(task)};
    judge(visit, asking, &look);
    return may_be_in_vain(visit, asking) ? know_registration(task, asking) : PACE_OVER;
}

static enum pace find_groups(struct task *task, void *data)
{
    struct grouped *grouped = data;
    const struct visit *visit = grouped->visit;
    const struct question memberships = question_of(visit);
    const struct question risks = {.kind = FACT_RISKS};
    bool asks_risk = policy_asks_risk(visit->access->policy);
    const struct fact *in = task_fact(task, &memberships, FACT_MINUTE);
    const struct fact *at_risk = asks_risk ? task_fact(task, &risks, FACT_MINUTE) : NULL;
    if (!in || (asks_risk && !at_risk))
        return PACE_WAIT;
    grouped->memberships = fact_share((struct fact *)in);
    if (at_risk)
        grouped->risks = fact_share((struct fact *)at_risk);
    return PACE_OVER;
}

static void free_grouped(void *owned)
{
    const struct grouped *grouped = owned;
    fact_free(grouped->memberships);
    fact_free(grouped->risks);
}

enum next asking_groups(struct visit *visit, struct grouped *grouped, handler *then)
{
    const struct question memberships = question_of(visit);
    grouped->visit = visit;
    visit->owned = grouped;
    visit->free_owned = free_grouped;
    if (!policy_asks_risk(visit->access->policy))
        grouped->memberships =
            facts_peek(visit->access->facts, &memberships, moment_now_ms() - FACT_MINUTE);
    return grouped->memberships ? then(visit) : visit_inquire(visit, find_groups, grouped, then);
}

/* The circumstances as they are kept with a request; NULL: the store does not say. */
static const char *occasion_now(struct task *task, const struct stored_request *request)
{
    struct occasion occasion;
    struct reason ignored = {0};
    occasion_of(request, NULL, task_arena(task), &occasion);
    if (!task_store(task) || occasion_past(task_store(task), task_access(task)->policy, "~",
                                           task_arena(task), &occasion, &ignored))
        return NULL;
    return occasion_pack(&occasion, task_arena(task));
}

/* A dry run asks for what the check of a request asks for, and judges it the same way. */
static enum pace rehearse(struct task *task, void *data)
{
    struct asking *asking = data;
    struct visit *visit = asking->visit;
    struct stored_request request = {.requester = visit->caller->person,
                                     .duration_seconds = asking->submission.duration_seconds,
                                     .start_at = asking->submission.start_at,
                                     .ticket = asking->submission.ticket,
                                     .submitted_at = visit->now,
                                     .urgent = asking->submission.urgent,
                                     .role_count = asking->submission.role_count};
    struct gathered gathered;
    struct approvers approvers, reviewers;
    scoped(evidence_scoped) struct evidence_list list = {0};
    for (size_t i = 0; i < request.role_count; i++) {
        const struct role *role =
            policy_find_role(visit->access->policy, asking->submission.roles[i]);
        if (!role)
            return find_out(task, data);
        request.roles[i].role = role->id;
        request.roles[i].target = target_key(&role->target, task_arena(task));
    }
    request.occasion = occasion_now(task, &request);
    if (!findings_gather(task, &request, NULL, &visit->caller->sign_in, &gathered) ||
        !approvers_resolve(task, &gathered.demands, &request.requester.key, NULL, FACT_MINUTE,
                           &approvers) ||
        !urgent_reviewers(task, &gathered.demands, &request.requester.key, &reviewers))
        return PACE_WAIT;
    struct first_look look = {.memberships = gathered.findings.memberships,
                              .contexts = gathered.findings.contexts,
                              .risks = gathered.findings.risks,
                              .store = task_store(task)};
    judge(visit, asking, &look);
    findings_judge(&gathered, request.duration_seconds, true, false, &list);
    judge_ticket(&gathered.demands, &gathered.findings, request.ticket, &list);
    judge_approvers(&approvers, &gathered.demands, visit->now, &list);
    judge_urgent(&approvers, &reviewers, &gathered.demands, visit->now, &list);
    if (!asking->held && registration_lacks_mfa(gathered.findings.registration))
        asking->needs_sign_in = false;
    asking->evidence = evidence_pack(&list);
    return PACE_OVER;
}

static void free_asking(void *owned)
{
    const struct asking *asking = owned;
    json_decref(asking->evidence);
}

enum next asking_begin(struct visit *visit, struct asking *asking, handler *then)
{
    struct first_look look = {0};
    asking->visit = visit;
    visit->owned = asking;
    visit->free_owned = free_asking;
    asking->held = submission_is_held(visit->access, &asking->submission);
    if (asking->dry_run)
        return visit_inquire(visit, rehearse, asking, then);
    if ((asking->held && !asking->after_sign_in) || !from_memory(visit, &look)) {
        give_back(&look);
        return visit_inquire(visit, find_out, asking, then);
    }
    look.store = visit_store(visit);
    judge(visit, asking, &look);
    give_back(&look);
    if (may_be_in_vain(visit, asking))
        return visit_inquire(visit, find_out, asking, then);
    return then(visit);
}

static enum fail advise(struct visit *visit, const struct asking *asking, json_t **ret)
{
    const struct submission *submission = &asking->submission;
    struct advice_about about = {.person = &visit->caller->person.key,
                                 .role_count = submission->role_count,
                                 .duration_seconds = submission->duration_seconds,
                                 .now = visit->now};
    struct store *store = visit_store(visit);
    if (!store)
        return FAIL_UNAVAILABLE;
    for (size_t i = 0; i < about.role_count; i++)
        about.roles[i] = policy_find_role(visit->access->policy, submission->roles[i]);
    return advice_give(visit->access, store, &about, visit->arena, ret, &visit->why);
}

enum next asking_verdict(struct visit *visit, struct asking *asking)
{
    bool fails = false, unknown = false;
    json_t *advice = NULL;
    enum fail fail = advise(visit, asking, &advice);
    if (fail)
        return visit_fail(visit, fail);
    json_t *view = evidence_view(asking->evidence);
    for (size_t i = 0; i < json_array_size(view); i++) {
        const char *verdict =
            json_string_value(json_object_get(json_array_get(view, i), "verdict"));
        fails |= text_equals(verdict, verdict_text(VERDICT_FAIL));
        unknown |= text_equals(verdict, verdict_text(VERDICT_UNKNOWN));
    }
    bool asks = asking->demands.approval_count && !asking->demands.urgent.asked;
    const char *state = fails && !asking->needs_sign_in ? "refused"
                        : unknown                       ? "checking"
                        : asks                          ? "pending"
                                                        : "approved";
    return visit_json(
        visit, 200,
        memory_needed(json_pack("{s:s, s:b, s:o, s:o}", "state", state, "needs_sign_in",
                                asking->needs_sign_in, "evidence", view, "advice", advice)));
}
