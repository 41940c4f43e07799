#include "access/views.h"

#include "access/advice.h"
#include "access/attempt.h"
#include "access/bundles.h"
#include "access/grants.h"
#include "access/stages.h"
#include "access/urgent.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "model/evidence.h"
#include "model/words.h"
#include "store/approvals.h"
#include "store/delegations.h"
#include "store/people.h"

#include <stdio.h>
#include <string.h>

json_t *view_person(const struct person *person)
{
    return memory_needed(json_pack("{s:s, s:s?}", "id", person->key.oid, "name", person->name));
}

enum fail view_sight(struct store *store, const struct request_id *id, const struct caller *caller,
                     struct sight_of *ret, struct reason *why)
{
    struct stored_request request;
    struct sight_of sight = {.special = caller->roles != 0};
    scoped(arena_scoped) struct arena *arena = arena_new();
    enum fail fail = store_request(store, id, arena, &request, why);
    if (!fail)
        fail = store_approver_is(store, id, &caller->person.key, &sight.approver, why);
    if (fail)
        return fail;
    sight.requester = person_is(&request.requester.key, &caller->person.key);
    if (!sight.requester && !sight.approver && !sight.special)
        return because(why, FAIL_NOT_FOUND, "%s is a stranger to request %s",
                       caller->person.key.oid, id->text);
    *ret = sight;
    return FAIL_NONE;
}

enum fail view_link(struct store *store, const struct request_id *id, int64_t now,
                    struct arena *arena, struct reason *why)
{
    enum { SHOWN_SECONDS = 30 * 86400 };
    struct stored_request request;
    size_t count = 0;
    struct stored_grant *grants = NULL;
    enum fail fail = store_request(store, id, arena, &request, why);
    if (!fail)
        fail = store_grants_of(store, id, arena, &count, &grants, why);
    if (fail)
        return fail;
    int64_t last =
        request.lapses_at > request.submitted_at ? request.lapses_at : request.submitted_at;
    bool over = request_is_over(request.state);
    for (size_t i = 0; i < count; i++) {
        over &= grant_is_over(grants[i].state);
        last = grants[i].ended_at > last ? grants[i].ended_at : last;
    }
    if (over && now > last + SHOWN_SECONDS)
        return because(why, FAIL_NOT_FOUND, "the link is too old");
    return FAIL_NONE;
}

/* A code with its sentence and its mend, as the evidence of this request explains it. */
static void add_why(json_t *object, const char *code, const json_t *evidence, struct arena *arena)
{
    const json_t *args = NULL;
    for (size_t i = 0; i < json_array_size(evidence); i++)
        if (text_equals(json_member_text(json_array_get(evidence, i), "code"), code))
            args = json_object_get(json_array_get(evidence, i), "raw");
    const char *says = code ? words_say(arena, code, args) : NULL;
    const char *mend = code ? words_say(arena, arena_text(arena, "%s.mend", code), args) : NULL;
    (void)json_object_set_new(object, "why", memory_needed(json_pack("s?", code)));
    (void)json_object_set_new(object, "why_says", memory_needed(json_pack("s?", says)));
    (void)json_object_set_new(object, "why_mend", memory_needed(json_pack("s?", mend)));
}

/* What was judged in one phase, as it is kept; NULL when nothing was. */
static enum fail kept_evidence(struct store *store, const struct request_id *id, const char *phase,
                               struct arena *arena, json_t **ret, struct reason *why)
{
    const char *kept = NULL;
    enum fail fail = store_evidence(store, id, phase, arena, &kept, why);
    *ret = kept ? json_loads(kept, 0, NULL) : NULL;
    return fail;
}

/* Whether it waits for its holder, who starts it by signing in. */
static enum fail needs_person(struct store *store, const struct stored_grant *grant,
                              struct arena *arena, bool *ret, struct reason *why)
{
    struct stored_request request;
    if (!activation_is_personal(grant->mode) || grant_is_over(grant->state))
        return FAIL_NONE;
    enum fail fail = store_request(store, &grant->request, arena, &request, why);
    if (!fail)
        *ret = attempt_may(store, grant, &request, arena) && moment_now() >= request.start_at;
    return fail;
}

/* Until when other grants give the same access, without this one. */
static enum fail also_until(struct store *store, const struct stored_grant *grant,
                            struct arena *arena, int64_t *ret, struct reason *why)
{
    size_t count = 0;
    struct stored_grant *live = NULL;
    if (grant_is_over(grant->state))
        return FAIL_NONE;
    enum fail fail =
        store_grants_live_for(store, &grant->holder, grant->target, arena, &count, &live, why);
    for (size_t i = 0; !fail && i < count; i++)
        if (live[i].state == GRANT_ACTIVE && live[i].ends_at > *ret &&
            !text_equals(live[i].id.text, grant->id.text))
            *ret = live[i].ends_at;
    return fail;
}

/* The role that starts before it, of a grant that waits for that. */
static enum fail add_order(const struct access *access, struct store *store,
                           const struct stored_grant *grant, struct arena *arena, json_t *view,
                           struct reason *why)
{
    struct stored_request request;
    struct bundle_place place = {.waits_for = NULL};
    enum fail fail = FAIL_NONE;
    if (grant->state == GRANT_WAITING)
        fail = store_request(store, &grant->request, arena, &request, why);
    if (!fail && grant->state == GRANT_WAITING)
        fail = bundle_place(store, &request, grant, arena, &place, why);
    const struct role *role =
        place.waits_for ? policy_find_role(access->policy, place.waits_for) : NULL;
    (void)json_object_set_new(view, "waits_for",
                              memory_needed(json_pack("s?", role ? role->name : place.waits_for)));
    return fail;
}

enum fail view_grant(const struct access *access, struct store *store,
                     const struct stored_grant *grant, json_t **ret, struct reason *why)
{
    char phase[GRANT_PHASE_SIZE];
    json_auto_t *kept = NULL;
    scoped(arena_scoped) struct arena *arena = arena_new();
    const struct role *role = policy_find_role(access->policy, grant->role);
    bool needs_sign_in = false;
    int64_t until = -1;
    grant_phase(&grant->id, phase);
    enum fail fail = needs_person(store, grant, arena, &needs_sign_in, why);
    if (!fail)
        fail = also_until(store, grant, arena, &until, why);
    if (!fail && grant->why)
        fail = kept_evidence(store, &grant->request, phase, arena, &kept, why);
    if (fail)
        return fail;
    json_t *view = memory_needed(
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:{s:s?, s:n, s:o}}", "id",
                  grant->id.text, "request", grant->request.text, "role", grant->role, "role_name",
                  role ? role->name : grant->role, "state", grant_state_text(grant->state),
                  "start_by", json_moment(grant->start_by), "starts_at",
                  json_moment(grant->starts_at), "ends_at", json_moment(grant->ends_at), "ended_at",
                  json_moment(grant->ended_at), "seen", grant->seen, "directory", "status",
                  grant->status, "request_id", "seen_at", json_moment(grant->seen_at)));
    (void)json_object_set_new(view, "mode", json_string(activation_text(grant->mode)));
    (void)json_object_set_new(view, "also_until", json_moment(until));
    (void)json_object_set_new(view, "needs", needs_sign_in ? json_string("sign_in") : json_null());
    json_auto_t *evidence = kept ? evidence_view(kept) : NULL;
    add_why(view, grant->why, evidence, arena);
    fail = view_live(store, grant, role, view, arena, why);
    if (!fail)
        fail = add_order(access, store, grant, arena, view, why);
    if (fail) {
        json_decref(view);
        return fail;
    }
    *ret = view;
    return FAIL_NONE;
}

/* Puts the later pieces in the place of earlier ones about the same. */
static json_t *laid_over(const json_t *before, const json_t *after)
{
    json_t *all = memory_needed(json_array());
    for (size_t i = 0; i < json_array_size(before); i++) {
        json_t *piece = json_array_get(before, i);
        bool again = false;
        for (size_t k = 0; k < json_array_size(after) && !again; k++)
            again = text_equals(json_member_text(json_array_get(after, k), "check"),
                                json_member_text(piece, "check"));
        if (!again)
            (void)json_array_append(all, piece);
    }
    (void)json_array_extend(all, (json_t *)after);
    return all;
}

/* The submission's evidence, and over it what was judged again at each start. */
static enum fail evidence_of(struct store *store, const struct request_id *id, size_t count,
                             const struct stored_grant grants[], struct arena *arena, json_t **ret,
                             struct reason *why)
{
    json_auto_t *all = NULL;
    enum fail fail = kept_evidence(store, id, "submission", arena, &all, why);
    if (!all)
        all = memory_needed(json_array());
    for (size_t i = 0; !fail && i < count; i++) {
        char phase[GRANT_PHASE_SIZE];
        json_auto_t *later = NULL;
        grant_phase(&grants[i].id, phase);
        fail = kept_evidence(store, id, phase, arena, &later, why);
        json_t *both = laid_over(all, later);
        json_decref(all);
        all = both;
    }
    if (!fail)
        *ret = evidence_view(all);
    return fail;
}

static json_t *view_decision(const struct stored_decision *decision)
{
    bool own = person_is(&decision->by.key, &decision->place.key);
    return memory_needed(json_pack(
        "{s:o, s:o, s:s, s:s?, s:o, s:o}", "by", view_person(&decision->by), "for",
        own ? json_null() : view_person(&decision->place), "decision",
        decision->approves ? "approve" : "deny", "reason", decision->reason, "duration",
        decision->duration_seconds < 0 ? json_null() : json_span(decision->duration_seconds), "at",
        json_moment(decision->decided_at)));
}

/* Who was asked to decide in an approver's place, and until when they may. */
static json_t *view_stand_in(const struct stored_delegation *delegation)
{
    json_t *view = view_person(&delegation->delegate);
    bool cut = delegation->ended_at >= 0;
    (void)json_object_set_new(view, "until",
                              json_moment(cut ? delegation->ended_at : delegation->until_at));
    return view;
}

/* What belongs to all stages of a request. */
struct asked {
    struct progress progress;
    size_t stand_in_count;
    struct stored_delegation *stand_ins;
};

static json_t *view_approver(const struct person *approver, const struct asked *asked)
{
    json_t *view = view_person(approver), *delegates = memory_needed(json_array());
    if (text_is_empty(approver->mail))
        (void)json_object_set_new(view, "unreachable", json_true());
    for (size_t i = 0; i < asked->stand_in_count; i++)
        if (person_is(&asked->stand_ins[i].approver.key, &approver->key))
            (void)json_array_append_new(delegates, view_stand_in(&asked->stand_ins[i]));
    (void)json_object_set_new(view, "delegates", delegates);
    return view;
}

static const char *stage_state(const struct progress *progress, size_t stage)
{
    if (progress_met(progress, stage))
        return "met";
    return progress_asks(progress, stage) ? "asked" : "waiting";
}

static json_t *view_stage(const struct asked *asked, size_t index)
{
    const struct progress *progress = &asked->progress;
    const struct stored_stage *stage = &progress->stages[index];
    json_t *approvers = memory_needed(json_array()), *decisions = memory_needed(json_array());
    for (size_t i = 0; i < stage->approver_count; i++) {
        const struct stored_decision *decision =
            progress_decision(progress, &stage->approvers[i].key);
        (void)json_array_append_new(approvers, view_approver(&stage->approvers[i], asked));
        if (decision && stage->spoke[i])
            (void)json_array_append_new(decisions, view_decision(decision));
    }
    return memory_needed(json_pack(
        "{s:i, s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:b, s:b, s:o, s:o}", "stage", stage->stage,
        "rule", stage->rule, "state", stage_state(progress, index), "need", (json_int_t)stage->need,
        "given", (json_int_t)progress->given[index], "deny", (json_int_t)stage->deny, "opened_at",
        json_moment(stage->opened_at), "due_at", json_moment(stage->due_at), "escalated_at",
        json_moment(stage->escalated_at), "reason", stage->needs_reason, "signed", stage->is_signed,
        "approvers", approvers, "decisions", decisions));
}

static enum fail approval_of(struct store *store, const struct request_id *id, struct arena *arena,
                             json_t **ret, struct reason *why)
{
    struct asked *asked = ARENA_NEW(arena, struct asked);
    enum fail fail = progress_read(store, id, arena, &asked->progress, why);
    if (!fail)
        fail = store_stand_ins(store, id, arena, &asked->stand_in_count, &asked->stand_ins, why);
    if (fail)
        return fail;
    *ret = memory_needed(json_array());
    for (size_t i = 0; i < asked->progress.count; i++)
        (void)json_array_append_new(*ret, view_stage(asked, i));
    return FAIL_NONE;
}

static enum fail view_grants(const struct access *access, struct store *store, size_t count,
                             const struct stored_grant grants[], struct arena *arena, json_t **ret,
                             struct reason *why)
{
    *ret = memory_needed(json_array());
    for (size_t i = 0; i < count; i++) {
        json_t *view = NULL;
        struct stored_intent intent;
        struct reason ignored = {0};
        enum fail fail = view_grant(access, store, &grants[i], &view, why);
        if (fail)
            return fail;
        if (grants[i].has_holding &&
            store_intent_newest(store, &grants[i].holding, &grants[i].id, "assign", arena, &intent,
                                &ignored) == FAIL_NONE)
            (void)json_object_set_new(json_object_get(view, "directory"), "request_id",
                                      memory_needed(json_pack("s?", intent.directory_request)));
        (void)json_array_append_new(*ret, view);
    }
    return FAIL_NONE;
}

static json_t *roles_of(const struct access *access, const struct stored_request *request,
                        struct arena *arena, json_t **named)
{
    json_t *roles = memory_needed(json_array());
    *named = memory_needed(json_array());
    for (size_t i = 0; i < request->role_count; i++) {
        const struct role *role = policy_find_role(access->policy, request->roles[i].role);
        (void)json_array_append_new(roles, json_string(request->roles[i].role));
        (void)json_array_append_new(
            *named,
            memory_needed(json_pack("{s:s, s:s, s:s, s:s?, s:o}", "id", request->roles[i].role,
                                    "name", role ? role->name : request->roles[i].role, "product",
                                    role ? role->product : "", "opens", role ? role->opens : NULL,
                                    "warnings", view_warnings(role, arena))));
    }
    return roles;
}

static json_t *view_of(const struct access *access, const struct stored_request *request,
                       json_t *evidence, json_t *approval, json_t *grants, struct arena *arena)
{
    json_t *named, *roles = roles_of(access, request, arena, &named);
    json_t *view = memory_needed(json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s?, s:s?, s:o, s:o, s:o, s:s, s:O, s:O, s:O}", "id",
        request->id.text, "state", request_state_text(request->state), "requester",
        view_person(&request->requester), "roles", roles, "named_roles", named, "duration",
        json_span(request->duration_seconds), "start", json_moment(request->start_at),
        "justification", request->justification, "ticket", request->ticket, "submitted_at",
        json_moment(request->submitted_at), "check_until", json_moment(request->check_until),
        "lapses_at", json_moment(request->lapses_at), "policy_version", request->policy_version,
        "evidence", evidence, "approval", approval, "grants", grants));
    (void)json_object_set_new(view, "bundle", view_bundle(access, request));
    add_why(view, request->why, evidence, arena);
    return view;
}

/* What each role of it prolongs. */
static enum fail add_extends(struct store *store, const struct stored_request *request,
                             struct arena *arena, json_t *view, struct reason *why)
{
    enum fail fail = FAIL_NONE;
    json_t *named = json_object_get(view, "named_roles");
    for (size_t i = 0; !fail && i < request->role_count; i++) {
        struct grant_id id;
        struct stored_grant held;
        if (!request->roles[i].extends)
            continue;
        (void)snprintf(id.text, ID_SIZE, "%s", request->roles[i].extends);
        fail = store_grant(store, &id, arena, &held, why);
        if (!fail)
            (void)json_object_set_new(
                json_array_get(named, i), "extends",
                memory_needed(json_pack("{s:s, s:o}", "grant", id.text, "ends_at",
                                        json_moment(held.ends_at))));
    }
    return fail;
}

/* What whoever asks, and whoever decides, may weigh; null once that is done. */
static enum fail advice_on(const struct access *access, struct store *store,
                           const struct stored_request *request, struct arena *arena, json_t **ret,
                           struct reason *why)
{
    struct advice_about about = {.person = &request->requester.key,
                                 .duration_seconds = request->duration_seconds,
                                 .now = moment_now()};
    for (size_t i = 0; i < request->role_count; i++) {
        const struct role *role = policy_find_role(access->policy, request->roles[i].role);
        if (role)
            about.roles[about.role_count++] = role;
    }
    if (request_is_over(request->state)) {
        *ret = json_null();
        return FAIL_NONE;
    }
    return advice_give(access, store, &about, arena, ret, why);
}

enum fail view_request(const struct access *access, struct store *store,
                       const struct request_id *id, struct arena *arena, json_t **ret,
                       struct reason *why)
{
    struct stored_request request;
    size_t count = 0;
    struct stored_grant *stored = NULL;
    json_auto_t *evidence = NULL, *approval = NULL, *grants = NULL;
    enum fail fail = store_request(store, id, arena, &request, why);
    bool begins = !fail && request.state == REQUEST_CHECKING; /* nobody was asked to decide yet */
    if (!fail)
        fail = store_grants_of(store, id, arena, &count, &stored, why);
    if (!fail)
        fail = evidence_of(store, id, count, stored, arena, &evidence, why);
    if (!fail && begins)
        approval = memory_needed(json_array());
    else if (!fail)
        fail = approval_of(store, id, arena, &approval, why);
    if (!fail)
        fail = view_grants(access, store, count, stored, arena, &grants, why);
    json_t *advice = NULL;
    if (!fail)
        fail = advice_on(access, store, &request, arena, &advice, why);
    if (fail)
        return fail;
    json_t *urgent = NULL;
    json_auto_t *view = view_of(access, &request, evidence, approval, grants, arena);
    fail = add_extends(store, &request, arena, view, why);
    if (!fail)
        fail = view_urgent(store, &request, moment_now(), arena, &urgent, why);
    if (fail)
        return fail;
    (void)json_object_set_new(view, "urgent", urgent);
    (void)json_object_set_new(view, "advice", take(advice));
    *ret = take(view);
    return FAIL_NONE;
}

json_t *view_submitted(const struct access *access, const struct stored_request *request,
                       struct arena *arena)
{
    json_auto_t *none = memory_needed(json_array());
    json_t *view = view_of(access, request, none, none, none, arena);
    json_t *urgent = memory_needed(
        json_pack("{s:b, s:b, s:[], s:[]}", "owed", 0, "overdue", 0, "reviews", "passed_over"));
    if (!request->urgent)
        json_decref(urgent);
    (void)json_object_set_new(view, "urgent", request->urgent ? urgent : json_null());
    (void)json_object_set_new(view, "advice", json_null());
    return view;
}
