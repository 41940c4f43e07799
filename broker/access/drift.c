#include "access/drift_seen.h"

#include "access/alarms.h"
#include "access/holding.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/jobs.h"

#include <string.h>

int64_t drift_period(const struct access *access)
{
    int64_t all = (int64_t)policy_role_count(access->policy) * DRIFT_SPACING_MS / 1000;
    return all > DRIFT_EVERY_SECONDS ? all : DRIFT_EVERY_SECONDS;
}

const struct role *drift_role(const struct access *access, const char *target, struct arena *arena)
{
    struct target wanted;
    if (!target_read(target, arena, &wanted))
        return NULL;
    for (size_t i = 0; i < policy_role_count(access->policy); i++) {
        const struct role *role = policy_role(access->policy, i);
        const struct target *own = &role->target;
        if (own->kind == wanted.kind && text_equals(own->id, wanted.id) &&
            text_equals(own->kind == TARGET_GROUP ? own->access : own->scope,
                        own->kind == TARGET_GROUP ? wanted.access : wanted.scope))
            return role;
    }
    return NULL;
}

/* Spread over the time in which each is read once, so that Graph is never asked for all at once;
   what was due while Curfew was down is spread anew. */
static enum fail begin(struct turn *turn, void *data, struct reason *why)
{
    size_t count = policy_role_count(turn->access->policy);
    enum fail fail = FAIL_NONE;
    (void)data;
    for (size_t i = 0; !fail && i < count; i++) {
        const struct role *role = policy_role(turn->access->policy, i);
        struct stored_watch watch = {.target = target_key(&role->target, turn->arena),
                                     .since = turn->now};
        id_new(turn->now_ms, watch.id.text);
        fail = store_watch_add(turn->store, &watch, why);
        if (!fail)
            fail = turn_job(turn, job_watch, watch.id.text, RANK_WATCH,
                            turn->now + (int64_t)i * DRIFT_SPACING_MS / 1000, why);
    }
    return fail ? fail : alarm_put(turn, why);
}

enum fail drift_begin(struct access *access, struct reason *why)
{
    const struct actor curfew = {.kind = ACTOR_CURFEW};
    return act_now(access, &curfew, begin, NULL, why);
}

static const char *type_words(const struct drift_who *who)
{
    if (text_equals(who->type, "group"))
        return "Group ";
    return text_equals(who->type, "application") ? "Application " : "";
}

static const char *sentence_of(const struct drift_finding *finding)
{
    switch (finding->kind) {
    case DRIFT_UNEXPLAINED:
        return !finding->in_pim               ? "drift_outside_pim"
               : finding->end_at == INT64_MAX ? "drift_unexplained_for_good"
               : finding->activated           ? "drift_activated"
                                              : "drift_unexplained";
    case DRIFT_PERMANENT:
        return finding->end_at == INT64_MAX ? "drift_permanent" : "drift_longer";
    case DRIFT_LATE:
        return "drift_late";
    default:
        return "drift_last_owner";
    }
}

json_t *drift_detail(const struct drift_seen *seen, size_t i)
{
    const struct drift_finding *finding = &seen->found.list[i];
    const struct drift_who *who = &seen->who[i];
    struct arena *arena = task_arena(seen->task);
    const struct access *access = task_access(seen->task);
    char until[21] = "";
    if (finding->kind == DRIFT_WEAKER)
        return memory_needed(json_pack("{s:s, s:o}", "code",
                                       arena_text(arena, "weaker_%s", finding->about), "args",
                                       pim_weakness_args(access->policy, seen->role, seen->self)));
    if (finding->end_at != INT64_MAX)
        moment_text(finding->end_at, until);
    const char *name =
        arena_text(arena, "%s%s", type_words(who), who->name ? who->name : finding->about);
    const char *manner = !finding->in_pim     ? "outside_pim"
                         : finding->activated ? "activated"
                                              : "assigned";
    return memory_needed(json_pack("{s:s, s:{s:s, s:s}, s:s, s:s?, s:s?, s:s, s:s?}", "code",
                                   sentence_of(finding), "args", "who", name, "until", until,
                                   "principal", finding->about, "type", who->type, "name",
                                   who->name, "manner", manner, "until", *until ? until : NULL));
}

/* What came of a grant after it was over is taken back, unless the same person holds it by another:
   the directory knows one assignment of a person, and would take that. */
static enum pace take_back(struct task *task, void *data, enum fail fail)
{
    struct drift_seen *seen = data;
    if (fail)
        return task_hold(task, 0);
    for (size_t i = 0; i < seen->found.count; i++) {
        const struct drift_finding *finding = &seen->found.list[i];
        if (finding->kind == DRIFT_LATE && !finding->open)
            return holding_remove_late(task, &finding->held->grant);
    }
    return drift_remove(seen);
}

/* In how many milliseconds another target may be read; 0: now, and the turn is taken. Whatever
   falls due together, after a pause of the machine or of Graph, is never asked for together. */
static int64_t take_turn(int64_t *free_ms)
{
    int64_t now_ms = moment_now_ms(), rested = now_ms - DRIFT_AT_ONCE * DRIFT_SPACING_MS;
    bool set_back = *free_ms > now_ms + DRIFT_SPACING_MS;
    if (*free_ms < rested || set_back)
        *free_ms = rested;
    if (*free_ms > now_ms)
        return *free_ms - now_ms;
    *free_ms += DRIFT_SPACING_MS;
    return 0;
}

enum pace drift_step(struct task *task)
{
    int64_t wait_ms = task_is_new(task) ? take_turn(task_watch_free(task)) : 0;
    if (wait_ms)
        return task_hold(task, wait_ms);
    struct drift_seen *seen = ARENA_NEW(task_arena(task), struct drift_seen);
    struct reason why = {0};
    struct store *store = task_store(task);
    seen->task = task;
    memcpy(seen->watch.id.text, task_subject(task), ID_SIZE);
    enum fail fail = store
                         ? store_watch(store, &seen->watch.id, task_arena(task), &seen->watch, &why)
                         : FAIL_UNAVAILABLE;
    if (fail && fail != FAIL_NOT_FOUND)
        return task_hold(task, 0);
    if (!fail)
        seen->role = drift_role(task_access(task), seen->watch.target, task_arena(task));
    if (!seen->role)
        return task_change(task, drift_apply_gone, seen);
    switch (drift_look(seen)) {
    case TARGET_WAITS:
        return PACE_WAIT;
    case TARGET_SEEN:
        return task_change_then(task, drift_apply, seen, take_back);
    case TARGET_UNKNOWN:
        break;
    }
    return task_hold(task, drift_period(task_access(task)) * 1000 / 3);
}
