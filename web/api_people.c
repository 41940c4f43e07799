/* /api/v1/me, /roles and /links: who is calling, what they may ask for, where a link of theirs
 * leads. */
#include "access/occasion.h"
#include "access/views.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/jobs.h"
#include "web/asking.h"
#include "web/handlers.h"
#include "web/web.h"

static json_t *sign_in_of(const struct caller *caller)
{
    char at[21], auth[21] = "";
    const struct sign_in *sign_in = &caller->sign_in;
    json_t *contexts = memory_needed(json_array()), *methods = memory_needed(json_array());
    for (size_t i = 0; i < sign_in->context_count; i++)
        (void)json_array_append_new(contexts, json_string(sign_in->contexts[i]));
    for (size_t i = 0; i < sign_in->method_count; i++)
        (void)json_array_append_new(methods, json_string(sign_in->methods[i]));
    moment_text(sign_in->at, at);
    if (sign_in->auth_time >= 0)
        moment_text(sign_in->auth_time, auth);
    return memory_needed(json_pack("{s:s, s:s?, s:b, s:o, s:o, s:s?}", "at", at, "auth_time",
                                   *auth ? auth : NULL, "fresh", sign_in->fresh, "contexts",
                                   contexts, "methods", methods, "device", sign_in->device_id));
}

enum next get_me(struct visit *visit)
{
    char csrf[LOCATOR_SIZE], ends[21];
    const struct caller *caller = session_caller(visit->session); /* with roles that are stale */
    json_t *roles = memory_needed(json_array());
    if (caller->roles & ROLE_AUDITOR)
        (void)json_array_append_new(roles, json_string("Curfew.Auditor"));
    if (caller->roles & ROLE_ADMIN)
        (void)json_array_append_new(roles, json_string("Curfew.Admin"));
    session_csrf(visit->access, visit->session, csrf);
    moment_text(caller->ends_at, ends);
    return visit_json(
        visit, 200,
        memory_needed(json_pack("{s:s, s:s?, s:o, s:s, s:[], s:o, s:s, s:b, s:s}", "id",
                                caller->person.key.oid, "name", caller->person.name, "roles", roles,
                                "csrf", csrf, "evidence", "sign_in", sign_in_of(caller),
                                "session_ends_at", ends, "safe_mode", visit->access->safe_mode,
                                "version", CURFEW_VERSION)));
}

static enum next list_roles(struct visit *visit)
{
    struct grouped *grouped = visit->data;
    const struct policy *policy = visit->access->policy;
    const struct memberships *memberships =
        grouped->memberships ? &grouped->memberships->memberships : NULL;
    struct occasion occasion = {.person = &visit->caller->person.key,
                                .memberships = memberships,
                                .at = visit->now,
                                .duration_seconds = -1,
                                .start_at = -1};
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    occasion_risk(grouped->risks ? &grouped->risks->risks : NULL, &occasion);
    enum fail fail = occasion_past(store, policy, "~", visit->arena, &occasion, &visit->why);
    json_t *items = memory_needed(json_array());
    for (size_t i = 0; !fail && i < policy_role_count(policy); i++) {
        json_t *view = NULL;
        fail = view_role(visit->access, store, policy_role(policy, i), &occasion, visit->arena,
                         &view, &visit->why);
        if (view)
            (void)json_array_append_new(items, view);
    }
    for (size_t i = 0; !fail && i < policy_bundle_count(policy); i++) {
        json_t *view = NULL;
        fail = view_bundle_entry(visit->access, store, policy_bundle(policy, i), &occasion,
                                 visit->arena, &view, &visit->why);
        if (view)
            (void)json_array_append_new(items, view);
    }
    if (fail) {
        json_decref(items);
        return visit_fail(visit, fail);
    }
    bool known = memberships && memberships->reading.known;
    return visit_json(
        visit, 200,
        memory_needed(json_pack("{s:o, s:n, s:b}", "items", items, "cursor", "complete", known)));
}

enum next get_roles(struct visit *visit)
{
    struct grouped *grouped = ARENA_NEW(visit->arena, struct grouped);
    visit->data = grouped;
    return asking_groups(visit, grouped, list_roles);
}

enum next get_link(struct visit *visit)
{
    struct request_id id;
    struct digest token = digest_of_text(visit->params[0]);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail = store_link(store, &token, &visit->caller->person.key, &id, &visit->why);
    if (!fail)
        fail = view_link(store, &id, visit->now, visit->arena, &visit->why);
    json_t *view = NULL;
    if (!fail)
        fail = view_request(visit->access, store, &id, visit->arena, &view, &visit->why);
    return fail ? visit_fail(visit, fail) : visit_json(visit, 200, view);
}
