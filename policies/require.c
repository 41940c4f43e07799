/* What a rule demands of sign-in, device, person and words. */
#include "policies/building.h"

static const char *const risk_levels[] = {"none", "low", "medium", "high"};

static void check_context(struct form *form, const char *context)
{
    int64_t number;
    if (context[0] != 'c' || !text_read_number(context + 1, 99, &number) || number < 1 ||
        context[1] == '0')
        form_complain(form, "context", "\"%s\" is not an authentication context: c1 to c99",
                      context);
}

static void read_mfa(struct policy *policy, struct rule *rule, struct form *require)
{
    const json_t *value = form_object(require, "mfa", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(require, "mfa"), require->complaints);
    /* Entra may keep a sign-in for five minutes (contract 2.2): a shorter age could never be met.
     */
    rule->mfa = true;
    rule->mfa_within_seconds = form_span(&form, "within", 6 * MINUTE, 30 * DAY, INT64_MAX);
    const char *context = form_text(&form, "context", OPTIONAL, 64);
    if (context) {
        check_context(&form, context);
        rule->context_count = 1;
        rule->contexts = ARENA_ARRAY(policy->arena, const char *, 1);
        rule->contexts[0] = arena_copy(policy->arena, context);
    }
    form_end(&form);
}

void policy_read_require(struct policy *policy, struct rule *rule, struct form *parent)
{
    rule->mfa_within_seconds = INT64_MAX;
    const json_t *value = form_object(parent, "require", OPTIONAL);
    if (!value)
        return;
    struct form require = form_open(value, form_place(parent, "require"), parent->complaints);
    read_mfa(policy, rule, &require);
    if ((value = form_object(&require, "device", OPTIONAL))) {
        struct form form = form_open(value, form_place(&require, "device"), parent->complaints);
        rule->compliant_device = form_flag(&form, "compliant", true);
        form_end(&form);
    }
    if ((value = form_object(&require, "user_risk", OPTIONAL))) {
        struct form form = form_open(value, form_place(&require, "user_risk"), parent->complaints);
        (void)form_value(&form, "at_most", REQUIRED);
        rule->watch_risk = true;
        rule->risk_at_most = (enum risk_level)form_choice(&form, "at_most", COUNT(risk_levels),
                                                          risk_levels, RISK_NONE);
        form_end(&form);
    }
    if ((value = form_object(&require, "justification", OPTIONAL))) {
        struct form form =
            form_open(value, form_place(&require, "justification"), parent->complaints);
        rule->justification_least = form_number(&form, "min_length", 1, 500, 1);
        form_end(&form);
    }
    form_end(&require);
}
