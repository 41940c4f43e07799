#include "model/role.h"

#include "base/text.h"

#include <string.h>

static const char *const kinds[] = {
    [TARGET_GROUP] = "group",
    [TARGET_DIRECTORY_ROLE] = "directory_role",
    [TARGET_AZURE_ROLE] = "azure_role",
};

const char *target_kind_text(enum target_kind kind)
{
    return kinds[kind];
}

bool target_kind_read(const char *text, enum target_kind *kind)
{
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (text_equals(text, kinds[i])) {
            *kind = (enum target_kind)i;
            return true;
        }
    }
    return false;
}

static const char *const activations[] = {
    [ACTIVATION_APPLICATION] = "application",
    [ACTIVATION_DELEGATED] = "delegated",
    [ACTIVATION_PIM_APPROVAL] = "pim_approval",
};

const char *activation_text(enum activation activation)
{
    return activations[activation];
}

bool activation_read(const char *text, enum activation *activation)
{
    for (size_t i = 0; i < COUNT(activations); i++) {
        if (text_equals(text, activations[i])) {
            *activation = (enum activation)i;
            return true;
        }
    }
    return false;
}

bool activation_is_personal(enum activation activation)
{
    return activation != ACTIVATION_APPLICATION;
}

enum activation role_activation(const struct role *role, enum activation setting)
{
    enum activation activation = role->has_activation ? role->activation : setting;
    bool carried = role->target.kind != TARGET_AZURE_ROLE;
    return activation == ACTIVATION_PIM_APPROVAL && !carried ? ACTIVATION_DELEGATED : activation;
}

const char *target_key(const struct target *target, struct arena *arena)
{
    return arena_text(arena, "%s/%s/%s", kinds[target->kind], target->id,
                      target->kind == TARGET_GROUP ? target->access : target->scope);
}

bool target_read(const char *key, struct arena *arena, struct target *target)
{
    const char *id = strchr(key, '/');
    const char *rest = id ? strchr(id + 1, '/') : NULL;
    struct target read;
    if (!rest || !target_kind_read(arena_copy_bytes(arena, key, (size_t)(id - key)), &read.kind))
        return false;
    const char *last = arena_copy(arena, rest + 1);
    read.id = arena_copy_bytes(arena, id + 1, (size_t)(rest - id - 1));
    read.access = read.kind == TARGET_GROUP ? last : NULL;
    read.scope = read.kind == TARGET_GROUP ? NULL : last;
    *target = read;
    return true;
}
