/* Goal: what must hold for every policy, tried on ten thousand random ones: no order changes a
 * verdict, and no rule that is added makes an answer more permissive. */
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
                            const struct person_key *person, const struct memberships *memberships)
{
    const struct role *roles[3];
    size_t count = 0;
    struct demands demands;
    for (unsigned i = 0; i < 3; i++)
        if (which & 1u << i)
            roles[count++] = policy_role(policy, i);
    const struct occasion occasion = {
        .person = person, .memberships = memberships, .duration_seconds = -1, .start_at = -1};
    policy_demand(policy, count, roles, &occasion, given_arena(), &demands);
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

/* All that was decided, as one text. */
static const char *decided(const struct demands *demands)
{
    json_auto_t *packed = demands_pack(demands);
    json_t *approvals = json_object_get(packed, "approvals");
    for (size_t i = 0; i < json_array_size(approvals); i++) {
        json_t *from = json_object_get(json_array_get(approvals, i), "from");
        json_object_set_new(from, "users", json_string(sorted(json_object_get(from, "users"))));
        json_object_set_new(from, "groups", json_string(sorted(json_object_get(from, "groups"))));
    }
    char *text = json_canonical(packed);
    const char *all =
        arena_text(given_arena(), "%d %d %s", demands->allowed, demands->unknown, text);
    free(text);
    return all;
}

START_TEST(order_of_files_rules_and_members_changes_no_verdict)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct complaints complaints = {.arena = given_arena()};
        json_auto_t *json = random_policy();
        struct policy *read = NULL;
        struct person_key person = given_person(random_person());
        struct memberships memberships = random_memberships();
        unsigned which = 1 + chance(7);
        scatter(json);
        scoped(policy_scoped) struct policy *policy = parsed(json);
        ck_assert_fine(policy_read(spec_folder(), &read, &complaints, &spec_why));
        scoped(policy_scoped) struct policy *other = read;
        struct demands one = asked(policy, which, &person, &memberships),
                       two = asked(other, which, &person, &memberships);
        ck_assert_text(decided(&one), decided(&two));
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
    ck_assert(holds_all(more->rule_count, more->rules, less->rule_count, less->rules));
    ck_assert(more->unknown >= less->unknown);
    ck_assert(demands_ask_signed(more) >= demands_ask_signed(less));
    for (size_t i = 0; i < less->approval_count; i++) {
        const struct approval_demand *found = NULL;
        for (size_t k = 0; k < more->approval_count; k++)
            if (text_equals(more->approvals[k].rule, less->approvals[i].rule))
                found = &more->approvals[k];
        ck_assert_ptr_nonnull(found);
        ck_assert_int_eq(found->need, less->approvals[i].need);
        ck_assert_int_eq(found->within_seconds, less->approvals[i].within_seconds);
        ck_assert_int_eq(found->is_signed, less->approvals[i].is_signed);
    }
}

START_TEST(a_rule_that_is_added_never_makes_an_answer_more_permissive)
{
    int allowed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        json_auto_t *json = random_policy();
        scoped(policy_scoped) struct policy *before = parsed(json);
        json_t *rules = json_object_get(json, "rules");
        json_array_insert_new(rules, chance((unsigned)json_array_size(rules) + 1),
                              random_rule("the added one"));
        scoped(policy_scoped) struct policy *after = parsed(json);
        struct person_key person = given_person(random_person());
        struct memberships memberships = random_memberships();
        unsigned which = 1 + chance(7);
        struct demands less = asked(before, which, &person, &memberships),
                       more = asked(after, which, &person, &memberships);
        must_be_stricter(&more, &less);
        ck_assert(more.allowed >= less.allowed);
        if (more.allowed && !less.allowed) /* only for those whom the rule itself lets ask */
            ck_assert(holds_all(more.rule_count, more.rules, 1, (const char *[]){"the added one"}));
        allowed += less.allowed;
        arena_reset(given_arena());
    }
    ck_assert_int_gt(allowed, ROUNDS / 20); /* or nothing was tried */
}
END_TEST

START_TEST(asking_for_more_roles_at_once_never_makes_an_answer_more_permissive)
{
    for (int round = 0; round < ROUNDS; round++) {
        json_auto_t *json = random_policy();
        scoped(policy_scoped) struct policy *policy = parsed(json);
        struct person_key person = given_person(random_person());
        struct memberships memberships = random_memberships();
        unsigned fewer = 1 + chance(7), which = fewer | (1 + chance(7));
        struct demands less = asked(policy, fewer, &person, &memberships),
                       more = asked(policy, which, &person, &memberships);
        must_be_stricter(&more, &less);
        ck_assert(more.allowed <= less.allowed);
        arena_reset(given_arena());
    }
}
END_TEST

START_TEST(knowing_more_groups_never_unsettles_an_answer)
{
    for (int round = 0; round < ROUNDS; round++) {
        json_auto_t *json = random_policy();
        scoped(policy_scoped) struct policy *policy = parsed(json);
        struct person_key person = given_person(random_person());
        struct memberships memberships = random_memberships();
        unsigned which = 1 + chance(7);
        memberships.reading.known = true;
        struct demands known = asked(policy, which, &person, &memberships),
                       unread = asked(policy, which, &person, NULL);
        ck_assert(!known.unknown);
        must_be_stricter(&known, &(struct demands){.mfa_within_seconds = INT64_MAX,
                                                   .longest_seconds = INT64_MAX,
                                                   .default_seconds = INT64_MAX,
                                                   .start_within_seconds = INT64_MAX,
                                                   .rule_count = unread.rule_count,
                                                   .rules = unread.rules});
        if (!unread.unknown) /* nothing that groups could change */
            ck_assert_text(decided(&known), decided(&unread));
        arena_reset(given_arena());
    }
}
END_TEST

SPECIFICATION("policies/every_policy", order_of_files_rules_and_members_changes_no_verdict,
              a_rule_that_is_added_never_makes_an_answer_more_permissive,
              asking_for_more_roles_at_once_never_makes_an_answer_more_permissive,
              knowing_more_groups_never_unsettles_an_answer)
