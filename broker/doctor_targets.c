/* Each role of the catalogue: what it assigns is there, of the right kind, and PIM lets Curfew do
   it (contract 7, 19 S5). */
#include "doctor_checks.h"

#include "base/moment.h"
#include "model/words.h"

static const char *const group_needs = "GroupMember.Read.All|Group.Read.All|Directory.Read.All";

static const char *rules_needs(const struct target *target)
{
    if (target->kind == TARGET_AZURE_ROLE)
        return NULL; /* what counts is a role of Azure, of which no token tells */
    return target->kind == TARGET_GROUP ? "RoleManagementPolicy.Read.AzureADGroup"
                                        : "RoleManagement.Read.Directory|RoleManagement.Read.All";
}

static const char *holders_needs(const struct target *target)
{
    if (target->kind == TARGET_AZURE_ROLE)
        return NULL;
    return target->kind == TARGET_GROUP
               ? "PrivilegedAssignmentSchedule.Read.AzureADGroup|"
                 "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"
               : "RoleManagement.Read.Directory|RoleAssignmentSchedule.Read.Directory|"
                 "RoleAssignmentSchedule.ReadWrite.Directory";
}

void doctor_want_targets(struct doctor *doctor)
{
    for (size_t i = 0; doctor->policy && i < policy_role_count(doctor->policy); i++) {
        const struct target *target = &policy_role(doctor->policy, i)->target;
        const char *key = target_key(target, doctor->arena);
        if (target->kind == TARGET_GROUP)
            doctor_want(doctor, FACT_GROUP, target->id, group_needs);
        doctor_want(doctor, FACT_ADMIN_RULES, key, rules_needs(target));
        doctor_want(doctor, FACT_SELF_RULES, key, rules_needs(target));
        doctor_want(doctor, FACT_HOLDERS, key, holders_needs(target));
    }
}

/* What stands about a role when nothing is to be said of it. */
struct praise {
    bool deserved;
    const char *group;
    int64_t longest_seconds;
    const char *unread, *why; /* what could not be read, and the first reason */
};

static void add_unread(struct doctor *doctor, struct praise *praise, const char *what,
                       const char *why)
{
    praise->deserved = false;
    praise->why = praise->why ? praise->why : why;
    praise->unread =
        praise->unread ? arena_text(doctor->arena, "%s, %s", praise->unread, what) : what;
}

static void found_fault(struct doctor *doctor, enum health health, const struct role *role,
                        struct praise *praise, const char *mend, const char *says)
{
    praise->deserved = false;
    doctor_found(doctor, health, "role", role->id, mend, "Role %s: %s", role->id, says);
}

/* False when there is none: then nothing else is to be said of it. */
static bool judge_group(struct doctor *doctor, const struct role *role, struct praise *praise)
{
    const char *why, *id = role->target.id;
    const struct fact *fact = doctor_fact(doctor, FACT_GROUP, id, &why);
    if (!fact) {
        add_unread(doctor, praise, "its group", why);
        return true;
    }
    const struct group *group = &fact->group;
    praise->group = group->name ? group->name : id;
    if (!group->exists) {
        found_fault(doctor, HEALTH_WRONG, role, praise,
                    "Correct the id of the group in the policy, or make the group.",
                    arena_text(doctor->arena, "there is no group %s in the tenant.", id));
        return false;
    }
    if (group->dynamic)
        found_fault(
            doctor, HEALTH_WRONG, role, praise,
            "Use a group with assigned membership: PIM takes no other.",
            arena_text(doctor->arena, "the group \"%s\" has dynamic membership.", praise->group));
    if (group->synced)
        found_fault(doctor, HEALTH_WRONG, role, praise,
                    "Use a group that was made in the cloud: PIM takes no other.",
                    arena_text(doctor->arena, "the group \"%s\" is synced from on premises.",
                               praise->group));
    if (!group->role_assignable)
        found_fault(doctor, HEALTH_WARNING, role, praise,
                    "Use a group that was made with isAssignableToRole (docker/entra/README.md, "
                    "step 6).",
                    arena_text(doctor->arena,
                               "the group \"%s\" is not role-assignable: group administrators can "
                               "put people into it.",
                               praise->group));
    return true;
}

static const char *span_words(int64_t seconds, struct arena *arena)
{
    char text[32];
    span_text(seconds, text);
    return arena_copy(arena, text);
}

/* What keeps a person or Curfew from what policy allows. */
static void judge_length(struct doctor *doctor, const struct role *role, int64_t pim_seconds,
                         const char *rule, struct praise *praise)
{
    int64_t wanted = policy_longest(doctor->policy, role->id);
    if (pim_seconds < wanted)
        found_fault(doctor, HEALTH_WRONG, role, praise,
                    "Raise PIM's limit for it, or lower limits.longest of the policy.",
                    arena_text(doctor->arena,
                               "PIM allows %s at most (%s), but the policy lets people ask for %s.",
                               span_words(pim_seconds, doctor->arena), rule,
                               span_words(wanted, doctor->arena)));
    else if (pim_seconds < praise->longest_seconds)
        praise->longest_seconds = pim_seconds;
}

static void found_no_pim(struct doctor *doctor, const struct role *role, struct praise *praise)
{
    found_fault(doctor, HEALTH_WRONG, role, praise,
                role->target.kind == TARGET_GROUP
                    ? "Bring the group under PIM: Privileged Identity Management, Groups, Discover "
                      "groups (docker/entra/README.md, step 6)."
                    : "Correct the id or the scope of the role in the policy.",
                "PIM has no policy for what it assigns.");
}

static enum activation mode_of(const struct doctor *doctor, const struct role *role)
{
    enum activation mode = ACTIVATION_APPLICATION;
    (void)activation_read(doctor->settings->activation, &mode);
    return role_activation(role, mode);
}

/* In what PIM asks less than the policy: the watch raises the same while Curfew runs. */
static void judge_weaknesses(struct doctor *doctor, const struct role *role,
                             const struct admin_rules *admin, const struct self_rules *self,
                             struct praise *praise)
{
    unsigned found = policy_weaknesses(doctor->policy, role, mode_of(doctor, role), admin, self);
    json_auto_t *args = pim_weakness_args(doctor->policy, role, self);
    found &= ~(1u << PIM_WITHOUT_APPROVAL); /* more than a weakness: look_at_self_rules says it */
    for (unsigned i = 0; i < PIM_WEAKNESS_COUNT; i++) {
        const char *code =
            arena_text(doctor->arena, "weaker_%s", pim_weakness_text((enum pim_weakness)i));
        const char *mend = arena_text(doctor->arena, "%s.mend", code);
        if (found & 1u << i)
            found_fault(doctor, HEALTH_WARNING, role, praise, words_say(doctor->arena, mend, args),
                        words_say(doctor->arena, code, args));
    }
}

/* In mode `application` the rules for administrators bind Curfew; elsewhere those for people do. */
static void look_at_admin_rules(struct doctor *doctor, const struct role *role, const char *key,
                                struct praise *praise)
{
    const char *why;
    const struct fact *fact = doctor_fact(doctor, FACT_ADMIN_RULES, key, &why);
    if (!fact) {
        add_unread(doctor, praise, "PIM's rules", why);
        return;
    }
    if (!fact->admin_rules.exists) {
        found_no_pim(doctor, role, praise);
        return;
    }
    if (activation_is_personal(mode_of(doctor, role)))
        return;
    if (fact->admin_rules.mfa_required)
        found_fault(doctor, HEALTH_WRONG, role, praise,
                    "Switch it off under PIM's settings for it, Assignment "
                    "(docker/entra/README.md, step 6), or use another mode.",
                    "PIM requires MFA for active assignments (Enablement_Admin_Assignment), which "
                    "no application can do: mode application is impossible for it.");
    judge_length(doctor, role, fact->admin_rules.longest_seconds, "Expiration_Admin_Assignment",
                 praise);
}

static void look_at_self_rules(struct doctor *doctor, const struct role *role, const char *key,
                               struct praise *praise)
{
    const struct fact *fact = doctor_fact(doctor, FACT_SELF_RULES, key, NULL);
    const struct fact *admin = doctor_fact(doctor, FACT_ADMIN_RULES, key, NULL);
    enum activation mode = mode_of(doctor, role);
    bool application = !activation_is_personal(mode);
    if (!fact || !fact->self_rules.exists)
        return; /* said already: it is the same call */
    const struct self_rules *rules = &fact->self_rules;
    if (mode == ACTIVATION_DELEGATED && rules->approval_required)
        found_fault(doctor, HEALTH_WRONG, role, praise,
                    "Switch it off there, or set the activation of this role to `pim_approval`.",
                    "PIM asks for an approval of its own (Approval_EndUser_Assignment), which "
                    "nobody can give in mode delegated.");
    if (mode == ACTIVATION_PIM_APPROVAL && !rules->approval_required)
        found_fault(doctor, HEALTH_WRONG, role, praise,
                    "Have PIM ask for an approval under its settings for it, by the people who "
                    "approve here (docker/entra/README.md, step 6).",
                    "PIM asks for no approval (Approval_EndUser_Assignment): in mode pim_approval "
                    "it would be in force before anybody agreed.");
    if (rules->approval_required && rules->nobody_approves)
        found_fault(doctor, application ? HEALTH_WARNING : HEALTH_WRONG, role, praise,
                    "Name approvers in PIM's settings for it.",
                    "PIM asks for an approval when people activate it themselves, but names no "
                    "approver (Approval_EndUser_Assignment).");
    if (!application)
        judge_length(doctor, role, rules->longest_seconds, "Expiration_EndUser_Assignment", praise);
    if (admin && admin->admin_rules.exists)
        judge_weaknesses(doctor, role, &admin->admin_rules, rules, praise);
}

static void judge_holders(struct doctor *doctor, const struct role *role, const char *key,
                          struct praise *praise)
{
    const char *why;
    size_t permanent = 0;
    bool owners = text_equals(role->target.access, "owner");
    const struct fact *fact = doctor_fact(doctor, FACT_HOLDERS, key, &why);
    if (!fact) {
        add_unread(doctor, praise, "who holds it", why);
        return;
    }
    for (size_t i = 0; i < fact->holders.count; i++)
        permanent += !fact->holders.list[i].activated && fact->holders.list[i].end_at == INT64_MAX;
    if (owners && !permanent)
        found_fault(doctor, HEALTH_WRONG, role, praise,
                    "Give the group a permanent owner who does not ask for this role.",
                    "its group has no permanent owner: Entra does not remove the last owner, so "
                    "access that Curfew gave would stay.");
    else if (owners && permanent == 1)
        found_fault(doctor, HEALTH_WARNING, role, praise,
                    "Give the group a second permanent owner who does not ask for this role.",
                    "its group has one permanent owner only: when that account goes, access that "
                    "Curfew gave would stay, because Entra does not remove the last owner.");
    else if (!owners && permanent)
        found_fault(doctor, HEALTH_WARNING, role, praise,
                    "Make them eligible, or take them out: nobody need ask for what they hold.",
                    arena_text(doctor->arena, "%zu hold it permanently.", permanent));
}

static void found_nothing(struct doctor *doctor, const struct role *role,
                          const struct praise *praise)
{
    const char *span = praise->longest_seconds == INT64_MAX
                           ? "any time"
                           : span_words(praise->longest_seconds, doctor->arena);
    if (praise->group)
        doctor_found(doctor, HEALTH_OK, "role", role->id, NULL,
                     "Role %s: the group \"%s\" is of the right kind, and PIM lets it be given for "
                     "up to %s.",
                     role->id, praise->group, span);
    else
        doctor_found(doctor, HEALTH_OK, "role", role->id, NULL,
                     "Role %s: PIM knows it, and lets it be given for up to %s.", role->id, span);
}

static const char *const azure_mend =
    "Give Curfew's application the role User Access Administrator in Azure at that scope: nothing "
    "less assigns and removes there (docker/entra/README.md, step 6).";

static void judge_role(struct doctor *doctor, const struct role *role)
{
    const char *key = target_key(&role->target, doctor->arena);
    struct praise praise = {.deserved = true, .longest_seconds = INT64_MAX};
    if (role->target.kind == TARGET_GROUP && !judge_group(doctor, role, &praise))
        return;
    look_at_admin_rules(doctor, role, key, &praise);
    look_at_self_rules(doctor, role, key, &praise);
    judge_holders(doctor, role, key, &praise);
    if (praise.unread)
        doctor_found(doctor, HEALTH_UNKNOWN, "role", role->id,
                     role->target.kind == TARGET_AZURE_ROLE ? azure_mend : doctor_see_above,
                     "Role %s: what cannot be read: %s (%s).", role->id, praise.unread, praise.why);
    if (praise.deserved)
        found_nothing(doctor, role, &praise);
}

/* What the group is bound to in its product no call tells. */
static void judge_binding(struct doctor *doctor, const struct role *role)
{
    json_t *given = NULL;
    const char *code = binding_doubt(role, moment_now(), &given);
    json_auto_t *args = given;
    if (code)
        doctor_found(doctor, HEALTH_WARNING, "binding", role->id,
                     words_say(doctor->arena, arena_text(doctor->arena, "%s.mend", code), args),
                     "%s", words_say(doctor->arena, code, args));
    else if (role->binding.attested_by)
        doctor_found(doctor, HEALTH_OK, "binding", role->id, NULL,
                     "Role %s: that it hangs on its group alone is attested.", role->id);
}

void doctor_targets(struct doctor *doctor)
{
    for (size_t i = 0; doctor->policy && i < policy_role_count(doctor->policy); i++) {
        judge_role(doctor, policy_role(doctor->policy, i));
        judge_binding(doctor, policy_role(doctor->policy, i));
    }
}
