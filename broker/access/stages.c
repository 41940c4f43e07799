#include "access/stages.h"

#include "access/check.h"
#include "access/delegations.h"
#include "access/messages.h"
#include "access/moves.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/delegations.h"

/* Everybody whom any stage may hear, once. */
struct crowd {
    size_t count;
    const struct person_key **people;
};

static void gather(struct crowd *crowd, const struct person_key *person, struct arena *arena)
{
    for (size_t i = 0; i < crowd->count; i++)
        if (person_is(crowd->people[i], person))
            return;
    crowd->people = ARENA_MORE(arena, crowd->people, crowd->count);
    crowd->people[crowd->count++] = person;
}

/* Where the person stands among a stage's approvers; the count when they do not. */
static size_t place_in(const struct stored_stage *stage, const struct person_key *person)
{
    size_t place = 0;
    while (place < stage->approver_count && !person_is(&stage->approvers[place].key, person))
        place++;
    return place;
}

bool progress_spoke(const struct stored_stage *stage, const struct person_key *person)
{
    size_t place = place_in(stage, person);
    return place < stage->approver_count && stage->spoke[place];
}

static void count(struct progress *progress, struct arena *arena)
{
    struct tally_line lines[STORED_STAGES];
    size_t people = 0;
    for (size_t i = 0; i < progress->count; i++) {
        bool *may = ARENA_ARRAY(arena, bool, progress->decision_count + 1);
        people = 0;
        for (size_t k = 0; k < progress->decision_count; k++) {
            const struct stored_decision *decision = &progress->decisions[k];
            bool spoke = progress_spoke(&progress->stages[i], &decision->place.key);
            if (decision->approves)
                may[people++] = spoke;
            else
                progress->denied[i] += spoke;
        }
        lines[i] = (struct tally_line){.need = progress->stages[i].need, .may = may};
        progress->over |= progress->denied[i] >= progress->stages[i].deny;
    }
    progress->approved = tally_fill(progress->count, lines, people, progress->given) >=
                         tally_needed(progress->count, lines);
}

enum fail progress_read(struct store *store, const struct request_id *id, struct arena *arena,
                        struct progress *ret, struct reason *why)
{
    *ret = (struct progress){0};
    enum fail fail = store_decisions(store, id, arena, &ret->decision_count, &ret->decisions, why);
    if (!fail)
        fail = store_stages(store, id, arena, &ret->count, ret->stages, why);
    if (!fail)
        count(ret, arena);
    return fail;
}

struct stored_stage *progress_stage(struct progress *progress, const struct approval_demand *demand)
{
    for (size_t i = 0; i < progress->count; i++)
        if (progress->stages[i].stage == demand->stage &&
            text_equals(progress->stages[i].rule, demand->rule))
            return &progress->stages[i];
    return NULL;
}

bool progress_met(const struct progress *progress, size_t stage)
{
    return progress->given[stage] >= progress->stages[stage].need;
}

bool progress_asks(const struct progress *progress, size_t stage)
{
    for (size_t i = stage; i-- > 0 && progress->stages[i].line == progress->stages[stage].line;)
        if (!progress_met(progress, i))
            return false;
    return !progress_met(progress, stage);
}

const struct stored_decision *progress_decision(const struct progress *progress,
                                                const struct person_key *person)
{
    const struct stored_decision *by_them = NULL;
    for (size_t i = 0; i < progress->decision_count; i++) {
        if (person_is(&progress->decisions[i].place.key, person))
            return &progress->decisions[i];
        if (person_is(&progress->decisions[i].by.key, person))
            by_them = &progress->decisions[i];
    }
    return by_them;
}

/* Whether the person counts for the stage, or still could. */
static bool may_count(const struct progress *progress, const struct stored_stage *stage,
                      const struct person_key *person, const struct person_key *who)
{
    const struct stored_decision *decision = progress_decision(progress, person);
    if (decision)
        return decision->approves && progress_spoke(stage, person);
    bool asked = place_in(stage, person) < stage->approver_count;
    return asked && (stage->opened_at >= 0 || !who || !person_is(who, person));
}

bool progress_could_be_met(const struct progress *progress, const struct person_key *who,
                           struct arena *arena)
{
    struct crowd crowd = {0};
    struct tally_line lines[STORED_STAGES];
    for (size_t i = 0; i < progress->count; i++)
        for (size_t k = 0; k < progress->stages[i].approver_count; k++)
            gather(&crowd, &progress->stages[i].approvers[k].key, arena);
    for (size_t i = 0; i < progress->count; i++) {
        bool *may = ARENA_ARRAY(arena, bool, crowd.count + 1);
        for (size_t k = 0; k < crowd.count; k++)
            may[k] = may_count(progress, &progress->stages[i], crowd.people[k], who);
        lines[i] = (struct tally_line){.need = progress->stages[i].need, .may = may};
    }
    return tally_given(progress->count, lines, crowd.count) >= tally_needed(progress->count, lines);
}

static const struct approval_demand *demand_of(const struct demands *demands,
                                               const struct stored_stage *stage)
{
    for (size_t i = 0; i < demands->approval_count; i++)
        if (demands->approvals[i].stage == stage->stage &&
            text_equals(demands->approvals[i].rule, stage->rule))
            return &demands->approvals[i];
    return NULL;
}

static enum fail tell_stage(struct turn *turn, const struct stored_request *request,
                            const struct stored_stage *stage, enum event_code code,
                            struct reason *why)
{
    json_auto_t *detail = memory_needed(json_pack("{s:s, s:i, s:I}", "rule", stage->rule, "stage",
                                                  stage->stage, "due", (json_int_t)stage->due_at));
    return tell_request(turn, request, code, detail, why);
}

/* Mails those of the stage who have not decided. */
static enum fail ask(struct turn *turn, const struct stored_request *request,
                     const struct progress *progress, const struct stored_stage *stage,
                     struct reason *why)
{
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < stage->approver_count; i++)
        if (!progress_decision(progress, &stage->approvers[i].key))
            fail = message_put(turn, MESSAGE_DECIDE, &request->id, NULL, &stage->approvers[i].key,
                               why);
    return fail;
}

enum fail progress_ask(struct turn *turn, const struct stored_request *request,
                       const struct progress *progress, struct reason *why)
{
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < progress->count; i++)
        if (progress_asks(progress, i) && progress->stages[i].opened_at >= 0)
            fail = ask(turn, request, progress, &progress->stages[i], why);
    return fail ? fail : delegations_ask(turn, &request->id, why);
}

/* Its turn has come; or it came before, and somebody who agreed then does not count any more. */
static enum fail open_stage(struct turn *turn, const struct stored_request *request,
                            const struct demands *demands, const struct progress *progress,
                            struct stored_stage *stage, struct reason *why)
{
    const struct approval_demand *demand = demand_of(demands, stage);
    int64_t latest = request->decide_by, due = demand ? turn->now + demand->within_seconds : latest;
    if (stage->opened_at < 0)
        stage->opened_at = turn->now;
    stage->due_at = due < latest ? due : latest;
    enum fail fail = store_stage_move(turn->store, &request->id, stage, why);
    if (!fail)
        fail = tell_stage(turn, request, stage, EVENT_APPROVAL_OPENED, why);
    if (!fail)
        fail = ask(turn, request, progress, stage, why);
    return fail ? fail : delegations_ask(turn, &request->id, why);
}

enum fail progress_go_on(struct turn *turn, struct stored_request *request,
                         const struct demands *demands, struct progress *progress,
                         struct reason *why)
{
    enum fail fail = FAIL_NONE;
    int64_t lapses_at = request->decide_by;
    for (size_t i = 0; !fail && i < progress->count; i++) {
        struct stored_stage *stage = &progress->stages[i];
        if (!progress_asks(progress, i))
            continue;
        if (stage->opened_at < 0 || stage->due_at <= turn->now)
            fail = open_stage(turn, request, demands, progress, stage, why);
        lapses_at = stage->due_at < lapses_at ? stage->due_at : lapses_at;
    }
    request->lapses_at = lapses_at;
    int64_t again = turn->now + APPROVERS_AGAIN_SECONDS;
    if (!fail)
        fail = store_request_lapses(turn->store, request, why);
    return fail ? fail
                : turn_job(turn, job_request, request->id.text, RANK_REQUEST,
                           again < lapses_at ? again : lapses_at, why);
}

/* Reminds an approver of the stage, and whoever stands in for them, unless they have decided. */
static enum fail remind_one(struct turn *turn, const struct stored_request *request, int round,
                            const struct progress *progress, const struct person_key *approver,
                            struct reason *why)
{
    size_t count = 0;
    struct stored_delegation *list = NULL;
    if (progress_decision(progress, approver))
        return FAIL_NONE;
    enum fail fail = message_remind(turn, &request->id, round, approver, why);
    if (!fail)
        fail = store_stand_ins(turn->store, &request->id, turn->arena, &count, &list, why);
    for (size_t i = 0; !fail && i < count; i++)
        if (person_is(&list[i].approver.key, approver) &&
            delegation_is_in_force(&list[i], turn->now))
            fail = message_remind(turn, &request->id, round, &list[i].delegate.key, why);
    return fail;
}

/* Of reminders that were missed only the last one is sent. */
static enum fail remind(struct turn *turn, const struct stored_request *request,
                        const struct approval_demand *demand, const struct progress *progress,
                        struct stored_stage *stage, struct reason *why)
{
    int reminded = stage->reminded;
    while ((size_t)reminded < demand->remind_count &&
           turn->now >= stage->due_at - demand->remind_seconds[reminded])
        reminded++;
    if (reminded == stage->reminded)
        return FAIL_NONE;
    stage->reminded = reminded;
    int round = (stage->line * LINE_STAGES + stage->stage) * REMINDERS + reminded;
    enum fail fail = store_stage_move(turn->store, &request->id, stage, why);
    if (!fail)
        fail = tell_stage(turn, request, stage, EVENT_APPROVAL_REMINDED, why);
    for (size_t i = 0; !fail && i < stage->approver_count; i++)
        fail = remind_one(turn, request, round, progress, &stage->approvers[i].key, why);
    return fail;
}

enum fail progress_nudge(struct turn *turn, const struct stored_request *request,
                         const struct demands *demands, struct progress *progress,
                         struct reason *why)
{
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < progress->count; i++) {
        struct stored_stage *stage = &progress->stages[i];
        const struct approval_demand *demand = demand_of(demands, stage);
        if (!demand || stage->opened_at < 0 || !progress_asks(progress, i))
            continue;
        if (demand->escalate_seconds >= 0 && stage->escalated_at < 0 &&
            turn->now >= stage->opened_at + demand->escalate_seconds) {
            stage->escalated_at = turn->now;
            fail = store_stage_move(turn->store, &request->id, stage, why);
            if (!fail)
                fail = tell_stage(turn, request, stage, EVENT_APPROVAL_ESCALATED, why);
        }
        if (!fail)
            fail = remind(turn, request, demand, progress, stage, why);
    }
    return fail;
}
