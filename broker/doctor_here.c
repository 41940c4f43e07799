/* What this machine alone can tell: settings, policy, whether Curfew runs, certificates. */
#include "doctor_checks.h"

#include "base/moment.h"
#include "identity/assertion.h"
#include "outbound/probe.h"
#include "parts.h"

enum { DAY = 24 * 60 * 60 };

static void found_complaints(struct doctor *doctor, const char *check, const char *path,
                             const struct complaints *complaints, const struct reason *why,
                             const char *mend)
{
    for (size_t i = 0; i < complaints_kept(complaints); i++)
        doctor_found(doctor, HEALTH_WRONG, check, complaints->list[i].field, mend, "%s: %s: %s",
                     path, complaints->list[i].field, complaints->list[i].says);
    if (complaints->count > complaints_kept(complaints))
        doctor_found(doctor, HEALTH_WRONG, check, NULL, mend, "%s: and %zu mistakes more", path,
                     complaints->count - complaints_kept(complaints));
    if (!complaints->count)
        doctor_found(doctor, HEALTH_WRONG, check, NULL, mend, "%s: %s", path, why->text);
}

bool doctor_settings(struct doctor *doctor, const char *config)
{
    struct complaints complaints = {.arena = doctor->arena};
    struct reason why = {0};
    if (settings_read(config, &doctor->settings, &complaints, &why)) {
        found_complaints(doctor, "settings", config, &complaints, &why,
                         "Mend it as it says (`curfew settings` prints all of them); nothing else "
                         "was looked at.");
        return false;
    }
    doctor_found(doctor, HEALTH_OK, "settings", NULL, NULL,
                 "%s can be read; access is activated in mode %s.", config,
                 doctor->settings->activation);
    return true;
}

/* What the settings must have for what the rules demand. */
static void judge_demands(struct doctor *doctor)
{
    const struct settings *settings = doctor->settings;
    const struct required all = policy_requires(doctor->policy, doctor->arena);
    if (all.ticket_look_up && !settings->ticket.url)
        doctor_found(doctor, HEALTH_WRONG, "policy", "ticket",
                     "Name the ticket system under `ticket`, or take `look_up` out of the rules.",
                     "A rule has tickets looked up, but no ticket system is named: whoever it "
                     "speaks of is never let in.");
    if (all.method_count && text_equals(settings->api_token, "none"))
        doctor_found(doctor, HEALTH_WRONG, "policy", "mfa",
                     "Set `entra.api_token` to `v1`, or demand a context instead of methods.",
                     "A rule demands methods of signing in, which only tokens of version 1 tell: "
                     "whoever it speaks of is never let in.");
    if (policy_watches(doctor->policy, WATCH_DEVICE) && text_equals(settings->api_token, "none"))
        doctor_found(doctor, HEALTH_WARNING, "policy", "watch",
                     "Set `entra.api_token` to `v1`: its tokens name the device.",
                     "A rule has the device watched while access lives, but no token names it: it "
                     "cannot be watched.");
    if (parts_waits_too_little(settings, &all))
        doctor_found(doctor, HEALTH_WARNING, "policy", "sign_in_log",
                     "Set `limits.check_within` to PT15M or more.",
                     "A rule looks at the log of sign-ins, which is up to a quarter of an hour "
                     "behind, but evidence is waited for only as long as `limits.check_within`.");
}

void doctor_policy(struct doctor *doctor)
{
    const char *folder = doctor->settings->policies;
    struct complaints complaints = {.arena = doctor->arena};
    struct reason why = {0};
    if (policy_read(folder, &doctor->policy, &complaints, &why)) {
        found_complaints(doctor, "policy", folder, &complaints, &why,
                         "Mend it as it says; roles and people were not looked at.");
        return;
    }
    size_t roles = policy_role_count(doctor->policy);
    doctor_found(doctor, roles ? HEALTH_OK : HEALTH_WARNING, "policy", NULL,
                 roles ? NULL : "Add the roles that people may ask for (policies/README.md).",
                 "%s has %zu roles and %zu sets of people.", folder, roles,
                 policy_people_count(doctor->policy));
    if (policy_watches_risk(doctor->policy) && !parts_cloud_knows_risk(doctor->settings))
        doctor_found(doctor, HEALTH_WRONG, "policy", "user_risk",
                     "Take `user_risk` out of the rules' `require`, and demand instead what this "
                     "cloud can tell.",
                     "A rule demands user_risk, but the cloud %s has no Identity Protection: "
                     "whoever it speaks of is never let in.",
                     doctor->settings->cloud);
    judge_demands(doctor);
    const struct people *const *told;
    if (!policy_told(doctor->policy, &told))
        doctor_found(doctor, HEALTH_WARNING, "policy", "alarms",
                     "Name people under `alarms`, `tell` of the policy (policies/README.md).",
                     "Nobody is told when Curfew finds what it cannot explain: it stands in the "
                     "history and on the page Watch only.");
    for (size_t i = 0; i < roles; i++) {
        const struct role *role = policy_role(doctor->policy, i);
        if (!policy_longest(doctor->policy, role->id))
            doctor_found(doctor, HEALTH_WARNING, "policy", role->id,
                         "Write a rule for it, or take it out of the roles.",
                         "No rule lets anybody ask for role %s.", role->id);
    }
}

void doctor_service(struct doctor *doctor)
{
    const struct settings *settings = doctor->settings;
    struct reason why = {0};
    if (probe(settings->listen, settings->tls_certificate_file != NULL, "/healthz", &why))
        doctor_found(doctor, HEALTH_WARNING, "service", NULL,
                     "Start it, or look at its log for why it ended.",
                     "No Curfew answers on %s (%s).", settings->listen, why.text);
    else
        doctor_found(doctor, HEALTH_OK, "service", NULL, NULL, "A Curfew answers on %s.",
                     settings->listen);
}

static const char *urgency(int64_t days)
{
    return days <= 7    ? "Exchange it today: without it nobody can sign in, and nothing starts."
           : days <= 14 ? "Exchange it this week (docker/entra/README.md, step 2)."
                        : "Plan to exchange it (docker/entra/README.md, step 2).";
}

static void judge_certificate(struct doctor *doctor, const char *key, const char *path)
{
    int64_t end, now = moment_now();
    char date[21];
    struct reason why = {0};
    if (!path)
        return;
    if (certificate_end(path, &end, &why)) {
        doctor_found(doctor, HEALTH_WRONG, "certificate", key,
                     "Name a PEM certificate that Curfew's user may read.", "%s: %s.", key,
                     why.text);
        return;
    }
    moment_text(end, date);
    if (end <= now)
        doctor_found(
            doctor, HEALTH_WRONG, "certificate", key,
            "Make another, upload it, exchange certificate and key, and start Curfew again "
            "(docker/entra/README.md, step 2).",
            "%s ended on %s.", key, date);
    else if (end - now <= 30 * DAY)
        doctor_found(doctor, HEALTH_WARNING, "certificate", key, urgency((end - now) / DAY),
                     "%s ends on %s, in %lld days.", key, date, (long long)((end - now) / DAY));
    else
        doctor_found(doctor, HEALTH_OK, "certificate", key, NULL, "%s is good until %s.", key,
                     date);
}

static void judge_secret(struct doctor *doctor, const char *key, const char *path)
{
    if (path)
        doctor_found(doctor, HEALTH_WARNING, "certificate", key,
                     "Use a certificate (docker/entra/README.md, step 2).",
                     "%s is used: when a client secret ends shows in the portal only.", key);
}

void doctor_certificates(struct doctor *doctor)
{
    const struct settings *settings = doctor->settings;
    judge_certificate(doctor, "entra.sign_in.certificate_file", settings->sign_in_certificate_file);
    judge_certificate(doctor, "entra.directory.certificate_file",
                      settings->directory_certificate_file);
    judge_certificate(doctor, "tls_certificate_file", settings->tls_certificate_file);
    judge_secret(doctor, "entra.sign_in.secret_file", settings->sign_in_secret_file);
    judge_secret(doctor, "entra.directory.secret_file", settings->directory_secret_file);
}
