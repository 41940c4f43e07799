/* Persons, groups and devices. */
#include "sandbox/tenant/change.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

const char *const risk_levels[5] = {"none", "low", "medium", "high", "hidden"};

enum { NAME_LIMIT = 256 };

static const char *keep_text(struct tenant *tenant, struct form *form, const char *name,
                             const char *fallback)
{
    const char *text = form_text(form, name, OPTIONAL, NAME_LIMIT);
    return text ? tenant_keep(tenant, text) : fallback;
}

static void read_guid(struct form *form, const char *name, char guid[GUID_SIZE])
{
    const char *text = form_guid(form, name, OPTIONAL);
    if (text)
        memcpy(guid, text, GUID_SIZE);
}

const char *change_choice(struct form *form, const char *name, size_t count,
                          const char *const choices[], const char *fallback)
{
    int chosen = form_choice(form, name, count, choices, -1);
    return chosen < 0 ? fallback : choices[chosen];
}

/* What stands in every directory for a person of that name. */
static void name_person(struct tenant *tenant, struct person *person)
{
    const char *space = strchr(person->name, ' ');
    size_t length = space ? (size_t)(space - person->name) : strlen(person->name);
    person->given_name = arena_copy_bytes(tenant->arena, person->name, length);
    person->surname = tenant_keep(tenant, space ? space + 1 : "");
    if (person->upn)
        return;
    char *address = arena_text(tenant->arena, "%s@%s", person->name, tenant->domain);
    for (char *at = address; *at; at++) {
        if (*at == ' ')
            *at = '.';
        else if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    }
    person->upn = address;
    if (!person->mail)
        person->mail = address;
}

void person_begin(struct person *person, int64_t now_ms)
{
    *person = (struct person){
        .enabled = true,
        .mfa_registered = true,
        .app_roles = memory_needed(json_array()),
        .made_ms = now_ms,
        .sessions_from_ms = now_ms,
    };
}

const char *device_compliance_words(const struct device *device)
{
    return text_equals(device->compliant, "true")    ? "compliant"
           : text_equals(device->compliant, "false") ? "not compliant"
                                                     : "compliance unknown";
}

void device_begin(struct device *device)
{
    *device = (struct device){
        .system = "Windows",
        .system_version = "10.0.22631.4317",
        .category = "Laptop",
        .enabled = true,
        .managed = true,
        .compliant = "true",
        .state = "compliant",
    };
}

void person_set_risk(struct person *person, const char *level, int64_t now_ms)
{
    bool none = text_equals(level, "none");
    if (none && !person->risk_level)
        return; /* never risky stays never risky: its own answer in Graph */
    person->risk_level = level;
    person->risk_state = none ? "remediated" : "atRisk";
    person->risk_detail = none ? "userPerformedSecuredPasswordReset" : "none";
    person->risk_at_ms = now_ms;
}

static void read_risk(struct form *form, struct person *person, int64_t now_ms)
{
    static const char *const states[] = {"none",      "confirmedSafe", "remediated",
                                         "dismissed", "atRisk",        "confirmedCompromised"};
    int level = form_choice(form, "risk", COUNT(risk_levels), risk_levels, -1);
    if (level >= 0)
        person_set_risk(person, risk_levels[level], now_ms);
    person->risk_state =
        change_choice(form, "risk_state", COUNT(states), states, person->risk_state);
    if (person->risk_state && !person->risk_level)
        form_complain(form, "risk_state", "needs risk beside it");
}

bool person_change(struct tenant *tenant, struct person *person, const json_t *value,
                   const char *at, int64_t now_ms, struct complaints *complaints)
{
    size_t before = complaints->count;
    struct person changed = *person;
    const char **roles;
    struct form form = form_open(value, at, complaints);
    changed.name = keep_text(tenant, &form, "name", person->name);
    changed.upn = keep_text(tenant, &form, "upn", person->upn);
    changed.mail = keep_text(tenant, &form, "mail", person->mail);
    changed.job = keep_text(tenant, &form, "job", person->job);
    changed.employee_id = keep_text(tenant, &form, "employee_id", person->employee_id);
    changed.says = keep_text(tenant, &form, "says", person->says);
    changed.enabled = form_flag(&form, "enabled", person->enabled);
    changed.guest = form_flag(&form, "guest", person->guest);
    changed.mailbox = form_flag(&form, "mailbox", person->mailbox);
    changed.mfa_registered = form_flag(&form, "mfa_registered", person->mfa_registered);
    read_guid(&form, "manager", changed.manager);
    read_risk(&form, &changed, now_ms);
    (void)form_texts(&form, "app_roles", OPTIONAL, 16, NAME_LIMIT, &roles);
    const json_t *app_roles = form_value(&form, "app_roles", OPTIONAL);
    (void)form_value(&form, "id", OPTIONAL); /* read by whoever makes a person */
    (void)form_value(&form, "groups", OPTIONAL);
    form_end(&form);
    if (!changed.name)
        form_complain(&form, "name", "is missing");
    if (complaints->count > before)
        return false;
    name_person(tenant, &changed);
    if (app_roles) {
        json_decref(changed.app_roles);
        changed.app_roles = json_deep_copy(app_roles);
    }
    *person = changed;
    return true;
}

bool group_change(struct tenant *tenant, struct group *group, const json_t *value, const char *at,
                  int64_t now_ms, struct complaints *complaints)
{
    size_t before = complaints->count;
    struct group changed = *group;
    struct form form = form_open(value, at, complaints);
    changed.name = keep_text(tenant, &form, "name", group->name);
    changed.says = keep_text(tenant, &form, "says", group->says);
    changed.role_assignable = form_flag(&form, "role_assignable", group->role_assignable);
    changed.dynamic = form_flag(&form, "dynamic", group->dynamic);
    changed.synced = form_flag(&form, "synced", group->synced);
    if (form_flag(&form, "pim", false) && group->onboarded_ms == MOMENT_NEVER)
        changed.onboarded_ms = now_ms;
    (void)form_value(&form, "id", OPTIONAL);
    (void)form_value(&form, "members", OPTIONAL);
    form_end(&form);
    if (!changed.name)
        form_complain(&form, "name", "is missing");
    if (complaints->count > before)
        return false;
    *group = changed;
    return true;
}

bool device_change(struct tenant *tenant, struct device *device, const json_t *value,
                   const char *at, struct complaints *complaints)
{
    static const char *const compliance[] = {"true", "false", "unknown"};
    static const char *const states[] = {"unknown", "compliant",     "noncompliant", "conflict",
                                         "error",   "inGracePeriod", "configManager"};
    size_t before = complaints->count;
    struct device changed = *device;
    struct form form = form_open(value, at, complaints);
    changed.name = keep_text(tenant, &form, "name", device->name);
    changed.system = keep_text(tenant, &form, "system", device->system);
    changed.system_version = keep_text(tenant, &form, "system_version", device->system_version);
    changed.category = keep_text(tenant, &form, "category", device->category);
    changed.enabled = form_flag(&form, "enabled", device->enabled);
    changed.managed = form_flag(&form, "managed", device->managed);
    changed.compliant =
        change_choice(&form, "compliant", COUNT(compliance), compliance, device->compliant);
    changed.state = change_choice(&form, "state", COUNT(states), states, device->state);
    if (!form_flag(&form, "enrolled", changed.state != NULL))
        changed.state = NULL;
    changed.grace_ends = form_moment(&form, "grace_ends_at", device->grace_ends);
    changed.synced_at = form_moment(&form, "synced_at", device->synced_at);
    read_guid(&form, "owner", changed.owner);
    read_guid(&form, "device_id", changed.device_id);
    read_guid(&form, "managed_id", changed.managed_id);
    (void)form_value(&form, "id", OPTIONAL);
    form_end(&form);
    if (!changed.name)
        form_complain(&form, "name", "is missing");
    if (complaints->count > before)
        return false;
    *device = changed;
    return true;
}
