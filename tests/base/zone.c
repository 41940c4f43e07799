/* Goal: what a clock on the wall shows is what the C library says of the same zone, in every zone
 * there is, through every change of the hour, and long after the table of changes has ended. */
#include "base/zone.h"

#include "support/spec.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { YEARS = 90, STEPS = 4000 };

static struct arena *room(void)
{
    static struct arena *arena;
    if (!arena)
        arena = arena_new();
    return arena;
}

static const struct zone *zone_of(const char *name)
{
    const struct zone *zone = NULL;
    ck_assert_fine(zone_read(name, room(), &zone, &spec_why));
    return zone;
}

/* The C library's answer, whose zone is the environment's. */
static struct wall answer_of(int64_t moment)
{
    time_t seconds = moment;
    struct tm date;
    localtime_r(&seconds, &date);
    return (struct wall){.weekday = (date.tm_wday + 6) % 7,
                         .minute = date.tm_hour * 60 + date.tm_min};
}

static void agrees(const char *name)
{
    const struct zone *zone = zone_of(name);
    ck_assert_int_eq(setenv("TZ", name, 1), 0);
    tzset();
    for (int64_t i = 0; i < STEPS; i++) {
        int64_t moment = i * (YEARS * 365 * 86400LL / STEPS) + i * 61;
        struct wall wall = zone_wall(zone, moment), right = answer_of(moment);
        ck_assert_msg(wall.weekday == right.weekday && wall.minute == right.minute,
                      "%s at %lld: day %d, %d min instead of day %d, %d min", name,
                      (long long)moment, wall.weekday, wall.minute, right.weekday, right.minute);
    }
}

START_TEST(a_clock_on_the_wall_shows_what_the_system_says_in_zones_of_every_kind)
{
    static const char *const names[] = {
        "UTC",           "Europe/Berlin",     "Europe/Dublin",       "America/New_York",
        "Asia/Kolkata",  "Australia/Sydney",  "Australia/Lord_Howe", "America/Sao_Paulo",
        "Asia/Tehran",   "Africa/Casablanca", "America/Nuuk",        "Pacific/Chatham",
        "Asia/Gaza",     "America/Santiago",  "Pacific/Apia",        "Africa/Cairo",
        "Asia/Jerusalem"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        agrees(names[i]);
}
END_TEST

START_TEST(the_hour_changes_at_its_second_before_and_after_the_table_ends)
{
    const struct zone *berlin = zone_of("Europe/Berlin");
    static const int64_t changes[] = {1774746000, 3983475600}; /* March 2026, and of 2096 */
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(zone_wall(berlin, changes[i] - 1).minute, 119);
        ck_assert_int_eq(zone_wall(berlin, changes[i]).minute, 180);
        ck_assert_int_eq(zone_wall(berlin, changes[i]).weekday, 6);
    }
}
END_TEST

START_TEST(what_is_no_zone_is_refused)
{
    static const char *const names[] = {"",
                                        "Europe",
                                        "Europe/Atlantis",
                                        "../passwd",
                                        "/etc/passwd",
                                        "Europe/../Europe/Berlin",
                                        "zone1970.tab",
                                        "Europe/Berlin\n"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct zone *zone = NULL;
        struct reason why = {0};
        ck_assert_int_eq(zone_read(names[i], room(), &zone, &why), FAIL_INVALID);
        ck_assert_ptr_null(zone);
        ck_assert_ptr_nonnull(strstr(why.text, names[i]));
    }
}
END_TEST

SPECIFICATION("base/zone", a_clock_on_the_wall_shows_what_the_system_says_in_zones_of_every_kind,
              the_hour_changes_at_its_second_before_and_after_the_table_ends,
              what_is_no_zone_is_refused)
