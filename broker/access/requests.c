#include "access/requests.h"

#include "access/closing.h"
#include "access/findings.h"
#include "access/grants.h"
#include "access/messages.h"
#include "access/occasion.h"
#include "access/prolong.h"
#include "access/urgent.h"
#include "access/views.h"
#include "access/words_kept.h"
#include "access/worker.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/jobs.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHORTEST_SECONDS = 5 * 60, /* PIM takes nothing shorter (contract 4.5) */
    LONGEST_SECONDS = 7 * 86400,
    HELD_SHORTEST_SECONDS = 15 * 60, /* so that somebody can approve it, and something is left */
    START_LATE_SECONDS = 60,
    START_AHEAD_SECONDS = 30 * 86400,
};

/* A bundle that was asked for is read as its roles. */
static void open_bundle(const struct policy *policy, struct submission *submission)
{
    const struct bundle *bundle =
        submission->role_count == 1 ? policy_find_bundle(policy, submission->roles[0]) : NULL;
    if (!bundle)
        return;
    submission->bundle = submission->roles[0];
    submission->undo = bundle->undo;
    submission->role_count = bundle->role_count;
    submission->roles = ARENA_ARRAY(submission->arena, const char *, bundle->role_count);
    for (size_t i = 0; i < bundle->role_count; i++)
        submission->roles[i] = arena_copy(submission->arena, bundle->roles[i]->id);
}

void submission_read(const struct policy *policy, const json_t *body, struct complaints *complaints,
                     struct submission *ret)
{
    struct form form = form_open(body, "", complaints);
    ret->arena = complaints->arena;
    ret->role_count = form_texts(&form, "roles", REQUIRED, REQUEST_ROLES, 64, &ret->roles);
    (void)form_text(&form, "duration", REQUIRED, 32);
    ret->duration_seconds = form_span(&form, "duration", SHORTEST_SECONDS, LONGEST_SECONDS, 0);
    ret->justification = form_text(&form, "justification", REQUIRED, JUSTIFICATION_MOST);
    if (ret->justification && text_is_empty(ret->justification))
        form_complain(&form, "justification", "must say why you need it");
    ret->ticket = form_text(&form, "ticket", OPTIONAL, TICKET_MOST);
    ret->start_at = form_moment(&form, "start", -1);
    ret->urgent = form_flag(&form, "urgent", false);
    words_check(&form, "justification", ret->justification);
    words_check(&form, "ticket", ret->ticket);
    form_end(&form);
    open_bundle(policy, ret);
}

static void check_start(const struct submission *submission, int64_t now,
                        struct complaints *complaints)
{
    if (submission->start_at < 0)
        return;
    if (submission->start_at < now - START_LATE_SECONDS)
        complain(complaints, "start", "is in the past");
    if (submission->start_at > now + START_AHEAD_SECONDS)
        complain(complaints, "start", "is more than 30 days ahead");
}

/* A bundle is spoken of as what was asked for: its roles are nobody's business who may not have it.
 */
static void complain_of_role(const struct submission *submission, size_t index,
                             struct complaints *complaints)
{
    bool alone = submission->bundle || submission->role_count == 1;
    const char *asked = submission->bundle ? submission->bundle : submission->roles[index];
    if (submission->bundle && complaints->count)
        return;
    complain(complaints,
             arena_text(complaints->arena, "roles[%zu]", submission->bundle ? 0 : index),
             "there is no role \"%s\" that you may ask for%s", asked,
             alone ? "" : " together with others");
}

static bool find_roles(const struct policy *policy, const struct submission *submission,
                       const struct role *roles[], struct complaints *complaints)
{
    for (size_t i = 0; i < submission->role_count; i++) {
        roles[i] = policy_find_role(policy, submission->roles[i]);
        if (!roles[i])
            complain_of_role(submission, i, complaints);
    }
    return complaints->count == 0;
}

bool submission_is_held(const struct access *access, const struct submission *submission)
{
    bool held = false;
    for (size_t i = 0; i < submission->role_count; i++)
        held |= activation_of(access, policy_find_role(access->policy, submission->roles[i])) ==
                ACTIVATION_PIM_APPROVAL;
    return held;
}

/* Its end is fixed when PIM gets it, and PIM approves one activation at a time. */
static void check_held(const struct access *access, const struct submission *submission,
                       int64_t now, struct complaints *complaints)
{
    char shortest[32];
    if (!submission_is_held(access, submission))
        return;
    span_text(HELD_SHORTEST_SECONDS, shortest);
    if (submission->role_count > 1)
        complain(complaints, "roles",
                 "holds a role that is approved in PIM: ask for that one by itself");
    if (submission->start_at > now + START_LATE_SECONDS)
        complain(complaints, "start", "cannot be later for a role that is approved in PIM");
    if (submission->duration_seconds < HELD_SHORTEST_SECONDS)
        complain(complaints, "duration",
                 "counts from now on for a role that is approved in PIM: at least %s", shortest);
}

/* Who may not know that a role is there hears the same as of one that is not. */
static void complain_roles(const struct policy *policy, const struct submission *submission,
                           const struct role *const roles[], const struct demands *all,
                           struct complaints *complaints)
{
    struct arena *arena = complaints->arena;
    if (submission->bundle && !all->named) {
        complain_of_role(submission, 0, complaints);
        return;
    }
    if (all->denied && all->named)
        complain(complaints, "roles", "are refused by the policy: %s", all->denied);
    else if (all->ring && all->named)
        complain(complaints, "roles",
                 "cannot be asked for yet: you are not in the ring that is open (%s)", all->ring);
    for (size_t i = 0; i < submission->role_count; i++) {
        struct demands one;
        policy_demand(policy, 1, &roles[i], &submission->occasion, arena, &one);
        const char *field = arena_text(arena, "roles[%zu]", i);
        if (!one.named)
            complain_of_role(submission, i, complaints);
        else if (!one.allowed && !one.denied && !one.ring)
            complain(complaints, field,
                     "the rules that let you ask for \"%s\" do not apply in these circumstances",
                     submission->roles[i]);
    }
}

static void complain_words(const struct submission *submission, struct complaints *complaints)
{
    const struct demands *demands = submission->demands;
    char longest[32], shortest[32];
    span_text(demands->longest_seconds, longest);
    span_text(demands->shortest_seconds, shortest);
    if (!demands->rule_count)
        return;
    if (submission->duration_seconds > demands->longest_seconds)
        complain(complaints, "duration", "is longer than the policy allows: at most %s", longest);
    if (submission->duration_seconds < demands->shortest_seconds)
        complain(complaints, "duration", "is shorter than the policy allows: at least %s",
                 shortest);
    if ((int64_t)text_characters(submission->justification) < demands->justification_least)
        complain(complaints, "justification", "must have at least %lld characters",
                 (long long)demands->justification_least);
    words_complain(&demands->required, submission->justification, submission->ticket, complaints);
}

/* Which limits that count are reached, as evidence. */
static enum fail judge_before(struct store *store, const struct policy *policy,
                              const struct submission *submission, struct arena *arena,
                              struct evidence_list *list, struct reason *why)
{
    const char *targets[REQUEST_ROLES];
    struct counts counts;
    for (size_t i = 0; i < submission->role_count; i++) {
        const struct role *role = policy_find_role(policy, submission->roles[i]);
        if (!role)
            return because(why, FAIL_CONFLICT, "role %s left the catalogue", submission->roles[i]);
        targets[i] = target_key(&role->target, arena);
    }
    enum fail fail = occasion_count(store, submission->demands, &submission->occasion,
                                    submission->role_count, targets, "~", arena, &counts, why);
    if (!fail)
        judge_counts(submission->demands, &counts, submission->role_count, &submission->occasion,
                     list);
    return fail;
}

/* What was judged and what to do about it, in one line. */
static const char *words_of(const struct evidence_list *list, struct arena *arena)
{
    const char *all = "";
    json_auto_t *packed = evidence_pack(list), *view = evidence_view(packed);
    for (size_t i = 0; i < json_array_size(view); i++)
        all = arena_text(arena, "%s%s%s %s", all, *all ? " " : "",
                         json_member_text(json_array_get(view, i), "says"),
                         json_member_text(json_array_get(view, i), "mend"));
    return all;
}

static enum fail complain_counts(struct store *store, const struct policy *policy,
                                 const struct submission *submission, struct complaints *complaints,
                                 struct arena *arena, struct reason *why)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    enum fail fail = judge_before(store, policy, submission, arena, &list, why);
    if (!fail && list.count)
        complain(complaints, "roles", "%s", words_of(&list, arena));
    return fail;
}

/* What cannot wait for approval cannot wait for anything else, and PIM lets nobody pass over its
   own. */
static void check_urgent(const struct access *access, const struct submission *submission,
                         int64_t now, struct complaints *complaints)
{
    if (!submission->urgent)
        return;
    if (submission->start_at > now + START_LATE_SECONDS)
        complain(complaints, "start", "cannot be later for what is urgent");
    if (submission_is_held(access, submission))
        complain(complaints, "urgent", "cannot be for a role that is approved in PIM");
}

/* Whoever may have it once it is approved is told that it is the haste that they may not have. */
static bool complain_of_haste(const struct policy *policy, const struct submission *submission,
                              const struct role *const roles[], struct complaints *complaints)
{
    struct demands demands;
    struct occasion occasion = submission->occasion;
    occasion.urgent = false;
    if (!submission->urgent)
        return false;
    policy_demand(policy, submission->role_count, roles, &occasion, complaints->arena, &demands);
    if (demands.allowed)
        complain(complaints, "urgent",
                 "the policy does not let you have this before it is approved");
    return demands.allowed;
}

enum fail submission_check(const struct access *access, struct store *store,
                           struct submission *submission, const struct memberships *memberships,
                           const struct risks *risks, int64_t now, struct complaints *complaints,
                           struct demands *demands, struct arena *arena, struct reason *why)
{
    const struct policy *policy = access->policy;
    const struct role *roles[REQUEST_ROLES];
    check_start(submission, now, complaints);
    check_held(access, submission, now, complaints);
    check_urgent(access, submission, now, complaints);
    if (!find_roles(policy, submission, roles, complaints))
        return because(why, FAIL_REFUSED_BY_POLICY, "%s", complaints_text(complaints));
    submission->occasion = (struct occasion){.person = &submission->caller->person.key,
                                             .memberships = memberships,
                                             .at = now,
                                             .duration_seconds = submission->duration_seconds,
                                             .start_at = submission->start_at,
                                             .urgent = submission->urgent};
    enum fail fail = occasion_past(store, policy, "~", arena, &submission->occasion, why);
    if (fail)
        return fail;
    occasion_risk(risks, &submission->occasion);
    policy_demand(policy, submission->role_count, roles, &submission->occasion, arena, demands);
    submission->demands = demands;
    bool refused = !demands->allowed && (!demands->unknown || demands->denied || demands->ring);
    if (refused && !complain_of_haste(policy, submission, roles, complaints))
        complain_roles(policy, submission, roles, demands, complaints);
    complain_words(submission, complaints);
    if (!complaints->count)
        fail = complain_counts(store, policy, submission, complaints, arena, why);
    if (fail)
        return fail;
    return complaints->count
               ? because(why, FAIL_REFUSED_BY_POLICY, "%s", complaints_text(complaints))
               : FAIL_NONE;
}

static enum fail check_quota(struct turn *turn, const struct submission *submission,
                             struct reason *why)
{
    int64_t count, most = turn->access->options.requests_per_hour;
    enum fail fail = store_requests_since(turn->store, &submission->caller->person.key,
                                          turn->now - 3600, &count, why);
    if (!fail && count >= most)
        return because(why, FAIL_TOO_MANY, "%lld requests in an hour", (long long)count);
    return fail;
}

/* Once more where nobody else can ask at the same time. */
static enum fail check_counts(struct turn *turn, struct submission *submission, struct reason *why)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    enum fail fail =
        judge_before(turn->store, turn->access->policy, submission, submission->arena, &list, why);
    if (fail || !list.count)
        return fail;
    submission->refused = words_of(&list, submission->arena);
    return because(why, FAIL_REFUSED_BY_POLICY, "roles: %s", submission->refused);
}

static enum fail check_open(struct turn *turn, struct submission *submission,
                            struct stored_request *request, struct reason *why)
{
    for (size_t i = 0; i < request->role_count; i++) {
        struct reason ignored = {0};
        enum fail fail = store_request_open_for(turn->store, &submission->caller->person.key,
                                                request->roles[i].target,
                                                &submission->stands_in_the_way, &ignored);
        if (!fail)
            return because(why, FAIL_CONFLICT, "request %s is open for %s",
                           submission->stands_in_the_way.text, request->roles[i].role);
        if (fail != FAIL_NOT_FOUND)
            return because(why, fail, "%s", ignored.text);
        fail = prolong_check(turn, submission, i, why);
        if (fail)
            return fail;
    }
    return FAIL_NONE;
}

/* The row; the roles are looked up again, in the policy that is in force at the writer's turn. */
static enum fail build(struct turn *turn, struct submission *submission, struct reason *why)
{
    const struct policy *policy = turn->access->policy;
    struct stored_request *request = &submission->request;
    *request = (struct stored_request){
        .id = submission->id,
        .requester = submission->caller->person,
        .state = REQUEST_CHECKING,
        .duration_seconds = submission->duration_seconds,
        .start_at = submission->start_at,
        .start_within_seconds = 3600, /* until the check says what the policy demands */
        .justification_mark = submission->mark,
        .justification = submission->justification,
        .ticket = submission->ticket,
        .submitted_at = turn->now,
        .check_until = turn->now + turn->access->options.check_within_seconds,
        .lapses_at = -1,
        .policy_version = arena_copy(submission->arena, policy_version(policy)),
        .sign_in = submission->caller->sign_in_json,
        .occasion = occasion_pack(&submission->occasion, submission->arena),
        .bundle = submission->bundle,
        .undo = submission->undo,
        .urgent = submission->urgent,
        .role_count = submission->role_count,
    };
    for (size_t i = 0; i < request->role_count; i++) {
        const struct role *role = policy_find_role(policy, submission->roles[i]);
        if (!role)
            return because(why, FAIL_CONFLICT, "role %s left the catalogue", submission->roles[i]);
        request->roles[i].role = submission->roles[i]; /* outlives the policy of this turn */
        request->roles[i].target = target_key(&role->target, submission->arena);
    }
    return FAIL_NONE;
}

enum fail submission_is_free(struct turn *turn, struct submission *submission, struct reason *why)
{
    enum fail fail = build(turn, submission, why);
    return fail ? fail : check_open(turn, submission, &submission->request, why);
}

static enum fail record(struct turn *turn, const struct stored_request *request, struct reason *why)
{
    char span[32], start[21] = "";
    json_t *roles = memory_needed(json_array());
    span_text(request->duration_seconds, span);
    if (request->start_at >= 0)
        moment_text(request->start_at, start);
    for (size_t i = 0; i < request->role_count; i++)
        (void)json_array_append_new(
            roles, json_pack("{s:s, s:s, s:s*}", "role", request->roles[i].role, "target",
                             request->roles[i].target, "extends", request->roles[i].extends));
    json_auto_t *detail = memory_needed(
        json_pack("{s:o, s:s*, s:s, s:s?, s:s, s:s?, s:s, s:o*}", "roles", roles, "bundle",
                  request->bundle, "duration", span, "start", *start ? start : NULL,
                  "justification", request->justification_mark, "ticket", request->ticket, "policy",
                  request->policy_version, "urgent", request->urgent ? json_true() : NULL));
    return turn_record(
        turn,
        (struct event){.code = EVENT_REQUEST_SUBMITTED,
                       .subject = &request->requester.key,
                       .request = &request->id,
                       .role = request->role_count == 1 ? request->roles[0].role : NULL,
                       .to = request_state_text(REQUEST_CHECKING),
                       .detail = detail},
        why);
}

enum fail submission_check_owed(struct turn *turn, struct submission *submission,
                                struct reason *why)
{
    if (!submission->urgent)
        return FAIL_NONE;
    enum fail fail = urgent_check_open(turn, &submission->caller->person.key,
                                       &submission->stands_in_the_way, why);
    submission->owes_review = fail == FAIL_CONFLICT;
    return fail;
}

enum fail submission_apply(struct turn *turn, void *data, struct reason *why)
{
    struct submission *submission = data;
    struct stored_request *request = &submission->request;
    if (turn->access->safe_mode)
        return because(why, FAIL_UNAVAILABLE, "safe mode: %s", turn->access->safe_why);
    id_new(turn->now_ms, submission->id.text);
    enum fail fail = check_quota(turn, submission, why);
    if (!fail)
        fail = submission_is_free(turn, submission, why);
    if (!fail && demands_count(submission->demands))
        fail = check_counts(turn, submission, why);
    if (!fail)
        fail = submission_check_owed(turn, submission, why);
    if (!fail)
        fail = words_keep(turn, submission->justification, submission->mark, why);
    if (!fail)
        fail = store_request_add(turn->store, request, why);
    if (!fail)
        fail = record(turn, request, why);
    if (!fail)
        fail = closing_begin(turn, &request->requester.key, why);
    if (!fail)
        fail = grant_make_held(turn, request, &submission->held, why);
    /* Nobody is asked before PIM holds it; that wakes the check. */
    int64_t due_at = submission->held.text[0] ? request->check_until : turn->now;
    if (!fail)
        fail = turn_job(turn, job_request, request->id.text, RANK_REQUEST, due_at, why);
    return fail;
}

static enum fail cancel_waiting(struct turn *turn, const struct stored_request *request, bool *any,
                                struct reason *why)
{
    size_t count = 0;
    struct stored_grant *grants = NULL;
    enum fail fail = store_grants_of(turn->store, &request->id, turn->arena, &count, &grants, why);
    for (size_t i = 0; !fail && i < count; i++) {
        if (grants[i].state != GRANT_WAITING)
            continue;
        fail = grant_give_up(turn, &grants[i], "cancelled", NULL, why);
        *any = true;
    }
    return fail;
}

enum fail cancellation_apply(struct turn *turn, void *data, struct reason *why)
{
    struct cancellation *cancellation = data;
    struct stored_request request;
    bool any = false;
    enum fail fail = store_request(turn->store, &cancellation->id, turn->arena, &request, why);
    if (!fail && !person_is(&request.requester.key, &cancellation->caller->person.key)) {
        struct sight_of sight;
        fail = view_sight(turn->store, &request.id, cancellation->caller, &sight, why);
        return fail ? fail : because(why, FAIL_DENIED, "not their own request");
    }
    if (!fail && request.state == REQUEST_APPROVED)
        fail = cancel_waiting(turn, &request, &any, why);
    if (fail || any)
        return fail;
    bool pending = request.state == REQUEST_PENDING;
    fail = move_request(turn, &request, REQUEST_CANCELLED, NULL, NULL, why);
    if (!fail)
        fail = grants_withdraw(turn, &request.id, "cancelled", why);
    if (!fail && pending)
        fail = message_approvers(turn, &request.id, NULL, why);
    return fail ? fail : store_job_end(turn->store, job_request, request.id.text, why);
}
