#include "access/alarms.h"

#include "access/messages.h"
#include "base/moment.h"
#include "store/jobs.h"
#include "store/people.h"
#include "store/watch.h"

#include <stdio.h>

/* TOGETHER: what is found within so long is one message. PATIENCE: whoever cannot be read by then
   is left out. */
enum { TOGETHER_SECONDS = 5, PATIENCE_SECONDS = 120 };

enum fail alarm_put(struct turn *turn, struct reason *why)
{
    const struct people *const *told;
    if (!policy_told(turn->access->policy, &told))
        return FAIL_NONE;
    return turn_job(turn, job_alarm, "tell", RANK_MESSAGE, turn->now + TOGETHER_SECONDS, why);
}

static enum fail apply_told(struct turn *turn, void *data, struct reason *why)
{
    const struct approvers *told = data;
    char id[ID_SIZE];
    int64_t since = 0;
    enum fail fail = store_findings_untold(turn->store, INT64_MAX, &since, why);
    if (!fail)
        fail = store_job_end(turn->store, job_alarm, "tell", why);
    if (fail || since == INT64_MAX)
        return fail;
    id_new(turn->now_ms, id);
    fail = store_findings_tell(turn->store, id, why);
    for (size_t i = 0; !fail && i < told->stages[0].from.count; i++) {
        const struct person *person = &told->stages[0].from.people[i];
        fail = store_person_save(turn->store, person, turn->now, why);
        if (!fail)
            fail = message_alarm(turn, id, &person->key, why);
    }
    return fail;
}

bool alarm_told(struct task *task, struct approvers *ret)
{
    const struct access *access = task_access(task);
    struct demands demands = {.approval_count = 1};
    struct person_key nobody = {.oid = ""};
    (void)snprintf(nobody.tid, sizeof nobody.tid, "%s", access->options.tenant_id);
    const struct people *const *named;
    size_t count = policy_told(access->policy, &named);
    const struct people **from = ARENA_ARRAY(task_arena(task), const struct people *, count);
    for (size_t i = 0; i < count; i++)
        from[i] = people_at(named[i], moment_now(), task_arena(task));
    demands.approvals[0].escalate_seconds = -1;
    demands.approvals[0].from_count = count;
    demands.approvals[0].from = from;
    return approvers_resolve(task, &demands, &nobody, NULL, FACT_MINUTE, ret);
}

enum pace alarm_step(struct task *task)
{
    struct approvers *told = ARENA_NEW(task_arena(task), struct approvers);
    struct reason why = {0};
    int64_t since = 0;
    struct store *store = task_store(task);
    if (!store || store_findings_untold(store, INT64_MAX, &since, &why))
        return task_hold(task, 0);
    if (!alarm_told(task, told))
        return PACE_WAIT;
    if (!told->known && moment_now() - since < PATIENCE_SECONDS)
        return task_hold(task, 0);
    return task_change(task, apply_told, told);
}
