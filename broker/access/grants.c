#include "access/grants.h"

#include "access/bundles.h"
#include "access/findings.h"
#include "access/holding.h"
#include "access/messages.h"
#include "access/sign_out.h"
#include "access/tell.h"
#include "access/words_kept.h"
#include "access/worker.h"
#include "base/text.h"
#include "store/approvals.h"
#include "store/jobs.h"

#include <stdio.h>

void grant_phase(const struct grant_id *grant, char phase[GRANT_PHASE_SIZE])
{
    (void)snprintf(phase, GRANT_PHASE_SIZE, "start/%s", grant->text);
}

/* How the role at that position is activated now. */
static enum activation mode_of(const struct turn *turn, const struct stored_request *request,
                               size_t position)
{
    return activation_of(turn->access,
                         policy_find_role(turn->access->policy, request->roles[position].role));
}

static enum fail make(struct turn *turn, const struct stored_request *request, size_t position,
                      enum activation mode, int64_t start_by, int64_t due_at, struct grant_id *made,
                      struct reason *why)
{
    struct stored_grant grant = {
        .request = request->id,
        .position = (int)position,
        .holder = request->requester.key,
        .role = request->roles[position].role,
        .target = request->roles[position].target,
        .mode = mode,
        .start_by = start_by,
    };
    id_new(turn->now_ms, grant.id.text);
    enum fail fail = store_grant_add(turn->store, &grant, why);
    if (!fail)
        fail = turn_record(turn,
                           (struct event){.code = EVENT_GRANT_WAITING,
                                          .subject = &grant.holder,
                                          .request = &grant.request,
                                          .grant = &grant.id,
                                          .role = grant.role,
                                          .to = grant_state_text(GRANT_WAITING)},
                           why);
    if (!fail)
        fail = turn_job(turn, job_grant, grant.id.text, RANK_START, due_at, why);
    *made = grant.id;
    return fail;
}

enum fail grants_make(struct turn *turn, const struct stored_request *request, struct reason *why)
{
    int64_t from = request->start_at > turn->now ? request->start_at : turn->now;
    struct grant_id ignored;
    struct stored_grant held;
    bool any = false;
    enum fail fail = grant_held(turn->store, &request->id, turn->arena, &held, &any, why);
    for (size_t i = 0; !fail && i < request->role_count; i++) {
        enum activation mode = mode_of(turn, request, i);
        if (any && (size_t)held.position == i)
            continue;
        /* Since it was submitted the setting has changed: nobody is left to approve it in PIM. */
        if (mode == ACTIVATION_PIM_APPROVAL)
            mode = ACTIVATION_DELEGATED;
        fail =
            make(turn, request, i, mode, from + request->start_within_seconds, from, &ignored, why);
    }
    return fail;
}

enum fail grant_make_held(struct turn *turn, const struct stored_request *request,
                          struct grant_id *made, struct reason *why)
{
    enum fail fail = FAIL_NONE;
    made->text[0] = '\0';
    for (size_t i = 0; !fail && i < request->role_count; i++)
        if (mode_of(turn, request, i) == ACTIVATION_PIM_APPROVAL)
            fail = make(turn, request, i, ACTIVATION_PIM_APPROVAL, request->check_until,
                        turn->now + ATTEMPT_SECONDS, made, why);
    return fail;
}

enum fail grant_held(struct store *store, const struct request_id *id, struct arena *arena,
                     struct stored_grant *grant, bool *any, struct reason *why)
{
    size_t count = 0;
    struct stored_grant *grants = NULL;
    enum fail fail = store_grants_of(store, id, arena, &count, &grants, why);
    for (size_t i = 0; !fail && i < count; i++) {
        if (grants[i].mode != ACTIVATION_PIM_APPROVAL)
            continue;
        *grant = grants[i];
        *any = true;
    }
    return fail;
}

enum fail grants_withdraw(struct turn *turn, const struct request_id *id, const char *code,
                          struct reason *why)
{
    struct stored_grant grant;
    bool any = false;
    enum fail fail = grant_held(turn->store, id, turn->arena, &grant, &any, why);
    if (fail || !any || grant_is_over(grant.state) || grant.state == GRANT_ENDING)
        return fail;
    if (grant.state == GRANT_WAITING)
        return grant_give_up(turn, &grant, code, NULL, why);
    fail = store_grant_ask_end(turn->store, &grant.id, code, why);
    if (!fail)
        fail = move_grant(turn, &grant, GRANT_ENDING, code, NULL, why);
    return fail ? fail : turn_job(turn, job_grant, grant.id.text, RANK_END, turn->now, why);
}

enum fail grant_takes_request(struct turn *turn, const struct stored_grant *grant, const char *code,
                              struct reason *why)
{
    struct stored_request request;
    if (grant->mode != ACTIVATION_PIM_APPROVAL)
        return FAIL_NONE;
    enum fail fail = store_request(turn->store, &grant->request, turn->arena, &request, why);
    if (fail || request_is_over(request.state))
        return fail;
    bool pending = request.state == REQUEST_PENDING;
    bool taken_back = text_equals(code, "cancelled") || text_equals(code, "released");
    fail = move_request(turn, &request, taken_back ? REQUEST_CANCELLED : REQUEST_REFUSED,
                        taken_back ? NULL : code, NULL, why);
    if (!fail)
        fail = store_job_end(turn->store, job_request, request.id.text, why);
    return fail || !pending ? fail : message_approvers(turn, &request.id, NULL, why);
}

enum fail grant_give_up(struct turn *turn, struct stored_grant *grant, const char *code,
                        const json_t *detail, struct reason *why)
{
    enum fail fail = move_grant(turn, grant, GRANT_ENDED, code, detail, why);
    if (!fail)
        fail = store_grant_close(turn->store, &grant->id, turn->now, grant->seen, why);
    if (!fail && grant->has_holding) /* of a write that had no effect: the way is free again */
        fail = store_holding_close(turn->store, &grant->holding, turn->now, why);
    if (!fail)
        fail = grant_takes_request(turn, grant, code, why);
    if (!fail)
        fail = bundle_goes_on(turn, &grant->request, why);
    return fail ? fail : store_job_end(turn->store, job_grant, grant->id.text, why);
}

/* Whether the caller may see the grant, and whether they may end it in the way they ask. */
static enum fail check_right(struct turn *turn, const struct grant_end *end,
                             const struct stored_grant *grant, struct reason *why)
{
    const struct person_key *caller = &end->caller->person.key;
    bool own = person_is(caller, &grant->holder), asked = false;
    bool admin = end->caller->roles & ROLE_ADMIN, auditor = end->caller->roles & ROLE_AUDITOR;
    enum fail fail = store_approver_is(turn->store, &grant->request, caller, &asked, why);
    if (fail)
        return fail;
    if (!own && !admin && !auditor && !asked)
        return because(why, FAIL_NOT_FOUND, "%s is a stranger to grant %s", caller->oid,
                       grant->id.text);
    if (end->revoke ? !admin && !asked : !own)
        return because(why, FAIL_DENIED, "%s may not %s grant %s", caller->oid,
                       end->revoke ? "revoke" : "release", grant->id.text);
    return FAIL_NONE;
}

static enum fail keep_reason(struct turn *turn, const char *reason, json_t *detail,
                             struct reason *why)
{
    char mark[DIGEST_BASE64_SIZE];
    enum fail fail = words_keep(turn, reason, mark, why);
    if (!fail)
        (void)json_object_set_new(detail, "reason", json_string(mark));
    return fail;
}

/* Of what started, or may have: the directory is brought to it by the grant's job. */
static enum fail begin_end(struct turn *turn, struct stored_grant *grant, const char *code,
                           const json_t *detail, struct reason *why)
{
    enum fail fail = store_grant_ask_end(turn->store, &grant->id, code, why);
    if (!fail)
        fail = move_grant(turn, grant, GRANT_ENDING, code, detail, why);
    if (!fail)
        fail = grant_takes_request(turn, grant, code, why);
    return fail ? fail : turn_job(turn, job_grant, grant->id.text, RANK_END, turn->now, why);
}

enum fail grant_revoke(struct turn *turn, struct stored_grant *grant, const json_t *detail,
                       struct reason *why)
{
    if (grant_is_over(grant->state) || grant->state == GRANT_ENDING)
        return FAIL_NONE;
    if (grant->state == GRANT_WAITING) {
        enum fail fail = grant_give_up(turn, grant, "revoked", detail, why);
        return fail ? fail
                    : message_put(turn, MESSAGE_ENDED, &grant->request, &grant->id, &grant->holder,
                                  why);
    }
    enum fail fail = begin_end(turn, grant, "revoked", detail, why);
    if (!fail)
        fail = sign_out_ask(turn, grant, why);
    return fail ? fail : tell_begin(turn, grant, TELL_REVOKED, why);
}

enum fail grant_revoke_access(struct turn *turn, struct stored_grant *grant, const json_t *detail,
                              struct reason *why)
{
    size_t count = 0;
    struct stored_grant *live = NULL;
    enum fail fail = grant_revoke(turn, grant, detail, why);
    if (!fail)
        fail = store_grants_live_for(turn->store, &grant->holder, grant->target, turn->arena,
                                     &count, &live, why);
    for (size_t i = 0; !fail && i < count; i++) /* one that ends already is left alone */
        fail = grant_revoke(turn, &live[i], detail, why);
    return fail;
}

static enum fail end_one(struct turn *turn, const struct grant_end *end, struct stored_grant *grant,
                         const json_t *detail, struct reason *why)
{
    if (end->revoke)
        return grant_revoke(turn, grant, detail, why);
    if (grant->state == GRANT_WAITING)
        return grant_give_up(turn, grant, "cancelled", detail, why);
    return begin_end(turn, grant, "released", detail, why);
}

/* What is revoked is the access: whatever else gives the same to the same person goes as well, as
   far as the caller may take that. */
static enum fail end_beside(struct turn *turn, const struct grant_end *end,
                            const struct stored_grant *grant, const json_t *detail,
                            struct reason *why)
{
    size_t count = 0;
    struct stored_grant *others = NULL;
    enum fail fail = store_grants_live_for(turn->store, &grant->holder, grant->target, turn->arena,
                                           &count, &others, why);
    for (size_t i = 0; !fail && i < count; i++) {
        struct reason ignored = {0};
        if (others[i].state == GRANT_ENDING || text_equals(others[i].id.text, grant->id.text))
            continue;
        fail = check_right(turn, end, &others[i], &ignored);
        if (!fail)
            fail = end_one(turn, end, &others[i], detail, why);
        else if (fail == FAIL_DENIED || fail == FAIL_NOT_FOUND)
            fail = FAIL_NONE;
    }
    return fail;
}

enum fail grant_end_apply(struct turn *turn, void *data, struct reason *why)
{
    struct grant_end *end = data;
    struct stored_grant grant;
    json_auto_t *detail = json_object();
    enum fail fail = store_grant(turn->store, &end->id, turn->arena, &grant, why);
    if (!fail)
        fail = check_right(turn, end, &grant, why);
    if (fail || grant_is_over(grant.state) || grant.state == GRANT_ENDING)
        return fail;
    if (end->reason)
        fail = keep_reason(turn, end->reason, detail, why);
    if (!fail)
        fail = end_one(turn, end, &grant, detail, why);
    return fail || !end->revoke ? fail : end_beside(turn, end, &grant, detail, why);
}
