/* Conditional Access: which policies target this sign-in, and whether what the person brought
   satisfies them. Only enabled policies count (A20, A21). */
#include "sandbox/login/login.h"

#include "sandbox/tenant/members.h"

#include <string.h>

enum { FRESH_MS = 5 * 60 * 1000 }; /* "every time" asks no more than once in five minutes (A22) */

static bool list_has(const json_t *list, const char *text)
{
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)list, i, value)
        if (text_equals_ignoring_case(json_string_value(value), text))
            return true;
    return false;
}

static bool list_has_group_of(const struct sandbox *sandbox, const json_t *list,
                              const struct person *person, int64_t now_ms)
{
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)list, i, value)
        if (members_has(sandbox->tenant, json_string_value(value), person->id, now_ms))
            return true;
    return false;
}

static bool targets_person(const struct sandbox *sandbox, const struct access_policy *policy,
                           const struct person *person, int64_t now_ms)
{
    bool included = list_has(policy->include_users, "All") ||
                    list_has(policy->include_users, person->id) ||
                    list_has_group_of(sandbox, policy->include_groups, person, now_ms);
    return included && !list_has(policy->exclude_users, person->id) &&
           !list_has_group_of(sandbox, policy->exclude_groups, person, now_ms);
}

/* Of a context, of everything, or of one service: that also when its challenge is being answered.
 */
static bool targets_resource(const struct access_policy *policy, const struct access_asked *asked)
{
    if (policy->context)
        return list_has(asked->contexts, policy->context);
    return text_equals(policy->application, "all") || list_has(asked->policies, policy->id) ||
           (text_equals(policy->application, "graph") && asked->resource == RESOURCE_GRAPH) ||
           (text_equals(policy->application, "arm") && asked->resource == RESOURCE_ARM);
}

static bool targets(const struct sandbox *sandbox, const struct access_policy *policy,
                    const struct person *person, const struct access_asked *asked, int64_t now_ms)
{
    bool browser = list_has(policy->client_apps, "all") || list_has(policy->client_apps, "browser");
    const char *risk = person->risk_level ? person->risk_level : "none";
    return text_equals(policy->state, "enabled") && browser && targets_resource(policy, asked) &&
           (json_array_size(policy->risk_levels) == 0 || list_has(policy->risk_levels, risk)) &&
           targets_person(sandbox, policy, person, now_ms);
}

/* Whether one control is met; otherwise with the code that Entra shows for it. */
static bool control_met(const struct sandbox *sandbox, const char *control,
                        const struct evidence *evidence, int *aadsts)
{
    const struct device *device = tenant_device(sandbox->tenant, evidence->device);
    if (text_equals(control, "mfa")) {
        *aadsts = 50076;
        return evidence->mfa != MFA_NONE;
    }
    if (text_equals(control, "compliantDevice")) {
        *aadsts = 53000;
        return device && device->enabled && text_equals(device->compliant, "true");
    }
    *aadsts = 53003; /* block, and everything that nobody can do here */
    return false;
}

/* 0 when the grant controls of the policy are met, or the code of the first one that is not. */
static int grant(const struct sandbox *sandbox, const struct access_policy *policy,
                 const struct evidence *evidence)
{
    int first_missing = 0, aadsts;
    size_t met = 0, i, wanted = json_array_size(policy->controls) + policy->strength;
    json_t *control;
    if (policy->strength) {
        met += evidence->mfa == MFA_PASSKEY;
        first_missing = evidence->mfa == MFA_PASSKEY ? 0 : 50076;
    }
    json_array_foreach (policy->controls, i, control) {
        if (control_met(sandbox, json_string_value(control), evidence, &aadsts))
            met++;
        else if (!first_missing)
            first_missing = aadsts;
    }
    bool enough = text_equals(policy->logic, "OR") ? met > 0 || wanted == 0 : met == wanted;
    return enough ? 0 : first_missing;
}

const char *access_sentence(int aadsts)
{
    switch (aadsts) {
    case 50076:
        return "Due to a configuration change made by your administrator, or because you moved to "
               "a new location, you must use multi-factor authentication to access this.";
    case 50078:
        return "Presented multi-factor authentication has expired due to policies configured by "
               "your administrator, you must refresh your multi-factor authentication.";
    case 53000:
        return "Device is not in required device state: compliant. Conditional Access policy "
               "requires a compliant device, and the device is not compliant.";
    default:
        return "Access has been blocked by Conditional Access policies. The access policy does "
               "not allow token issuance.";
    }
}

const struct access_policy *access_refusing(const struct sandbox *sandbox,
                                            const struct person *person,
                                            const struct evidence *evidence,
                                            const struct access_asked *asked, int64_t now_ms,
                                            int *aadsts)
{
    for (size_t i = 0; i < sandbox->tenant->access_policies_count; i++) {
        const struct access_policy *policy = sandbox->tenant->access_policies[i];
        if (!targets(sandbox, policy, person, asked, now_ms))
            continue;
        *aadsts = grant(sandbox, policy, evidence);
        if (!*aadsts && policy->every_time && now_ms - evidence->at_ms > FRESH_MS)
            *aadsts = 50078;
        if (*aadsts)
            return policy;
    }
    *aadsts = 0;
    return NULL;
}

int access_decide(const struct sandbox *sandbox, const struct person *person,
                  const struct evidence *evidence, const struct access_asked *asked, int64_t now_ms,
                  const char **says)
{
    int aadsts;
    (void)access_refusing(sandbox, person, evidence, asked, now_ms, &aadsts);
    *says = access_sentence(aadsts);
    return aadsts;
}

bool access_guards(const struct sandbox *sandbox, const char *context, const struct person *person,
                   int64_t now_ms, bool *targeted)
{
    bool enforced = false;
    *targeted = false;
    for (size_t i = 0; i < sandbox->tenant->access_policies_count; i++) {
        const struct access_policy *policy = sandbox->tenant->access_policies[i];
        if (!text_equals(policy->context, context))
            continue;
        *targeted = true;
        enforced = enforced || (text_equals(policy->state, "enabled") &&
                                targets_person(sandbox, policy, person, now_ms));
    }
    return enforced;
}
