/* POST /{users or devices}/{id}/checkMemberGroups: which of these groups a person or a device is
   in, nested ones too. */
#include "base/memory.h"
#include "directory/entry.h"
#include "directory/reader.h"
#include "outbound/url.h"

enum { GROUPS_OF_ONE_CALL = 20 };

static bool ask_of(const char *kind, const struct asked *asked, unsigned step, struct text *path,
                   json_t **body)
{
    size_t first = (size_t)step * GROUPS_OF_ONE_CALL;
    if (first >= asked->group_count)
        return false;
    text_add(path, kind);
    url_escape(path, asked->subject);
    text_add(path, "/checkMemberGroups");
    json_t *ids = json_array();
    for (size_t i = first; i < asked->group_count && i < first + GROUPS_OF_ONE_CALL; i++)
        (void)json_array_append_new(ids, json_string(asked->groups[i]));
    *body = memory_needed(json_pack("{s:o}", "groupIds", ids));
    return true;
}

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    return ask_of("/v1.0/users/", asked, step, path, body);
}

static bool ask_of_device(const struct asked *asked, unsigned step, struct text *path,
                          json_t **body)
{
    return ask_of("/v1.0/devices/", asked, step, path, body);
}

static bool is_in(const char *const *groups, size_t count, const char *group)
{
    for (size_t i = 0; i < count; i++)
        if (text_equals_ignoring_case(groups[i], group))
            return true;
    return false;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct memberships *memberships = &fact->memberships;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *groups = entry_list(&page, "value");
    size_t i;
    json_t *group;
    json_array_foreach ((json_t *)groups, i, group) {
        char guid[GUID_SIZE];
        if (!text_read_guid(json_string_value(group), guid)) {
            entry_spoil(&page, "a group that is no GUID");
            break;
        }
        if (!is_in(asked->groups, asked->group_count, guid) ||
            is_in(memberships->groups, memberships->count, guid))
            continue;
        memberships->groups = ARENA_MORE(fact->arena, memberships->groups, memberships->count);
        memberships->groups[memberships->count++] = arena_copy(fact->arena, guid);
    }
    return page.fail;
}

const struct reader memberships_reader = {
    .service = SERVICE_DIRECTORY, .most_pages = 1, .ask = ask, .read = read_answer};

const struct reader device_groups_reader = {
    .service = SERVICE_DIRECTORY, .most_pages = 1, .ask = ask_of_device, .read = read_answer};
