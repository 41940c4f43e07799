/* Who is in a set of people, and the joining of sets that name others. */
#include "policies/building.h"

static bool is_over(const struct people *people, int64_t at)
{
    return people->until && at >= people->until;
}

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

enum tri people_hold_at(const struct people *people, const struct person_key *person,
                        const struct memberships *memberships, int64_t at)
{
    enum tri answer = is_over(people, at) ? TRI_NO : people_hold(people, person, memberships);
    for (size_t i = 0; i < people->part_count && answer != TRI_YES; i++) {
        enum tri part = is_over(&people->parts[i], at)
                            ? TRI_NO
                            : people_hold(&people->parts[i], person, memberships);
        if (part != TRI_NO)
            answer = part;
    }
    return answer;
}

enum tri people_any_hold(size_t count, const struct people *const sets[],
                         const struct occasion *occasion)
{
    enum tri answer = TRI_NO;
    for (size_t i = 0; i < count && answer != TRI_YES; i++) {
        enum tri one =
            people_hold_at(sets[i], occasion->person, occasion->memberships, occasion->at);
        if (one != TRI_NO)
            answer = one;
    }
    return answer;
}

static void add_people(struct people *to, const struct people *from)
{
    policy_collect(to->users, &to->user_count, from->user_count, from->users);
    policy_collect(to->groups, &to->group_count, from->group_count, from->groups);
    to->manager |= from->manager;
}

const struct people *people_at(const struct people *people, int64_t at, struct arena *arena)
{
    size_t users = people->user_count, groups = people->group_count;
    if (!people->part_count && !is_over(people, at))
        return people;
    for (size_t i = 0; i < people->part_count; i++) {
        users += people->parts[i].user_count;
        groups += people->parts[i].group_count;
    }
    struct people *flat = ARENA_NEW(arena, struct people);
    *flat = (struct people){.name = people->name,
                            .users = ARENA_ARRAY(arena, const char *, users),
                            .groups = ARENA_ARRAY(arena, const char *, groups)};
    if (!is_over(people, at))
        add_people(flat, people);
    for (size_t i = 0; i < people->part_count; i++)
        if (!is_over(&people->parts[i], at))
            add_people(flat, &people->parts[i]);
    return flat;
}

const struct people *policy_find_people(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->people_count; i++)
        if (text_equals(policy->people[i].name, name))
            return &policy->people[i];
    return NULL;
}

/* Joining: depth first, so that what a set names is joined before it. */
struct join {
    struct policy *policy;
    const json_t *merged;
    struct complaints *complaints;
    enum { UNSEEN, UNDER_WAY, JOINED } * states; /* beside the sets */
};

static int64_t sooner(int64_t one, int64_t other)
{
    return !one || (other && other < one) ? other : one;
}

/* What is in twice stays for as long as the longer of both. */
static void add_part(struct people *parts, size_t *count, const struct people *part, int64_t until)
{
    for (size_t i = 0; i < *count; i++) {
        if (parts[i].name != part->name)
            continue;
        if (parts[i].until && (!until || until > parts[i].until))
            parts[i].until = until;
        return;
    }
    parts[*count] = *part;
    parts[*count].parts = NULL;
    parts[*count].part_count = 0;
    parts[(*count)++].until = until;
}

static void join_set(struct join *join, size_t index)
{
    struct people *people = &join->policy->people[index];
    const char **names;
    struct form form = {.object = json_object_get(join->merged, people->name),
                        .at = arena_text(join->complaints->arena, "people.%s", people->name),
                        .complaints = join->complaints};
    if (!json_is_object(form.object))
        return;
    join->states[index] = UNDER_WAY;
    size_t named = form_texts(&form, "sets", OPTIONAL, 100, NAME_BYTES, &names);
    struct people *parts =
        ARENA_ARRAY(join->policy->arena, struct people, named ? join->policy->people_count : 0);
    for (size_t i = 0; i < named; i++) {
        const struct people *other = policy_find_people(join->policy, names[i]);
        if (!other) {
            form_complain(&form, "sets", "there are no people \"%s\" in `people`", names[i]);
            continue;
        }
        size_t at = (size_t)(other - join->policy->people);
        if (join->states[at] == UNDER_WAY) {
            form_complain(&form, "sets", "\"%s\" leads back to \"%s\": a set cannot hold itself",
                          names[i], people->name);
            continue;
        }
        if (join->states[at] == UNSEEN)
            join_set(join, at);
        add_part(parts, &people->part_count, other, sooner(people->until, other->until));
        for (size_t k = 0; k < other->part_count; k++)
            add_part(parts, &people->part_count, &other->parts[k],
                     sooner(people->until, other->parts[k].until));
    }
    people->parts = parts;
    join->states[index] = JOINED;
}

void policy_join_people(struct policy *policy, const json_t *merged, struct complaints *complaints)
{
    struct join join = {.policy = policy, .merged = merged, .complaints = complaints};
    join.states = arena_take(complaints->arena, policy->people_count, sizeof *join.states);
    for (size_t i = 0; i < policy->people_count; i++)
        if (join.states[i] == UNSEEN)
            join_set(&join, i);
}
