/* Goal: what ends access is begun before everything else that is due, however long that has
 * waited and however much of it there is (security.md I-24). */
#include "access/desk.h"
#include "access/grants.h"
#include "access/jobs.h"
#include "access/worker.h"

#include "base/text.h"
#include "store/jobs.h"

#include <stdio.h>

enum { BACKLOG = 1200, LOOK = 500 /* as many as the worker takes at once */ };

static enum fail put_backlog(struct turn *turn, void *data, struct reason *why)
{
    static const struct {
        const char *kind;
        enum rank rank;
    } others[] = {{"request", RANK_REQUEST},
                  {"grant", RANK_START},
                  {"watch", RANK_WATCH},
                  {"message", RANK_MESSAGE},
                  {"house", RANK_HOUSE}};
    enum fail fail = FAIL_NONE;
    (void)data;
    for (size_t i = 0; !fail && i < BACKLOG; i++) {
        char subject[32];
        (void)snprintf(subject, sizeof subject, "waits-%zu", i);
        fail = turn_job(turn, others[i % COUNT(others)].kind, subject,
                        others[i % COUNT(others)].rank, turn->now - 3600 + (int64_t)i, why);
    }
    return fail;
}

/* The jobs that one look of the worker begins with. */
static size_t look(struct arena *arena, struct stored_job **due)
{
    size_t count = 0;
    struct store *store = NULL;
    ck_assert_fine(stores_borrow(desk()->stores, &store, &spec_why));
    ck_assert_fine(store_jobs_due(store, INT64_MAX, LOOK, arena, &count, due, &spec_why));
    stores_return(desk()->stores, store);
    return count;
}

static void is_first_after(struct grant_end *end, enum grant_state state)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct stored_request request = desk_request(REQUEST_APPROVED);
    struct stored_job *due = NULL;
    end->id = desk_grant(&request, state).id;
    ck_assert_fine(desk_turn(put_backlog, NULL));
    ck_assert_fine(desk_turn(grant_end_apply, end));
    ck_assert_uint_eq(look(arena, &due), LOOK);
    ck_assert_text(due[0].kind, "grant");
    ck_assert_text(due[0].subject, end->id.text);
    ck_assert_int_eq(due[0].rank, RANK_END);
    for (size_t i = 1; i < LOOK; i++)
        ck_assert_int_ge(due[i].rank, due[i - 1].rank);
    desk_close();
}

START_TEST(what_is_given_back_comes_first)
{
    const struct caller ana = {.person = {.key = desk_person(ANA)}};
    struct grant_end end = {.caller = &ana};
    is_first_after(&end, GRANT_ACTIVE);
}
END_TEST

START_TEST(what_is_revoked_while_it_begins_comes_first)
{
    const struct caller admin = {.person = {.key = desk_person(MARC)}, .roles = ROLE_ADMIN};
    struct grant_end end = {.caller = &admin, .revoke = true, .reason = "Enough"};
    is_first_after(&end, GRANT_ACTIVATING);
}
END_TEST

SPECIFICATION("access/ends_first", what_is_given_back_comes_first,
              what_is_revoked_while_it_begins_comes_first)
