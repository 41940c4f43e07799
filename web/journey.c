#include "web/journey.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

void journey_cookie(struct visit *visit, const char *name, const char *value, int64_t seconds,
                    const char *same_site)
{
    const char *age =
        seconds >= 0 ? arena_text(visit->arena, "; Max-Age=%lld", (long long)seconds) : "";
    reply_header(&visit->reply, "Set-Cookie",
                 arena_text(visit->arena, "%s=%s; Path=/; Secure; HttpOnly; SameSite=%s%s", name,
                            value, same_site, age));
}

enum next journey_sorry(struct visit *visit, const char *code)
{
    log_line(LOG_WARNING, "sign_in.failed", "{s:s, s:s, s:s}", "call", visit->id, "code", code,
             "why", visit->why.text);
    journey_cookie(visit, "__Host-curfew-login", "", 0, "Lax");
    return visit_go(visit, arena_text(visit->arena, "/?problem=%s", code));
}

bool journey_is_for(const struct journey *journey, const char *kind)
{
    return journey->has_purpose && text_equals(journey->purpose.kind, kind);
}

void journey_free(void *owned)
{
    struct journey *journey = owned;
    deciding_let_go(&journey->deciding);
    secret_free(take(journey->id_token));
    attempt_wipe(&journey->attempt);
    review_wipe(&journey->review);
    secret_free(take(journey->api_token));
    json_decref(take(journey->asking.evidence));
}

static enum next land(struct visit *visit, const char *to)
{
    const struct journey *journey = visit->data;
    journey_cookie(visit, "__Host-curfew-login", "", 0, "Lax");
    journey_cookie(visit, "__Host-curfew", journey->cookie, -1, "Strict");
    return visit_go(visit, to);
}

/* Back to the request that was decided on; or once more to sign in, as the policy demands. */
static const char *decided(struct visit *visit, const struct decision *decision,
                           const char *problem)
{
    if (decision->locator[0])
        return arena_text(visit->arena, "/auth/sign-in?purpose=%s", decision->locator);
    return arena_text(visit->arena, "/requests/%s%s%s", decision->id.text,
                      problem ? "?problem=" : "", problem ? problem : "");
}

static enum next go_where_it_stands(struct visit *visit)
{
    struct journey *journey = visit->data;
    const struct arrival *arrival = &journey->arrival;
    const char *to = "/";
    if (arrival->submission && arrival->done)
        to = arena_text(visit->arena, "/?problem=%s", fail_code(arrival->done));
    else if (arrival->decision)
        to = decided(visit, arrival->decision,
                     arrival->done ? fail_code(arrival->done) : arrival->decision->lacks);
    else if (arrival->submission)
        to = arena_text(visit->arena, "/requests/%s", arrival->submission->id.text);
    return land(visit, to);
}

static enum fail compose_arrived(struct visit *visit, struct store *store)
{
    (void)store;
    (void)go_where_it_stands(visit);
    return FAIL_NONE;
}

static enum next arrive_failed(struct visit *visit)
{
    return journey_sorry(visit, visit->fail == FAIL_CONFLICT ? "sign_in_used" : "unavailable");
}

/* Whatever came of it stands there; or one more sign-in is to bring what PIM asks for. */
static enum next attempted(struct visit *visit)
{
    struct journey *journey = visit->data;
    const struct attempt *attempt = &journey->attempt;
    journey_free(journey); /* whatever came of it, no token is needed any more */
    if (attempt->sent_back)
        return land(visit, arena_text(visit->arena, "/auth/sign-in?purpose=%s", attempt->locator));
    return land(visit, attempt->request.text[0]
                           ? arena_text(visit->arena, "/requests/%s", attempt->request.text)
                           : "/");
}

/* The purpose is used and the session is open: now the access that it was for. */
static enum next attempt_start(struct visit *visit)
{
    struct journey *journey = visit->data;
    if (visit->fail)
        return arrive_failed(visit);
    journey->attempt.caller = &journey->caller;
    journey->attempt.assertion = journey->api_token;
    return visit_inquire(visit, attempt_step, &journey->attempt, attempted);
}

/* The request stands: where PIM holds its role until it is approved, it goes there now. */
static enum next submitted(struct visit *visit)
{
    struct journey *journey = visit->data;
    const struct submission *submission = journey->arrival.submission;
    json_auto_t *purpose = json_loads(journey->purpose.body, 0, NULL);
    if (visit->fail)
        return arrive_failed(visit);
    if (journey->arrival.done || !submission->held.text[0])
        return go_where_it_stands(visit);
    const char *body =
        attempt_body(&submission->held, json_object_get(purpose, "contexts"), visit->arena);
    return attempt_read(body, &journey->attempt) ? attempt_start(visit) : go_where_it_stands(visit);
}

/* The decision stands, or why it does not; and what became of it in PIM. */
static enum next reviewed(struct visit *visit)
{
    struct journey *journey = visit->data;
    const struct review *review = &journey->review;
    const struct decision *decision = review->decision;
    const char *failed = review->fail ? fail_code(review->fail) : decision->lacks;
    const char *problem = review->code ? review->code : failed;
    journey_free(journey);
    return land(visit, decided(visit, decision, problem));
}

/* PIM holds what it is about: the decision is made on its way there. */
static enum next review_begin(struct visit *visit)
{
    struct journey *journey = visit->data;
    if (visit->fail)
        return arrive_failed(visit);
    journey->review =
        (struct review){.decision = &journey->deciding.decision, .assertion = journey->api_token};
    return visit_inquire(visit, review_step, &journey->review, reviewed);
}

/* What is yet to be done with the token of this sign-in; NULL: nothing. */
static handler *to_pim(const struct journey *journey)
{
    if (journey_is_for(journey, "activate"))
        return attempt_start;
    if (journey_is_for(journey, "submit") && journey->api_token)
        return submitted;
    return journey_is_for(journey, "decide") && journey->deciding.decision.held ? review_begin
                                                                                : NULL;
}

enum next journey_arrive(struct visit *visit)
{
    struct journey *journey = visit->data;
    struct arrival *arrival = &journey->arrival;
    *arrival = (struct arrival){
        .state = digest_of_text(journey->baggage.state),
        .state_ends_at = journey->baggage.ends_at,
        .person = &journey->person,
        .sign_in = &journey->sign_in,
        .roles = journey->roles,
        .cookie = journey->cookie,
    };
    token_new(journey->cookie);
    if (digest_read_base64(journey->baggage.session, &journey->old_session))
        arrival->old_session = &journey->old_session;
    if (journey->has_purpose) {
        arrival->purpose = &journey->purpose;
        arrival->old_session = &journey->purpose.session;
    }
    journey->caller.session = digest_of_text(journey->cookie);
    if (journey_is_for(journey, "submit")) {
        arrival->submission = &journey->asking.submission;
        arrival->done = journey->asking.fail;
    } else if (journey_is_for(journey, "decide") && !journey->deciding.decision.held) {
        arrival->decision = &journey->deciding.decision;
    }
    handler *then = to_pim(journey);
    enum next next =
        then ? visit_change(visit, arrival_apply, arrival, NULL, then)
             : visit_change(visit, arrival_apply, arrival, compose_arrived, arrive_failed);
    visit->act.actor = (struct actor){.kind = ACTOR_PERSON, .person = journey->person.key};
    return next;
}
