#include "directory/arm.h"

#include <string.h>

void arm_add_path(struct text *path, const struct target *target, const char *what)
{
    text_addf(path, "%s" ARM_PROVIDER "%s?api-version=2020-10-01", target->scope, what);
}

void arm_add_role(struct text *id, const struct target *target)
{
    text_addf(id, "%s" ARM_PROVIDER "roleDefinitions/%s", target->scope, target->id);
}

const char *arm_name(const char *id)
{
    const char *slash = strrchr(id, '/');
    return slash ? slash + 1 : id;
}
