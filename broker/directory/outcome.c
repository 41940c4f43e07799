#include "directory/outcome.h"

#include "base/json.h"
#include "base/moment.h"
#include "base/text.h"
#include "directory/arm.h"
#include "directory/error.h"

#include <string.h>
#include <strings.h>

/* The refusals that are given before any effect, when Graph itself gives them: a status of this
   list without an error envelope may be a proxy's. */
static bool is_refusal(int status)
{
    static const int refusals[] = {400, 401, 403, 404, 405, 409, 410, 412, 415, 423};
    for (size_t i = 0; i < COUNT(refusals); i++)
        if (status == refusals[i])
            return true;
    return false;
}

static const char *end_in(const json_t *request)
{
    const json_t *schedule = json_object_get(request, "scheduleInfo");
    return json_member_text(json_object_get(schedule, "expiration"), "endDateTime");
}

static bool has_another_end(const json_t *answer, const json_t *sent)
{
    int64_t theirs, ours;
    const char *end = end_in(answer), *wanted = end_in(sent);
    return end && wanted &&
           (!moment_read(end, &theirs) || !moment_read(wanted, &ours) || theirs != ours);
}

/* The first thing that the answer says otherwise than what was sent; NULL when nothing. Of ids of
   resources the names count: ARM gives those of roles below the subscription, wherever they were
   asked for. */
static const char *another(const json_t *answer, const json_t *sent)
{
    static const struct {
        const char *name;
        bool exact;
    } members[] = {{"action", false},         {"requestType", false}, {"principalId", false},
                   {"groupId", false},        {"accessId", false},    {"roleDefinitionId", false},
                   {"directoryScopeId", true}};
    for (size_t i = 0; i < COUNT(members); i++) {
        const char *ours = json_member_text(sent, members[i].name);
        const char *theirs = json_member_text(answer, members[i].name);
        bool same =
            theirs && ours &&
            (members[i].exact ? text_equals(theirs, ours)
                              : text_equals_ignoring_case(arm_name(theirs), arm_name(ours)));
        if (ours && !same)
            return members[i].name;
    }
    return has_another_end(answer, sent) ? "endDateTime" : NULL;
}

/* What was put somewhere has that id (ARM); where it was posted to, any (Graph). */
static bool has_its_id(const struct write *write, const char *id)
{
    size_t length = strcspn(write->path, "?");
    return !text_equals(write->method, "PUT") ||
           (strlen(id) == length && strncasecmp(id, write->path, length) == 0);
}

/* 201 alone proves nothing, and its body only that the directory took this very request. */
static void read_created(const struct write *write, const struct answer *answer,
                         struct arena *arena, struct written *written)
{
    struct reason why = {0};
    json_auto_t *created = NULL, *sent = NULL;
    if (json_read(answer->body, answer->length, &created, NULL, &why) ||
        json_read(write->body, strlen(write->body), &sent, NULL, &why)) {
        written->says = arena_text(arena, "not understood: %s", why.text);
        return;
    }
    const json_t *properties = json_object_get(sent, "properties");
    const json_t *request = properties ? json_object_get(created, "properties") : created;
    const char *id = json_member_text(created, "id"), *status = json_member_text(request, "status");
    const char *other = another(request, properties ? properties : sent);
    if (text_is_empty(id) || text_is_empty(status)) {
        written->says = "an answer without id and status";
    } else if (other || !has_its_id(write, id)) {
        written->says = arena_text(arena, "an answer with another %s", other ? other : "id");
    } else {
        written->outcome = WRITE_ACCEPTED;
        written->code = arena_copy(arena, status);
        written->request = arena_copy(arena, arm_name(id));
        if (status_waits_for_approval(status))
            written->approval = arena_copy(arena, json_member_text(request, "approvalId"));
        written->ends_at = arena_copy(arena, end_in(request));
    }
}

static bool signs_out(const struct write *write)
{
    return strncmp(write->path, "/v1.0/users/", 12) == 0;
}

/* 200 says so in its body; 204 was seen in its place (contract 10). */
static bool is_signed_out(const struct answer *answer)
{
    struct reason ignored = {0};
    json_auto_t *body = NULL;
    if (answer->status == 204)
        return true;
    return answer->status == 200 &&
           !json_read(answer->body, answer->length, &body, NULL, &ignored) &&
           json_is_true(json_object_get(body, "value"));
}

static void read_error(const struct answer *answer, struct arena *arena, struct written *written)
{
    struct error error;
    if (!error_read(answer->body, answer->length, arena, &error)) {
        written->says = arena_text(arena, "HTTP %d without an error of Graph", answer->status);
        return;
    }
    written->code = error.code;
    written->says = error.message;
    if (is_refusal(answer->status))
        written->outcome = WRITE_REFUSED;
    (void)error_challenge(answer, &written->challenge);
    /* The one thing that is read out of a message: PIM says it nowhere else (contract 2.9, 11). */
    if (answer->status == 400 &&
        text_equals(error.code, "RoleAssignmentRequestAcrsValidationFailed"))
        (void)challenge_find(error.message, &written->challenge);
}

void outcome_of(const struct write *write, const struct answer *answer, struct arena *arena,
                struct written *ret)
{
    *ret = (struct written){
        .outcome = WRITE_UNKNOWN, .status = answer->status, .correlation = answer->request_id};
    if (answer->outcome != OUTCOME_ANSWERED) {
        if (answer->outcome == OUTCOME_NOT_SENT)
            ret->outcome = WRITE_NOT_SENT;
        ret->says = answer->reason.text;
    } else if (answer->status == 204 && text_equals(write->method, "PATCH")) {
        ret->outcome = WRITE_ACCEPTED;
    } else if (signs_out(write) && answer->status < 300) {
        ret->outcome = is_signed_out(answer) ? WRITE_ACCEPTED : WRITE_UNKNOWN;
        ret->says = is_signed_out(answer) ? NULL : "an answer that does not say that it was done";
    } else if (answer->status == 201) {
        read_created(write, answer, arena, ret);
    } else {
        read_error(answer, arena, ret);
        if (answer->status == 429) /* throttled before it is looked at (contract 12) */
            ret->outcome = WRITE_NOT_SENT;
    }
}
