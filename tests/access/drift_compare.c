/* Goal: whatever a reading shows is either explained, or one finding of the right kind: what Curfew
   holds and what lags is explained, what came late is ours to remove, and everything else is
   somebody else's. */
#include "access/drift_compare.h"
#include "support/spec.h"

#define TENANT "7e4a0000-0000-4000-8000-000000000001"
#define ANA    "9e450000-0000-4000-8000-000000000001"
#define NILS   "9e450000-0000-4000-8000-000000000007"
#define TOM    "9e450000-0000-4000-8000-000000000006"
#define GROUP  "64090000-0000-4000-8000-000000000006"

enum { NOW = 1000000, HOUR = 3600, NEVER = -1 };

static const struct target member = {.kind = TARGET_GROUP, .id = GROUP, .access = "member"};
static const struct target owner = {.kind = TARGET_GROUP, .id = GROUP, .access = "owner"};

static struct stored_held held(const char *oid, int64_t ends_at, int64_t closed_at,
                               enum activation mode)
{
    struct stored_held one = {.ends_at = ends_at, .closed_at = closed_at, .mode = mode};
    ck_assert(person_key_read(TENANT, oid, &one.person));
    return one;
}

/* Compares readings of up to four of each; answers how many findings, and the first. */
struct scene {
    const struct target *target;
    size_t holder_count, standing_count, held_count, emergency_count;
    struct holder holders[4];
    const char *standing[4];
    struct stored_held held[4];
    const char *emergency[4];
    unsigned weaknesses;
};

static struct arena *arena;
static struct drift_findings found;

static size_t compare(const struct scene *scene)
{
    static struct holders holders;
    static struct standing standing;
    if (arena)
        arena_free(arena);
    arena = arena_new();
    holders =
        (struct holders){.count = scene->holder_count, .list = (struct holder *)scene->holders};
    standing =
        (struct standing){.count = scene->standing_count, .ids = (const char **)scene->standing};
    const struct drift_reading reading = {
        .target = scene->target ? scene->target : &member,
        .at = NOW,
        .holders = &holders,
        .standing = &standing,
        .held_count = scene->held_count,
        .held = scene->held,
        .emergency_count = scene->emergency_count,
        .emergency = scene->emergency,
        .weaknesses = scene->weaknesses,
    };
    drift_compare(&reading, arena, &found);
    return found.count;
}

static struct holder holder(const char *id, bool activated, int64_t end_at)
{
    return (struct holder){.id = id, .activated = activated, .direct = true, .end_at = end_at};
}

/* What stands in PIM, against what Curfew has of the same person: every pair. */

#define ENDS (NOW + HOUR)

static const struct instance_seen {
    const char *says;
    bool activated;
    int64_t end_at;
} instances[] = {
    {"the very end, assigned", false, ENDS}, {"the very end, activated", true, ENDS},
    {"a second later", false, ENDS + 1},     {"a second earlier", false, ENDS - 1},
    {"permanent", false, INT64_MAX},
};

static const struct holding_kept {
    const char *says;
    bool there;
    enum activation mode;
    int64_t closed_at;
} holdings[] = {
    {"nothing", false, ACTIVATION_APPLICATION, NEVER},
    {"open, by Curfew", true, ACTIVATION_APPLICATION, NEVER},
    {"open, by them", true, ACTIVATION_DELEGATED, NEVER},
    {"closed just now", true, ACTIVATION_APPLICATION, NOW - DRIFT_LAG_SECONDS},
    {"closed before", true, ACTIVATION_APPLICATION, NOW - DRIFT_LAG_SECONDS - 1},
    {"closed before, by them", true, ACTIVATION_DELEGATED, NOW - DRIFT_LAG_SECONDS - 1},
};

/* A row for each holding, a column for each instance: `-` explained, U, P, L. */
static const char *const verdicts[] = {
    "UUUUU", /* nothing */
    "-UPUP", /* open, by Curfew */
    "U-PUP", /* open, by them */
    "-UUUU", /* closed just now */
    "LUUUU", /* closed before */
    "ULUUU", /* closed before, by them */
};

static char verdict_of(const struct instance_seen *seen, const struct holding_kept *kept)
{
    struct scene scene = {.holder_count = 1,
                          .holders = {holder(ANA, seen->activated, seen->end_at)},
                          .standing_count = 1,
                          .standing = {ANA},
                          .held_count = kept->there,
                          .held = {held(ANA, ENDS, kept->closed_at, kept->mode)}};
    if (!compare(&scene))
        return '-';
    ck_assert_uint_eq(found.count, 1);
    ck_assert_text(found.list[0].about, ANA);
    ck_assert_int_eq(found.list[0].end_at, seen->end_at);
    switch (found.list[0].kind) {
    case DRIFT_UNEXPLAINED:
        return 'U';
    case DRIFT_PERMANENT:
        return 'P';
    case DRIFT_LATE:
        ck_assert_ptr_nonnull(found.list[0].held);
        return 'L';
    default:
        return '?';
    }
}

START_TEST(an_instance_is_explained_by_its_exact_end_and_manner_alone)
{
    for (size_t k = 0; k < COUNT(holdings); k++)
        for (size_t i = 0; i < COUNT(instances); i++)
            ck_assert_msg(verdict_of(&instances[i], &holdings[k]) == verdicts[k][i],
                          "%s beside %s: %c", instances[i].says, holdings[k].says,
                          verdict_of(&instances[i], &holdings[k]));
}
END_TEST

START_TEST(each_grant_that_leans_on_a_holding_explains_its_own_end_and_the_longest_counts)
{
    static const struct {
        int64_t end_at;
        size_t findings;
        enum drift_kind kind;
    } rows[] = {{ENDS, 0, 0},
                {ENDS + HOUR, 0, 0},
                {ENDS + 60, 1, DRIFT_UNEXPLAINED},
                {ENDS + HOUR + 1, 1, DRIFT_PERMANENT}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene = {.holder_count = 1,
                              .holders = {holder(ANA, false, rows[i].end_at)},
                              .standing_count = 1,
                              .standing = {ANA},
                              .held_count = 2,
                              .held = {held(ANA, ENDS, NEVER, ACTIVATION_APPLICATION),
                                       held(ANA, ENDS + HOUR, NEVER, ACTIVATION_APPLICATION)}};
        ck_assert_uint_eq(compare(&scene), rows[i].findings);
        if (rows[i].findings)
            ck_assert_int_eq(found.list[0].kind, rows[i].kind);
    }
}
END_TEST

START_TEST(what_is_held_by_others_explains_nothing)
{
    struct scene scene = {.holder_count = 1,
                          .holders = {holder(NILS, false, ENDS)},
                          .held_count = 1,
                          .held = {held(ANA, ENDS, NEVER, ACTIVATION_APPLICATION)}};
    ck_assert_uint_eq(compare(&scene), 1);
    ck_assert_int_eq(found.list[0].kind, DRIFT_UNEXPLAINED);
    ck_assert_ptr_null(found.list[0].open);
}
END_TEST

START_TEST(what_comes_through_a_group_is_the_groups)
{
    struct scene scene = {
        .holder_count = 2,
        .holders = {holder(GROUP, false, INT64_MAX), {.id = NILS, .end_at = INT64_MAX}}};
    ck_assert_uint_eq(compare(&scene), 1);
    ck_assert_text(found.list[0].about, GROUP);
}
END_TEST

START_TEST(assigned_and_activated_together_are_one_finding_the_longer)
{
    struct scene scene = {.holder_count = 2,
                          .holders = {holder(NILS, true, ENDS), holder(NILS, false, INT64_MAX)},
                          .standing_count = 2,
                          .standing = {NILS, NILS}};
    ck_assert_uint_eq(compare(&scene), 1);
    ck_assert_int_eq(found.list[0].end_at, INT64_MAX);
}
END_TEST

START_TEST(whoever_stands_in_entra_alone_was_put_there_past_pim)
{
    struct scene scene = {.standing_count = 1, .standing = {NILS}};
    ck_assert_uint_eq(compare(&scene), 1);
    ck_assert_int_eq(found.list[0].kind, DRIFT_UNEXPLAINED);
    ck_assert(!found.list[0].in_pim);
    ck_assert_int_eq(found.list[0].end_at, INT64_MAX);
}
END_TEST

START_TEST(entras_own_list_may_lag_behind_what_curfew_gives_and_takes)
{
    static const struct {
        int64_t closed_at;
        size_t findings;
    } rows[] = {
        {NEVER, 0}, {NOW - DRIFT_ENTRA_LAG_SECONDS, 0}, {NOW - DRIFT_ENTRA_LAG_SECONDS - 1, 1}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene = {.standing_count = 1,
                              .standing = {ANA},
                              .held_count = 1,
                              .held = {held(ANA, ENDS, rows[i].closed_at, ACTIVATION_APPLICATION)}};
        ck_assert_uint_eq(compare(&scene), rows[i].findings);
    }
}
END_TEST

START_TEST(emergency_people_are_shown_and_never_found)
{
    struct scene scene = {
        .holder_count = 3,
        .holders = {holder(TOM, false, INT64_MAX), holder(TOM, true, ENDS),
                    holder(GROUP, false, INT64_MAX)},
        .standing_count = 1,
        .standing = {NILS},
        .held_count = 1,
        .held = {held(TOM, ENDS, NOW - HOUR, ACTIVATION_DELEGATED)}, /* late, and theirs */
        .emergency_count = 3,
        .emergency = {"9E450000-0000-4000-8000-000000000006", GROUP, NILS}};
    ck_assert_uint_eq(compare(&scene), 0);
    ck_assert_uint_eq(found.emergency_count, 3); /* each once */
}
END_TEST

START_TEST(the_only_owner_who_holds_it_by_curfew_is_stuck)
{
    const struct stored_held own = held(ANA, ENDS, NEVER, ACTIVATION_APPLICATION);
    struct scene alone = {.target = &owner,
                          .holder_count = 1,
                          .holders = {holder(ANA, false, ENDS)},
                          .standing_count = 1,
                          .standing = {ANA},
                          .held_count = 1,
                          .held = {own}};
    ck_assert_uint_eq(compare(&alone), 1);
    ck_assert_int_eq(found.list[0].kind, DRIFT_LAST_OWNER);
    ck_assert_text(found.list[0].about, ANA);
    alone.target = &member;
    ck_assert_uint_eq(compare(&alone), 0); /* members may be none */
    struct scene with_another = alone;
    with_another.target = &owner;
    with_another.standing_count = 2;
    with_another.standing[1] = TOM;
    with_another.emergency_count = 1;
    with_another.emergency[0] = TOM;
    ck_assert_uint_eq(compare(&with_another), 0);
}
END_TEST

START_TEST(the_only_owner_whom_curfew_gave_nothing_is_not)
{
    struct scene scene = {.target = &owner,
                          .standing_count = 1,
                          .standing = {TOM},
                          .emergency_count = 1,
                          .emergency = {TOM}};
    ck_assert_uint_eq(compare(&scene), 0);
}
END_TEST

START_TEST(each_weakness_is_a_finding_of_its_own)
{
    struct scene scene = {.weaknesses = (1u << PIM_WEAKNESS_COUNT) - 1};
    ck_assert_uint_eq(compare(&scene), PIM_WEAKNESS_COUNT);
    for (unsigned i = 0; i < PIM_WEAKNESS_COUNT; i++) {
        ck_assert_int_eq(found.list[i].kind, DRIFT_WEAKER);
        ck_assert_text(found.list[i].about, pim_weakness_text((enum pim_weakness)i));
    }
    scene.weaknesses = 0;
    ck_assert_uint_eq(compare(&scene), 0);
}
END_TEST

START_TEST(kinds_have_codes_that_lead_back_to_them)
{
    enum drift_kind kind;
    for (unsigned i = 0; i < DRIFT_KIND_COUNT; i++) {
        ck_assert(drift_kind_read(drift_kind_text((enum drift_kind)i), &kind));
        ck_assert_uint_eq(kind, i);
    }
    ck_assert(!drift_kind_read("none", &kind));
    if (arena)
        arena_free(arena);
}
END_TEST

SPECIFICATION("access/drift_compare", an_instance_is_explained_by_its_exact_end_and_manner_alone,
              assigned_and_activated_together_are_one_finding_the_longer,
              each_weakness_is_a_finding_of_its_own, emergency_people_are_shown_and_never_found,
              entras_own_list_may_lag_behind_what_curfew_gives_and_takes,
              kinds_have_codes_that_lead_back_to_them,
              the_only_owner_who_holds_it_by_curfew_is_stuck,
              the_only_owner_whom_curfew_gave_nothing_is_not,
              what_comes_through_a_group_is_the_groups,
              each_grant_that_leans_on_a_holding_explains_its_own_end_and_the_longest_counts,
              what_is_held_by_others_explains_nothing,
              whoever_stands_in_entra_alone_was_put_there_past_pim)
