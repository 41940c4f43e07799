/* Goal: what is due is cut, and whoever reaps is woken whenever something is due earlier than they
 * were told. */
#include "web/connections.h"
#include "support/spec.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#undef fail /* Check has a macro of that name */

static int woken;

static void wake(void *context)
{
    (void)context;
    woken++;
}

/* Whether the other end of this pair was told that the connection is over. */
static bool is_cut(const int pair[2])
{
    char byte;
    return recv(pair[1], &byte, 1, MSG_DONTWAIT) == 0;
}

START_TEST(what_is_due_is_cut_and_the_rest_is_not)
{
    int one[2], two[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, one), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, two), 0);
    scoped(connections_scoped) struct connections *connections = connections_new(wake, NULL);
    struct connection *early = connections_add(connections, one[0], 100);
    struct connection *late = connections_add(connections, two[0], 200);
    ck_assert_int_eq(connections_reap(connections, 99), 100);
    ck_assert(!is_cut(one));
    ck_assert_int_eq(connections_reap(connections, 100), 200);
    ck_assert(is_cut(one));
    ck_assert(!is_cut(two));
    connections_remove(connections, early);
    connections_due(connections, late, 5000);
    ck_assert_int_eq(connections_reap(connections, 200), 5000);
    connections_remove(connections, late);
    ck_assert_int_eq(connections_reap(connections, 9000), INT64_MAX);
    close(one[0]), close(one[1]), close(two[0]), close(two[1]);
}
END_TEST

START_TEST(whoever_reaps_is_woken_when_one_is_due_earlier_than_they_know)
{
    scoped(connections_scoped) struct connections *connections = connections_new(wake, NULL);
    woken = 0;
    struct connection *first = connections_add(connections, -1, 60000);
    ck_assert_int_eq(woken, 1);
    ck_assert_int_eq(connections_reap(connections, 0), 60000);
    struct connection *second = connections_add(connections, -1, 30000);
    ck_assert_int_eq(woken, 2);
    struct connection *third = connections_add(connections, -1, 40000); /* they will look before */
    ck_assert_int_eq(woken, 2);
    connections_due(connections, third, 10000);
    ck_assert_int_eq(woken, 3);
    connections_due(connections, third, 70000);
    ck_assert_int_eq(woken, 3);
    connections_remove(connections, first);
    connections_remove(connections, second);
    connections_remove(connections, third);
}
END_TEST

SPECIFICATION("web/connections", what_is_due_is_cut_and_the_rest_is_not,
              whoever_reaps_is_woken_when_one_is_due_earlier_than_they_know)
