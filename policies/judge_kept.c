/* How the device in use is kept: managed by Intune, heard of lately, a privileged workstation
   (contract 9.5, 9.6). */
#include "policies/judging.h"

#include "base/moment.h"
#include "base/text.h"

static void add(struct evidence_list *list, enum verdict verdict, const char *code,
                const char *source, int64_t at, json_t *args)
{
    judge_add(list, "device", verdict, code, source, at, args);
}

static json_t *named(const char *name)
{
    return json_pack("{s:s}", "device", name);
}

/* Entra and Intune must both call it managed, and Intune must not call it broken open. */
static bool judge_managed(const struct findings *findings, const char *name,
                          struct evidence_list *list)
{
    const struct device *device = findings->device;
    const struct managed_devices *managed = findings->managed;
    int64_t at = managed->reading.at;
    for (size_t i = 0; i < managed->count; i++) {
        const struct managed_device *one = &managed->devices[i];
        if (one->jail_broken) {
            add(list, VERDICT_FAIL, "device_jail_broken", "intune", at, named(name));
            return false;
        }
        if (text_is_empty(one->management)) {
            add(list, VERDICT_UNKNOWN, "device_management_unknown", "intune", at, named(name));
            return false;
        }
        if (!text_equals(one->management, "managed")) {
            add(list, VERDICT_FAIL, "device_not_kept", "intune", at,
                json_pack("{s:s, s:s}", "device", name, "state", one->management));
            return false;
        }
    }
    if (device->managed == TRI_YES)
        return true;
    add(list, device->managed == TRI_NO ? VERDICT_FAIL : VERDICT_UNKNOWN,
        device->managed == TRI_NO ? "device_unmanaged" : "device_management_unknown", "entra",
        device->reading.at, named(name));
    return false;
}

/* Every entry must have been heard of within the time; one from the future is no age. */
static bool judge_synced(const struct required *required, const struct findings *findings,
                         const char *name, struct evidence_list *list)
{
    char within[32], when[24];
    const struct managed_devices *managed = findings->managed;
    span_text(required->synced_within_seconds, within);
    for (size_t i = 0; i < managed->count; i++) {
        int64_t synced = managed->devices[i].synced_at, at = managed->reading.at;
        if (synced && synced <= at + CLOCK_SKEW && at - synced <= required->synced_within_seconds)
            continue;
        bool never = !synced || synced > at + CLOCK_SKEW;
        if (!never)
            judge_say_moment(synced, when);
        add(list, never ? VERDICT_UNKNOWN : VERDICT_FAIL,
            never ? "device_sync_unknown" : "device_stale", "intune", at,
            json_pack("{s:s, s:s, s:s*}", "device", name, "within", within, "when",
                      never ? NULL : when));
        return false;
    }
    return true;
}

static void add_synced(const struct managed_devices *managed, const char *name,
                       struct evidence_list *list)
{
    char when[24];
    int64_t oldest = INT64_MAX;
    for (size_t i = 0; i < managed->count; i++)
        if (managed->devices[i].synced_at < oldest)
            oldest = managed->devices[i].synced_at;
    judge_say_moment(oldest, when);
    add(list, VERDICT_PASS, "device_synced", "intune", managed->reading.at,
        json_pack("{s:s, s:s}", "device", name, "when", when));
}

static bool is_one_of(const char *word, const struct any_of *any)
{
    for (size_t i = 0; i < any->count; i++)
        if (text_equals(any->words[i], word))
            return true;
    return false;
}

static bool is_in_group(const struct memberships *groups, const struct any_of *any)
{
    for (size_t i = 0; i < groups->count; i++)
        if (is_one_of(groups->groups[i], any))
            return true;
    return false;
}

static bool is_in_category(const struct managed_devices *managed, const struct any_of *any)
{
    for (size_t i = 0; i < managed->count; i++)
        if (!is_one_of(managed->devices[i].category, any))
            return false;
    return managed->count > 0;
}

static bool judge_workstations(const struct required *required, const struct findings *findings,
                               const char *name, struct evidence_list *list)
{
    const struct memberships *groups = findings->device_groups;
    const struct managed_devices *managed = findings->managed;
    for (size_t i = 0; i < required->workstation_count; i++) {
        const struct workstation *one = &required->workstations[i];
        if (!one->by_category && (!groups || !groups->reading.known)) {
            judge_add_unread(list, "device", "device_groups_unread", "entra");
            return false;
        }
        bool is = one->by_category ? is_in_category(managed, &one->names)
                                   : is_in_group(groups, &one->names);
        if (is)
            continue;
        add(list, VERDICT_FAIL, "device_no_workstation", one->by_category ? "intune" : "entra",
            one->by_category ? managed->reading.at : groups->reading.at, named(name));
        return false;
    }
    if (required->workstation_count)
        add(list, VERDICT_PASS, "device_workstation", groups ? "entra" : "intune",
            groups ? groups->reading.at : managed->reading.at, named(name));
    return true;
}

void judge_kept(const struct required *required, const struct findings *findings, const char *name,
                struct evidence_list *list)
{
    name = name ? name : "The device";
    if (required->managed_device && !judge_managed(findings, name, list))
        return;
    if (required->synced_within_seconds && !judge_synced(required, findings, name, list))
        return;
    if (required->managed_device)
        add(list, VERDICT_PASS, "device_managed", "intune", findings->managed->reading.at,
            named(name));
    if (required->synced_within_seconds)
        add_synced(findings->managed, name, list);
    (void)judge_workstations(required, findings, name, list);
}
