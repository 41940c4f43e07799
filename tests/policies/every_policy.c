/* Goal: what must hold for every policy and every request, tried on a hundred thousand random
 * pairs: no order changes a verdict, no rule that is added makes an answer more permissive, and
 * what is not known is never a yes. */
#include "base/json.h"
#include "base/text.h"
#include "policies/chance.h"

#include <stdio.h>
#include <string.h>

static struct policy *parsed(const json_t *json)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()};
    char *text = json_canonical(json);
    ck_assert_fine(policy_parse(text, &policy, &complaints, &spec_why));
    free(text);
    return policy;
}

/* Which of the three roles are asked for; never none. */
static struct demands asked(const struct policy *policy, unsigned which,
                            const struct occasion *occasion)
{
    const struct role *roles[3];
    size_t count = 0;
    struct demands demands;
    for (unsigned i = 0; i < 3; i++)
        if (which & 1u << i)
            roles[count++] = policy_role(policy, i);
    policy_demand(policy, count, roles, occasion, given_arena(), &demands);
    return demands;
}

static int compare(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* A set has no order: its texts as one sorted text, each once. */
static const char *sorted(const json_t *list)
{
    const char *texts[64], *all = "";
    size_t count = json_array_size(list);
    ck_assert_uint_lt(count, COUNT(texts));
    for (size_t i = 0; i < count; i++)
        texts[i] = json_string_value(json_array_get(list, i));
    qsort(texts, count, sizeof *texts, compare);
    for (size_t i = 0; i < count; i++)
        if (!i || !text_equals(texts[i], texts[i - 1]))
            all = arena_text(given_arena(), "%s %s", all, texts[i]);
    return all;
}

/* Sets of people, wherever they stand. */
static void sort_people(json_t *people)
{
    static const char *const kinds[] = {"users", "groups"};
    for (size_t i = 0; json_is_object(people) && i < COUNT(kinds); i++)
        json_object_set_new(people, kinds[i],
                            json_string(sorted(json_object_get(people, kinds[i]))));
}

/* All that was decided, as one text. */
static const char *decided(const struct demands *demands)
{
    const char *name;
    json_t *told;
    json_auto_t *packed = demands_pack(demands);
    json_t *approvals = json_object_get(packed, "approvals");
    for (size_t i = 0; i < json_array_size(approvals); i++) {
        sort_people(json_object_get(json_array_get(approvals, i), "from"));
        sort_people(
            json_object_get(json_object_get(json_array_get(approvals, i), "escalate"), "to"));
    }
    json_object_foreach (json_object_get(packed, "tell"), name, told)
        sort_people(told);
    char *text = json_canonical(packed);
    const char *all = arena_text(
        given_arena(), "%d%d%d%d%d %s %s %s %s", demands->allowed, demands->named, demands->unknown,
        demands->circumstances, demands->unsaid, demands->denied ? demands->denied : "",
        demands->denied_by ? demands->denied_by : "", demands->ring ? demands->ring : "", text);
    free(text);
    return all;
}

/* What Check prints has room for half of it. */
static void must_be_same(const struct demands *one, const struct demands *other)
{
    const char *first = decided(one), *second = decided(other);
    ck_assert_msg(text_equals(first, second), "%.1500s\n%.1500s", first, second);
}

START_TEST(order_of_files_rules_and_members_changes_no_verdict)
{
    for (int round = 0; round < POLICIES; round++) {
        struct complaints complaints = {.arena = given_arena()};
        json_auto_t *json = random_policy();
        struct policy *read = NULL;
        scatter(json);
        scoped(policy_scoped) struct policy *policy = parsed(json);
        ck_assert_fine(policy_read(spec_folder(), &read, &complaints, &spec_why));
        scoped(policy_scoped) struct policy *other = read;
        for (int i = 0; i < REQUESTS; i++) {
            struct occasion occasion = random_occasion();
            unsigned which = 1 + chance(7);
            struct demands one = asked(policy, which, &occasion),
                           two = asked(other, which, &occasion);
            must_be_same(&one, &two);
        }
        arena_reset(given_arena());
    }
}
END_TEST

static bool holds_all(size_t count, const char *const texts[], size_t least_count,
                      const char *const least[])
{
    for (size_t i = 0; i < least_count; i++) {
        bool there = false;
        for (size_t k = 0; k < count; k++)
            there |= text_equals(texts[k], least[i]);
        if (!there)
            return false;
    }
    return true;
}

static void evidence_must_be_stricter(const struct required *more, const struct required *less,
                                      bool device)
{
    ck_assert_uint_ge(more->method_count, less->method_count);
    ck_assert_uint_ge(more->workstation_count, less->workstation_count);
    ck_assert(more->managed_device >= less->managed_device);
    if (device) {
        ck_assert(more->accepts_grace <= less->accepts_grace);
        ck_assert(more->accepts_config_manager <= less->accepts_config_manager);
    }
    if (less->synced_within_seconds)
        ck_assert(more->synced_within_seconds &&
                  more->synced_within_seconds <= less->synced_within_seconds);
    ck_assert(more->watch_sign_in_risk >= less->watch_sign_in_risk);
    if (less->watch_sign_in_risk)
        ck_assert_uint_le(more->sign_in_risk_at_most, less->sign_in_risk_at_most);
    ck_assert(more->modern_authentication >= less->modern_authentication);
    ck_assert(more->eligible >= less->eligible);
    ck_assert(more->ticket >= less->ticket && more->ticket_look_up >= less->ticket_look_up);
    ck_assert(holds_all(more->ticket_pattern_count, more->ticket_patterns,
                        less->ticket_pattern_count, less->ticket_patterns));
    ck_assert(holds_all(more->justification_pattern_count, more->justification_patterns,
                        less->justification_pattern_count, less->justification_patterns));
}

/* Whether every demand of `less` is met by whoever meets `more`. */
static void must_be_stricter(const struct demands *more, const struct demands *less)
{
    ck_assert(more->mfa >= less->mfa);
    ck_assert_int_le(more->mfa_within_seconds, less->mfa_within_seconds);
    ck_assert(holds_all(more->context_count, more->contexts, less->context_count, less->contexts));
    ck_assert(more->compliant_device >= less->compliant_device);
    ck_assert(more->watch_risk >= less->watch_risk);
    if (less->watch_risk)
        ck_assert_uint_le(more->risk_at_most, less->risk_at_most);
    ck_assert_int_ge(more->justification_least, less->justification_least);
    ck_assert_int_le(more->longest_seconds, less->longest_seconds);
    ck_assert_int_le(more->default_seconds, less->default_seconds);
    ck_assert_int_le(more->start_within_seconds, less->start_within_seconds);
    ck_assert_int_ge(more->shortest_seconds, less->shortest_seconds);
    ck_assert_int_ge(more->cool_down_seconds, less->cool_down_seconds);
    ck_assert_int_le(more->start_ahead_seconds, less->start_ahead_seconds);
    ck_assert_int_le(more->person_at_once, less->person_at_once);
    ck_assert_int_le(more->role_at_once, less->role_at_once);
    ck_assert_int_le(more->per_day, less->per_day);
    ck_assert(holds_all(more->rule_count, more->rules, less->rule_count, less->rules));
    evidence_must_be_stricter(&more->required, &less->required, less->compliant_device);
    ck_assert(demands_ask_signed(more) >= demands_ask_signed(less));
    for (size_t i = 0; i < less->approval_count; i++) {
        const struct approval_demand *found = NULL;
        for (size_t k = 0; k < more->approval_count; k++)
            if (text_equals(more->approvals[k].rule, less->approvals[i].rule) &&
                more->approvals[k].stage == less->approvals[i].stage)
                found = &more->approvals[k];
        ck_assert_ptr_nonnull(found);
        ck_assert_int_eq(found->need, less->approvals[i].need);
        ck_assert_int_eq(found->deny, less->approvals[i].deny);
        ck_assert_int_eq(found->within_seconds, less->approvals[i].within_seconds);
        ck_assert_int_eq(found->escalate_seconds, less->approvals[i].escalate_seconds);
        ck_assert_int_eq(found->is_signed, less->approvals[i].is_signed);
    }
}

/* Whatever spoke against it, or was not known, still does. */
static void must_be_no_nearer(const struct demands *more, const struct demands *less)
{
    ck_assert(more->unknown >= less->unknown);
    ck_assert(more->unsaid >= less->unsaid);
    ck_assert(!less->denied || more->denied);
    ck_assert(!less->ring || more->ring);
}

START_TEST(a_rule_that_is_added_never_makes_an_answer_more_permissive)
{
    static const char *const added[] = {"the added one"};
    int allowed = 0;
    for (int round = 0; round < POLICIES; round++) {
        json_auto_t *json = random_policy();
        scoped(policy_scoped) struct policy *before = parsed(json);
        json_t *rules = json_object_get(json, "rules"), *rule = random_rule(added[0]);
        bool denies = json_object_get(rule, "deny");
        json_array_insert_new(rules, chance((unsigned)json_array_size(rules) + 1), rule);
        scoped(policy_scoped) struct policy *after = parsed(json);
        for (int i = 0; i < REQUESTS; i++) {
            struct occasion occasion = random_occasion();
            unsigned which = 1 + chance(7);
            struct demands less = asked(before, which, &occasion),
                           more = asked(after, which, &occasion);
            must_be_stricter(&more, &less);
            must_be_no_nearer(&more, &less);
            ck_assert(more.allowed >= less.allowed || more.denied);
            if (more.allowed && !less.allowed) /* only for those whom the rule itself lets ask */
                ck_assert(!denies && holds_all(more.rule_count, more.rules, 1, added));
            allowed += less.allowed;
        }
        arena_reset(given_arena());
    }
    ck_assert_int_gt(allowed, POLICIES * REQUESTS / 20); /* or nothing was tried */
}
END_TEST

START_TEST(asking_for_more_roles_at_once_never_makes_an_answer_more_permissive)
{
    for (int round = 0; round < POLICIES; round++) {
        json_auto_t *json = random_policy();
        scoped(policy_scoped) struct policy *policy = parsed(json);
        for (int i = 0; i < REQUESTS; i++) {
            struct occasion occasion = random_occasion();
            unsigned fewer = 1 + chance(7), which = fewer | (1 + chance(7));
            struct demands less = asked(policy, fewer, &occasion),
                           more = asked(policy, which, &occasion);
            must_be_stricter(&more, &less);
            must_be_no_nearer(&more, &less);
            ck_assert(more.allowed <= less.allowed);
        }
        arena_reset(given_arena());
    }
}
END_TEST

/* The same, with all that was not known, and was not said, known and said. */
static struct occasion known_all(struct occasion occasion)
{
    struct memberships *memberships = ARENA_NEW(given_arena(), struct memberships);
    if (occasion.memberships)
        *memberships = *occasion.memberships;
    memberships->reading.known = true;
    occasion.memberships = memberships;
    occasion.past_known = occasion.risk_known = true;
    if (occasion.duration_seconds < 0)
        occasion.duration_seconds = 3600;
    return occasion;
}

START_TEST(what_is_not_known_is_never_a_yes_and_knowing_it_unsettles_no_answer)
{
    int settled = 0;
    for (int round = 0; round < POLICIES; round++) {
        json_auto_t *json = random_policy();
        scoped(policy_scoped) struct policy *policy = parsed(json);
        for (int i = 0; i < REQUESTS; i++) {
            unsigned which = 1 + chance(7);
            struct occasion occasion = random_occasion(), all = known_all(occasion);
            struct demands unread = asked(policy, which, &occasion),
                           known = asked(policy, which, &all);
            ck_assert(!known.unknown && !known.unsaid && !known.circumstances);
            known.named =
                unread.named; /* which says who may know of the role, and grants nothing */
            if (!unread.unknown && !unread.unsaid)
                must_be_same(&known, &unread);
            settled += unread.allowed && !unread.unknown && !unread.unsaid;
            json_auto_t *packed = demands_pack(&unread);
            if (json_is_true(json_object_get(packed, "allowed")))
                ck_assert(known.allowed);
        }
        arena_reset(given_arena());
    }
    ck_assert_int_gt(settled, POLICIES * REQUESTS / 40);
}
END_TEST

START_TEST(circumstances_that_are_not_known_are_as_strict_as_they_could_turn_out)
{
    for (int round = 0; round < POLICIES; round++) {
        json_auto_t *json = random_policy();
        scoped(policy_scoped) struct policy *policy = parsed(json);
        for (int i = 0; i < REQUESTS; i++) {
            unsigned which = 1 + chance(7);
            struct occasion all = known_all(random_occasion()), unread = all;
            unread.past_known = chance(2);
            unread.risk_known = chance(2);
            unread.duration_seconds = chance(2) ? -1 : all.duration_seconds;
            struct demands more = asked(policy, which, &unread), less = asked(policy, which, &all);
            if (!less.denied) /* whose rule demands nothing while nobody knows whether it applies */
                must_be_stricter(&more, &less);
            ck_assert(more.allowed <= less.allowed || more.unknown || more.unsaid);
        }
        arena_reset(given_arena());
    }
}
END_TEST

SPECIFICATION("policies/every_policy", order_of_files_rules_and_members_changes_no_verdict,
              a_rule_that_is_added_never_makes_an_answer_more_permissive,
              asking_for_more_roles_at_once_never_makes_an_answer_more_permissive,
              what_is_not_known_is_never_a_yes_and_knowing_it_unsettles_no_answer,
              circumstances_that_are_not_known_are_as_strict_as_they_could_turn_out)
