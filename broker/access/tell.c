#include "access/tell.h"

#include "access/findings.h"
#include "access/messages.h"
#include "base/text.h"
#include "store/jobs.h"
#include "store/people.h"

#include <string.h>

enum { PEOPLE_MOST = 500 };

/* Whom to tell what of which grant. */
struct telling {
    struct stored_grant grant;
    enum tell tell;
    size_t count;
    struct person *people;
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

static void add(struct task *task, struct telling *telling, const struct person *person)
{
    if (person_is(&person->key, &telling->grant.holder) || telling->count == PEOPLE_MOST)
        return;
    for (size_t i = 0; i < telling->count; i++)
        if (person_is(&person->key, &telling->people[i].key))
            return;
    telling->people = ARENA_MORE(task_arena(task), telling->people, telling->count);
    telling->people[telling->count++] =
        (struct person){.key = person->key,
                        .name = arena_copy(task_arena(task), person->name),
                        .mail = arena_copy(task_arena(task), person->mail)};
}

static bool add_user(struct task *task, struct telling *telling, const char *oid, bool *known)
{
    const struct question question = {.kind = FACT_ACCOUNT, .subject = oid};
    const struct fact *fact = task_fact(task, &question, FACT_MINUTE);
    if (!fact)
        return false;
    *known &= fact->reading.known;
    struct person person = {0};
    if (fact->reading.known && fact->account.exists &&
        person_key_read(telling->grant.holder.tid, oid, &person.key)) {
        person.name = fact->account.name;
        person.mail = fact->account.mail;
        add(task, telling, &person);
    }
    return true;
}

static bool add_group(struct task *task, struct telling *telling, const char *group, bool *known)
{
    const struct question question = {.kind = FACT_MEMBERS, .subject = group};
    const struct fact *fact = task_fact(task, &question, FACT_MINUTE);
    if (!fact)
        return false;
    *known &= fact->reading.known;
    for (size_t i = 0; fact->reading.known && i < fact->members.count; i++) {
        struct person person = fact->members.people[i];
        if (person_key_read(telling->grant.holder.tid, person.key.oid, &person.key))
            add(task, telling, &person);
    }
    return true;
}

static enum fail apply_told(struct turn *turn, void *data, struct reason *why)
{
    const struct telling *telling = data;
    const char *tell = tell_text(telling->tell);
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < telling->count; i++) {
        fail = store_person_save(turn->store, &telling->people[i], turn->now, why);
        if (!fail)
            fail = message_about(turn, MESSAGE_TOLD, &telling->grant, tell, &telling->people[i].key,
                                 why);
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
    bool here = true, known = true;
    if (!store)
        return task_hold(task, 0);
    if (!load(task, store, telling, &demands, &fail))
        return task_change(task, forget, arena_copy(task_arena(task), task_subject(task)));
    if (fail)
        return task_hold(task, 0);
    const struct tell_demand *demand = &demands.tell[telling->tell];
    for (size_t i = 0; i < demand->from_count; i++) {
        for (size_t k = 0; k < demand->from[i]->user_count; k++)
            here &= add_user(task, telling, demand->from[i]->users[k], &known);
        for (size_t k = 0; k < demand->from[i]->group_count; k++)
            here &= add_group(task, telling, demand->from[i]->groups[k], &known);
    }
    if (!here)
        return PACE_WAIT;
    return known ? task_change(task, apply_told, telling) : task_hold(task, 0);
}
