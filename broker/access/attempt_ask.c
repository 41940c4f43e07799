/* Asking to start a grant oneself: who may, and what the sign-in for it must bring. */
#include "access/attempt.h"

#include "access/bundles.h"
#include "access/findings.h"
#include "access/purposes.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/approvals.h"
#include "store/grants.h"
#include "store/requests.h"

#include <stdlib.h>

static void add_context(json_t *contexts, const char *context)
{
    for (size_t i = 0; i < json_array_size(contexts); i++)
        if (text_equals(json_string_value(json_array_get(contexts, i)), context))
            return;
    (void)json_array_append_new(contexts, json_string(context));
}

/* Those of the rules that the request was submitted under, and PIM's own where it could be read: it
   is read again when the person is back. */
enum pace attempt_prepare(struct task *task, void *data)
{
    struct attempt_ask *ask = data;
    struct stored_grant grant;
    struct stored_request request;
    struct demands demands;
    struct reason ignored = {0};
    struct arena *arena = task_arena(task);
    struct store *store = task_store(task);
    if (!store || store_grant(store, &ask->id, arena, &grant, &ignored) ||
        store_request(store, &grant.request, arena, &request, &ignored) ||
        !activation_is_personal(grant.mode) || !person_is(&grant.holder, &ask->caller->person.key))
        return PACE_OVER; /* the change says why not */
    const struct self_rules *rules = findings_self_rules(task, &grant.holder, grant.target);
    if (!rules)
        return PACE_WAIT;
    if (!findings_demands(task, &request, &demands))
        return PACE_WAIT;
    for (size_t i = 0; i < demands.context_count; i++)
        add_context(ask->contexts, demands.contexts[i]);
    if (rules->reading.known && rules->exists && rules->context)
        add_context(ask->contexts, rules->context);
    return PACE_OVER;
}

static enum fail check_right(struct turn *turn, const struct attempt_ask *ask,
                             const struct stored_grant *grant, struct reason *why)
{
    const struct person_key *caller = &ask->caller->person.key;
    bool asked = false;
    if (person_is(caller, &grant->holder))
        return FAIL_NONE;
    enum fail fail = store_approver_is(turn->store, &grant->request, caller, &asked, why);
    if (fail)
        return fail;
    return because(why, asked || ask->caller->roles ? FAIL_DENIED : FAIL_NOT_FOUND,
                   "%s does not hold grant %s", caller->oid, grant->id.text);
}

/* Why there is nothing to start; NULL when there is. */
static const char *nothing_to_start(const struct turn *turn, const struct stored_grant *grant,
                                    const struct stored_request *request)
{
    char from[21];
    struct bundle_place place;
    struct reason ignored = {0};
    if (!activation_is_personal(grant->mode))
        return "Curfew starts this by itself: there is nothing to do.";
    if (grant->state == GRANT_WAITING && request->bundle &&
        !bundle_place(turn->store, request, grant, turn->arena, &place, &ignored) &&
        place.waits_for)
        return "The roles of a bundle start one after the other: another one comes first.";
    if (!attempt_may(turn->store, grant, request, turn->arena))
        return "It does not wait to be started any more.";
    if (turn->now > grant->start_by)
        return "The time in which it could be started is over.";
    if (turn->now >= request->start_at)
        return NULL;
    moment_text(request->start_at, from);
    return arena_text(turn->arena, "It can be started from %s on.", from);
}

enum fail attempt_ask_apply(struct turn *turn, void *data, struct reason *why)
{
    struct attempt_ask *ask = data;
    struct stored_grant grant;
    struct stored_request request;
    enum fail fail = store_grant(turn->store, &ask->id, turn->arena, &grant, why);
    if (!fail)
        fail = check_right(turn, ask, &grant, why);
    if (!fail)
        fail = store_request(turn->store, &grant.request, turn->arena, &request, why);
    if (fail)
        return fail;
    if (turn->access->safe_mode)
        return because(why, FAIL_UNAVAILABLE, "safe mode: %s", turn->access->safe_why);
    const char *nothing = nothing_to_start(turn, &grant, &request);
    if (nothing) {
        ask->says = arena_copy(ask->arena, nothing);
        return because(why, FAIL_CONFLICT, "grant %s cannot be started by its holder",
                       grant.id.text);
    }
    return purpose_commit(turn, ask->caller, "activate",
                          attempt_body(&grant.id, ask->contexts, turn->arena), ask->locator, why);
}
