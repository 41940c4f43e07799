#include "policies/judging.h"

#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

bool sign_in_has(size_t count, const char *const values[], const char *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (text_equals(values[i], wanted))
            return true;
    return false;
}

bool used_mfa(const struct sign_in *sign_in)
{
    return sign_in_has(sign_in->method_count, sign_in->methods, "mfa") ||
           sign_in_has(sign_in->method_count, sign_in->methods, "ngcmfa");
}

void judge_say_moment(int64_t moment, char text[24])
{
    char whole[21];
    moment_text(moment, whole);
    (void)snprintf(text, 24, "%.10s %.5s UTC", whole, whole + 11);
}

static const char *const risk_texts[] = {"none", "low", "medium", "high", "hidden"};

/* Nobody answered: not granted, and asked again. */
void judge_add_unread(struct evidence_list *list, const char *check, const char *code,
                      const char *source)
{
    evidence_add(list, (struct evidence){.check = check,
                                         .verdict = VERDICT_UNKNOWN,
                                         .code = code,
                                         .source = source,
                                         .observed_at = -1,
                                         .passing = true});
}

void judge_add(struct evidence_list *list, const char *check, enum verdict verdict,
               const char *code, const char *source, int64_t at, json_t *args)
{
    evidence_add(list, (struct evidence){.check = check,
                                         .verdict = verdict,
                                         .code = code,
                                         .args = args,
                                         .source = source,
                                         .observed_at = at});
}

void judge_membership(const struct demands *demands, const struct findings *findings,
                      struct evidence_list *list)
{
    const struct memberships *memberships = findings->memberships;
    int64_t at = memberships ? memberships->reading.at : findings->now;
    if (demands->denied) {
        judge_add(list, "membership", VERDICT_FAIL, "rule_denies", "policy", at,
                  json_pack("{s:s, s:s}", "rule", demands->denied_by, "why", demands->denied));
        return;
    }
    if (demands->ring) {
        judge_add(list, "membership", VERDICT_FAIL, "ring_closed", "policy", at,
                  json_pack("{s:s}", "ring", demands->ring));
        return;
    }
    if (demands->unknown) {
        judge_add_unread(list, "membership",
                         demands->circumstances ? "circumstances_unread" : "membership_unread",
                         "entra");
        return;
    }
    if (demands->too_many_approvals) {
        judge_add(list, "membership", VERDICT_FAIL, "approvals_too_many", "policy", at,
                  json_pack("{s:i}", "most", APPROVAL_LINES));
        return;
    }
    if (!demands->allowed) {
        judge_add(list, "membership", VERDICT_FAIL,
                  demands->named ? "rules_elsewhere" : "membership_missing", "policy", at, NULL);
        return;
    }
    scoped(text_scoped) struct text rules = TEXT_LIMIT(2000);
    for (size_t i = 0; i < demands->rule_count; i++)
        text_addf(&rules, "%s%s", i ? ", " : "", demands->rules[i]);
    judge_add(list, "membership", VERDICT_PASS, "membership_fine", "policy", at,
              json_pack("{s:s}", "rules", text_of(&rules)));
}

void judge_account(const struct findings *findings, struct evidence_list *list)
{
    const struct account *account = findings->account;
    if (!account || !account->reading.known || (account->exists && account->enabled == TRI_UNKNOWN))
        judge_add_unread(list, "account", "account_unread", "entra");
    else if (!account->exists)
        judge_add(list, "account", VERDICT_FAIL, "account_gone", "entra", account->reading.at,
                  NULL);
    else if (account->enabled == TRI_NO)
        judge_add(list, "account", VERDICT_FAIL, "account_disabled", "entra", account->reading.at,
                  NULL);
    else
        judge_add(list, "account", VERDICT_PASS, "account_enabled", "entra", account->reading.at,
                  NULL);
}

void judge_risk(const struct demands *demands, const struct findings *findings,
                struct evidence_list *list)
{
    const struct risks *risks = findings->risks;
    if (!demands->watch_risk)
        return;
    if (!risks || !risks->reading.known) {
        judge_add_unread(list, "user_risk", "risk_unread", "identity_protection");
        return;
    }
    const char *allowed = risk_texts[demands->risk_at_most];
    for (size_t i = 0; i < risks->count; i++) {
        const struct risky_user *user = &risks->users[i];
        if (!text_equals_ignoring_case(user->oid, findings->person->oid))
            continue;
        enum risk_level level = user->compromised ? RISK_HIGH : user->level;
        /* A level that is hidden from us, or a word never seen, stands above all that are known. */
        if (level > demands->risk_at_most || user->compromised) {
            judge_add(list, "user_risk", level == RISK_HIDDEN ? VERDICT_UNKNOWN : VERDICT_FAIL,
                      "risk_found", "identity_protection", risks->reading.at,
                      json_pack("{s:s, s:s}", "level",
                                user->compromised ? "confirmed compromised" : risk_texts[level],
                                "allowed", allowed));
            return;
        }
    }
    judge_add(list, "user_risk", VERDICT_PASS, "risk_fine", "identity_protection",
              risks->reading.at, json_pack("{s:s}", "allowed", allowed));
}

void judge_admin_rules(const struct admin_rules *rules, const char *role, int64_t duration_seconds,
                       struct evidence_list *list)
{
    char longest[32];
    if (!rules || !rules->reading.known) {
        judge_add_unread(list, "pim", "pim_unread", "pim");
        return;
    }
    int64_t at = rules->reading.at;
    if (!rules->exists) {
        judge_add(list, "pim", VERDICT_FAIL, "pim_missing", "pim", at,
                  json_pack("{s:s}", "role", role));
    } else if (rules->mfa_required) {
        judge_add(list, "pim", VERDICT_FAIL, "pim_needs_mfa", "pim", at,
                  json_pack("{s:s}", "role", role));
    } else if (duration_seconds > rules->longest_seconds) {
        span_text(rules->longest_seconds, longest);
        judge_add(list, "pim", VERDICT_FAIL, "pim_too_long", "pim", at,
                  json_pack("{s:s, s:s}", "role", role, "longest", longest));
    } else {
        judge_add(list, "pim", VERDICT_PASS, "pim_fine", "pim", at,
                  json_pack("{s:s}", "role", role));
    }
}

static void add_context_unread(struct evidence_list *list, const char *context)
{
    evidence_add(list, (struct evidence){.check = "mfa",
                                         .verdict = VERDICT_UNKNOWN,
                                         .code = "mfa_context_unread",
                                         .args = json_pack("{s:s}", "context", context),
                                         .source = "conditional_access",
                                         .observed_at = -1,
                                         .passing = true});
}

/* True when every context that policy names is there and proves what it should; otherwise says why
 * not. */
static bool judge_contexts(const struct demands *demands, const struct findings *findings,
                           struct evidence_list *list)
{
    const struct sign_in *sign_in = findings->sign_in;
    for (size_t i = 0; i < demands->context_count; i++) {
        const char *context = demands->contexts[i];
        unsigned proves = 0;
        if (!sign_in_has(sign_in->context_count, sign_in->contexts, context)) {
            judge_add(list, "mfa", VERDICT_FAIL, "mfa_context_missing", "sign-in", sign_in->at,
                      json_pack("{s:s}", "context", context));
            return false;
        }
        enum tri backed = context_backed(context, findings, &proves);
        if (backed == TRI_UNKNOWN) {
            add_context_unread(list, context);
            return false;
        }
        if (backed == TRI_NO || !(proves & PROOF_MFA)) {
            judge_add(list, "mfa", VERDICT_UNKNOWN, "mfa_context_unbacked", "conditional_access",
                      findings->contexts->reading.at, json_pack("{s:s}", "context", context));
            return false;
        }
    }
    return true;
}

/* Where policy names no context, the method will do, or any context (`*by`) that proves it: else a
 * rule that names one would be laxer than a rule that names none. */
static bool judge_factor(const struct findings *findings, const char **by,
                         struct evidence_list *list)
{
    const struct sign_in *sign_in = findings->sign_in;
    const char *unread = NULL;
    if (used_mfa(sign_in))
        return true;
    for (size_t i = 0; i < sign_in->context_count; i++) {
        unsigned proves = 0;
        enum tri backed = context_backed(sign_in->contexts[i], findings, &proves);
        if (!(proves & PROOF_MFA))
            continue;
        if (backed == TRI_YES) {
            *by = sign_in->contexts[i];
            return true;
        }
        unread = sign_in->contexts[i];
    }
    if (unread)
        add_context_unread(list, unread);
    else
        judge_add(list, "mfa", VERDICT_FAIL, "mfa_missing", "sign-in", sign_in->at, NULL);
    return false;
}

/* True when the sign-in used one method of each list. */
static bool judge_methods(const struct demands *demands, const struct sign_in *sign_in,
                          struct evidence_list *list)
{
    for (size_t i = 0; i < demands->required.method_count; i++) {
        const struct any_of *methods = &demands->required.methods[i];
        bool used = false;
        for (size_t k = 0; k < methods->count && !used; k++)
            used = sign_in_has(sign_in->method_count, sign_in->methods, methods->words[k]);
        if (used)
            continue;
        scoped(text_scoped) struct text words = TEXT_LIMIT(500);
        for (size_t k = 0; k < methods->count; k++)
            text_addf(&words, "%s%s", k ? ", " : "", methods->words[k]);
        judge_add(list, "mfa", VERDICT_FAIL, "mfa_method_missing", "sign-in", sign_in->at,
                  json_pack("{s:s}", "methods", text_of(&words)));
        return false;
    }
    return true;
}

void judge_mfa(const struct demands *demands, const struct findings *findings,
               struct evidence_list *list)
{
    const struct sign_in *sign_in = findings->sign_in;
    if (!demands->mfa)
        return;
    if (!sign_in) {
        judge_add(list, "mfa", VERDICT_FAIL, "mfa_unseen", "sign-in", -1, NULL);
        return;
    }
    const char *context = demands->context_count ? demands->contexts[0] : NULL;
    if (context ? !judge_contexts(demands, findings, list)
                : !judge_factor(findings, &context, list))
        return;
    if (!judge_methods(demands, sign_in, list))
        return;
    /* Only a flow that began with prompt=login says how old the proof is (design 7), and none that
       lies ahead of our clock by more than clocks differ. */
    int64_t age = findings->now - sign_in->auth_time;
    bool dated = sign_in->fresh && sign_in->auth_time >= 0 && age >= -CLOCK_SKEW;
    bool aged = demands->mfa_within_seconds != INT64_MAX;
    json_int_t minutes = age < 0 ? 0 : age / 60;
    if (aged && !dated)
        judge_add(list, "mfa", VERDICT_FAIL, "mfa_unseen", "sign-in", sign_in->at, NULL);
    else if (aged && age > demands->mfa_within_seconds)
        judge_add(list, "mfa", VERDICT_FAIL, "mfa_stale", "sign-in", sign_in->at,
                  json_pack("{s:I, s:I}", "minutes", minutes, "limit",
                            (json_int_t)(demands->mfa_within_seconds / 60)));
    else if (!dated)
        judge_add(list, "mfa", VERDICT_PASS,
                  context ? "mfa_by_context_undated" : "mfa_by_method_undated", "sign-in",
                  sign_in->at, json_pack("{s:s?}", "context", context));
    else
        judge_add(list, "mfa", VERDICT_PASS, context ? "mfa_by_context" : "mfa_by_method",
                  "sign-in", sign_in->at,
                  json_pack("{s:s?, s:I}", "context", context, "minutes", minutes));
}

bool sign_in_may_mend(const struct evidence_list *list)
{
    static const char *const codes[] = {"mfa_missing", "mfa_context_missing", "mfa_method_missing",
                                        "mfa_unseen", "mfa_stale"};
    for (size_t i = 0; i < list->count; i++)
        if (sign_in_has(COUNT(codes), codes, list->items[i].code))
            return true;
    return false;
}
