/* /api/v1/grants: what is held, and giving it back or taking it away. */
#include "access/attempt.h"
#include "access/decisions.h"
#include "access/grants.h"
#include "access/views.h"
#include "access/words_kept.h"
#include "base/memory.h"
#include "base/text.h"
#include "web/handlers.h"
#include "web/paging.h"

#include <string.h>

enum next get_grants(struct visit *visit)
{
    size_t count = 0;
    struct stored_grant *grants = NULL;
    bool active = paging_flag(visit, "active");
    bool everybody = paging_flag(visit, "everybody") && visit->caller->roles;
    size_t most = paging_most(visit);
    const char *before = paging_cursor(visit, 'g');
    if (visit->complaints.count)
        return visit_fail(visit, FAIL_INVALID);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail = store_grants_page(store, everybody ? NULL : &visit->caller->person.key, active,
                                       before, most, visit->arena, &count, &grants, &visit->why);
    if (fail)
        return visit_fail(visit, fail);
    json_t *items = memory_needed(json_array());
    for (size_t i = 0; !fail && i < count; i++) {
        json_t *view = NULL;
        fail = view_grant(visit->access, store, &grants[i], &view, &visit->why);
        if (!fail)
            (void)json_array_append_new(items, view);
    }
    if (fail) {
        json_decref(items);
        return visit_fail(visit, fail);
    }
    return paging_reply(visit, items, count == most ? grants[count - 1].id.text : NULL, 'g');
}

static enum fail compose_grant(struct visit *visit, struct store *store)
{
    const struct grant_end *end = visit->data;
    struct stored_grant grant;
    json_t *view = NULL;
    enum fail fail = store_grant(store, &end->id, visit->arena, &grant, &visit->why);
    if (!fail)
        fail = view_grant(visit->access, store, &grant, &view, &visit->why);
    if (!fail)
        (void)visit_json(visit, 200, view);
    return fail;
}

static enum next end_failed(struct visit *visit)
{
    bool stranger = visit->fail == FAIL_NOT_FOUND || visit->fail == FAIL_DENIED;
    if (stranger && visit->role_is_stale)
        return visit_refuse(visit, FAIL_STEP_UP_NEEDED,
                            "Administrators sign in again after an hour.");
    return visit_fail(visit, visit->fail);
}

static enum next end_grant(struct visit *visit, struct grant_end *end)
{
    if (!id_is(visit->params[0]))
        return visit_fail(visit, FAIL_NOT_FOUND);
    memcpy(end->id.text, visit->params[0], ID_SIZE);
    end->caller = visit->caller;
    visit->data = end;
    return visit_change(visit, grant_end_apply, end, compose_grant, end_failed);
}

static enum fail compose_go(struct visit *visit, struct store *store)
{
    const struct attempt_ask *ask = visit->data;
    (void)store;
    const char *go = arena_text(visit->arena, "/auth/sign-in?purpose=%s", ask->locator);
    (void)visit_json(visit, 202, memory_needed(json_pack("{s:s}", "go", go)));
    return FAIL_NONE;
}

static enum next activate_failed(struct visit *visit)
{
    const struct attempt_ask *ask = visit->data;
    return visit->fail == FAIL_CONFLICT && ask->says
               ? visit_refuse(visit, FAIL_CONFLICT, "%s", ask->says)
               : visit_fail(visit, visit->fail);
}

static enum next activate(struct visit *visit)
{
    struct attempt_ask *ask = visit->data;
    locator_new(ask->locator);
    return visit_change(visit, attempt_ask_apply, ask, compose_go, activate_failed);
}

static void free_ask(void *owned)
{
    const struct attempt_ask *ask = owned;
    json_decref(ask->contexts);
}

enum next post_activate(struct visit *visit)
{
    struct attempt_ask *ask = ARENA_NEW(visit->arena, struct attempt_ask);
    if (!id_is(visit->params[0]))
        return visit_fail(visit, FAIL_NOT_FOUND);
    if (!visit_takes_nothing(visit))
        return NEXT_REPLY;
    memcpy(ask->id.text, visit->params[0], ID_SIZE);
    ask->arena = visit->arena;
    ask->caller = visit->caller;
    ask->contexts = memory_needed(json_array());
    visit->data = ask;
    visit->owned = ask;
    visit->free_owned = free_ask;
    return visit_inquire(visit, attempt_prepare, ask, activate);
}

enum next post_release(struct visit *visit)
{
    struct grant_end *end = ARENA_NEW(visit->arena, struct grant_end);
    return visit_takes_nothing(visit) ? end_grant(visit, end) : NEXT_REPLY;
}

enum next post_revoke(struct visit *visit)
{
    struct grant_end *end = ARENA_NEW(visit->arena, struct grant_end);
    struct form form = form_open(visit->json, "", &visit->complaints);
    end->revoke = true;
    end->reason = words_reason(&form, REQUIRED, REASON_MOST);
    form_end(&form);
    return visit->complaints.count ? visit_fail(visit, FAIL_INVALID) : end_grant(visit, end);
}
