#include "policies/chance.h"

#include "base/json.h"
#include "base/moment.h"

#include <stdio.h>
#include <string.h>

enum { PERSONS = 4, GROUPS = 4, SETS = 4, ROLES = 3, AROUND = 500 };

static const char *oid_of(char kind, unsigned number)
{
    return arena_text(given_arena(), "%c0000000-0000-4000-8000-%012u", kind, number);
}

const char *random_person(void)
{
    return oid_of('b', chance(PERSONS));
}

struct memberships random_memberships(void)
{
    struct memberships memberships = {.reading = {.known = chance(4) > 0, .at = NOW}};
    memberships.groups = ARENA_ARRAY(given_arena(), const char *, GROUPS);
    for (unsigned i = 0; i < GROUPS; i++)
        if (chance(2))
            memberships.groups[memberships.count++] = oid_of('a', i);
    return memberships;
}

static const char *role_name(unsigned number)
{
    return arena_text(given_arena(), "role-%u", number);
}

/* Some of the roles, perhaps none. */
static const char *const *random_roles(size_t *count)
{
    const char **roles = ARENA_ARRAY(given_arena(), const char *, ROLES);
    *count = 0;
    for (unsigned i = 0; i < ROLES; i++)
        if (chance(2))
            roles[(*count)++] = role_name(i);
    return roles;
}

struct occasion random_occasion(void)
{
    struct person_key *person = ARENA_NEW(given_arena(), struct person_key);
    struct memberships *memberships = ARENA_NEW(given_arena(), struct memberships);
    *person = given_person(random_person());
    *memberships = random_memberships();
    struct occasion occasion = {
        .person = person,
        .memberships = chance(10) ? memberships : NULL,
        .at = NOW - AROUND + chance(2 * AROUND),
        .duration_seconds = chance(10) ? 60 * (5 + (int64_t)chance(400)) : -1,
        .start_at = chance(3) ? -1 : NOW + (int64_t)chance(7 * 86400),
        .past_known = chance(4) > 0,
        .risk_known = chance(4) > 0,
        .risk = (enum risk_level)chance(4),
    };
    occasion.had = random_roles(&occasion.had_count);
    occasion.held = random_roles(&occasion.held_count);
    return occasion;
}

/* One to `most` of the texts that `name` makes of numbers below `below`, none twice. */
static json_t *some(unsigned below, unsigned most, const char *(*name)(unsigned number))
{
    json_t *list = json_array();
    unsigned first = chance(below), count = 1 + chance(most);
    for (unsigned i = 0; i < count && i < below; i++)
        json_array_append_new(list, json_string(name((first + i) % below)));
    return list;
}

static const char *person_name(unsigned number)
{
    return oid_of('b', number);
}

static const char *group_name(unsigned number)
{
    return oid_of('a', number);
}

static const char *set_name(unsigned number)
{
    return arena_text(given_arena(), "set %u", number);
}

/* A span of whole minutes as policies write it. */
static json_t *span(unsigned least, unsigned more)
{
    return json_string(arena_text(given_arena(), "PT%uM", least + chance(more)));
}

static json_t *random_mfa(void)
{
    static const char *const methods[] = {"mfa", "ngcmfa", "rsa"};
    json_t *mfa = json_object();
    if (chance(2))
        json_object_set_new(mfa, "within", span(6, 60));
    if (chance(2))
        json_object_set_new(mfa, "context",
                            json_string(arena_text(given_arena(), "c%u", 1 + chance(3))));
    if (chance(3) == 0)
        json_object_set_new(mfa, "methods", json_pack("[s]", methods[chance(3)]));
    return mfa;
}

static json_t *random_device(void)
{
    bool compliant = chance(4) > 0;
    json_t *device = json_pack("{s:b, s:b}", "compliant", compliant, "managed", chance(3) == 0);
    if (compliant && chance(3) == 0)
        json_object_set_new(device, "accept", json_pack("[s]", "inGracePeriod"));
    if (chance(3) == 0)
        json_object_set_new(device, "synced_within", span(15, 100));
    if (chance(3) == 0)
        json_object_set_new(device, "workstation",
                            chance(2) ? json_pack("{s:o}", "groups", some(GROUPS, 2, group_name))
                                      : json_pack("{s:[s]}", "categories", "Workstations"));
    return device;
}

static void add_words(json_t *require)
{
    if (chance(2))
        json_object_set_new(require, "justification",
                            json_pack("{s:i, s:s*}", "min_length", 1 + (int)chance(50), "pattern",
                                      chance(3) ? NULL : "^Incident"));
    if (chance(4) == 0)
        json_object_set_new(require, "ticket",
                            json_pack("{s:b, s:s*}", "look_up", chance(2), "pattern",
                                      chance(2) ? "INC-[0-9]+" : NULL));
}

static json_t *random_require(void)
{
    static const char *const levels[] = {"none", "low", "medium", "high"};
    json_t *require = json_object();
    if (chance(2))
        json_object_set_new(require, "mfa", random_mfa());
    if (chance(2))
        json_object_set_new(require, "device", random_device());
    if (chance(2))
        json_object_set_new(require, "user_risk", json_pack("{s:s}", "at_most", levels[chance(4)]));
    if (chance(3) == 0)
        json_object_set_new(require, "sign_in_risk",
                            json_pack("{s:s}", "at_most", levels[chance(4)]));
    if (chance(4) == 0)
        json_object_set_new(require, "modern_authentication", json_true());
    if (chance(4) == 0)
        json_object_set_new(require, "eligible", json_true());
    add_words(require);
    return require;
}

/* `checks` that the rule's demands let it watch. */
static json_t *random_watch(const json_t *require)
{
    json_t *list = json_pack("[s]", chance(2) ? "account" : "membership");
    if (json_is_true(json_object_get(json_object_get(require, "device"), "compliant")))
        json_array_append_new(list, json_string("device"));
    if (json_object_get(require, "user_risk"))
        json_array_append_new(list, json_string("user_risk"));
    return json_pack("{s:o, s:o, s:s, s:o}", "every", span(1, 60), "grace", span(1, 100), "then",
                     chance(2) ? "warn" : "revoke", "checks", list);
}

/* The first stage may be of users alone, and one of those is always enough; whoever comes later is
   of groups, so that the policy is right. */
static json_t *random_approval(void)
{
    json_t *stages = json_array();
    for (unsigned i = 0, count = 1 + chance(3); i < count; i++) {
        json_t *stage = json_pack("{s:o, s:i, s:o, s:b, s:b}", "from",
                                  i ? json_pack("[s]", "crowd") : some(SETS, 3, set_name), "need",
                                  i ? 1 + (int)chance(3) : 1, "within", span(5, 100), "signed",
                                  chance(4) == 0, "reason", chance(2));
        if (i && chance(2))
            json_object_set_new(stage, "deny", json_integer(1 + chance(2)));
        if (chance(3) == 0)
            json_object_set_new(stage, "remind", json_pack("[s, s]", "PT3M", "PT2M"));
        if (chance(3) == 0)
            json_object_set_new(stage, "escalate",
                                json_pack("{s:s, s:[s]}", "after", "PT4M", "to", "crowd"));
        json_array_append_new(stages, stage);
    }
    return json_pack("{s:o, s:b}", "stages", stages, "signed", chance(4) == 0);
}

static const char *day_name(unsigned number)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    return names[number];
}

static json_t *random_when(void)
{
    static const char *const zones[] = {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"};
    static const char *const levels[] = {"low", "medium", "high"};
    json_t *when = json_object();
    if (chance(3) == 0)
        json_object_set_new(when, "longer_than", span(5, 400));
    if (chance(3) == 0)
        json_object_set_new(
            when, "outside",
            json_pack(
                "{s:s, s:o, s:o, s:o}", "zone", zones[chance(4)], "days", some(7, 7, day_name),
                "from", json_string(arena_text(given_arena(), "%02u:%02u", chance(12), chance(60))),
                "to",
                json_string(arena_text(given_arena(), "%02u:%02u", 12 + chance(12), chance(60)))));
    if (chance(3) == 0)
        json_object_set_new(when, "risk_at_least", json_string(levels[chance(3)]));
    if (chance(3) == 0)
        json_object_set_new(when, "holds", some(ROLES, 2, role_name));
    if (chance(3) == 0 || !json_object_size(when))
        json_object_set_new(when, "first_time", json_true());
    return when;
}

static json_t *random_limits(void)
{
    json_t *limits = json_pack("{s:o, s:o, s:o}", "longest", span(60, 300), "default", span(10, 50),
                               "start_within", span(5, 100));
    if (chance(2))
        json_object_set_new(limits, "shortest", span(5, 5));
    if (chance(2))
        json_object_set_new(limits, "start_ahead", span(5, 500));
    if (chance(2))
        json_object_set_new(limits, "cool_down", span(1, 100));
    if (chance(2))
        json_object_set_new(limits, "per_day", json_integer(1 + chance(5)));
    if (chance(2))
        json_object_set_new(
            limits, "at_once",
            json_pack("{s:i, s:i}", "person", 1 + (int)chance(5), "role", 1 + (int)chance(5)));
    return limits;
}

static void add_demands(json_t *rule)
{
    static const char *const levels[] = {"starting_point", "enterprise", "specialized"};
    if (chance(4))
        json_object_set_new(rule, "require", random_require());
    if (chance(4) == 0)
        json_object_set_new(rule, "level", json_string(levels[chance(3)]));
    if (chance(2))
        json_object_set_new(rule, "watch", random_watch(json_object_get(rule, "require")));
    if (chance(2))
        json_object_set_new(
            rule, "tell",
            json_pack("{s:o}", chance(2) ? "activated" : "revoked", some(SETS, 2, set_name)));
    if (chance(2))
        json_object_set_new(rule, "limits", random_limits());
    if (chance(2))
        json_object_set_new(rule, "approval", random_approval());
}

json_t *random_rule(const char *name)
{
    json_t *rule = json_pack("{s:s, s:o, s:o}", "name", name, "roles", some(ROLES, 2, role_name),
                             "who", some(SETS, 2, set_name));
    if (chance(4) == 0)
        json_object_set_new(rule, "unless", some(SETS, 1, set_name));
    if (chance(3) == 0)
        json_object_set_new(rule, "when", random_when());
    if (chance(8) == 0)
        json_object_set_new(rule, "deny",
                            json_string(arena_text(given_arena(), "Because %u.", chance(9))));
    else
        add_demands(rule);
    return rule;
}

/* Sets that it names have lower numbers, so that none leads back. */
static json_t *random_set(unsigned number)
{
    char until[21];
    json_t *set = json_object();
    unsigned kind = chance(3);
    if (kind != 1)
        json_object_set_new(set, "users", some(PERSONS, 3, person_name));
    if (kind != 2)
        json_object_set_new(set, "groups", some(GROUPS, 3, group_name));
    if (number && chance(3) == 0)
        json_object_set_new(set, "sets", some(number, 2, set_name));
    if (chance(4) == 0) {
        moment_text(NOW - AROUND + chance(2 * AROUND), until);
        json_object_set_new(set, "until", json_string(until));
    }
    return set;
}

json_t *random_policy(void)
{
    static const char *const rings[] = {"evaluate", "pilot", "full"};
    json_t *policy = json_pack("{s:{}, s:{}, s:[]}", "people", "roles", "rules");
    for (unsigned i = 0; i < SETS; i++)
        json_object_set_new(json_object_get(policy, "people"), set_name(i), random_set(i));
    json_object_set_new(json_object_get(policy, "people"), "crowd",
                        json_pack("{s:o, s:b}", "groups", some(GROUPS, GROUPS, group_name),
                                  "manager", chance(4) == 0));
    for (unsigned i = 0; i < ROLES; i++)
        json_object_set_new(json_object_get(policy, "roles"), role_name(i),
                            json_pack("{s:s, s:{s:s, s:s}}", "name", role_name(i), "target", "kind",
                                      "group", "group", oid_of('c', i)));
    for (unsigned i = 0, count = 1 + chance(5); i < count; i++)
        json_array_append_new(json_object_get(policy, "rules"),
                              random_rule(arena_text(given_arena(), "rule %u", i)));
    if (chance(6) == 0)
        json_object_set_new(policy, "phases",
                            json_pack("{s:s, s:o, s:o}", "open", rings[chance(3)], "evaluate",
                                      some(SETS, 2, set_name), "pilot", some(SETS, 2, set_name)));
    return policy;
}

static json_t *shuffled(const json_t *value);

static json_t *shuffled_list(const json_t *list, bool ordered)
{
    json_t *all = json_array();
    for (size_t i = 0; i < json_array_size(list); i++)
        json_array_insert_new(all, ordered ? i : chance((unsigned)i + 1),
                              shuffled(json_array_get(list, i)));
    return all;
}

/* Stages and reminders come one after the other; of everything else the order means nothing. */
static bool is_ordered(const char *name)
{
    return strcmp(name, "stages") == 0 || strcmp(name, "remind") == 0;
}

static json_t *shuffled_object(const json_t *object)
{
    const char *names[32], *name;
    unsigned count = 0;
    json_t *value, *all = json_object();
    json_object_foreach ((json_t *)object, name, value)
        names[count++] = name;
    for (; count; count--) {
        unsigned pick = chance(count);
        const json_t *one = json_object_get(object, names[pick]);
        json_object_set_new(all, names[pick],
                            is_ordered(names[pick]) ? shuffled_list(one, true) : shuffled(one));
        names[pick] = names[count - 1];
    }
    return all;
}

static json_t *shuffled(const json_t *value)
{
    if (json_is_array(value))
        return shuffled_list(value, false);
    return json_is_object(value) ? shuffled_object(value) : json_deep_copy(value);
}

void scatter(const json_t *policy)
{
    static const char *const names[] = {"a.json", "b.json", "c.json"};
    json_t *files[3];
    const char *member, *name;
    json_t *value, *one;
    size_t index;
    unsigned count = 1 + chance(3);
    json_auto_t *all = shuffled(policy);
    for (unsigned i = 0; i < count; i++)
        files[i] = json_pack("{s:{}, s:{}, s:[]}", "people", "roles", "rules");
    json_object_foreach (all, member, value) {
        if (strcmp(member, "phases") == 0) {
            json_object_set(files[chance(count)], member, value);
            continue;
        }
        json_object_foreach (value, name, one)
            json_object_set(json_object_get(files[chance(count)], member), name, one);
        json_array_foreach (value, index, one)
            json_array_append(json_object_get(files[chance(count)], member), one);
    }
    for (unsigned i = 0; i < 3; i++) {
        if (i >= count) {
            (void)remove(spec_path(names[i]));
            continue;
        }
        char *text = json_compact(files[i]);
        (void)spec_file(names[i], text);
        free(text);
        json_decref(files[i]);
    }
}
