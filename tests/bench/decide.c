/* How long deciding takes: microseconds for one person and one role, as JSON. Among 10,000 rules
   and 1,000 roles ("many"), with the rules of that role alone ("alone"), and where every one of the
   10,000 is about it ("all"). */
#include "base/json.h"
#include "base/memory.h"
#include "policies/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROLES = 1000, RULES = 10000, SETS = 200, GROUPS = 50, AT = 1768471200 };

static const char *guid_of(struct arena *arena, char kind, int number)
{
    return arena_text(arena, "%c0000000-0000-4000-8000-%012d", kind, number);
}

static json_t *texts(const char *one, const char *other)
{
    return memory_needed(json_pack("[s, s]", one, other));
}

/* Every third has circumstances, every seventh leaves somebody out, every tenth asks somebody. */
static json_t *rule_of(struct arena *arena, int number, int role)
{
    int first = number / ROLES + number; /* so that the rules of one role name different people */
    const char *set = arena_text(arena, "set %d", first % SETS);
    const char *next = arena_text(arena, "set %d", (first + 1) % SETS);
    json_t *rule = memory_needed(
        json_pack("{s:s, s:[s], s:o, s:{s:{s:s}, s:{}, s:{s:s}}, s:{s:s}}", "name",
                  arena_text(arena, "rule %d", number), "roles", arena_text(arena, "role-%d", role),
                  "who", texts(set, next), "require", "mfa", "within", "PT1H", "device",
                  "user_risk", "at_most", "low", "limits", "longest", "PT4H"));
    if (number % 3 == 0)
        json_object_set_new(rule, "when",
                            json_pack("{s:s, s:{s:s, s:[s, s], s:s, s:s}}", "longer_than", "PT2H",
                                      "outside", "zone", "Europe/Berlin", "days", "mon", "tue",
                                      "from", "08:00", "to", "18:00"));
    if (number % 7 == 0)
        json_object_set_new(rule, "unless", json_pack("[s]", "set 199"));
    if (number % 1000 == 0)
        json_object_set_new(rule, "approval", json_pack("{s:[{s:[s]}]}", "stages", "from", set));
    return rule;
}

/* Rule i is about role i modulo `spread`; of each `stride`-th rule. */
static struct policy *policy_of(struct arena *arena, int spread, int stride)
{
    struct policy *policy = NULL;
    struct reason why = {0};
    struct complaints complaints = {.arena = arena};
    json_auto_t *all = memory_needed(json_pack("{s:{}, s:{}, s:[]}", "people", "roles", "rules"));
    for (int i = 0; i < SETS; i++)
        json_object_set_new(json_object_get(all, "people"), arena_text(arena, "set %d", i),
                            json_pack("{s:[s]}", "groups", guid_of(arena, 'a', i)));
    for (int i = 0; i < ROLES; i++)
        json_object_set_new(json_object_get(all, "roles"), arena_text(arena, "role-%d", i),
                            json_pack("{s:s, s:{s:s, s:s}}", "name", "Role", "target", "kind",
                                      "group", "group", guid_of(arena, 'c', i)));
    for (int i = 0; i < RULES; i += stride)
        json_array_append_new(json_object_get(all, "rules"), rule_of(arena, i, i % spread));
    char *text = json_canonical(all);
    if (policy_parse(text, &policy, &complaints, &why)) {
        (void)fprintf(stderr, "bench_decide: %s\n", why.text);
        exit(1);
    }
    free(text);
    return policy;
}

static double now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* The best of several rounds. */
static double measure(const struct policy *policy, struct arena *arena, int times)
{
    enum { ROUNDS = 9 };
    double best = 1e18;
    struct person_key person = {.tid = "7e0c64f1-2d93-4d29-a1c8-4c9f2a0d3b11",
                                .oid = "b0000000-0000-4000-8000-00000000000a"};
    const char *groups[GROUPS];
    scoped(arena_scoped) struct arena *own = arena_new();
    for (int i = 0; i < GROUPS; i++)
        groups[i] = guid_of(own, 'a', i * (SETS / GROUPS));
    const struct memberships memberships = {
        .reading = {.known = true, .at = AT}, .count = GROUPS, .groups = groups};
    const struct occasion occasion = {.person = &person,
                                      .memberships = &memberships,
                                      .at = AT,
                                      .duration_seconds = 3600,
                                      .start_at = -1,
                                      .past_known = true,
                                      .risk_known = true};
    const struct role *role = policy_find_role(policy, "role-0");
    for (int round = 0; round < ROUNDS; round++) {
        double from = now_us();
        for (int i = 0; i < times; i++) {
            struct demands demands;
            policy_demand(policy, 1, &role, &occasion, arena, &demands);
            arena_reset(arena);
        }
        double each = (now_us() - from) / times;
        best = each < best ? each : best;
    }
    return best;
}

int main(void)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(arena_scoped) struct arena *made = arena_new();
    scoped(policy_scoped) struct policy *many = policy_of(made, ROLES, 1);
    scoped(policy_scoped) struct policy *alone = policy_of(made, ROLES, ROLES);
    scoped(policy_scoped) struct policy *all = policy_of(made, 1, 1);
    printf("{\"many\": %.3f, \"alone\": %.3f, \"all\": %.3f, \"mentions\": %d, \"rules\": %d}\n",
           measure(many, arena, 1000), measure(alone, arena, 1000), measure(all, arena, 3),
           RULES / ROLES, RULES);
    return 0;
}
