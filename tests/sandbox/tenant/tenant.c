#include "sandbox/tenant/tenant.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>

/* `list` with room for one more than `count`: it doubles whenever the count is a power of two. */
static void *with_room(void *list, size_t count)
{
    bool full = (count & (count - 1)) == 0;
    return full ? memory_grow(list, (count ? count * 2 : 1) * sizeof(void *)) : list;
}

#define X(type, name)                                                                              \
    struct type *tenant_new_##name(struct tenant *tenant)                                          \
    {                                                                                              \
        struct type *one = ARENA_NEW(tenant->arena, struct type);                                  \
        tenant->name = with_room(tenant->name, tenant->name##_count);                              \
        tenant->name[tenant->name##_count++] = one;                                                \
        return one;                                                                                \
    }
TENANT_LISTS(X)
#undef X

static void release_app(struct app *app)
{
    json_decref(app->redirect_uris);
    json_decref(app->app_roles);
    json_decref(app->permissions);
    json_decref(app->optional_claims);
    json_decref(app->mail_from);
    json_decref(app->delegated);
    json_decref(app->consent);
}

static void release_access_policy(struct access_policy *policy)
{
    json_decref(policy->controls);
    json_decref(policy->client_apps);
    json_decref(policy->risk_levels);
    json_decref(policy->include_users);
    json_decref(policy->exclude_users);
    json_decref(policy->include_groups);
    json_decref(policy->exclude_groups);
}

static void release_json(struct tenant *tenant)
{
    for (size_t i = 0; i < tenant->persons_count; i++)
        json_decref(tenant->persons[i]->app_roles);
    for (size_t i = 0; i < tenant->apps_count; i++)
        release_app(tenant->apps[i]);
    for (size_t i = 0; i < tenant->access_policies_count; i++)
        release_access_policy(tenant->access_policies[i]);
    for (size_t i = 0; i < tenant->policies_count; i++)
        json_decref(tenant->policies[i]->rules);
    for (size_t i = 0; i < tenant->audits_count; i++)
        json_decref(tenant->audits[i]->shown);
    for (size_t i = 0; i < tenant->sign_ins_count; i++)
        json_decref(tenant->sign_ins[i]->shown);
    json_decref(tenant->contexts);
    json_decref(tenant->mails);
}

void tenant_free(struct tenant *tenant)
{
    if (!tenant)
        return;
    release_json(tenant);
#define X(type, name) free(tenant->name);
    TENANT_LISTS(X)
#undef X
    arena_free(tenant->arena);
    free(tenant);
}

struct assignment *tenant_assign(struct tenant *tenant, const char *principal,
                                 const struct target *target, enum manner manner, int64_t now_ms)
{
    struct assignment *assignment = tenant_new_assignments(tenant);
    guid_new(assignment->id);
    (void)text_read_guid(principal, assignment->principal);
    assignment->target = *target;
    assignment->target.part = tenant_keep(tenant, target->part);
    assignment->manner = manner;
    assignment->by = "somebody else";
    assignment->made_ms = assignment->starts_ms = assignment->active_from_ms = now_ms;
    assignment->ends_ms = assignment->removal_ms = assignment->gone_ms = MOMENT_NEVER;
    return assignment;
}

struct person *tenant_person(const struct tenant *tenant, const char *id_or_upn)
{
    for (size_t i = 0; id_or_upn && i < tenant->persons_count; i++) {
        struct person *person = tenant->persons[i];
        if (!person->deleted && (text_equals_ignoring_case(person->id, id_or_upn) ||
                                 text_equals_ignoring_case(person->upn, id_or_upn)))
            return person;
    }
    return NULL;
}

struct group *tenant_group(const struct tenant *tenant, const char *id)
{
    for (size_t i = 0; i < tenant->groups_count; i++)
        if (!tenant->groups[i]->deleted && text_equals_ignoring_case(tenant->groups[i]->id, id))
            return tenant->groups[i];
    return NULL;
}

struct device *tenant_device(const struct tenant *tenant, const char *object_id)
{
    for (size_t i = 0; i < tenant->devices_count; i++)
        if (!tenant->devices[i]->deleted &&
            text_equals_ignoring_case(tenant->devices[i]->id, object_id))
            return tenant->devices[i];
    return NULL;
}

struct device *tenant_device_by_device_id(const struct tenant *tenant, const char *device_id)
{
    for (size_t i = 0; i < tenant->devices_count; i++)
        if (!tenant->devices[i]->deleted &&
            text_equals_ignoring_case(tenant->devices[i]->device_id, device_id))
            return tenant->devices[i];
    return NULL;
}

struct app *tenant_app(const struct tenant *tenant, const char *client_id)
{
    for (size_t i = 0; i < tenant->apps_count; i++)
        if (text_equals_ignoring_case(tenant->apps[i]->id, client_id))
            return tenant->apps[i];
    return NULL;
}

struct role *tenant_role(const struct tenant *tenant, const char *id)
{
    for (size_t i = 0; i < tenant->roles_count; i++)
        if (text_equals_ignoring_case(tenant->roles[i]->id, id))
            return tenant->roles[i];
    return NULL;
}

struct role *tenant_azure_role(const struct tenant *tenant, const char *id)
{
    for (size_t i = 0; i < tenant->azure_roles_count; i++)
        if (text_equals_ignoring_case(tenant->azure_roles[i]->id, id))
            return tenant->azure_roles[i];
    return NULL;
}

struct azure_scope *tenant_azure_scope(const struct tenant *tenant, const char *path)
{
    for (size_t i = 0; i < tenant->azure_scopes_count; i++)
        if (text_equals_ignoring_case(tenant->azure_scopes[i]->path, path))
            return tenant->azure_scopes[i];
    return NULL;
}

struct app *tenant_service(const struct tenant *tenant, const char *object_id)
{
    for (size_t i = 0; i < tenant->apps_count; i++)
        if (text_equals_ignoring_case(tenant->apps[i]->object_id, object_id))
            return tenant->apps[i];
    return NULL;
}

const char *tenant_keep(struct tenant *tenant, const char *text)
{
    return arena_copy(tenant->arena, text);
}
