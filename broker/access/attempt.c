#include "access/attempt.h"

#include "access/bundles.h"
#include "access/holding_common.h"
#include "access/messages.h"
#include "access/purposes.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long the person waits for what they held to be gone, and how often that is looked at. */
enum { WAY_MOST_MS = 15 * 1000, WAY_AGAIN_MS = 250 };

/* The job: the person has so long, and is told once. */

static enum fail apply_told(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    const struct stored_grant *grant = &work->grant;
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail && work->requester.mail)
        fail = store_person_save(turn->store, &work->requester, turn->now, why);
    if (!fail)
        fail = message_put(turn, MESSAGE_START, &grant->request, &grant->id, &grant->holder, why);
    return fail ? fail : turn_job(turn, job_grant, grant->id.text, RANK_START, work->due_at, why);
}

/* The check of a request, which finds out where its requester is reached, waits for what PIM holds.
   False: answer PACE_WAIT. */
static bool know_address(struct work *work)
{
    const struct question question = {.kind = FACT_ACCOUNT, .subject = work->grant.holder.oid};
    if (work->grant.mode != ACTIVATION_PIM_APPROVAL)
        return true;
    const struct fact *fact = task_fact(work->task, &question, FACT_TEN_MINUTES);
    if (fact && fact->reading.known) {
        struct arena *arena = task_arena(work->task);
        work->requester = (struct person){.key = work->grant.holder,
                                          .name = arena_copy(arena, fact->account.name),
                                          .mail = arena_copy(arena, fact->account.mail)};
    }
    return fact;
}

enum pace step_waiting_for_person(struct work *work)
{
    int64_t until = 0;
    if (!know_address(work))
        return PACE_WAIT;
    work->due_at = work->grant.start_by + 1;
    if (work->grant.has_holding) { /* what was given up for lost may still show itself */
        const struct instances *instances = ask_instances(work);
        if (!instances)
            return PACE_WAIT;
        if (look(work, instances, &work->start_at, &until) == SIGHT_OURS)
            return adopt(work);
        if (moment_now() + WATCH_SECONDS < work->due_at)
            work->due_at = moment_now() + WATCH_SECONDS;
    }
    return task_change(work->task, apply_told, work);
}

/* The holder is back. */

bool attempt_read(const char *body, struct attempt *ret)
{
    json_auto_t *json = json_loads(body, 0, NULL);
    const char *grant = json_member_text(json, "grant");
    if (!grant || !id_is(grant))
        return false;
    memcpy(ret->grant.text, grant, ID_SIZE);
    ret->body = body;
    ret->round = (int)json_member_number(json, "round", 0);
    return true;
}

const char *attempt_body(const struct grant_id *grant, json_t *contexts, struct arena *arena)
{
    json_auto_t *body = memory_needed(
        json_pack("{s:s, s:O, s:i}", "grant", grant->text, "contexts", contexts, "round", 0));
    char *text = json_canonical(body);
    const char *copy = arena_copy(arena, text);
    free(text);
    return copy;
}

void attempt_wipe(struct attempt *attempt)
{
    secret_free(take(attempt->token));
    fact_free(take(attempt->own));
}

/* The purpose of one more sign-in, which must bring what was asked for besides. */
static enum fail send_back(struct turn *turn, struct work *work, struct reason *why)
{
    struct attempt *attempt = work->attempt;
    const struct challenge *challenge = &work->challenge;
    json_auto_t *body = memory_needed(json_loads(attempt->body, 0, NULL));
    json_t *contexts = json_object_get(body, "contexts"), *policies = memory_needed(json_array());
    for (size_t i = 0; i < challenge->context_count; i++) {
        bool there = false;
        for (size_t k = 0; k < json_array_size(contexts) && !there; k++)
            there =
                text_equals(json_string_value(json_array_get(contexts, k)), challenge->contexts[i]);
        if (!there)
            (void)json_array_append_new(contexts, json_string(challenge->contexts[i]));
    }
    for (size_t i = 0; i < challenge->policy_count; i++)
        (void)json_array_append_new(policies, json_string(challenge->policies[i]));
    (void)json_object_set_new(body, "policies", policies);
    (void)json_object_set_new(body, "round", json_integer(attempt->round + 1));
    char *text = json_canonical(body);
    enum fail fail = purpose_commit(turn, attempt->caller, "activate", text, attempt->locator, why);
    free(text);
    attempt->sent_back = !fail;
    return fail;
}

/* Whether one more sign-in is to bring what was asked for: twice at most. */
static bool may_send_back(struct work *work)
{
    if (challenge_is_empty(&work->challenge) || work->attempt->round >= ATTEMPT_ROUNDS)
        return false;
    locator_new(work->attempt->locator);
    return true;
}

static enum fail apply_not_started(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    json_auto_t *evidence = work->evidence ? json_loads(work->evidence, 0, NULL) : NULL;
    json_auto_t *detail =
        memory_needed(json_pack("{s:s, s:O*}", "why", work->code, "evidence", evidence));
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail)
        fail = keep_evidence(turn, work, why);
    if (!fail)
        fail = store_grant_not_started(turn->store, &work->grant.id, work->code, why);
    if (!fail)
        fail = tell_grant(turn, &work->grant, EVENT_START_REFUSED, detail, why);
    if (!fail && work->attempt->locator[0])
        fail = send_back(turn, work, why);
    return fail;
}

static enum pace not_started(struct work *work, const char *code)
{
    work->code = code;
    return task_change(work->task, apply_not_started, work);
}

/* Judges this very sign-in and what Graph knows now; true when it all stands. */
static bool stands(struct work *work, enum pace *pace)
{
    bool waits;
    struct gathered gathered;
    struct attempt *attempt = work->attempt;
    scoped(evidence_scoped) struct evidence_list list = {0};
    int64_t seconds = work->grant.has_holding ? work->grant.ends_at - moment_now()
                                              : work->request.duration_seconds;
    *pace = PACE_WAIT;
    if (!findings_gather(work->task, &work->request, &work->grant, &attempt->caller->sign_in,
                         &gathered))
        return false;
    if (gathered.role_gone) {
        *pace = move_to(work, GRANT_FAILED, "role_gone");
        return false;
    }
    work->wanted = order_demands(work->task, &work->request, &gathered);
    gathered.findings.now = attempt->caller->sign_in.at;
    findings_judge(&gathered, seconds, true, true, &list);
    judge_clock(work, &list);
    json_auto_t *packed = evidence_pack(&list);
    char *text = json_canonical(packed);
    work->evidence = arena_copy(task_arena(work->task), text);
    free(text);
    const struct self_rules *rules = gathered.self_rules[work->grant.position];
    attempt->context = rules && rules->reading.known && rules->exists ? rules->context : NULL;
    enum verdict verdict = evidence_verdict(&list, &waits);
    if (verdict == VERDICT_PASS) /* then it is known who is eligible */
        attempt->by = eligible_of(gathered.eligibles[work->grant.position],
                                  gathered.through[work->grant.position],
                                  &work->request.requester.key, moment_now());
    else
        *pace = not_started(work, evidence_first(&list, verdict)->code);
    return verdict == VERDICT_PASS;
}

static void exchanged(void *context, enum fail fail, const struct refusal *refusal,
                      const struct secret *token)
{
    struct attempt *attempt = context;
    attempt->fail = fail;
    if (fail)
        attempt->refusal = *refusal;
    else
        attempt->token = secret_copy(token->bytes, token->length);
    task_goes_on(attempt->task, PACE_WAIT);
}

static enum pace exchange(struct work *work)
{
    struct attempt *attempt = work->attempt;
    const struct access *access = task_access(work->task);
    bool azure = work->target.kind == TARGET_AZURE_ROLE;
    const struct on_behalf asked = {.assertion = attempt->assertion,
                                    .scope = azure ? access->options.arm_scope
                                                   : access->options.graph_scope,
                                    .context_count = attempt->context != NULL,
                                    .contexts = &attempt->context};
    attempt->task = work->task;
    task_begins(work->task);
    identity_on_behalf(access->identity, &asked, exchanged, attempt);
    return PACE_WAIT;
}

static const char *code_of(const struct attempt *attempt, bool again)
{
    enum { NO_CONSENT = 65001 };
    if (attempt->refusal.aadsts == NO_CONSENT)
        return "on_behalf_no_consent";
    if (attempt->fail == FAIL_STEP_UP_NEEDED)
        return again || attempt->round < ATTEMPT_ROUNDS ? "on_behalf_step_up"
                                                        : "pim_wants_more_still";
    return attempt->fail == FAIL_UNAVAILABLE ? "on_behalf_unavailable" : "on_behalf_refused";
}

/* What Entra said is shown beside the evidence. */
static enum pace exchange_failed(struct work *work)
{
    struct attempt *attempt = work->attempt;
    work->challenge = attempt->refusal.challenge;
    const char *code = code_of(attempt, may_send_back(work));
    bool silent = attempt->fail == FAIL_UNAVAILABLE;
    log_line(LOG_WARNING, "start.refused", "{s:s, s:s, s:s}", "grant", work->grant.id.text, "code",
             code, "why", attempt->refusal.reason.text);
    json_auto_t *list = memory_needed(json_loads(work->evidence, 0, NULL));
    (void)json_array_append_new(
        list,
        memory_needed(json_pack("{s:s, s:s, s:s, s:s, s:I}", "check", "on_behalf", "verdict",
                                verdict_text(silent ? VERDICT_UNKNOWN : VERDICT_FAIL), "code", code,
                                "source", "entra", "observed_at", (json_int_t)moment_now())));
    char *text = json_canonical(list);
    work->evidence = arena_copy(task_arena(work->task), text);
    free(text);
    return not_started(work, code);
}

bool attempt_may(struct store *store, const struct stored_grant *grant,
                 const struct stored_request *request, struct arena *arena)
{
    struct stored_intent intent;
    struct bundle_place place;
    struct reason ignored = {0};
    bool held = grant->mode == ACTIVATION_PIM_APPROVAL;
    if (!activation_is_personal(grant->mode) || (held && request_is_over(request->state)))
        return false;
    if (!held || grant->state != GRANT_ACTIVATING)
        return grant->state == GRANT_WAITING &&
               !bundle_place(store, request, grant, arena, &place, &ignored) && !place.waits_for &&
               !place.undone;
    return !store_intent_newest(store, &grant->holding, &grant->id, "assign", arena, &intent,
                                &ignored) &&
           text_equals(intent.outcome, "unknown");
}

static bool may_start(const struct work *work)
{
    const struct stored_grant *grant = &work->grant;
    int64_t now = moment_now();
    return attempt_may(task_store(work->task), grant, &work->request, task_arena(work->task)) &&
           person_is(&grant->holder, &work->attempt->caller->person.key) &&
           now <= grant->start_by && now >= work->request.start_at &&
           !task_access(work->task)->safe_mode;
}

static void heard(void *context, struct fact *fact)
{
    struct attempt *attempt = context;
    attempt->own = fact;
    task_goes_on(attempt->task, PACE_WAIT);
}

static enum pace ask_own(struct work *work)
{
    struct attempt *attempt = work->attempt;
    const struct question question = {
        .kind = FACT_OWN_REQUESTS, .subject = work->grant.holder.oid, .object = work->grant.target};
    attempt->task = work->task;
    task_begins(work->task);
    directory_ask_as(task_access(work->task)->directory, attempt->token, &question, heard, attempt);
    return PACE_WAIT;
}

/* PIM holds it already: the answer to what asked for it was lost. */
static enum fail apply_found(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail && work->grant.state == GRANT_WAITING)
        fail = move_grant(turn, &work->grant, GRANT_ACTIVATING, NULL, NULL, why);
    return fail ? fail : apply_answer(turn, work, why);
}

static enum pace take_found(struct work *work, const struct pim_request *found)
{
    struct reason why = {0};
    if (newest_given(work, &why))
        return PACE_OVER;
    if (found) {
        work->intent.code = found->status;
        work->intent.directory_request = found->id;
        work->intent.approval = found->approval;
    }
    work->intent.outcome = found ? "accepted" : "absent";
    work->due_at = moment_now();
    /* Nothing there proves something only when it is long enough since. */
    if (!found && work->due_at < work->intent.outcome_at + PROOF_SECONDS)
        return PACE_OVER;
    return task_change(work->task, apply_found, work);
}

/* What waits there is never asked for twice: it may be ours, of a start whose answer is lost. */
static enum pace begin_held(struct work *work)
{
    const struct pim_requests *own = &work->attempt->own->requests;
    bool ours = false, other = false;
    if (!own->reading.known)
        return work->grant.state == GRANT_WAITING ? not_started(work, "pim_unread") : PACE_OVER;
    const struct pim_request *found = work->grant.has_holding ? held_request(work, own) : NULL;
    for (size_t i = 0; i < own->count; i++) {
        bool waits = status_waits_for_approval(own->list[i].status);
        ours |= waits && &own->list[i] == found;
        other |= waits && &own->list[i] != found;
    }
    if (ours || work->grant.state == GRANT_ACTIVATING)
        return take_found(work, ours ? found : NULL);
    return other ? not_started(work, "pim_pending_elsewhere") : begin_assign(work);
}

/* PIM takes one activation of a person at a time (contract 11): what is held is ended first, and
   this follows as soon as that is gone. */
static enum fail apply_make_way(struct turn *turn, void *data, struct reason *why)
{
    const struct work *work = data;
    size_t count = 0;
    struct stored_grant *live = NULL;
    json_auto_t *detail = memory_needed(json_pack("{s:s}", "extension", work->request.id.text));
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail)
        fail = store_grants_live_for(turn->store, &work->grant.holder, work->grant.target,
                                     turn->arena, &count, &live, why);
    for (size_t i = 0; !fail && i < count; i++) {
        if (live[i].state != GRANT_ACTIVE)
            continue;
        fail = store_grant_ask_end(turn->store, &live[i].id, "extended", why);
        if (!fail)
            fail = move_grant(turn, &live[i], GRANT_ENDING, "extended", detail, why);
        if (!fail)
            fail = turn_job(turn, job_grant, live[i].id.text, RANK_END, turn->now, why);
    }
    return fail;
}

static enum pace made_way(struct task *task, void *data, enum fail fail)
{
    (void)data;
    return fail && fail != FAIL_CONFLICT ? PACE_OVER : task_wait(task, WAY_AGAIN_MS);
}

static enum pace make_way(struct work *work)
{
    const struct stored_grant *held = beside_in(work, GRANT_ACTIVE);
    if (held && moment_now() < held->starts_at + TOO_YOUNG_SECONDS)
        return not_started(work, "extension_early");
    if (held)
        return task_change_by(work->task, &work->grant.holder, apply_make_way, work, made_way);
    if (moment_now_ms() - task_began_ms(work->task) > WAY_MOST_MS)
        return not_started(work, "extension_waits");
    return task_wait(work->task, WAY_AGAIN_MS);
}

enum pace attempt_step(struct task *task, void *data)
{
    struct attempt *attempt = data;
    struct work *work = ARENA_NEW(task_arena(task), struct work);
    struct store *store = task_store(task);
    struct reason why = {0};
    enum pace pace;
    int64_t until = 0;
    work->task = task;
    work->attempt = attempt;
    work->grant.id = attempt->grant;
    if (!store || work_load(work, store, &why) != FAIL_NONE)
        return PACE_OVER;
    attempt->request = work->grant.request;
    if (!may_start(work))
        return PACE_OVER;
    const struct instances *instances = ask_instances(work);
    if (!stands(work, &pace))
        return pace;
    if (!instances)
        return PACE_WAIT;
    enum sight sight = look(work, instances, &work->start_at, &until);
    if (sight == SIGHT_OURS)
        return adopt(work);
    if (sight == SIGHT_FOREIGN)
        return already_held(work, until);
    if (sight == SIGHT_UNKNOWN)
        return not_started(work, "pim_unread");
    if (attempt->fail)
        return exchange_failed(work);
    if (!attempt->token)
        return exchange(work);
    if (sight == SIGHT_SHARED || beside_lives(work))
        return make_way(work);
    if (work->grant.mode != ACTIVATION_PIM_APPROVAL)
        return begin_assign(work);
    return attempt->own ? begin_held(work) : ask_own(work);
}

/* PIM or Graph refused for want of another sign-in: that is certain, and the way there is one
   change with the outcome. */
static enum fail apply_challenged(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    struct stored_grant grant;
    enum fail fail = apply_answer(turn, work, why);
    if (!fail)
        fail = store_grant(turn->store, &work->grant.id, turn->arena, &grant, why);
    if (fail || grant.state != GRANT_ACTIVATING) /* an end was asked for meanwhile */
        return fail;
    fail = move_grant(turn, &grant, GRANT_WAITING, work->code, NULL, why);
    if (!fail && work->attempt->locator[0])
        fail = send_back(turn, work, why);
    return fail;
}

enum pace attempt_written(struct work *work, const struct written *outcome)
{
    attempt_wipe(work->attempt);
    work->challenge = outcome->challenge;
    if (outcome->outcome != WRITE_REFUSED || challenge_is_empty(&work->challenge))
        return task_change(work->task, apply_answer, work);
    work->code = may_send_back(work) ? "pim_wants_more" : "pim_wants_more_still";
    return task_change(work->task, apply_challenged, work);
}
