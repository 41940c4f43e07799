/* Goal: a holding is closed with the last grant that leans on it and never before; a grant that
   ends or is refused takes nothing from another; what is revoked is all that gives the same access.
 */
#include "access/desk.h"
#include "access/grants.h"

#include "base/id.h"
#include "base/moment.h"
#include "base/text.h"

struct leaning {
    struct stored_holding holding;
    struct stored_grant *first, *second;
};

static enum fail lean(struct turn *turn, void *data, struct reason *why)
{
    struct leaning *leaning = data;
    const struct stored_grant *grants[] = {leaning->first, leaning->second};
    enum fail fail = store_holding_add(turn->store, &leaning->holding, why);
    for (size_t i = 0; !fail && i < COUNT(grants); i++)
        fail = store_grant_hold(turn->store, &grants[i]->id, &leaning->holding.id,
                                leaning->holding.ends_at + (int64_t)i * 3600, why);
    return fail;
}

/* Both lean on a holding of their own person. */
static struct leaning leaning_of(struct stored_grant *first, struct stored_grant *second)
{
    struct leaning leaning = {.first = first, .second = second};
    leaning.holding = (struct stored_holding){.person = first->holder,
                                              .target = first->target,
                                              .ends_at = moment_now() + 3600,
                                              .opened_at = moment_now()};
    id_new(moment_now_ms(), leaning.holding.id.text);
    ck_assert_fine(desk_turn(lean, &leaning));
    return leaning;
}

static bool is_open(const struct leaning *leaning)
{
    struct store *store = NULL;
    struct stored_holding read;
    scoped(arena_scoped) struct arena *arena = arena_new();
    ck_assert_fine(stores_borrow(desk()->stores, &store, &spec_why));
    ck_assert_fine(store_holding(store, &leaning->holding.id, arena, &read, &spec_why));
    stores_return(desk()->stores, store);
    return read.closed_at < 0;
}

static enum fail give_up(struct turn *turn, void *data, struct reason *why)
{
    return grant_give_up(turn, data, "cancelled", NULL, why);
}

START_TEST(a_holding_closes_with_the_last_grant_that_leans_on_it)
{
    struct stored_request request = desk_request(REQUEST_APPROVED),
                          more = desk_request(REQUEST_APPROVED);
    struct stored_grant first = desk_grant(&request, GRANT_WAITING),
                        second = desk_grant(&more, GRANT_WAITING);
    struct leaning leaning = leaning_of(&first, &second);
    first = desk_read_grant(&first.id);
    ck_assert_fine(desk_turn(give_up, &first));
    ck_assert(is_open(&leaning));
    second = desk_read_grant(&second.id);
    ck_assert_fine(desk_turn(give_up, &second));
    ck_assert(!is_open(&leaning));
    desk_close();
}
END_TEST

START_TEST(who_revokes_takes_all_that_gives_the_access_as_far_as_it_is_theirs)
{
    const struct caller admin = {.person = {.key = desk_person(MARC)}, .roles = ROLE_ADMIN};
    struct stored_request request = desk_request(REQUEST_APPROVED),
                          more = desk_request(REQUEST_APPROVED);
    struct stored_grant first = desk_grant(&request, GRANT_ACTIVE),
                        second = desk_grant(&more, GRANT_ACTIVE);
    struct grant_end end = {.caller = &admin, .revoke = true, .reason = "Enough", .id = first.id};
    (void)leaning_of(&first, &second);
    ck_assert_fine(desk_turn(grant_end_apply, &end));
    ck_assert_int_eq(desk_read_grant(&first.id).state, GRANT_ENDING);
    ck_assert_int_eq(desk_read_grant(&second.id).state, GRANT_ENDING);
    desk_close();
}
END_TEST

static enum fail revoke(struct turn *turn, void *data, struct reason *why)
{
    json_auto_t *detail = json_object();
    return grant_revoke_access(turn, data, detail, why);
}

START_TEST(what_the_watch_revokes_is_the_access_too_also_what_was_about_to_start)
{
    struct stored_request request = desk_request(REQUEST_APPROVED),
                          more = desk_request(REQUEST_APPROVED);
    struct stored_grant first = desk_grant(&request, GRANT_ACTIVE),
                        second = desk_grant(&more, GRANT_WAITING);
    ck_assert_fine(desk_turn(revoke, &first));
    ck_assert_int_eq(desk_read_grant(&first.id).state, GRANT_ENDING);
    ck_assert_int_eq(desk_read_grant(&second.id).state, GRANT_ENDED);
    ck_assert_text(desk_read_grant(&second.id).why, "revoked");
    desk_close();
}
END_TEST

START_TEST(who_gives_one_back_keeps_the_other)
{
    const struct caller ana = {.person = {.key = desk_person(ANA)}};
    struct stored_request request = desk_request(REQUEST_APPROVED),
                          more = desk_request(REQUEST_APPROVED);
    struct stored_grant first = desk_grant(&request, GRANT_ACTIVE),
                        second = desk_grant(&more, GRANT_ACTIVE);
    struct grant_end end = {.caller = &ana, .id = second.id};
    struct leaning leaning = leaning_of(&first, &second);
    ck_assert_fine(desk_turn(grant_end_apply, &end));
    ck_assert_int_eq(desk_read_grant(&first.id).state, GRANT_ACTIVE);
    ck_assert_int_eq(desk_read_grant(&second.id).state, GRANT_ENDING);
    ck_assert(is_open(&leaning));
    desk_close();
}
END_TEST

SPECIFICATION("access/leaning", a_holding_closes_with_the_last_grant_that_leans_on_it,
              who_revokes_takes_all_that_gives_the_access_as_far_as_it_is_theirs,
              what_the_watch_revokes_is_the_access_too_also_what_was_about_to_start,
              who_gives_one_back_keeps_the_other)
