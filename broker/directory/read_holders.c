/* GET …ScheduleInstances: everybody who holds one target now. Nothing of the filter is believed. */
#include "directory/entry.h"
#include "directory/reader.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    bool group = asked->target.kind == TARGET_GROUP;
    (void)body;
    text_add(path, group ? "/v1.0/identityGovernance/privilegedAccess/group/"
                           "assignmentScheduleInstances?$filter=groupId%20eq%20"
                         : "/v1.0/roleManagement/directory/"
                           "roleAssignmentScheduleInstances?$filter=roleDefinitionId%20eq%20");
    reader_add_literal(path, asked->target.id);
    return step == 0;
}

static bool is_asked_for(struct entry *instance, const struct target *target)
{
    if (target->kind == TARGET_GROUP) {
        bool here = entry_is(instance, "groupId", target->id);
        return entry_is(instance, "accessId", target->access) && here;
    }
    bool such = entry_is(instance, "roleDefinitionId", target->id);
    return text_equals(entry_text(instance, "directoryScopeId"), target->scope) && such;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct holders *holders = &fact->holders;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry entry = entry_open(one, fact->arena, why);
        bool wanted = is_asked_for(&entry, &asked->target);
        if (entry.fail)
            return entry.fail;
        if (!wanted)
            continue;
        struct holder holder = {
            .id = entry_guid(&entry, "principalId"),
            .activated = entry_is(&entry, "assignmentType", "activated"),
            .end_at = entry_moment(&entry, "endDateTime", INT64_MAX),
        };
        if (entry.fail)
            return entry.fail;
        holders->list = ARENA_MORE(fact->arena, holders->list, holders->count);
        holders->list[holders->count++] = holder;
    }
    return page.fail;
}

const struct reader holders_reader = {
    .service = SERVICE_PIM, .most_pages = READER_PAGES, .ask = ask, .read = read_answer};
