/* What a role assigns, from its `target`. */
#include "policies/internal.h"

#include "base/text.h"
#include "model/azure_scope.h"

static void read_group(struct form *form, struct target *target)
{
    static const char *const accesses[] = {"member", "owner"};
    target->id = form_guid(form, "group", REQUIRED);
    target->access = accesses[form_choice(form, "access", COUNT(accesses), accesses, 0)];
}

static void read_directory_role(struct form *form, struct target *target)
{
    target->id = form_guid(form, "role", REQUIRED);
    const char *scope = form_text(form, "scope", OPTIONAL, 256);
    target->scope = scope ? scope : "/";
    if (target->scope[0] != '/')
        form_complain(form, "scope",
                      "\"%s\" is not a directory scope: write / for the whole tenant",
                      target->scope);
}

static void read_azure_role(struct form *form, struct target *target)
{
    target->id = form_guid(form, "role", REQUIRED);
    const char *scope = form_text(form, "scope", REQUIRED, 1024);
    target->scope = scope ? scope : "";
    if (scope && !azure_scope_is(scope))
        form_complain(form, "scope",
                      "\"%s\" is not a scope of Azure: a management group, a subscription, a "
                      "resource group or a resource, as in "
                      "/subscriptions/{id}/resourceGroups/{name}",
                      scope);
}

struct target policy_target(struct form *role, struct arena *arena)
{
    static const char *const kinds[] = {"group", "directory_role", "azure_role"};
    static void (*const read[])(struct form * form, struct target * target) = {
        [TARGET_GROUP] = read_group,
        [TARGET_DIRECTORY_ROLE] = read_directory_role,
        [TARGET_AZURE_ROLE] = read_azure_role,
    };
    struct target target = {.id = ""};
    struct form form = form_open(form_value(role, "target", REQUIRED), form_place(role, "target"),
                                 role->complaints);
    int kind = form_choice(&form, "kind", COUNT(kinds), kinds, -1);
    if (kind < 0) { /* what else may stand here depends on it */
        if (form.object && !form_has(&form, "kind"))
            form_complain(&form, "kind",
                          "is missing: \"group\", \"directory_role\" or \"azure_role\"");
        return target;
    }
    target.kind = (enum target_kind)kind;
    read[kind](&form, &target);
    form_end(&form);
    target.id = arena_copy(arena, target.id ? target.id : "");
    target.scope = arena_copy(arena, target.scope);
    return target;
}
