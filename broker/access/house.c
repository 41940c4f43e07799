#include "access/house.h"

#include "access/facts.h"
#include "base/moment.h"
#include "store/people.h"

enum { EVERY_SECONDS = 60 };

static enum fail sweep(struct turn *turn, void *data, struct reason *why)
{
    (void)data;
    enum fail fail = store_sweep(turn->store, turn->now, why);
    return fail ? fail
                : turn_job(turn, job_house, "sweep", RANK_HOUSE, turn->now + EVERY_SECONDS, why);
}

enum pace house_step(struct task *task)
{
    facts_sweep(task_access(task)->facts, moment_now_ms() - 2 * FACT_TEN_MINUTES);
    return task_change(task, sweep, NULL);
}

enum fail house_begin(struct access *access, struct reason *why)
{
    const struct actor curfew = {.kind = ACTOR_CURFEW};
    return act_now(access, &curfew, sweep, NULL, why);
}
