#include "web/deciding.h"

#include "access/findings.h"
#include "access/grants.h"
#include "access/signing.h"

enum fail deciding_prepare(struct visit *visit, struct store *store, struct deciding *deciding)
{
    struct stored_request request;
    enum fail fail =
        store_request(store, &deciding->decision.id, visit->arena, &request, &visit->why);
    if (!fail)
        deciding->group_count = decision_groups(&request, visit->arena, &deciding->groups);
    struct stored_grant held;
    if (!fail)
        fail = grant_held(store, &request.id, visit->arena, &held, &deciding->decision.held,
                          &visit->why);
    return fail;
}

static enum pace find_out(struct task *task, void *data)
{
    struct deciding *deciding = data;
    struct decision *decision = &deciding->decision;
    const char *oid = decision->caller->person.key.oid;
    const struct question account = {.kind = FACT_ACCOUNT, .subject = oid};
    const struct question contexts = {.kind = FACT_CONTEXTS};
    /* Only a sign-in is judged by contexts. */
    bool judged = decision->signing && task_access(task)->options.claim_count;
    const struct fact *backed = judged ? task_fact(task, &contexts, FACT_TEN_MINUTES) : NULL;
    const struct fact *who = task_fact(task, &account, FACT_FRESH);
    if (judged && !backed)
        return PACE_WAIT;
    const struct fact *in =
        findings_memberships(task, deciding->group_count, deciding->groups,
                             backed ? &backed->contexts : NULL, oid, FACT_FRESH);
    if (!in || !who)
        return PACE_WAIT;
    deciding->memberships = fact_share((struct fact *)in);
    deciding->account = fact_share((struct fact *)who);
    deciding->contexts = backed ? fact_share((struct fact *)backed) : NULL;
    decision->memberships = &in->memberships;
    decision->account = &who->account;
    decision->contexts = backed ? &backed->contexts : NULL;
    return PACE_OVER;
}

enum next deciding_begin(struct visit *visit, struct deciding *deciding, handler *then)
{
    return visit_inquire(visit, find_out, deciding, then);
}

void deciding_let_go(struct deciding *deciding)
{
    fact_free(deciding->memberships);
    fact_free(deciding->account);
    fact_free(deciding->contexts);
    deciding->memberships = deciding->account = deciding->contexts = NULL;
}
