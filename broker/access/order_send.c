#include "access/order_send.h"

#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/approvals.h"

#include <string.h>

enum { KEYS_AGAIN_MS = 10 * 1000 };

const char *const order_refused = "order_refused";

/* What is demanded. */

const struct demands *order_demands(struct task *task, const struct stored_request *request,
                                    const struct gathered *gathered)
{
    struct arena *arena = task_arena(task);
    const struct policy *policy = task_policy_of(task, request->policy_version);
    const struct role *roles[REQUEST_ROLES];
    struct demands now, *wanted = ARENA_NEW(arena, struct demands), kept;
    if (!policy)
        return NULL;
    for (size_t i = 0; i < request->role_count; i++)
        if (!(roles[i] = policy_find_role(policy, request->roles[i].role)))
            return NULL;
    findings_policy_demand(policy, request->role_count, roles, request,
                           gathered->findings.memberships, arena, &now);
    /* As it would be kept: what is compared was packed as well. */
    json_auto_t *packed = demands_pack(&now);
    if (!demands_unpack(packed, arena, wanted))
        return NULL;
    if (!request->demands) /* it goes to PIM before it was checked whole */
        return wanted;
    if (!findings_kept_demands(request, arena, &kept))
        return NULL;
    if (demands_ask_signed(&kept) && !demands_ask_signed(wanted))
        *wanted = kept; /* they left a group since, whose rule asked for it */
    return wanted;
}

const struct demands *order_demands_kept(struct task *task, const struct stored_request *request)
{
    struct demands *kept = ARENA_NEW(task_arena(task), struct demands);
    return findings_kept_demands(request, task_arena(task), kept) ? kept : NULL;
}

/* What is stored. */

/* In whose place the signed decisions were made, as far as they count. */
struct places {
    size_t count;
    struct person_key people[ORDER_DECISIONS];
};

static void fill_line(const struct stored_stage *stage, const struct places *places,
                      struct arena *arena, struct order_line *line)
{
    line->rule = stage->rule;
    line->stage = stage->stage;
    line->need = stage->need;
    for (size_t k = 0; k < places->count; k++)
        for (size_t n = 0; n < stage->approver_count; n++)
            if (stage->spoke[n] && person_is(&stage->approvers[n].key, &places->people[k]))
                line->approvers[line->approver_count++] = arena_copy(arena, places->people[k].oid);
}

/* Their approval; NULL when they gave none. */
static const struct stored_decision *approval_by(size_t count,
                                                 const struct stored_decision decisions[],
                                                 const struct person_key *by)
{
    for (size_t i = 0; i < count; i++)
        if (person_is(&decisions[i].by.key, by))
            return decisions[i].approves ? &decisions[i] : NULL;
    return NULL;
}

static enum fail fill_approvals(struct task *task, const struct request_id *id, struct order *order,
                                struct reason *why)
{
    struct store *store = task_store(task);
    struct arena *arena = task_arena(task);
    size_t count = 0, proof_count = 0;
    struct stored_decision *decisions = NULL;
    struct stored_proof *proofs = NULL;
    struct stored_stage stages[STORED_STAGES] = {{0}};
    struct places places = {.count = 0};
    enum fail fail = store ? FAIL_NONE : FAIL_UNAVAILABLE;
    if (!fail)
        fail = store_decisions(store, id, arena, &count, &decisions, why);
    if (!fail)
        fail = store_proofs(store, id, arena, &proof_count, &proofs, why);
    if (!fail)
        fail = store_stages(store, id, arena, &order->line_count, stages, why);
    if (fail)
        return fail;
    for (size_t i = 0; i < proof_count && order->decision_count < ORDER_DECISIONS; i++) {
        const struct stored_decision *approval = approval_by(count, decisions, &proofs[i].by);
        if (!approval)
            continue;
        places.people[places.count++] = approval->place.key;
        order->decisions[order->decision_count++] =
            (struct order_decision){.at = approval->decided_at,
                                    .commitment = proofs[i].commitment,
                                    .token = proofs[i].token};
    }
    for (size_t i = 0; i < order->line_count; i++)
        fill_line(&stages[i], &places, arena, &order->lines[i]);
    return FAIL_NONE;
}

enum fail order_fill(struct task *task, const struct stored_request *request,
                     const struct demands *wanted, struct order *order, struct reason *why)
{
    order->request = request->id.text;
    order->tid = request->requester.key.tid;
    order->requester = request->requester.key.oid;
    order->duration = request->duration_seconds;
    order->policy = request->policy_version;
    order->justification = request->justification_mark;
    order->role_count = request->role_count;
    for (size_t i = 0; i < request->role_count; i++) {
        order->roles[i].role = request->roles[i].role;
        order->roles[i].target = request->roles[i].target;
    }
    const struct order_rules rules = {.does = order->does, .mode = order->mode, .wanted = wanted};
    return order_needs_keys(&rules) ? fill_approvals(task, &request->id, order, why) : FAIL_NONE;
}

/* The entry. */

static struct order_rules rules_of(const struct order_errand *errand, const struct token_keys *keys)
{
    const struct access *access = task_access(errand->task);
    int64_t skew = 0;
    (void)directory_skew(access->directory, &skew);
    struct order_rules rules = {.now = moment_now() + skew,
                                .policy = access->policy,
                                .wanted = errand->wanted,
                                .version = errand->request->policy_version,
                                .request = errand->request->id.text,
                                .requester = errand->request->requester.key.oid,
                                .target = errand->grant->target,
                                .duration = errand->request->duration_seconds,
                                .mode = errand->grant->mode,
                                .does = errand->does,
                                .tenant_id = access->options.tenant_id};
    if (keys) {
        rules.issuer = keys->issuer;
        rules.client_id = keys->client_id;
        rules.key_set = keys->key_set;
    }
    return rules;
}

static enum pace refuse(struct order_errand *errand, const struct reason *why)
{
    const struct written written = {.outcome = WRITE_REFUSED, .code = order_refused};
    log_line(LOG_ERROR, "order.refused", "{s:s, s:s}", "correlation", errand->correlation, "why",
             why->text);
    return errand->then(errand->task, errand->data, &written);
}

static enum pace send(struct order_errand *errand, const struct order *order)
{
    return task_write(errand->task, errand->token, &order->write, errand->correlation, errand->then,
                      errand->data);
}

static void ask_keys(struct order_errand *errand);

static enum pace with_keys(struct order_errand *errand, enum fail fail,
                           const struct token_keys *keys)
{
    static const struct written later = {.outcome = WRITE_NOT_SENT, .retry_ms = KEYS_AGAIN_MS};
    struct order order;
    struct reason why = {0};
    if (fail)
        return errand->then(errand->task, errand->data, &later);
    const struct order_rules rules = rules_of(errand, keys);
    fail = order_read(errand->bytes, strlen(errand->bytes), &rules, task_arena(errand->task),
                      &order, &why);
    if (!fail)
        return send(errand, &order);
    if (errand->anew)
        return refuse(errand, &why);
    errand->anew = true; /* the issuer may have changed its keys since they were fetched */
    ask_keys(errand);
    return PACE_WAIT;
}

static void have_keys(void *context, enum fail fail, const struct reason *why,
                      const struct token_keys *keys)
{
    struct order_errand *errand = context;
    struct task *task = errand->task;
    (void)why;
    task_goes_on(task, PACE_WAIT);
    if (with_keys(errand, fail, keys) == PACE_OVER) {
        task_begins(task);
        task_goes_on(task, PACE_OVER);
    }
}

static void ask_keys(struct order_errand *errand)
{
    task_begins(errand->task);
    identity_keys(task_access(errand->task)->identity, errand->anew, have_keys, errand);
}

enum pace order_send(struct task *task, struct order_errand *errand)
{
    struct order order;
    struct reason why = {0};
    errand->task = task;
    const struct order_rules rules = rules_of(errand, NULL);
    if (order_needs_keys(&rules)) {
        ask_keys(errand);
        return PACE_WAIT;
    }
    enum fail fail =
        order_read(errand->bytes, strlen(errand->bytes), &rules, task_arena(task), &order, &why);
    return fail ? refuse(errand, &why) : send(errand, &order);
}
