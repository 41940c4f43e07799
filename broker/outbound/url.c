#include "outbound/url.h"

#include <curl/curl.h>
#include <string.h>

static void url_scoped(CURLU **url)
{
    curl_url_cleanup(*url);
}

static bool read_url(CURLU *url, const char *text)
{
    return url && curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) == CURLUE_OK;
}

static bool have_same(CURLU *one, CURLU *other, CURLUPart part)
{
    char *first = NULL, *second = NULL;
    bool same = curl_url_get(one, part, &first, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                curl_url_get(other, part, &second, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                text_equals_ignoring_case(first, second);
    curl_free(first);
    curl_free(second);
    return same;
}

bool url_is_same_origin(const char *one, const char *other)
{
    scoped(url_scoped) CURLU *first = curl_url(), *second = curl_url();
    return read_url(first, one) && read_url(second, other) &&
           have_same(first, second, CURLUPART_SCHEME) && have_same(first, second, CURLUPART_HOST) &&
           have_same(first, second, CURLUPART_PORT);
}

void url_escape(struct text *to, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++) {
        if (strchr(plain, *text))
            text_add_char(to, *text);
        else
            text_addf(to, "%%%02X", (unsigned char)*text);
    }
}
