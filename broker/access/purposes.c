#include "access/purposes.h"

#include "access/sessions.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/people.h"

enum fail purpose_commit(struct turn *turn, const struct caller *caller, const char *kind,
                         const char *body, const char *locator, struct reason *why)
{
    struct stored_purpose purpose = {
        .id = digest_of_text(locator),
        .kind = kind,
        .body = body,
        .person = caller->person.key,
        .session = caller->session,
        .ends_at = turn->now + PURPOSE_SECONDS,
    };
    return store_purpose_add(turn->store, &purpose, why);
}

enum fail purpose_find(struct store *store, const char *locator, int64_t now, struct arena *arena,
                       struct purpose *ret, struct reason *why)
{
    struct stored_purpose stored;
    struct digest id = digest_of_text(locator);
    enum fail fail = store_purpose(store, &id, arena, &stored, why);
    if (fail)
        return fail;
    if (stored.used_at >= 0 || stored.ends_at <= now)
        return because(why, FAIL_NOT_FOUND, "the purpose was used, or is over");
    *ret = (struct purpose){.id = id,
                            .kind = stored.kind,
                            .body = stored.body,
                            .person = stored.person,
                            .session = stored.session};
    return FAIL_NONE;
}

static enum fail record(struct turn *turn, const struct arrival *arrival, struct reason *why)
{
    const struct sign_in *sign_in = arrival->sign_in;
    json_t *contexts = memory_needed(json_array()), *methods = memory_needed(json_array());
    for (size_t i = 0; i < sign_in->context_count; i++)
        (void)json_array_append_new(contexts, json_string(sign_in->contexts[i]));
    for (size_t i = 0; i < sign_in->method_count; i++)
        (void)json_array_append_new(methods, json_string(sign_in->methods[i]));
    json_auto_t *detail = memory_needed(
        json_pack("{s:b, s:I, s:o, s:o, s:s?, s:s?}", "fresh", sign_in->fresh, "auth_time",
                  (json_int_t)(sign_in->auth_time < 0 ? 0 : sign_in->auth_time), "contexts",
                  contexts, "methods", methods, "device", sign_in->device_id, "purpose",
                  arrival->purpose ? arrival->purpose->kind : NULL));
    return turn_record(
        turn,
        (struct event){.code = EVENT_SIGNED_IN, .subject = &arrival->person->key, .detail = detail},
        why);
}

/* A no to the decision is an answer, whatever says it; nothing was written by then. */
static enum fail fulfil_decision(struct turn *turn, struct arrival *arrival, struct reason *why)
{
    arrival->done = decision_judge(turn, arrival->decision, &arrival->done_why);
    return arrival->done ? FAIL_NONE : decision_take(turn, arrival->decision, why);
}

/* What the purpose asked for. A no of our own rules is an answer, not a failure of the sign-in. */
static enum fail fulfil(struct turn *turn, struct arrival *arrival, struct reason *why)
{
    if (!arrival->purpose)
        return FAIL_NONE;
    enum fail fail = store_purpose_use(turn->store, &arrival->purpose->id, turn->now, why);
    if (!fail && arrival->decision)
        return fulfil_decision(turn, arrival, why);
    if (fail || !arrival->submission || arrival->done)
        return fail;
    arrival->done = submission_apply(turn, arrival->submission, &arrival->done_why);
    bool answered = arrival->done == FAIL_CONFLICT || arrival->done == FAIL_TOO_MANY ||
                    !arrival->done || turn->access->safe_mode;
    return answered ? FAIL_NONE : because(why, arrival->done, "%s", arrival->done_why.text);
}

enum fail arrival_apply(struct turn *turn, void *data, struct reason *why)
{
    struct arrival *arrival = data;
    enum fail fail = store_state_use(turn->store, &arrival->state, arrival->state_ends_at, why);
    if (!fail && arrival->old_session)
        fail = session_close(turn, arrival->old_session, why);
    if (!fail)
        fail = session_open(turn, arrival->person, arrival->sign_in, arrival->roles,
                            arrival->cookie, why);
    if (!fail)
        fail = record(turn, arrival, why);
    return fail ? fail : fulfil(turn, arrival, why);
}

enum fail departure_apply(struct turn *turn, void *data, struct reason *why)
{
    const struct departure *departure = data;
    enum fail fail = session_close(turn, &departure->caller->session, why);
    if (fail)
        return fail;
    return turn_record(
        turn, (struct event){.code = EVENT_SIGNED_OUT, .subject = &departure->caller->person.key},
        why);
}
