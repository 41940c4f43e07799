/* Goal: a head that two programs could read differently is refused, and the plain heads that
 * browsers and proxies send pass (RFC 9112, 11). */
#include "web/gate.h"

#include <string.h>

#include "support/spec.h"

#undef fail /* Check has a macro of that name */

static size_t lengths[VISIT_HEADERS];
static struct reason why;

/* What the gate says of this method and target with these headers, as `Name: value` lines. */
static int refuses(const char *method, const char *target, size_t count,
                   const struct header headers[])
{
    struct head head = {.method = method,
                        .version = "HTTP/1.1",
                        .target = target,
                        .header_count = count,
                        .headers = headers,
                        .value_lengths = lengths};
    head.size = strlen(method) + strlen(target) + strlen("HTTP/1.1") + 6;
    for (size_t i = 0; i < count; i++) {
        lengths[i] = strlen(headers[i].value);
        head.size += strlen(headers[i].name) + lengths[i] + 4;
    }
    why = (struct reason){0};
    return gate_refuses(&head, &why);
}

static int get(const char *target)
{
    const struct header headers[] = {{"Host", "curfew.example"}};
    return refuses("GET", target, 1, headers);
}

static int with(const char *method, const char *name, const char *value)
{
    const struct header headers[] = {{"Host", "curfew.example"}, {name, value}};
    return refuses(method, "/", 2, headers);
}

START_TEST(plain_heads_pass)
{
    static const char *const targets[] = {
        "/",
        "/healthz",
        "/api/v1/requests?mine&state=pending&cursor=Zm9v",
        "/l/AAAA-_~.",
        "/auth/callback?code=0.AX%20x&state=a&error_description=%C3%A9t%C3%A9",
        "/api/v1/audit?from=2026-01-15T10:00:00Z&to=2026-01-15T10%3A00%3A00%2B02%3A00"};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        ck_assert_msg(get(targets[i]) == 0, "%s: %s", targets[i], why.text);
    ck_assert_int_eq(with("HEAD", "X", ""), 0);
    ck_assert_int_eq(with("OPTIONS", "X", "tab\tand space"), 0);
    ck_assert_int_eq(with("POST", "Content-Length", "12"), 0);
    ck_assert_int_eq(with("GET", "Content-Length", "0"), 0);
}
END_TEST

START_TEST(a_target_that_is_not_plain_is_refused)
{
    static const char *const targets[] = {
        "*",           "",           "healthz",   "http://x/healthz",
        "//x",         "/a//b",      "/a/../b",   "/a/./b",
        "/..",         "/.",         "/%2e%2e/x", "/a%00",
        "/a b",        "/a\\b",      "/a;b",      "/a#b",
        "/\xC3\xA9",   "/a?b#c\x7F", "/a?b%",     "/a?b%4",
        "/a?b%zz",     "/a?%00",     "/a?%0d%0a", "/a?%1b",
        "/a?%7f",      "/a?%ff",     "/a?%c0%af", "/a?%ed%a0%80",
        "/a?\xC3\xA9", "/a?b c",     "/a?b\tc"};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        ck_assert_msg(get(targets[i]) == 400, "%s: %d", targets[i], get(targets[i]));
}
END_TEST

START_TEST(a_target_that_is_too_long_is_414)
{
    char target[6000];
    memset(target, 'a', sizeof target);
    target[0] = '/';
    target[2048] = '\0';
    ck_assert_int_eq(get(target), 0);
    target[2048] = 'a';
    target[2049] = '\0';
    ck_assert_int_eq(get(target), 414);
    memset(target, 'a', sizeof target);
    memcpy(target, "/?", 2);
    target[2 + 4096] = '\0';
    ck_assert_int_eq(get(target), 0);
    target[2 + 4096] = 'a';
    target[2 + 4097] = '\0';
    ck_assert_int_eq(get(target), 414);
}
END_TEST

START_TEST(methods_and_versions_that_are_not_ours_are_refused)
{
    static const char *const methods[] = {"get", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", ""};
    const struct header host = {"Host", "x"};
    size_t length = 1;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        ck_assert_int_eq(refuses(methods[i], "/", 1, &host), 501);
    static const char *const versions[] = {"HTTP/1.0", "HTTP/1.9", "HTTP/2.0", "http/1.1", ""};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        const struct head head = {.method = "GET",
                                  .version = versions[i],
                                  .target = "/",
                                  .header_count = 1,
                                  .headers = &host,
                                  .value_lengths = &length};
        ck_assert_int_eq(gate_refuses(&head, &why), 400);
    }
}
END_TEST

START_TEST(ways_to_say_how_long_a_body_is_are_one_and_plain)
{
    static const char *const lengths_[] = {
        "+1", "-1", "0x1", "1 ", "1,1", "", "1.0", "none", "18446744073709551616"};
    for (size_t i = 0; i < sizeof lengths_ / sizeof lengths_[0]; i++)
        ck_assert_int_eq(with("POST", "Content-Length", lengths_[i]), 400);
    ck_assert_int_eq(with("POST", "Transfer-Encoding", "chunked"), 400);
    ck_assert_int_eq(with("POST", "tRANSFER-eNCODING", "identity"), 400);
    ck_assert_int_eq(with("POST", "X", "y"), 411);
    ck_assert_int_eq(with("GET", "Content-Length", "1"), 400);
    ck_assert_int_eq(with("OPTIONS", "Content-Length", "1"), 400);
}
END_TEST

START_TEST(headers_that_decide_something_stand_once)
{
    static const char *const names[] = {"Content-Length", "content-type", "Cookie",
                                        "ORIGIN",         "X-CSRF-Token", "Sec-Fetch-Site",
                                        "Idempotency-Key"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct header twice[] = {{"Host", "x"}, {names[i], "1"}, {"X", ""}, {names[i], "1"}};
        ck_assert_int_eq(refuses("POST", "/", 4, twice), 400);
    }
    const struct header hosts[] = {{"Host", "x"}, {"host", "x"}}, none[] = {{"X", "y"}};
    ck_assert_int_eq(refuses("GET", "/", 2, hosts), 400);
    ck_assert_int_eq(refuses("GET", "/", 1, none), 400);
}
END_TEST

START_TEST(malformed_headers_are_refused)
{
    static const char *const names[] = {"", "a b", "a:", "a\x01", "a\x7F", "a\xC3\xA9", "a(b"};
    static const char *const values[] = {"a\rb", "a\nb", "\x01", "a\x7F", "\x1b[2J"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_int_eq(with("GET", names[i], "x"), 400);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        ck_assert_int_eq(with("GET", "X", values[i]), 400);
}
END_TEST

START_TEST(a_head_of_which_something_was_skipped_joined_or_cut_is_refused)
{
    const struct header headers[] = {{"Host", "x"}, {"A", "bc"}};
    const size_t two[] = {1, 2};
    struct head head = {.method = "GET",
                        .version = "HTTP/1.1",
                        .target = "/",
                        .header_count = 2,
                        .headers = headers,
                        .value_lengths = two};
    const size_t plain = strlen("GET / HTTP/1.1\r\nHost: x\r\nA: bc\r\n\r\n");
    for (size_t size = plain - 5; size < plain + 5; size++) {
        head.size = size;
        ck_assert_int_eq(gate_refuses(&head, &why), size == plain ? 0 : 400);
    }
    head.size = 0; /* not known */
    ck_assert_int_eq(gate_refuses(&head, &why), 0);
}
END_TEST

SPECIFICATION("web/gate", plain_heads_pass, a_target_that_is_not_plain_is_refused,
              a_target_that_is_too_long_is_414, methods_and_versions_that_are_not_ours_are_refused,
              ways_to_say_how_long_a_body_is_are_one_and_plain,
              headers_that_decide_something_stand_once, malformed_headers_are_refused,
              a_head_of_which_something_was_skipped_joined_or_cut_is_refused)
