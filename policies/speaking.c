/* Who may speak on a stage of an approval, and which accounts are one human's. */
#include "policies/policy.h"

#include "base/text.h"

static enum tri in_sets(size_t count, const struct people *const sets[],
                        const struct person_key *person, const struct memberships *memberships,
                        const struct manager *manager)
{
    enum tri answer = TRI_NO;
    for (size_t i = 0; i < count; i++) {
        enum tri one = people_hold(sets[i], person, memberships);
        if (one != TRI_YES && sets[i]->manager) {
            if (!manager || !manager->reading.known)
                one = TRI_UNKNOWN;
            else if (manager->exists && text_equals_ignoring_case(manager->oid, person->oid))
                one = TRI_YES;
        }
        if (one == TRI_YES)
            return TRI_YES;
        answer = one == TRI_UNKNOWN ? TRI_UNKNOWN : answer;
    }
    return answer;
}

enum tri approval_holds(const struct approval_demand *stage, bool escalated,
                        const struct person_key *person, const struct memberships *memberships,
                        const struct manager *manager)
{
    enum tri from = in_sets(stage->from_count, stage->from, person, memberships, manager);
    if (from == TRI_YES || !escalated)
        return from;
    enum tri to = in_sets(stage->to_count, stage->to, person, memberships, manager);
    return to == TRI_NO ? from : to;
}

static bool asks_manager(size_t count, const struct people *const sets[])
{
    for (size_t i = 0; i < count; i++)
        if (sets[i]->manager)
            return true;
    return false;
}

bool demands_ask_manager(const struct demands *demands)
{
    for (size_t i = 0; i < demands->approval_count; i++)
        if (asks_manager(demands->approvals[i].from_count, demands->approvals[i].from) ||
            asks_manager(demands->approvals[i].to_count, demands->approvals[i].to))
            return true;
    return false;
}

bool demands_ask_signed(const struct demands *demands)
{
    for (size_t i = 0; !demands->urgent.asked && i < demands->approval_count; i++)
        if (demands->approvals[i].is_signed)
            return true;
    return false;
}

const char *human_of(enum human_by by, const struct person *person)
{
    const char *value = by == HUMAN_BY_EMPLOYEE_ID ? person->employee_id
                        : by == HUMAN_BY_MAIL      ? person->mail
                                                   : person->key.oid;
    return text_is_empty(value) ? NULL : value;
}

bool human_is(enum human_by by, const struct person *one, const struct person *other)
{
    const char *value = human_of(by, one), *same = human_of(by, other);
    return person_is(&one->key, &other->key) ||
           (value && same && text_equals_ignoring_case(value, same));
}
