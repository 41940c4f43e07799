/* Persons, groups and devices. */
#include "sandbox/control/control.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/entities.h"
#include "sandbox/graph/logs.h"
#include "sandbox/pim/pim.h"
#include "sandbox/tenant/change.h"
#include "sandbox/tenant/members.h"

#include <string.h>

static const int64_t lingers_ms = 7LL * 24 * 3600 * 1000; /* of a deleted person in PIM (D15) */

static json_t *describe_person(const struct sandbox *sandbox, struct exchange *exchange,
                               const struct person *person)
{
    return memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:b, s:b, s:b, s:b, s:O, s:s, s:s?, s:o}",
        "id", person->id, "name", person->name, "upn", person->upn, "mail", person->mail, "job",
        person->job, "employee_id", person->employee_id, "says", person->says, "manager",
        *person->manager ? person->manager : NULL, "enabled", person->enabled, "guest",
        person->guest, "mailbox", person->mailbox, "mfa_registered", person->mfa_registered,
        "app_roles", person->app_roles, "risk", person->risk_level ? person->risk_level : "none",
        "risk_state", person->risk_state, "groups",
        members_groups_of(sandbox->tenant, person->id, exchange->now_ms)));
}

/* The body of a POST that makes something, with the GUID that it asks for, or a new one. NULL with
   an answer. New reference. */
static json_t *new_noun(struct sandbox *sandbox, struct exchange *exchange, char id[GUID_SIZE])
{
    json_auto_t *body = control_body(exchange);
    if (!body)
        return NULL;
    if (!text_read_guid(json_member_text(body, "id"), id))
        guid_new(id);
    json_auto_t *taken = show_object(sandbox, id);
    if (!taken)
        return json_incref(body);
    control_error(exchange, 409, "that id is taken");
    return NULL;
}

static struct target member_of(const char *group)
{
    struct target target = {.kind = TARGET_GROUP, .part = "member"};
    (void)text_read_guid(group, target.id);
    return target;
}

/* Membership outside PIM, from now on. */
static void join(struct sandbox *sandbox, const struct exchange *exchange, const char *principal,
                 const char *group)
{
    struct target target = member_of(group);
    const struct assignment *made =
        tenant_assign(sandbox->tenant, principal, &target, OUTSIDE, exchange->now_ms);
    logs_pim(sandbox, made, exchange->now_ms, "Add member to group");
}

static bool list_has(const json_t *list, const char *text)
{
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)list, i, value)
        if (text_equals_ignoring_case(json_string_value(value), text))
            return true;
    return false;
}

/* Has the memberships outside PIM that fit one side (`principal` or `group`) be those of `list`. */
static void set_memberships(struct sandbox *sandbox, const struct exchange *exchange,
                            const char *principal, const char *group, const json_t *list)
{
    struct tenant *tenant = sandbox->tenant;
    size_t before = tenant->assignments_count, i;
    json_t *value;
    json_auto_t *kept = memory_needed(json_object());
    for (size_t k = 0; k < before; k++) {
        struct assignment *held = tenant->assignments[k];
        const char *own = principal ? held->principal : held->target.id;
        const char *other = principal ? held->target.id : held->principal;
        if (held->manner != OUTSIDE || held->target.kind != TARGET_GROUP ||
            held->gone_ms != MOMENT_NEVER || !text_equals(held->target.part, "member") ||
            !text_equals(own, principal ? principal : group))
            continue;
        if (list_has(list, other))
            (void)json_object_set_new(kept, other, json_true());
        else
            pim_remove(held, exchange->now_ms, "outside");
    }
    json_array_foreach ((json_t *)list, i, value)
        if (!json_object_get(kept, json_string_value(value)))
            join(sandbox, exchange, principal ? principal : json_string_value(value),
                 principal ? json_string_value(value) : group);
    pim_settle(sandbox, exchange->now_ms);
}

/* Every id in the list must be somebody's. */
static void check_ids(struct sandbox *sandbox, const json_t *list, const char *name, bool groups,
                      struct complaints *complaints)
{
    size_t i;
    json_t *value;
    if (list && !json_is_array(list))
        complain(complaints, name, "must be a list of ids");
    json_array_foreach ((json_t *)list, i, value) {
        const char *id = json_string_value(value);
        if (!tenant_group(sandbox->tenant, id) && (groups || (!tenant_person(sandbox->tenant, id) &&
                                                              !tenant_device(sandbox->tenant, id))))
            complain(complaints, name, "has an id that is nobody's: %s", id ? id : "(no text)");
    }
}

void control_persons(struct sandbox *sandbox, struct exchange *exchange)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->persons_count; i++)
        if (!sandbox->tenant->persons[i]->deleted)
            (void)json_array_append_new(
                list, describe_person(sandbox, exchange, sandbox->tenant->persons[i]));
    control_items(exchange, list);
}

static void change_person(struct sandbox *sandbox, struct exchange *exchange, struct person *person,
                          const json_t *body, int status)
{
    struct complaints complaints = {.arena = exchange->arena};
    const json_t *groups = json_object_get(body, "groups");
    check_ids(sandbox, groups, "groups", true, &complaints);
    if (!complaints.count)
        (void)person_change(sandbox->tenant, person, body, "", exchange->now_ms, &complaints);
    if (control_complained(exchange, &complaints))
        return;
    if (groups)
        set_memberships(sandbox, exchange, person->id, NULL, groups);
    answer_json(exchange, status, describe_person(sandbox, exchange, person));
}

void control_person_add(struct sandbox *sandbox, struct exchange *exchange)
{
    char id[GUID_SIZE];
    json_auto_t *body = new_noun(sandbox, exchange, id);
    if (!body)
        return;
    struct person *person = tenant_new_persons(sandbox->tenant);
    person_begin(person, exchange->now_ms);
    memcpy(person->id, id, GUID_SIZE);
    change_person(sandbox, exchange, person, body, 201);
    if (exchange->status != 201) {
        json_decref(person->app_roles);
        sandbox->tenant->persons_count--;
    }
}

static void nobody(struct exchange *exchange)
{
    control_error(exchange, 404, "there is none with that id");
}

void control_person_change(struct sandbox *sandbox, struct exchange *exchange)
{
    struct person *person = tenant_person(sandbox->tenant, exchange->params[0]);
    json_auto_t *body = person ? control_body(exchange) : NULL;
    if (!person)
        nobody(exchange);
    else if (body)
        change_person(sandbox, exchange, person, body, 200);
}

void control_person_delete(struct sandbox *sandbox, struct exchange *exchange)
{
    struct person *person = tenant_person(sandbox->tenant, exchange->params[0]);
    if (!person) {
        nobody(exchange);
        return;
    }
    person->deleted = true;
    for (size_t i = 0; i < sandbox->tenant->assignments_count; i++) {
        struct assignment *held = sandbox->tenant->assignments[i];
        int64_t until = exchange->now_ms + (held->manner == OUTSIDE ? 0 : lingers_ms);
        if (text_equals(held->principal, person->id) && held->gone_ms == MOMENT_NEVER &&
            until < held->ends_ms)
            pim_remove(held, until, "person_deleted");
    }
    answer_nothing(exchange, 204);
}

static json_t *describe_group(const struct sandbox *sandbox, struct exchange *exchange,
                              const struct group *group)
{
    return memory_needed(json_pack(
        "{s:s, s:s, s:s?, s:b, s:b, s:b, s:b, s:o, s:o}", "id", group->id, "name", group->name,
        "says", group->says, "role_assignable", group->role_assignable, "dynamic", group->dynamic,
        "synced", group->synced, "pim", group->onboarded_ms != MOMENT_NEVER, "members",
        members_list(sandbox->tenant, group->id, "member", false, exchange->now_ms), "owners",
        members_list(sandbox->tenant, group->id, "owner", false, exchange->now_ms)));
}

void control_groups(struct sandbox *sandbox, struct exchange *exchange)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->groups_count; i++)
        if (!sandbox->tenant->groups[i]->deleted)
            (void)json_array_append_new(
                list, describe_group(sandbox, exchange, sandbox->tenant->groups[i]));
    control_items(exchange, list);
}

static void change_group(struct sandbox *sandbox, struct exchange *exchange, struct group *group,
                         const json_t *body, int status)
{
    struct complaints complaints = {.arena = exchange->arena};
    const json_t *members = json_object_get(body, "members");
    check_ids(sandbox, members, "members", false, &complaints);
    if (!complaints.count)
        (void)group_change(sandbox->tenant, group, body, "", exchange->now_ms, &complaints);
    if (control_complained(exchange, &complaints))
        return;
    if (members)
        set_memberships(sandbox, exchange, NULL, group->id, members);
    answer_json(exchange, status, describe_group(sandbox, exchange, group));
}

void control_group_add(struct sandbox *sandbox, struct exchange *exchange)
{
    char id[GUID_SIZE];
    json_auto_t *body = new_noun(sandbox, exchange, id);
    if (!body)
        return;
    struct group *group = tenant_new_groups(sandbox->tenant);
    group->onboarded_ms = MOMENT_NEVER;
    group->made_ms = exchange->now_ms;
    memcpy(group->id, id, GUID_SIZE);
    change_group(sandbox, exchange, group, body, 201);
    if (exchange->status != 201)
        sandbox->tenant->groups_count--;
}

void control_group_change(struct sandbox *sandbox, struct exchange *exchange)
{
    struct group *group = tenant_group(sandbox->tenant, exchange->params[0]);
    json_auto_t *body = group ? control_body(exchange) : NULL;
    if (!group)
        nobody(exchange);
    else if (body)
        change_group(sandbox, exchange, group, body, 200);
}

void control_group_delete(struct sandbox *sandbox, struct exchange *exchange)
{
    struct group *group = tenant_group(sandbox->tenant, exchange->params[0]);
    if (!group) {
        nobody(exchange);
        return;
    }
    group->deleted = true;
    for (size_t i = 0; i < sandbox->tenant->assignments_count; i++)
        if (text_equals(sandbox->tenant->assignments[i]->target.id, group->id) &&
            sandbox->tenant->assignments[i]->gone_ms == MOMENT_NEVER)
            pim_remove(sandbox->tenant->assignments[i], exchange->now_ms, "outside");
    answer_nothing(exchange, 204);
}

static json_t *describe_device(const struct device *device)
{
    return memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s?}", "id", device->id,
        "device_id", device->device_id, "managed_id", device->managed_id, "owner", device->owner,
        "name", device->name, "system", device->system, "system_version", device->system_version,
        "category", device->category, "enabled", device->enabled, "managed", device->managed,
        "compliant", device->compliant, "state", device->state));
}

void control_devices(struct sandbox *sandbox, struct exchange *exchange)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->devices_count; i++)
        if (!sandbox->tenant->devices[i]->deleted)
            (void)json_array_append_new(list, describe_device(sandbox->tenant->devices[i]));
    control_items(exchange, list);
}

static void change_device(struct sandbox *sandbox, struct exchange *exchange, struct device *device,
                          const json_t *body, int status)
{
    struct complaints complaints = {.arena = exchange->arena};
    (void)device_change(sandbox->tenant, device, body, "", &complaints);
    if (!control_complained(exchange, &complaints))
        answer_json(exchange, status, describe_device(device));
}

void control_device_add(struct sandbox *sandbox, struct exchange *exchange)
{
    char id[GUID_SIZE];
    json_auto_t *body = new_noun(sandbox, exchange, id);
    if (!body)
        return;
    struct device *device = tenant_new_devices(sandbox->tenant);
    device_begin(device);
    memcpy(device->id, id, GUID_SIZE);
    guid_new(device->device_id);
    guid_new(device->managed_id);
    change_device(sandbox, exchange, device, body, 201);
    if (exchange->status != 201)
        sandbox->tenant->devices_count--;
}

void control_device_change(struct sandbox *sandbox, struct exchange *exchange)
{
    struct device *device = tenant_device(sandbox->tenant, exchange->params[0]);
    json_auto_t *body = device ? control_body(exchange) : NULL;
    if (!device)
        nobody(exchange);
    else if (body)
        change_device(sandbox, exchange, device, body, 200);
}

void control_device_delete(struct sandbox *sandbox, struct exchange *exchange)
{
    struct device *device = tenant_device(sandbox->tenant, exchange->params[0]);
    if (device)
        device->deleted = true;
    if (device)
        answer_nothing(exchange, 204);
    else
        nobody(exchange);
}
