/* Limits: how long it is to be, how far ahead, how often, and how many at once. */
#include "policies/judging.h"

#include "base/moment.h"

enum { START_SLACK_SECONDS = 60 };

static void too(struct evidence_list *list, const char *code, json_t *args)
{
    judge_add(list, "limits", VERDICT_FAIL, code, "policy", -1, args);
}

void judge_limits(const struct demands *demands, int64_t duration_seconds,
                  int64_t justification_characters, struct evidence_list *list)
{
    char asked[32], longest[32], shortest[32];
    span_text(duration_seconds, asked);
    span_text(demands->longest_seconds, longest);
    span_text(demands->shortest_seconds, shortest);
    if (duration_seconds > demands->longest_seconds)
        too(list, "limits_too_long", json_pack("{s:s, s:s}", "asked", asked, "longest", longest));
    if (duration_seconds < demands->shortest_seconds)
        too(list, "limits_too_short",
            json_pack("{s:s, s:s}", "asked", asked, "shortest", shortest));
    if (justification_characters < demands->justification_least)
        too(list, "limits_too_short_a_reason",
            json_pack("{s:I, s:I}", "have", (json_int_t)justification_characters, "least",
                      (json_int_t)demands->justification_least));
}

static void judge_cool_down(const struct demands *demands, const struct counts *counts,
                            int64_t start_at, struct evidence_list *list)
{
    char span[32], again[21] = "";
    if (!demands->cool_down_seconds || counts->ended_at < 0)
        return;
    span_text(demands->cool_down_seconds, span);
    if (counts->ended_at == INT64_MAX) {
        too(list, "limits_not_over", json_pack("{s:s}", "span", span));
    } else if (start_at < counts->ended_at + demands->cool_down_seconds) {
        moment_text(counts->ended_at + demands->cool_down_seconds, again);
        too(list, "limits_cool_down", json_pack("{s:s, s:s}", "span", span, "again", again));
    }
}

void judge_counts(const struct demands *demands, const struct counts *counts, size_t role_count,
                  const struct occasion *occasion, struct evidence_list *list)
{
    char ahead[32], again[21];
    int64_t start_at = occasion->start_at < 0 ? occasion->at : occasion->start_at;
    int64_t together = counts->person_at_once + (int64_t)role_count;
    if (demands->start_ahead_seconds != INT64_MAX &&
        start_at > occasion->at + START_SLACK_SECONDS + demands->start_ahead_seconds) {
        span_text(demands->start_ahead_seconds, ahead);
        too(list, "limits_start_ahead", json_pack("{s:s}", "most", ahead));
    }
    if (together > demands->person_at_once)
        too(list, "limits_person_at_once",
            json_pack("{s:I, s:I}", "together", (json_int_t)together, "most",
                      (json_int_t)demands->person_at_once));
    if (counts->role_at_once >= demands->role_at_once)
        too(list, "limits_role_at_once",
            json_pack("{s:I, s:I}", "have", (json_int_t)counts->role_at_once, "most",
                      (json_int_t)demands->role_at_once));
    if (counts->per_day >= demands->per_day) {
        moment_text(counts->day_over_at, again);
        too(list, "limits_per_day",
            json_pack("{s:I, s:I, s:s}", "have", (json_int_t)counts->per_day, "most",
                      (json_int_t)demands->per_day, "again", again));
    }
    judge_cool_down(demands, counts, start_at, list);
}

bool demands_count(const struct demands *demands)
{
    return demands->person_at_once != INT64_MAX || demands->role_at_once != INT64_MAX ||
           demands->per_day != INT64_MAX || demands->cool_down_seconds > 0;
}
