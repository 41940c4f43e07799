/* The writes as the bytes that an intent keeps and that are sent. */
#include "directory/arm.h"
#include "directory/directory.h"

#include "base/id.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* What one service calls an action, and the other. */
struct action {
    const char *graph, *arm;
};
static const struct action assign = {"adminAssign", "AdminAssign"};
static const struct action activate = {"selfActivate", "SelfActivate"};
static const struct action prolong = {"adminUpdate", "AdminUpdate"};
static const struct action withdraw = {"adminRemove", "AdminRemove"};

static const char *path_of(const struct assignment *assignment, struct arena *arena)
{
    const struct target *target = assignment->target;
    scoped(text_scoped) struct text path = TEXT_LIMIT(4096), what = TEXT_LIMIT(128);
    if (target->kind == TARGET_GROUP)
        return "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests";
    if (target->kind == TARGET_DIRECTORY_ROLE)
        return "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests";
    text_addf(&what, "roleAssignmentScheduleRequests/%s", assignment->name);
    arm_add_path(&path, target, text_of(&what));
    return arena_copy(arena, text_of(&path));
}

static json_t *arm_request(const struct assignment *assignment, const char *action)
{
    scoped(text_scoped) struct text role = TEXT_LIMIT(4096);
    arm_add_role(&role, assignment->target);
    return json_pack("{s:s, s:s, s:s, s:s}", "requestType", action, "principalId", assignment->oid,
                     "justification", assignment->words, "roleDefinitionId", text_of(&role));
}

/* What is assigned to whom; NULL when a text is no UTF-8. */
static json_t *request_of(const struct assignment *assignment, const struct action *action)
{
    const struct target *target = assignment->target;
    if (target->kind == TARGET_AZURE_ROLE)
        return arm_request(assignment, action->arm);
    if (target->kind == TARGET_GROUP)
        return json_pack("{s:s, s:s, s:s, s:s, s:s}", "action", action->graph, "principalId",
                         assignment->oid, "justification", assignment->words, "groupId", target->id,
                         "accessId", target->access);
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "action", action->graph, "principalId",
                     assignment->oid, "justification", assignment->words, "roleDefinitionId",
                     target->id, "directoryScopeId", target->scope);
}

static json_t *schedule_of(const struct assignment *assignment)
{
    char start[21], end[21];
    bool arm = assignment->target->kind == TARGET_AZURE_ROLE;
    moment_text(assignment->starts_at, start);
    moment_text(assignment->ends_at, end);
    return json_pack("{s:s, s:{s:s, s:s}}", "startDateTime", start, "expiration", "type",
                     arm ? "AfterDateTime" : "afterDateTime", "endDateTime", end);
}

/* Adds the members of `steals`; false when there are none because of a text that is no UTF-8. */
static bool add_members(json_t *request, json_t *steals)
{
    json_auto_t *more = steals;
    return more && json_object_update(request, more) == 0;
}

/* ARM wraps what Graph takes as it is. */
static enum fail give_out(const struct assignment *assignment, json_t *request, struct arena *arena,
                          struct write *ret, struct reason *why)
{
    char name[GUID_SIZE];
    bool arm = assignment->target->kind == TARGET_AZURE_ROLE;
    if (arm && !text_read_guid(assignment->name, name))
        return because(why, FAIL_INVALID, "a request to Azure that has no GUID for a name");
    json_auto_t *whole = arm && request ? json_pack("{s:O}", "properties", request) : NULL;
    if (!request)
        return because(why, FAIL_INVALID, "a text that is no UTF-8");
    char *body = json_canonical(arm ? whole : request);
    *ret = (struct write){.method = arm ? "PUT" : "POST",
                          .path = path_of(assignment, arena),
                          .body = arena_copy(arena, body)};
    free(body);
    return FAIL_NONE;
}

static enum fail give(const struct action *action, const struct assignment *assignment,
                      struct arena *arena, struct write *ret, struct reason *why)
{
    const struct eligible *by = action == &activate ? assignment->by : NULL;
    if (assignment->ends_at <= assignment->starts_at || assignment->ends_at == MOMENT_NEVER)
        return because(why, FAIL_INVALID, "an assignment without an end of its own");
    json_auto_t *request = request_of(assignment, action);
    bool fine =
        request && json_object_set_new(request, "scheduleInfo", schedule_of(assignment)) == 0;
    if (fine && assignment->ticket)
        fine = add_members(request, json_pack("{s:{s:s, s:s}}", "ticketInfo", "ticketNumber",
                                              assignment->ticket, "ticketSystem", "Curfew"));
    if (fine && by && assignment->target->kind == TARGET_AZURE_ROLE)
        fine =
            add_members(request, json_pack("{s:s, s:s*, s:s*}", "linkedRoleEligibilityScheduleId",
                                           by->schedule, "condition", by->condition,
                                           "conditionVersion", by->condition_version));
    return give_out(assignment, fine ? request : NULL, arena, ret, why);
}

enum fail write_assign(const struct assignment *assignment, struct arena *arena, struct write *ret,
                       struct reason *why)
{
    return give(&assign, assignment, arena, ret, why);
}

enum fail write_update(const struct assignment *assignment, struct arena *arena, struct write *ret,
                       struct reason *why)
{
    return give(&prolong, assignment, arena, ret, why);
}

enum fail write_activate(const struct assignment *assignment, struct arena *arena,
                         struct write *ret, struct reason *why)
{
    return give(&activate, assignment, arena, ret, why);
}

enum fail write_review(const struct target *target, const char *approval, const char *step,
                       bool approves, const char *words, struct arena *arena, struct write *ret,
                       struct reason *why)
{
    char approval_id[GUID_SIZE], step_id[GUID_SIZE];
    if (target->kind == TARGET_AZURE_ROLE)
        return because(why, FAIL_INVALID, "approvals of Azure are not decided here");
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
    json_auto_t *request = request_of(assignment, &withdraw);
    return give_out(assignment, request, arena, ret, why);
}

enum fail write_sign_out(const char *oid, struct arena *arena, struct write *ret,
                         struct reason *why)
{
    char id[GUID_SIZE];
    if (!text_read_guid(oid, id))
        return because(why, FAIL_INVALID, "a person that has no GUID");
    *ret = (struct write){.method = "POST",
                          .path = arena_text(arena, "/v1.0/users/%s/revokeSignInSessions", id)};
    return FAIL_NONE;
}

void write_name(const char *path, char name[GUID_SIZE])
{
    char found[GUID_SIZE] = "";
    const char *end = path + strcspn(path, "?");
    if (end - path < GUID_SIZE || end[-GUID_SIZE] != '/')
        return;
    memcpy(found, end - (GUID_SIZE - 1), GUID_SIZE - 1);
    (void)text_read_guid(found, name);
}
