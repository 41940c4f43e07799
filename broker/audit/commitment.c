#include "audit/commitment.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

char *commitment_write(const struct commitment *commitment)
{
    json_t *roles = memory_needed(json_array());
    for (size_t i = 0; i < commitment->role_count; i++)
        (void)json_array_append_new(
            roles, memory_needed(json_pack("{s:s, s:s}", "role", commitment->roles[i].role,
                                           "target", commitment->roles[i].target)));
    json_auto_t *all = memory_needed(json_pack(
        "{s:i, s:s, s:s, s:s, s:s, s:o, s:s, s:I, s:I, s:s, s:s, s:s, s:s}", "v", 1, "tid",
        commitment->tid, "request", commitment->request, "requester", commitment->requester,
        "approver", commitment->approver, "roles", roles, "decision",
        commitment->approves ? "approve" : "deny", "duration", (json_int_t)commitment->duration,
        "start_by", (json_int_t)commitment->start_by, "justification", commitment->justification,
        "reason", commitment->reason, "policy", commitment->policy, "salt", commitment->salt));
    if (commitment->place)
        (void)json_object_set_new(all, "for", json_string(commitment->place));
    return json_canonical(all);
}

static bool read_roles(const json_t *roles, struct arena *arena, struct commitment *read)
{
    read->role_count = json_array_size(roles);
    if (!read->role_count || read->role_count > COMMITMENT_ROLES)
        return false;
    for (size_t i = 0; i < read->role_count; i++) {
        const json_t *one = json_array_get(roles, i);
        read->roles[i].role = arena_copy(arena, json_member_text(one, "role"));
        read->roles[i].target = arena_copy(arena, json_member_text(one, "target"));
        if (!read->roles[i].role || !read->roles[i].target)
            return false;
    }
    return true;
}

bool commitment_read(const char *text, struct arena *arena, struct commitment *ret)
{
    json_auto_t *json = NULL;
    struct reason ignored = {0};
    if (json_read(text, strlen(text), &json, NULL, &ignored))
        return false;
    const char *decision = json_member_text(json, "decision");
    struct commitment read = {
        .tid = arena_copy(arena, json_member_text(json, "tid")),
        .request = arena_copy(arena, json_member_text(json, "request")),
        .requester = arena_copy(arena, json_member_text(json, "requester")),
        .approver = arena_copy(arena, json_member_text(json, "approver")),
        .place = arena_copy(arena, json_member_text(json, "for")),
        .approves = text_equals(decision, "approve"),
        .duration = json_member_number(json, "duration", -1),
        .start_by = json_member_number(json, "start_by", -1),
        .justification = arena_copy(arena, json_member_text(json, "justification")),
        .reason = arena_copy(arena, json_member_text(json, "reason")),
        .policy = arena_copy(arena, json_member_text(json, "policy")),
        .salt = arena_copy(arena, json_member_text(json, "salt")),
    };
    if (!read.tid || !read.request || !read.requester || !read.approver || read.duration < 0 ||
        read.start_by < 0 || !read.justification || !read.reason || !read.policy || !read.salt ||
        !read_roles(json_object_get(json, "roles"), arena, &read))
        return false;
    /* Whatever else is in it, or written otherwise, does not come back. */
    char *again = commitment_write(&read);
    bool same = text_equals(again, text);
    free(again);
    if (same)
        *ret = read;
    return same;
}

void commitment_nonce(const char *text, char nonce[DIGEST_BASE64URL_SIZE])
{
    static const char domain[] = "curfew-decision-v1\n";
    const void *const pieces[] = {domain, text};
    struct digest digest =
        digest_of_pieces(2, pieces, (const size_t[]){sizeof domain - 1, strlen(text)});
    digest_base64url(&digest, nonce);
}

void commitment_target(const char *target, char hash[DIGEST_BASE64_SIZE])
{
    struct digest digest = digest_of_text(target);
    digest_base64(&digest, hash);
}
