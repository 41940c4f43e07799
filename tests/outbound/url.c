/* Goal: an address that an answer names is followed only to where the answer came from. */
#include "outbound/url.h"
#include "support/spec.h"

static const char graph[] = "https://graph.microsoft.com";

START_TEST(the_same_place_is_recognized)
{
    static const char *const same[] = {
        "https://graph.microsoft.com/v1.0/groups?$skiptoken=a%2Fb", "https://graph.microsoft.com",
        "https://graph.microsoft.com:443/x", "HTTPS://Graph.Microsoft.COM/x"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        ck_assert_msg(url_is_same_origin(same[i], graph), "%s", same[i]);
    ck_assert(url_is_same_origin("http://localhost:8090/a", "http://localhost:8090"));
}
END_TEST

START_TEST(every_other_place_is_refused)
{
    static const char *const others[] = {
        "",
        "/v1.0/groups",
        "graph.microsoft.com/v1.0",
        "http://graph.microsoft.com/",
        "https://graph.microsoft.com:8443/",
        "https://graph.microsoft.com.evil.example/",
        "https://evil.example/graph.microsoft.com",
        "https://graph.microsoft.com@evil.example/",
        "https://evil.example@graph.microsoft.com/",
        "https://evil.example#@graph.microsoft.com/",
        "https://evil.example\\@graph.microsoft.com/",
        "https://graph.microsoft.com\\.evil.example/",
        "https://graph.microsoft.com%2eevil.example/",
        "https://graph.microsoft.com./",
        "https://graph.microsoft.c\xD0\xBEm/", /* a Cyrillic letter */
        "https://xn--graph-microsoft-com/",
        "//graph.microsoft.com/",
        "https://graph.microsoft.com\r\nHost: evil.example/",
        " https://graph.microsoft.com/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://graph.microsoft.com/",
        "https://[::1]/",
        "https://2130706433/",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(!url_is_same_origin(others[i], graph), "%s", others[i]);
}
END_TEST

START_TEST(everything_that_could_mean_something_is_escaped)
{
    scoped(text_scoped) struct text out = TEXT_LIMIT(256);
    url_escape(&out, "aZ09-._~ +&=%/?#\"\xC3\xA9\n");
    ck_assert_text(text_of(&out), "aZ09-._~%20%2B%26%3D%25%2F%3F%23%22%C3%A9%0A");
}
END_TEST

SPECIFICATION("outbound/url", the_same_place_is_recognized, every_other_place_is_refused,
              everything_that_could_mean_something_is_escaped)
