/* Goal: what a reading found is taken down once with its event, in one change, and is over only
   when readings over long enough did not show it any more. */
#include "access/desk.h"
#include "access/drift_seen.h"

#include "base/json.h"
#include "base/moment.h"
#include "store/jobs.h"
#include "store/watch.h"

#include <string.h>

#define NILS "9e450000-0000-4000-8000-000000000007"

static struct drift_seen seen;
static struct drift_finding list[2];
static struct drift_who who[2];
static const char *details[2];

static enum fail add_watch(struct turn *turn, void *data, struct reason *why)
{
    struct stored_watch *watch = data;
    id_new(turn->now_ms, watch->id.text);
    return store_watch_add(turn->store, watch, why);
}

/* One target, read at that moment, with that many findings: Nils, and what is weaker. */
static void read_at(int64_t at, size_t count)
{
    if (!seen.role) {
        seen.watch = (struct stored_watch){.target = OWNERS, .since = at, .read_at = -1};
        ck_assert_fine(desk_turn(add_watch, &seen.watch));
        seen.role = policy_find_role(desk()->policy, "copilot-owner");
    }
    list[0] = (struct drift_finding){
        .kind = DRIFT_UNEXPLAINED, .about = NILS, .in_pim = true, .end_at = INT64_MAX};
    list[1] = (struct drift_finding){.kind = DRIFT_WEAKER, .about = "for_good"};
    who[0] = (struct drift_who){.type = "person", .name = "Nils Frost", .mail = "nils@x.example"};
    details[0] = "{\"code\":\"drift_unexplained_for_good\",\"type\":\"person\"}";
    details[1] = "{\"code\":\"weaker_for_good\"}";
    seen.found = (struct drift_findings){.count = count, .list = list};
    seen.who = who;
    seen.details = details;
    seen.read_at = at;
    ck_assert_fine(desk_turn(drift_apply, &seen));
}

static size_t open_findings(struct stored_finding *first)
{
    struct store *store = NULL;
    size_t count = 0;
    struct stored_finding *findings = NULL;
    struct arena *arena = arena_new(); /* as long as the case */
    ck_assert_fine(stores_borrow(desk()->stores, &store, &spec_why));
    ck_assert_fine(store_findings(store, OWNERS, arena, &count, &findings, &spec_why));
    stores_return(desk()->stores, store);
    if (count && first)
        *first = findings[0];
    arena_free(arena);
    return count;
}

static bool newest_is(const char *code)
{
    json_auto_t *event = desk_event();
    return strcmp(json_member_text(event, "code"), code) == 0;
}

static void begin_case(void)
{
    seen = (struct drift_seen){.rules = "{\"a\":1}"};
}

START_TEST(what_is_found_is_one_row_and_one_event_however_often_it_is_read)
{
    begin_case();
    int64_t now = moment_now(), before = desk_events();
    read_at(now, 2);
    ck_assert_uint_eq(open_findings(NULL), 2);
    ck_assert_int_eq(desk_events(), before + 2);
    for (int i = 1; i < 4; i++)
        read_at(now + i * 120, 2);
    ck_assert_uint_eq(open_findings(NULL), 2);
    ck_assert_int_eq(desk_events(), before + 2);
    desk_close();
}
END_TEST

START_TEST(a_finding_is_over_when_readings_over_long_enough_do_not_show_it)
{
    struct stored_finding first;
    begin_case();
    int64_t now = moment_now();
    read_at(now, 1);
    int64_t events = desk_events();
    read_at(now + 120, 0);
    ck_assert_uint_eq(open_findings(&first), 1);
    ck_assert_int_eq(first.absent_at, now + 120);
    read_at(now + 120 + DRIFT_LAG_SECONDS - 1, 0);
    ck_assert_uint_eq(open_findings(NULL), 1);
    ck_assert_int_eq(desk_events(), events);
    read_at(now + 120 + DRIFT_LAG_SECONDS, 0);
    ck_assert_uint_eq(open_findings(NULL), 0);
    ck_assert_int_eq(desk_events(), events + 1);
    ck_assert(newest_is("drift.cleared"));
    read_at(now + 1000, 1); /* again: a new one */
    ck_assert_uint_eq(open_findings(NULL), 1);
    ck_assert(newest_is("drift.unexplained"));
    desk_close();
}
END_TEST

START_TEST(what_shows_itself_again_was_never_gone)
{
    struct stored_finding first;
    begin_case();
    int64_t now = moment_now();
    read_at(now, 1);
    int64_t events = desk_events();
    read_at(now + 120, 0);
    read_at(now + 240, 1);
    ck_assert_uint_eq(open_findings(&first), 1);
    ck_assert_int_eq(first.absent_at, -1);
    read_at(now + 360, 0);
    ck_assert_uint_eq(open_findings(NULL), 1);
    ck_assert_int_eq(desk_events(), events);
    desk_close();
}
END_TEST

START_TEST(a_change_of_pims_rules_is_an_event_with_both)
{
    begin_case();
    int64_t now = moment_now(), before = desk_events();
    read_at(now, 0);
    ck_assert_int_eq(desk_events(), before); /* the first reading is no change */
    seen.watch.rules = seen.rules;
    seen.rules = "{\"a\":2}";
    read_at(now + 120, 0);
    ck_assert_int_eq(desk_events(), before + 1);
    json_auto_t *event = desk_event();
    const json_t *detail = json_object_get(event, "detail");
    ck_assert_text(json_member_text(event, "code"), "drift.policy_changed");
    ck_assert_int_eq(json_member_number(json_object_get(detail, "before"), "a", 0), 1);
    ck_assert_int_eq(json_member_number(json_object_get(detail, "after"), "a", 0), 2);
    desk_close();
}
END_TEST

START_TEST(a_target_that_left_the_catalogue_takes_its_findings_along)
{
    begin_case();
    read_at(moment_now(), 1);
    ck_assert_fine(desk_turn(drift_apply_gone, &seen));
    ck_assert_uint_eq(open_findings(NULL), 0);
    ck_assert(newest_is("drift.cleared"));
    desk_close();
}
END_TEST

SPECIFICATION("access/drift_apply", a_change_of_pims_rules_is_an_event_with_both,
              a_finding_is_over_when_readings_over_long_enough_do_not_show_it,
              a_target_that_left_the_catalogue_takes_its_findings_along,
              what_is_found_is_one_row_and_one_event_however_often_it_is_read,
              what_shows_itself_again_was_never_gone)
