/* Goal: an answer that was kept is given again to the same caller alone, within the same second,
   and never once anything was committed. */
#include "access/views_kept.h"
#include "access/desk.h"
#include "store/store.h"

#include <string.h>

static struct views *views;
static struct request_id id;
static struct caller ana, lena;

static bool is_given(const struct caller *caller, int64_t now)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    size_t length = 0;
    const char *json = views_again(views, &id, caller, now, arena, &length);
    ck_assert(!json || (length == 2 && memcmp(json, "{}", 2) == 0));
    return json != NULL;
}

static void keep(int64_t now)
{
    struct store *store = NULL;
    ck_assert_fine(stores_borrow(desk()->stores, &store, &spec_why));
    views_keep(views, store, &id, &ana, now, "{}", 2);
    stores_return(desk()->stores, store);
}

static void begin(void)
{
    struct stored_request request = desk_request(REQUEST_PENDING);
    id = request.id;
    ana = (struct caller){.person = {.key = desk_person(ANA)}};
    lena = (struct caller){.person = {.key = desk_person(LENA)}};
    views = views_new(desk());
    keep(100);
}

START_TEST(what_was_kept_is_given_again_to_its_caller_in_its_second)
{
    begin();
    ck_assert(is_given(&ana, 100));
    ck_assert(!is_given(&ana, 101));
    ck_assert(!is_given(&lena, 100));
    struct caller auditor = ana;
    auditor.roles = ROLE_AUDITOR;
    ck_assert(!is_given(&auditor, 100));
    views_free(views);
    desk_close();
}
END_TEST

START_TEST(nothing_is_given_again_once_anything_was_committed)
{
    begin();
    (void)desk_request(REQUEST_PENDING); /* somebody's, about something else */
    ck_assert(!is_given(&ana, 100));
    keep(100);
    ck_assert(is_given(&ana, 100));
    views_free(views);
    desk_close();
}
END_TEST

SPECIFICATION("access/views_kept", what_was_kept_is_given_again_to_its_caller_in_its_second,
              nothing_is_given_again_once_anything_was_committed)
