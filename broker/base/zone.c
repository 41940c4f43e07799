/* Files of the database are TZif (RFC 8536): a table of changes, and a rule for what comes after.
   The C library knows one zone a process only. */
#include "base/zone.h"

#include "base/file.h"

#include <string.h>
#include <time.h>

enum { ZONE_FILE_LIMIT = 128 * 1024, HEADER = 44, HOUR = 3600, DAY = 86400, WEEK = 7 };

/* "M10.5.0/3": the fifth (which is the last) Sunday of October at three; or a day of the year. */
struct change_day {
    char kind; /* 'M', 'J' (1 to 365, never 29 February), 'n' (0 to 365) */
    int month, week, day;
    int64_t seconds; /* of that day */
};

/* The rule at the end, as in "CET-1CEST,M3.5.0,M10.5.0/3"; offsets are to the east. */
struct zone_rule {
    bool is_there, has_summer;
    int64_t offset, summer_offset;
    struct change_day summer, winter;
};

struct zone {
    size_t change_count;
    int64_t *changes;      /* when */
    int64_t *offsets;      /* from then on */
    int64_t before_offset; /* before the first */
    struct zone_rule rule;
};

static int64_t read_big(const unsigned char *bytes, size_t length)
{
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < length; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

static bool read_name(const char **at)
{
    const char *from = *at;
    if (*from == '<') {
        const char *end = strchr(from, '>');
        if (end)
            *at = end + 1;
        return end != NULL;
    }
    while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))
        (*at)++;
    return *at - from >= 3;
}

static bool read_number(const char **at, int *number)
{
    const char *from = *at;
    for (*number = 0; **at >= '0' && **at <= '9' && *at - from < 3; (*at)++)
        *number = *number * 10 + (**at - '0');
    return *at > from;
}

/* "-3:30": hours, minutes, seconds. */
static bool read_time(const char **at, int64_t *seconds)
{
    int sign = **at == '-' ? -1 : 1, part;
    int64_t unit = HOUR;
    if (**at == '-' || **at == '+')
        (*at)++;
    *seconds = 0;
    if (!read_number(at, &part))
        return false;
    *seconds = part * unit;
    while (unit > 1 && **at == ':') {
        (*at)++;
        unit /= 60;
        if (!read_number(at, &part))
            return false;
        *seconds += part * unit;
    }
    *seconds *= sign;
    return true;
}

static bool read_day(const char **at, struct change_day *day)
{
    if (*(*at)++ != ',')
        return false;
    day->kind = 'n';
    if (**at == 'M' || **at == 'J')
        day->kind = *(*at)++;
    if (day->kind != 'M' && !read_number(at, &day->day))
        return false;
    if (day->kind == 'M' &&
        (!read_number(at, &day->month) || *(*at)++ != '.' || !read_number(at, &day->week) ||
         *(*at)++ != '.' || !read_number(at, &day->day) || day->month < 1 || day->month > 12 ||
         day->week < 1 || day->week > 5 || day->day > 6))
        return false;
    day->seconds = 2 * HOUR;
    if (**at != '/')
        return true;
    (*at)++;
    return read_time(at, &day->seconds);
}

static bool read_rule(const char *at, struct zone_rule *rule)
{
    int64_t west;
    if (!*at)
        return true;
    rule->is_there = true;
    if (!read_name(&at) || !read_time(&at, &west))
        return false;
    rule->offset = -west;
    if (!*at)
        return true;
    rule->has_summer = true;
    rule->summer_offset = rule->offset + HOUR;
    if (!read_name(&at))
        return false;
    if (*at != ',') {
        if (!read_time(&at, &west))
            return false;
        rule->summer_offset = -west;
    }
    return read_day(&at, &rule->summer) && read_day(&at, &rule->winter) && !*at;
}

/* How long the data behind a header is whose moments take `width` bytes. */
static size_t data_length(const unsigned char *header, size_t width)
{
    size_t count[6];
    for (size_t i = 0; i < 6; i++)
        count[i] = (size_t)(uint32_t)read_big(header + 20 + 4 * i, 4);
    return count[3] * (width + 1) + count[4] * 6 + count[5] + count[2] * (width + 4) + count[1] +
           count[0];
}

static bool is_header(const struct text *file, size_t at)
{
    return file->length >= at + HEADER && memcmp(file->data + at, "TZif", 4) == 0 &&
           file->data[at + 4] >= '2';
}

static bool read_types(const unsigned char *types, size_t type_count, const unsigned char *indexes,
                       struct zone *zone)
{
    if (!type_count)
        return false;
    zone->before_offset = read_big(types, 4);
    for (size_t i = 0; i < zone->change_count; i++) {
        if (indexes[i] >= type_count)
            return false;
        zone->offsets[i] = read_big(types + 6 * (size_t)indexes[i], 4);
    }
    return true;
}

/* What stands first is for programs that know 32 bits only; the same again in 64 is read. */
static bool read_zone(const struct text *file, struct arena *arena, struct zone *zone)
{
    const unsigned char *bytes = (const unsigned char *)file->data;
    if (!is_header(file, 0))
        return false;
    size_t second = HEADER + data_length(bytes, 4);
    if (second > file->length || !is_header(file, second))
        return false;
    const unsigned char *header = bytes + second, *data = header + HEADER;
    size_t length = data_length(header, 8), end = second + HEADER + length;
    if (end + 2 > file->length || bytes[end] != '\n' || bytes[file->length - 1] != '\n')
        return false;
    size_t count = (size_t)(uint32_t)read_big(header + 32, 4);
    zone->change_count = count;
    zone->changes = ARENA_ARRAY(arena, int64_t, count);
    zone->offsets = ARENA_ARRAY(arena, int64_t, count);
    for (size_t i = 0; i < count; i++)
        zone->changes[i] = read_big(data + 8 * i, 8);
    const char *rule = arena_copy_bytes(arena, bytes + end + 1, file->length - end - 2);
    return read_types(data + 9 * count, (size_t)(uint32_t)read_big(header + 36, 4),
                      data + 8 * count, zone) &&
           read_rule(rule, &zone->rule);
}

static bool is_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    return *name && *name != '/' && strlen(name) < 64 && strspn(name, allowed) == strlen(name);
}

enum fail zone_read(const char *name, struct arena *arena, const struct zone **ret,
                    struct reason *why)
{
    scoped(text_scoped) struct text file = TEXT_LIMIT(ZONE_FILE_LIMIT);
    struct zone *zone = ARENA_NEW(arena, struct zone);
    if (!is_name(name) ||
        file_read(arena_text(arena, "/usr/share/zoneinfo/%s", name), &file, NULL) ||
        !read_zone(&file, arena, zone))
        return because(why, FAIL_INVALID, "there is no time zone \"%s\"", name);
    *ret = zone;
    return FAIL_NONE;
}

/* Midnight of the first of January, or of another month, as if in UTC. */
static int64_t first_of(int year, int month)
{
    struct tm first = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 1};
    return timegm(&first);
}

static int weekday_of(int64_t day)
{
    return (int)(((day + 3) % WEEK + WEEK) % WEEK); /* 1970 began on a Thursday */
}

/* When it changes in that year, by the clock on the wall before the change. */
static int64_t change_at(const struct change_day *change, int year)
{
    int64_t january = first_of(year, 1);
    if (change->kind != 'M') {
        bool leap = first_of(year, 3) - january == 60 * DAY;
        bool counts = change->kind == 'n' || (leap && change->day >= 60);
        return january + (change->day - (counts ? 0 : 1)) * (int64_t)DAY + change->seconds;
    }
    int64_t first = first_of(year, change->month);
    int64_t next = first_of(change->month == 12 ? year + 1 : year, change->month % 12 + 1);
    int sunday = (change->day + WEEK - 1) % WEEK; /* there, 0 is Sunday */
    int64_t days = (sunday - weekday_of(first / DAY) + WEEK) % WEEK + (change->week - 1) * WEEK;
    while (first + days * DAY >= next)
        days -= WEEK;
    return first + days * DAY + change->seconds;
}

static int64_t offset_by_rule(const struct zone_rule *rule, int64_t moment)
{
    time_t wall = moment + rule->offset;
    struct tm date;
    if (!rule->has_summer)
        return rule->offset;
    gmtime_r(&wall, &date);
    int64_t begins = change_at(&rule->summer, date.tm_year + 1900) - rule->offset;
    int64_t ends = change_at(&rule->winter, date.tm_year + 1900) - rule->summer_offset;
    bool summer =
        begins < ends ? moment >= begins && moment < ends : moment >= begins || moment < ends;
    return summer ? rule->summer_offset : rule->offset;
}

static int64_t offset_at(const struct zone *zone, int64_t moment)
{
    size_t low = 0, high = zone->change_count; /* the first change after the moment */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle] <= moment)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->change_count && zone->rule.is_there)
        return offset_by_rule(&zone->rule, moment);
    return low ? zone->offsets[low - 1] : zone->before_offset;
}

struct wall zone_wall(const struct zone *zone, int64_t moment)
{
    int64_t local = moment + offset_at(zone, moment);
    int64_t second = (local % DAY + DAY) % DAY;
    return (struct wall){.weekday = weekday_of((local - second) / DAY),
                         .minute = (int)(second / 60)};
}
