/* How long, how often and how many at once a rule lets somebody have a role. */
#include "policies/building.h"

enum { AT_ONCE_MOST = 1000, PER_DAY_MOST = 100 };

static void read_spans(struct rule *rule, struct form *form)
{
    /* PIM refuses anything below five minutes (contract 4.5). */
    size_t before = form->complaints->count;
    rule->shortest_seconds = form_span(form, "shortest", 5 * MINUTE, 7 * DAY, 5 * MINUTE);
    rule->longest_seconds = form_span(form, "longest", 5 * MINUTE, 7 * DAY, HOUR);
    bool read = form->complaints->count == before;
    int64_t usual = rule->longest_seconds < HOUR ? rule->longest_seconds : HOUR;
    if (usual < rule->shortest_seconds)
        usual = rule->shortest_seconds;
    rule->default_seconds = form_span(form, "default", 5 * MINUTE, 7 * DAY, usual);
    char shortest[32], longest[32];
    span_text(rule->shortest_seconds, shortest);
    span_text(rule->longest_seconds, longest);
    if (!read)
        return;
    if (rule->shortest_seconds > rule->longest_seconds)
        form_complain(form, "shortest", "is longer than `longest`, which is %s", longest);
    else if (rule->default_seconds > rule->longest_seconds)
        form_complain(form, "default", "is longer than `longest`, which is %s", longest);
    else if (rule->default_seconds < rule->shortest_seconds)
        form_complain(form, "default", "is shorter than `shortest`, which is %s", shortest);
}

static void read_at_once(struct rule *rule, struct form *parent)
{
    const json_t *value = form_object(parent, "at_once", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "at_once"), parent->complaints);
    rule->person_at_once = form_number(&form, "person", 1, AT_ONCE_MOST, INT64_MAX);
    rule->role_at_once = form_number(&form, "role", 1, AT_ONCE_MOST, INT64_MAX);
    if (!json_object_size(value))
        complain(parent->complaints, form.at, "says nothing: name person or role");
    form_end(&form);
}

void policy_read_limits(struct rule *rule, struct form *parent)
{
    rule->shortest_seconds = 5 * MINUTE;
    rule->longest_seconds = rule->default_seconds = rule->start_within_seconds = HOUR;
    rule->start_ahead_seconds = INT64_MAX;
    rule->person_at_once = rule->role_at_once = rule->per_day = INT64_MAX;
    const json_t *value = form_object(parent, "limits", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "limits"), parent->complaints);
    read_spans(rule, &form);
    rule->start_within_seconds = form_span(&form, "start_within", 5 * MINUTE, 7 * DAY, HOUR);
    rule->start_ahead_seconds = form_span(&form, "start_ahead", 5 * MINUTE, 30 * DAY, INT64_MAX);
    read_at_once(rule, &form);
    rule->per_day = form_number(&form, "per_day", 1, PER_DAY_MOST, INT64_MAX);
    rule->cool_down_seconds = form_span(&form, "cool_down", MINUTE, 30 * DAY, 0);
    form_end(&form);
}

static void at_most(int64_t *limit, int64_t other)
{
    if (other < *limit)
        *limit = other;
}

static void at_least(int64_t *limit, int64_t other)
{
    if (other > *limit)
        *limit = other;
}

void limits_none(struct demands *demands)
{
    demands->shortest_seconds = demands->cool_down_seconds = 0;
    demands->longest_seconds = demands->default_seconds = INT64_MAX;
    demands->start_within_seconds = demands->start_ahead_seconds = INT64_MAX;
    demands->person_at_once = demands->role_at_once = demands->per_day = INT64_MAX;
}

void limits_add(const struct rule *rule, struct demands *demands)
{
    at_least(&demands->shortest_seconds, rule->shortest_seconds);
    at_most(&demands->longest_seconds, rule->longest_seconds);
    at_most(&demands->default_seconds, rule->default_seconds);
    at_most(&demands->start_within_seconds, rule->start_within_seconds);
    at_most(&demands->start_ahead_seconds, rule->start_ahead_seconds);
    at_most(&demands->person_at_once, rule->person_at_once);
    at_most(&demands->role_at_once, rule->role_at_once);
    at_most(&demands->per_day, rule->per_day);
    at_least(&demands->cool_down_seconds, rule->cool_down_seconds);
}
