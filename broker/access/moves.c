#include "access/moves.h"

#include "base/memory.h"

static const enum event_code request_events[REQUEST_STATE_COUNT] = {
    [REQUEST_CHECKING] = EVENT_REQUEST_SUBMITTED, [REQUEST_PENDING] = EVENT_REQUEST_PENDING,
    [REQUEST_APPROVED] = EVENT_REQUEST_APPROVED,  [REQUEST_REFUSED] = EVENT_REQUEST_REFUSED,
    [REQUEST_DENIED] = EVENT_REQUEST_DENIED,      [REQUEST_CANCELLED] = EVENT_REQUEST_CANCELLED,
    [REQUEST_LAPSED] = EVENT_REQUEST_LAPSED,
};

static const enum event_code grant_events[GRANT_STATE_COUNT] = {
    [GRANT_WAITING] = EVENT_GRANT_WAITING, [GRANT_ACTIVATING] = EVENT_GRANT_ACTIVATING,
    [GRANT_ACTIVE] = EVENT_GRANT_ACTIVE,   [GRANT_ENDING] = EVENT_GRANT_ENDING,
    [GRANT_ENDED] = EVENT_GRANT_ENDED,     [GRANT_FAILED] = EVENT_GRANT_FAILED,
    [GRANT_LAPSED] = EVENT_GRANT_LAPSED,
};

/* The detail of a move: what was given, and its reason. */
static json_t *with_code(const json_t *detail, const char *code)
{
    json_t *all = memory_needed(detail ? json_copy((json_t *)detail) : json_object());
    if (code)
        (void)json_object_set_new(all, "why", json_string(code));
    return all;
}

enum fail move_request(struct turn *turn, struct stored_request *request, enum request_state to,
                       const char *code, const json_t *detail, struct reason *why)
{
    enum request_state from = request->state;
    if (!request_may_become(from, to))
        return because(why, FAIL_CONFLICT, "a request that is %s cannot become %s",
                       request_state_text(from), request_state_text(to));
    enum fail fail = store_request_move(turn->store, &request->id, from, to, code, why);
    if (fail)
        return fail;
    json_auto_t *all = with_code(detail, code);
    fail = turn_record(turn,
                       (struct event){
                           .code = request_events[to],
                           .subject = &request->requester.key,
                           .request = &request->id,
                           .role = request->role_count == 1 ? request->roles[0].role : NULL,
                           .from = request_state_text(from),
                           .to = request_state_text(to),
                           .detail = all,
                       },
                       why);
    if (!fail)
        request->state = to;
    return fail;
}

enum fail move_grant(struct turn *turn, struct stored_grant *grant, enum grant_state to,
                     const char *code, const json_t *detail, struct reason *why)
{
    enum grant_state from = grant->state;
    if (!grant_may_become(from, to))
        return because(why, FAIL_CONFLICT, "a grant that is %s cannot become %s",
                       grant_state_text(from), grant_state_text(to));
    enum fail fail = store_grant_move(turn->store, &grant->id, from, to, code, why);
    if (fail)
        return fail;
    json_auto_t *all = with_code(detail, code);
    fail = turn_record(turn,
                       (struct event){
                           .code = grant_events[to],
                           .subject = &grant->holder,
                           .request = &grant->request,
                           .grant = &grant->id,
                           .role = grant->role,
                           .from = grant_state_text(from),
                           .to = grant_state_text(to),
                           .detail = all,
                       },
                       why);
    if (!fail)
        grant->state = to;
    return fail;
}

enum fail tell_request(struct turn *turn, const struct stored_request *request,
                       enum event_code code, const json_t *detail, struct reason *why)
{
    return turn_record(turn,
                       (struct event){
                           .code = code,
                           .subject = &request->requester.key,
                           .request = &request->id,
                           .role = request->role_count == 1 ? request->roles[0].role : NULL,
                           .detail = detail,
                       },
                       why);
}

enum fail tell_grant(struct turn *turn, const struct stored_grant *grant, enum event_code code,
                     const json_t *detail, struct reason *why)
{
    return turn_record(turn,
                       (struct event){
                           .code = code,
                           .subject = &grant->holder,
                           .request = &grant->request,
                           .grant = &grant->id,
                           .role = grant->role,
                           .detail = detail,
                       },
                       why);
}
