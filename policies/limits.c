/* For how long a rule lets somebody have a role. */
#include "policies/building.h"

void policy_read_limits(struct rule *rule, struct form *parent)
{
    rule->longest_seconds = HOUR;
    rule->default_seconds = HOUR;
    rule->start_within_seconds = HOUR;
    const json_t *value = form_object(parent, "limits", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "limits"), parent->complaints);
    /* PIM refuses anything below five minutes (contract 4.5). */
    size_t before = parent->complaints->count;
    rule->longest_seconds = form_span(&form, "longest", 5 * MINUTE, 7 * DAY, HOUR);
    bool read = parent->complaints->count == before;
    int64_t usual = rule->longest_seconds < HOUR ? rule->longest_seconds : HOUR;
    rule->default_seconds = form_span(&form, "default", 5 * MINUTE, 7 * DAY, usual);
    if (read && rule->default_seconds > rule->longest_seconds) {
        char longest[32];
        span_text(rule->longest_seconds, longest);
        form_complain(&form, "default", "is longer than `longest`, which is %s", longest);
    }
    rule->start_within_seconds = form_span(&form, "start_within", 5 * MINUTE, 7 * DAY, HOUR);
    form_end(&form);
}
