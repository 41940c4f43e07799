/* GET …ScheduleInstances: everybody who holds one target now. Nothing of the filter is believed. */
#include "directory/pim_instances.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    pim_instances_ask(&asked->target, PIM_ASSIGNMENTS, NULL, path);
    return step == 0;
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
        struct entry entry = pim_entry_open(one, &asked->target, fact->arena, why);
        bool wanted = pim_is_here(&entry, &asked->target);
        if (entry.fail)
            return entry.fail;
        if (!wanted)
            continue;
        struct holder holder = {
            .id = entry_guid(&entry, "principalId"),
            .activated = entry_is(&entry, "assignmentType", "activated"),
            .direct = entry_is(&entry, "memberType", "direct"),
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
