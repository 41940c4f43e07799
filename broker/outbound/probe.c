#include "outbound/probe.h"

#include "base/memory.h"
#include "base/text.h"
#include "outbound/library.h"

#include <curl/curl.h>

enum { PROBE_MS = 4000, URL_LIMIT = 512 };

static void curl_scoped(CURL **curl)
{
    curl_easy_cleanup(*curl);
}

static size_t ignore(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes, (void)context;
    return size * count;
}

/* One cannot connect to "every address". */
static void add_address(struct text *url, const char *listen)
{
    if (text_starts_with(listen, "0.0.0.0:"))
        text_addf(url, "127.0.0.1%s", listen + 7);
    else if (text_starts_with(listen, "[::]:"))
        text_addf(url, "[::1]%s", listen + 4);
    else
        text_add(url, listen);
}

enum fail probe(const char *listen, bool tls, const char *path, struct reason *why)
{
    long status = 0;
    library_begin();
    scoped(text_scoped) struct text url = TEXT_LIMIT(URL_LIMIT);
    scoped(curl_scoped) CURL *curl = memory_needed(curl_easy_init());
    text_add(&url, tls ? "https://" : "http://");
    add_address(&url, listen);
    text_add(&url, path);
    (void)curl_easy_setopt(curl, CURLOPT_URL, text_of(&url));
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)PROBE_MS);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK)
        return because(why, FAIL_UNAVAILABLE, "%s: %s", text_of(&url), curl_easy_strerror(code));
    if (status != 200)
        return because(why, FAIL_UNAVAILABLE, "%s: %ld", text_of(&url), status);
    return FAIL_NONE;
}
