/* GET /groups/{id}/transitiveMembers: the users of a group, through nested groups too. */
#include "directory/entry.h"
#include "directory/reader.h"
#include "outbound/url.h"

#include <stdlib.h>
#include <string.h>

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, "/v1.0/groups/");
    url_escape(path, asked->subject);
    text_add(path, "/transitiveMembers/microsoft.graph.user"
                   "?$select=id,displayName,mail,employeeId&$top=999&$count=true");
    return step == 0;
}

static int compare(const void *one, const void *other)
{
    return strcmp(((const struct person *)one)->key.oid, ((const struct person *)other)->key.oid);
}

/* Pages that shift while they are read, and lists that say things twice, must not make two
   approvers of one. */
static void remove_doubles(struct members *members)
{
    size_t kept = 0;
    if (members->count)
        qsort(members->people, members->count, sizeof *members->people, compare);
    for (size_t i = 0; i < members->count; i++)
        if (!kept || compare(&members->people[kept - 1], &members->people[i]) != 0)
            members->people[kept++] = members->people[i];
    members->count = kept;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct members *members = &fact->members;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    (void)asked;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry user = entry_open(one, fact->arena, why);
        const char *type = entry_text(&user, "@odata.type");
        struct person person = {.name = entry_text(&user, "displayName"),
                                .mail = entry_text(&user, "mail"),
                                .employee_id = entry_text(&user, "employeeId")};
        if (!text_read_guid(entry_needed_text(&user, "id"), person.key.oid))
            entry_spoil(&user, "a member without an id");
        if (user.fail)
            return user.fail;
        if (type && !text_equals(type, "#microsoft.graph.user"))
            continue; /* asked for users, a service that ignores that sends everything */
        members->people = ARENA_MORE(fact->arena, members->people, members->count);
        members->people[members->count++] = person;
    }
    remove_doubles(members);
    return page.fail;
}

const struct reader members_reader = {.service = SERVICE_DIRECTORY,
                                      .most_pages = READER_PAGES,
                                      .advanced = true,
                                      .ask = ask,
                                      .read = read_answer};
