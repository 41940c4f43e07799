/* /api/v1/delegations: naming somebody who decides in one's place, and ending that. */
#include "access/delegations.h"
#include "base/memory.h"
#include "web/handlers.h"
#include "web/paging.h"

#include <string.h>

enum next get_delegations(struct visit *visit)
{
    size_t count = 0;
    struct stored_delegation *list = NULL;
    size_t most = paging_most(visit);
    const char *before = paging_cursor(visit, 'd');
    if (visit->complaints.count)
        return visit_fail(visit, FAIL_INVALID);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail = store_delegations_of(store, &visit->caller->person.key, before, most,
                                          visit->arena, &count, &list, &visit->why);
    if (fail)
        return visit_fail(visit, fail);
    json_t *items = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(items, view_delegation(&list[i], visit->now));
    return paging_reply(visit, items, count == most ? list[count - 1].id.text : NULL, 'd');
}

static enum fail compose(struct visit *visit, struct store *store, const struct delegation_id *id,
                         int status)
{
    struct stored_delegation delegation;
    enum fail fail = store_delegation(store, id, visit->arena, &delegation, &visit->why);
    if (!fail)
        (void)visit_json(visit, status, view_delegation(&delegation, visit->now));
    return fail;
}

static enum fail compose_made(struct visit *visit, struct store *store)
{
    const struct delegating *delegating = visit->data;
    return compose(visit, store, &delegating->id, 201);
}

static enum next make_failed(struct visit *visit)
{
    if (visit->fail == FAIL_CONFLICT)
        return visit_refuse(visit, FAIL_CONFLICT,
                            "You named somebody for some of that time already: end that first.");
    if (visit->fail == FAIL_INVALID)
        complain(&visit->complaints, "delegate", "is you: name somebody else");
    return visit_fail(visit, visit->fail);
}

static enum next make(struct visit *visit)
{
    struct delegating *delegating = visit->data;
    if (delegating->unread)
        return visit_refuse(visit, FAIL_UNAVAILABLE,
                            "Entra does not say at the moment who that is. Nothing was changed: "
                            "try again in a minute.");
    if (!delegating->delegate.name) {
        complain(&visit->complaints, "delegate",
                 "is nobody in Entra who could sign in: write the name that they sign in with, or "
                 "their object id");
        return visit_fail(visit, FAIL_INVALID);
    }
    return visit_change(visit, delegating_apply, delegating, compose_made, make_failed);
}

enum next post_delegation(struct visit *visit)
{
    struct delegating *delegating = ARENA_NEW(visit->arena, struct delegating);
    visit->data = delegating;
    delegating_read(visit->json, visit->now, &visit->complaints, delegating);
    if (visit->complaints.count)
        return visit_fail(visit, FAIL_INVALID);
    delegating->caller = visit->caller;
    return visit_inquire(visit, delegating_look, delegating, make);
}

static enum fail compose_ended(struct visit *visit, struct store *store)
{
    const struct delegation_ending *ending = visit->data;
    return compose(visit, store, &ending->id, 200);
}

static enum next end_failed(struct visit *visit)
{
    return visit->fail == FAIL_CONFLICT
               ? visit_refuse(visit, FAIL_CONFLICT, "This is over already.")
               : visit_fail(visit, visit->fail);
}

enum next post_delegation_end(struct visit *visit)
{
    struct delegation_ending *ending = ARENA_NEW(visit->arena, struct delegation_ending);
    if (!id_is(visit->params[0]))
        return visit_fail(visit, FAIL_NOT_FOUND);
    if (!visit_takes_nothing(visit))
        return NEXT_REPLY;
    memcpy(ending->id.text, visit->params[0], ID_SIZE);
    ending->caller = visit->caller;
    visit->data = ending;
    return visit_change(visit, delegation_end_apply, ending, compose_ended, end_failed);
}
