/* Goal: nobody without a session gets past the guard, each is told why, and what one address may
 * not do is not taken from others. */
#include "web/made.h"

#include "base/network.h"
#include "web/route.h"

#include <string.h>

START_TEST(every_route_for_people_answers_401_without_a_session)
{
    for (size_t i = 0; i < route_count; i++) {
        struct made made;
        if (routes[i].who != SIGNED_IN && routes[i].who != AUDITOR)
            continue;
        made_visit(&made, routes[i].method, routes[i].path);
        ck_assert_msg(made_run(&made) == 401, "%s: %d", routes[i].path, made.visit.reply.status);
        ck_assert_text(made_code(&made), "not_signed_in");
        made_free(&made);
    }
}
END_TEST

START_TEST(authorization_is_reserved_on_every_route)
{
    for (size_t i = 0; i < route_count; i++) {
        struct made made;
        made_visit(&made, routes[i].method, routes[i].path);
        made_header(&made, "authorization", "Bearer x");
        ck_assert_msg(made_run(&made) == 401, "%s: %d", routes[i].path, made.visit.reply.status);
        made_free(&made);
    }
}
END_TEST

START_TEST(metrics_are_for_their_networks_and_nothing_for_others)
{
    struct made made;
    made_visit(&made, METHOD_GET, "/metrics");
    ck_assert_int_eq(made_run(&made), 404);
    ck_assert_text(made_code(&made), "not_found");
    made_free(&made);
}
END_TEST

START_TEST(a_session_cookie_that_is_there_twice_is_400)
{
    struct made made;
    made_visit(&made, METHOD_GET, "/api/v1/me");
    made_header(&made, "Cookie", "__Host-curfew=a; x=y; __Host-curfew=b");
    ck_assert_int_eq(made_run(&made), 400);
    made_free(&made);
}
END_TEST

START_TEST(a_query_member_that_nobody_knows_or_that_is_there_twice_is_named)
{
    struct made made;
    made_visit(&made, METHOD_GET, "/api/v1/openapi.json");
    made_query(&made, "extra", "1");
    made_query(&made, "extra", NULL);
    ck_assert_int_eq(made_run(&made), 400);
    ck_assert_ptr_nonnull(strstr(made.visit.reply.body, "\"extra\""));
    ck_assert_ptr_nonnull(strstr(made.visit.reply.body, "is not known here"));
    ck_assert_ptr_nonnull(strstr(made.visit.reply.body, "is there twice"));
    made_free(&made);
}
END_TEST

START_TEST(text_that_is_no_utf8_becomes_question_marks_in_a_problem)
{
    struct made made;
    made_visit(&made, METHOD_GET, "/api/v1/openapi.json");
    made_query(&made, "caf\xE9", "1");
    ck_assert_int_eq(made_run(&made), 400);
    ck_assert_ptr_nonnull(strstr(made.visit.reply.body, "\"caf?\""));
    made_free(&made);
}
END_TEST

START_TEST(a_long_sentence_that_is_cut_inside_a_character_is_still_an_answer)
{
    struct made made;
    char long_one[401];
    for (size_t i = 0; i < 200; i++)
        memcpy(long_one + 2 * i, "\xC3\xA9", 2);
    long_one[400] = '\0';
    made_visit(&made, METHOD_GET, "/x");
    complain(&made.visit.complaints, "state", "\"%s\" is no state", long_one);
    (void)visit_fail(&made.visit, FAIL_INVALID);
    ck_assert_int_eq(made.visit.reply.status, 400);
    (void)visit_refuse(&made.visit, FAIL_CONFLICT, "x%s", long_one);
    ck_assert_int_eq(made.visit.reply.status, 409);
    made_free(&made);
}
END_TEST

START_TEST(one_address_that_calls_too_often_takes_nothing_from_others)
{
    struct made made;
    struct network other;
    int refused = 0;
    made_visit(&made, METHOD_GET, "/api/v1/me");
    made.web->options.anonymous_per_minute = 5;
    made.web->options.calls_per_second = 10;
    for (int i = 0; i < 1000; i++)
        refused += made_run(&made) == 429;
    ck_assert_int_ge(refused, 990);
    bool says_when = false;
    for (size_t i = 0; i < made.visit.reply.header_count; i++)
        says_when |= strcmp(made.visit.reply.headers[i].name, "Retry-After") == 0 &&
                     strtol(made.visit.reply.headers[i].value, NULL, 10) > 0;
    ck_assert(says_when);
    ck_assert(network_read("192.0.2.2", &other));
    memcpy(made.visit.address, other.address, sizeof other.address);
    ck_assert_int_eq(made_run(&made), 401);
    made_free(&made);
}
END_TEST

START_TEST(a_path_that_is_not_there_is_404_and_another_method_405)
{
    struct made made;
    made_visit(&made, METHOD_GET, "/nowhere");
    ck_assert_int_eq(made_run(&made), 404);
    made_free(&made);
    made_visit(&made, METHOD_POST, "/api/v1/me");
    ck_assert_int_eq(made_run(&made), 405);
    ck_assert_text(made_code(&made), "method_not_allowed");
    made_free(&made);
}
END_TEST

SPECIFICATION("web/guard", every_route_for_people_answers_401_without_a_session,
              authorization_is_reserved_on_every_route,
              metrics_are_for_their_networks_and_nothing_for_others,
              a_session_cookie_that_is_there_twice_is_400,
              a_query_member_that_nobody_knows_or_that_is_there_twice_is_named,
              text_that_is_no_utf8_becomes_question_marks_in_a_problem,
              a_long_sentence_that_is_cut_inside_a_character_is_still_an_answer,
              one_address_that_calls_too_often_takes_nothing_from_others,
              a_path_that_is_not_there_is_404_and_another_method_405)
