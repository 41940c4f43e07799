/* Goal: a request or grant moves only as its table says, only from where it is, and each move is
   exactly one event, in the same transaction: what is not moved is not told, and what is not told
   is not moved. */
#include "access/desk.h"

#include "base/json.h"
#include "base/text.h"

struct move {
    struct stored_request request;
    struct stored_grant grant;
    bool of_grant;
    int to;
    bool then_fail; /* the change goes wrong after the move */
};

static enum fail apply(struct turn *turn, void *data, struct reason *why)
{
    struct move *move = data;
    enum fail fail =
        move->of_grant
            ? move_grant(turn, &move->grant, (enum grant_state)move->to, "because", NULL, why)
            : move_request(turn, &move->request, (enum request_state)move->to, "because", NULL,
                           why);
    return fail || !move->then_fail ? fail : because(why, FAIL_BROKEN, "and then this");
}

static const char *from_of(const struct move *move)
{
    return move->of_grant ? grant_state_text(move->grant.state)
                          : request_state_text(move->request.state);
}

static const char *state_of(const struct move *move)
{
    return move->of_grant ? grant_state_text(desk_read_grant(&move->grant.id).state)
                          : request_state_text(desk_read_request(&move->request.id).state);
}

static const char *to_of(const struct move *move)
{
    return move->of_grant ? grant_state_text((enum grant_state)move->to)
                          : request_state_text((enum request_state)move->to);
}

static void check_told(const struct move *move, const char *from, int64_t events)
{
    ck_assert_int_eq(desk_events(), events + 1);
    json_auto_t *event = desk_event();
    ck_assert_text(json_member_text(event, "from"), from);
    ck_assert_text(json_member_text(event, "to"), to_of(move));
    ck_assert_text(json_member_text(event, "request"), move->request.id.text);
    ck_assert_text(json_member_text(json_object_get(event, "subject"), "oid"), ANA);
    ck_assert_text(json_member_text(json_object_get(event, "detail"), "why"), "because");
    if (move->of_grant)
        ck_assert_text(json_member_text(event, "grant"), move->grant.id.text);
}

static void try_move(struct move *move, bool allowed)
{
    const char *from = from_of(move);
    int64_t events = desk_events();
    enum fail fail = desk_turn(apply, move);
    ck_assert_msg(fail == (allowed ? FAIL_NONE : FAIL_CONFLICT), "%s to %s: %s", from, to_of(move),
                  fail_code(fail));
    ck_assert_text(state_of(move), allowed ? to_of(move) : from);
    if (allowed)
        check_told(move, from, events);
    else
        ck_assert_int_eq(desk_events(), events);
}

START_TEST(a_request_moves_as_its_table_says_and_each_move_is_one_event)
{
    for (int from = 0; from < REQUEST_STATE_COUNT; from++)
        for (int to = 0; to < REQUEST_STATE_COUNT; to++) {
            struct move move = {.request = desk_request((enum request_state)from), .to = to};
            try_move(&move, request_may_become((enum request_state)from, (enum request_state)to));
        }
    desk_close();
}
END_TEST

START_TEST(a_grant_moves_as_its_table_says_and_each_move_is_one_event)
{
    struct stored_request request = desk_request(REQUEST_APPROVED);
    for (int from = 0; from < GRANT_STATE_COUNT; from++)
        for (int to = 0; to < GRANT_STATE_COUNT; to++) {
            struct move move = {.request = request,
                                .grant = desk_grant(&request, (enum grant_state)from),
                                .of_grant = true,
                                .to = to};
            try_move(&move, grant_may_become((enum grant_state)from, (enum grant_state)to));
        }
    desk_close();
}
END_TEST

START_TEST(who_saw_another_state_moves_nothing_and_tells_nothing)
{
    struct move move = {.request = desk_request(REQUEST_CANCELLED), .to = REQUEST_APPROVED};
    move.request.state = REQUEST_PENDING; /* as it was when somebody looked */
    int64_t events = desk_events();
    ck_assert_int_eq(desk_turn(apply, &move), FAIL_CONFLICT);
    ck_assert_int_eq(desk_read_request(&move.request.id).state, REQUEST_CANCELLED);
    move = (struct move){.request = desk_request(REQUEST_APPROVED), .of_grant = true};
    move.grant = desk_grant(&move.request, GRANT_ENDING);
    move.grant.state = GRANT_ACTIVATING;
    move.to = GRANT_ACTIVE;
    ck_assert_int_eq(desk_turn(apply, &move), FAIL_CONFLICT);
    ck_assert_int_eq(desk_read_grant(&move.grant.id).state, GRANT_ENDING);
    ck_assert_int_eq(desk_events(), events);
    desk_close();
}
END_TEST

START_TEST(a_change_that_fails_later_takes_its_move_and_its_event_back)
{
    struct move move = {
        .request = desk_request(REQUEST_PENDING), .to = REQUEST_DENIED, .then_fail = true};
    int64_t events = desk_events();
    ck_assert_int_eq(desk_turn(apply, &move), FAIL_BROKEN);
    ck_assert_int_eq(desk_read_request(&move.request.id).state, REQUEST_PENDING);
    ck_assert_int_eq(desk_events(), events);
    move.then_fail = false;
    move.request.state = REQUEST_PENDING;
    ck_assert_fine(desk_turn(apply, &move)); /* the ledger goes on where it was */
    ck_assert_int_eq(desk_events(), events + 1);
    desk_close();
    (void)desk(); /* and what is on disk is sound */
    ck_assert_int_eq(desk_events(), events + 1);
    desk_close();
}
END_TEST

SPECIFICATION("access/moves", a_request_moves_as_its_table_says_and_each_move_is_one_event,
              a_grant_moves_as_its_table_says_and_each_move_is_one_event,
              who_saw_another_state_moves_nothing_and_tells_nothing,
              a_change_that_fails_later_takes_its_move_and_its_event_back)
