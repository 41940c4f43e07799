/* GET /devices(deviceId='…'): the device object in Entra. The id is the one that tokens carry, not
   the object's own (contract 9.4). */
#include "directory/entry.h"
#include "directory/reader.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, "/v1.0/devices(deviceId=");
    reader_add_literal(path, asked->subject);
    text_add(path, ")?$select=id,deviceId,displayName,accountEnabled,isCompliant,isManaged");
    return step == 0;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct device *device = &fact->device;
    struct entry object = entry_open(answer, fact->arena, why);
    if (!entry_is(&object, "deviceId", asked->subject))
        entry_spoil(&object, "an answer about another device");
    device->exists = true;
    device->enabled = entry_flag(&object, "accountEnabled");
    device->compliant = entry_flag(&object, "isCompliant");
    device->managed = entry_flag(&object, "isManaged");
    device->object_id = entry_needed_text(&object, "id");
    device->name = entry_text(&object, "displayName");
    return object.fail;
}

static void is_absent(struct fact *fact)
{
    fact->device.exists = false;
}

const struct reader device_reader = {.service = SERVICE_DIRECTORY,
                                     .most_pages = 1,
                                     .ask = ask,
                                     .read = read_answer,
                                     .absent = is_absent};
