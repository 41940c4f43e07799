#include "web/deciding.h"

#include "access/findings.h"
#include "access/grants.h"
#include "access/signing.h"
#include "store/delegations.h"

/* The approver's own place, and those of whoever named them. */
static enum fail fill_places(struct visit *visit, struct store *store, struct decision *decision)
{
    size_t count = 0;
    struct stored_delegation *list = NULL;
    const struct person_key *caller = &decision->caller->person.key;
    enum fail fail =
        store_delegations_for(store, &decision->id, caller, visit->now, PLACES_MOST - 1,
                              visit->arena, &count, &list, &visit->why);
    if (fail)
        return fail;
    decision->places[0].person = *caller;
    for (size_t i = 0; i < count; i++)
        decision->places[i + 1].person = list[i].approver.key;
    decision->place_count = count + 1;
    return FAIL_NONE;
}

enum fail deciding_prepare(struct visit *visit, struct store *store, struct deciding *deciding)
{
    struct decision *decision = &deciding->decision;
    struct stored_request request;
    enum fail fail = store_request(store, &decision->id, visit->arena, &request, &visit->why);
    if (!fail)
        deciding->group_count = decision_groups(&request, visit->arena, &deciding->groups);
    struct stored_grant held;
    if (!fail)
        fail = grant_held(store, &request.id, visit->arena, &held, &decision->held, &visit->why);
    return fail ? fail : fill_places(visit, store, decision);
}

/* False: it is waited for. */
static bool look_at(struct task *task, struct deciding *deciding, size_t i,
                    const struct fact *backed)
{
    struct place *place = &deciding->decision.places[i];
    const struct question account = {.kind = FACT_ACCOUNT, .subject = place->person.oid};
    const struct fact *who = task_fact(task, &account, FACT_FRESH);
    const struct fact *in = findings_memberships(task, deciding->group_count, deciding->groups,
                                                 backed && i == 0 ? &backed->contexts : NULL,
                                                 place->person.oid, FACT_FRESH);
    if (!in || !who)
        return false;
    fact_free(deciding->memberships[i]);
    fact_free(deciding->accounts[i]);
    deciding->memberships[i] = fact_share((struct fact *)in);
    deciding->accounts[i] = fact_share((struct fact *)who);
    place->memberships = &in->memberships;
    place->account = &who->account;
    return true;
}

static enum pace find_out(struct task *task, void *data)
{
    struct deciding *deciding = data;
    struct decision *decision = &deciding->decision;
    const struct question contexts = {.kind = FACT_CONTEXTS};
    /* Only a sign-in is judged by contexts. */
    bool judged = decision->signing && task_access(task)->options.claim_count;
    const struct fact *backed = judged ? task_fact(task, &contexts, FACT_TEN_MINUTES) : NULL;
    bool here = true; /* go on asking: what is missing is then asked for at once */
    if (judged && !backed)
        return PACE_WAIT;
    for (size_t i = 0; i < decision->place_count; i++)
        here &= look_at(task, deciding, i, backed);
    if (!here)
        return PACE_WAIT;
    deciding->contexts = backed ? fact_share((struct fact *)backed) : NULL;
    decision->contexts = backed ? &backed->contexts : NULL;
    return PACE_OVER;
}

enum next deciding_begin(struct visit *visit, struct deciding *deciding, handler *then)
{
    return visit_inquire(visit, find_out, deciding, then);
}

void deciding_let_go(struct deciding *deciding)
{
    for (size_t i = 0; i < PLACES_MOST; i++) {
        fact_free(take(deciding->memberships[i]));
        fact_free(take(deciding->accounts[i]));
    }
    fact_free(take(deciding->contexts));
}
