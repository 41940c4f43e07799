#include "web/deciding.h"

#include "access/findings.h"
#include "access/grants.h"
#include "access/signing.h"
#include "store/delegations.h"

/* Two of each who decided before, of each place, and three more. */
#define FACTS_MOST(deciding) (2 * ((deciding)->needs.earlier_count + PLACES_MOST) + 3)

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
    struct stored_grant held;
    enum fail fail = store_request(store, &decision->id, visit->arena, &request, &visit->why);
    if (!fail)
        fail = decision_needs(store, &request, visit->arena, &deciding->needs, &visit->why);
    if (!fail)
        fail = grant_held(store, &request.id, visit->arena, &held, &decision->held, &visit->why);
    if (fail)
        return fail;
    deciding->earlier = ARENA_ARRAY(visit->arena, struct place, deciding->needs.earlier_count + 1);
    deciding->facts = ARENA_ARRAY(visit->arena, struct fact *, FACTS_MOST(deciding));
    return fill_places(visit, store, decision);
}

static const struct fact *keep(struct deciding *deciding, const struct fact *fact)
{
    deciding->facts[deciding->fact_count++] = fact_share((struct fact *)fact);
    return fact;
}

static const struct fact *ask(struct task *task, enum fact_kind kind, const char *subject,
                              int64_t age_ms)
{
    const struct question question = {.kind = kind, .subject = subject};
    return task_fact(task, &question, age_ms);
}

/* The account of somebody, and which of the groups that stages speak of they are in. False: it is
   waited for. `keeps` says whether they are taken down. */
static bool look_at(struct task *task, struct deciding *deciding, const struct contexts *contexts,
                    bool keeps, struct place *place)
{
    const struct decision_needs *needs = &deciding->needs;
    const char *oid = place->person.oid;
    const struct fact *account = ask(task, FACT_ACCOUNT, oid, FACT_FRESH);
    const struct fact *in =
        findings_memberships(task, needs->group_count, needs->groups, contexts, oid, FACT_FRESH);
    if (!account || !in)
        return false;
    if (keeps) {
        place->account = &keep(deciding, account)->account;
        place->memberships = &keep(deciding, in)->memberships;
    }
    return true;
}

static bool look_at_all(struct task *task, struct deciding *deciding,
                        const struct contexts *contexts, bool keeps)
{
    struct decision *decision = &deciding->decision;
    bool here = true; /* go on asking: what is missing is then asked for at once */
    for (size_t i = 0; i < deciding->needs.earlier_count; i++) {
        deciding->earlier[i].person = deciding->needs.earlier[i];
        here &= look_at(task, deciding, NULL, keeps, &deciding->earlier[i]);
    }
    for (size_t i = 0; i < decision->place_count; i++)
        here &= look_at(task, deciding, i ? NULL : contexts, keeps, &decision->places[i]);
    return here;
}

static enum pace find_out(struct task *task, void *data)
{
    struct deciding *deciding = data;
    struct decision *decision = &deciding->decision;
    const struct decision_needs *needs = &deciding->needs;
    const char *asks = needs->requester.oid;
    /* Only a sign-in is judged by contexts. */
    bool judged = decision->signing && task_access(task)->options.claim_count;
    const struct fact *backed = judged ? ask(task, FACT_CONTEXTS, NULL, FACT_TEN_MINUTES) : NULL;
    const struct fact *manager = needs->manager ? ask(task, FACT_MANAGER, asks, FACT_FRESH) : NULL;
    const struct fact *requester =
        needs->humans ? ask(task, FACT_ACCOUNT, asks, FACT_MINUTE) : NULL;
    if ((judged && !backed) || (needs->manager && !manager) || (needs->humans && !requester))
        return PACE_WAIT;
    const struct contexts *contexts = backed ? &backed->contexts : NULL;
    if (!look_at_all(task, deciding, contexts, false))
        return PACE_WAIT;
    (void)look_at_all(task, deciding, contexts, true);
    decision->earlier_count = needs->earlier_count;
    decision->earlier = deciding->earlier;
    decision->contexts = backed ? &keep(deciding, backed)->contexts : NULL;
    decision->manager = manager ? &keep(deciding, manager)->manager : NULL;
    decision->requester = requester ? &keep(deciding, requester)->account : NULL;
    return PACE_OVER;
}

enum next deciding_begin(struct visit *visit, struct deciding *deciding, handler *then)
{
    return visit_inquire(visit, find_out, deciding, then);
}

void deciding_let_go(struct deciding *deciding)
{
    for (size_t i = 0; i < deciding->fact_count; i++)
        fact_free(deciding->facts[i]);
    deciding->fact_count = 0;
}
