/* Reading one target: everything is asked at once, and only when all of it was answered is the
   store looked at, so that whatever Curfew did before the directory answered is in it. */
#include "access/drift_seen.h"

#include "access/findings.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>

/* HELD: holdings that ended longer ago explain nothing any more. NAMED: so many who were found are
   looked up at once. */
enum { HELD_SECONDS = 24 * 3600, NAMED_MOST = 50 };

struct asked_of {
    const struct fact *holders, *standing, *admin, *self;
    size_t emergency_count;
    const char **emergency;
};

static const struct fact *ask(struct task *task, enum fact_kind kind, const char *subject,
                              int64_t age_ms)
{
    const struct question question = {.kind = kind, .subject = subject};
    return task_fact(task, &question, age_ms);
}

static void add_emergency(struct task *task, struct asked_of *asked, const char *id)
{
    asked->emergency = ARENA_MORE(task_arena(task), asked->emergency, asked->emergency_count);
    asked->emergency[asked->emergency_count++] = id;
}

/* The people who are kept for emergencies, and the groups they are in: either may be assigned. */
static enum sight_of_target ask_emergency(struct task *task, struct asked_of *asked)
{
    const struct people *named = policy_emergency(task_access(task)->policy);
    const struct people *people = named ? people_at(named, moment_now(), task_arena(task)) : NULL;
    enum sight_of_target sight = TARGET_SEEN;
    for (size_t i = 0; people && i < people->user_count; i++)
        add_emergency(task, asked, people->users[i]);
    for (size_t i = 0; people && i < people->group_count; i++) {
        const struct fact *fact = ask(task, FACT_MEMBERS, people->groups[i], FACT_MINUTE);
        add_emergency(task, asked, people->groups[i]);
        if (!fact)
            sight = TARGET_WAITS;
        else if (!fact->reading.known && sight != TARGET_WAITS)
            sight = TARGET_UNKNOWN;
        for (size_t k = 0; fact && fact->reading.known && k < fact->members.count; k++)
            add_emergency(task, asked, fact->members.people[k].key.oid);
    }
    return sight;
}

static enum sight_of_target ask_all(struct drift_seen *seen, struct asked_of *asked)
{
    struct task *task = seen->task;
    const char *target = seen->watch.target;
    enum sight_of_target emergency = ask_emergency(task, asked);
    asked->holders = ask(task, FACT_HOLDERS, target, FACT_FRESH);
    asked->standing = ask(task, FACT_STANDING, target, FACT_FRESH);
    asked->admin = ask(task, FACT_ADMIN_RULES, target, FACT_MINUTE);
    asked->self = ask(task, FACT_SELF_RULES, target, FACT_MINUTE);
    if (emergency == TARGET_WAITS || !asked->holders || !asked->standing || !asked->admin ||
        !asked->self)
        return TARGET_WAITS;
    bool known = asked->holders->reading.known && asked->standing->reading.known &&
                 asked->admin->reading.known && asked->self->reading.known;
    return known ? emergency : TARGET_UNKNOWN;
}

static json_t *longest(int64_t seconds)
{
    char text[32];
    if (seconds == INT64_MAX)
        return json_null();
    span_text(seconds, text);
    return json_string(text);
}

/* PIM's rules as Curfew understands them; what it does not look at may change. */
static const char *rules_of(const struct drift_seen *seen)
{
    const struct admin_rules *admin = seen->admin;
    const struct self_rules *self = seen->self;
    json_auto_t *rules =
        !admin->exists || !self->exists
            ? json_null()
            : json_pack("{s:{s:o, s:b, s:s?, s:b}, s:{s:o, s:b, s:b}}", "activation", "longest",
                        longest(self->longest_seconds), "mfa", self->mfa_required, "context",
                        self->context, "approval", self->approval_required, "assignment", "longest",
                        longest(admin->longest_seconds), "mfa", admin->mfa_required, "must_end",
                        admin->end_required);
    char *text = json_canonical(memory_needed(rules));
    const char *kept = arena_copy(task_arena(seen->task), text);
    free(text);
    return kept;
}

const struct stored_finding *drift_open(const struct drift_seen *seen,
                                        const struct drift_finding *finding)
{
    for (size_t i = 0; i < seen->open_count; i++)
        if (text_equals(seen->open[i].kind, drift_kind_text(finding->kind)) &&
            text_equals(seen->open[i].about, finding->about))
            return &seen->open[i];
    return NULL;
}

/* False: it was asked for. Without an answer it goes without a name: an alarm waits for none. */
static bool look_up(struct drift_seen *seen, const char *id, struct drift_who *who)
{
    const struct fact *account = ask(seen->task, FACT_ACCOUNT, id, FACT_TEN_MINUTES);
    if (!account || !account->reading.known)
        return account;
    if (account->account.exists) {
        *who = (struct drift_who){
            .type = "person", .name = account->account.name, .mail = account->account.mail};
        return true;
    }
    const struct fact *group = ask(seen->task, FACT_GROUP, id, FACT_TEN_MINUTES);
    if (!group || !group->reading.known)
        return group;
    *who = (struct drift_who){.type = group->group.exists ? "group" : "application",
                              .name = group->group.exists ? group->group.name : NULL};
    return true;
}

/* Who they are whom nobody was told of yet. */
static enum sight_of_target name_them(struct drift_seen *seen, struct store *store)
{
    struct reason why = {0};
    size_t named = 0;
    struct arena *arena = task_arena(seen->task);
    bool here = true;
    seen->who = ARENA_ARRAY(arena, struct drift_who, seen->found.count + 1);
    if (store_findings(store, seen->watch.target, arena, &seen->open_count, &seen->open, &why))
        return TARGET_UNKNOWN;
    for (size_t i = 0; i < seen->found.count && named < NAMED_MOST; i++) {
        const struct drift_finding *finding = &seen->found.list[i];
        if (finding->kind == DRIFT_WEAKER || drift_open(seen, finding))
            continue;
        here &= look_up(seen, finding->about, &seen->who[i]);
        named++;
    }
    return here ? TARGET_SEEN : TARGET_WAITS;
}

/* Facts are let go when the step ends; what was found is needed after it. */
static void keep(struct drift_seen *seen)
{
    struct arena *arena = task_arena(seen->task);
    struct drift_findings *found = &seen->found;
    seen->details = ARENA_ARRAY(arena, const char *, found->count + 1);
    for (size_t i = 0; i < found->count; i++) {
        struct drift_who *who = &seen->who[i];
        json_auto_t *detail = drift_detail(seen, i);
        char *text = json_canonical(detail);
        seen->details[i] = arena_copy(arena, text);
        free(text);
        found->list[i].about = arena_copy(arena, found->list[i].about);
        who->name = arena_copy(arena, who->name);
        who->mail = arena_copy(arena, who->mail);
    }
    for (size_t i = 0; i < found->emergency_count; i++)
        found->emergency[i] = arena_copy(arena, found->emergency[i]);
}

enum sight_of_target drift_look(struct drift_seen *seen)
{
    struct reason why = {0};
    struct asked_of asked = {0};
    struct target target;
    struct task *task = seen->task;
    struct access *access = task_access(task);
    enum sight_of_target sight = ask_all(seen, &asked);
    struct store *store = sight == TARGET_SEEN ? task_store(task) : NULL;
    if (!store || !target_read(seen->watch.target, task_arena(task), &target))
        return sight == TARGET_WAITS ? TARGET_WAITS : TARGET_UNKNOWN;
    seen->admin = &asked.admin->admin_rules;
    seen->self = &asked.self->self_rules;
    seen->read_at = asked.holders->reading.at;
    seen->rules = rules_of(seen);
    struct drift_reading reading = {
        .target = &target,
        .at = seen->read_at,
        .holders = &asked.holders->holders,
        .standing = &asked.standing->standing,
        .emergency_count = asked.emergency_count,
        .emergency = asked.emergency,
        .weaknesses =
            seen->admin->exists && seen->self->exists
                ? policy_weaknesses(access->policy, seen->role, activation_of(access, seen->role),
                                    seen->admin, seen->self)
                : 0,
    };
    struct stored_held *held = NULL;
    if (store_held(store, seen->watch.target, reading.at - HELD_SECONDS, task_arena(task),
                   &reading.held_count, &held, &why))
        return TARGET_UNKNOWN;
    reading.held = held;
    drift_compare(&reading, task_arena(task), &seen->found);
    sight = name_them(seen, store);
    if (sight == TARGET_SEEN)
        keep(seen);
    return sight;
}
