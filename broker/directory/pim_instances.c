#include "directory/pim_instances.h"

#include "directory/arm.h"
#include "model/azure_scope.h"
#include "outbound/url.h"

static const char *const of_groups[] = {[PIM_ASSIGNMENTS] = "assignmentScheduleInstances",
                                        [PIM_ELIGIBILITIES] = "eligibilityScheduleInstances"};
static const char *const of_roles[] = {[PIM_ASSIGNMENTS] = "roleAssignmentScheduleInstances",
                                       [PIM_ELIGIBILITIES] = "roleEligibilityScheduleInstances"};

/* Filters of ARM cannot be joined as the contract has them, and ids stand there without quotes. */
static void ask_arm(const struct target *target, enum pim_list list, const char *oid,
                    struct text *path)
{
    arm_add_path(path, target, of_roles[list]);
    text_add(path, oid ? "&$filter=principalId%20eq%20" : "&$filter=atScope()");
    if (oid)
        url_escape(path, oid);
}

void pim_instances_ask(const struct target *target, enum pim_list list, const char *oid,
                       struct text *path)
{
    if (target->kind == TARGET_AZURE_ROLE) {
        ask_arm(target, list, oid, path);
        return;
    }
    if (target->kind == TARGET_GROUP)
        text_addf(path, "/v1.0/identityGovernance/privilegedAccess/group/%s?$filter=groupId",
                  of_groups[list]);
    else
        text_addf(path, "/v1.0/roleManagement/directory/%s?$filter=roleDefinitionId",
                  of_roles[list]);
    text_add(path, "%20eq%20");
    reader_add_literal(path, target->id);
    if (oid) {
        text_add(path, "%20and%20principalId%20eq%20");
        reader_add_literal(path, oid);
    }
}

struct entry pim_entry_open(const json_t *value, const struct target *target, struct arena *arena,
                            struct reason *why)
{
    bool arm = target->kind == TARGET_AZURE_ROLE;
    return entry_open(arm ? json_object_get(value, "properties") : value, arena, why);
}

static bool is_about_in_arm(struct entry *entry, const struct target *target)
{
    const char *role = entry_needed_text(entry, "roleDefinitionId");
    const char *scope = entry_needed_text(entry, "scope");
    bool inherited = entry_is(entry, "memberType", "inherited");
    return text_equals_ignoring_case(arm_name(role), target->id) &&
           azure_scope_reaches(scope, target->scope, inherited);
}

bool pim_is_about(struct entry *entry, const struct target *target)
{
    if (target->kind == TARGET_AZURE_ROLE)
        return is_about_in_arm(entry, target);
    if (target->kind == TARGET_GROUP) {
        bool here = entry_is(entry, "groupId", target->id);
        bool such = entry_is(entry, "accessId", target->access);
        return here && such;
    }
    bool such = entry_is(entry, "roleDefinitionId", target->id);
    /* null when the role is held in an application's own scope; bytes, as it was echoed */
    bool here = text_equals(entry_text(entry, "directoryScopeId"), target->scope);
    return such && here;
}

bool pim_is_here(struct entry *entry, const struct target *target)
{
    bool about = pim_is_about(entry, target);
    return about && (target->kind != TARGET_AZURE_ROLE || entry_is(entry, "scope", target->scope));
}

bool pim_is_direct(struct entry *entry, const struct target *target)
{
    bool direct = entry_is(entry, "memberType", "direct");
    return direct && pim_is_here(entry, target);
}
