#include "access/decision_right.h"

#include "access/findings.h"
#include "access/stages.h"
#include "base/text.h"
#include "store/delegations.h"

static void need_groups(size_t count, const struct people *const sets[], struct arena *arena,
                        struct decision_needs *needs)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sets[i]->group_count; k++) {
            needs->groups = ARENA_MORE(arena, needs->groups, needs->group_count);
            needs->groups[needs->group_count++] = sets[i]->groups[k];
        }
    }
}

enum fail decision_needs(struct store *store, const struct stored_request *request,
                         struct arena *arena, struct decision_needs *ret, struct reason *why)
{
    struct demands *demands = ARENA_NEW(arena, struct demands);
    struct decision_needs needs = {.requester = request->requester.key};
    struct stored_decision *decisions = NULL;
    size_t count = 0;
    enum fail fail = store_decisions(store, &request->id, arena, &count, &decisions, why);
    if (fail)
        return fail;
    if (!findings_kept_demands(request, arena, demands))
        *demands = (struct demands){0};
    for (size_t i = 0; i < demands->approval_count; i++) {
        const struct approval_demand *demand = &demands->approvals[i];
        need_groups(demand->from_count, demand->from, arena, &needs);
        need_groups(demand->to_count, demand->to, arena, &needs);
    }
    needs.manager = demands_ask_manager(demands);
    needs.humans = demands->human_by != HUMAN_BY_ACCOUNT;
    needs.earlier = ARENA_ARRAY(arena, struct person_key, 2 * count + 1);
    for (size_t i = 0; i < count; i++) {
        bool own = person_is(&decisions[i].by.key, &decisions[i].place.key);
        if (decisions[i].approves || needs.humans)
            needs.earlier[needs.earlier_count++] = decisions[i].place.key;
        if (needs.humans && !own)
            needs.earlier[needs.earlier_count++] = decisions[i].by.key;
    }
    *ret = needs;
    return FAIL_NONE;
}

static bool is_enabled(const struct account *account)
{
    return account && account->reading.known && account->exists && account->enabled == TRI_YES;
}

/* Whether somebody may speak on one of the stages now. */
static enum tri may_speak(const struct decision *decision, const struct approval_demand *demand,
                          const struct place *place)
{
    const struct stored_stage *stage = progress_stage(decision->progress, demand);
    return approval_holds(demand, stage && stage->escalated_at >= 0, &place->person,
                          place->memberships, decision->manager);
}

static bool is_asked(const struct decision *decision, const struct approval_demand *demand)
{
    const struct stored_stage *stage = progress_stage(decision->progress, demand);
    return stage && stage->opened_at >= 0;
}

/* What somebody is to the stages that were asked, or to all of them. */
static enum tri may_decide(const struct decision *decision, const struct place *place,
                           bool asked_only)
{
    const struct demands *demands = decision->demands;
    enum tri answer = TRI_NO;
    bool unread = !place->account || !place->account->reading.known;
    for (size_t i = 0; i < demands->approval_count; i++) {
        const struct approval_demand *demand = &demands->approvals[i];
        if (asked_only && !is_asked(decision, demand))
            continue;
        enum tri one = may_speak(decision, demand, place);
        if (one == TRI_YES)
            answer = TRI_YES;
        answer = one == TRI_UNKNOWN && answer == TRI_NO ? TRI_UNKNOWN : answer;
    }
    if (answer == TRI_NO || unread)
        return answer == TRI_NO ? TRI_NO : TRI_UNKNOWN;
    return is_enabled(place->account) ? answer : TRI_NO;
}

/* The best place of those that stand, by the stages that were asked or by all. */
static enum tri best_place(struct decision *decision, size_t count,
                           const struct stored_delegation list[], bool asked_only)
{
    const struct person_key *requester = &decision->request->requester.key;
    enum tri may = TRI_NO;
    for (size_t i = 0; i < decision->place_count && may != TRI_YES; i++) {
        const struct place *place = &decision->places[i];
        bool stands = i == 0;
        for (size_t k = 0; k < count && !stands; k++)
            stands = person_is(&list[k].approver.key, &place->person);
        if (!stands || person_is(&place->person, requester) ||
            (decision->in_place_of &&
             !text_equals_ignoring_case(decision->in_place_of, place->person.oid)))
            continue;
        enum tri one = may_decide(decision, place, asked_only);
        if (one == TRI_YES)
            decision->place = place;
        may = one == TRI_NO ? may : one;
    }
    return may;
}

/* Finds the place in which it is made: their own if they have one, or that of somebody who named
   them, rather one for whom nobody has spoken. Who named them is looked up again here. */
static enum fail find_place(struct turn *turn, struct decision *decision, enum tri *may,
                            struct reason *why)
{
    size_t count = 0;
    struct stored_delegation *list = NULL;
    decision->place = &decision->places[0];
    enum fail fail = store_delegations_for(turn->store, &decision->id, &decision->places[0].person,
                                           turn->now, PLACES_MOST, turn->arena, &count, &list, why);
    if (fail)
        return fail;
    *may = best_place(decision, count, list, true);
    if (*may == TRI_NO)
        *may = best_place(decision, count, list, false);
    return FAIL_NONE;
}

enum fail decision_right(struct turn *turn, struct decision *decision, struct reason *why)
{
    const struct stored_request *request = decision->request;
    const struct person_key *caller = &decision->caller->person.key;
    const struct account *account = decision->places[0].account;
    enum tri may = TRI_NO;
    bool was_asked = false;
    enum fail fail = store_approver_is(turn->store, &request->id, caller, &was_asked, why);
    if (fail)
        return fail;
    if (person_is(caller, &request->requester.key))
        return because(why, FAIL_DENIED, "nobody decides on their own request");
    fail = find_place(turn, decision, &may, why);
    if (fail)
        return fail;
    bool sees = was_asked || (decision->caller->roles & (ROLE_ADMIN | ROLE_AUDITOR));
    decision->unread = may == TRI_UNKNOWN || !account || !account->reading.known;
    if (decision->unread)
        return because(why, sees ? FAIL_UNAVAILABLE : FAIL_NOT_FOUND,
                       "the directory does not say whether %s may decide", caller->oid);
    if (may == TRI_NO || !is_enabled(account))
        return because(why, sees ? FAIL_DENIED : FAIL_NOT_FOUND, "%s is no approver now",
                       caller->oid);
    return FAIL_NONE;
}

static enum fail bar(struct decision *decision, enum decision_bar by, enum fail fail,
                     struct reason *why)
{
    decision->bar = by;
    return because(why, fail, "bar %d stands in the way of %s", (int)by,
                   decision->caller->person.key.oid);
}

static enum fail unread(struct decision *decision, struct reason *why)
{
    decision->unread = true;
    return because(why, FAIL_UNAVAILABLE, "the directory does not say who counts on %s",
                   decision->id.text);
}

static const struct place *earlier_of(const struct decision *decision,
                                      const struct person_key *person)
{
    for (size_t i = 0; i < decision->earlier_count; i++)
        if (person_is(&decision->earlier[i].person, person))
            return &decision->earlier[i];
    return NULL;
}

static struct person person_in(const struct person_key *key, const struct account *account)
{
    return (struct person){.key = *key, .mail = account->mail, .employee_id = account->employee_id};
}

/* Whether two accounts are one human's; unknown where the directory does not say. */
static enum tri is_same_human(const struct decision *decision, const struct place *one,
                              const struct place *other)
{
    if (!one || !one->account || !one->account->reading.known || !other || !other->account ||
        !other->account->reading.known)
        return TRI_UNKNOWN;
    const struct person a = person_in(&one->person, one->account),
                        b = person_in(&other->person, other->account);
    return human_is(decision->demands->human_by, &a, &b) ? TRI_YES : TRI_NO;
}

/* Accounts with the same attribute are one human's, who neither agrees to their own request nor
   counts twice: by whom, and in whose place. */
static enum fail check_human(struct decision *decision, const struct place *place,
                             struct reason *why)
{
    const struct progress *progress = decision->progress;
    const struct place requester = {.person = decision->request->requester.key,
                                    .account = decision->requester};
    const struct person person = person_in(&place->person, place->account);
    if (!human_of(decision->demands->human_by, &person))
        return bar(decision, BAR_NO_HUMAN, FAIL_DENIED, why);
    enum tri own = is_same_human(decision, place, &requester);
    if (own == TRI_YES)
        return bar(decision, BAR_OWN_ACCOUNT, FAIL_DENIED, why);
    for (size_t i = 0; i < progress->decision_count; i++) {
        const struct stored_decision *one = &progress->decisions[i];
        enum tri by = is_same_human(decision, place, earlier_of(decision, &one->by.key)),
                 in = is_same_human(decision, place, earlier_of(decision, &one->place.key));
        if (by == TRI_YES || in == TRI_YES)
            return bar(decision, BAR_OTHER_ACCOUNT, FAIL_CONFLICT, why);
        if (by == TRI_UNKNOWN || in == TRI_UNKNOWN)
            own = TRI_UNKNOWN;
    }
    return own == TRI_UNKNOWN ? unread(decision, why) : FAIL_NONE;
}

static enum fail check_humans(struct decision *decision, struct reason *why)
{
    if (decision->demands->human_by == HUMAN_BY_ACCOUNT)
        return FAIL_NONE;
    enum fail fail = check_human(decision, &decision->places[0], why);
    return fail || decision->place == &decision->places[0]
               ? fail
               : check_human(decision, decision->place, why);
}

/* Whether it has to say why: a denial always, an approval where a stage on which they speak wants
   it. */
static bool wants_reason(const struct decision *decision)
{
    const struct demands *demands = decision->demands;
    if (!decision->approves)
        return true;
    for (size_t i = 0; i < demands->approval_count; i++) {
        const struct approval_demand *demand = &demands->approvals[i];
        if (demand->needs_reason && is_asked(decision, demand) &&
            may_speak(decision, demand, decision->place) != TRI_NO)
            return true;
    }
    return false;
}

enum fail decision_bar(struct turn *turn, struct decision *decision, struct reason *why)
{
    const struct person_key *place = &decision->place->person;
    enum tri may = may_decide(decision, decision->place, true);
    if (may == TRI_UNKNOWN)
        return unread(decision, why);
    if (may == TRI_NO)
        return bar(decision, BAR_EARLIER_STAGE, FAIL_CONFLICT, why);
    enum fail fail = check_humans(decision, why);
    if (fail)
        return fail;
    if (text_is_empty(decision->reason) && wants_reason(decision))
        return bar(decision, BAR_NO_REASON, FAIL_INVALID, why);
    if (decision->approves && progress_could_be_met(decision->progress, NULL, turn->arena) &&
        !progress_could_be_met(decision->progress, place, turn->arena))
        return bar(decision, BAR_NEEDED_LATER, FAIL_CONFLICT, why);
    return FAIL_NONE;
}

/* Whether somebody who agreed is still an approver of a stage that heard them. */
static enum tri still_may(const struct decision *decision, const struct place *earlier)
{
    const struct demands *demands = decision->demands;
    enum tri answer = TRI_NO;
    if (!earlier || !earlier->account || !earlier->account->reading.known)
        return TRI_UNKNOWN;
    for (size_t i = 0; i < demands->approval_count && is_enabled(earlier->account); i++) {
        const struct approval_demand *demand = &demands->approvals[i];
        const struct stored_stage *stage = progress_stage(decision->progress, demand);
        if (!stage || !progress_spoke(stage, &earlier->person))
            continue;
        enum tri one = may_speak(decision, demand, earlier);
        if (one == TRI_YES)
            return TRI_YES;
        answer = one == TRI_UNKNOWN ? TRI_UNKNOWN : answer;
    }
    return answer;
}

enum fail decision_recount(struct turn *turn, struct decision *decision, struct reason *why)
{
    const struct progress *progress = decision->progress;
    enum fail fail = FAIL_NONE;
    /* What is on its way to PIM is left to its outcome. */
    if (decision->held && progress->approved)
        return FAIL_NONE;
    for (size_t i = 0; !fail && i < progress->decision_count; i++) {
        const struct stored_decision *one = &progress->decisions[i];
        if (!one->approves || one->decided_at > turn->now - DECIDED_SECONDS)
            continue;
        enum tri may = still_may(decision, earlier_of(decision, &one->place.key));
        if (may == TRI_UNKNOWN)
            return unread(decision, why);
        if (may == TRI_NO)
            fail = decision_left(turn, decision->request, &one->by.key, why);
    }
    return fail;
}

enum fail decision_note(struct turn *turn, const struct decision *decision, struct reason *why)
{
    const struct demands *demands = decision->demands;
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < demands->approval_count; i++) {
        const struct approval_demand *demand = &demands->approvals[i];
        const struct stored_stage *stage = progress_stage(decision->progress, demand);
        if (stage && may_speak(decision, demand, decision->place) == TRI_YES)
            fail = store_approver_add(turn->store, &decision->id, stage, &decision->place->person,
                                      stage->opened_at >= 0, why);
    }
    return fail;
}
