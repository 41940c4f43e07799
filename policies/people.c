#include "policies/policy.h"

#include "base/text.h"

enum tri people_hold(const struct people *people, const struct person_key *person,
                     const struct memberships *memberships)
{
    for (size_t i = 0; i < people->user_count; i++)
        if (text_equals_ignoring_case(people->users[i], person->oid))
            return TRI_YES;
    if (!people->group_count)
        return TRI_NO;
    if (!memberships || !memberships->reading.known)
        return TRI_UNKNOWN;
    for (size_t i = 0; i < people->group_count; i++)
        for (size_t k = 0; k < memberships->count; k++)
            if (text_equals_ignoring_case(people->groups[i], memberships->groups[k]))
                return TRI_YES;
    return TRI_NO;
}
