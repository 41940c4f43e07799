/* Several grants lean on one holding: it ends when the last of them does, never before. What each
   of their jobs does about it follows from how the others stand. */
#include "access/holding_common.h"
#include "base/moment.h"

#include <string.h>

enum fail beside_read(struct work *work, struct store *store, struct reason *why)
{
    struct arena *arena = task_arena(work->task);
    const struct stored_grant *grant = &work->grant;
    /* Lists lag: what was closed lately may still be shown. */
    enum fail fail = store_grants_beside(store, grant, moment_now() - PROOF_SECONDS, arena,
                                         &work->beside_count, &work->beside, why);
    if (fail)
        return fail;
    if (grant->has_holding)
        return store_holding(store, &grant->holding, arena, &work->holding, why);
    fail = store_holding_open_for(store, &grant->holder, grant->target, arena, &work->holding, why);
    work->joins = !fail;
    return fail == FAIL_NOT_FOUND ? FAIL_NONE : fail;
}

static const struct stored_grant *in_state(size_t count, const struct stored_grant grants[],
                                           enum grant_state state)
{
    for (size_t i = 0; i < count; i++)
        if (grants[i].state == state)
            return &grants[i];
    return NULL;
}

const struct stored_grant *beside_in(const struct work *work, enum grant_state state)
{
    return in_state(work->beside_count, work->beside, state);
}

bool beside_lives(const struct work *work)
{
    return beside_in(work, GRANT_ACTIVATING) || beside_in(work, GRANT_ACTIVE) ||
           beside_in(work, GRANT_ENDING);
}

bool beside_explains(const struct work *work, const struct instance *instance)
{
    for (size_t i = 0; i < work->beside_count; i++)
        if (work->beside[i].ends_at == instance->end_at &&
            activation_is_personal(work->beside[i].mode) == instance->activated)
            return true;
    return false;
}

bool beside_lets_remove(const struct work *work)
{
    if (beside_in(work, GRANT_ACTIVE) || beside_in(work, GRANT_ACTIVATING))
        return false;
    for (size_t i = 0; i < work->beside_count; i++)
        if (work->beside[i].state == GRANT_ENDING &&
            strcmp(work->beside[i].id.text, work->grant.id.text) > 0)
            return false;
    return true;
}

/* As the change finds them: others may have moved since the step looked. */
static enum fail read_now(struct turn *turn, const struct work *work, size_t *count,
                          struct stored_grant **grants, struct reason *why)
{
    return store_grants_beside(turn->store, &work->grant, turn->now, turn->arena, count, grants,
                               why);
}

enum fail beside_still_begins(struct turn *turn, const struct work *work, struct reason *why)
{
    size_t count = 0;
    struct stored_grant *grants = NULL;
    enum fail fail = read_now(turn, work, &count, &grants, why);
    if (fail)
        return fail;
    bool active = in_state(count, grants, GRANT_ACTIVE) != NULL;
    bool moves = in_state(count, grants, GRANT_ACTIVATING) != NULL ||
                 (!active && in_state(count, grants, GRANT_ENDING) != NULL);
    return active == work->extends && !moves
               ? FAIL_NONE
               : because(why, FAIL_CONFLICT, "what grant %s would lean on has changed",
                         work->grant.id.text);
}

enum fail beside_still_ends(struct turn *turn, const struct work *work, struct reason *why)
{
    size_t count = 0;
    struct stored_grant *grants = NULL;
    enum fail fail = read_now(turn, work, &count, &grants, why);
    if (fail)
        return fail;
    return in_state(count, grants, GRANT_ACTIVE) || in_state(count, grants, GRANT_ACTIVATING)
               ? because(why, FAIL_CONFLICT, "another grant leans on what grant %s would remove",
                         work->grant.id.text)
               : FAIL_NONE;
}
