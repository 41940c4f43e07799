/* The device in use, and what a Conditional Access policy lets a context prove about it (design 7,
 * contract 9.4, 9.5). */
#include "policies/judge.h"

#include "base/text.h"

static bool is_in(size_t count, const char *const texts[], const char *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (text_equals(texts[i], wanted))
            return true;
    return false;
}

/* Whether a policy applies to this person: included, and not excluded. What cannot be looked up is
 * unknown. */
static enum tri applies(const struct context_policy *policy, const struct findings *findings)
{
    const char *oid = findings->person->oid;
    if (!policy->everybody && !is_in(policy->user_count, policy->users, oid))
        return TRI_NO;
    if (is_in(policy->excluded_user_count, policy->excluded_users, oid))
        return TRI_NO;
    if (policy->other_exclusions)
        return TRI_UNKNOWN;
    struct people excluded = {.group_count = policy->excluded_group_count,
                              .groups = policy->excluded_groups};
    enum tri in_excluded = people_hold(&excluded, findings->person, findings->memberships);
    return in_excluded == TRI_YES ? TRI_NO : in_excluded == TRI_NO ? TRI_YES : TRI_UNKNOWN;
}

static unsigned claimed(const char *context, const struct findings *findings)
{
    unsigned proves = 0;
    for (size_t i = 0; i < findings->claim_count; i++)
        if (text_equals(findings->claims[i].context, context))
            proves |= findings->claims[i].proves;
    return proves;
}

enum tri context_backed(const char *context, const struct findings *findings, unsigned *proves)
{
    const struct contexts *contexts = findings->contexts;
    unsigned wanted = claimed(context, findings), demanded = 0;
    if (!contexts || !contexts->reading.known)
        return TRI_UNKNOWN;
    /* Several policies for one context add up: Entra demands all of them. */
    for (size_t i = 0; i < contexts->count; i++)
        if (text_equals(contexts->policies[i].context, context) &&
            text_equals(contexts->policies[i].state, "enabled") &&
            applies(&contexts->policies[i], findings) == TRI_YES)
            demanded |= contexts->policies[i].proves;
    if (!wanted || (demanded & wanted) != wanted)
        return TRI_NO;
    *proves = wanted;
    return TRI_YES;
}

static void add(struct evidence_list *list, enum verdict verdict, const char *code,
                const char *source, int64_t at, json_t *args, bool passing)
{
    evidence_add(list, (struct evidence){.check = "device",
                                         .verdict = verdict,
                                         .code = code,
                                         .args = args,
                                         .source = source,
                                         .observed_at = at,
                                         .passing = passing});
}

/* No device id came with the sign-in: only a context that demanded a compliant device can speak for
 * it. */
static void judge_unnamed(const struct findings *findings, struct evidence_list *list)
{
    const struct sign_in *sign_in = findings->sign_in;
    for (size_t i = 0; i < sign_in->context_count; i++) {
        unsigned proves = 0;
        if (context_backed(sign_in->contexts[i], findings, &proves) == TRI_YES &&
            (proves & PROOF_COMPLIANT_DEVICE)) {
            add(list, VERDICT_PASS, "device_by_context", "conditional_access",
                findings->contexts->reading.at, json_pack("{s:s}", "context", sign_in->contexts[i]),
                false);
            return;
        }
    }
    add(list, VERDICT_FAIL, "device_absent", "sign-in", sign_in->at, NULL, false);
}

static json_t *named(const char *name, const char *state)
{
    return json_pack("{s:s, s:s?}", "device", name ? name : "The device", "state", state);
}

/* What Entra alone says against the device; NULL when nothing. */
static const char *against(const struct device *device)
{
    if (!device->exists)
        return "device_missing";
    return device->enabled == TRI_NO ? "device_disabled" : NULL;
}

/* The one word of Intune over all entries of this device id: every one must be compliant and the
 * person's own. */
static const char *intune_says(const struct managed_devices *managed, const char *oid,
                               const char **state)
{
    *state = "compliant";
    for (size_t i = 0; i < managed->count; i++) {
        const struct managed_device *device = &managed->devices[i];
        if (!text_equals_ignoring_case(device->user_id, oid))
            return "device_not_yours";
        if (!text_equals(device->compliance, "compliant"))
            *state = device->compliance;
    }
    if (!managed->count)
        return "device_unmanaged";
    return NULL;
}

static void judge_states(const struct findings *findings, struct evidence_list *list)
{
    static const char *const negative[] = {"noncompliant", "conflict", "error", "inGracePeriod"};
    const struct device *device = findings->device;
    const struct managed_devices *managed = findings->managed;
    const char *name =
        managed->count && managed->devices[0].name ? managed->devices[0].name : device->name;
    const char *state;
    int64_t at = managed->reading.at;
    const char *wrong = intune_says(managed, findings->person->oid, &state);
    if (wrong)
        add(list, VERDICT_FAIL, wrong, "intune", at, named(name, NULL), false);
    else if (is_in(COUNT(negative), negative, state))
        add(list, VERDICT_FAIL,
            device->compliant == TRI_YES ? "device_disagree" : "device_noncompliant", "intune", at,
            named(name, state), false);
    else if (!text_equals(state, "compliant"))
        add(list, VERDICT_UNKNOWN, "device_state_unknown", "intune", at, named(name, state), false);
    else if (device->compliant == TRI_NO)
        add(list, VERDICT_FAIL, "device_entra_noncompliant", "entra", device->reading.at,
            named(name, NULL), false);
    else if (device->compliant == TRI_UNKNOWN || device->enabled == TRI_UNKNOWN)
        add(list, VERDICT_UNKNOWN, "device_state_unknown", "entra", device->reading.at,
            named(name, "compliant, but Entra says nothing"), false);
    else
        add(list, VERDICT_PASS, "device_compliant", "intune", at, named(name, state), false);
}

void judge_device(const struct demands *demands, const struct findings *findings,
                  struct evidence_list *list)
{
    const struct device *device = findings->device;
    const struct managed_devices *managed = findings->managed;
    if (!demands->compliant_device)
        return;
    if (!findings->sign_in->device_id) {
        judge_unnamed(findings, list);
        return;
    }
    bool entra = device && device->reading.known;
    if (entra && against(device)) {
        add(list, VERDICT_FAIL, against(device), "entra", device->reading.at,
            named(device->name, NULL), false);
        return;
    }
    bool intune = managed && managed->reading.known;
    if (entra && !intune && device->compliant == TRI_NO) {
        add(list, VERDICT_FAIL, "device_entra_noncompliant", "entra", device->reading.at,
            named(device->name, NULL), false);
        return;
    }
    if (!entra || !intune) {
        add(list, VERDICT_UNKNOWN, "device_unread", "entra", -1, NULL, true);
        return;
    }
    judge_states(findings, list);
}
