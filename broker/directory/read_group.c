/* GET /groups/{id}: what kind of group it is. */
#include "directory/entry.h"
#include "directory/reader.h"
#include "outbound/url.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, "/v1.0/groups/");
    url_escape(path, asked->subject);
    text_add(path, "?$select=id,displayName,groupTypes,onPremisesSyncEnabled,isAssignableToRole");
    return step == 0;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct group *group = &fact->group;
    struct entry entry = entry_open(answer, fact->arena, why);
    size_t i;
    json_t *type;
    if (!entry_is(&entry, "id", asked->subject))
        entry_spoil(&entry, "an answer about another group");
    const json_t *types = entry_list(&entry, "groupTypes");
    json_array_foreach ((json_t *)types, i, type) {
        if (text_equals_ignoring_case(json_string_value(type), "DynamicMembership"))
            group->dynamic = true;
    }
    group->exists = true;
    group->synced = entry_flag(&entry, "onPremisesSyncEnabled") == TRI_YES;
    group->role_assignable = entry_flag(&entry, "isAssignableToRole") == TRI_YES;
    group->name = entry_text(&entry, "displayName");
    return entry.fail;
}

static void is_absent(struct fact *fact)
{
    fact->group.exists = false;
}

const struct reader group_reader = {.service = SERVICE_DIRECTORY,
                                    .most_pages = 1,
                                    .ask = ask,
                                    .read = read_answer,
                                    .absent = is_absent};
