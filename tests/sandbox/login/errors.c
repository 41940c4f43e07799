/* Errors of sign-in, in the three forms that they take. */
#include "sandbox/login/login.h"

#include "base/memory.h"
#include "sandbox/pages/html.h"

#include <string.h>

static void timestamp(int64_t now_ms, char text[21])
{
    moment_text(now_ms / 1000, text);
    text[10] = ' ';
}

static const char *describe(struct exchange *exchange, int aadsts, const char *says,
                            const char *trace)
{
    char at[21];
    timestamp(exchange->now_ms, at);
    return arena_text(exchange->arena, "AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
                      aadsts, says, trace, exchange->request_id, at);
}

void login_error(struct exchange *exchange, int status, const char *error, int aadsts,
                 const char *says)
{
    char at[21], trace[GUID_SIZE];
    timestamp(exchange->now_ms, at);
    guid_new(trace);
    json_t *codes = aadsts ? json_pack("[i]", aadsts) : json_array();
    answer_json(exchange, status,
                json_pack("{s:s, s:s, s:o, s:s, s:s, s:s}", "error", error, "error_description",
                          describe(exchange, aadsts, says, trace), "error_codes", codes,
                          "timestamp", at, "trace_id", trace, "correlation_id",
                          exchange->request_id));
    exchange->code = arena_text(exchange->arena, "%s AADSTS%d", error, aadsts);
}

void login_error_claims(struct exchange *exchange, int aadsts, const char *says, const char *claims)
{
    login_error(exchange, 400, "interaction_required", aadsts, says);
    (void)json_object_set_new(exchange->json, "suberror", json_string("basic_action"));
    (void)json_object_set_new(exchange->json, "claims", json_string(claims));
}

void login_error_page(struct exchange *exchange, int status, int aadsts, const char *says)
{
    scoped(text_scoped) struct text page = TEXT_LIMIT(HTML_LIMIT);
    html_begin(&page, "Sign in", 0);
    html_addf(&page,
              "<main class=\"card\"><h1>Sorry, sign-in does not work this way</h1>"
              "<p class=\"wrong\">AADSTS%d: %s</p>"
              "<p class=\"small\">Request %s</p></main>",
              aadsts, says, exchange->request_id);
    html_end(&page);
    answer_text(exchange, status, HTML_TYPE, text_of(&page));
    exchange->code = arena_text(exchange->arena, "AADSTS%d", aadsts);
}

void login_redirect_error(struct exchange *exchange, const struct asked *asked, const char *error,
                          int aadsts, const char *says)
{
    scoped(text_scoped) struct text location = TEXT_LIMIT(HTML_LIMIT);
    text_addf(&location, "%s%cerror=%s&error_description=", asked->redirect_uri,
              strchr(asked->redirect_uri, '?') ? '&' : '?', error);
    percent_encode(&location, describe(exchange, aadsts, says, exchange->request_id));
    if (asked->state) {
        text_add(&location, "&state=");
        percent_encode(&location, asked->state);
    }
    answer_redirect(exchange, text_of(&location));
    exchange->code = arena_text(exchange->arena, "%s AADSTS%d", error, aadsts);
}

void login_signed_out(struct exchange *exchange)
{
    scoped(text_scoped) struct text page = TEXT_LIMIT(HTML_LIMIT);
    html_begin(&page, "Signed out", 0);
    text_add(&page, "<main class=\"card\"><h1>You signed out of your account</h1>"
                    "<p>It is a good idea to close all browser windows.</p></main>");
    html_end(&page);
    answer_text(exchange, 200, HTML_TYPE, text_of(&page));
}
