/* /devices of Entra and /deviceManagement/managedDevices of Intune. */
#include "sandbox/graph/handlers.h"

#include "base/memory.h"
#include "sandbox/graph/entities.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/odata.h"

static bool is_beta(const struct exchange *exchange)
{
    return exchange->api == API_BETA;
}

static void answer_device(struct exchange *exchange, const struct device *device)
{
    if (device)
        graph_entity(exchange, 200, "devices/$entity", show_device(device, is_beta(exchange)));
    else
        graph_error_not_found(exchange, exchange->params[0]);
}

void graph_device(struct sandbox *sandbox, struct exchange *exchange)
{
    answer_device(exchange, tenant_device(sandbox->tenant, exchange->params[0]));
}

void graph_device_by_device_id(struct sandbox *sandbox, struct exchange *exchange)
{
    answer_device(exchange, tenant_device_by_device_id(sandbox->tenant, exchange->params[0]));
}

void graph_devices(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = "devices", .page = 100, .advanced = true};
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->devices_count; i++)
        if (!sandbox->tenant->devices[i]->deleted)
            (void)json_array_append_new(
                list, show_device(sandbox->tenant->devices[i], is_beta(exchange)));
    odata_list(exchange, &rules, list);
}

void graph_managed_device(struct sandbox *sandbox, struct exchange *exchange)
{
    for (size_t i = 0; i < sandbox->tenant->devices_count; i++) {
        const struct device *device = sandbox->tenant->devices[i];
        if (device->deleted || !device->state ||
            !text_equals_ignoring_case(device->managed_id, exchange->params[0]))
            continue;
        graph_entity(exchange, 200, "deviceManagement/managedDevices/$entity",
                     show_managed_device(sandbox, device, exchange->now_ms));
        return;
    }
    graph_error(exchange, 404, "ResourceNotFound", "Resource not found");
}

/* Intune knows one filter, takes the first comparison of a chain for the whole, takes ne for eq,
   and ignores every other filter without a word (G06, G07; contract 9.5). */
void graph_managed_devices(struct sandbox *sandbox, struct exchange *exchange)
{
    static const struct list_rules rules = {.context = "deviceManagement/managedDevices",
                                            .page = 1000,
                                            .filtered = true,
                                            .counted = true};
    bool fine;
    const struct filter *filter = odata_filter(exchange, &fine);
    const char *device_id = odata_first_text(filter, "azureADDeviceId");
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->devices_count; i++) {
        const struct device *device = sandbox->tenant->devices[i];
        if (!device->deleted && device->state &&
            (!device_id || text_equals_ignoring_case(device->device_id, device_id)))
            (void)json_array_append_new(list,
                                        show_managed_device(sandbox, device, exchange->now_ms));
    }
    if (fine)
        odata_list(exchange, &rules, list);
    else
        json_decref(list);
}
