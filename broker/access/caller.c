#include "access/caller.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/memory.h"

#include <string.h>

static json_t *pack_texts(size_t count, const char *const texts[])
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_string(texts[i]));
    return list;
}

json_t *sign_in_pack(const struct sign_in *sign_in, const char *name, unsigned roles)
{
    return memory_needed(json_pack("{s:I, s:b, s:I, s:o, s:o, s:s?, s:s?, s:i}", "at",
                                   (json_int_t)sign_in->at, "fresh", sign_in->fresh, "auth_time",
                                   (json_int_t)sign_in->auth_time, "contexts",
                                   pack_texts(sign_in->context_count, sign_in->contexts), "methods",
                                   pack_texts(sign_in->method_count, sign_in->methods), "device",
                                   sign_in->device_id, "name", name, "roles", (int)roles));
}

static const char **unpack_texts(const json_t *list, struct arena *arena, size_t *count)
{
    const char **texts = ARENA_ARRAY(arena, const char *, json_array_size(list));
    *count = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_string(json_array_get(list, i)))
            texts[(*count)++] = arena_copy(arena, json_string_value(json_array_get(list, i)));
    return texts;
}

bool sign_in_unpack(const char *json, struct arena *arena, struct sign_in *sign_in,
                    const char **name, unsigned *roles)
{
    json_auto_t *packed = NULL;
    struct reason ignored = {0};
    if (json_read(json, strlen(json), &packed, NULL, &ignored) || !json_is_object(packed))
        return false;
    *sign_in = (struct sign_in){
        .at = json_member_number(packed, "at", 0),
        .fresh = json_is_true(json_object_get(packed, "fresh")),
        .auth_time = json_member_number(packed, "auth_time", -1),
        .device_id = arena_copy(arena, json_member_text(packed, "device")),
    };
    sign_in->contexts =
        unpack_texts(json_object_get(packed, "contexts"), arena, &sign_in->context_count);
    sign_in->methods =
        unpack_texts(json_object_get(packed, "methods"), arena, &sign_in->method_count);
    *name = arena_copy(arena, json_member_text(packed, "name"));
    *roles = (unsigned)json_member_number(packed, "roles", 0);
    return true;
}
