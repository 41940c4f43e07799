/* Goal: the verdict on ten thousands of random findings is the one that the rules of design 7 give
 * when they are written down a second time, plainly; and unknown is no: whatever is not known of
 * what is demanded, the verdict is never a pass (design 3.5). */
#include "base/text.h"
#include "policies/chance.h"

static const char *const contexts_named[] = {"c1", "c2", "c3"};
static const char *const oids[] = {ALICE, BOB};
static const char *const group_ids[] = {ANALYSTS, HUNTERS};

/* One random case with room for all that it points to. */
struct scene {
    struct person_key person;
    struct sign_in sign_in;
    struct account account;
    struct memberships memberships;
    struct risks risks;
    struct device device;
    struct managed_devices managed;
    struct contexts contexts;
    struct risky_user users[2];
    struct managed_device entries[2];
    struct context_policy policies[4];
    struct context_claim claims[3];
    const char *carried[3], *methods[2], *groups[2], *demanded[2];
    struct findings findings;
    struct demands demands;
};

static enum tri mostly_yes(void)
{
    unsigned pick = chance(8);
    return pick == 0 ? TRI_UNKNOWN : pick == 1 ? TRI_NO : TRI_YES;
}

static struct reading mostly_read(void)
{
    return (struct reading){.known = chance(10) > 0, .at = NOW - chance(660)};
}

static void random_sign_in(struct scene *scene)
{
    static const char *const words[] = {"pwd", "mfa", "ngcmfa", "rsa"};
    struct sign_in *sign_in = &scene->sign_in;
    for (unsigned i = 0; i < 3; i++)
        if (chance(3))
            scene->carried[sign_in->context_count++] = contexts_named[i];
    for (unsigned i = 0; i < 2; i++)
        scene->methods[i] = words[chance(4)];
    sign_in->at = NOW - 10;
    sign_in->fresh = chance(6) > 0;
    sign_in->auth_time = chance(8) ? NOW - (int64_t)chance(900) : chance(2) ? -1 : NOW + 1000;
    sign_in->contexts = scene->carried;
    sign_in->method_count = chance(3);
    sign_in->methods = scene->methods;
    sign_in->device_id = chance(3) ? "d0000000-0000-4000-8000-000000000001" : NULL;
}

static void random_device(struct scene *scene)
{
    static const char *const states[] = {"compliant",    "compliant", "compliant",     "compliant",
                                         "noncompliant", "unknown",   "inGracePeriod", NULL};
    scene->device = (struct device){.reading = mostly_read(),
                                    .exists = chance(8) > 0,
                                    .enabled = mostly_yes(),
                                    .compliant = mostly_yes(),
                                    .name = "SEC-114"};
    for (unsigned i = 0; i < 2; i++)
        scene->entries[i] = (struct managed_device){.user_id = oids[chance(8) == 0],
                                                    .compliance = states[chance(8)]};
    scene->managed = (struct managed_devices){
        .reading = mostly_read(), .count = chance(8) ? 1 : chance(3), .devices = scene->entries};
}

static void random_contexts(struct scene *scene)
{
    static const char *const states[] = {"enabled", "enabled", "enabled", "disabled",
                                         "enabledForReportingButNotEnforced"};
    unsigned count = 1 + chance(4);
    for (unsigned i = 0; i < count; i++)
        scene->policies[i] = (struct context_policy){
            .context = contexts_named[chance(3)],
            .state = states[chance(5)],
            .proves = chance(8),
            .everybody = chance(4) > 0,
            .other_exclusions = chance(8) == 0,
            .user_count = chance(3),
            .users = (const char **)oids,
            .group_count = chance(3),
            .groups = (const char **)group_ids,
            .excluded_user_count = chance(6) == 0,
            .excluded_users = (const char **)oids,
            .excluded_group_count = chance(3),
            .excluded_groups = (const char **)group_ids,
        };
    scene->contexts =
        (struct contexts){.reading = mostly_read(), .count = count, .policies = scene->policies};
    for (unsigned i = 0; i < 3; i++)
        scene->claims[i] =
            (struct context_claim){.context = contexts_named[i], .proves = 1 + chance(7)};
}

static void random_demands(struct scene *scene)
{
    struct demands *demands = &scene->demands;
    demands->allowed = chance(10) > 0;
    demands->unknown = chance(10) == 0;
    demands->mfa = chance(3) > 0;
    demands->mfa_within_seconds = chance(3) ? 360 + chance(600) : INT64_MAX;
    demands->context_count = chance(3);
    demands->contexts = scene->demanded;
    for (unsigned i = 0; i < 2; i++)
        scene->demanded[i] = contexts_named[chance(3)];
    demands->compliant_device = chance(2);
    demands->watch_risk = chance(2);
    demands->risk_at_most = (enum risk_level)chance(4);
}

static void random_scene(struct scene *scene)
{
    *scene = (struct scene){.person = given_person(ALICE)};
    random_sign_in(scene);
    random_device(scene);
    random_contexts(scene);
    random_demands(scene);
    scene->account = (struct account){
        .reading = mostly_read(), .exists = chance(10) > 0, .enabled = mostly_yes()};
    scene->memberships = (struct memberships){
        .reading = mostly_read(), .count = chance(3) == 0, .groups = scene->groups};
    scene->groups[0] = group_ids[chance(2)];
    for (unsigned i = 0; i < 2; i++)
        scene->users[i] = (struct risky_user){.oid = oids[chance(2)],
                                              .level = (enum risk_level)chance(5),
                                              .compromised = chance(10) == 0};
    scene->risks =
        (struct risks){.reading = mostly_read(), .count = chance(3), .users = scene->users};
    scene->findings = (struct findings){
        .now = NOW,
        .person = &scene->person,
        .sign_in = chance(20) ? &scene->sign_in : NULL,
        .account = chance(20) ? &scene->account : NULL,
        .memberships = chance(20) ? &scene->memberships : NULL,
        .risks = chance(20) ? &scene->risks : NULL,
        .device = chance(20) ? &scene->device : NULL,
        .managed = chance(20) ? &scene->managed : NULL,
        .contexts = chance(20) ? &scene->contexts : NULL,
        .claim_count = chance(4) ? 3 : 0,
        .claims = scene->claims,
    };
}

static enum verdict judge_all(const struct scene *scene, bool *waits)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_membership(&scene->demands, &scene->findings, &list);
    judge_account(&scene->findings, &list);
    judge_mfa(&scene->demands, &scene->findings, &list);
    judge_device(&scene->demands, &scene->findings, &list);
    judge_risk(&scene->demands, &scene->findings, &list);
    return evidence_verdict(&list, waits);
}

/* From here on: the rules a second time. */

static bool carries(const struct sign_in *sign_in, const char *context)
{
    for (size_t i = 0; i < sign_in->context_count; i++)
        if (text_equals(sign_in->contexts[i], context))
            return true;
    return false;
}

static bool is_member(size_t count, const char *const groups[], const struct findings *findings)
{
    const struct memberships *memberships = findings->memberships;
    for (size_t i = 0; memberships && memberships->reading.known && i < memberships->count; i++)
        for (size_t k = 0; k < count; k++)
            if (text_equals(memberships->groups[i], groups[k]))
                return true;
    return false;
}

static bool covers(const struct context_policy *policy, const struct findings *findings)
{
    bool in = policy->everybody || policy->user_count > 0; /* Alice is the first of the users */
    bool out = policy->excluded_user_count > 0 || policy->other_exclusions;
    const struct memberships *memberships = findings->memberships;
    if (policy->excluded_group_count && (!memberships || !memberships->reading.known))
        out = true;
    in |= is_member(policy->group_count, policy->groups, findings);
    out |= is_member(policy->excluded_group_count, policy->excluded_groups, findings);
    return in && !out;
}

static bool proves(const char *context, unsigned what, const struct findings *findings)
{
    unsigned claimed = 0, demanded = 0;
    const struct contexts *contexts = findings->contexts;
    if (!contexts || !contexts->reading.known || contexts->reading.at < NOW - 600)
        return false;
    for (size_t i = 0; i < findings->claim_count; i++)
        if (text_equals(findings->claims[i].context, context))
            claimed |= findings->claims[i].proves;
    for (size_t i = 0; i < contexts->count; i++)
        if (text_equals(contexts->policies[i].context, context) &&
            text_equals(contexts->policies[i].state, "enabled") &&
            covers(&contexts->policies[i], findings))
            demanded |= contexts->policies[i].proves;
    return (claimed & what) && (claimed & ~demanded) == 0;
}

static bool mfa_is_proved(const struct demands *demands, const struct findings *findings)
{
    const struct sign_in *sign_in = findings->sign_in;
    bool factor = false;
    if (!sign_in)
        return false;
    for (size_t i = 0; i < sign_in->method_count; i++)
        factor |=
            text_equals(sign_in->methods[i], "mfa") || text_equals(sign_in->methods[i], "ngcmfa");
    for (size_t i = 0; i < demands->context_count; i++)
        if (!carries(sign_in, demands->contexts[i]) ||
            !proves(demands->contexts[i], PROOF_MFA, findings))
            return false;
    for (size_t i = 0; !demands->context_count && i < sign_in->context_count; i++)
        factor |= proves(sign_in->contexts[i], PROOF_MFA, findings);
    if (!demands->context_count && !factor)
        return false;
    if (demands->mfa_within_seconds == INT64_MAX)
        return true;
    return sign_in->fresh && sign_in->auth_time >= 0 && sign_in->auth_time <= NOW + 300 &&
           sign_in->auth_time >= NOW - demands->mfa_within_seconds;
}

static bool device_is_proved(const struct findings *findings)
{
    const struct sign_in *sign_in = findings->sign_in;
    const struct device *device = findings->device;
    const struct managed_devices *managed = findings->managed;
    if (!sign_in)
        return false;
    if (!sign_in->device_id) {
        for (size_t i = 0; i < sign_in->context_count; i++)
            if (proves(sign_in->contexts[i], PROOF_COMPLIANT_DEVICE, findings))
                return true;
        return false;
    }
    if (!device || !device->reading.known || !device->exists || device->enabled != TRI_YES ||
        device->compliant != TRI_YES || !managed || !managed->reading.known || !managed->count)
        return false;
    for (size_t i = 0; i < managed->count; i++)
        if (!text_equals(managed->devices[i].user_id, ALICE) ||
            !text_equals(managed->devices[i].compliance, "compliant"))
            return false;
    return true;
}

static bool risk_is_proved(const struct demands *demands, const struct findings *findings)
{
    const struct risks *risks = findings->risks;
    if (!risks || !risks->reading.known)
        return false;
    for (size_t i = 0; i < risks->count; i++)
        if (text_equals(risks->users[i].oid, ALICE) &&
            (risks->users[i].compromised || risks->users[i].level > demands->risk_at_most))
            return false;
    return true;
}

static bool all_is_proved(const struct scene *scene)
{
    const struct demands *demands = &scene->demands;
    const struct findings *findings = &scene->findings;
    const struct account *account = findings->account;
    return demands->allowed && !demands->unknown && account && account->reading.known &&
           account->exists && account->enabled == TRI_YES &&
           (!demands->mfa || mfa_is_proved(demands, findings)) &&
           (!demands->compliant_device || device_is_proved(findings)) &&
           (!demands->watch_risk || risk_is_proved(demands, findings));
}

START_TEST(the_verdict_is_a_pass_exactly_when_all_is_proved)
{
    int passed = 0;
    for (int round = 0; round < 50 * ROUNDS; round++) {
        struct scene scene;
        bool waits;
        random_scene(&scene);
        enum verdict verdict = judge_all(&scene, &waits);
        ck_assert_msg((verdict == VERDICT_PASS) == all_is_proved(&scene), "round %d", round);
        passed += verdict == VERDICT_PASS;
    }
    ck_assert_int_gt(passed, ROUNDS); /* or nothing was tried */
}
END_TEST

static bool method_counts(const struct scene *scene)
{
    const struct sign_in *sign_in = &scene->sign_in;
    for (size_t i = 0; i < sign_in->method_count; i++)
        if (text_equals(sign_in->methods[i], "mfa") || text_equals(sign_in->methods[i], "ngcmfa"))
            return true;
    return false;
}

/* The facts that a pass rests on, each taken away in turn. */
static bool take_away(struct scene *scene, unsigned which, bool unread)
{
    const struct demands *demands = &scene->demands;
    struct findings *findings = &scene->findings;
    bool by_id = scene->sign_in.device_id != NULL;
#define GONE(fact)                                                                                 \
    (scene->fact.reading.known = false, findings->fact = unread ? findings->fact : NULL, true)
    switch (which) {
    case 0:
        return GONE(account);
    case 1:
        return demands->watch_risk && GONE(risks);
    case 2:
        return demands->compliant_device && by_id && GONE(device);
    case 3:
        return demands->compliant_device && by_id && GONE(managed);
    case 4:
        return ((demands->mfa && (demands->context_count || !method_counts(scene))) ||
                (demands->compliant_device && !by_id)) &&
               GONE(contexts);
    default:
        scene->demands.unknown = true; /* memberships */
        return true;
    }
#undef GONE
}

START_TEST(unknown_is_no_and_is_waited_for_when_somebody_did_not_answer)
{
    int tried = 0;
    for (int round = 0; round < 50 * ROUNDS; round++) {
        struct scene scene;
        bool waits;
        random_scene(&scene);
        if (judge_all(&scene, &waits) != VERDICT_PASS || !take_away(&scene, chance(6), chance(2)))
            continue;
        ck_assert_int_eq(judge_all(&scene, &waits), VERDICT_UNKNOWN);
        ck_assert(waits);
        tried++;
    }
    ck_assert_int_gt(tried, ROUNDS / 2);
}
END_TEST

START_TEST(a_demand_that_is_added_never_turns_no_into_yes)
{
    for (int round = 0; round < 10 * ROUNDS; round++) {
        struct scene scene, more;
        bool waits;
        random_scene(&scene);
        more = scene;
        struct demands *demands = &more.demands;
        demands->mfa |= chance(2);
        demands->compliant_device |= chance(2);
        demands->watch_risk |= chance(2);
        if (demands->context_count < 2)
            demands->context_count++;
        demands->allowed &= chance(4) > 0;
        demands->unknown |= chance(4) == 0;
        if (demands->mfa_within_seconds > 360)
            demands->mfa_within_seconds = 360;
        if (demands->risk_at_most > RISK_NONE)
            demands->risk_at_most = RISK_NONE;
        if (judge_all(&scene, &waits) != VERDICT_PASS)
            ck_assert_int_ne(judge_all(&more, &waits), VERDICT_PASS);
    }
}
END_TEST

SPECIFICATION("policies/every_finding", the_verdict_is_a_pass_exactly_when_all_is_proved,
              unknown_is_no_and_is_waited_for_when_somebody_did_not_answer,
              a_demand_that_is_added_never_turns_no_into_yes)
