/* GET …EligibilityScheduleInstances: who may activate a target now. The whole list, because whoever
   is eligible through a group stands in none of their own. */
#include "directory/entry.h"
#include "directory/reader.h"

#include "base/moment.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    bool group = asked->target.kind == TARGET_GROUP;
    (void)body;
    text_add(path, group ? "/v1.0/identityGovernance/privilegedAccess/group/"
                           "eligibilityScheduleInstances?$filter=groupId%20eq%20"
                         : "/v1.0/roleManagement/directory/"
                           "roleEligibilityScheduleInstances?$filter=roleDefinitionId%20eq%20");
    reader_add_literal(path, asked->target.id);
    return step == 0;
}

static bool is_asked_for(struct entry *entry, const struct target *target)
{
    if (target->kind == TARGET_GROUP) {
        bool here = entry_is(entry, "groupId", target->id);
        bool such = entry_is(entry, "accessId", target->access);
        return here && such;
    }
    bool such = entry_is(entry, "roleDefinitionId", target->id);
    bool here = text_equals(entry_text(entry, "directoryScopeId"), target->scope);
    return such && here;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct eligibles *eligibles = &fact->eligibles;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry entry = entry_open(one, fact->arena, why);
        if (!is_asked_for(&entry, &asked->target) && !entry.fail)
            continue;
        struct eligible eligible = {.principal = entry_guid(&entry, "principalId"),
                                    .direct = entry_is(&entry, "memberType", "direct"),
                                    .end_at = entry_moment(&entry, "endDateTime", INT64_MAX)};
        if (entry.fail)
            return entry.fail;
        eligibles->list = ARENA_MORE(fact->arena, eligibles->list, eligibles->count);
        eligibles->list[eligibles->count++] = eligible;
    }
    return page.fail;
}

const struct reader eligibles_reader = {
    .service = SERVICE_PIM, .most_pages = READER_PAGES, .ask = ask, .read = read_answer};
