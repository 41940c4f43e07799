#include "access/approvers.h"

#include "base/text.h"
#include "policies/tally.h"

enum { NAMED = 5, PEOPLE_MOST = 2000 };

static bool is_in(const struct approver_line *line, const struct person_key *person)
{
    for (size_t i = 0; i < line->count; i++)
        if (person_is(&line->people[i].key, person))
            return true;
    return false;
}

static void add(struct task *task, struct approver_line *line, const struct person *person,
                const struct person_key *requester)
{
    if (person_is(&person->key, requester) || is_in(line, &person->key) ||
        line->count == PEOPLE_MOST)
        return;
    line->people = ARENA_MORE(task_arena(task), line->people, line->count);
    line->people[line->count++] = (struct person){
        .key = person->key,
        .name = arena_copy(task_arena(task), person->name),
        .mail = arena_copy(task_arena(task), person->mail),
    };
}

static bool add_user(struct task *task, struct approver_line *line, const char *oid,
                     const struct person_key *requester, int64_t age_ms, bool *known)
{
    const struct question question = {.kind = FACT_ACCOUNT, .subject = oid};
    const struct fact *fact = task_fact(task, &question, age_ms);
    struct person person = {0};
    if (!fact)
        return false;
    if (!fact->reading.known)
        *known = false;
    else if (fact->account.exists && fact->account.enabled != TRI_NO &&
             person_key_read(requester->tid, oid, &person.key)) {
        person.name = fact->account.name;
        person.mail = fact->account.mail;
        add(task, line, &person, requester);
    }
    return true;
}

static bool add_group(struct task *task, struct approver_line *line, const char *group,
                      const struct person_key *requester, int64_t age_ms, bool *known)
{
    const struct question question = {.kind = FACT_MEMBERS, .subject = group};
    const struct fact *fact = task_fact(task, &question, age_ms);
    if (!fact)
        return false;
    if (!fact->reading.known)
        *known = false;
    for (size_t i = 0; fact->reading.known && i < fact->members.count; i++) {
        struct person person = fact->members.people[i];
        if (person_key_read(requester->tid, person.key.oid, &person.key))
            add(task, line, &person, requester);
    }
    return true;
}

/* The people of all lines, once each, with the line they may speak on. */
static void count_together(struct task *task, const struct demands *demands, struct approvers *all)
{
    struct arena *arena = task_arena(task);
    struct approver_line everybody = {0};
    static const struct person_key nobody = {.tid = "", .oid = ""};
    struct text names = TEXT_LIMIT(2000);
    for (size_t i = 0; i < all->line_count; i++)
        for (size_t k = 0; k < all->lines[i].count; k++)
            add(task, &everybody, &all->lines[i].people[k], &nobody);
    struct tally_line lines[APPROVAL_LINES];
    for (size_t i = 0; i < all->line_count; i++) {
        bool *may = ARENA_ARRAY(arena, bool, everybody.count + 1);
        for (size_t k = 0; k < everybody.count; k++)
            may[k] = is_in(&all->lines[i], &everybody.people[k].key);
        lines[i] = (struct tally_line){.need = demands->approvals[i].need, .may = may};
    }
    all->given = tally_given(all->line_count, lines, everybody.count);
    all->needed = tally_needed(all->line_count, lines);
    all->count = everybody.count;
    for (size_t i = 0; i < everybody.count && i < NAMED; i++) {
        const char *name = everybody.people[i].name;
        text_addf(&names, "%s%s", i ? ", " : "", name ? name : everybody.people[i].key.oid);
    }
    if (everybody.count > NAMED)
        text_addf(&names, " and %zu more", everybody.count - NAMED);
    all->names = arena_copy(arena, text_of(&names));
    text_scoped(&names);
}

bool approvers_resolve(struct task *task, const struct demands *demands,
                       const struct person_key *requester, int64_t age_ms, struct approvers *ret)
{
    struct approvers all = {.known = true, .line_count = demands->approval_count};
    bool here = true; /* go on asking: what is missing is then asked for at once */
    for (size_t i = 0; i < demands->approval_count; i++) {
        const struct approval_demand *demand = &demands->approvals[i];
        for (size_t k = 0; k < demand->from_count; k++) {
            const struct people *people = demand->from[k];
            for (size_t n = 0; n < people->user_count; n++)
                here &=
                    add_user(task, &all.lines[i], people->users[n], requester, age_ms, &all.known);
            for (size_t n = 0; n < people->group_count; n++)
                here &= add_group(task, &all.lines[i], people->groups[n], requester, age_ms,
                                  &all.known);
        }
    }
    if (!here)
        return false;
    count_together(task, demands, &all);
    *ret = all;
    return true;
}

void judge_approvers(const struct approvers *approvers, const struct demands *demands, int64_t now,
                     struct evidence_list *list)
{
    struct evidence piece = {.check = "approvers", .source = "policy", .observed_at = now};
    if (!demands->approval_count && !demands->too_many_approvals)
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
