/* Goal: the two lives are exactly these; a move that is not spelled here cannot happen (design 2).
 */
#include "model/lifecycle.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

/* One row for each state, one column for each state it might become: x where it may. The columns
 * stand in the order of the rows. */
struct row {
    const char *state;
    const char *becomes;
};

static const struct row requests[] = {
    /*             checking pending approved refused denied cancelled lapsed */
    {"checking", "     .       x       x        x       .       x       .   "},
    {"pending", "      .       .       x        x       x       x       x   "},
    {"approved", "     .       .       .        .       .       .       .   "},
    {"refused", "      .       .       .        .       .       .       .   "},
    {"denied", "       .       .       .        .       .       .       .   "},
    {"cancelled", "    .       .       .        .       .       .       .   "},
    {"lapsed", "       .       .       .        .       .       .       .   "},
};

static const struct row grants[] = {
    /*               waiting activating active ending ended failed lapsed */
    {"waiting", "      .        x         .      .      x      x      x   "},
    {"activating", "   x        .         x      x      .      x      .   "},
    {"active", "       .        .         .      x      x      .      .   "},
    {"ending", "       .        .         .      .      x      .      .   "},
    {"ended", "        .        .         .      .      .      .      .   "},
    {"failed", "       .        .         .      .      .      .      .   "},
    {"lapsed", "       .        .         .      .      .      .      .   "},
};

static bool says(const struct row *row, size_t column)
{
    const char *at = row->becomes;
    for (;; at++) {
        if ((*at == '.' || *at == 'x') && column-- == 0)
            return *at == 'x';
        ck_assert_msg(*at, "the row of %s is too short", row->state);
    }
}

START_TEST(a_request_becomes_what_the_table_says_and_nothing_else)
{
    ck_assert_uint_eq(COUNT(requests), REQUEST_STATE_COUNT);
    for (unsigned from = 0; from < COUNT(requests); from++)
        for (unsigned to = 0; to < COUNT(requests); to++)
            ck_assert_msg(request_may_become((enum request_state)from, (enum request_state)to) ==
                              says(&requests[from], to),
                          "%s to %s", requests[from].state, requests[to].state);
}
END_TEST

START_TEST(a_grant_becomes_what_the_table_says_and_nothing_else)
{
    ck_assert_uint_eq(COUNT(grants), GRANT_STATE_COUNT);
    for (unsigned from = 0; from < COUNT(grants); from++)
        for (unsigned to = 0; to < COUNT(grants); to++)
            ck_assert_msg(grant_may_become((enum grant_state)from, (enum grant_state)to) ==
                              says(&grants[from], to),
                          "%s to %s", grants[from].state, grants[to].state);
}
END_TEST

START_TEST(a_request_is_over_when_nothing_follows)
{
    for (unsigned state = 0; state < COUNT(requests); state++)
        ck_assert_int_eq(request_is_over((enum request_state)state),
                         strchr(requests[state].becomes, 'x') == NULL);
    ck_assert(!request_is_over(REQUEST_CHECKING));
    ck_assert(request_is_over(REQUEST_APPROVED));
}
END_TEST

START_TEST(a_grant_is_over_when_nothing_follows)
{
    for (unsigned state = 0; state < COUNT(grants); state++)
        ck_assert_int_eq(grant_is_over((enum grant_state)state),
                         strchr(grants[state].becomes, 'x') == NULL);
    ck_assert(!grant_is_over(GRANT_ENDING));
    ck_assert(grant_is_over(GRANT_FAILED));
}
END_TEST

START_TEST(the_words_of_the_states_go_there_and_back)
{
    for (unsigned state = 0; state < COUNT(requests); state++) {
        enum request_state back;
        ck_assert_text(request_state_text((enum request_state)state), requests[state].state);
        ck_assert(request_state_read(requests[state].state, &back));
        ck_assert_uint_eq(back, state);
    }
    for (unsigned state = 0; state < COUNT(grants); state++) {
        enum grant_state back;
        ck_assert_text(grant_state_text((enum grant_state)state), grants[state].state);
        ck_assert(grant_state_read(grants[state].state, &back));
        ck_assert_uint_eq(back, state);
    }
}
END_TEST

START_TEST(a_word_that_is_no_state_is_refused)
{
    static const char *const wrong[] = {"", "Pending", "pending ", "active", NULL};
    static const char *const wrong_too[] = {"", "Active", "expired", "pending", NULL};
    enum request_state request = REQUEST_DENIED;
    enum grant_state grant = GRANT_ENDING;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        ck_assert(!request_state_read(wrong[i], &request));
        ck_assert(!grant_state_read(wrong_too[i], &grant));
    }
    ck_assert_uint_eq(request, REQUEST_DENIED);
    ck_assert_uint_eq(grant, GRANT_ENDING);
}
END_TEST

SPECIFICATION("model/lifecycle", a_request_becomes_what_the_table_says_and_nothing_else,
              a_grant_becomes_what_the_table_says_and_nothing_else,
              a_request_is_over_when_nothing_follows, a_grant_is_over_when_nothing_follows,
              the_words_of_the_states_go_there_and_back, a_word_that_is_no_state_is_refused)
