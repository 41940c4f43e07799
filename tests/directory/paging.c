/* Goal: what takes several calls is read to its end, from Graph alone, and comes to one. */
#include "directory/fake_graph.h"
#include "directory/fixture.h"
#include "support/spec.h"

#include <string.h>

#define GROUPS  "POST /v1.0/users/"
#define MEMBERS "GET /v1.0/groups/"
#define INTUNE  "GET /v1.0/deviceManagement/managedDevices"
#define PAGE    "GET /page"

START_TEST(groups_beyond_twenty_take_several_calls)
{
    static const struct saying sayings[] = {SAY(GROUPS, 200, "{'value': ['" SOC "']}"),
                                            SAY(GROUPS, 200, "{'value': ['" LEADS "']}")};
    const char *groups[25] = {SOC, [24] = LEADS};
    for (size_t i = 1; i < 24; i++)
        groups[i] = OTHERS;
    struct question many = {
        .kind = FACT_MEMBERSHIPS, .subject = ALICE, .group_count = 25, .groups = groups};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(fact_scoped) struct fact *fact = ask_one(asker, &many);
    ck_assert(fact->reading.known);
    ck_assert_uint_eq(fact->memberships.count, 2);
    ck_assert_uint_eq(graph_asked(graph), 2);
    ck_assert_text(graph_header(graph, 1, "Content-Type"), "application/json");
    ck_assert_ptr_nonnull(strstr(graph_request(graph, 1), "{\"groupIds\":[\"" OTHERS));
    ck_assert_str_ne(graph_header(graph, 0, "client-request-id"),
                     graph_header(graph, 1, "client-request-id"));
}
END_TEST

START_TEST(no_groups_are_known_without_a_call)
{
    struct question none = {.kind = FACT_MEMBERSHIPS, .subject = ALICE};
    scoped(graph_scoped) struct graph *graph = graph_new(0, NULL);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(fact_scoped) struct fact *fact = ask_one(asker, &none);
    ck_assert(fact->reading.known);
    ck_assert_uint_eq(fact->memberships.count, 0);
    ck_assert_uint_eq(graph_asked(graph), 0);
}
END_TEST

START_TEST(what_is_too_long_is_not_asked)
{
    static char subject[5000];
    struct question question = {.kind = FACT_ACCOUNT, .subject = subject};
    memset(subject, 'a', sizeof subject - 1);
    scoped(graph_scoped) struct graph *graph = graph_new(0, NULL);
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    scoped(fact_scoped) struct fact *fact = ask_one(asker, &question);
    expect_unknown(fact, "too long");
    ck_assert_uint_eq(graph_asked(graph), 0);
}
END_TEST

START_TEST(half_an_answer_is_no_answer)
{
    static const struct saying sayings[] = {
        SAY(MEMBERS, 200, "{'value': [{'id': '" ALICE "'}], '@odata.nextLink': '{graph}/page2'}"),
        SAY(PAGE, 503, "")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_MEMBERS);
    expect_unknown(fact, "HTTP 503");
    ck_assert_uint_eq(fact->members.count, 0);
    ck_assert_ptr_null(fact->members.people);
}
END_TEST

START_TEST(pages_are_followed_through_an_empty_one)
{
    static const struct saying sayings[] = {
        SAY(MEMBERS, 200,
            "{'value': [{'id': '" ALICE "'}], '@odata.nextLink': '{graph}/page2?a=%20'}"),
        SAY(PAGE "2?a=%20 ", 200, "{'value': [], '@odata.nextLink': '{graph}/page3'}"),
        SAY(PAGE "3 ", 200, "{'value': [{'id': '" BOB "'}]}")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_MEMBERS);
    ck_assert(fact->reading.known);
    ck_assert_uint_eq(fact->members.count, 2);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_text(graph_header(graph, i, "ConsistencyLevel"), "eventual");
        ck_assert_text(graph_header(graph, i, "Authorization"), "Bearer token-1");
    }
}
END_TEST

START_TEST(a_next_page_at_another_host_is_not_fetched)
{
    static const char *const links[] = {"http://127.0.0.2:1/page", "https://graph.microsoft.com/x",
                                        "//evil.example/", "page2", ""};
    for (size_t i = 0; i < COUNT(links); i++) {
        scoped(text_scoped) struct text body = TEXT_LIMIT(4096);
        text_addf(&body, "{'value': [], '@odata.nextLink': '%s'}", links[i]);
        const struct saying sayings[] = {SAY(MEMBERS, 200, text_of(&body))};
        scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
        scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_MEMBERS);
        expect_unknown(fact, "another host");
        ck_assert_uint_eq(graph_asked(graph), 1);
    }
}
END_TEST

START_TEST(pages_in_a_circle_come_to_an_end)
{
    static const struct saying sayings[] = {
        SAY(MEMBERS, 200, "{'value': [], '@odata.nextLink': '{graph}/page2'}"),
        SAY(PAGE "2", 200, "{'value': [], '@odata.nextLink': '{graph}/page3'}"),
        SAY(PAGE "3", 200, "{'value': [], '@odata.nextLink': '{graph}/page2'}")};
    scoped(graph_scoped) struct graph *graph = graph_new(COUNT(sayings), sayings);
    scoped(fact_scoped) struct fact *fact = ask_graph(graph, FACT_MEMBERS);
    expect_unknown(fact, "circle");
    ck_assert_uint_eq(graph_asked(graph), 3);
}
END_TEST

/* Pages that each name one more. */
static struct fact *ask_endless(enum fact_kind kind, const char *first, size_t *asked)
{
    struct saying sayings[64] = {
        SAY(first, 200, "{'value': [], '@odata.nextLink': '{graph}/page1'}")};
    char to[64][24], bodies[64][80];
    for (int i = 1; i < 64; i++) {
        (void)snprintf(to[i], sizeof to[i], PAGE "%d ", i);
        (void)snprintf(bodies[i], sizeof bodies[i],
                       "{'value': [], '@odata.nextLink': '{graph}/page%d'}", i + 1);
        sayings[i] = (struct saying)SAY(to[i], 200, bodies[i]);
    }
    scoped(graph_scoped) struct graph *graph = graph_new(64, sayings);
    struct fact *fact = ask_graph(graph, kind);
    *asked = graph_asked(graph);
    return fact;
}

START_TEST(pages_without_end_come_to_an_end)
{
    size_t asked;
    scoped(fact_scoped) struct fact *fact = ask_endless(FACT_MEMBERS, MEMBERS, &asked);
    expect_unknown(fact, "too many pages");
    ck_assert_uint_eq(asked, 32);
}
END_TEST

START_TEST(a_filter_that_intune_ignores_does_not_read_the_whole_tenant)
{
    size_t asked;
    scoped(fact_scoped) struct fact *fact = ask_endless(FACT_MANAGED, INTUNE, &asked);
    expect_unknown(fact, "too many pages");
    ck_assert_uint_eq(asked, 4);
}
END_TEST

SPECIFICATION("directory/paging", groups_beyond_twenty_take_several_calls,
              no_groups_are_known_without_a_call, what_is_too_long_is_not_asked,
              half_an_answer_is_no_answer, pages_are_followed_through_an_empty_one,
              a_next_page_at_another_host_is_not_fetched, pages_in_a_circle_come_to_an_end,
              pages_without_end_come_to_an_end,
              a_filter_that_intune_ignores_does_not_read_the_whole_tenant)
