/* Goal: no name and no spelling of an address leads a call into Curfew's own network, and a name
 * that does not resolve costs nobody else anything. This program answers for DNS itself. */
#include "base/moment.h"
#include "outbound/caller.h"
#include "outbound/server.h"
#include "support/spec.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static atomic_int rebound;

static const struct {
    const char *name, *address;
} names[] = {
    {"intranet.example", "10.0.0.1"},        {"metadata.example", "169.254.169.254"},
    {"self.example", "127.0.0.1"},           {"self6.example", "::1"},
    {"mapped.example", "::ffff:127.0.0.1"},  {"nat64.example", "64:ff9b::7f00:1"},
    {"unspecified.example", "0.0.0.0"},      {"unspecified6.example", "::"},
    {"linklocal.example", "fe80::1"},        {"ula.example", "fd00::1"},
    {"xn--grph-xoa.example", "192.168.0.1"}, {"dot.example.", "127.0.0.1"},
};

/* libcurl finds this one before the C library's. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equals(name, names[i].name))
            return real(names[i].address, service, NULL, found);
    if (text_equals(name, "rebind.example")) /* each answer is another one */
        return real(atomic_fetch_add(&rebound, 1) ? "127.0.0.1" : "10.0.0.1", service, hints,
                    found);
    if (text_equals(name, "slow.example"))
        usleep(3000000);
    if (name && strchr(name, '.') && strspn(name, "0123456789abcdefxABCDEF.:") == strlen(name))
        return real(name, service, hints, found);
    return EAI_NONAME;
}

static void answer(struct connection *connection)
{
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    (void)connection_read(connection, &request);
    (void)connection_answer(connection, 200, "", "you should not see this");
}

static void write_url(const char *pattern, int port, char url[256])
{
    const char *at = strstr(pattern, "PORT");
    ck_assert_ptr_nonnull(at);
    (void)snprintf(url, 256, "%.*s%d%s", (int)(at - pattern), pattern, port, at + 4);
}

START_TEST(nothing_that_looks_like_the_internet_leads_inside)
{
    static const char *const urls[] = {"https://127.0.0.1:PORT/",
                                       "https://localhost:PORT/",
                                       "https://[::1]:PORT/",
                                       "https://127.1:PORT/",
                                       "https://2130706433:PORT/",
                                       "https://0177.0.0.1:PORT/",
                                       "https://0x7f.0.0.1:PORT/",
                                       "https://0x7f000001:PORT/",
                                       "https://017700000001:PORT/",
                                       "https://[::ffff:127.0.0.1]:PORT/",
                                       "https://[::ffff:7f00:1]:PORT/",
                                       "https://[::]:PORT/",
                                       "https://0.0.0.0:PORT/",
                                       "https://0:PORT/",
                                       "https://127.0.0.1.:PORT/",
                                       "https://localhost.:PORT/",
                                       "https://foo.localhost:PORT/",
                                       "https://self.example:PORT/",
                                       "https://self6.example:PORT/",
                                       "https://mapped.example:PORT/",
                                       "https://nat64.example:PORT/",
                                       "https://dot.example.:PORT/",
                                       "https://rebind.example:PORT/",
                                       "https://unspecified.example:PORT/",
                                       "https://unspecified6.example:PORT/",
                                       "https://[::1%25lo]:PORT/",
                                       "http://127.0.0.1:PORT/",
                                       "http://localhost:PORT/",
                                       "http://[::1]:PORT/",
                                       "HTTP://127.0.0.1:PORT/",
                                       "127.0.0.1:PORT",
                                       "gopher://127.0.0.1:PORT/_GET",
                                       "dict://127.0.0.1:PORT/d",
                                       "ftp://127.0.0.1:PORT/",
                                       "ws://127.0.0.1:PORT/",
                                       "telnet://127.0.0.1:PORT/",
                                       "smtp://127.0.0.1:PORT/",
                                       "https://127.0.0.1%00.example:PORT/",
                                       "https://graph.microsoft.com@127.0.0.1:PORT/",
                                       "https://127.0.0.1\\@graph.microsoft.com:PORT/",
                                       "https:127.0.0.1:PORT/"};
    scoped(server_scoped) struct server *server = server_new(answer, NULL);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char url[256];
        struct call call = {.method = "GET", .url = url, .total_ms = 3000};
        write_url(urls[i], server_port(server), url);
        struct got got = call_once(&call);
        ck_assert_msg(got.answer.outcome == OUTCOME_NOT_SENT, "%s: %d", url, got.answer.status);
    }
    ck_assert_uint_eq(server_connections(server), 0);
}
END_TEST

START_TEST(other_machines_inside_are_not_called_either)
{
    static const char *const urls[] = {"https://10.0.0.1/",
                                       "https://192.168.0.1/",
                                       "https://172.16.0.1/",
                                       "https://100.64.0.1/",
                                       "https://169.254.169.254/latest/meta-data/",
                                       "https://168.63.129.16/",
                                       "https://[fd00:ec2::254]/",
                                       "https://[fe80::1]/",
                                       "https://224.0.0.1/",
                                       "https://255.255.255.255/",
                                       "https://2852039166/",
                                       "https://0xA9FEA9FE/",
                                       "https://intranet.example/",
                                       "https://metadata.example/",
                                       "https://linklocal.example/",
                                       "https://ula.example/",
                                       "https://xn--grph-xoa.example/",
                                       "https://10.0.0.1:25/",
                                       "https://10.0.0.1:6379/",
                                       "file:///etc/passwd",
                                       "ldap://10.0.0.1/",
                                       "https:///etc/passwd",
                                       "/etc/passwd",
                                       "",
                                       "https://",
                                       "https://[::ffff:10.0.0.1]/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct call call = {.method = "GET", .url = urls[i], .total_ms = 3000};
        struct got got = call_once(&call);
        ck_assert_msg(got.answer.outcome == OUTCOME_NOT_SENT, "%s", urls[i]);
        ck_assert_msg(!strcasestr(got.answer.reason.text, "connect"), "%s", got.answer.reason.text);
    }
}
END_TEST

START_TEST(plain_http_stays_on_this_machine_even_for_an_operator)
{
    static const char *const urls[] = {"http://10.0.0.1/", "http://intranet.example/",
                                       "http://1.1.1.1/", "10.0.0.1/", "HTTPS+x://127.0.0.1/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct call call = {
            .method = "GET", .url = urls[i], .private_peer = true, .total_ms = 3000};
        struct got got = call_once(&call);
        ck_assert_msg(got.answer.outcome == OUTCOME_NOT_SENT, "%s", urls[i]);
        ck_assert_msg(!strcasestr(got.answer.reason.text, "connect"), "%s", got.answer.reason.text);
    }
    struct call call = {.method = "GET", .url = "http://1.1.1.1/", .total_ms = 3000};
    ck_assert_ptr_nonnull(strstr(call_once(&call).answer.reason.text, "Protocol \"http\""));
}
END_TEST

START_TEST(names_of_people_in_an_address_are_refused_to_operators_too)
{
    static const char *const urls[] = {"http://ada@127.0.0.1:PORT/",
                                       "http://ada:pw@127.0.0.1:PORT/",
                                       "http://:pw@127.0.0.1:PORT/"};
    scoped(server_scoped) struct server *server = server_new(answer, NULL);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char url[256];
        write_url(urls[i], server_port(server), url);
        struct call call = plain_get(url);
        ck_assert_int_eq(call_once(&call).answer.outcome, OUTCOME_NOT_SENT);
    }
    ck_assert_uint_eq(server_connections(server), 0);
}
END_TEST

START_TEST(a_name_that_is_not_known_is_certainly_not_sent)
{
    struct call call = {.method = "POST", .url = "https://gone.example/", .write = true};
    struct got got = call_once(&call);
    ck_assert_int_eq(got.answer.outcome, OUTCOME_NOT_SENT);
    ck_assert_text(got.answer.reason.text, "Could not resolve host: gone.example");
}
END_TEST

START_TEST(a_resolver_that_hangs_holds_up_nobody)
{
    struct call call = {.method = "GET", .url = "https://slow.example/", .connect_ms = 300};
    int64_t began = moment_ticks_ms();
    struct got got = call_once(&call);
    ck_assert_int_eq(got.answer.outcome, OUTCOME_NOT_SENT);
    ck_assert_int_lt(moment_ticks_ms() - began, 2000);
}
END_TEST

SPECIFICATION("outbound/names", nothing_that_looks_like_the_internet_leads_inside,
              other_machines_inside_are_not_called_either,
              plain_http_stays_on_this_machine_even_for_an_operator,
              names_of_people_in_an_address_are_refused_to_operators_too,
              a_name_that_is_not_known_is_certainly_not_sent, a_resolver_that_hangs_holds_up_nobody)
