/* GET …ScheduleInstances: what is in force now for one person and one target. Nothing of the
   filter is believed: each instance is held against the question again. */
#include "directory/pim_instances.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    pim_instances_ask(&asked->target, PIM_ASSIGNMENTS, asked->subject, path);
    return step == 0;
}

static bool is_asked_for(struct entry *instance, const struct asked *asked)
{
    bool theirs = entry_is(instance, "principalId", asked->subject);
    return pim_is_about(instance, &asked->target) && theirs;
}

static struct instance read_instance(struct entry *entry, const struct target *target)
{
    struct instance instance = {
        .activated = entry_is(entry, "assignmentType", "activated"),
        .direct = pim_is_direct(entry, target),
        .start_at = entry_moment(entry, "startDateTime", 0), /* permanent ones have none */
        .end_at = entry_moment(entry, "endDateTime", INT64_MAX),
    };
    if (!instance.activated && !entry_is(entry, "assignmentType", "assigned"))
        entry_spoil(entry, "an assignment that is neither assigned nor activated");
    return instance;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct instances *instances = &fact->instances;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry entry = pim_entry_open(one, &asked->target, fact->arena, why);
        if (!is_asked_for(&entry, asked) && !entry.fail)
            continue;
        struct instance instance = read_instance(&entry, &asked->target);
        if (entry.fail)
            return entry.fail;
        instances->list = ARENA_MORE(fact->arena, instances->list, instances->count);
        instances->list[instances->count++] = instance;
    }
    return page.fail;
}

const struct reader instances_reader = {
    .service = SERVICE_PIM, .most_pages = READER_PAGES, .ask = ask, .read = read_answer};
