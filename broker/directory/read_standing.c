/* GET /groups/{id}/members or /owners, GET …/roleAssignments: who holds one target, whether PIM
   knows of it or not (contract 4.3, 5.3). In Azure its own list has both. */
#include "directory/pim_instances.h"
#include "outbound/url.h"

static bool is_of_group(const struct asked *asked)
{
    return asked->target.kind == TARGET_GROUP;
}

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    if (asked->target.kind == TARGET_AZURE_ROLE) {
        pim_instances_ask(&asked->target, PIM_ASSIGNMENTS, NULL, path);
    } else if (is_of_group(asked)) {
        text_add(path, "/v1.0/groups/");
        url_escape(path, asked->target.id);
        text_addf(path, "/%ss?$select=id&$top=999", asked->target.access);
    } else {
        text_add(path, "/v1.0/roleManagement/directory/roleAssignments?$filter=roleDefinitionId"
                       "%20eq%20");
        reader_add_literal(path, asked->target.id);
    }
    return step == 0;
}

/* Nothing of the filter is believed. */
static bool is_about(struct entry *entry, const struct target *target)
{
    if (target->kind == TARGET_AZURE_ROLE)
        return pim_is_here(entry, target);
    bool such = entry_is(entry, "roleDefinitionId", target->id);
    return such && text_equals(entry_text(entry, "directoryScopeId"), target->scope);
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct standing *standing = &fact->standing;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry entry = pim_entry_open(one, &asked->target, fact->arena, why);
        bool wanted = is_of_group(asked) || is_about(&entry, &asked->target);
        const char *id =
            wanted ? entry_guid(&entry, is_of_group(asked) ? "id" : "principalId") : NULL;
        if (entry.fail)
            return entry.fail;
        if (!wanted)
            continue;
        standing->ids = ARENA_MORE(fact->arena, standing->ids, standing->count);
        standing->ids[standing->count++] = id;
    }
    return page.fail;
}

const struct reader standing_reader = {
    .service = SERVICE_DIRECTORY, .most_pages = READER_PAGES, .ask = ask, .read = read_answer};
