/* /api/v1/requests/{id}/review: looking at urgent access afterwards. */
#include "access/findings.h"
#include "access/urgent.h"
#include "access/views.h"
#include "base/id.h"
#include "store/requests.h"
#include "web/handlers.h"

#include <string.h>

/* A review with what it is judged by; facts are shared from memory until then. */
struct reviewing {
    struct urgent_review review;
    size_t group_count;
    const char **groups;
    struct person_key requester;
    struct fact *memberships, *account, *asked_by;
};

static void let_go(void *owned)
{
    const struct reviewing *reviewing = owned;
    fact_free(reviewing->memberships);
    fact_free(reviewing->account);
    fact_free(reviewing->asked_by);
}

static enum pace find_out(struct task *task, void *data)
{
    struct reviewing *reviewing = data;
    struct urgent_review *review = &reviewing->review;
    const char *oid = review->caller->person.key.oid;
    const struct question account = {.kind = FACT_ACCOUNT, .subject = oid};
    const struct question requester = {.kind = FACT_ACCOUNT, .subject = reviewing->requester.oid};
    const struct fact *who = task_fact(task, &account, FACT_FRESH);
    const struct fact *asked_by = task_fact(task, &requester, FACT_FRESH);
    const struct fact *in = findings_memberships(task, reviewing->group_count, reviewing->groups,
                                                 NULL, oid, FACT_FRESH);
    if (!in || !who || !asked_by)
        return PACE_WAIT;
    reviewing->memberships = fact_share((struct fact *)in);
    reviewing->account = fact_share((struct fact *)who);
    reviewing->asked_by = fact_share((struct fact *)asked_by);
    review->requester = &asked_by->account;
    review->memberships = &in->memberships;
    review->account = &who->account;
    return PACE_OVER;
}

static enum fail compose(struct visit *visit, struct store *store)
{
    const struct reviewing *reviewing = visit->data;
    json_t *view = NULL;
    enum fail fail =
        view_request(visit->access, store, &reviewing->review.id, visit->arena, &view, &visit->why);
    if (!fail)
        (void)visit_json(visit, 200, view);
    return fail;
}

static enum next failed(struct visit *visit)
{
    const struct urgent_review *review = &((const struct reviewing *)visit->data)->review;
    struct sight_of sight = {0};
    struct store *store = visit->fail == FAIL_DENIED ? visit_store(visit) : NULL;
    if (store && view_sight(store, &review->id, visit->caller, &sight, &visit->why) == FAIL_NONE)
        return visit_refuse(visit, FAIL_DENIED, "%s",
                            sight.requester ? "Nobody reviews their own request."
                                            : "You are not a reviewer of this request.");
    if (visit->fail == FAIL_CONFLICT)
        return visit_refuse(visit, FAIL_CONFLICT, "No review of this request is owed by you.");
    if (visit->fail == FAIL_UNAVAILABLE && review->unread)
        return visit_refuse(
            visit, FAIL_UNAVAILABLE,
            "Entra does not say at the moment whether you may review this. Nothing was changed: "
            "try again in a minute.");
    return visit_fail(visit, visit->fail);
}

static enum next make(struct visit *visit)
{
    struct reviewing *reviewing = visit->data;
    return visit_change(visit, urgent_review_apply, &reviewing->review, compose, failed);
}

enum next post_review(struct visit *visit)
{
    struct reviewing *reviewing = ARENA_NEW(visit->arena, struct reviewing);
    struct stored_request request;
    visit->data = reviewing;
    if (!id_is(visit->params[0]))
        return visit_fail(visit, FAIL_NOT_FOUND);
    memcpy(reviewing->review.id.text, visit->params[0], ID_SIZE);
    urgent_review_read(visit->json, &visit->complaints, &reviewing->review);
    if (visit->complaints.count)
        return visit_fail(visit, FAIL_INVALID);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail =
        store_request(store, &reviewing->review.id, visit->arena, &request, &visit->why);
    if (fail)
        return visit_fail(visit, fail);
    reviewing->group_count = urgent_review_groups(&request, visit->arena, &reviewing->groups);
    reviewing->requester = request.requester.key;
    reviewing->review.caller = visit->caller;
    visit->owned = reviewing;
    visit->free_owned = let_go;
    return visit_inquire(visit, find_out, reviewing, make);
}
