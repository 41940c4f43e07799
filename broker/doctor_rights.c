/* What Entra lets Curfew do: too little, and too much (contract 3). The list is that of
   docker/entra/permissions.json; tests hold the two together. */
#include "doctor_checks.h"

enum { APPLICATION = 1, BY_PEOPLE = 2, EVERY = APPLICATION | BY_PEOPLE };
enum when {
    ALWAYS,
    WITH_GROUPS,
    WITH_ROLES,
    WITH_RISK,
    WITH_CLOSING,
    WITH_MAIL,
    WITH_ELIGIBLE,
    WITH_LOG,
    FOR_DOCTOR
};

static const struct right {
    const char *name;
    unsigned modes;
    enum when when;
    const char *without; /* what does not work without it */
    const char *calls;   /* that need it */
} needed[] = {
    {"PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup", APPLICATION, WITH_GROUPS,
     "no membership of a group can be given, taken or read back",
     "POST /v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests, GET "
     "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances"},
    {"PrivilegedAssignmentSchedule.Remove.AzureADGroup", BY_PEOPLE, WITH_GROUPS,
     "no membership of a group can be taken early",
     "POST /v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests"},
    {"PrivilegedAssignmentSchedule.Read.AzureADGroup", BY_PEOPLE, WITH_GROUPS,
     "no membership of a group can be read back",
     "GET /v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances"},
    {"PrivilegedEligibilitySchedule.Read.AzureADGroup", BY_PEOPLE, WITH_GROUPS,
     "nobody can be seen to be eligible for a group",
     "GET /v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"},
    {"PrivilegedEligibilitySchedule.Read.AzureADGroup", APPLICATION, WITH_ELIGIBLE,
     "nobody can be seen to be eligible for a group, as a rule demands",
     "GET /v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"},
    {"RoleAssignmentSchedule.ReadWrite.Directory", APPLICATION, WITH_ROLES,
     "no Entra role can be given or taken",
     "POST /v1.0/roleManagement/directory/roleAssignmentScheduleRequests"},
    {"RoleAssignmentSchedule.Remove.Directory", BY_PEOPLE, WITH_ROLES,
     "no Entra role can be taken early",
     "POST /v1.0/roleManagement/directory/roleAssignmentScheduleRequests"},
    {"RoleManagement.Read.Directory", EVERY, WITH_ROLES, "PIM's rules for a role cannot be read",
     "GET /v1.0/policies/roleManagementPolicyAssignments?scopeType eq 'DirectoryRole', GET "
     "/v1.0/roleManagement/directory/roleAssignments"},
    {"RoleManagement.Read.Directory", EVERY, FOR_DOCTOR, NULL, NULL},
    {"RoleManagementPolicy.Read.AzureADGroup", EVERY, WITH_GROUPS,
     "PIM's rules for a group cannot be read",
     "GET /v1.0/policies/roleManagementPolicyAssignments?scopeType eq 'Group'"},
    {"AuditLog.Read.All", EVERY, WITH_LOG,
     "no sign-in's risk or client can be read, and nobody is told that they have no second factor",
     "GET /v1.0/auditLogs/signIns, GET "
     "/v1.0/reports/authenticationMethods/userRegistrationDetails/{id}"},
    {"Device.Read.All", EVERY, ALWAYS, "devices cannot be looked at in Entra",
     "GET /v1.0/devices(deviceId='{deviceId}'), POST /v1.0/devices/{id}/checkMemberGroups"},
    {"DeviceManagementManagedDevices.Read.All", EVERY, ALWAYS,
     "devices cannot be looked at in Intune", "GET /v1.0/deviceManagement/managedDevices"},
    {"GroupMember.Read.All", EVERY, ALWAYS, "nobody can be seen to be in a group of the policy",
     "POST /v1.0/users/{id}/checkMemberGroups, GET "
     "/v1.0/groups/{id}/transitiveMembers/microsoft.graph.user"
     ", GET /v1.0/groups/{id}/members, POST /v1.0/devices/{id}/checkMemberGroups"},
    {"IdentityRiskyUser.Read.All", EVERY, WITH_RISK, "nobody's risk can be read",
     "GET /v1.0/identityProtection/riskyUsers"},
    {"Policy.Read.All", EVERY, ALWAYS, "no authentication context counts for anything",
     "GET /v1.0/identity/conditionalAccess/policies"},
    {"User.Read.All", EVERY, ALWAYS, "accounts cannot be read, nor memberships",
     "GET /v1.0/users/{id}, POST /v1.0/users/{id}/checkMemberGroups, GET "
     "/v1.0/users/{id}/manager"},
    {"User.RevokeSessions.All", EVERY, WITH_CLOSING,
     "nobody is signed out when a role is taken away from them",
     "POST /v1.0/users/{id}/revokeSignInSessions"},
    {"Mail.Send", EVERY, WITH_MAIL, NULL, NULL}, /* Exchange grants it: doctor_mail */
};

/* Each leads to Global Administrator, or takes away what protects from that (contract 3.2). */
static const char *const tier_0[] = {
    "AppRoleAssignment.ReadWrite.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "DeviceManagementConfiguration.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "Policy.ReadWrite.ConditionalAccess",
    "PrivilegedAccess.ReadWrite.AzureADGroup",
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "RoleManagement.ReadWrite.Directory",
    "RoleManagementPolicy.ReadWrite.AzureADGroup",
    "RoleManagementPolicy.ReadWrite.Directory",
    "UserAuthenticationMethod.ReadWrite.All",
};

static const char *const take_away =
    "Take it away: Enterprise applications, Curfew, Permissions, Revoke "
    "(docker/entra/README.md lists what is needed).";

static bool is_tier_0(const char *name)
{
    for (size_t i = 0; i < COUNT(tier_0); i++)
        if (text_equals(tier_0[i], name))
            return true;
    return false;
}

static bool has_target(const struct policy *policy, enum target_kind kind)
{
    for (size_t i = 0; policy && i < policy_role_count(policy); i++)
        if (policy_role(policy, i)->target.kind == kind)
            return true;
    return false;
}

static bool is_demanded(const struct doctor *doctor, enum when when)
{
    if (!doctor->policy)
        return false;
    const struct required all = policy_requires(doctor->policy, doctor->arena);
    return when == WITH_ELIGIBLE ? all.eligible && has_target(doctor->policy, TARGET_GROUP)
                                 : all.watch_sign_in_risk || all.modern_authentication ||
                                       policy_asks_mfa(doctor->policy);
}

static bool closes_sessions(const struct policy *policy)
{
    for (size_t i = 0; policy && i < policy_role_count(policy); i++)
        if (policy_role(policy, i)->closes_sessions)
            return true;
    return false;
}

static bool is_needed(const struct doctor *doctor, const struct right *right)
{
    bool application = text_equals(doctor->settings->activation, "application");
    if (!(right->modes & (application ? APPLICATION : BY_PEOPLE)))
        return false;
    switch (right->when) {
    case WITH_GROUPS:
        return has_target(doctor->policy, TARGET_GROUP);
    case WITH_ROLES:
        return has_target(doctor->policy, TARGET_DIRECTORY_ROLE);
    case WITH_RISK:
        return doctor->policy && policy_watches_risk(doctor->policy) &&
               parts_cloud_knows_risk(doctor->settings);
    case WITH_CLOSING:
        return closes_sessions(doctor->policy);
    case WITH_MAIL:
        return doctor->settings->notify.count > 0;
    case WITH_ELIGIBLE:
    case WITH_LOG:
        return is_demanded(doctor, right->when);
    default:
        return true;
    }
}

static bool is_name_needed(const struct doctor *doctor, const char *name)
{
    for (size_t i = 0; i < COUNT(needed); i++)
        if (text_equals(needed[i].name, name) && is_needed(doctor, &needed[i]))
            return true;
    return false;
}

static size_t judge_missing(struct doctor *doctor)
{
    size_t missing = 0;
    for (size_t i = 0; i < COUNT(needed); i++) {
        const struct right *right = &needed[i];
        if (!right->without || !is_needed(doctor, right) ||
            doctor_holds(&doctor->directory, right->name))
            continue;
        missing++;
        doctor_found(doctor, HEALTH_WRONG, "permission", right->name,
                     "Add it to the registration and grant admin consent (docker/entra/README.md, "
                     "step 3); a new token brings it, within the hour.",
                     "The permission %s is missing: without it %s (%s).", right->name,
                     right->without, right->calls);
    }
    return missing;
}

static void judge_held(struct doctor *doctor, const char *name)
{
    const char *mode = doctor->settings->activation;
    bool wanted = is_name_needed(doctor, name), strong = is_tier_0(name);
    if (strong && wanted)
        doctor_found(doctor, HEALTH_WARNING, "tier-0", name,
                     "Guard this machine and its key like a domain controller; the modes in which "
                     "people activate with their own token do not need it.",
                     "TIER 0: %s can make anybody Global Administrator. Mode %s needs it.", name,
                     mode);
    else if (strong)
        doctor_found(doctor, HEALTH_WRONG, "tier-0", name, take_away,
                     "TIER 0: %s leads to Global Administrator, and nothing here needs it in mode "
                     "%s.",
                     name, mode);
    else if (!wanted)
        doctor_found(doctor, HEALTH_WARNING, "permission", name, take_away,
                     "The permission %s is granted, but nothing here needs it.", name);
}

/* A registration of its own for sign-in calls nothing. */
static void judge_people(struct doctor *doctor)
{
    const struct granted *granted = &doctor->sign_in;
    for (size_t i = 0; i < granted->count; i++) {
        const char *name = granted->rights[i];
        bool strong = is_tier_0(name);
        doctor_found(doctor, strong ? HEALTH_WRONG : HEALTH_WARNING,
                     strong ? "tier-0" : "permission", name, take_away,
                     "%sthe registration of entra.sign_in holds %s, but that of entra.directory "
                     "makes the calls.",
                     strong ? "TIER 0: " : "", name);
    }
}

void doctor_rights(struct doctor *doctor)
{
    const struct granted *granted = &doctor->directory;
    if (granted->token.fail) {
        doctor_found(doctor, HEALTH_UNKNOWN, "permission", NULL,
                     "Mend the token first; then run doctor again.",
                     "What Entra permits Curfew shows in its token for Graph, and there is none.");
        return;
    }
    if (!doctor->policy)
        doctor_found(doctor, HEALTH_UNKNOWN, "permission", NULL, "Mend the policy first.",
                     "What is needed for the roles of the policy cannot be told.");
    size_t missing = judge_missing(doctor);
    if (!missing && doctor->policy)
        doctor_found(doctor, HEALTH_OK, "permission", NULL, NULL,
                     "Every permission is granted that mode %s needs for this policy.",
                     doctor->settings->activation);
    for (size_t i = 0; doctor->policy && i < granted->count; i++)
        judge_held(doctor, granted->rights[i]);
    judge_people(doctor);
}
