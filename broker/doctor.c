#include "doctor.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "doctor_checks.h"

#include <stdarg.h>
#include <stdlib.h>

enum { FINE = 0, SOMETHING_IS_WRONG = 1, COULD_NOT_TELL = 3 };

static const char *const healths[HEALTHS] = {
    [HEALTH_OK] = "ok",
    [HEALTH_WARNING] = "warning",
    [HEALTH_WRONG] = "WRONG",
    [HEALTH_UNKNOWN] = "unknown",
};

/* Names come from the tenant: none of them may write a line of its own, or move a cursor. */
static const char *tame_line(struct arena *arena, const char *text)
{
    char *line = arena_copy(arena, text);
    if (!line)
        return NULL;
    text_tame(line);
    for (char *at = line; *at; at++)
        if (*at == '\n' || *at == '\t')
            *at = ' ';
    return line;
}

void doctor_found(struct doctor *doctor, enum health health, const char *check, const char *about,
                  const char *mend, const char *format, ...)
{
    char says[1024];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(says, sizeof says, format, values);
    va_end(values);
    doctor->findings = ARENA_MORE(doctor->arena, doctor->findings, doctor->finding_count);
    doctor->findings[doctor->finding_count++] =
        (struct finding){.health = health,
                         .check = check,
                         .about = tame_line(doctor->arena, about),
                         .says = tame_line(doctor->arena, says),
                         .mend = tame_line(doctor->arena, mend)};
}

static void count_findings(const struct doctor *doctor, size_t counts[HEALTHS])
{
    for (size_t i = 0; i < doctor->finding_count; i++)
        counts[doctor->findings[i].health]++;
}

static int code_of(const size_t counts[HEALTHS])
{
    return counts[HEALTH_WRONG]     ? SOMETHING_IS_WRONG
           : counts[HEALTH_UNKNOWN] ? COULD_NOT_TELL
                                    : FINE;
}

static const char *summary_of(int code)
{
    return code == SOMETHING_IS_WRONG ? "something is wrong"
           : code == COULD_NOT_TELL   ? "not everything could be told"
                                      : "fine";
}

static void print_lines(const struct doctor *doctor, const size_t counts[HEALTHS], FILE *to)
{
    for (size_t i = 0; i < doctor->finding_count; i++) {
        const struct finding *finding = &doctor->findings[i];
        (void)fprintf(to, "%-8s %-12s %s\n", healths[finding->health], finding->check,
                      finding->says);
        if (finding->mend)
            (void)fprintf(to, "%8s %12s -> %s\n", "", "", finding->mend);
    }
    (void)fprintf(to, "%zu ok, %zu warnings, %zu wrong, %zu unknown: %s.\n", counts[HEALTH_OK],
                  counts[HEALTH_WARNING], counts[HEALTH_WRONG], counts[HEALTH_UNKNOWN],
                  summary_of(code_of(counts)));
}

static void print_json(const struct doctor *doctor, const size_t counts[HEALTHS], FILE *to)
{
    json_auto_t *checks = memory_needed(json_array());
    for (size_t i = 0; i < doctor->finding_count; i++) {
        const struct finding *finding = &doctor->findings[i];
        json_t *check = memory_needed(json_pack(
            "{s:s, s:s, s:s?, s:s, s:s?}", "health", healths[finding->health], "check",
            finding->check, "about", finding->about, "says", finding->says, "mend", finding->mend));
        (void)json_array_append_new(checks, check);
    }
    int code = code_of(counts);
    json_auto_t *all = memory_needed(json_pack(
        "{s:s, s:i, s:{s:I, s:I, s:I, s:I}, s:O}", "summary", summary_of(code), "code", code,
        "counts", healths[HEALTH_OK], (json_int_t)counts[HEALTH_OK], healths[HEALTH_WARNING],
        (json_int_t)counts[HEALTH_WARNING], healths[HEALTH_WRONG], (json_int_t)counts[HEALTH_WRONG],
        healths[HEALTH_UNKNOWN], (json_int_t)counts[HEALTH_UNKNOWN], "checks", checks));
    char *text = json_compact(all);
    (void)fprintf(to, "%s\n", text);
    free(text);
}

static void look_outside(struct doctor *doctor)
{
    struct reason why = {0};
    if (parts_microsoft(&doctor->parts, &why)) {
        doctor_found(doctor, HEALTH_WRONG, "credential", NULL,
                     "Mend the certificate, key or secret of entra.sign_in and entra.directory; "
                     "until then nothing can be asked of Microsoft.",
                     "Curfew cannot prove to Entra who it is: %s.", why.text);
        return;
    }
    doctor_ask(doctor);
    doctor_sign_in(doctor);
    doctor_graph(doctor);
    doctor_clock(doctor);
    doctor_rights(doctor);
    doctor_contexts(doctor);
    doctor_targets(doctor);
    doctor_people(doctor);
    doctor_mail(doctor);
}

static void look(struct doctor *doctor, const char *config)
{
    if (!doctor_settings(doctor, config))
        return;
    doctor->parts.settings = doctor->settings;
    doctor_policy(doctor);
    doctor_service(doctor);
    doctor_store(doctor);
    doctor_certificates(doctor);
    look_outside(doctor);
}

int doctor(const char *config, bool json, FILE *to)
{
    size_t counts[HEALTHS] = {0};
    struct doctor doctor = {.arena = arena_new()};
    look(&doctor, config);
    count_findings(&doctor, counts);
    if (json)
        print_json(&doctor, counts, to);
    else
        print_lines(&doctor, counts, to);
    parts_free(&doctor.parts); /* answers whatever is still asked */
    for (size_t i = 0; i < doctor.wanted_count; i++)
        fact_free(doctor.wants[i]->fact);
    policy_free(doctor.policy);
    settings_free(doctor.settings);
    arena_free(doctor.arena);
    return code_of(counts);
}
