/* The levels of protection of Microsoft's guidance for Security Copilot, as presets: what a level
   demands is added to what the rule says itself, and of both the strictest holds. */
#include "policies/building.h"

static const struct level {
    const char *name;
    int64_t mfa_within_seconds; /* INT64_MAX: of any age */
    bool compliant_device;
    enum risk_level risk_at_most;
    bool looks_at_sign_in; /* its risk, which is then at most this, and its client */
    enum risk_level sign_in_risk_at_most;
} levels[] = {
    {"starting_point", INT64_MAX, false, RISK_MEDIUM, false, RISK_HIGH},
    {"enterprise", 8 * HOUR, true, RISK_LOW, true, RISK_MEDIUM},
    {"specialized", 15 * MINUTE, true, RISK_NONE, true, RISK_LOW},
};

static void add_sign_in(const struct level *level, struct required *required)
{
    if (!level->looks_at_sign_in)
        return;
    if (!required->watch_sign_in_risk ||
        level->sign_in_risk_at_most < required->sign_in_risk_at_most)
        required->sign_in_risk_at_most = level->sign_in_risk_at_most;
    required->watch_sign_in_risk = true;
    required->modern_authentication = true;
}

void policy_read_level(struct rule *rule, struct form *form)
{
    const char *names[COUNT(levels)];
    for (size_t i = 0; i < COUNT(levels); i++)
        names[i] = levels[i].name;
    int chosen = form_choice(form, "level", COUNT(names), names, -1);
    if (chosen < 0)
        return;
    const struct level *level = &levels[chosen];
    rule->mfa = true;
    if (level->mfa_within_seconds < rule->mfa_within_seconds)
        rule->mfa_within_seconds = level->mfa_within_seconds;
    rule->compliant_device |= level->compliant_device;
    if (!rule->watch_risk || level->risk_at_most < rule->risk_at_most)
        rule->risk_at_most = level->risk_at_most;
    rule->watch_risk = true;
    if (level->compliant_device) /* whatever else the rule itself accepts */
        rule->required.accepts_grace = rule->required.accepts_config_manager = false;
    add_sign_in(level, &rule->required);
}
