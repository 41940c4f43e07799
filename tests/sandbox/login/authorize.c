/* GET /{tenant}/oauth2/v2.0/authorize. */
#include "sandbox/login/login.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The page errors: whoever is not a known client at a known address gets nobody sent to them. */
static const struct app *find_client(const struct sandbox *sandbox, struct exchange *exchange)
{
    const char *client = exchange_query(exchange, "client_id");
    const char *redirect = exchange_query(exchange, "redirect_uri");
    size_t i;
    json_t *uri;
    if (!login_tenant(sandbox, exchange))
        return NULL;
    const struct app *app = client ? tenant_app(sandbox->tenant, client) : NULL;
    if (!app) {
        login_error_page(exchange, 400, 700016,
                         "Application was not found in the directory. You may have sent your "
                         "authentication request to the wrong tenant.");
        return NULL;
    }
    exchange->app = app;
    json_array_foreach (app->redirect_uris, i, uri)
        if (text_equals(json_string_value(uri), redirect))
            return app;
    login_error_page(exchange, 400, 50011,
                     "The redirect URI specified in the request does not match the redirect URIs "
                     "configured for the application.");
    return NULL;
}

static bool refuse(struct exchange *exchange, const struct asked *asked, const char *error,
                   int aadsts, const char *says)
{
    login_redirect_error(exchange, asked, error, aadsts, says);
    return false;
}

static bool read_claims(struct exchange *exchange, struct asked *asked)
{
    const char *text = exchange_query(exchange, "claims");
    json_auto_t *claims = NULL;
    if (text && (json_read(text, strlen(text), &claims, NULL, NULL) || !json_is_object(claims)))
        return refuse(exchange, asked, "invalid_request", 90014,
                      "The claims request parameter is not valid JSON.");
    asked->id_contexts = claims_wanted_values(claims, "id_token", "acrs");
    asked->api_contexts = claims_wanted_values(claims, "access_token", "acrs");
    asked->policies = claims_wanted_values(claims, "access_token", "polids");
    asked->knows_challenges = claims_wanted_challenges(claims);
    return true;
}

static bool check_form(struct exchange *exchange, const struct asked *asked)
{
    const char *mode = exchange_query(exchange, "response_mode");
    const char *method = exchange_query(exchange, "code_challenge_method");
    if (!text_equals(exchange_query(exchange, "response_type"), "code"))
        return refuse(exchange, asked, "unsupported_response_type", 700051,
                      "Only response_type 'code' is enabled for the application.");
    if (!asked->scope)
        return refuse(exchange, asked, "invalid_request", 900144,
                      "The request must contain the following parameter: 'scope'.");
    if (mode && !text_equals(mode, "query"))
        return refuse(exchange, asked, "invalid_request", 901002,
                      "This stand-in answers response_mode=query only.");
    if (method &&
        (!asked->challenge || (!text_equals(method, "S256") && !text_equals(method, "plain"))))
        return refuse(exchange, asked, "invalid_request", 501491,
                      "Invalid code_challenge_method: it must be S256 or plain, beside a "
                      "code_challenge.");
    if (asked->challenge && (strlen(asked->challenge) < 43 || strlen(asked->challenge) > 128))
        return refuse(exchange, asked, "invalid_request", 501481,
                      "The code_challenge must have 43 to 128 characters.");
    return true;
}

static bool check_scopes(const struct sandbox *sandbox, struct exchange *exchange,
                         struct asked *asked)
{
    struct scopes scopes;
    const char *error, *says;
    int aadsts = scopes_read(sandbox, exchange, asked->app, asked->scope, &scopes, &error, &says);
    asked->resource = scopes.resource;
    if (aadsts == 65001)
        error = "consent_required"; /* what a grant is called elsewhere */
    return !aadsts || refuse(exchange, asked, error, aadsts, says);
}

static bool read_asked(const struct sandbox *sandbox, struct exchange *exchange,
                       const struct app *app, struct asked *asked)
{
    const char *method = exchange_query(exchange, "code_challenge_method");
    const char *max_age = exchange_query(exchange, "max_age");
    *asked = (struct asked){
        .app = app,
        .redirect_uri = exchange_query(exchange, "redirect_uri"),
        .scope = exchange_query(exchange, "scope"),
        .state = exchange_query(exchange, "state"),
        .nonce = exchange_query(exchange, "nonce"),
        .prompt = exchange_query(exchange, "prompt"),
        .login_hint = exchange_query(exchange, "login_hint"),
        .challenge = exchange_query(exchange, "code_challenge"),
        .challenge_is_plain = !text_equals(method, "S256"), /* also when it is missing */
        .max_age = -1,
    };
    if (max_age && sandbox->switches.max_age_counts)
        (void)text_read_number(max_age, 1000000000, &asked->max_age);
    return check_form(exchange, asked) && check_scopes(sandbox, exchange, asked) &&
           read_claims(exchange, asked);
}

static json_t *all_contexts(const struct asked *asked)
{
    json_t *all = memory_needed(json_copy(asked->id_contexts));
    (void)json_array_extend(all, asked->api_contexts);
    return all;
}

/* The session of this browser, when it still stands for somebody. */
static const struct session *find_session(const struct sandbox *sandbox, struct exchange *exchange)
{
    const char *cookie = exchange_cookie(exchange, "sandbox_session");
    const struct session *session = sign_ins_find_session(sandbox->sign_ins, cookie);
    const struct person *person =
        session ? tenant_person(sandbox->tenant, session->evidence.person) : NULL;
    if (!person || !person->enabled || session->evidence.at_ms < person->sessions_from_ms)
        return NULL;
    return session;
}

static bool is_hinted(const struct sandbox *sandbox, const struct asked *asked,
                      const struct session *session)
{
    const struct person *hinted =
        asked->login_hint ? tenant_person(sandbox->tenant, asked->login_hint) : NULL;
    return !asked->login_hint || (hinted && text_equals(hinted->id, session->evidence.person));
}

/* 0 when the session alone answers, or the code that says what else is needed. */
static int silent(const struct sandbox *sandbox, struct exchange *exchange,
                  const struct asked *asked, const struct session *session)
{
    const char *says;
    if (!session || !is_hinted(sandbox, asked, session) || text_equals(asked->prompt, "login") ||
        text_equals(asked->prompt, "select_account") ||
        (asked->max_age >= 0 && exchange->now_ms - session->evidence.at_ms > asked->max_age * 1000))
        return 50058;
    json_auto_t *contexts = all_contexts(asked);
    const struct access_asked wanted = {asked->resource, contexts, asked->policies};
    return access_decide(sandbox, tenant_person(sandbox->tenant, session->evidence.person),
                         &session->evidence, &wanted, exchange->now_ms, &says);
}

void login_authorize(struct sandbox *sandbox, struct exchange *exchange)
{
    struct asked asked;
    const struct app *app = find_client(sandbox, exchange);
    if (!app || !read_asked(sandbox, exchange, app, &asked))
        return;
    const struct flow *flow = sign_ins_begin(sandbox->sign_ins, &asked);
    const struct session *session = find_session(sandbox, exchange);
    int missing = silent(sandbox, exchange, &flow->asked, session);
    if (!missing)
        login_finish(sandbox, exchange, flow, &session->evidence);
    else if (!text_equals(asked.prompt, "none"))
        login_show(sandbox, exchange, flow,
                   asked.login_hint ? tenant_person(sandbox->tenant, asked.login_hint) : NULL);
    else if (missing == 50058)
        login_redirect_error(exchange, &asked, "login_required", 50058,
                             "Session information is not sufficient for single-sign-on.");
    else
        login_redirect_error(exchange, &asked, "interaction_required", missing,
                             "User interaction is required to satisfy Conditional Access.");
}

void login_finish(struct sandbox *sandbox, struct exchange *exchange, const struct flow *flow,
                  const struct evidence *evidence)
{
    const struct code *code =
        sign_ins_code(sandbox->sign_ins, &flow->asked, evidence, exchange->now_ms);
    scoped(text_scoped) struct text location = TEXT_LIMIT(16384);
    exchange->person = tenant_person(sandbox->tenant, evidence->person);
    text_addf(&location, "%s%ccode=%s", flow->asked.redirect_uri,
              strchr(flow->asked.redirect_uri, '?') ? '&' : '?', code->text);
    if (flow->asked.state) {
        text_add(&location, "&state=");
        percent_encode(&location, flow->asked.state);
    }
    text_addf(&location, "&session_state=%s", evidence->session);
    answer_redirect(exchange, text_of(&location));
}

void login_logout(struct sandbox *sandbox, struct exchange *exchange)
{
    if (!login_tenant(sandbox, exchange))
        return;
    struct session *session =
        sign_ins_find_session(sandbox->sign_ins, exchange_cookie(exchange, "sandbox_session"));
    const char *back = exchange_query(exchange, "post_logout_redirect_uri");
    if (session)
        session->ended = true;
    answer_header(exchange, "Set-Cookie",
                  "sandbox_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    bool known = false; /* Entra goes back only to an address below one that is registered */
    for (size_t i = 0; back && i < sandbox->tenant->apps_count; i++) {
        size_t k;
        json_t *uri;
        json_array_foreach (sandbox->tenant->apps[i]->redirect_uris, k, uri) {
            const char *start = json_string_value(uri);
            const char *path = strchr(start, '/') ? strchr(strstr(start, "//") + 2, '/') : NULL;
            size_t length = path ? (size_t)(path - start) : strlen(start);
            known = known || (strncmp(back, start, length) == 0 &&
                              (back[length] == '\0' || back[length] == '/'));
        }
    }
    if (known)
        answer_redirect(exchange, back);
    else
        login_signed_out(exchange);
}
