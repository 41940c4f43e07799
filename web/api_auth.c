/* /auth: to Entra and back. The way there changes nothing: what must be remembered goes along in a
   sealed cookie, which the browser brings back with the code (design 3.6). */
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "web/handlers.h"
#include "web/journey.h"
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGN_IN_SECONDS = 600 };

/* The way out. */

static void have_url(void *context, enum fail fail, const struct refusal *refusal, const char *url)
{
    struct visit *visit = context;
    struct journey *journey = visit->data;
    journey->fail = fail;
    if (fail)
        (void)because(&visit->why, fail, "%s", refusal->reason.text);
    else
        journey->url = arena_copy(visit->arena, url);
    journey->answered = true;
    task_goes_on(journey->task, PACE_OVER);
}

static enum pace ask_url(struct task *task, void *data)
{
    struct visit *visit = data;
    struct journey *journey = visit->data;
    const struct sign_in_begin begin = {
        .state = journey->baggage.state,
        .nonce = journey->baggage.nonce,
        .verifier = journey->baggage.verifier,
        .fresh = journey->baggage.fresh,
        .context_count = journey->context_count,
        .contexts = journey->contexts,
        .policy_count = journey->policy_count,
        .policies = journey->policies,
    };
    journey->task = task;
    task_begins(task);
    identity_begin(visit->access->identity, &begin, have_url, visit);
    return PACE_WAIT;
}

static enum next depart(struct visit *visit)
{
    struct journey *journey = visit->data;
    if (journey->fail)
        return journey_sorry(visit, "unavailable");
    journey_cookie(visit, "__Host-curfew-login", baggage_seal(visit, &journey->baggage),
                   SIGN_IN_SECONDS, "Lax");
    return visit_go(visit, journey->url);
}

static const char **copy_texts(struct arena *arena, const json_t *list, size_t *count)
{
    const char **texts = ARENA_ARRAY(arena, const char *, json_array_size(list));
    for (*count = 0; *count < json_array_size(list); (*count)++)
        texts[*count] = arena_copy(arena, json_string_value(json_array_get(list, *count)));
    return texts;
}

/* What the purpose says this sign-in must bring. */
static void want_contexts(struct visit *visit, struct journey *journey)
{
    json_auto_t *body = json_loads(journey->purpose.body, 0, NULL);
    journey->contexts =
        copy_texts(visit->arena, json_object_get(body, "contexts"), &journey->context_count);
    journey->policies =
        copy_texts(visit->arena, json_object_get(body, "policies"), &journey->policy_count);
}

enum next get_sign_in(struct visit *visit)
{
    struct journey *journey = ARENA_NEW(visit->arena, struct journey);
    const char *purpose = visit_query(visit, "purpose"), *session = NULL;
    visit->data = journey;
    /* The way back is from another site, where the browser keeps this cookie to itself. */
    if (visit_cookie(visit, "__Host-curfew", &session, &visit->why) && session) {
        struct digest token = digest_of_text(session);
        digest_base64(&token, journey->baggage.session);
    }
    if (purpose) {
        struct store *store = visit_store(visit);
        if (!store)
            return NEXT_REPLY;
        if (strlen(purpose) >= LOCATOR_SIZE ||
            purpose_find(store, purpose, visit->now, visit->arena, &journey->purpose, &visit->why))
            return journey_sorry(visit, "purpose_over");
        (void)snprintf(journey->baggage.purpose, LOCATOR_SIZE, "%s", purpose);
        journey->has_purpose = true;
        journey->baggage.fresh = true;
        want_contexts(visit, journey);
    }
    token_new(journey->baggage.state);
    if (!journey_is_for(journey, "decide"))
        token_new(journey->baggage.nonce);
    else if (!signing_nonce(journey->purpose.body, journey->baggage.nonce))
        return journey_sorry(visit, "purpose_over");
    token_new(journey->baggage.verifier);
    journey->baggage.ends_at = visit->now + SIGN_IN_SECONDS;
    return visit_inquire(visit, ask_url, visit, depart);
}

/* The way back. */

static unsigned special_roles(const struct signed_in *who)
{
    unsigned roles = 0;
    for (size_t i = 0; i < who->roles.count; i++) {
        if (text_equals(who->roles.items[i], "Curfew.Auditor"))
            roles |= ROLE_AUDITOR;
        if (text_equals(who->roles.items[i], "Curfew.Admin"))
            roles |= ROLE_ADMIN;
    }
    return roles;
}

static const char **copy_list(struct arena *arena, const struct text_list *list)
{
    const char **copy = ARENA_ARRAY(arena, const char *, list->count);
    for (size_t i = 0; i < list->count; i++)
        copy[i] = arena_copy(arena, list->items[i]);
    return copy;
}

static void take_who(struct visit *visit, struct journey *journey, const struct signed_in *who)
{
    struct arena *arena = visit->arena;
    journey->person = (struct person){.key = who->person, .name = arena_copy(arena, who->name)};
    journey->roles = special_roles(who);
    journey->sign_in = (struct sign_in){
        .at = visit->now,
        .fresh = journey->baggage.fresh,
        .auth_time = who->auth_time,
        .context_count = who->acrs.count,
        .contexts = copy_list(arena, &who->acrs),
        .method_count = who->amr.count,
        .methods = copy_list(arena, &who->amr),
        .device_id = arena_copy(arena, who->device_id),
    };
}

static void redeemed(void *context, enum fail fail, const struct refusal *refusal,
                     const struct signed_in *who)
{
    struct visit *visit = context;
    struct journey *journey = visit->data;
    journey->fail = fail;
    if (fail)
        (void)because(&visit->why, fail, "AADSTS%lld %s", (long long)refusal->aadsts,
                      refusal->reason.text);
    else
        take_who(visit, journey, who);
    if (!fail && who->api_token && journey->baggage.purpose[0])
        journey->api_token = secret_copy(who->api_token->bytes, who->api_token->length);
    if (!fail && journey->baggage.purpose[0]) {
        journey->id_token = secret_copy(who->id_token->bytes, who->id_token->length);
        journey->key_set = arena_copy(visit->arena, who->key_set);
    }
    journey->answered = true;
    task_goes_on(journey->task, PACE_OVER);
}

static enum pace redeem(struct task *task, void *data)
{
    struct visit *visit = data;
    struct journey *journey = visit->data;
    const struct redemption redemption = {.code = journey->code,
                                          .verifier = journey->baggage.verifier,
                                          .nonce = journey->baggage.nonce};
    journey->task = task;
    task_begins(task);
    identity_redeem(visit->access->identity, &redemption, redeemed, visit);
    return PACE_WAIT;
}

static void make_caller(struct visit *visit, struct journey *journey)
{
    json_auto_t *packed = sign_in_pack(&journey->sign_in, journey->person.name, journey->roles);
    char *text = json_compact(packed);
    journey->caller = (struct caller){.person = journey->person,
                                      .roles = journey->roles,
                                      .sign_in = journey->sign_in,
                                      .sign_in_json = arena_copy(visit->arena, text)};
    free(text);
}

/* The purpose was to ask for roles: looked at as POST /api/v1/requests looks at it, with the fresh
 * sign-in. */
static enum next take_up_request(struct visit *visit, struct journey *journey)
{
    struct asking *asking = &journey->asking;
    visit->json = json_loads(journey->purpose.body, 0, NULL);
    submission_read(visit->access->policy, json_object_get(visit->json, "body"), &visit->complaints,
                    &asking->submission);
    asking->submission.caller = &journey->caller;
    asking->after_sign_in = true;
    visit->caller = &journey->caller;
    if (!submission_is_held(visit->access, &asking->submission))
        secret_free(take(journey->api_token)); /* only what goes to PIM now exchanges it */
    enum next next = asking_begin(visit, asking, journey_arrive);
    visit->owned = journey; /* with what the asking owns */
    visit->free_owned = journey_free;
    return next;
}

/* The purpose was to decide: looked at as POST …/decision looks at it, with the sign-in that signs
 * it.
 */
static enum next take_up_decision(struct visit *visit, struct journey *journey, struct store *store)
{
    struct decision *decision = &journey->deciding.decision;
    char nonce[TOKEN_SIZE];
    if (!signing_nonce(journey->purpose.body, nonce) ||
        !text_equals(nonce, journey->baggage.nonce) ||
        !signing_read(journey->purpose.body, visit->arena, decision, &journey->signing))
        return journey_sorry(visit, "purpose_over");
    journey->signing.id_token = secret_text(journey->id_token);
    journey->signing.key_set = journey->key_set;
    decision->signing = &journey->signing;
    decision->caller = &journey->caller;
    if (deciding_prepare(visit, store, &journey->deciding) ||
        (decision->held && !journey->api_token))
        return journey_sorry(visit, "unavailable");
    if (!decision->held)
        secret_free(take(journey->api_token)); /* only what goes to PIM exchanges it */
    return deciding_begin(visit, &journey->deciding, journey_arrive);
}

static enum next came_back(struct visit *visit)
{
    struct journey *journey = visit->data;
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    if (journey->fail)
        return journey_sorry(visit, journey->fail == FAIL_DENIED           ? "guest"
                                    : journey->fail == FAIL_UNAVAILABLE    ? "unavailable"
                                    : journey->fail == FAIL_STEP_UP_NEEDED ? "step_up_needed"
                                                                           : "not_signed_in");
    if (!journey->baggage.purpose[0])
        return journey_arrive(visit);
    if (purpose_find(store, journey->baggage.purpose, visit->now, visit->arena, &journey->purpose,
                     &visit->why))
        return journey_sorry(visit, "purpose_over");
    if (!person_is(&journey->purpose.person, &journey->person.key))
        return journey_sorry(visit, "somebody_else");
    journey->has_purpose = true;
    make_caller(visit, journey);
    if (journey_is_for(journey, "decide"))
        return take_up_decision(visit, journey, store);
    if (journey_is_for(journey, "submit"))
        return take_up_request(visit, journey);
    if (!journey_is_for(journey, "activate") || !journey->api_token ||
        !attempt_read(journey->purpose.body, &journey->attempt))
        return journey_sorry(visit, "unavailable");
    return journey_arrive(visit);
}

enum next get_callback(struct visit *visit)
{
    struct journey *journey = ARENA_NEW(visit->arena, struct journey);
    const char *state = visit_query(visit, "state"), *error = visit_query(visit, "error");
    visit->data = journey;
    if (!baggage_open(visit, &journey->baggage) || visit->now >= journey->baggage.ends_at ||
        !state || !text_equals(state, journey->baggage.state))
        return journey_sorry(visit, "sign_in_lost");
    if (error) {
        (void)because(&visit->why, FAIL_NOT_SIGNED_IN, "Entra answered %.60s", error);
        return journey_sorry(visit, text_equals(error, "access_denied") ? "sign_in_declined"
                                                                        : "not_signed_in");
    }
    journey->code = visit_query(visit, "code");
    if (!journey->code || !*journey->code)
        return journey_sorry(visit, "sign_in_lost");
    visit->owned = journey;
    visit->free_owned = journey_free;
    return visit_inquire(visit, redeem, visit, came_back);
}

static enum fail compose_left(struct visit *visit, struct store *store)
{
    (void)store;
    reply_header(&visit->reply, "Clear-Site-Data", "\"cache\", \"cookies\", \"storage\"");
    journey_cookie(visit, "__Host-curfew", "", 0, "Strict");
    (void)visit_json(visit, 200, memory_needed(json_pack("{s:s}", "go", "/")));
    return FAIL_NONE;
}

enum next post_sign_out(struct visit *visit)
{
    struct departure *departure = ARENA_NEW(visit->arena, struct departure);
    if (!visit_takes_nothing(visit))
        return NEXT_REPLY;
    departure->caller = visit->caller;
    return visit_change(visit, departure_apply, departure, compose_left, NULL);
}
