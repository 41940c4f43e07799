#include "access/approvers.h"

#include "base/text.h"
#include "policies/tally.h"

enum { NAMED = 5, PEOPLE_MOST = 2000 };

/* What resolving one request's approvers takes. */
struct resolving {
    struct task *task;
    int64_t age_ms;
    enum human_by human_by;
    struct person requester;
    const struct manager *manager; /* NULL: not asked for */
    bool here;                     /* everything was answered so far */
    bool known;
};

static bool is_in(const struct approver_set *set, const struct person_key *person)
{
    for (size_t i = 0; i < set->count; i++)
        if (person_is(&set->people[i].key, person))
            return true;
    return false;
}

bool approvers_hold(const struct approver_stage *stage, bool escalated,
                    const struct person_key *person)
{
    return stage->from.cut || is_in(&stage->from, person) ||
           (escalated && (stage->to.cut || is_in(&stage->to, person)));
}

static void keep(struct arena *arena, struct approver_set *set, const struct person *person)
{
    if (is_in(set, &person->key))
        return;
    set->cut |= set->count == PEOPLE_MOST;
    if (set->cut)
        return;
    set->people = ARENA_MORE(arena, set->people, set->count);
    set->people[set->count++] = (struct person){
        .key = person->key,
        .name = arena_copy(arena, person->name),
        .mail = arena_copy(arena, person->mail),
        .employee_id = arena_copy(arena, person->employee_id),
    };
}

/* Never an account of the requester's, and nobody of whom it is not known whose account it is. */
static void add(struct resolving *resolving, struct approver_set *set, const struct person *person)
{
    if (human_of(resolving->human_by, person) &&
        !human_is(resolving->human_by, person, &resolving->requester))
        keep(task_arena(resolving->task), set, person);
}

static const struct fact *ask(struct resolving *resolving, enum fact_kind kind, const char *subject)
{
    const struct question question = {.kind = kind, .subject = subject};
    const struct fact *fact = task_fact(resolving->task, &question, resolving->age_ms);
    resolving->here &= fact != NULL;
    if (fact && !fact->reading.known)
        resolving->known = false;
    return fact;
}

static void add_user(struct resolving *resolving, struct approver_set *set, const char *oid)
{
    const struct fact *fact = ask(resolving, FACT_ACCOUNT, oid);
    struct person person = {0};
    if (!fact || !fact->reading.known || !fact->account.exists || fact->account.enabled == TRI_NO ||
        !person_key_read(resolving->requester.key.tid, oid, &person.key))
        return;
    person.name = fact->account.name;
    person.mail = fact->account.mail;
    person.employee_id = fact->account.employee_id;
    add(resolving, set, &person);
}

static void add_group(struct resolving *resolving, struct approver_set *set, const char *group)
{
    const struct fact *fact = ask(resolving, FACT_MEMBERS, group);
    for (size_t i = 0; fact && fact->reading.known && i < fact->members.count; i++) {
        struct person person = fact->members.people[i];
        if (person_key_read(resolving->requester.key.tid, person.key.oid, &person.key))
            add(resolving, set, &person);
    }
}

static void add_sets(struct resolving *resolving, size_t count, const struct people *const sets[],
                     struct approver_set *set)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sets[i]->user_count; k++)
            add_user(resolving, set, sets[i]->users[k]);
        for (size_t k = 0; k < sets[i]->group_count; k++)
            add_group(resolving, set, sets[i]->groups[k]);
        if (sets[i]->manager && resolving->manager && resolving->manager->exists)
            add_user(resolving, set, resolving->manager->oid);
    }
}

/* What has to be known of the requester before anybody can be told from them; false: it is waited
   for, or not known. */
static bool ask_requester(struct resolving *resolving, const struct demands *demands)
{
    const char *oid = resolving->requester.key.oid;
    const struct fact *manager =
        demands_ask_manager(demands) ? ask(resolving, FACT_MANAGER, oid) : NULL;
    const struct fact *account =
        demands->human_by != HUMAN_BY_ACCOUNT ? ask(resolving, FACT_ACCOUNT, oid) : NULL;
    if (manager && manager->reading.known)
        resolving->manager = &manager->manager;
    if (account && account->reading.known) {
        resolving->requester.mail = account->account.mail;
        resolving->requester.employee_id = account->account.employee_id;
    }
    return demands->human_by == HUMAN_BY_ACCOUNT || (account && account->reading.known);
}

/* One human, by all of their accounts. */
static bool may_count(const struct resolving *resolving, const struct approver_stage *stage,
                      const struct stored_stage *stored, const struct progress *progress,
                      const struct person *human)
{
    const struct approver_set *sets[] = {&stage->from, &stage->to};
    bool may = false;
    for (size_t i = 0; i < COUNT(sets); i++) {
        for (size_t k = 0; k < sets[i]->count; k++) {
            const struct person *account = &sets[i]->people[k];
            if (!human_is(resolving->human_by, account, human))
                continue;
            const struct stored_decision *decision =
                progress ? progress_decision(progress, &account->key) : NULL;
            if (decision)
                return decision->approves && stored && progress_spoke(stored, &account->key);
            may = true;
        }
    }
    return may;
}

static void name(struct approvers *all, const struct approver_set *everybody, struct arena *arena)
{
    struct text names = TEXT_LIMIT(2000);
    for (size_t i = 0; i < everybody->count && i < NAMED; i++) {
        const char *shown = everybody->people[i].name;
        text_addf(&names, "%s%s", i ? ", " : "", shown ? shown : everybody->people[i].key.oid);
    }
    if (everybody->count > NAMED)
        text_addf(&names, " and %zu more", everybody->count - NAMED);
    all->names = arena_copy(arena, text_of(&names));
    text_scoped(&names);
}

static bool is_among(const struct resolving *resolving, const struct approver_set *set,
                     const struct person *person)
{
    for (size_t i = 0; i < set->count; i++)
        if (human_is(resolving->human_by, &set->people[i], person))
            return true;
    return false;
}

/* The people of all stages, once each, with those they may speak on. */
static void count_together(struct resolving *resolving, const struct demands *demands,
                           struct progress *progress, struct approvers *all)
{
    struct arena *arena = task_arena(resolving->task);
    struct approver_set everybody = {0};
    struct tally_line lines[APPROVAL_STAGES];
    for (size_t i = 0; i < all->stage_count; i++) {
        const struct approver_set *sets[] = {&all->stages[i].from, &all->stages[i].to};
        for (size_t n = 0; n < COUNT(sets); n++)
            for (size_t k = 0; k < sets[n]->count; k++)
                if (!is_among(resolving, &everybody, &sets[n]->people[k]))
                    keep(arena, &everybody, &sets[n]->people[k]);
    }
    for (size_t i = 0; i < all->stage_count; i++) {
        const struct approval_demand *demand = &demands->approvals[i];
        const struct stored_stage *stored = progress ? progress_stage(progress, demand) : NULL;
        bool *may = ARENA_ARRAY(arena, bool, everybody.count + 1);
        for (size_t k = 0; k < everybody.count; k++)
            may[k] = may_count(resolving, &all->stages[i], stored, progress, &everybody.people[k]);
        lines[i] = (struct tally_line){.need = demand->need, .may = may};
    }
    all->given = tally_given(all->stage_count, lines, everybody.count);
    all->needed = tally_needed(all->stage_count, lines);
    all->count = everybody.count;
    name(all, &everybody, arena);
}

bool approvers_resolve(struct task *task, const struct demands *demands,
                       const struct person_key *requester, struct progress *progress,
                       int64_t age_ms, struct approvers *ret)
{
    struct approvers all = {.stage_count = demands->approval_count};
    struct resolving resolving = {.task = task,
                                  .age_ms = age_ms,
                                  .human_by = demands->human_by,
                                  .requester = {.key = *requester},
                                  .here = true,
                                  .known = true};
    /* Go on asking when something is missing: all of it is then asked for at once. */
    bool told_apart = ask_requester(&resolving, demands);
    for (size_t i = 0; i < demands->approval_count && told_apart; i++) {
        const struct approval_demand *demand = &demands->approvals[i];
        add_sets(&resolving, demand->from_count, demand->from, &all.stages[i].from);
        add_sets(&resolving, demand->to_count, demand->to, &all.stages[i].to);
    }
    if (!resolving.here)
        return false;
    all.known = resolving.known;
    count_together(&resolving, demands, progress, &all);
    *ret = all;
    return true;
}

void judge_approvers(const struct approvers *approvers, const struct demands *demands, int64_t now,
                     struct evidence_list *list)
{
    struct evidence piece = {.check = "approvers", .source = "policy", .observed_at = now};
    if ((!demands->approval_count && !demands->too_many_approvals) || demands->urgent.asked)
        return;
    if (!demands->too_many_approvals && approvers->given >= approvers->needed) {
        piece.verdict = VERDICT_PASS;
        piece.code = "approvers_found";
        piece.args = json_pack("{s:I, s:s}", "count", (json_int_t)approvers->count, "names",
                               approvers->names);
    } else if (!approvers->known) {
        piece.verdict = VERDICT_UNKNOWN;
        piece.code = "approvers_unread";
        piece.source = "entra";
        piece.observed_at = -1;
        piece.passing = true;
    } else {
        piece.verdict = VERDICT_FAIL;
        piece.code = "approvers_none";
        piece.args = json_pack("{s:I, s:I, s:s}", "have", (json_int_t)approvers->given, "need",
                               (json_int_t)approvers->needed, "rule", demands->approvals[0].rule);
    }
    evidence_add(list, piece);
}
