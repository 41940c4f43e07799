/* Goal: the codes of events are stable words that other programs filter by, and each life's states
 * have theirs. */
#include "model/event.h"
#include "base/scoped.h"
#include "model/lifecycle.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>

/* Every code that was ever given out. Adding is free; what stands here stays. */
static const char *const given_out[] = {
    "service.started",   "service.stopped",   "service.safe_mode",  "store.accepted",
    "policy.loaded",     "person.signed_in",  "person.signed_out",  "person.sign_in_failed",
    "request.submitted", "request.pending",   "request.approved",   "request.refused",
    "request.denied",    "request.cancelled", "request.lapsed",     "decision.approved",
    "decision.denied",   "grant.waiting",     "grant.activating",   "grant.active",
    "grant.ending",      "grant.ended",       "grant.failed",       "grant.lapsed",
    "intent.committed",  "intent.answered",   "intent.unknown",     "intent.absent",
    "message.sent",      "message.failed",    "message.no_address", "alarm.raised",
    "audit.exported",    "start.refused",     "signing.refused",    "approval.void",
};

START_TEST(no_code_that_was_given_out_is_lost)
{
    enum event_code code;
    for (size_t i = 0; i < COUNT(given_out); i++)
        ck_assert_msg(event_code_read(given_out[i], &code), "%s", given_out[i]);
}
END_TEST

START_TEST(codes_go_there_and_back_and_none_is_there_twice)
{
    for (unsigned i = 0; i < EVENT_COUNT; i++) {
        enum event_code code;
        const char *text = event_code_text((enum event_code)i);
        ck_assert_ptr_nonnull(text);
        ck_assert_msg(event_code_read(text, &code) && code == i, "%s", text);
    }
}
END_TEST

START_TEST(codes_are_two_words_with_a_dot)
{
    for (unsigned i = 0; i < EVENT_COUNT; i++) {
        const char *text = event_code_text((enum event_code)i);
        const char *dot = strchr(text, '.');
        ck_assert_msg(dot && dot > text && dot[1] && !strchr(dot + 1, '.'), "%s", text);
        ck_assert_uint_eq(strspn(text, "abcdefghijklmnopqrstuvwxyz_."), strlen(text));
    }
}
END_TEST

START_TEST(every_state_that_can_be_reached_has_its_event)
{
    char text[64];
    enum event_code code;
    for (unsigned state = 0; state < REQUEST_STATE_COUNT; state++) {
        if (state == REQUEST_CHECKING) /* where it begins: request.submitted */
            continue;
        (void)snprintf(text, sizeof text, "request.%s",
                       request_state_text((enum request_state)state));
        ck_assert_msg(event_code_read(text, &code), "%s", text);
    }
    for (unsigned state = 0; state < GRANT_STATE_COUNT; state++) {
        (void)snprintf(text, sizeof text, "grant.%s", grant_state_text((enum grant_state)state));
        ck_assert_msg(event_code_read(text, &code), "%s", text);
    }
}
END_TEST

START_TEST(a_word_that_is_no_code_is_refused)
{
    enum event_code code = EVENT_ALARM;
    ck_assert(!event_code_read("grant.expired", &code));
    ck_assert(!event_code_read("GRANT.ENDED", &code));
    ck_assert(!event_code_read("", &code));
    ck_assert(!event_code_read(NULL, &code));
    ck_assert_int_eq(code, EVENT_ALARM);
}
END_TEST

START_TEST(actors_have_their_words)
{
    ck_assert_text(actor_kind_text(ACTOR_CURFEW), "curfew");
    ck_assert_text(actor_kind_text(ACTOR_PERSON), "person");
    ck_assert_text(actor_kind_text(ACTOR_OPERATOR), "operator");
}
END_TEST

SPECIFICATION("model/event", no_code_that_was_given_out_is_lost,
              codes_go_there_and_back_and_none_is_there_twice, codes_are_two_words_with_a_dot,
              every_state_that_can_be_reached_has_its_event, a_word_that_is_no_code_is_refused,
              actors_have_their_words)
