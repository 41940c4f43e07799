#include "sandbox/routes.h"

#include "sandbox/control/control.h"
#include "sandbox/graph/handlers.h"
#include "sandbox/login/login.h"
#include "sandbox/pages/front.h"

#include <string.h>

#define ANYONE "" /* who needs no permission still needs a token, where Graph is concerned */

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

#define CA        "/identity/conditionalAccess"
#define PIM_GROUP "/identityGovernance/privilegedAccess/group"
#define PIM_ROLE  "/roleManagement/directory"
#define POLICIES  "/policies/roleManagementPolicies"
#define REPORT    "/reports/authenticationMethods/userRegistrationDetails"

/* clang-format off */
const struct route routes[] = {
    /* sign-in */
    {LOGIN, "GET",  "/{tenant}/v2.0/.well-known/openid-configuration", ANYONE, NO_LIMIT, login_discovery_v2},
    {LOGIN, "GET",  "/{tenant}/.well-known/openid-configuration",      ANYONE, NO_LIMIT, login_discovery_v1},
    {LOGIN, "GET",  "/{tenant}/discovery/v2.0/keys",     ANYONE, NO_LIMIT, login_keys_v2},
    {LOGIN, "GET",  "/{tenant}/discovery/keys",          ANYONE, NO_LIMIT, login_keys_v1},
    {LOGIN, "GET",  "/{tenant}/oauth2/v2.0/authorize",   ANYONE, NO_LIMIT, login_authorize},
    {LOGIN, "POST", "/{tenant}/oauth2/v2.0/token",       ANYONE, NO_LIMIT, login_token},
    {LOGIN, "GET",  "/{tenant}/oauth2/v2.0/logout",      ANYONE, NO_LIMIT, login_logout},
    {LOGIN, "GET",  "/{tenant}/login",                   ANYONE, NO_LIMIT, login_page},
    {LOGIN, "POST", "/{tenant}/login",                   ANYONE, NO_LIMIT, login_submit},

    /* users, groups, devices */
    {V1,    "GET",  "/users/{id}",                             READ_USER,       NO_LIMIT, graph_user},
    {V1,    "GET",  "/users/{id}/manager",                     READ_USER_FULLY, NO_LIMIT, graph_user_manager},
    {V1,    "GET",  "/users/{id}/transitiveMemberOf",          READ_USER_FULLY, NO_LIMIT, graph_member_of},
    {V1,    "GET",  "/users/{id}/transitiveMemberOf/{cast}",   READ_USER_FULLY, NO_LIMIT, graph_member_of},
    {V1,    "POST", "/users/{id}/checkMemberGroups",           CHECK_GROUPS,    NO_LIMIT, graph_check_member_groups},
    {V1,    "POST", "/users/{id}/revokeSignInSessions",        "User.RevokeSessions.All | User.ReadWrite.All | Directory.ReadWrite.All", NO_LIMIT, graph_revoke_sessions},
    {V1,    "POST", "/users/{id}/sendMail",                    "Mail.Send",     NO_LIMIT, graph_send_mail},
    {V1,    "POST", "/directoryObjects/{id}/checkMemberGroups", CHECK_GROUPS,   NO_LIMIT, graph_check_member_groups},
    {V1,    "GET",  "/groups/{id}",                            "GroupMember.Read.All | Group.Read.All | Group.ReadWrite.All | Directory.Read.All", NO_LIMIT, graph_group},
    {V1,    "GET",  "/groups/{id}/members",                    READ_MEMBERS,    NO_LIMIT, graph_members},
    {V1,    "GET",  "/groups/{id}/members/{cast}",             READ_MEMBERS,    NO_LIMIT, graph_members},
    {V1,    "GET",  "/groups/{id}/transitiveMembers",          READ_MEMBERS,    NO_LIMIT, graph_transitive_members},
    {V1,    "GET",  "/groups/{id}/transitiveMembers/{cast}",   READ_MEMBERS,    NO_LIMIT, graph_transitive_members},
    {V1,    "GET",  "/groups/{id}/owners",                     READ_OWNERS,     NO_LIMIT, graph_owners},
    {V1,    "GET",  "/groups/{id}/owners/{cast}",              READ_OWNERS,     NO_LIMIT, graph_owners},
    {BOTH,  "GET",  "/devices",                                READ_DEVICE,     NO_LIMIT, graph_devices},
    {BOTH,  "GET",  "/devices(deviceId='{deviceId}')",         READ_DEVICE,     NO_LIMIT, graph_device_by_device_id},
    {BOTH,  "GET",  "/devices/{id}",                           READ_DEVICE,     NO_LIMIT, graph_device},
    {V1,    "GET",  "/devices/{id}/transitiveMemberOf",        READ_DEVICE,     NO_LIMIT, graph_member_of},
    {V1,    "POST", "/devices/{id}/checkMemberGroups",         CHECK_DEVICE,    NO_LIMIT, graph_check_member_groups},
    {V1,    "GET",  "/deviceManagement/managedDevices",        READ_MANAGED,    NO_LIMIT, graph_managed_devices},
    {V1,    "GET",  "/deviceManagement/managedDevices/{id}",   READ_MANAGED,    NO_LIMIT, graph_managed_device},

    /* risk, Conditional Access, logs */
    {V1,    "GET",  "/identityProtection/riskyUsers",          "IdentityRiskyUser.Read.All | IdentityRiskyUser.ReadWrite.All", LIMIT_RISK, graph_risky_users},
    {V1,    "GET",  "/identityProtection/riskyUsers/{id}",     "IdentityRiskyUser.Read.All | IdentityRiskyUser.ReadWrite.All", LIMIT_RISK, graph_risky_user},
    {V1,    "GET",  CA "/policies",                            "Policy.Read.All", LIMIT_RISK, graph_access_policies},
    {V1,    "GET",  CA "/policies/{id}",                       "Policy.Read.All", LIMIT_RISK, graph_access_policy},
    {V1,    "GET",  CA "/authenticationContextClassReferences",      READ_CONTEXTS, NO_LIMIT, graph_contexts},
    {V1,    "GET",  CA "/authenticationContextClassReferences/{id}", READ_CONTEXTS, NO_LIMIT, graph_context_class},
    {BOTH,  "GET",  "/auditLogs/signIns",                      "AuditLog.Read.All", LIMIT_REPORTS, graph_sign_ins},
    {BOTH,  "GET",  "/auditLogs/signIns/{id}",                 "AuditLog.Read.All", LIMIT_REPORTS, graph_sign_in},
    {V1,    "GET",  "/auditLogs/directoryAudits",              "AuditLog.Read.All | Directory.Read.All", LIMIT_REPORTS, graph_audits},
    {V1,    "GET",  REPORT,                                    "AuditLog.Read.All", LIMIT_REPORTS, graph_registrations},
    {V1,    "GET",  REPORT "/{id}",                            "AuditLog.Read.All", LIMIT_REPORTS, graph_registration},

    /* PIM; what a POST or a policy needs depends on what it is about: its handler looks */
    {V1,    "GET",  PIM_GROUP "/assignmentScheduleInstances",  READ_GROUP_PIM,  LIMIT_GROUP_LISTS, graph_group_instances},
    {V1,    "GET",  PIM_GROUP "/assignmentSchedules",          READ_GROUP_PIM,  LIMIT_GROUP_LISTS, graph_group_schedules},
    {V1,    "GET",  PIM_GROUP "/assignmentScheduleRequests",   READ_GROUP_PIM,  LIMIT_GROUP_LISTS, graph_group_requests},
    {V1,    "POST", PIM_GROUP "/assignmentScheduleRequests",   WRITE_GROUP_PIM, NO_LIMIT, graph_group_post},
    {V1,    "GET",  PIM_GROUP "/assignmentScheduleRequests/{id}", READ_GROUP_PIM, NO_LIMIT, graph_group_request},
    {V1,    "POST", PIM_GROUP "/assignmentScheduleRequests/{id}/cancel", "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup", NO_LIMIT, graph_group_cancel},
    {V1,    "GET",  PIM_GROUP "/eligibilityScheduleInstances", READ_GROUP_ELIGIBILITY, LIMIT_GROUP_LISTS, graph_group_eligibilities},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentScheduleInstances", READ_ROLE_PIM, NO_LIMIT, graph_role_instances},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentSchedules",       READ_ROLE_PIM,   NO_LIMIT, graph_role_schedules},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentScheduleRequests", READ_ROLE_REQUESTS, NO_LIMIT, graph_role_requests},
    {V1,    "POST", PIM_ROLE "/roleAssignmentScheduleRequests", WRITE_ROLE_PIM, NO_LIMIT, graph_role_post},
    {V1,    "GET",  PIM_ROLE "/roleAssignmentScheduleRequests/{id}", READ_ROLE_REQUESTS, NO_LIMIT, graph_role_request},
    {V1,    "POST", PIM_ROLE "/roleAssignmentScheduleRequests/{id}/cancel", READ_ROLE_REQUESTS, NO_LIMIT, graph_role_cancel},
    {V1,    "GET",  PIM_ROLE "/roleEligibilityScheduleInstances", READ_ROLE_ELIGIBILITY, NO_LIMIT, graph_role_eligibilities},
    {V1,    "GET",  PIM_ROLE "/roleAssignments",               READ_ROLES,      NO_LIMIT, graph_role_assignments},
    {V1,    "GET",  PIM_ROLE "/roleDefinitions",               READ_ROLES,      NO_LIMIT, graph_role_definitions},
    {V1,    "GET",  PIM_ROLE "/roleDefinitions/{id}",          READ_ROLES,      NO_LIMIT, graph_role_definition},
    {V1,    "GET",  "/policies/roleManagementPolicyAssignments",      ANYONE,   NO_LIMIT, graph_policy_assignments},
    {V1,    "GET",  "/policies/roleManagementPolicyAssignments/{id}", ANYONE,   NO_LIMIT, graph_policy_assignment},
    {V1,    "GET",  POLICIES "/{id}",                          ANYONE,          NO_LIMIT, graph_policy},
    {V1,    "GET",  POLICIES "/{id}/rules",                    ANYONE,          NO_LIMIT, graph_policy_rules},
    {V1,    "GET",  POLICIES "/{id}/rules/{ruleId}",           ANYONE,          NO_LIMIT, graph_policy_rule},
    {BOTH,  "POST", "/$batch",                                 ANYONE,          NO_LIMIT, graph_batch},

    /* for tests and for whoever looks on (README.md, "Control API") */
    {CONTROL, "GET",    "/_sandbox",                  ANYONE, NO_LIMIT, control_overview},
    {CONTROL, "GET",    "/_sandbox/journal",          ANYONE, NO_LIMIT, control_journal},
    {CONTROL, "GET",    "/_sandbox/mail",             ANYONE, NO_LIMIT, control_mail},
    {CONTROL, "DELETE", "/_sandbox/mail",             ANYONE, NO_LIMIT, control_mail_delete},
    {CONTROL, "GET",    "/_sandbox/assignments",      ANYONE, NO_LIMIT, control_assignments},
    {CONTROL, "POST",   "/_sandbox/assignments",      ANYONE, NO_LIMIT, control_assignment_add},
    {CONTROL, "DELETE", "/_sandbox/assignments/{id}", ANYONE, NO_LIMIT, control_assignment_delete},
    {CONTROL, "GET",    "/_sandbox/faults",           ANYONE, NO_LIMIT, control_faults},
    {CONTROL, "POST",   "/_sandbox/faults",           ANYONE, NO_LIMIT, control_fault_add},
    {CONTROL, "DELETE", "/_sandbox/faults",           ANYONE, NO_LIMIT, control_faults_delete},
    {CONTROL, "DELETE", "/_sandbox/faults/{id}",      ANYONE, NO_LIMIT, control_faults_delete},
    {CONTROL, "GET",    "/_sandbox/held",             ANYONE, NO_LIMIT, control_held},
    {CONTROL, "POST",   "/_sandbox/release",          ANYONE, NO_LIMIT, control_release},
    {CONTROL, "GET",    "/_sandbox/clock",            ANYONE, NO_LIMIT, control_clock},
    {CONTROL, "POST",   "/_sandbox/clock",            ANYONE, NO_LIMIT, control_clock_set},
    {CONTROL, "GET",    "/_sandbox/persons",          ANYONE, NO_LIMIT, control_persons},
    {CONTROL, "POST",   "/_sandbox/persons",          ANYONE, NO_LIMIT, control_person_add},
    {CONTROL, "PATCH",  "/_sandbox/persons/{id}",     ANYONE, NO_LIMIT, control_person_change},
    {CONTROL, "DELETE", "/_sandbox/persons/{id}",     ANYONE, NO_LIMIT, control_person_delete},
    {CONTROL, "GET",    "/_sandbox/groups",           ANYONE, NO_LIMIT, control_groups},
    {CONTROL, "POST",   "/_sandbox/groups",           ANYONE, NO_LIMIT, control_group_add},
    {CONTROL, "PATCH",  "/_sandbox/groups/{id}",      ANYONE, NO_LIMIT, control_group_change},
    {CONTROL, "DELETE", "/_sandbox/groups/{id}",      ANYONE, NO_LIMIT, control_group_delete},
    {CONTROL, "GET",    "/_sandbox/devices",          ANYONE, NO_LIMIT, control_devices},
    {CONTROL, "POST",   "/_sandbox/devices",          ANYONE, NO_LIMIT, control_device_add},
    {CONTROL, "PATCH",  "/_sandbox/devices/{id}",     ANYONE, NO_LIMIT, control_device_change},
    {CONTROL, "DELETE", "/_sandbox/devices/{id}",     ANYONE, NO_LIMIT, control_device_delete},
    {CONTROL, "GET",    "/_sandbox/ca",               ANYONE, NO_LIMIT, control_access_policies},
    {CONTROL, "PATCH",  "/_sandbox/ca/{id}",          ANYONE, NO_LIMIT, control_access_policy_change},
    {CONTROL, "GET",    "/_sandbox/pim",              ANYONE, NO_LIMIT, control_pim},
    {CONTROL, "PATCH",  "/_sandbox/pim",              ANYONE, NO_LIMIT, control_pim_change},
    {CONTROL, "GET",    "/_sandbox/apps",             ANYONE, NO_LIMIT, control_apps},
    {CONTROL, "PATCH",  "/_sandbox/apps/{id}",        ANYONE, NO_LIMIT, control_app_change},
    {CONTROL, "GET",    "/_sandbox/keys",             ANYONE, NO_LIMIT, control_keys},
    {CONTROL, "POST",   "/_sandbox/keys",             ANYONE, NO_LIMIT, control_keys_change},
    {CONTROL, "POST",   "/_sandbox/tokens",           ANYONE, NO_LIMIT, control_token_add},
    {CONTROL, "POST",   "/_sandbox/sign-ins",         ANYONE, NO_LIMIT, control_sign_in_add},
    {CONTROL, "GET",    "/_sandbox/switches",         ANYONE, NO_LIMIT, control_switches},
    {CONTROL, "POST",   "/_sandbox/switches",         ANYONE, NO_LIMIT, control_switches_change},
    {CONTROL, "POST",   "/_sandbox/reset",            ANYONE, NO_LIMIT, control_reset},
    {PAGE,    "GET",    "/",                          ANYONE, NO_LIMIT, front_page},
    {PAGE,    "GET",    "/_sandbox/mail/{id}/html",   ANYONE, NO_LIMIT, front_mail},
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
