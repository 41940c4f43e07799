#include "sandbox/routes.h"

#include "sandbox/arm/arm.h"
#include "sandbox/control/control.h"
#include "sandbox/graph/handlers.h"
#include "sandbox/login/login.h"
#include "sandbox/pages/front.h"

#include <string.h>

#define ANYONE      "" /* who needs no permission still needs a token, where Graph is concerned */
#define NOBODY      NULL
#define AZURE       "user_impersonation", ANYONE
#define SAME(needs) needs, needs
#define OPEN        SAME(ANYONE), ANY

/* Permissions that more than one row names. */
#define READ_USER                                                                                  \
    "User.ReadBasic.All | User.Read.All | User.ReadWrite.All | Directory.Read.All | "              \
    "Directory.ReadWrite.All"
#define READ_USER_FULLY "User.Read.All | User.ReadWrite.All | Directory.Read.All"
#define READ_MEMBERS                                                                               \
    "GroupMember.ReadBasic.All | GroupMember.Read.All | GroupMember.ReadWrite.All | "              \
    "Group.Read.All | Group.ReadWrite.All | Directory.Read.All"
#define READ_OWNERS                                                                                \
    "GroupMember.Read.All | GroupMember.ReadWrite.All | Group.Read.All | Group.ReadWrite.All | "   \
    "Directory.Read.All"
#define CHECK_GROUPS "GroupMember.Read.All + User.Read.All | Directory.Read.All"
#define CHECK_DEVICE "GroupMember.Read.All + Device.Read.All | Directory.Read.All"
#define READ_DEVICE  "Device.Read.All | Device.ReadWrite.All | Directory.Read.All"
#define READ_MANAGED                                                                               \
    "DeviceManagementManagedDevices.Read.All | DeviceManagementManagedDevices.ReadWrite.All"
#define READ_CONTEXTS                                                                              \
    "AuthenticationContext.Read.All | AuthenticationContext.ReadWrite.All | "                      \
    "Policy.Read.ConditionalAccess"
#define READ_GROUP_PIM                                                                             \
    "PrivilegedAssignmentSchedule.Read.AzureADGroup | "                                            \
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"
#define WRITE_GROUP_PIM                                                                            \
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup | "                                       \
    "PrivilegedAssignmentSchedule.Remove.AzureADGroup"
#define READ_GROUP_ELIGIBILITY                                                                     \
    "PrivilegedEligibilitySchedule.Read.AzureADGroup | "                                           \
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"
#define READ_ROLE_PIM                                                                              \
    "RoleAssignmentSchedule.Read.Directory | RoleAssignmentSchedule.ReadWrite.Directory | "        \
    "RoleManagement.Read.All | RoleManagement.Read.Directory | "                                   \
    "RoleManagement.ReadWrite.Directory"
/* Reading requests of roles needs the right to write them (contract 3.3). */
#define READ_ROLE_REQUESTS                                                                         \
    "RoleAssignmentSchedule.ReadWrite.Directory | RoleManagement.ReadWrite.Directory"
#define WRITE_ROLE_PIM READ_ROLE_REQUESTS " | RoleAssignmentSchedule.Remove.Directory"
#define READ_ROLE_ELIGIBILITY                                                                      \
    "RoleEligibilitySchedule.Read.Directory | RoleEligibilitySchedule.ReadWrite.Directory | "      \
    "RoleManagement.Read.All | RoleManagement.Read.Directory | "                                   \
    "RoleManagement.ReadWrite.Directory"
#define READ_ROLES                                                                                 \
    "RoleManagement.Read.Directory | RoleManagement.Read.All | "                                   \
    "RoleManagement.ReadWrite.Directory | Directory.Read.All"

#define WRITE_GROUP_FULLY "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"

#define MINE    "filterByCurrentUser(on='principal')"
#define DECIDED "filterByCurrentUser(on='approver')"

#define CA        "/identity/conditionalAccess"
#define PIM_GROUP "/identityGovernance/privilegedAccess/group"
#define PIM_ROLE  "/roleManagement/directory"
#define POLICIES  "/policies/roleManagementPolicies"
#define REPORT    "/reports/authenticationMethods/userRegistrationDetails"

/* clang-format off */
const struct route routes[] = {
    /* sign-in */
    {LOGIN, "GET",  "/{tenant}/v2.0/.well-known/openid-configuration", OPEN, NO_LIMIT, login_discovery_v2},
    {LOGIN, "GET",  "/{tenant}/.well-known/openid-configuration",      OPEN, NO_LIMIT, login_discovery_v1},
    {LOGIN, "GET",  "/{tenant}/discovery/v2.0/keys",     OPEN, NO_LIMIT, login_keys_v2},
    {LOGIN, "GET",  "/{tenant}/discovery/keys",          OPEN, NO_LIMIT, login_keys_v1},
    {LOGIN, "GET",  "/{tenant}/oauth2/v2.0/authorize",   OPEN, NO_LIMIT, login_authorize},
    {LOGIN, "POST", "/{tenant}/oauth2/v2.0/token",       OPEN, NO_LIMIT, login_token},
    {LOGIN, "GET",  "/{tenant}/oauth2/v2.0/logout",      OPEN, NO_LIMIT, login_logout},
    {LOGIN, "GET",  "/{tenant}/login",                   OPEN, NO_LIMIT, login_page},
    {LOGIN, "POST", "/{tenant}/login",                   OPEN, NO_LIMIT, login_submit},

    /* In each row of Graph: what a token needs in the name of a person, what it needs in that of an application, and
       which role that person must hold beside it (contract 3.3, 3.4). */

    /* users, groups, devices */
    {V1,    "GET",  "/me", "User.Read | User.ReadWrite | User.Read.All | User.ReadWrite.All | Directory.Read.All", NOBODY, ANY, NO_LIMIT, graph_me},
    {V1,    "GET",  "/users/{id}",                             SAME(READ_USER), ANY, NO_LIMIT, graph_user},
    {V1,    "GET",  "/users/{id}/manager",                     SAME(READ_USER_FULLY), ANY, NO_LIMIT, graph_user_manager},
    {V1,    "GET",  "/users/{id}/transitiveMemberOf",          SAME(READ_USER_FULLY), ANY, NO_LIMIT, graph_member_of},
    {V1,    "GET",  "/users/{id}/transitiveMemberOf/{cast}",   SAME(READ_USER_FULLY), ANY, NO_LIMIT, graph_member_of},
    {V1,    "POST", "/users/{id}/checkMemberGroups",           SAME(CHECK_GROUPS), ANY, NO_LIMIT, graph_check_member_groups},
    {V1,    "POST", "/users/{id}/revokeSignInSessions",        SAME("User.RevokeSessions.All | User.ReadWrite.All | Directory.ReadWrite.All"), ANY, NO_LIMIT, graph_revoke_sessions},
    {V1,    "POST", "/users/{id}/sendMail",                    NOBODY, "Mail.Send", ANY, NO_LIMIT, graph_send_mail},
    {V1,    "POST", "/directoryObjects/{id}/checkMemberGroups", SAME(CHECK_GROUPS), ANY, NO_LIMIT, graph_check_member_groups},
    {V1,    "GET",  "/groups/{id}",                            SAME("GroupMember.Read.All | Group.Read.All | Group.ReadWrite.All | Directory.Read.All"), ANY, NO_LIMIT, graph_group},
    {V1,    "GET",  "/groups/{id}/members",                    SAME(READ_MEMBERS), ANY, NO_LIMIT, graph_members},
    {V1,    "GET",  "/groups/{id}/members/{cast}",             SAME(READ_MEMBERS), ANY, NO_LIMIT, graph_members},
    {V1,    "GET",  "/groups/{id}/transitiveMembers",          SAME(READ_MEMBERS), ANY, NO_LIMIT, graph_transitive_members},
    {V1,    "GET",  "/groups/{id}/transitiveMembers/{cast}",   SAME(READ_MEMBERS), ANY, NO_LIMIT, graph_transitive_members},
    {V1,    "GET",  "/groups/{id}/owners",                     SAME(READ_OWNERS), ANY, NO_LIMIT, graph_owners},
    {V1,    "GET",  "/groups/{id}/owners/{cast}",              SAME(READ_OWNERS), ANY, NO_LIMIT, graph_owners},
    {BOTH,  "GET",  "/devices",                                SAME(READ_DEVICE), ANY, NO_LIMIT, graph_devices},
    {BOTH,  "GET",  "/devices(deviceId='{deviceId}')",         SAME(READ_DEVICE), ANY, NO_LIMIT, graph_device_by_device_id},
    {BOTH,  "GET",  "/devices/{id}",                           SAME(READ_DEVICE), ANY, NO_LIMIT, graph_device},
    {V1,    "GET",  "/devices/{id}/transitiveMemberOf",        SAME(READ_DEVICE), ANY, NO_LIMIT, graph_member_of},
    {V1,    "POST", "/devices/{id}/checkMemberGroups",         SAME(CHECK_DEVICE), ANY, NO_LIMIT, graph_check_member_groups},
    {V1,    "GET",  "/deviceManagement/managedDevices",        SAME(READ_MANAGED), ANY, NO_LIMIT, graph_managed_devices},
    {V1,    "GET",  "/deviceManagement/managedDevices/{id}",   SAME(READ_MANAGED), ANY, NO_LIMIT, graph_managed_device},

    /* risk, Conditional Access, logs */
    {V1,    "GET",  "/identityProtection/riskyUsers",          SAME("IdentityRiskyUser.Read.All | IdentityRiskyUser.ReadWrite.All"), READER, LIMIT_RISK, graph_risky_users},
    {V1,    "GET",  "/identityProtection/riskyUsers/{id}",     SAME("IdentityRiskyUser.Read.All | IdentityRiskyUser.ReadWrite.All"), READER, LIMIT_RISK, graph_risky_user},
    {V1,    "GET",  CA "/policies",                            SAME("Policy.Read.All"), READER, LIMIT_RISK, graph_access_policies},
    {V1,    "GET",  CA "/policies/{id}",                       SAME("Policy.Read.All"), READER, LIMIT_RISK, graph_access_policy},
    {V1,    "GET",  CA "/authenticationContextClassReferences",      SAME(READ_CONTEXTS), READER, NO_LIMIT, graph_contexts},
    {V1,    "GET",  CA "/authenticationContextClassReferences/{id}", SAME(READ_CONTEXTS), READER, NO_LIMIT, graph_context_class},
    {BOTH,  "GET",  "/auditLogs/signIns",                      SAME("AuditLog.Read.All"), READER, LIMIT_REPORTS, graph_sign_ins},
    {BOTH,  "GET",  "/auditLogs/signIns/{id}",                 SAME("AuditLog.Read.All"), READER, LIMIT_REPORTS, graph_sign_in},
    {V1,    "GET",  "/auditLogs/directoryAudits",              SAME("AuditLog.Read.All | Directory.Read.All"), READER, LIMIT_REPORTS, graph_audits},
    {V1,    "GET",  REPORT,                                    SAME("AuditLog.Read.All"), READER, LIMIT_REPORTS, graph_registrations},
    {V1,    "GET",  REPORT "/{id}",                            SAME("AuditLog.Read.All"), READER, LIMIT_REPORTS, graph_registration},

    /* PIM; what a POST or a policy needs depends on what it is about: its handler looks */
    {V1,    "GET",  PIM_GROUP "/assignmentScheduleInstances/" MINE,   READ_GROUP_PIM, NOBODY, ANY, NO_LIMIT, graph_my_group_instances},
    {V1,    "GET",  PIM_GROUP "/assignmentSchedules/" MINE,           READ_GROUP_PIM, NOBODY, ANY, NO_LIMIT, graph_my_group_schedules},
    {V1,    "GET",  PIM_GROUP "/assignmentScheduleRequests/" MINE,    READ_GROUP_PIM, NOBODY, ANY, NO_LIMIT, graph_my_group_requests},
    {V1,    "GET",  PIM_GROUP "/assignmentScheduleRequests/" DECIDED, READ_GROUP_PIM, NOBODY, ANY, NO_LIMIT, graph_group_requests_to_decide},
    {V1,    "GET",  PIM_GROUP "/eligibilityScheduleInstances/" MINE,  READ_GROUP_ELIGIBILITY, NOBODY, ANY, NO_LIMIT, graph_my_group_eligibilities},
    {V1,    "GET",  PIM_GROUP "/eligibilitySchedules/" MINE,          READ_GROUP_ELIGIBILITY, NOBODY, ANY, NO_LIMIT, graph_my_group_eligibility_schedules},
    {V1,    "GET",  PIM_GROUP "/assignmentApprovals/" DECIDED,        READ_GROUP_PIM, NOBODY, ANY, NO_LIMIT, graph_group_approvals_to_decide},
    {V1,    "GET",  PIM_GROUP "/assignmentApprovals/{id}",            READ_GROUP_PIM, NOBODY, ANY, NO_LIMIT, graph_group_approval},
    {V1,    "GET",  PIM_GROUP "/assignmentApprovals/{id}/stages",     READ_GROUP_PIM, NOBODY, ANY, NO_LIMIT, graph_group_approval_stages},
    {V1,    "GET",  PIM_GROUP "/assignmentApprovals/{id}/stages/{stageId}", READ_GROUP_PIM, NOBODY, ANY, NO_LIMIT, graph_group_approval_stage},
    {V1,    "PATCH", PIM_GROUP "/assignmentApprovals/{id}/stages/{stageId}", WRITE_GROUP_FULLY, NOBODY, ANY, NO_LIMIT, graph_group_approval_decide},
    {V1,    "PATCH", PIM_GROUP "/assignmentApprovals/{id}/steps/{stepId}", WRITE_GROUP_FULLY, NOBODY, ANY, NO_LIMIT, graph_group_approval_old},
    {BETA,  "PATCH", PIM_GROUP "/assignmentApprovals/{id}/steps/{stepId}", WRITE_GROUP_FULLY, NOBODY, ANY, NO_LIMIT, graph_group_approval_old},
    {V1,    "GET",  PIM_GROUP "/assignmentScheduleInstances",  SAME(READ_GROUP_PIM), ANY, LIMIT_GROUP_LISTS, graph_group_instances},
    {V1,    "GET",  PIM_GROUP "/assignmentSchedules",          SAME(READ_GROUP_PIM), ANY, LIMIT_GROUP_LISTS, graph_group_schedules},
    {V1,    "GET",  PIM_GROUP "/assignmentScheduleRequests",   SAME(READ_GROUP_PIM), ANY, LIMIT_GROUP_LISTS, graph_group_requests},
    {V1,    "POST", PIM_GROUP "/assignmentScheduleRequests",   SAME(WRITE_GROUP_PIM), ANY, NO_LIMIT, graph_group_post},
    {V1,    "GET",  PIM_GROUP "/assignmentScheduleRequests/{id}", SAME(READ_GROUP_PIM), ANY, NO_LIMIT, graph_group_request},
    {V1,    "POST", PIM_GROUP "/assignmentScheduleRequests/{id}/cancel", SAME("PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"), ANY, NO_LIMIT, graph_group_cancel},
    {V1,    "GET",  PIM_GROUP "/eligibilityScheduleInstances", SAME(READ_GROUP_ELIGIBILITY), ANY, LIMIT_GROUP_LISTS, graph_group_eligibilities},
    {V1,    "GET",  PIM_GROUP "/eligibilitySchedules",         SAME(READ_GROUP_ELIGIBILITY), ANY, LIMIT_GROUP_LISTS, graph_group_eligibility_schedules},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentScheduleInstances/" MINE,  READ_ROLE_PIM, NOBODY, ANY, NO_LIMIT, graph_my_role_instances},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentSchedules/" MINE,          READ_ROLE_PIM, NOBODY, ANY, NO_LIMIT, graph_my_role_schedules},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentScheduleRequests/" MINE,    READ_ROLE_REQUESTS, NOBODY, ANY, NO_LIMIT, graph_my_role_requests},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentScheduleRequests/" DECIDED, READ_ROLE_REQUESTS, NOBODY, ANY, NO_LIMIT, graph_role_requests_to_decide},
    {V1,    "GET",  PIM_ROLE "/roleEligibilityScheduleInstances/" MINE, READ_ROLE_ELIGIBILITY, NOBODY, ANY, NO_LIMIT, graph_my_role_eligibilities},
    {V1,    "GET",  PIM_ROLE "/roleEligibilitySchedules/" MINE,         READ_ROLE_ELIGIBILITY, NOBODY, ANY, NO_LIMIT, graph_my_role_eligibility_schedules},
    {BETA,  "GET",  PIM_ROLE "/roleAssignmentApprovals/{id}",           READ_ROLE_REQUESTS, NOBODY, ANY, NO_LIMIT, graph_role_approval},
    {BETA,  "GET",  PIM_ROLE "/roleAssignmentApprovals/{id}/steps",     READ_ROLE_REQUESTS, NOBODY, ANY, NO_LIMIT, graph_role_approval_steps},
    {BETA,  "PATCH", PIM_ROLE "/roleAssignmentApprovals/{id}/steps/{stepId}", READ_ROLE_REQUESTS, NOBODY, ANY, NO_LIMIT, graph_role_approval_decide},
    {V1,    "GET",  PIM_ROLE "/roleEligibilitySchedules",      SAME(READ_ROLE_ELIGIBILITY), READER, NO_LIMIT, graph_role_eligibility_schedules},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentScheduleInstances", SAME(READ_ROLE_PIM), READER, NO_LIMIT, graph_role_instances},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentSchedules",       SAME(READ_ROLE_PIM), READER, NO_LIMIT, graph_role_schedules},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentScheduleRequests", SAME(READ_ROLE_REQUESTS), READER, NO_LIMIT, graph_role_requests},
    {V1,    "POST", PIM_ROLE "/roleAssignmentScheduleRequests", SAME(WRITE_ROLE_PIM), ANY, NO_LIMIT, graph_role_post},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentScheduleRequests/{id}", SAME(READ_ROLE_REQUESTS), ANY, NO_LIMIT, graph_role_request},
    {V1,    "POST", PIM_ROLE "/roleAssignmentScheduleRequests/{id}/cancel", SAME(READ_ROLE_REQUESTS), ANY, NO_LIMIT, graph_role_cancel},
    {V1,    "GET",  PIM_ROLE "/roleEligibilityScheduleInstances", SAME(READ_ROLE_ELIGIBILITY), READER, NO_LIMIT, graph_role_eligibilities},
    {V1,    "GET",  PIM_ROLE "/roleAssignments",               SAME(READ_ROLES), ANY, NO_LIMIT, graph_role_assignments},
    {V1,    "GET",  PIM_ROLE "/roleDefinitions",               SAME(READ_ROLES), ANY, NO_LIMIT, graph_role_definitions},
    {V1,    "GET",  PIM_ROLE "/roleDefinitions/{id}",          SAME(READ_ROLES), ANY, NO_LIMIT, graph_role_definition},
    {V1,    "GET",  "/policies/roleManagementPolicyAssignments",      SAME(ANYONE), ANY, NO_LIMIT, graph_policy_assignments},
    {V1,    "GET",  "/policies/roleManagementPolicyAssignments/{id}", SAME(ANYONE), ANY, NO_LIMIT, graph_policy_assignment},
    {V1,    "GET",  POLICIES "/{id}",                          SAME(ANYONE), ANY, NO_LIMIT, graph_policy},
    {V1,    "GET",  POLICIES "/{id}/rules",                    SAME(ANYONE), ANY, NO_LIMIT, graph_policy_rules},
    {V1,    "GET",  POLICIES "/{id}/rules/{ruleId}",           SAME(ANYONE), ANY, NO_LIMIT, graph_policy_rule},
    {BOTH,  "POST", "/$batch",                                 SAME(ANYONE), ANY, NO_LIMIT, graph_batch},

    /* Azure Resource Manager, below any scope; what else it takes is a role of Azure there: its handler looks */
    {ARM,   "GET",  "/roleAssignmentScheduleRequests",               AZURE, ANY, NO_LIMIT, arm_requests},
    {ARM,   "PUT",  "/roleAssignmentScheduleRequests/{name}",        AZURE, ANY, NO_LIMIT, arm_put},
    {ARM,   "GET",  "/roleAssignmentScheduleRequests/{name}",        AZURE, ANY, NO_LIMIT, arm_request},
    {ARM,   "POST", "/roleAssignmentScheduleRequests/{name}/cancel", AZURE, ANY, NO_LIMIT, arm_cancel},
    {ARM,   "POST", "/roleAssignmentScheduleRequests/{name}/validate", AZURE, ANY, NO_LIMIT, arm_validate},
    {ARM,   "GET",  "/roleAssignmentScheduleInstances",              AZURE, ANY, NO_LIMIT, arm_instances},
    {ARM,   "GET",  "/roleAssignmentSchedules",                      AZURE, ANY, NO_LIMIT, arm_schedules},
    {ARM,   "GET",  "/roleEligibilityScheduleInstances",             AZURE, ANY, NO_LIMIT, arm_eligibilities},
    {ARM,   "GET",  "/roleEligibilitySchedules",                     AZURE, ANY, NO_LIMIT, arm_eligibility_schedules},
    {ARM,   "GET",  "/roleManagementPolicyAssignments",              AZURE, ANY, NO_LIMIT, arm_policy_assignments},
    {ARM,   "GET",  "/roleDefinitions/{name}",                       AZURE, ANY, NO_LIMIT, arm_role_definition},
    {ARM,   "GET",  "/roleAssignmentApprovals/{id}/stages",          "user_impersonation", NOBODY, ANY, NO_LIMIT, arm_stages},
    {ARM,   "PATCH", "/roleAssignmentApprovals/{id}/stages/{stageId}", "user_impersonation", NOBODY, ANY, NO_LIMIT, arm_decide},
    {ARM,   "PUT",  "/roleAssignmentApprovals/{id}/stages/{stageId}", "user_impersonation", NOBODY, ANY, NO_LIMIT, arm_decide},

    /* for tests and for whoever looks on (README.md, "Control API") */
    {CONTROL, "GET",    "/_sandbox",                  OPEN, NO_LIMIT, control_overview},
    {CONTROL, "GET",    "/_sandbox/journal",          OPEN, NO_LIMIT, control_journal},
    {CONTROL, "GET",    "/_sandbox/mail",             OPEN, NO_LIMIT, control_mail},
    {CONTROL, "DELETE", "/_sandbox/mail",             OPEN, NO_LIMIT, control_mail_delete},
    {CONTROL, "GET",    "/_sandbox/assignments",      OPEN, NO_LIMIT, control_assignments},
    {CONTROL, "POST",   "/_sandbox/assignments",      OPEN, NO_LIMIT, control_assignment_add},
    {CONTROL, "DELETE", "/_sandbox/assignments/{id}", OPEN, NO_LIMIT, control_assignment_delete},
    {CONTROL, "GET",    "/_sandbox/faults",           OPEN, NO_LIMIT, control_faults},
    {CONTROL, "POST",   "/_sandbox/faults",           OPEN, NO_LIMIT, control_fault_add},
    {CONTROL, "DELETE", "/_sandbox/faults",           OPEN, NO_LIMIT, control_faults_delete},
    {CONTROL, "DELETE", "/_sandbox/faults/{id}",      OPEN, NO_LIMIT, control_faults_delete},
    {CONTROL, "GET",    "/_sandbox/held",             OPEN, NO_LIMIT, control_held},
    {CONTROL, "POST",   "/_sandbox/release",          OPEN, NO_LIMIT, control_release},
    {CONTROL, "GET",    "/_sandbox/clock",            OPEN, NO_LIMIT, control_clock},
    {CONTROL, "POST",   "/_sandbox/clock",            OPEN, NO_LIMIT, control_clock_set},
    {CONTROL, "GET",    "/_sandbox/persons",          OPEN, NO_LIMIT, control_persons},
    {CONTROL, "POST",   "/_sandbox/persons",          OPEN, NO_LIMIT, control_person_add},
    {CONTROL, "PATCH",  "/_sandbox/persons/{id}",     OPEN, NO_LIMIT, control_person_change},
    {CONTROL, "DELETE", "/_sandbox/persons/{id}",     OPEN, NO_LIMIT, control_person_delete},
    {CONTROL, "GET",    "/_sandbox/groups",           OPEN, NO_LIMIT, control_groups},
    {CONTROL, "POST",   "/_sandbox/groups",           OPEN, NO_LIMIT, control_group_add},
    {CONTROL, "PATCH",  "/_sandbox/groups/{id}",      OPEN, NO_LIMIT, control_group_change},
    {CONTROL, "DELETE", "/_sandbox/groups/{id}",      OPEN, NO_LIMIT, control_group_delete},
    {CONTROL, "GET",    "/_sandbox/devices",          OPEN, NO_LIMIT, control_devices},
    {CONTROL, "POST",   "/_sandbox/devices",          OPEN, NO_LIMIT, control_device_add},
    {CONTROL, "PATCH",  "/_sandbox/devices/{id}",     OPEN, NO_LIMIT, control_device_change},
    {CONTROL, "DELETE", "/_sandbox/devices/{id}",     OPEN, NO_LIMIT, control_device_delete},
    {CONTROL, "GET",    "/_sandbox/ca",               OPEN, NO_LIMIT, control_access_policies},
    {CONTROL, "PATCH",  "/_sandbox/ca/{id}",          OPEN, NO_LIMIT, control_access_policy_change},
    {CONTROL, "GET",    "/_sandbox/pim",              OPEN, NO_LIMIT, control_pim},
    {CONTROL, "PATCH",  "/_sandbox/pim",              OPEN, NO_LIMIT, control_pim_change},
    {CONTROL, "POST",   "/_sandbox/approvals/{id}",   OPEN, NO_LIMIT, control_approval},
    {CONTROL, "PATCH",  "/_sandbox/azure-scopes",     OPEN, NO_LIMIT, control_azure_scope_change},
    {CONTROL, "GET",    "/_sandbox/apps",             OPEN, NO_LIMIT, control_apps},
    {CONTROL, "PATCH",  "/_sandbox/apps/{id}",        OPEN, NO_LIMIT, control_app_change},
    {CONTROL, "GET",    "/_sandbox/keys",             OPEN, NO_LIMIT, control_keys},
    {CONTROL, "POST",   "/_sandbox/keys",             OPEN, NO_LIMIT, control_keys_change},
    {CONTROL, "POST",   "/_sandbox/tokens",           OPEN, NO_LIMIT, control_token_add},
    {CONTROL, "POST",   "/_sandbox/sign-ins",         OPEN, NO_LIMIT, control_sign_in_add},
    {CONTROL, "GET",    "/_sandbox/switches",         OPEN, NO_LIMIT, control_switches},
    {CONTROL, "POST",   "/_sandbox/switches",         OPEN, NO_LIMIT, control_switches_change},
    {CONTROL, "POST",   "/_sandbox/reset",            OPEN, NO_LIMIT, control_reset},
    {PAGE,    "GET",    "/",                          OPEN, NO_LIMIT, front_page},
    {PAGE,    "GET",    "/_sandbox/mail/{id}/html",   OPEN, NO_LIMIT, front_mail},
};
/* clang-format on */
const size_t routes_count = COUNT(routes);

static bool serves(enum serves serves, enum api api)
{
    switch (serves) {
    case LOGIN:
        return api == API_LOGIN;
    case V1:
        return api == API_V1;
    case BETA:
        return api == API_BETA;
    case BOTH:
        return api == API_V1 || api == API_BETA;
    case ARM:
        return api == API_ARM;
    case CONTROL:
        return api == API_CONTROL;
    case PAGE:
        return api == API_PAGE || api == API_CONTROL;
    }
    return false;
}

/* One segment against its template, which may have one {…} with text around it. */
static bool segment_fits(const char *template, size_t template_length, const char *segment,
                         size_t length, struct arena *arena, const char **param)
{
    const char *open = memchr(template, '{', template_length);
    if (!open)
        return template_length == length && strncmp(template, segment, length) == 0;
    const char *close = memchr(open, '}', template_length - (size_t)(open - template));
    size_t before = (size_t)(open - template);
    size_t after = template_length - (size_t)(close - template) - 1;
    if (length <= before + after || strncmp(template, segment, before) != 0 ||
        strncmp(close + 1, segment + length - after, after) != 0)
        return false;
    *param = arena_copy_bytes(arena, segment + before, length - before - after);
    return true;
}

static bool path_fits(const char *template, const char *path, struct exchange *exchange)
{
    size_t params = 0;
    while (*template && *path) {
        template ++; /* each begins with a slash */
        path++;
        size_t template_length = strcspn(template, "/"), length = strcspn(path, "/");
        const char *param = NULL;
        if (!segment_fits(template, template_length, path, length, exchange->arena, &param))
            return false;
        if (param && params < EXCHANGE_PARAMS)
            exchange->params[params++] = param;
        template += template_length;
        path += length;
    }
    for (size_t i = params; i < EXCHANGE_PARAMS; i++)
        exchange->params[i] = NULL;
    return !*template && !*path;
}

const struct route *route_find(struct exchange *exchange, bool *other_method)
{
    *other_method = false;
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes[i];
        if (!serves(route->serves, exchange->api) ||
            !path_fits(route->path, exchange->route_path, exchange))
            continue;
        if (text_equals(route->method, exchange->method))
            return route;
        *other_method = true;
    }
    return NULL;
}
