#include "sandbox/graph/entities.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"

#include <stdio.h>

json_t *show_user(const struct person *person)
{
    return memory_needed(json_pack(
        "{s:[], s:s, s:s?, s:s?, s:s?, s:n, s:n, s:n, s:s?, s:s, s:s, s:b, s:n, s:o, s:n, s:s?, "
        "s:n, s:n, s:o, s:s}",
        "businessPhones", "displayName", person->name, "givenName", person->given_name, "jobTitle",
        person->job, "mail", person->mail, "mobilePhone", "officeLocation", "preferredLanguage",
        "surname", person->surname, "userPrincipalName", person->upn, "id", person->id,
        "accountEnabled", person->enabled, "companyName", "createdDateTime",
        graph_moment_seconds(person->made_ms / 1000), "department", "employeeId",
        person->employee_id, "onPremisesSamAccountName", "onPremisesSyncEnabled",
        "signInSessionsValidFromDateTime", graph_moment_seconds(person->sessions_from_ms / 1000),
        "userType", person->guest ? "Guest" : "Member"));
}

json_t *show_group(const struct group *group)
{
    json_t *types = group->dynamic ? json_pack("[s]", "DynamicMembership") : json_array();
    return memory_needed(json_pack(
        "{s:s, s:n, s:o, s:s?, s:s, s:o, s:b, s:n, s:b, s:s, s:s?, s:o, s:b, s:n}", "id", group->id,
        "deletedDateTime", "createdDateTime", graph_moment_seconds(group->made_ms / 1000),
        "description", group->says, "displayName", group->name, "groupTypes", types,
        "isAssignableToRole", group->role_assignable, "mail", "mailEnabled", 0, "mailNickname",
        group->id, "membershipRule", group->dynamic ? "(user.department -eq \"SOC\")" : NULL,
        "onPremisesSyncEnabled", group->synced ? json_true() : json_null(), "securityEnabled", 1,
        "visibility"));
}

static json_t *compliance(const struct device *device)
{
    if (text_equals(device->compliant, "unknown"))
        return json_null();
    return json_boolean(text_equals(device->compliant, "true"));
}

static json_t *extension_attributes(const struct device *device)
{
    json_t *attributes = memory_needed(json_object());
    for (int i = 1; i <= 15; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "extensionAttribute%d", i);
        (void)json_object_set_new(
            attributes, name,
            i == 1 && text_equals(device->category, "PAW") ? json_string("PAW") : json_null());
    }
    return attributes;
}

json_t *show_device(const struct device *device, bool beta)
{
    json_t *shown = memory_needed(json_pack(
        "{s:s, s:n, s:b, s:s, s:s, s:i, s:s, s:s, s:o, s:o, s:n, s:s, s:s, s:s, s:s, s:[], s:[], "
        "s:n}",
        "id", device->id, "deletedDateTime", "accountEnabled", device->enabled, "deviceId",
        device->device_id, "displayName", device->name, "deviceVersion", 2, "deviceOwnership",
        "Company", "enrollmentProfileName", device->category, "isCompliant", compliance(device),
        "isManaged", device->managed ? json_true() : json_null(), "isRooted", "operatingSystem",
        device->system, "operatingSystemVersion", device->system_version, "profileType",
        "RegisteredDevice", "trustType", "AzureAd", "physicalIds", "systemLabels",
        "approximateLastSignInDateTime"));
    if (beta)
        (void)json_object_set_new(shown, "extensionAttributes", extension_attributes(device));
    return shown;
}

json_t *show_managed_device(const struct sandbox *sandbox, const struct device *device,
                            int64_t now_ms)
{
    const struct person *owner = tenant_person(sandbox->tenant, device->owner);
    int64_t grace = device->grace_ends ? device->grace_ends : 253402300799; /* year 9999 */
    int64_t synced = device->synced_at ? device->synced_at : now_ms / 1000 - 600;
    bool over = text_equals(device->state, "inGracePeriod") && now_ms / 1000 >= grace;
    return memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:b, "
        "s:s?, s:o, s:s, s:s}",
        "id", device->managed_id, "userId", device->owner, "deviceName", device->name,
        "managedDeviceOwnerType", "company", "enrolledDateTime",
        graph_moment_seconds(now_ms / 1000 - 90 * 86400), "lastSyncDateTime",
        graph_moment_seconds(synced), "operatingSystem", device->system, "complianceState",
        over ? "noncompliant" : device->state, "jailBroken", "Unknown", "managementAgent", "mdm",
        "osVersion", device->system_version, "azureADRegistered", 1, "deviceEnrollmentType",
        "windowsAzureADJoin", "azureADDeviceId", device->device_id, "deviceRegistrationState",
        "registered", "deviceCategoryDisplayName", device->category, "isEncrypted", 1,
        "userPrincipalName", owner ? owner->upn : NULL, "complianceGracePeriodExpirationDateTime",
        graph_moment_seconds(grace), "managementState", "managed", "partnerReportedThreatState",
        "unknown"));
}

json_t *show_risky_user(const struct person *person)
{
    return memory_needed(json_pack(
        "{s:s, s:b, s:b, s:o, s:s, s:s, s:s, s:s, s:s}", "id", person->id, "isDeleted", 0,
        "isProcessing", 0, "riskLastUpdatedDateTime", graph_moment(person->risk_at_ms), "riskLevel",
        person->risk_level, "riskState", person->risk_state, "riskDetail", person->risk_detail,
        "userDisplayName", person->name, "userPrincipalName", person->upn));
}

static json_t *strength(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s,s,s]}", "id",
                     "00000000-0000-0000-0000-000000000004", "displayName",
                     "Phishing-resistant MFA", "description",
                     "Phishing-resistant, passwordless methods for the strongest authentication",
                     "policyType", "builtIn", "requirementsSatisfied", "mfa", "allowedCombinations",
                     "windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor");
}

static json_t *session_controls(const struct access_policy *policy)
{
    if (!policy->every_time)
        return json_null();
    return json_pack("{s:n, s:n, s:n, s:n, s:{s:n, s:n, s:s, s:s, s:b}}",
                     "applicationEnforcedRestrictions", "cloudAppSecurity",
                     "disableResilienceDefaults", "persistentBrowser", "signInFrequency", "value",
                     "type", "authenticationType", "primaryAndSecondaryAuthentication",
                     "frequencyInterval", "everyTime", "isEnabled", 1);
}

json_t *show_access_policy(const struct access_policy *policy)
{
    const char *included =
        text_equals(policy->application, "graph") ? "00000003-0000-0000-c000-000000000000"
        : text_equals(policy->application, "arm") ? "797f4846-ba00-4fd7-ba43-dac1f8f63013"
                                                  : "All";
    json_t *applications =
        policy->context ? json_pack("{s:[], s:[], s:[], s:[s]}", "includeApplications",
                                    "excludeApplications", "includeUserActions",
                                    "includeAuthenticationContextClassReferences", policy->context)
                        : json_pack("{s:[s], s:[], s:[], s:[]}", "includeApplications", included,
                                    "excludeApplications", "includeUserActions",
                                    "includeAuthenticationContextClassReferences");
    json_t *users =
        json_pack("{s:O, s:O, s:O, s:O, s:[], s:[]}", "includeUsers", policy->include_users,
                  "excludeUsers", policy->exclude_users, "includeGroups", policy->include_groups,
                  "excludeGroups", policy->exclude_groups, "includeRoles", "excludeRoles");
    json_t *conditions =
        json_pack("{s:[], s:O, s:O, s:n, s:n, s:n, s:o, s:o}", "signInRiskLevels", "userRiskLevels",
                  policy->risk_levels, "clientAppTypes", policy->client_apps, "platforms",
                  "locations", "devices", "applications", applications, "users", users);
    json_t *controls =
        json_pack("{s:s, s:O, s:[], s:[], s:o}", "operator", policy->logic, "builtInControls",
                  policy->controls, "customAuthenticationFactors", "termsOfUse",
                  "authenticationStrength", policy->strength ? strength() : json_null());
    return memory_needed(json_pack("{s:s, s:n, s:s, s:o, s:o, s:s, s:o, s:o, s:o}", "id",
                                   policy->id, "templateId", "displayName", policy->name,
                                   "createdDateTime", graph_moment(policy->made_ms),
                                   "modifiedDateTime", graph_moment(policy->changed_ms), "state",
                                   policy->state, "sessionControls", session_controls(policy),
                                   "conditions", conditions, "grantControls", controls));
}

json_t *show_role(const struct role *role)
{
    return memory_needed(json_pack("{s:s, s:s, s:s, s:b, s:b, s:[s], s:s, s:n, s:[]}", "id",
                                   role->id, "description", role->says, "displayName", role->name,
                                   "isBuiltIn", 1, "isEnabled", 1, "resourceScopes", "/",
                                   "templateId", role->id, "version", "rolePermissions"));
}

json_t *show_object(const struct sandbox *sandbox, const char *id)
{
    const struct person *person = tenant_person(sandbox->tenant, id);
    const struct group *group = tenant_group(sandbox->tenant, id);
    const struct device *device = tenant_device(sandbox->tenant, id);
    json_t *shown = person   ? show_user(person)
                    : group  ? show_group(group)
                    : device ? show_device(device, false)
                             : NULL;
    if (!shown)
        return NULL;
    json_t *typed = memory_needed(json_pack("{s:s}", "@odata.type",
                                            person  ? "#microsoft.graph.user"
                                            : group ? "#microsoft.graph.group"
                                                    : "#microsoft.graph.device"));
    (void)json_object_update(typed, shown);
    json_decref(shown);
    return typed;
}

void trim_user(json_t *object)
{
    static const char *const only_selected[] = {"accountEnabled",
                                                "companyName",
                                                "department",
                                                "employeeId",
                                                "onPremisesSamAccountName",
                                                "signInSessionsValidFromDateTime",
                                                "userType"};
    if (!json_object_get(object, "userPrincipalName"))
        return;
    for (size_t i = 0; i < COUNT(only_selected); i++)
        (void)json_object_del(object, only_selected[i]);
    (void)json_object_del(object, "createdDateTime");
    (void)json_object_del(object, "onPremisesSyncEnabled");
}

void hide_user(const struct exchange *exchange, json_t *user)
{
    static const char *const beyond_basic[] = {"accountEnabled",
                                               "businessPhones",
                                               "companyName",
                                               "createdDateTime",
                                               "department",
                                               "employeeId",
                                               "jobTitle",
                                               "mobilePhone",
                                               "officeLocation",
                                               "onPremisesSyncEnabled",
                                               "userType",
                                               "preferredLanguage",
                                               "onPremisesSamAccountName",
                                               "signInSessionsValidFromDateTime"};
    bool own = exchange->delegated && graph_may(exchange, "User.Read | User.ReadWrite") &&
               text_equals(json_member_text(user, "id"), exchange->person->id);
    if (own || graph_may(exchange, "User.Read.All | Directory.Read.All | User.ReadWrite.All | "
                                   "Directory.ReadWrite.All"))
        return;
    for (size_t i = 0; i < COUNT(beyond_basic); i++)
        (void)json_object_del(user, beyond_basic[i]);
    if (graph_may(exchange, "User.ReadBasic.All"))
        return;
    /* Members of a group whose users the caller may not read: their id, and nothing of them. */
    const char *name;
    void *next;
    json_t *value;
    json_object_foreach_safe(user, next, name,
                             value) if (!text_equals(name, "id") && name[0] != '@')(void)
        json_object_set_new(user, name, json_null());
}
