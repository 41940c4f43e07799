/* What Entra's own log says of the sign-in that a request was made with, and whether somebody has a
   second factor at all (design 7, contract 9.1, 9.2). */
#include "policies/judging.h"

#include "base/text.h"

/* The entry is written when the person signed in, at most ten minutes (the life of a code) before
   the code was redeemed; the two clocks may stand apart. */
enum { ENTRY_BEFORE = 15 * 60, ENTRY_AFTER = 5 * 60 };

int64_t sign_in_logged_from(const struct sign_in *sign_in)
{
    return sign_in->at - ENTRY_BEFORE;
}

/* Whether it is an entry of a sign-in to Curfew that worked, at the time of this one. */
static bool is_this(const struct logged_sign_in *entry, const struct findings *findings)
{
    int64_t from = sign_in_logged_from(findings->sign_in);
    return entry->error == 0 && text_equals_ignoring_case(entry->app_id, findings->client_id) &&
           entry->at >= from && entry->at <= findings->sign_in->at + ENTRY_AFTER;
}

/* Everything that is not on this list is legacy: a list of what is legacy would miss the next one
   (contract 9.2). */
static bool is_modern(const char *client)
{
    static const char *const modern[] = {"Browser", "Mobile Apps and Desktop clients",
                                         "Modern clients"};
    return sign_in_has(COUNT(modern), modern, client);
}

/* It worked, or was stopped only because it was legacy: the password was right. Whoever merely
   guesses at somebody's password shuts nobody out. */
static bool is_theirs(const struct logged_sign_in *entry)
{
    enum { BLOCKED_BY_POLICY = 53003, BLOCKED_BY_DEFAULTS = 530035 };
    return entry->error == 0 || entry->error == BLOCKED_BY_POLICY ||
           entry->error == BLOCKED_BY_DEFAULTS;
}

static const char *const risk_texts[] = {"none", "low", "medium", "high", "hidden"};

static void judge_level(const struct demands *demands, const struct sign_in_log *log,
                        const struct logged_sign_in *worst, struct evidence_list *list)
{
    enum risk_level at_most = demands->required.sign_in_risk_at_most;
    enum risk_level level = worst->compromised ? RISK_HIGH
                            : worst->settled   ? RISK_NONE
                                               : worst->risk;
    bool fine = !worst->compromised && level <= at_most;
    enum verdict verdict = fine                   ? VERDICT_PASS
                           : level == RISK_HIDDEN ? VERDICT_UNKNOWN
                                                  : VERDICT_FAIL;
    judge_add(list, "sign_in_risk", verdict, fine ? "sign_in_risk_fine" : "sign_in_risk_found",
              "sign_in_log", log->reading.at,
              json_pack("{s:s, s:s}", "level", risk_texts[level], "allowed", risk_texts[at_most]));
}

/* Which of two entries speaks more against the person. */
static const struct logged_sign_in *worse(const struct logged_sign_in *one,
                                          const struct logged_sign_in *other)
{
    if (!one || other->compromised)
        return other;
    enum risk_level level = one->settled ? RISK_NONE : one->risk;
    return !one->compromised && !other->settled && other->risk > level ? other : one;
}

static void judge_client(const struct sign_in_log *log, const struct logged_sign_in *legacy,
                         bool unsaid, struct evidence_list *list)
{
    char when[24] = "";
    if (legacy)
        judge_say_moment(legacy->at, when);
    if (legacy)
        judge_add(list, "modern_auth", VERDICT_FAIL, "modern_auth_legacy", "sign_in_log",
                  log->reading.at, json_pack("{s:s, s:s}", "client", legacy->client, "when", when));
    else if (unsaid)
        judge_add(list, "modern_auth", VERDICT_UNKNOWN, "modern_auth_unsaid", "sign_in_log",
                  log->reading.at, NULL);
    else
        judge_add(list, "modern_auth", VERDICT_PASS, "modern_auth_fine", "sign_in_log",
                  log->reading.at, NULL);
}

static void add_unread(const struct required *required, struct evidence_list *list)
{
    if (required->watch_sign_in_risk)
        judge_add_unread(list, "sign_in_risk", "sign_in_unlogged", "sign_in_log");
    if (required->modern_authentication)
        judge_add_unread(list, "modern_auth", "sign_in_unlogged", "sign_in_log");
}

void judge_sign_in(const struct demands *demands, const struct findings *findings,
                   struct evidence_list *list)
{
    const struct required *required = &demands->required;
    const struct sign_in_log *log = findings->sign_ins;
    const struct logged_sign_in *worst = NULL, *legacy = NULL;
    bool unsaid = false;
    if (!required->watch_sign_in_risk && !required->modern_authentication)
        return;
    if (!findings->sign_in || !log || !log->reading.known) {
        add_unread(required, list);
        return;
    }
    for (size_t i = 0; i < log->count; i++) {
        const struct logged_sign_in *entry = &log->entries[i];
        bool this = is_this(entry, findings), said = !text_is_empty(entry->client);
        if (this)
            worst = worse(worst, entry);
        unsaid |= this && !said;
        if (said && !is_modern(entry->client) && is_theirs(entry) && !legacy)
            legacy = entry;
    }
    /* What speaks against somebody is not waited for. */
    if (legacy && required->modern_authentication)
        judge_client(log, legacy, false, list);
    else if (worst && required->modern_authentication)
        judge_client(log, NULL, unsaid, list);
    else if (required->modern_authentication)
        judge_add_unread(list, "modern_auth", "sign_in_unlogged", "sign_in_log");
    if (worst && required->watch_sign_in_risk)
        judge_level(demands, log, worst, list);
    else if (required->watch_sign_in_risk)
        judge_add_unread(list, "sign_in_risk", "sign_in_unlogged", "sign_in_log");
}

bool registration_matters(const struct demands *demands, const struct sign_in *sign_in)
{
    return demands->mfa && sign_in && !used_mfa(sign_in);
}

bool registration_lacks_mfa(const struct registration_details *details)
{
    return details && details->reading.known && details->exists && !details->mfa;
}

void judge_registration(const struct demands *demands, const struct findings *findings,
                        struct evidence_list *list)
{
    const struct registration_details *details = findings->registration;
    if (registration_matters(demands, findings->sign_in) && registration_lacks_mfa(details))
        judge_add(list, "registration", VERDICT_FAIL, "mfa_unregistered", "entra",
                  details->reading.at, NULL);
}
