/* /groups and who is in them. */
#include "sandbox/graph/handlers.h"

#include "base/memory.h"
#include "sandbox/graph/entities.h"
#include "sandbox/graph/graph.h"
#include "sandbox/graph/odata.h"
#include "sandbox/tenant/members.h"

static const struct group *find_group(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct group *group = tenant_group(sandbox->tenant, exchange->params[0]);
    if (!group)
        graph_error_not_found(exchange, exchange->params[0]);
    return group;
}

void graph_group(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct group *group = find_group(sandbox, exchange);
    if (group)
        graph_entity(exchange, 200, "groups/$entity", show_group(group));
}

/* "#microsoft.graph.user" against the cast "microsoft.graph.user"; no cast takes all. */
static bool cast_fits(const json_t *object, const char *cast)
{
    const char *type = json_string_value(json_object_get(object, "@odata.type"));
    return !cast || text_equals(type + 1, cast);
}

static void list_people(struct sandbox *sandbox, struct exchange *exchange, const char *part,
                        bool transitive)
{
    static const struct list_rules rules = {
        .context = "directoryObjects", .page = 100, .advanced = true, .trim = trim_user};
    const struct group *group = find_group(sandbox, exchange);
    const char *cast = exchange->params[1];
    if (!group)
        return;
    if (cast && !text_starts_with(cast, "microsoft.graph.")) {
        graph_error_segment(exchange, cast);
        return;
    }
    int64_t at = sandbox_read_ms(sandbox, exchange) - sandbox->switches.membership_ms;
    json_auto_t *ids = members_list(sandbox->tenant, group->id, part, transitive, at);
    json_t *objects = memory_needed(json_array());
    size_t i;
    json_t *id;
    json_array_foreach (ids, i, id) {
        json_t *object = show_object(sandbox, json_string_value(id));
        if (!object)
            continue; /* deleted: gone from the group at once */
        if (tenant_person(sandbox->tenant, json_string_value(id)))
            hide_user(exchange, object);
        if (cast_fits(object, cast))
            (void)json_array_append(objects, object);
        json_decref(object);
    }
    odata_list(exchange, &rules, objects);
}

void graph_members(struct sandbox *sandbox, struct exchange *exchange)
{
    list_people(sandbox, exchange, "member", false);
}

void graph_transitive_members(struct sandbox *sandbox, struct exchange *exchange)
{
    list_people(sandbox, exchange, "member", true);
}

void graph_owners(struct sandbox *sandbox, struct exchange *exchange)
{
    list_people(sandbox, exchange, "owner", false);
}
