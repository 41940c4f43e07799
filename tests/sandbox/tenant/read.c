/* The tenant file. */
#include "sandbox/tenant/change.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "sandbox/pim/pim.h"

#include <string.h>

enum { ENTRIES = 1000 };

/* What the file names is there since then: old enough for every report. */
static const int64_t long_ago_ms = 1705309200000; /* 2024-01-15T09:00:00Z */

struct reading {
    struct tenant *tenant;
    struct complaints complaints;
    int64_t now_ms;
    const char *at; /* the entry being read */
};

static void take_guid(struct reading *reading, const json_t *value, const char *name,
                      char guid[GUID_SIZE])
{
    const char *text = json_member_text(value, name);
    if (!text_read_guid(text, guid))
        complain(&reading->complaints, reading->at, "%s must be a GUID", name);
}

static void read_app(struct reading *reading, const json_t *value)
{
    struct app *app = tenant_new_apps(reading->tenant);
    app->access_token_version = 1;
    app->redirect_uris = memory_needed(json_array());
    app->permissions = memory_needed(json_array());
    app->app_roles = memory_needed(json_array());
    app->mail_from = memory_needed(json_array());
    app->delegated = memory_needed(json_array());
    app->consent = memory_needed(json_array());
    app->optional_claims = memory_needed(json_object());
    app->signs_assertions = json_is_true(json_object_get(value, "signs_assertions"));
    take_guid(reading, value, "id", app->id);
    take_guid(reading, value, "object_id", app->object_id);
    (void)app_change(reading->tenant, app, value, reading->at, &reading->complaints);
}

static void read_person(struct reading *reading, const json_t *value)
{
    struct person *person = tenant_new_persons(reading->tenant);
    person_begin(person, long_ago_ms);
    take_guid(reading, value, "id", person->id);
    (void)person_change(reading->tenant, person, value, reading->at, reading->now_ms,
                        &reading->complaints);
}

static void read_members(struct reading *reading, const struct group *group, const json_t *list)
{
    size_t i;
    json_t *member;
    struct target target = {.kind = TARGET_GROUP, .part = "member"};
    memcpy(target.id, group->id, GUID_SIZE);
    char guid[GUID_SIZE];
    json_array_foreach ((json_t *)list, i, member) {
        if (!text_read_guid(json_string_value(member), guid))
            complain(&reading->complaints, reading->at, "members must be GUIDs");
        else
            (void)tenant_assign(reading->tenant, guid, &target, OUTSIDE, long_ago_ms);
    }
}

static void read_group(struct reading *reading, const json_t *value)
{
    struct group *group = tenant_new_groups(reading->tenant);
    group->onboarded_ms = MOMENT_NEVER;
    group->made_ms = long_ago_ms;
    take_guid(reading, value, "id", group->id);
    if (group_change(reading->tenant, group, value, reading->at, long_ago_ms, &reading->complaints))
        read_members(reading, group, json_object_get(value, "members"));
}

static void read_device(struct reading *reading, const json_t *value)
{
    struct device *device = tenant_new_devices(reading->tenant);
    device_begin(device);
    take_guid(reading, value, "id", device->id);
    (void)device_change(reading->tenant, device, value, reading->at, &reading->complaints);
}

static void read_any_role(struct reading *reading, const json_t *value, struct role *role)
{
    struct form form = form_open(value, reading->at, &reading->complaints);
    take_guid(reading, value, "id", role->id);
    (void)form_guid(&form, "id", REQUIRED);
    role->name = tenant_keep(reading->tenant, form_text(&form, "name", REQUIRED, 256));
    role->says = tenant_keep(reading->tenant, form_text(&form, "says", REQUIRED, 256));
    form_end(&form);
}

static void read_role(struct reading *reading, const json_t *value)
{
    read_any_role(reading, value, tenant_new_roles(reading->tenant));
}

static void read_azure_role(struct reading *reading, const json_t *value)
{
    read_any_role(reading, value, tenant_new_azure_roles(reading->tenant));
}

static void read_azure_scope(struct reading *reading, const json_t *value)
{
    struct azure_scope *scope = tenant_new_azure_scopes(reading->tenant);
    struct form form = form_open(value, reading->at, &reading->complaints);
    scope->path = tenant_keep(reading->tenant, form_text(&form, "path", REQUIRED, 512));
    scope->name = tenant_keep(reading->tenant, form_text(&form, "name", REQUIRED, 256));
    form_end(&form);
}

static void read_access_policy(struct reading *reading, const json_t *value)
{
    struct access_policy *policy = tenant_new_access_policies(reading->tenant);
    policy->state = "enabled";
    policy->logic = "OR";
    policy->application = "all";
    policy->controls = memory_needed(json_array());
    policy->client_apps = json_pack("[s]", "all");
    policy->risk_levels = memory_needed(json_array());
    policy->include_users = json_pack("[s]", "All");
    policy->exclude_users = memory_needed(json_array());
    policy->include_groups = memory_needed(json_array());
    policy->exclude_groups = memory_needed(json_array());
    policy->made_ms = policy->changed_ms = long_ago_ms;
    take_guid(reading, value, "id", policy->id);
    (void)access_policy_change(reading->tenant, policy, value, reading->at, &reading->complaints);
}

static void read_assignment(struct reading *reading, const json_t *value)
{
    static const char *const accesses[] = {"member", "owner"};
    static const char *const manners[] = {"assigned", "activated", "eligible", "outside"};
    struct form form = form_open(value, reading->at, &reading->complaints);
    const char *principal = form_guid(&form, "principal", REQUIRED);
    const char *group = form_guid(&form, "group", OPTIONAL);
    const char *role = form_guid(&form, "role", OPTIONAL);
    const char *azure = form_guid(&form, "azure_role", OPTIONAL);
    const char *scope = form_text(&form, "scope", OPTIONAL, 512);
    struct target target = {.kind = azure  ? TARGET_AZURE
                                    : role ? TARGET_ROLE
                                           : TARGET_GROUP,
                            .part = scope ? scope : "/"};
    const char *access = change_choice(&form, "access", COUNT(accesses), accesses, "member");
    int manner = form_choice(&form, "manner", COUNT(manners), manners, ASSIGNED);
    form_end(&form);
    if (!principal || !!group + !!role + !!azure != 1 || (azure && !scope)) {
        complain(&reading->complaints, reading->at, "needs a principal, and a group or a role");
        return;
    }
    if (group)
        target.part = access;
    memcpy(target.id, group ? group : role ? role : azure, GUID_SIZE);
    (void)tenant_assign(reading->tenant, principal, &target, (enum manner)manner, long_ago_ms);
}

/* What an administrator made of PIM's own rules of a target. */
static void read_pim_policy(struct reading *reading, const json_t *value)
{
    static const char *const accesses[] = {"member", "owner"};
    struct form form = form_open(value, reading->at, &reading->complaints);
    const char *group = form_guid(&form, "group", OPTIONAL);
    const char *role = form_guid(&form, "role", OPTIONAL);
    struct target target = {.kind = group ? TARGET_GROUP : TARGET_ROLE, .part = "/"};
    const char *access = change_choice(&form, "access", COUNT(accesses), accesses, "member");
    const json_t *rules = form_object(&form, "rules", REQUIRED);
    form_end(&form);
    if (!group == !role) {
        complain(&reading->complaints, reading->at, "needs a group or a role");
        return;
    }
    target.part = group ? access : "/";
    memcpy(target.id, group ? group : role, GUID_SIZE);
    pim_policy_change(pim_policy_of(reading->tenant, &target, long_ago_ms), rules,
                      &reading->complaints);
}

static void read_context(struct reading *reading, const json_t *value)
{
    struct form form = form_open(value, reading->at, &reading->complaints);
    (void)form_text(&form, "id", REQUIRED, 3);
    (void)form_text(&form, "displayName", REQUIRED, 256);
    (void)form_text(&form, "description", REQUIRED, 256);
    (void)form_flag(&form, "isAvailable", true);
    form_end(&form);
    (void)json_array_append_new(reading->tenant->contexts, json_deep_copy(value));
}

static void read_list(struct reading *reading, struct form *form, const char *name,
                      void (*read)(struct reading *reading, const json_t *value))
{
    size_t i;
    json_t *value;
    const json_t *list = form_list(form, name, OPTIONAL, ENTRIES);
    json_array_foreach ((json_t *)list, i, value) {
        reading->at = arena_text(reading->tenant->arena, "%s[%zu]", name, i);
        read(reading, value);
    }
}

enum fail tenant_read(const char *text, int64_t now_ms, struct tenant **ret, struct reason *why)
{
    json_auto_t *file = NULL;
    enum fail fail = json_read(text, strlen(text), &file, NULL, why);
    if (fail)
        return fail;
    scoped(tenant_scoped) struct tenant *tenant = MEMORY_NEW(struct tenant);
    tenant->arena = arena_new();
    tenant->contexts = memory_needed(json_array());
    tenant->mails = memory_needed(json_array());
    struct reading reading = {
        .tenant = tenant, .complaints.arena = tenant->arena, .now_ms = now_ms, .at = "id"};
    struct form form = form_open(file, "", &reading.complaints);
    (void)form_guid(&form, "id", REQUIRED);
    take_guid(&reading, file, "id", tenant->id);
    tenant->name = tenant_keep(tenant, form_text(&form, "name", REQUIRED, 256));
    tenant->domain = tenant_keep(tenant, form_text(&form, "domain", REQUIRED, 256));
    read_list(&reading, &form, "apps", read_app);
    read_list(&reading, &form, "persons", read_person);
    read_list(&reading, &form, "groups", read_group);
    read_list(&reading, &form, "assignments", read_assignment);
    read_list(&reading, &form, "devices", read_device);
    read_list(&reading, &form, "roles", read_role);
    read_list(&reading, &form, "azure_roles", read_azure_role);
    read_list(&reading, &form, "azure_scopes", read_azure_scope);
    read_list(&reading, &form, "pim_policies", read_pim_policy);
    read_list(&reading, &form, "contexts", read_context);
    read_list(&reading, &form, "conditional_access", read_access_policy);
    form_end(&form);
    if (reading.complaints.count)
        return because(why, FAIL_INVALID, "%s", complaints_text(&reading.complaints));
    *ret = take(tenant);
    return FAIL_NONE;
}
