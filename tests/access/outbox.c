/* Goal: a message is told once to each person for each thing, is nobody's when there is no channel,
   and a person without an address is an event and not a silence. */
#include "access/desk.h"
#include "access/messages.h"

#include "base/json.h"
#include "base/text.h"
#include "store/jobs.h"
#include "store/people.h"

struct telling {
    struct request_id request;
    struct person_key to;
    const char *mail; /* kept with the person before; NULL: nothing is known of them */
};

static enum fail tell(struct turn *turn, void *data, struct reason *why)
{
    const struct telling *telling = data;
    const struct person person = {.key = telling->to, .name = "Lena Vogt", .mail = telling->mail};
    enum fail fail =
        telling->mail ? store_person_save(turn->store, &person, turn->now, why) : FAIL_NONE;
    return fail ? fail
                : message_put(turn, MESSAGE_DECIDE, &telling->request, NULL, &telling->to, why);
}

/* How many messages are on their way. */
static size_t jobs(void)
{
    size_t count = 0;
    struct store *store = NULL;
    struct stored_job *due = NULL;
    scoped(arena_scoped) struct arena *arena = arena_new();
    ck_assert_fine(stores_borrow(desk()->stores, &store, &spec_why));
    ck_assert_fine(store_jobs_due(store, INT64_MAX, 100, arena, &count, &due, &spec_why));
    stores_return(desk()->stores, store);
    return count;
}

START_TEST(the_same_thing_is_told_once)
{
    struct telling telling = {.request = desk_request(REQUEST_PENDING).id,
                              .to = desk_person(LENA),
                              .mail = "lena@contoso.example"};
    for (int i = 0; i < 3; i++)
        ck_assert_fine(desk_turn(tell, &telling));
    ck_assert_uint_eq(jobs(), 1);
    telling.to = desk_person(MARC);
    ck_assert_fine(desk_turn(tell, &telling));
    ck_assert_uint_eq(jobs(), 2);
    desk_close();
}
END_TEST

START_TEST(who_has_no_address_is_an_event_once)
{
    struct telling telling = {.request = desk_request(REQUEST_PENDING).id, .to = desk_person(LENA)};
    int64_t events = desk_events();
    for (int i = 0; i < 2; i++)
        ck_assert_fine(desk_turn(tell, &telling));
    ck_assert_int_eq(desk_events(), events + 1);
    json_auto_t *event = desk_event();
    ck_assert_text(json_member_text(event, "code"), "message.no_address");
    ck_assert_text(json_member_text(json_object_get(event, "subject"), "oid"), LENA);
    ck_assert_uint_eq(jobs(), 0);
    desk_close();
}
END_TEST

START_TEST(without_a_channel_nobody_is_told_and_nothing_breaks)
{
    struct telling telling = {.request = desk_request(REQUEST_PENDING).id,
                              .to = desk_person(LENA),
                              .mail = "lena@contoso.example"};
    int64_t events = desk_events();
    desk()->options.mail_from = NULL;
    ck_assert_fine(desk_turn(tell, &telling));
    ck_assert_int_eq(desk_events(), events);
    ck_assert_uint_eq(jobs(), 0);
    desk_close();
}
END_TEST

SPECIFICATION("access/outbox", the_same_thing_is_told_once, who_has_no_address_is_an_event_once,
              without_a_channel_nobody_is_told_and_nothing_breaks)
