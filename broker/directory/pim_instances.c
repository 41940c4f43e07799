#include "directory/pim_instances.h"

void pim_instances_ask(const struct target *target, enum pim_list list, struct text *path)
{
    static const char *const of_groups[] = {"assignmentScheduleInstances",
                                            "eligibilityScheduleInstances"};
    static const char *const of_roles[] = {"roleAssignmentScheduleInstances",
                                           "roleEligibilityScheduleInstances"};
    if (target->kind == TARGET_GROUP)
        text_addf(path, "/v1.0/identityGovernance/privilegedAccess/group/%s?$filter=groupId",
                  of_groups[list]);
    else
        text_addf(path, "/v1.0/roleManagement/directory/%s?$filter=roleDefinitionId",
                  of_roles[list]);
    text_add(path, "%20eq%20");
    reader_add_literal(path, target->id);
}

bool pim_is_about(struct entry *entry, const struct target *target)
{
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
