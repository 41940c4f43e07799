/* Goal: nobody can make Curfew call its own machine, its network or its cloud's metadata, however
 * the address is written; an operator can, for the endpoints they name. */
#include "outbound/guard.h"
#include "support/spec.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>

static const char *const public_addresses[] = {
    "1.1.1.1",         "20.190.128.1",    "40.126.0.1",          "9.255.255.255",
    "11.0.0.0",        "100.63.255.255",  "100.128.0.0",         "126.255.255.255",
    "128.0.0.1",       "169.253.1.1",     "169.255.0.1",         "172.15.255.255",
    "172.32.0.0",      "192.167.1.1",     "192.169.1.1",         "198.17.255.255",
    "198.20.0.0",      "223.255.255.255", "168.63.129.15",       "2603:1026:3000::1",
    "2a01:111:f100::", "2620:1ec:8f8::1", "::ffff:20.190.128.1", "64:ff9b::20.190.128.1",
    "2001:200::1"};

static const char *const private_addresses[] = {
    "10.0.0.1",          "10.255.255.255",    "172.16.0.1",      "172.31.255.255",
    "192.168.0.1",       "192.168.255.255",   "100.64.0.1",      "100.127.255.255",
    "fc00::1",           "fdff::1",           "::ffff:10.0.0.1", "::ffff:192.168.1.1",
    "::ffff:100.64.1.1", "64:ff9b::10.0.0.1", "64:ff9b::ac10:1"};

static const char *const loopback_addresses[] = {
    "127.0.0.1",        "127.0.0.2",     "127.255.255.255",   "::1",
    "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::127.0.0.1"};

static const char *const never_addresses[] = {"0.0.0.0",
                                              "0.1.2.3",
                                              "169.254.169.254",
                                              "169.254.0.1",
                                              "168.63.129.16",
                                              "192.0.0.1",
                                              "192.0.2.1",
                                              "192.88.99.1",
                                              "198.18.0.1",
                                              "198.51.100.1",
                                              "203.0.113.1",
                                              "224.0.0.1",
                                              "239.255.255.255",
                                              "240.0.0.1",
                                              "255.255.255.255",
                                              "::",
                                              "fe80::1",
                                              "febf::1",
                                              "fec0::1",
                                              "ff02::1",
                                              "2001::1",
                                              "2001:db8::1",
                                              "2002:7f00:1::",
                                              "2002:a00:1::",
                                              "3fff::1",
                                              "100::1",
                                              "64:ff9b:1::1",
                                              "4000::1",
                                              "::127.0.0.1",
                                              "::ffff:0:127.0.0.1",
                                              "::ffff:169.254.169.254",
                                              "::ffff:0.0.0.0",
                                              "64:ff9b::169.254.169.254",
                                              "64:ff9b::a9fe:a9fe"};

static void check(size_t count, const char *const addresses[], bool as_public, bool as_private,
                  bool as_loopback)
{
    for (size_t i = 0; i < count; i++) {
        const char *at = addresses[i];
        ck_assert_msg(guard_allows_text(PEERS_PUBLIC, at, NULL) == as_public, "%s", at);
        ck_assert_msg(guard_allows_text(PEERS_PRIVATE, at, NULL) == as_private, "%s", at);
        ck_assert_msg(guard_allows_text(PEERS_LOOPBACK, at, NULL) == as_loopback, "%s", at);
    }
}

#define CHECK(list, ...) check(sizeof(list) / sizeof *(list), (list), __VA_ARGS__)

START_TEST(the_internet_is_open)
{
    CHECK(public_addresses, true, true, false);
}
END_TEST

START_TEST(private_networks_are_for_endpoints_that_an_operator_named)
{
    CHECK(private_addresses, false, true, false);
}
END_TEST

START_TEST(this_machine_is_for_endpoints_that_an_operator_named)
{
    CHECK(loopback_addresses, false, true, true);
}
END_TEST

START_TEST(metadata_multicast_and_other_odd_places_are_never_called)
{
    CHECK(never_addresses, false, false, false);
}
END_TEST

START_TEST(what_is_no_address_is_not_called)
{
    static const char *const wrong[] = {"",           "localhost",   "127.1",        "2130706433",
                                        "0177.0.0.1", "0x7f.1",      "1.1.1.1 ",     "[::1]",
                                        "fe80::1%lo", "1.1.1.1:443", "::ffff:1.1.1", "/run/socket"};
    CHECK(wrong, false, false, false);
}
END_TEST

START_TEST(sockets_are_judged_like_texts)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct sockaddr_un here = {.sun_family = AF_UNIX, .sun_path = "/run/socket"};
    struct reason why = {0};
    ck_assert_int_eq(inet_pton(AF_INET, "20.190.128.1", &four.sin_addr), 1);
    ck_assert(guard_allows(PEERS_PUBLIC, (struct sockaddr *)&four, NULL));
    ck_assert_int_eq(inet_pton(AF_INET, "169.254.169.254", &four.sin_addr), 1);
    ck_assert(!guard_allows(PEERS_PRIVATE, (struct sockaddr *)&four, &why));
    ck_assert_text(why.text, "169.254.169.254 is a link-local address: not called");
    ck_assert_int_eq(inet_pton(AF_INET6, "::ffff:10.0.0.1", &six.sin6_addr), 1);
    ck_assert(!guard_allows(PEERS_PUBLIC, (struct sockaddr *)&six, NULL));
    ck_assert(guard_allows(PEERS_PRIVATE, (struct sockaddr *)&six, NULL));
    ck_assert(!guard_allows(PEERS_PRIVATE, (struct sockaddr *)&here, NULL));
}
END_TEST

SPECIFICATION("outbound/guard", the_internet_is_open,
              private_networks_are_for_endpoints_that_an_operator_named,
              this_machine_is_for_endpoints_that_an_operator_named,
              metadata_multicast_and_other_odd_places_are_never_called,
              what_is_no_address_is_not_called, sockets_are_judged_like_texts)
