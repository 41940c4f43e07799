/* The device in use, and what a Conditional Access policy lets a context prove about it (design 7,
 * contract 9.4, 9.5). */
#include "policies/judging.h"

#include "base/text.h"

/* A reading of Conditional Access counts for ten minutes (design 5.1, `entra.contexts`). */
enum { CONTEXTS_AGE = 600 };

static bool is_in(size_t count, const char *const texts[], const char *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (text_equals_ignoring_case(texts[i], wanted))
            return true;
    return false;
}

/* Whether a policy applies to this person for certain: included, and not excluded. Unknown only
 * while the memberships are, and they would tell. */
static enum tri applies(const struct context_policy *policy, const struct findings *findings)
{
    const struct people included = {.user_count = policy->user_count,
                                    .users = policy->users,
                                    .group_count = policy->group_count,
                                    .groups = policy->groups};
    const struct people excluded = {.user_count = policy->excluded_user_count,
                                    .users = policy->excluded_users,
                                    .group_count = policy->excluded_group_count,
                                    .groups = policy->excluded_groups};
    const struct memberships *memberships = findings->memberships;
    enum tri in =
        policy->everybody ? TRI_YES : people_hold(&included, findings->person, memberships);
    enum tri out =
        policy->other_exclusions ? TRI_YES : people_hold(&excluded, findings->person, memberships);
    if (in == TRI_NO || out == TRI_YES)
        return TRI_NO;
    return in == TRI_YES && out == TRI_NO ? TRI_YES : TRI_UNKNOWN;
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
    unsigned wanted = claimed(context, findings), demanded = 0, perhaps = 0;
    if (!contexts || !contexts->reading.known ||
        findings->now - contexts->reading.at > CONTEXTS_AGE) {
        *proves = wanted;
        return TRI_UNKNOWN;
    }
    /* Several policies for one context add up: Entra demands all of them. */
    for (size_t i = 0; i < contexts->count; i++) {
        const struct context_policy *policy = &contexts->policies[i];
        if (!text_equals(policy->context, context) || !text_equals(policy->state, "enabled"))
            continue;
        enum tri here = applies(policy, findings);
        demanded |= here == TRI_YES ? policy->proves : 0;
        perhaps |= here == TRI_UNKNOWN ? policy->proves : 0;
    }
    if (!wanted || ((demanded | perhaps) & wanted) != wanted)
        return TRI_NO;
    *proves = wanted;
    return (demanded & wanted) == wanted ? TRI_YES : TRI_UNKNOWN;
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
 * it, and only for that. */
static void judge_unnamed(const struct demands *demands, const struct findings *findings,
                          struct evidence_list *list)
{
    const struct sign_in *sign_in = findings->sign_in;
    const struct required *required = &demands->required;
    bool unread = false, more = required->managed_device || required->workstation_count ||
                                required->synced_within_seconds;
    for (size_t i = 0; sign_in && !more && i < sign_in->context_count; i++) {
        unsigned proves = 0;
        enum tri backed = context_backed(sign_in->contexts[i], findings, &proves);
        if (!(proves & PROOF_COMPLIANT_DEVICE))
            continue;
        unread |= backed == TRI_UNKNOWN;
        if (backed == TRI_YES) {
            add(list, VERDICT_PASS, "device_by_context", "conditional_access",
                findings->contexts->reading.at, json_pack("{s:s}", "context", sign_in->contexts[i]),
                false);
            return;
        }
    }
    if (unread)
        add(list, VERDICT_UNKNOWN, "device_unread", "conditional_access", -1, NULL, true);
    else
        add(list, VERDICT_FAIL, "device_absent", "sign-in", sign_in ? sign_in->at : -1, NULL,
            false);
}

bool demands_device(const struct demands *demands)
{
    const struct required *required = &demands->required;
    return demands->compliant_device || required->managed_device || required->workstation_count ||
           required->synced_within_seconds;
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

static bool passes(const char *state, const struct required *required)
{
    return text_equals(state, "compliant") ||
           (required->accepts_grace && text_equals(state, "inGracePeriod")) ||
           (required->accepts_config_manager && text_equals(state, "configManager"));
}

static bool is_negative(const char *state)
{
    static const char *const negative[] = {"noncompliant", "conflict", "error", "inGracePeriod"};
    return is_in(COUNT(negative), negative, state);
}

/* The entry of Intune that speaks most against the device: every one must pass, and a negative word
   stands over one that is not understood. NULL: all pass. */
static const struct managed_device *worst_of(const struct managed_devices *managed,
                                             const struct required *required)
{
    const struct managed_device *worst = NULL;
    for (size_t i = 0; i < managed->count; i++) {
        const struct managed_device *device = &managed->devices[i];
        if (!passes(device->compliance, required) && (!worst || !is_negative(worst->compliance)))
            worst = device;
    }
    return worst;
}

/* What all entries of Intune have in common and that it is no: nobody's, or another's. */
static const char *not_theirs(const struct managed_devices *managed, const char *oid)
{
    for (size_t i = 0; i < managed->count; i++)
        if (!text_equals_ignoring_case(managed->devices[i].user_id, oid))
            return "device_not_yours";
    return managed->count ? NULL : "device_unmanaged";
}

/* Since when it is so: the time of grace is over since then, or Intune last heard of it then. */
static void add_noncompliant(const struct managed_devices *managed,
                             const struct managed_device *worst, const char *name, int64_t now,
                             struct evidence_list *list)
{
    char when[24] = "";
    bool over = worst->grace_until && worst->grace_until <= now;
    int64_t moment = over ? worst->grace_until : worst->synced_at;
    const char *code = over     ? "device_noncompliant_since"
                       : moment ? "device_noncompliant_seen"
                                : "device_noncompliant";
    if (moment)
        judge_say_moment(moment, when);
    json_t *args = named(name, worst->compliance);
    if (moment)
        (void)json_object_set_new(args, "when", json_string(when));
    add(list, VERDICT_FAIL, code, "intune", managed->reading.at, args, false);
}

/* What speaks against the device whatever is demanded of it; either reading may be NULL, and either
   one suffices. True when something does. */
static bool judge_against(const struct device *device, const struct managed_devices *managed,
                          const char *oid, const char *name, struct evidence_list *list)
{
    const char *wrong = device ? against(device) : NULL;
    if (wrong) {
        add(list, VERDICT_FAIL, wrong, "entra", device->reading.at, named(name, NULL), false);
        return true;
    }
    wrong = managed ? not_theirs(managed, oid) : NULL;
    if (wrong)
        add(list, VERDICT_FAIL, wrong, "intune", managed->reading.at, named(name, NULL), false);
    return wrong != NULL;
}

/* The same of its compliance. */
static bool judge_noncompliant(const struct required *required, const struct device *device,
                               const struct managed_devices *managed, const char *name, int64_t now,
                               struct evidence_list *list)
{
    const struct managed_device *worst = managed ? worst_of(managed, required) : NULL;
    if (worst && is_negative(worst->compliance)) {
        if (device && device->compliant == TRI_YES)
            add(list, VERDICT_FAIL, "device_disagree", "intune", managed->reading.at,
                named(name, worst->compliance), false);
        else
            add_noncompliant(managed, worst, name, now, list);
        return true;
    }
    if (device && device->compliant == TRI_NO) {
        add(list, VERDICT_FAIL, "device_entra_noncompliant", "entra", device->reading.at,
            named(name, NULL), false);
        return true;
    }
    return false;
}

/* Both readings are there, and nothing in them is a no. */
static bool judge_compliant(const struct required *required, const struct device *device,
                            const struct managed_devices *managed, const char *name,
                            struct evidence_list *list)
{
    const struct managed_device *worst = worst_of(managed, required);
    if (worst) {
        add(list, VERDICT_UNKNOWN, "device_state_unknown", "intune", managed->reading.at,
            named(name, worst->compliance), false);
        return false;
    }
    if (device->compliant == TRI_UNKNOWN || device->enabled == TRI_UNKNOWN) {
        add(list, VERDICT_UNKNOWN, "device_state_unknown", "entra", device->reading.at,
            named(name, "compliant, but Entra says nothing"), false);
        return false;
    }
    add(list, VERDICT_PASS, "device_compliant", "intune", managed->reading.at,
        named(name, managed->devices[0].compliance), false);
    return true;
}

void judge_device(const struct demands *demands, const struct findings *findings,
                  struct evidence_list *list)
{
    const struct device *device = findings->device;
    const struct managed_devices *managed = findings->managed;
    const struct required *required = &demands->required;
    const char *oid = findings->person->oid;
    if (!demands_device(demands))
        return;
    if (!findings->sign_in || !findings->sign_in->device_id) {
        judge_unnamed(demands, findings, list);
        return;
    }
    if (device && !device->reading.known)
        device = NULL;
    if (managed && !managed->reading.known)
        managed = NULL;
    const char *name = managed && managed->count ? managed->devices[0].name : NULL;
    name = name || !device ? name : device->name;
    if (judge_against(device, managed, oid, name, list))
        return;
    if (demands->compliant_device &&
        judge_noncompliant(required, device, managed, name, findings->now, list))
        return;
    if (!device || !managed) {
        add(list, VERDICT_UNKNOWN, "device_unread", device ? "intune" : "entra", -1, NULL, true);
        return;
    }
    if (demands->compliant_device && !judge_compliant(required, device, managed, name, list))
        return;
    judge_kept(required, findings, name, list);
}
