/* Logs, registration details, risk, Conditional Access: what only reports. */
#include "sandbox/graph/handlers.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/entities.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/odata.h"

/* Sign-ins as this caller sees them in this version: v1.0 has interactive ones only and no beta
   members (G10); policies are shown to those who may read policies (G13). */
static json_t *show_sign_in(const struct exchange *exchange, const struct log_entry *entry)
{
    bool beta = exchange->api == API_BETA;
    bool interactive = json_is_true(json_object_get(entry->shown, "isInteractive"));
    if (!beta && !interactive)
        return NULL;
    json_t *shown = memory_needed(json_copy(entry->shown));
    if (!graph_may(exchange, "Policy.Read.All | Policy.Read.ConditionalAccess"))
        (void)json_object_set_new(shown, "appliedConditionalAccessPolicies", json_array());
    if (beta) {
        (void)json_object_set_new(
            shown, "signInEventTypes",
            json_pack("[s]", interactive ? "interactiveUser" : "nonInteractiveUser"));
        (void)json_object_set_new(shown, "authenticationRequirement",
                                  json_string("multiFactorAuthentication"));
    }
    return shown;
}

static bool sign_ins_allowed(const struct sandbox *sandbox, struct exchange *exchange)
{
    if (!sandbox->switches.premium) {
        graph_error(exchange, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                    "Neither tenant is B2C or tenant doesn't have premium license");
        return false;
    }
    if (sandbox->switches.sign_ins_need_directory_read &&
        !graph_may(exchange, "Directory.Read.All")) {
        graph_error_denied(exchange);
        return false;
    }
    return true;
}

void graph_sign_ins(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = "auditLogs/signIns", .page = 1000};
    if (!sign_ins_allowed(sandbox, exchange))
        return;
    json_t *list = memory_needed(json_array());
    for (size_t i = sandbox->tenant->sign_ins_count; i-- > 0;) { /* the newest first */
        const struct log_entry *entry = sandbox->tenant->sign_ins[i];
        if (entry->at_ms + sandbox->switches.sign_in_log_ms <= exchange->now_ms)
            (void)json_array_append_new(list, show_sign_in(exchange, entry));
    }
    odata_list(exchange, &rules, list);
}

void graph_sign_in(struct sandbox *sandbox, struct exchange *exchange)
{
    if (!sign_ins_allowed(sandbox, exchange))
        return;
    for (size_t i = 0; i < sandbox->tenant->sign_ins_count; i++) {
        const struct log_entry *entry = sandbox->tenant->sign_ins[i];
        json_t *shown =
            entry->at_ms + sandbox->switches.sign_in_log_ms <= exchange->now_ms &&
                    text_equals(json_member_text(entry->shown, "id"), exchange->params[0])
                ? show_sign_in(exchange, entry)
                : NULL;
        if (!shown)
            continue;
        graph_entity(exchange, 200, "auditLogs/signIns/$entity", shown);
        return;
    }
    graph_error(exchange, 404, "ResourceNotFound", "Resource not found");
}

void graph_audits(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = "auditLogs/directoryAudits", .page = 1000};
    json_t *list = memory_needed(json_array());
    for (size_t i = sandbox->tenant->audits_count; i-- > 0;) {
        const struct log_entry *entry = sandbox->tenant->audits[i];
        if (entry->at_ms + sandbox->switches.audit_log_ms <= exchange->now_ms)
            (void)json_array_append(list, entry->shown);
    }
    odata_list(exchange, &rules, list);
}

static json_t *show_registration(const struct person *person)
{
    bool mfa = person->mfa_registered;
    json_t *methods =
        mfa ? json_pack("[s,s]", "passKeyDeviceBound", "microsoftAuthenticatorPush") : json_array();
    json_t *preferred = mfa ? json_pack("[s]", "push") : json_array();
    return memory_needed(json_pack(
        "{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:o, s:o, s:b, s:o, s:s, s:s}", "id",
        person->id, "userPrincipalName", person->upn, "userDisplayName", person->name, "isAdmin", 0,
        "isSsprRegistered", mfa, "isSsprEnabled", 0, "isSsprCapable", 0, "isMfaRegistered", mfa,
        "isMfaCapable", mfa, "isPasswordlessCapable", mfa, "lastUpdatedDateTime",
        graph_moment(person->made_ms), "methodsRegistered", methods,
        "isSystemPreferredAuthenticationMethodEnabled", 1, "systemPreferredAuthenticationMethods",
        preferred, "userPreferredMethodForSecondaryAuthentication", mfa ? "push" : "none",
        "userType", person->guest ? "guest" : "member"));
}

/* The report knows a person only after its next refresh (G14). */
static bool is_reported(const struct sandbox *sandbox, const struct exchange *exchange,
                        const struct person *person)
{
    return !person->deleted && !person->mailbox &&
           person->made_ms + sandbox->switches.registration_report_ms <= exchange->now_ms;
}

#define REGISTRATIONS "reports/authenticationMethods/userRegistrationDetails"

void graph_registration(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct person *person = tenant_person(sandbox->tenant, exchange->params[0]);
    if (person && is_reported(sandbox, exchange, person))
        graph_entity(exchange, 200, REGISTRATIONS "/$entity", show_registration(person));
    else
        graph_error(exchange, 404, "ResourceNotFound", "Resource not found");
}

void graph_registrations(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = REGISTRATIONS, .page = 1000};
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->persons_count; i++)
        if (is_reported(sandbox, exchange, sandbox->tenant->persons[i]))
            (void)json_array_append_new(list, show_registration(sandbox->tenant->persons[i]));
    odata_list(exchange, &rules, list);
}

static bool has_identity_protection(const struct sandbox *sandbox, struct exchange *exchange)
{
    if (!sandbox->switches.identity_protection)
        graph_error_segment(exchange, "identityProtection"); /* as in China (G03) */
    return sandbox->switches.identity_protection;
}

void graph_risky_user(struct sandbox *sandbox, struct exchange *exchange)
{
    if (!has_identity_protection(sandbox, exchange))
        return;
    const struct person *person = tenant_person(sandbox->tenant, exchange->params[0]);
    if (person && person->risk_level)
        graph_entity(exchange, 200, "identityProtection/riskyUsers/$entity",
                     show_risky_user(person));
    else /* never at risk: no error, but no answer either (G01) */
        graph_error(exchange, 404, "ResourceNotFound", "Resource not found");
}

void graph_risky_users(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = "identityProtection/riskyUsers",
                                            .page = 500};
    bool fine;
    if (!has_identity_protection(sandbox, exchange))
        return;
    const struct filter *filter = odata_filter(exchange, &fine);
    if (!fine)
        return;
    if (odata_filter_has_or(filter) && !sandbox->switches.risk_filter_or) {
        graph_error(exchange, 400, "BadRequest", "Filter operator or is not supported.");
        return;
    }
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->persons_count; i++) {
        const struct person *person = sandbox->tenant->persons[i];
        if (person->risk_level && !person->deleted)
            (void)json_array_append_new(list, show_risky_user(person));
    }
    odata_list(exchange, &rules, list);
}

void graph_access_policies(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = "identity/conditionalAccess/policies",
                                            .page = 100};
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->access_policies_count; i++)
        (void)json_array_append_new(list, show_access_policy(sandbox->tenant->access_policies[i]));
    odata_list(exchange, &rules, list);
}

void graph_access_policy(struct sandbox *sandbox, struct exchange *exchange)
{
    for (size_t i = 0; i < sandbox->tenant->access_policies_count; i++) {
        const struct access_policy *policy = sandbox->tenant->access_policies[i];
        if (!text_equals_ignoring_case(policy->id, exchange->params[0]))
            continue;
        graph_entity(exchange, 200, "identity/conditionalAccess/policies/$entity",
                     show_access_policy(policy));
        return;
    }
    graph_error(exchange, 404, "ResourceNotFound", "Resource not found");
}

#define CONTEXTS "identity/conditionalAccess/authenticationContextClassReferences"

void graph_contexts(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = CONTEXTS, .page = 100};
    odata_list(exchange, &rules, json_deep_copy(sandbox->tenant->contexts));
}

void graph_context_class(struct sandbox *sandbox, struct exchange *exchange)
{
    size_t i;
    json_t *context;
    json_array_foreach (sandbox->tenant->contexts, i, context) {
        if (!text_equals(json_member_text(context, "id"), exchange->params[0]))
            continue;
        graph_entity(exchange, 200, CONTEXTS "/$entity", json_deep_copy(context));
        return;
    }
    graph_error(exchange, 404, "ResourceNotFound", "Resource not found");
}
