/* What a group is bound to in its product: no API tells, so somebody has to look, and to say when.
 */
#include "policies/building.h"

#include "base/memory.h"

enum { ATTESTED_FOR = 90 * DAY, AHEAD_MOST = DAY };

void policy_read_binding(struct policy *policy, struct role *role, struct form *form)
{
    const json_t *value = form_object(form, "binding", OPTIONAL);
    if (!value)
        return;
    struct form binding = form_open(value, form_place(form, "binding"), form->complaints);
    if (role->target.kind != TARGET_GROUP)
        form_complain(form, "binding", "is for a role whose target is a group");
    (void)form_value(&binding, "attested_at", REQUIRED);
    role->binding = (struct binding){
        .attested_by = arena_copy(policy->arena, form_guid(&binding, "attested_by", REQUIRED)),
        .attested_at = form_moment(&binding, "attested_at", 0),
        .this_group_only = form_flag(&binding, "this_group_only", false),
        .everyone_removed = form_flag(&binding, "everyone_removed", false),
    };
    form_end(&binding);
}

/* Owning a group gives nothing in a product, but who is in it. */
static bool gives_what_is_bound(const struct role *role)
{
    return role->target.kind == TARGET_GROUP && text_equals(role->target.access, "member");
}

const char *binding_doubt(const struct role *role, int64_t now, json_t **args)
{
    const struct binding *binding = &role->binding;
    *args = NULL;
    if (!gives_what_is_bound(role))
        return NULL;
    *args = memory_needed(json_pack("{s:s, s:I}", "role", role->name, "days",
                                    (json_int_t)((now - binding->attested_at) / DAY)));
    if (!binding->attested_by || binding->attested_at > now + AHEAD_MOST)
        return "binding_missing";
    if (!binding->this_group_only || !binding->everyone_removed)
        return "binding_not_whole";
    return now - binding->attested_at > ATTESTED_FOR ? "binding_stale" : NULL;
}
