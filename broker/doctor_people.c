/* The sets of people that the policy names: each holds somebody, and nobody who holds a role of
   tier 0 permanently (design 6: such accounts should not sign in here). */
#include "doctor_checks.h"

#include "base/moment.h"

#include <string.h>

static const char *const group_needs = "GroupMember.Read.All|Group.Read.All|Directory.Read.All";
static const char *const roles_needs = "RoleManagement.Read.Directory|"
                                       "RoleAssignmentSchedule.Read.Directory|"
                                       "RoleAssignmentSchedule.ReadWrite.Directory";

/* Whoever holds one of them can take any other. */
static const struct strong_role {
    const char *id, *name;
} strong_roles[] = {
    {"62e90394-69f5-4237-9190-012177145e10", "Global Administrator"},
    {"e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator"},
    {"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator"},
    {"e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8", "Partner Tier2 Support"},
    {"8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", "Hybrid Identity Administrator"},
    {"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator"},
    {"158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator"},
};

static const char *holders_key(const struct strong_role *role, struct arena *arena)
{
    return arena_text(arena, "directory_role/%s//", role->id);
}

static bool is_permanent(const struct holder *holder)
{
    return !holder->activated && holder->end_at == INT64_MAX;
}

void doctor_want_people(struct doctor *doctor)
{
    size_t count = doctor->policy ? policy_people_count(doctor->policy) : 0;
    for (size_t i = 0; i < count; i++) {
        const struct people *people = policy_people(doctor->policy, i);
        for (size_t k = 0; k < people->user_count; k++)
            doctor_want(doctor, FACT_ACCOUNT, people->users[k], "User.Read.All");
        for (size_t k = 0; k < people->group_count; k++) {
            doctor_want(doctor, FACT_GROUP, people->groups[k], group_needs);
            doctor_want(doctor, FACT_MEMBERS, people->groups[k], "GroupMember.Read.All");
        }
    }
    for (size_t i = 0; count && i < COUNT(strong_roles); i++)
        doctor_want(doctor, FACT_HOLDERS, holders_key(&strong_roles[i], doctor->arena),
                    roles_needs);
}

static bool is_strong(const struct wanted *wanted)
{
    for (size_t i = 0; wanted->kind == FACT_HOLDERS && i < COUNT(strong_roles); i++)
        if (strstr(wanted->subject, strong_roles[i].id))
            return true;
    return false;
}

/* A holder may be a person, an application or a group; only a group has members. */
void doctor_people_heard(struct doctor *doctor, const struct wanted *wanted)
{
    const struct fact *fact = wanted->fact;
    if (!fact->reading.known)
        return;
    if (wanted->kind == FACT_GROUP && fact->group.exists)
        doctor_want(doctor, FACT_MEMBERS, wanted->subject, "GroupMember.Read.All");
    for (size_t i = 0; is_strong(wanted) && i < fact->holders.count; i++)
        if (is_permanent(&fact->holders.list[i]))
            doctor_want(doctor, FACT_GROUP, fact->holders.list[i].id, group_needs);
}

/* Whom a set holds. */

struct crowd {
    size_t found;
    const char *unknown; /* why somebody's place is not known */
};

static void count_user(struct doctor *doctor, const struct people *people, const char *oid,
                       struct crowd *crowd)
{
    const char *why;
    const struct fact *fact = doctor_fact(doctor, FACT_ACCOUNT, oid, &why);
    if (!fact) {
        crowd->unknown = why;
        return;
    }
    bool usable = fact->account.exists && fact->account.enabled == TRI_YES;
    crowd->found += usable;
    if (!usable)
        doctor_found(doctor, HEALTH_WARNING, "people", people->name,
                     "Take them out of the policy, or enable the account.",
                     "\"%s\" names the account %s, which %s.", people->name,
                     fact->account.name ? fact->account.name : oid,
                     fact->account.exists ? "is not enabled" : "is not in the tenant");
}

static void count_group(struct doctor *doctor, const struct people *people, const char *id,
                        struct crowd *crowd)
{
    const char *why;
    const struct fact *group = doctor_fact(doctor, FACT_GROUP, id, NULL);
    if (group && !group->group.exists) {
        doctor_found(doctor, HEALTH_WRONG, "people", people->name,
                     "Correct the id of the group in the policy.",
                     "\"%s\" names the group %s, which is not in the tenant.", people->name, id);
        return;
    }
    const struct fact *members = doctor_fact(doctor, FACT_MEMBERS, id, &why);
    if (members)
        crowd->found += members->members.count;
    else
        crowd->unknown = why;
}

static void judge_people(struct doctor *doctor, const struct people *set)
{
    const struct people *people = people_at(set, moment_now(), doctor->arena);
    struct crowd crowd = {0};
    for (size_t i = 0; i < people->user_count; i++)
        count_user(doctor, people, people->users[i], &crowd);
    for (size_t i = 0; i < people->group_count; i++)
        count_group(doctor, people, people->groups[i], &crowd);
    if (crowd.unknown)
        doctor_found(doctor, HEALTH_UNKNOWN, "people", people->name, doctor_see_above,
                     "Who is in \"%s\" cannot be read: %s.", people->name, crowd.unknown);
    else if (!crowd.found)
        doctor_found(doctor, HEALTH_WRONG, "people", people->name,
                     "Put somebody into its groups, or name others in the policy.",
                     "Nobody is in \"%s\": nobody can ask, or approve, by it.", people->name);
    else
        doctor_found(doctor, HEALTH_OK, "people", people->name, NULL, "%zu people are in \"%s\".",
                     crowd.found, people->name);
}

/* Who among them is too strong. */

static bool has_user(const struct people *people, const char *oid)
{
    for (size_t i = 0; i < people->user_count; i++)
        if (text_equals_ignoring_case(people->users[i], oid))
            return true;
    return false;
}

static const struct person *member_of(const struct doctor *doctor, const char *group,
                                      const char *oid)
{
    const struct fact *fact = doctor_fact(doctor, FACT_MEMBERS, group, NULL);
    for (size_t i = 0; fact && i < fact->members.count; i++)
        if (text_equals(fact->members.people[i].key.oid, oid))
            return &fact->members.people[i];
    return NULL;
}

/* The first set that holds the person, and how the tenant calls them. */
static const struct people *set_of(const struct doctor *doctor, const char *oid, const char **name)
{
    for (size_t i = 0; i < policy_people_count(doctor->policy); i++) {
        const struct people *people = policy_people(doctor->policy, i);
        if (people == policy_emergency(doctor->policy)) /* they are meant to, and do not sign in */
            continue;
        for (size_t k = 0; k < people->group_count; k++) {
            const struct person *member = member_of(doctor, people->groups[k], oid);
            if (!member)
                continue;
            *name = member->name ? member->name : oid;
            return people;
        }
        if (has_user(people, oid)) {
            *name = oid;
            return people;
        }
    }
    return NULL;
}

static bool judge_strong(struct doctor *doctor, const char *oid, const char *role)
{
    const char *name;
    const struct people *people = set_of(doctor, oid, &name);
    if (people)
        doctor_found(doctor, HEALTH_WARNING, "standing", people->name,
                     "Make the role eligible, or have another account of theirs use Curfew: what "
                     "is strong enough to change Curfew should not sign in to it.",
                     "%s is in \"%s\" and holds %s permanently.", name, people->name, role);
    return people != NULL;
}

/* Those of one role, by themselves or through a group; `*why` when some of them cannot be told. */
static size_t judge_holders(struct doctor *doctor, const struct strong_role *role, const char **why)
{
    size_t found = 0;
    const char *key = holders_key(role, doctor->arena);
    const struct fact *fact = doctor_fact(doctor, FACT_HOLDERS, key, why);
    for (size_t i = 0; fact && i < fact->holders.count; i++) {
        const struct holder *holder = &fact->holders.list[i];
        if (!is_permanent(holder))
            continue;
        if (judge_strong(doctor, holder->id, role->name)) {
            found++;
            continue;
        }
        const struct fact *group = doctor_fact(doctor, FACT_GROUP, holder->id, why);
        if (!group || !group->group.exists)
            continue;
        const struct fact *members = doctor_fact(doctor, FACT_MEMBERS, holder->id, why);
        for (size_t k = 0; members && k < members->members.count; k++)
            found += judge_strong(doctor, members->members.people[k].key.oid, role->name);
    }
    return found;
}

static void judge_standing(struct doctor *doctor)
{
    size_t found = 0;
    const char *unknown = NULL;
    for (size_t i = 0; i < COUNT(strong_roles); i++) {
        const char *why = NULL;
        found += judge_holders(doctor, &strong_roles[i], &why);
        unknown = why ? why : unknown;
    }
    if (unknown)
        doctor_found(doctor, HEALTH_UNKNOWN, "standing", NULL,
                     strstr(unknown, "permission")
                         ? "Grant RoleManagement.Read.Directory, which reads only, or look in PIM "
                           "yourself who is Global Administrator."
                         : doctor_see_above,
                     "Whether people of the policy hold roles of tier 0 permanently cannot be "
                     "told: %s.",
                     unknown);
    else if (!found)
        doctor_found(doctor, HEALTH_OK, "standing", NULL, NULL,
                     "Nobody whom the policy names holds a role of tier 0 permanently.");
}

void doctor_people(struct doctor *doctor)
{
    size_t count = doctor->policy ? policy_people_count(doctor->policy) : 0;
    for (size_t i = 0; i < count; i++)
        judge_people(doctor, policy_people(doctor->policy, i));
    if (count)
        judge_standing(doctor);
}
