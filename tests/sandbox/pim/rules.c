#include "sandbox/pim/rules.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/login/login.h"

#include <stdlib.h>
#include <string.h>

/* The rules of administrators bind what they do, those of end users what people do themselves. */
struct binding {
    const json_t *expiration, *enablement, *context;
};

static struct binding binding_of(struct sandbox *sandbox, const struct exchange *exchange,
                                 const struct wanted *wanted)
{
    const struct pim_policy *policy =
        pim_policy_of(sandbox->tenant,
                      wanted_is_self(wanted) ? pim_governing(sandbox, exchange->person->id,
                                                             &wanted->target, exchange->now_ms)
                                             : &wanted->target,
                      exchange->now_ms);
    if (!wanted_is_self(wanted))
        return (struct binding){pim_rule(policy, "Expiration_Admin_Assignment"),
                                pim_rule(policy, "Enablement_Admin_Assignment"), NULL};
    return (struct binding){pim_rule(policy, "Expiration_EndUser_Assignment"),
                            pim_rule(policy, "Enablement_EndUser_Assignment"),
                            pim_rule(policy, "AuthenticationContext_EndUser_Assignment")};
}

static bool is_enabled(const json_t *enablement, const char *name)
{
    size_t i;
    json_t *value;
    json_array_foreach (json_object_get(enablement, "enabledRules"), i, value)
        if (text_equals(json_string_value(value), name))
            return true;
    return false;
}

static bool is_too_long(const json_t *expiration, const struct wanted *wanted)
{
    int64_t longest = 0;
    return json_is_true(json_object_get(expiration, "isExpirationRequired")) &&
           (wanted->ends_ms == MOMENT_NEVER ||
            (span_read(json_member_text(expiration, "maximumDuration"), &longest) &&
             wanted->ends_ms - wanted->starts_ms > longest * 1000));
}

/* The context that the policy asks for; NULL when it asks for none. `*fallback`: no policy of
   Conditional Access is behind it, so PIM asks for MFA instead (B11). `*enforced`: one is, and
   does not leave this person out (B12). */
static const char *context_of(const struct sandbox *sandbox, const struct exchange *exchange,
                              const json_t *rule, bool *enforced, bool *fallback)
{
    const char *context = json_member_text(rule, "claimValue");
    bool targeted;
    *enforced = *fallback = false;
    if (!json_is_true(json_object_get(rule, "isEnabled")) || text_is_empty(context) ||
        !exchange->person)
        return NULL;
    *enforced = access_guards(sandbox, context, exchange->person, exchange->now_ms, &targeted);
    *fallback = !targeted;
    return context;
}

static bool lacks_context(struct exchange *exchange, const char *context)
{
    return !strstr(exchange->contexts, arena_text(exchange->arena, " %s ", context));
}

/* The one challenge that comes neither in a header nor in base64 (contract 2.9). */
static bool refuse_context(struct exchange *exchange, const char *context)
{
    scoped(text_scoped) struct text message = TEXT_LIMIT(1024);
    text_add(&message, "&claims=");
    percent_encode(
        &message, arena_text(exchange->arena,
                             "{\"access_token\":{\"acrs\":{\"essential\":true, \"value\":\"%s\"}}}",
                             context));
    graph_error(exchange, 400, "RoleAssignmentRequestAcrsValidationFailed",
                arena_copy(exchange->arena, text_of(&message)));
    return false;
}

static bool refuse_rules(struct exchange *exchange, const json_t *failed)
{
    char *names = json_compact(failed);
    graph_error(exchange, 400, "RoleAssignmentRequestPolicyValidationFailed",
                arena_text(exchange->arena, "The following policy rules failed: %s", names));
    free(names);
    return false;
}

/* Every rule that fails is named in one message (B06, B23, B24). */
bool rules_allow(struct sandbox *sandbox, struct exchange *exchange, const struct wanted *wanted)
{
    const struct binding binding = binding_of(sandbox, exchange, wanted);
    bool enforced, fallback;
    const char *context = context_of(sandbox, exchange, binding.context, &enforced, &fallback);
    json_auto_t *failed = memory_needed(json_array());
    if (wanted_is_removal(wanted))
        return true;
    if (wanted_is_self(wanted) &&
        !pim_eligibility(sandbox->tenant, exchange->person->id, &wanted->target, exchange->now_ms))
        (void)json_array_append_new(failed, json_string("EligibilityRule"));
    if (is_too_long(binding.expiration, wanted))
        (void)json_array_append_new(failed, json_string("ExpirationRule"));
    if (is_enabled(binding.enablement, "Justification") && text_is_empty(wanted->justification))
        (void)json_array_append_new(failed, json_string("JustificationRule"));
    if (is_enabled(binding.enablement, "Ticketing") && text_is_empty(wanted->ticket_number))
        (void)json_array_append_new(failed, json_string("TicketingRule"));
    if ((fallback || is_enabled(binding.enablement, "MultiFactorAuthentication")) &&
        !exchange->mfa) /* no application can do that */
        (void)json_array_append_new(failed, json_string("MfaRule"));
    if (json_array_size(failed) > 0)
        return refuse_rules(exchange, failed);
    return !enforced || !lacks_context(exchange, context) || refuse_context(exchange, context);
}

static const json_t *approval_setting(struct sandbox *sandbox, const struct target *target,
                                      int64_t now_ms)
{
    const struct pim_policy *policy = pim_policy_of(sandbox->tenant, target, now_ms);
    return json_object_get(pim_rule(policy, "Approval_EndUser_Assignment"), "setting");
}

bool rules_want_approval(struct sandbox *sandbox, const struct target *target, int64_t now_ms)
{
    return json_is_true(
        json_object_get(approval_setting(sandbox, target, now_ms), "isApprovalRequired"));
}

bool rules_check_reason(struct sandbox *sandbox, struct exchange *exchange,
                        const struct pim_request *request, const char *justification)
{
    const struct target *target =
        pim_governing(sandbox, request->principal, &request->target, exchange->now_ms);
    const json_t *stages =
        json_object_get(approval_setting(sandbox, target, exchange->now_ms), "approvalStages");
    if (!text_is_empty(justification) ||
        !json_is_true(
            json_object_get(json_array_get(stages, 0), "isApproverJustificationRequired")))
        return true;
    graph_error(exchange, 400, "RoleAssignmentRequestPolicyValidationFailed",
                "The following policy rules failed: [\"JustificationRule\"]");
    return false;
}
