#include "access/tell.h"

#include "access/approvers.h"
#include "access/findings.h"
#include "access/messages.h"
#include "base/text.h"
#include "store/jobs.h"
#include "store/people.h"

#include <string.h>

/* Whom to tell what of which grant. */
struct telling {
    struct stored_grant grant;
    enum tell tell;
    struct approvers people; /* one stage: resolved as approvers are, never the holder */
};

enum fail tell_begin(struct turn *turn, const struct stored_grant *grant, enum tell tell,
                     struct reason *why)
{
    struct stored_request request;
    struct demands demands;
    enum fail fail = store_request(turn->store, &grant->request, turn->arena, &request, why);
    if (fail || !findings_kept_demands(&request, turn->arena, &demands) ||
        !demands.tell[tell].from_count)
        return fail;
    return turn_job(turn, job_tell,
                    arena_text(turn->arena, "%s/%s", tell_text(tell), grant->id.text), RANK_MESSAGE,
                    turn->now, why);
}

static enum fail apply_told(struct turn *turn, void *data, struct reason *why)
{
    const struct telling *telling = data;
    const char *tell = tell_text(telling->tell);
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < telling->people.stages[0].from.count; i++) {
        const struct person *person = &telling->people.stages[0].from.people[i];
        fail = store_person_save(turn->store, person, turn->now, why);
        if (!fail)
            fail = message_about(turn, MESSAGE_TOLD, &telling->grant, tell, &person->key, why);
    }
    return fail
               ? fail
               : store_job_end(turn->store, job_tell,
                               arena_text(turn->arena, "%s/%s", tell, telling->grant.id.text), why);
}

static enum fail forget(struct turn *turn, void *data, struct reason *why)
{
    return store_job_end(turn->store, job_tell, data, why);
}

/* The grant and whom its rules name; false when there is nothing to tell any more. */
static bool load(struct task *task, struct store *store, struct telling *telling,
                 struct demands *demands, enum fail *fail)
{
    struct arena *arena = task_arena(task);
    struct stored_request request;
    struct reason why = {0};
    const char *subject = task_subject(task), *slash = strchr(subject, '/');
    if (!slash || strlen(slash + 1) != ID_SIZE - 1 ||
        !tell_read(arena_copy_bytes(arena, subject, (size_t)(slash - subject)), &telling->tell))
        return false;
    memcpy(telling->grant.id.text, slash + 1, ID_SIZE);
    *fail = store_grant(store, &telling->grant.id, arena, &telling->grant, &why);
    if (!*fail)
        *fail = store_request(store, &telling->grant.request, arena, &request, &why);
    return *fail == FAIL_UNAVAILABLE || (!*fail && findings_kept_demands(&request, arena, demands));
}

enum pace tell_step(struct task *task)
{
    struct telling *telling = ARENA_NEW(task_arena(task), struct telling);
    struct store *store = task_store(task);
    struct demands demands;
    enum fail fail = FAIL_NONE;
    if (!store)
        return task_hold(task, 0);
    if (!load(task, store, telling, &demands, &fail))
        return task_change(task, forget, arena_copy(task_arena(task), task_subject(task)));
    if (fail)
        return task_hold(task, 0);
    struct demands named = {.approval_count = 1};
    named.approvals[0].escalate_seconds = -1;
    named.approvals[0].from_count = demands.tell[telling->tell].from_count;
    named.approvals[0].from = demands.tell[telling->tell].from;
    if (!approvers_resolve(task, &named, &telling->grant.holder, NULL, FACT_MINUTE,
                           &telling->people))
        return PACE_WAIT;
    return telling->people.known ? task_change(task, apply_told, telling) : task_hold(task, 0);
}
