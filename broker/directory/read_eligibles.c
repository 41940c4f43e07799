/* GET …EligibilityScheduleInstances: who may activate a target now. The whole list, because whoever
   is eligible through a group stands in none of their own. */
#include "directory/arm.h"
#include "directory/pim_instances.h"

#include "base/id.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    pim_instances_ask(&asked->target, PIM_ELIGIBILITIES, NULL, path);
    return step == 0;
}

/* What an activation in ARM has to name (contract 8): there the schedule is an id of a resource, of
   which it wants the name. */
static void read_link(struct entry *entry, struct eligible *eligible)
{
    char guid[GUID_SIZE];
    const char *schedule = entry_needed_text(entry, "roleEligibilityScheduleId");
    if (!text_read_guid(arm_name(schedule), guid))
        entry_spoil(entry, "roleEligibilityScheduleId does not end in a GUID");
    eligible->schedule = arena_copy(entry->arena, guid);
    eligible->scope = entry_needed_text(entry, "scope");
    eligible->direct = !entry_is(entry, "memberType", "group"); /* from above is no group */
    eligible->condition = entry_text(entry, "condition");
    eligible->condition_version = entry_text(entry, "conditionVersion");
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
        struct entry entry = pim_entry_open(one, &asked->target, fact->arena, why);
        if (!pim_is_about(&entry, &asked->target) && !entry.fail)
            continue;
        struct eligible eligible = {.principal = entry_guid(&entry, "principalId"),
                                    .direct = entry_is(&entry, "memberType", "direct"),
                                    .end_at = entry_moment(&entry, "endDateTime", INT64_MAX)};
        if (asked->target.kind == TARGET_AZURE_ROLE)
            read_link(&entry, &eligible);
        if (entry.fail)
            return entry.fail;
        eligibles->list = ARENA_MORE(fact->arena, eligibles->list, eligibles->count);
        eligibles->list[eligibles->count++] = eligible;
    }
    return page.fail;
}

const struct reader eligibles_reader = {
    .service = SERVICE_PIM, .most_pages = READER_PAGES, .ask = ask, .read = read_answer};
