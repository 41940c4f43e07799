/* /api/v1/requests: asking, looking, taking back and deciding. */
#include "access/purposes.h"
#include "access/requests.h"
#include "access/views.h"
#include "access/views_kept.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/approvals.h"
#include "store/grants.h"
#include "web/asking.h"
#include "web/deciding.h"
#include "web/handlers.h"
#include "web/paging.h"

#include <stdlib.h>
#include <string.h>

/* The id in the path; false, with the reply made, when it is none. */
static bool read_id(struct visit *visit, char id[ID_SIZE])
{
    if (!id_is(visit->params[0])) {
        (void)visit_fail(visit, FAIL_NOT_FOUND);
        return false;
    }
    memcpy(id, visit->params[0], ID_SIZE);
    return true;
}

static enum fail compose_request(struct visit *visit, struct store *store,
                                 const struct request_id *id)
{
    json_t *view = NULL;
    enum fail fail = view_request(visit->access, store, id, visit->arena, &view, &visit->why);
    if (!fail)
        (void)visit_json(visit, 200, view);
    return fail;
}

enum next get_request(struct visit *visit)
{
    struct request_id id;
    struct sight_of sight;
    if (!read_id(visit, id.text))
        return NEXT_REPLY;
    struct views *views = visit->access->views;
    struct reply *reply = &visit->reply;
    size_t length;
    const char *kept = views_again(views, &id, visit->caller, visit->now, visit->arena, &length);
    if (kept)
        return visit_text(visit, 200, kept, length);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail = view_sight(store, &id, visit->caller, &sight, &visit->why);
    if (!fail)
        fail = compose_request(visit, store, &id);
    if (fail)
        return visit_fail(visit, fail);
    views_keep(views, store, &id, visit->caller, visit->now, reply->body, reply->length);
    return NEXT_REPLY;
}

static bool read_filter(struct visit *visit, struct request_page *page)
{
    enum request_state state;
    page->state = visit_query(visit, "state");
    page->role = visit_query(visit, "role");
    page->before = paging_cursor(visit, 'r');
    page->most = paging_most(visit);
    if (page->state && !request_state_read(page->state, &state))
        complain(&visit->complaints, "state", "\"%s\" is no state of a request", page->state);
    return visit->complaints.count == 0;
}

enum next get_requests(struct visit *visit)
{
    struct request_page page = {.person = &visit->caller->person.key};
    size_t count = 0;
    struct request_id *ids = NULL;
    bool mine = paging_flag(visit, "mine"), approvable = paging_flag(visit, "approvable");
    bool reviewable = paging_flag(visit, "reviewable");
    if (!read_filter(visit, &page))
        return visit_fail(visit, FAIL_INVALID);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    page.as_approver = approvable;
    page.to_review = reviewable;
    if (!mine && !approvable && !reviewable && visit->caller->roles)
        page.person = NULL;
    enum fail fail = store_requests_page(store, &page, visit->arena, &count, &ids, &visit->why);
    json_t *items = memory_needed(json_array());
    for (size_t i = 0; !fail && i < count; i++) {
        json_t *view = NULL;
        fail = view_request(visit->access, store, &ids[i], visit->arena, &view, &visit->why);
        if (!fail)
            (void)json_array_append_new(items, view);
    }
    if (!fail)
        return paging_reply(visit, items, count == page.most ? ids[count - 1].text : NULL, 'r');
    json_decref(items);
    return visit_fail(visit, fail);
}

/* A purpose was committed: what was asked for comes of the sign-in. */
static enum fail compose_sign_in(struct visit *visit, const char *locator)
{
    const char *go = arena_text(visit->arena, "/auth/sign-in?purpose=%s", locator);
    (void)visit_json(visit, 202, memory_needed(json_pack("{s:s}", "go", go)));
    return FAIL_NONE;
}

static enum fail compose_submitted(struct visit *visit, struct store *store)
{
    const struct asking *asking = visit->data;
    (void)store; /* what the change made is in hand */
    if (asking->locator[0])
        return compose_sign_in(visit, asking->locator);
    const struct stored_request *request = &asking->submission.request;
    reply_header(&visit->reply, "Location",
                 arena_text(visit->arena, "/api/v1/requests/%s", request->id.text));
    (void)visit_json(visit, 201, view_submitted(visit->access, request, visit->arena));
    return FAIL_NONE;
}

static enum next submit_failed(struct visit *visit)
{
    const struct asking *asking = visit->data;
    const char *other = asking->submission.stands_in_the_way.text;
    const char *refused = asking->submission.refused;
    if (visit->fail == FAIL_REFUSED_BY_POLICY && refused)
        complain(&visit->complaints, "roles", "%s", refused);
    if (visit->fail != FAIL_CONFLICT || !*other)
        return visit_fail(visit, visit->fail);
    reply_header(&visit->reply, "Link",
                 arena_text(visit->arena, "</api/v1/requests/%s>; rel=\"related\"", other));
    if (asking->submission.says)
        return visit_refuse(visit, FAIL_CONFLICT, "%s", asking->submission.says);
    if (asking->submission.owes_review)
        return visit_refuse(visit, FAIL_CONFLICT,
                            "A review is owed for what you had before approval: see request %s. "
                            "Until then you can have nothing else so.",
                            other);
    return visit_refuse(visit, FAIL_CONFLICT,
                        "You asked for this role already, or it is about to start or to end: see "
                        "request %s.",
                        other);
}

static void add_context(json_t *contexts, const char *context)
{
    for (size_t i = 0; i < json_array_size(contexts); i++)
        if (text_equals(json_string_value(json_array_get(contexts, i)), context))
            return;
    (void)json_array_append_new(contexts, json_string(context));
}

static enum fail commit_purpose(struct turn *turn, void *data, struct reason *why)
{
    struct asking *asking = data;
    const struct visit *visit = asking->visit;
    enum fail fail = submission_is_free(turn, &asking->submission, why);
    if (!fail)
        fail = submission_check_owed(turn, &asking->submission, why);
    if (fail) /* before somebody signs in for nothing */
        return fail;
    json_t *contexts = memory_needed(json_array());
    for (size_t i = 0; i < asking->demands.context_count; i++)
        (void)json_array_append_new(contexts, json_string(asking->demands.contexts[i]));
    if (asking->pim_context)
        add_context(contexts, asking->pim_context);
    /* Exactly what was asked, and what the sign-in must bring. */
    json_auto_t *all =
        memory_needed(json_pack("{s:O, s:o}", "body", visit->json, "contexts", contexts));
    char *body = json_canonical(all);
    fail = purpose_commit(turn, visit->caller, "submit", body, asking->locator, why);
    free(body);
    return fail;
}

static enum next asked(struct visit *visit)
{
    struct asking *asking = visit->data;
    if (asking->fail)
        return visit_fail(visit, asking->fail);
    if (asking->dry_run)
        return asking_verdict(visit, asking);
    if (asking->needs_sign_in) {
        locator_new(asking->locator);
        return visit_change(visit, commit_purpose, asking, compose_submitted, submit_failed);
    }
    return visit_change(visit, submission_apply, &asking->submission, compose_submitted,
                        submit_failed);
}

enum next post_request(struct visit *visit)
{
    struct asking *asking = ARENA_NEW(visit->arena, struct asking);
    visit->data = asking;
    asking->dry_run = paging_flag(visit, "dry_run");
    submission_read(visit->access->policy, visit->json, &visit->complaints, &asking->submission);
    if (visit->complaints.count)
        return visit_fail(visit, FAIL_INVALID);
    if (!asking->dry_run && visit->access->safe_mode) /* before somebody signs in afresh for it */
        return visit_fail(visit, FAIL_UNAVAILABLE);
    asking->submission.caller = visit->caller;
    return asking_begin(visit, asking, asked);
}

/* Whether it is the caller's, and can be prolonged by asking again for its role. */
static enum fail check_extensible(struct visit *visit, struct store *store, const char **role,
                                  const char **says)
{
    struct grant_id id;
    struct stored_grant grant;
    struct sight_of sight;
    memcpy(id.text, visit->params[0], ID_SIZE);
    enum fail fail = store_grant(store, &id, visit->arena, &grant, &visit->why);
    if (!fail)
        fail = view_sight(store, &grant.request, visit->caller, &sight, &visit->why);
    if (fail)
        return fail;
    *role = grant.role;
    if (!person_is(&grant.holder, &visit->caller->person.key))
        return because(&visit->why, FAIL_DENIED, "%s does not hold it",
                       visit->caller->person.key.oid);
    if (grant_is_over(grant.state))
        *says = "This access has ended: ask for the role anew.";
    else if (grant.state != GRANT_ACTIVE)
        *says = "Only access that is in force can be extended.";
    return *says ? FAIL_CONFLICT : FAIL_NONE;
}

enum next post_extend(struct visit *visit)
{
    const char *says = NULL, *role = NULL;
    char id[ID_SIZE];
    if (!read_id(visit, id))
        return NEXT_REPLY;
    /* More time is a request for its role, for now, with its own approval (design 3.7). */
    static const char *const fixed[] = {"roles", "start"};
    for (size_t i = 0; i < COUNT(fixed); i++)
        if (json_object_get(visit->json, fixed[i]))
            complain(&visit->complaints, fixed[i], "is no member here");
    struct store *store = visit->complaints.count ? NULL : visit_store(visit);
    if (!store)
        return visit->complaints.count ? visit_fail(visit, FAIL_INVALID) : NEXT_REPLY;
    enum fail fail = check_extensible(visit, store, &role, &says);
    if (fail)
        return says ? visit_refuse(visit, fail, "%s", says) : visit_fail(visit, fail);
    if (json_is_object(visit->json))
        (void)json_object_set_new(visit->json, "roles", memory_needed(json_pack("[s]", role)));
    return post_request(visit);
}

static enum fail compose_same(struct visit *visit, struct store *store)
{
    return compose_request(visit, store, visit->data);
}

enum next post_cancel(struct visit *visit)
{
    struct cancellation *cancellation = ARENA_NEW(visit->arena, struct cancellation);
    if (!read_id(visit, cancellation->id.text))
        return NEXT_REPLY;
    if (!visit_takes_nothing(visit))
        return NEXT_REPLY;
    cancellation->caller = visit->caller;
    visit->data = &cancellation->id;
    return visit_change(visit, cancellation_apply, cancellation, compose_same, NULL);
}

static enum fail compose_decided(struct visit *visit, struct store *store)
{
    struct deciding *deciding = visit->data;
    const char *locator = deciding->decision.locator;
    deciding_let_go(deciding);
    if (*locator)
        return compose_sign_in(visit, locator);
    return compose_request(visit, store, &deciding->decision.id);
}

/* Who decided, and when, for somebody who came too late. */
static enum next decided_before(struct visit *visit, struct store *store,
                                const struct request_id *id, const struct person_key *place)
{
    struct stored_request request;
    struct stored_decision *decisions = NULL;
    size_t count = 0;
    char at[21];
    enum fail fail = store_request(store, id, visit->arena, &request, &visit->why);
    if (!fail)
        fail = store_decisions(store, id, visit->arena, &count, &decisions, &visit->why);
    if (fail)
        return visit_fail(visit, fail);
    if (request.state == REQUEST_PENDING && visit->now >= request.lapses_at)
        return visit_refuse(visit, FAIL_CONFLICT, "The time to decide on this request is over.");
    for (size_t i = 0; request.state == REQUEST_PENDING && i < count; i++)
        if (person_is(&decisions[i].by.key, &visit->caller->person.key))
            return visit_refuse(visit, FAIL_CONFLICT, "You have decided on this request already.");
    for (size_t i = 0; place && request.state == REQUEST_PENDING && i < count; i++)
        if (person_is(&decisions[i].place.key, place))
            return visit_refuse(visit, FAIL_CONFLICT, "%s has decided in this place already.",
                                decisions[i].by.name ? decisions[i].by.name
                                                     : decisions[i].by.key.oid);
    if (!count || request.state == REQUEST_LAPSED || request.state == REQUEST_CANCELLED)
        return visit_refuse(visit, FAIL_CONFLICT, "This request is %s: nothing is left to decide.",
                            request_state_text(request.state));
    const struct stored_decision *last = &decisions[count - 1];
    moment_text(last->decided_at, at);
    return visit_refuse(visit, FAIL_CONFLICT, "This request was %s by %s at %s.",
                        last->approves ? "approved" : "denied",
                        last->by.name ? last->by.name : last->by.key.oid, at);
}

/* By enum decision_bar. */
static const char *const bars[] = {
    [BAR_EARLIER_STAGE] =
        "An earlier stage has to agree first: you are asked when it is your turn.",
    [BAR_NEEDED_LATER] = "Your approval is needed at another stage, which nobody else could give "
                         "then: leave this one to somebody else.",
    [BAR_OWN_ACCOUNT] = "Nobody decides on their own request: it was made with another account of "
                        "yours.",
    [BAR_OTHER_ACCOUNT] =
        "You have decided on this request already, with another account of yours.",
    [BAR_NO_HUMAN] = "Entra does not say whose account yours is, and the policy wants to know: ask "
                     "your administrator.",
};

static enum next decide_failed(struct visit *visit)
{
    struct deciding *deciding = visit->data;
    const struct decision *decision = &deciding->decision;
    deciding_let_go(deciding);
    if (decision->bar == BAR_NO_REASON)
        complain(&visit->complaints, "reason", "must say why");
    else if (decision->bar != BAR_NONE)
        return visit_refuse(visit, visit->fail, "%s", bars[decision->bar]);
    struct store *store =
        visit->fail == FAIL_CONFLICT || visit->fail == FAIL_DENIED ? visit_store(visit) : NULL;
    if (visit->fail == FAIL_CONFLICT && store)
        return decided_before(visit, store, &decision->id,
                              decision->place ? &decision->place->person : NULL);
    struct sight_of sight = {0};
    if (visit->fail == FAIL_DENIED && store &&
        view_sight(store, &decision->id, visit->caller, &sight, &visit->why) == FAIL_NONE)
        return sight.requester
                   ? visit_refuse(visit, FAIL_DENIED, "Nobody decides on their own request.")
                   : visit_refuse(visit, FAIL_DENIED, "You are not an approver of this request.");
    if (visit->fail == FAIL_UNAVAILABLE && decision->unread)
        return visit_refuse(
            visit, FAIL_UNAVAILABLE,
            "Entra does not say at the moment whether you may decide. Nothing was changed: "
            "try again in a minute.");
    if (visit->fail == FAIL_REFUSED_BY_POLICY)
        complain(&visit->complaints, "duration", "is longer than what was asked for");
    return visit_fail(visit, visit->fail);
}

static enum next decide(struct visit *visit)
{
    struct deciding *deciding = visit->data;
    return visit_change(visit, decision_apply, &deciding->decision, compose_decided, decide_failed);
}

enum next post_decision(struct visit *visit)
{
    struct deciding *deciding = ARENA_NEW(visit->arena, struct deciding);
    visit->data = deciding;
    if (!read_id(visit, deciding->decision.id.text))
        return NEXT_REPLY;
    decision_read(visit->json, &visit->complaints, &deciding->decision);
    if (visit->complaints.count)
        return visit_fail(visit, FAIL_INVALID);
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    deciding->decision.caller = visit->caller;
    enum fail fail = deciding_prepare(visit, store, deciding);
    return fail ? visit_fail(visit, fail) : deciding_begin(visit, deciding, decide);
}
