/* The circumstances in which a rule, or a stage of it, applies. What is not known is neither yes
 * nor no. */
#include "base/zone.h"
#include "policies/building.h"

#include <stdio.h>
#include <string.h>

enum { WEEKDAYS = 7, MINUTES = 24 * 60 };

/* "08:30", to minutes of the day; -1, with a complaint, when it is none. */
static int read_hour(struct form *form, const char *name, int most)
{
    const char *text = form_text(form, name, REQUIRED, 5);
    if (!text)
        return -1;
    int64_t hour, minute;
    char hours[3];
    (void)snprintf(hours, sizeof hours, "%.2s", text);
    if (strlen(text) == 5 && text[2] == ':' && text_read_number(hours, 24, &hour) &&
        text_read_number(text + 3, 59, &minute) && hour * 60 + minute <= most)
        return (int)(hour * 60 + minute);
    form_complain(form, name, "\"%s\" is not a time of the day: write it as 08:00", text);
    return -1;
}

static unsigned read_days(struct form *form)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const char **texts;
    unsigned days = 0;
    size_t count = form_texts(form, "days", REQUIRED, WEEKDAYS, 64, &texts);
    for (size_t i = 0; i < count; i++) {
        unsigned day = 0;
        while (day < WEEKDAYS && !text_equals(names[day], texts[i]))
            day++;
        if (day == WEEKDAYS)
            form_complain(form, "days", "\"%s\" is not one of mon, tue, wed, thu, fri, sat, sun",
                          texts[i]);
        else
            days |= 1u << day;
    }
    return days;
}

static void read_outside(struct policy *policy, struct form *parent, struct when *when)
{
    const json_t *value = form_object(parent, "outside", OPTIONAL);
    struct reason ignored = {0};
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "outside"), parent->complaints);
    const char *zone = form_text(&form, "zone", REQUIRED, 64);
    if (zone && zone_read(zone, policy->arena, &when->zone, &ignored))
        form_complain(&form, "zone",
                      "there is no time zone \"%s\" on this machine: write one such as "
                      "Europe/Berlin (package tzdata)",
                      zone);
    when->days = read_days(&form);
    when->from = read_hour(&form, "from", MINUTES - 1);
    when->to = read_hour(&form, "to", MINUTES);
    if (when->from >= 0 && when->from == when->to)
        form_complain(&form, "to", "is the same as `from`: no hour lies between them");
    form_end(&form);
}

static void read_risk(struct form *form, struct when *when)
{
    static const char *const levels[] = {"low", "medium", "high"};
    if (!form_has(form, "risk_at_least"))
        return;
    when->watches_risk = true;
    when->risk_at_least =
        (enum risk_level)(RISK_LOW + form_choice(form, "risk_at_least", COUNT(levels), levels, 0));
}

bool policy_read_when(struct policy *policy, struct form *parent, struct when *ret)
{
    const json_t *value = form_object(parent, "when", OPTIONAL);
    if (!value)
        return false;
    struct form form = form_open(value, form_place(parent, "when"), parent->complaints);
    struct when when = {.longer_than_seconds =
                            form_span(&form, "longer_than", 5 * MINUTE, 7 * DAY, -1)};
    read_outside(policy, &form, &when);
    const json_t *first = form_value(&form, "first_time", OPTIONAL);
    when.first_time = json_is_true(first);
    if (first && !when.first_time)
        form_complain(&form, "first_time", "can only be true: leave it out otherwise");
    read_risk(&form, &when);
    when.held = policy_read_roles(policy, &form, "holds", OPTIONAL, &when.held_count);
    if (!json_object_size(value))
        complain(parent->complaints, form.at,
                 "says nothing: name longer_than, outside, first_time, risk_at_least or holds");
    form_end(&form);
    *ret = when;
    return true;
}

/* Looked at by the clock on the wall at the moment it is to start. */
static bool is_outside(const struct when *when, int64_t at)
{
    struct wall wall = zone_wall(when->zone, at);
    bool today = when->days & 1u << wall.weekday;
    bool yesterday = when->days & 1u << (wall.weekday + WEEKDAYS - 1) % WEEKDAYS;
    if (when->from < when->to)
        return !today || wall.minute < when->from || wall.minute >= when->to;
    return !(today && wall.minute >= when->from) && !(yesterday && wall.minute < when->to);
}

static bool is_among(const char *id, size_t count, const char *const ids[])
{
    for (size_t i = 0; i < count; i++)
        if (text_equals(ids[i], id))
            return true;
    return false;
}

static enum tri first_time(size_t role_count, const struct role *const roles[],
                           const struct occasion *occasion)
{
    if (!occasion->past_known)
        return TRI_UNKNOWN;
    for (size_t i = 0; i < role_count; i++)
        if (!is_among(roles[i]->id, occasion->had_count, occasion->had))
            return TRI_YES;
    return TRI_NO;
}

static enum tri holds_any(const struct when *when, const struct occasion *occasion)
{
    if (!occasion->past_known)
        return TRI_UNKNOWN;
    for (size_t i = 0; i < when->held_count; i++)
        if (is_among(when->held[i]->id, occasion->held_count, occasion->held))
            return TRI_YES;
    return TRI_NO;
}

static enum tri tri_of(bool holds)
{
    return holds ? TRI_YES : TRI_NO;
}

enum tri tri_both(enum tri one, enum tri other)
{
    if (one == TRI_NO || other == TRI_NO)
        return TRI_NO;
    return one == TRI_UNKNOWN || other == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_YES;
}

enum tri when_holds(const struct when *when, size_t role_count, const struct role *const roles[],
                    const struct occasion *occasion, bool *unsaid)
{
    enum tri read = TRI_YES, said = TRI_YES;
    if (when->zone)
        read = tri_of(is_outside(when, occasion->start_at < 0 ? occasion->at : occasion->start_at));
    if (when->first_time)
        read = tri_both(read, first_time(role_count, roles, occasion));
    if (when->watches_risk)
        read = tri_both(read, occasion->risk_known ? tri_of(occasion->risk >= when->risk_at_least)
                                                   : TRI_UNKNOWN);
    if (when->held_count)
        read = tri_both(read, holds_any(when, occasion));
    if (when->longer_than_seconds >= 0)
        said = occasion->duration_seconds < 0
                   ? TRI_UNKNOWN
                   : tri_of(occasion->duration_seconds > when->longer_than_seconds);
    *unsaid = said == TRI_UNKNOWN && read == TRI_YES;
    return tri_both(read, said);
}
