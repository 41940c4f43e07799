/* A grant that is one of a bundle: when it may start, and when it is given back for another's sake.
 */
#include "access/bundles.h"
#include "access/holding_common.h"
#include "base/moment.h"

static const char *const undone = "bundle_undone";

static enum fail apply_undone(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail)
        fail = store_grant_ask_end(turn->store, &work->grant.id, undone, why);
    if (!fail)
        fail = move_grant(turn, &work->grant, GRANT_ENDING, undone, NULL, why);
    return fail ? fail : turn_job(turn, job_grant, work->grant.id.text, RANK_END, turn->now, why);
}

/* The one before may have become active while this step was on its way, and woken it for nothing.
 */
static enum fail apply_waits(struct turn *turn, void *data, struct reason *why)
{
    struct work *work = data;
    struct bundle_place place;
    enum fail fail = still_as_seen(turn, work, why);
    if (!fail)
        fail = bundle_place(turn->store, &work->request, &work->grant, turn->arena, &place, why);
    if (fail)
        return fail;
    bool waits_on = place.waits_for && !place.undone;
    return turn_job(turn, job_grant, work->grant.id.text, RANK_START,
                    waits_on ? work->grant.start_by + 1 : turn->now, why);
}

bool bundle_settles(struct work *work, enum pace *pace)
{
    struct bundle_place place;
    struct reason why = {0};
    if (!work->request.bundle)
        return false;
    if (bundle_place(task_store(work->task), &work->request, &work->grant, task_arena(work->task),
                     &place, &why)) {
        *pace = task_hold(work->task, 0);
        return true;
    }
    bool waits = work->grant.state == GRANT_WAITING;
    if (place.undone)
        *pace = waits ? move_to(work, GRANT_FAILED, undone)
                      : task_change(work->task, apply_undone, work);
    else if (waits && place.waits_for) /* which wakes this one */
        *pace = task_change(work->task, apply_waits, work);
    else if (waits && moment_now() < work->request.start_at)
        *pace = look_at(work, work->request.start_at);
    else
        return false;
    return true;
}

bool bundle_end(struct work *work, int64_t *ends_at)
{
    struct bundle_place place;
    struct reason why = {0};
    if (bundle_place(task_store(work->task), &work->request, &work->grant, task_arena(work->task),
                     &place, &why))
        return false;
    if (place.ends_at >= 0)
        *ends_at = place.ends_at;
    return true;
}
