#include "access/bundles.h"

#include "access/worker.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/grants.h"

static bool was_given(const struct stored_grant *grant)
{
    return text_equals(grant->seen, "yes");
}

/* Whether those after it need not wait for it any more. */
static bool is_through(const struct stored_grant *grant)
{
    return grant->state == GRANT_ACTIVE || grant_is_over(grant->state) ||
           (grant->state == GRANT_ENDING && was_given(grant));
}

enum fail bundle_place(struct store *store, const struct stored_request *request,
                       const struct stored_grant *grant, struct arena *arena,
                       struct bundle_place *ret, struct reason *why)
{
    size_t count = 0;
    struct stored_grant *all = NULL;
    struct bundle_place place = {.ends_at = -1};
    enum fail fail = request->bundle
                         ? store_grants_of(store, &request->id, arena, &count, &all, why)
                         : FAIL_NONE;
    for (size_t i = 0; !fail && i < count; i++) { /* in the order in which they start */
        if (all[i].position == grant->position)
            continue;
        if (all[i].position < grant->position && !place.waits_for && !is_through(&all[i]))
            place.waits_for = all[i].role;
        place.undone |= request->undo && grant_is_over(all[i].state) && !was_given(&all[i]);
        if (place.ends_at < 0)
            place.ends_at = all[i].ends_at;
    }
    if (!fail)
        *ret = place;
    return fail;
}

enum fail bundle_goes_on(struct turn *turn, const struct request_id *id, struct reason *why)
{
    struct stored_request request;
    size_t count = 0;
    struct stored_grant *all = NULL;
    enum fail fail = store_request(turn->store, id, turn->arena, &request, why);
    if (fail || !request.bundle)
        return fail;
    fail = store_grants_of(turn->store, id, turn->arena, &count, &all, why);
    for (size_t i = 0; !fail && i < count; i++) {
        if (all[i].state == GRANT_WAITING)
            fail = turn_job(turn, job_grant, all[i].id.text, RANK_START, turn->now, why);
        else if (request.undo && all[i].state == GRANT_ACTIVE)
            fail = turn_job(turn, job_grant, all[i].id.text, RANK_END, turn->now, why);
    }
    return fail;
}

json_t *view_bundle(const struct access *access, const struct stored_request *request)
{
    if (!request->bundle)
        return json_null();
    const struct bundle *bundle = policy_find_bundle(access->policy, request->bundle);
    return memory_needed(json_pack("{s:s, s:s, s:s?, s:s}", "id", request->bundle, "name",
                                   bundle ? bundle->name : request->bundle, "opens",
                                   bundle ? bundle->opens : NULL, "when_one_fails",
                                   request->undo ? "undo" : "keep"));
}
