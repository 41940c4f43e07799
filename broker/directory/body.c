/* The writes as the bytes that an intent keeps and that are sent. */
#include "directory/directory.h"

#include "base/id.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>

static const char *path_of(const struct target *target)
{
    return target->kind == TARGET_GROUP
               ? "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests"
               : "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests";
}

/* What is assigned to whom; NULL when a text is no UTF-8. */
static json_t *request_of(const struct assignment *assignment, const char *action)
{
    const struct target *target = assignment->target;
    if (target->kind == TARGET_GROUP)
        return json_pack("{s:s, s:s, s:s, s:s, s:s}", "action", action, "principalId",
                         assignment->oid, "justification", assignment->words, "groupId", target->id,
                         "accessId", target->access);
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "action", action, "principalId", assignment->oid,
                     "justification", assignment->words, "roleDefinitionId", target->id,
                     "directoryScopeId", target->scope);
}

static json_t *schedule_of(const struct assignment *assignment)
{
    char start[21], end[21];
    moment_text(assignment->starts_at, start);
    moment_text(assignment->ends_at, end);
    return json_pack("{s:s, s:{s:s, s:s}}", "startDateTime", start, "expiration", "type",
                     "afterDateTime", "endDateTime", end);
}

static enum fail is_writable(const struct target *target, struct reason *why)
{
    if (target->kind != TARGET_GROUP && target->kind != TARGET_DIRECTORY_ROLE)
        return because(why, FAIL_INVALID, "Graph does not assign an %s",
                       target_kind_text(target->kind));
    return FAIL_NONE;
}

static enum fail give_out(const struct target *target, const json_t *request, struct arena *arena,
                          struct write *ret, struct reason *why)
{
    if (!request)
        return because(why, FAIL_INVALID, "a text that is no UTF-8");
    char *body = json_canonical(request);
    *ret =
        (struct write){.method = "POST", .path = path_of(target), .body = arena_copy(arena, body)};
    free(body);
    return FAIL_NONE;
}

static enum fail give(const char *action, const struct assignment *assignment, struct arena *arena,
                      struct write *ret, struct reason *why)
{
    enum fail fail = is_writable(assignment->target, why);
    if (fail)
        return fail;
    if (assignment->ends_at <= assignment->starts_at || assignment->ends_at == MOMENT_NEVER)
        return because(why, FAIL_INVALID, "an assignment without an end of its own");
    json_auto_t *request = request_of(assignment, action);
    bool fine =
        request && json_object_set_new(request, "scheduleInfo", schedule_of(assignment)) == 0;
    if (fine && assignment->ticket)
        fine = json_object_set_new(request, "ticketInfo",
                                   json_pack("{s:s, s:s}", "ticketNumber", assignment->ticket,
                                             "ticketSystem", "Curfew")) == 0;
    return give_out(assignment->target, fine ? request : NULL, arena, ret, why);
}

enum fail write_assign(const struct assignment *assignment, struct arena *arena, struct write *ret,
                       struct reason *why)
{
    return give("adminAssign", assignment, arena, ret, why);
}

enum fail write_activate(const struct assignment *assignment, struct arena *arena,
                         struct write *ret, struct reason *why)
{
    return give("selfActivate", assignment, arena, ret, why);
}

enum fail write_review(const struct target *target, const char *approval, const char *step,
                       bool approves, const char *words, struct arena *arena, struct write *ret,
                       struct reason *why)
{
    char approval_id[GUID_SIZE], step_id[GUID_SIZE];
    enum fail fail = is_writable(target, why);
    if (fail)
        return fail;
    if (!text_read_guid(approval, approval_id) || !text_read_guid(step, step_id))
        return because(why, FAIL_INVALID, "an approval or a step that has no GUID");
    json_auto_t *review = json_pack("{s:s, s:s}", "reviewResult", approves ? "Approve" : "Deny",
                                    "justification", words);
    if (!review)
        return because(why, FAIL_INVALID, "a text that is no UTF-8");
    char *body = json_canonical(review);
    const char *path =
        target->kind == TARGET_GROUP
            ? arena_text(arena,
                         "/v1.0/identityGovernance/privilegedAccess/group/assignmentApprovals/%s"
                         "/stages/%s",
                         approval_id, step_id)
            : arena_text(arena,
                         "/beta/roleManagement/directory/roleAssignmentApprovals/%s/steps/%s",
                         approval_id, step_id);
    *ret = (struct write){.method = "PATCH", .path = path, .body = arena_copy(arena, body)};
    free(body);
    return FAIL_NONE;
}

enum fail write_remove(const struct assignment *assignment, struct arena *arena, struct write *ret,
                       struct reason *why)
{
    enum fail fail = is_writable(assignment->target, why);
    if (fail)
        return fail;
    json_auto_t *request = request_of(assignment, "adminRemove");
    return give_out(assignment->target, request, arena, ret, why);
}
