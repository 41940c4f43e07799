/* GET …ScheduleRequests: what somebody asked PIM for themselves, for one target. Of groups it is
   shown to Curfew, of roles to the person alone (contract 3.3), whom PIM asks by another path. */
#include "directory/pim_instances.h"

#define GROUP_REQUESTS "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests"
#define ROLE_REQUESTS  "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests"
#define MINE           "/filterByCurrentUser(on='principal')"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, GROUP_REQUESTS "?$filter=groupId%20eq%20");
    reader_add_literal(path, asked->target.id);
    text_add(path, "%20and%20principalId%20eq%20");
    reader_add_literal(path, asked->subject);
    return step == 0;
}

static bool ask_own(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    bool group = asked->target.kind == TARGET_GROUP;
    (void)body;
    text_add(path, group ? GROUP_REQUESTS MINE "?$filter=groupId%20eq%20"
                         : ROLE_REQUESTS MINE "?$filter=roleDefinitionId%20eq%20");
    reader_add_literal(path, asked->target.id);
    return step == 0;
}

static int64_t end_of(const struct entry *request)
{
    struct entry schedule =
        entry_open(json_object_get(request->object, "scheduleInfo"), request->arena, request->why);
    struct entry expiration =
        entry_open(json_object_get(schedule.object, "expiration"), request->arena, request->why);
    return entry_moment(&expiration, "endDateTime", INT64_MAX);
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct pim_requests *requests = &fact->requests;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        struct reason ignored = {0}; /* of a request without a schedule: it names no end */
        struct entry entry = entry_open(one, fact->arena, why);
        bool theirs = entry_is(&entry, "principalId", asked->subject);
        bool here = pim_is_about(&entry, &asked->target);
        bool activation = entry_is(&entry, "action", "selfActivate");
        struct pim_request request = {.id = entry_needed_text(&entry, "id"),
                                      .status = entry_needed_text(&entry, "status"),
                                      .approval = entry_text(&entry, "approvalId")};
        if (entry.fail)
            return entry.fail;
        if (!theirs || !here || !activation)
            continue;
        entry.why = &ignored;
        request.end_at = end_of(&entry);
        requests->list = ARENA_MORE(fact->arena, requests->list, requests->count);
        requests->list[requests->count++] = request;
    }
    return page.fail;
}

const struct reader requests_reader = {
    .service = SERVICE_PIM, .most_pages = READER_PAGES, .ask = ask, .read = read_answer};
const struct reader own_requests_reader = {
    .service = SERVICE_PIM, .most_pages = READER_PAGES, .ask = ask_own, .read = read_answer};
