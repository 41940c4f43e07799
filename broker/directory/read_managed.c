/* GET /deviceManagement/managedDevices: what Intune manages under one Entra device id. A filter
   that Intune does not take is ignored without a word, and the whole tenant comes (contract 9.5):
   only exact matches are kept. */
#include "directory/entry.h"
#include "directory/reader.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, "/v1.0/deviceManagement/managedDevices?$filter=azureADDeviceId%20eq%20");
    reader_add_literal(path, asked->subject);
    text_add(path, "&$select=id,userId,deviceName,azureADDeviceId,complianceState,managementState,"
                   "deviceCategoryDisplayName,lastSyncDateTime,"
                   "complianceGracePeriodExpirationDateTime,jailBroken");
    return step == 0;
}

/* Intune writes the first and the last moment of its calendar for "none" (contract 9.5). */
static int64_t real_moment(struct entry *entry, const char *name)
{
    static const int64_t last = 253370764800; /* 9999-01-01 */
    int64_t moment = entry_moment(entry, name, 0);
    return moment > 0 && moment < last ? moment : 0;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct managed_devices *managed = &fact->managed;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry device = entry_open(one, fact->arena, why);
        const char *id = entry_text(&device, "azureADDeviceId"); /* null: it never joined */
        if (!device.fail && !text_equals_ignoring_case(id, asked->subject))
            continue;
        struct managed_device found = {
            .user_id = entry_text(&device, "userId"), /* nobody's, when it is shared */
            .name = entry_text(&device, "deviceName"),
            .category = entry_text(&device, "deviceCategoryDisplayName"),
            .compliance = entry_needed_text(&device, "complianceState"),
            .management = entry_text(&device, "managementState"),
            .jail_broken = text_equals_ignoring_case(entry_text(&device, "jailBroken"), "True"),
            .synced_at = real_moment(&device, "lastSyncDateTime"),
            .grace_until = real_moment(&device, "complianceGracePeriodExpirationDateTime"),
        };
        if (device.fail)
            return device.fail;
        managed->devices = ARENA_MORE(fact->arena, managed->devices, managed->count);
        managed->devices[managed->count++] = found;
    }
    return page.fail;
}

/* Few pages: with the filter heeded one is enough, and without it the tenant has no end. */
const struct reader managed_reader = {
    .service = SERVICE_INTUNE, .most_pages = 4, .ask = ask, .read = read_answer};
