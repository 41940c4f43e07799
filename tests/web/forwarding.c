/* Goal: what is said of a browser's address counts only from our own proxies, and only what the
 * proxy itself added. */
#include "web/forwarding.h"
#include "web/made.h"

#include "base/network.h"

#include <arpa/inet.h>
#include <string.h>

static void from(struct made *made, const char *address)
{
    struct network network;
    made_visit(made, METHOD_GET, "/");
    ck_assert(network_read(address, &network));
    memcpy(made->visit.address, network.address, sizeof network.address);
}

static const char *address_of(const struct made *made)
{
    static char text[INET6_ADDRSTRLEN];
    return inet_ntop(AF_INET6, made->visit.address, text, sizeof text);
}

START_TEST(nobody_but_a_proxy_says_who_they_are)
{
    struct made made;
    from(&made, "192.0.2.1");
    made_header(&made, "X-Forwarded-For", "127.0.0.1");
    made_header(&made, "X-Forwarded-Proto", "https");
    ck_assert(!forwarding_read(&made.visit));
    ck_assert_text(address_of(&made), "::ffff:192.0.2.1");
    ck_assert(!made.visit.https);
    made_free(&made);
}
END_TEST

START_TEST(a_proxy_says_the_last_address_one_hop_and_no_more)
{
    struct made made;
    from(&made, "192.0.2.9");
    made_header(&made, "X-Forwarded-For", "127.0.0.1, 198.51.100.7");
    made_header(&made, "X-Forwarded-Proto", "https");
    ck_assert(forwarding_read(&made.visit));
    ck_assert_text(address_of(&made), "::ffff:198.51.100.7");
    ck_assert(made.visit.https);
    made_free(&made);
}
END_TEST

START_TEST(a_header_that_the_browser_sent_before_the_proxys_own_does_not_count)
{
    struct made made;
    from(&made, "192.0.2.9");
    made_header(&made, "X-Forwarded-For", "127.0.0.1");
    made_header(&made, "x-forwarded-for", "2001:db8::7");
    made_header(&made, "X-Forwarded-Proto", "https");
    made_header(&made, "X-Forwarded-Proto", "http");
    ck_assert(forwarding_read(&made.visit));
    ck_assert_text(address_of(&made), "2001:db8::7");
    ck_assert(!made.visit.https);
    made_free(&made);
}
END_TEST

START_TEST(an_address_that_cannot_be_read_is_nobodys_and_never_the_proxys)
{
    static const char *const texts[] = {"unknown", "", "198.51.100.7:80", "10.0.0.0/8", "1.2.3"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct made made;
        from(&made, "192.0.2.9");
        made_header(&made, "X-Forwarded-For", texts[i]);
        ck_assert(forwarding_read(&made.visit));
        ck_assert_text(address_of(&made), "::");
        made_free(&made);
    }
}
END_TEST

SPECIFICATION("web/forwarding", nobody_but_a_proxy_says_who_they_are,
              a_proxy_says_the_last_address_one_hop_and_no_more,
              a_header_that_the_browser_sent_before_the_proxys_own_does_not_count,
              an_address_that_cannot_be_read_is_nobodys_and_never_the_proxys)
