#include "access/grants.h"

#include "access/findings.h"
#include "access/messages.h"
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

enum fail grants_make(struct turn *turn, const struct stored_request *request, struct reason *why)
{
    int64_t from = request->start_at > turn->now ? request->start_at : turn->now;
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < request->role_count; i++) {
        struct stored_grant grant = {
            .request = request->id,
            .position = (int)i,
            .holder = request->requester.key,
            .role = request->roles[i].role,
            .target = request->roles[i].target,
            .mode = activation_of(turn->access,
                                  policy_find_role(turn->access->policy, request->roles[i].role)),
            .start_by = from + request->start_within_seconds,
        };
        id_new(turn->now_ms, grant.id.text);
        fail = store_grant_add(turn->store, &grant, why);
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
            fail = turn_job(turn, job_grant, grant.id.text, RANK_START, from, why);
    }
    return fail;
}

enum fail grant_give_up(struct turn *turn, struct stored_grant *grant, const char *code,
                        const json_t *detail, struct reason *why)
{
    enum fail fail = move_grant(turn, grant, GRANT_ENDED, code, detail, why);
    if (!fail)
        fail = store_grant_close(turn->store, &grant->id, turn->now, grant->seen, why);
    if (!fail && grant->has_holding) /* of a write that had no effect: the way is free again */
        fail = store_holding_close(turn->store, &grant->holding, turn->now, why);
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

enum fail grant_end_apply(struct turn *turn, void *data, struct reason *why)
{
    struct grant_end *end = data;
    struct stored_grant grant;
    const char *code = end->revoke ? "revoked" : "released";
    json_auto_t *detail = json_object();
    enum fail fail = store_grant(turn->store, &end->id, turn->arena, &grant, why);
    if (!fail)
        fail = check_right(turn, end, &grant, why);
    if (fail || grant_is_over(grant.state) || grant.state == GRANT_ENDING)
        return fail;
    if (end->reason)
        fail = keep_reason(turn, end->reason, detail, why);
    if (!fail && grant.state == GRANT_WAITING) {
        fail = grant_give_up(turn, &grant, end->revoke ? "revoked" : "cancelled", detail, why);
        if (!fail && end->revoke)
            fail = message_put(turn, MESSAGE_ENDED, &grant.request, &grant.id, &grant.holder, why);
        return fail;
    }
    if (!fail)
        fail = store_grant_ask_end(turn->store, &grant.id, code, why);
    if (!fail)
        fail = move_grant(turn, &grant, GRANT_ENDING, code, detail, why);
    return fail ? fail : turn_job(turn, job_grant, grant.id.text, RANK_END, turn->now, why);
}
