/* From active to ended: the directory is watched while a grant lives, and its end is proved by
 * reading. */
#include "access/holding_common.h"
#include "base/moment.h"
#include "base/text.h"

enum {
    READ_AGAIN_SECONDS = 5,
    REFUSED_AGAIN_SECONDS = 60,
    REMOVE_AGAIN_SECONDS = 5 * 60,
    REMOVE_AGAIN_MOST_SECONDS = 6 * 3600,
};

/* When a live grant is looked at next: at its end at the latest. */
static int64_t next_watch(const struct work *work, int64_t now)
{
    return now + WATCH_SECONDS < work->grant.ends_at ? now + WATCH_SECONDS : work->grant.ends_at;
}

enum pace step_active(struct work *work)
{
    int64_t now = moment_now(), until = 0;
    if (now >= work->grant.ends_at)
        return move_to(work, GRANT_ENDING, "expired");
    enum pace pace;
    if (bundle_settles(work, &pace))
        return pace;
    const struct instances *instances = ask_instances(work);
    if (!instances)
        return PACE_WAIT;
    switch (look(work, instances, &work->start_at, &until)) {
    case SIGHT_OURS:
    case SIGHT_SHARED: /* with more time, or as a list shows it that lags */
        work->due_at = next_watch(work, now);
        return work->grant.absent_at < 0 ? look_at(work, work->due_at)
                                         : task_change(work->task, apply_seen, work);
    case SIGHT_UNKNOWN:
        return task_hold(work->task, 0);
    case SIGHT_ABSENT:
    case SIGHT_FOREIGN:
        break;
    }
    /* One reading of a replica that lags proves nothing. */
    if (work->grant.absent_at >= 0 && now - work->grant.absent_at >= PROOF_SECONDS)
        return move_to(work, GRANT_ENDED, "outside");
    work->due_at = now + WATCH_SECONDS / 2 < work->grant.ends_at ? now + WATCH_SECONDS / 2
                                                                 : work->grant.ends_at;
    return task_change(work->task, apply_absent, work);
}

/* How long the last removal is given: longer the longer removing has been in vain, because there
   are owners whom Entra does not let go for weeks (contract 5.3), and each try is a write and two
   events. */
static int64_t patience(const struct work *work, int64_t least)
{
    int64_t longer = (moment_now() - work->removals.first_at) / 4;
    if (longer < least)
        return least;
    return longer < REMOVE_AGAIN_MOST_SECONDS ? longer : REMOVE_AGAIN_MOST_SECONDS;
}

/* Whether it is an alarm that it is still there: soon after its own end, and when an end that was
   asked for does not come about. */
static bool is_late(const struct work *work, bool was_meant)
{
    int64_t now = moment_now(), ripe = work->start_at + TOO_YOUNG_SECONDS;
    int64_t asked_at = work->removals.first_at > ripe ? work->removals.first_at : ripe;
    return now >= work->grant.ends_at + LATE_SECONDS ||
           (was_meant && now >= asked_at + ALARM_SECONDS);
}

/* What stands there is no longer ours to remove, but began as ours and outlives its end: PIM gave
   up ending it (contract 5.3), or somebody made it last longer. Nobody may read that it ended. */
static bool lives_on(const struct work *work, const struct instances *instances)
{
    for (size_t i = 0; i < instances->count; i++) {
        const struct instance *one = &instances->list[i];
        if (one->direct && one->activated == activation_is_personal(work->grant.mode) &&
            one->start_at == work->grant.starts_at && one->end_at > work->holding.ends_at)
            return true;
    }
    return false;
}

/* Still there. Before the end that it has there it is removed at once; after it the directory gets
   a moment to do it by itself. */
static enum pace still_there(struct work *work, bool was_meant)
{
    int64_t now = moment_now(), since = now - work->intent.outcome_at;
    const struct stored_intent *last = &work->intent;
    bool early = now < work->shown_until;
    if (!beside_lets_remove(work))
        return look_at(work, now + READ_AGAIN_SECONDS);
    if (!early && now < work->shown_until + GRACE_SECONDS && !was_meant)
        return look_at(work, now + READ_AGAIN_SECONDS);
    if (!was_meant || text_equals(last->outcome, "not_sent") ||
        text_equals(last->outcome, "absent"))
        return begin_remove(work);
    if (text_equals(last->outcome, "refused") &&
        text_equals(last->code, "ActiveDurationTooShort")) {
        int64_t ripe = work->start_at + TOO_YOUNG_SECONDS;
        if (ripe < last->outcome_at + READ_AGAIN_SECONDS)
            ripe = last->outcome_at + 60;
        return now >= ripe ? begin_remove(work) : look_at(work, ripe);
    }
    bool refused = text_equals(last->outcome, "refused");
    if (refused && last->status == 403 && alarm_is_new(work, "directory_denied"))
        return look_at(work, now);
    if (since >= patience(work, refused ? REFUSED_AGAIN_SECONDS : REMOVE_AGAIN_SECONDS))
        return begin_remove(work);
    return look_at(work, now + (is_late(work, was_meant) ? WATCH_SECONDS : READ_AGAIN_SECONDS));
}

/* Nothing is there. One reading of a replica that lags proves nothing: it is over when its end has
   passed or any removal was taken, or when nothing was there for long enough. Then it was ours to
   end if a removal may have left; otherwise somebody else took it away. */
static enum pace not_there(struct work *work)
{
    int64_t now = moment_now();
    const struct stored_grant *grant = &work->grant;
    bool maybe_removed = work->removals.unknown > 0;
    bool over = work->removals.accepted > 0 || now >= work->holding.ends_at;
    bool proved = grant->absent_at >= 0 && now - grant->absent_at >= PROOF_SECONDS;
    const char *why = grant->asked_end ? grant->asked_end : "expired";
    struct reason ignored = {0};
    work->intent = (struct stored_intent){0};
    enum fail fail = newest_given(work, &ignored);
    if (fail == FAIL_UNAVAILABLE)
        return task_hold(work->task, 0);
    if (!fail && grant->mode == ACTIVATION_PIM_APPROVAL && !text_equals(grant->seen, "yes"))
        return step_withdrawn(work);
    if (text_equals(grant->seen, "yes")) {
        if (over || proved)
            return move_to(work, GRANT_ENDED,
                           over || maybe_removed || now >= grant->ends_at ? why : "outside");
    } else if (now >= (fail ? now : work->intent.committed_at + PROOF_SECONDS)) {
        return move_to(work, GRANT_ENDED, why); /* it never showed itself */
    }
    work->due_at = now + READ_AGAIN_SECONDS;
    return grant->absent_at >= 0 ? look_at(work, work->due_at)
                                 : task_change(work->task, apply_absent, work);
}

enum pace holding_remove_late(struct task *task, const struct grant_id *grant)
{
    struct work *work = ARENA_NEW(task_arena(task), struct work);
    struct reason why = {0};
    struct store *store = task_store(task);
    work->task = task;
    work->grant.id = *grant;
    enum fail fail = store ? work_load(work, store, &why) : FAIL_UNAVAILABLE;
    if (!fail)
        fail = store_intent_newest(store, &work->grant.holding, NULL, "remove", task_arena(task),
                                   &work->intent, &why);
    bool meant = !fail && moment_now() - work->intent.committed_at < REMOVE_AGAIN_SECONDS;
    if (meant || (fail && fail != FAIL_NOT_FOUND))
        return PACE_OVER; /* the next reading comes back to it */
    return begin_remove(work);
}

/* Another grant keeps the access: this one is over, and nothing is to be removed for it. */
static enum pace leave(struct work *work)
{
    struct reason ignored = {0};
    work->intent = (struct stored_intent){0};
    if (newest_given(work, &ignored) == FAIL_UNAVAILABLE)
        return task_hold(work->task, 0);
    return move_to(work, GRANT_ENDED, work->grant.asked_end ? work->grant.asked_end : "expired");
}

/* Whether what was read says something of this grant that is not known yet: that it was seen at
   all, or that it is there again. */
static bool is_news(const struct work *work, enum sight sight)
{
    bool seen = text_equals(work->grant.seen, "yes");
    return (sight == SIGHT_OURS && !seen) || (seen && work->grant.absent_at >= 0);
}

enum pace step_ending(struct work *work)
{
    struct reason why = {0};
    struct arena *arena = task_arena(work->task);
    if (!work->grant.has_holding)
        return move_to(work, GRANT_ENDED,
                       work->grant.asked_end ? work->grant.asked_end : "expired");
    if (beside_in(work, GRANT_ACTIVE))
        return leave(work);
    const struct instances *instances = ask_instances(work);
    if (!instances)
        return PACE_WAIT;
    enum fail fail = store_intent_newest(task_store(work->task), &work->grant.holding, NULL,
                                         "remove", arena, &work->intent, &why);
    if (fail == FAIL_UNAVAILABLE || store_removals(task_store(work->task), &work->grant.holding,
                                                   &work->removals, &why) != FAIL_NONE)
        return task_hold(work->task, 0);
    bool was_meant = !fail;
    if (was_meant && text_equals(work->intent.outcome, "open")) {
        /* The process died between commit and answer: it may have been sent. */
        work->intent.outcome = "unknown";
        work->due_at = moment_now();
        return task_change(work->task, apply_answer, work);
    }
    int64_t now = moment_now();
    enum sight sight = look(work, instances, &work->start_at, &work->shown_until);
    bool stays = sight == SIGHT_FOREIGN && lives_on(work, instances);
    if ((stays || (sight != SIGHT_ABSENT && sight != SIGHT_FOREIGN)) && is_late(work, was_meant) &&
        beside_lets_remove(work) && alarm_is_new(work, "late_end"))
        return look_at(work, now);
    if (sight == SIGHT_OURS && work->grant.mode == ACTIVATION_PIM_APPROVAL &&
        work->request.state != REQUEST_APPROVED && alarm_is_new(work, "approved_outside"))
        return look_at(work, now);
    switch (sight) {
    case SIGHT_OURS:
    case SIGHT_SHARED:
        work->due_at = moment_now();
        return is_news(work, sight) ? task_change(work->task, apply_seen, work)
                                    : still_there(work, was_meant);
    case SIGHT_ABSENT:
    case SIGHT_FOREIGN:
        return stays ? look_at(work, now + WATCH_SECONDS) : not_there(work);
    case SIGHT_UNKNOWN:
        break;
    }
    /* Revoking waits for no evidence: what was seen to be ours is removed although it cannot be
     * read now. After its own end it is gone by itself: what stands there then may be another's. */
    bool asked = work->grant.asked_end || now >= work->grant.ends_at;
    bool ours = text_equals(work->grant.seen, "yes") && asked && now < work->holding.ends_at &&
                beside_lets_remove(work);
    return ours && !was_meant ? begin_remove(work) : task_hold(work->task, 0);
}
