/* POST /{tenant}/oauth2/v2.0/token. */
#include "sandbox/login/login.h"

#include "base/digest.h"
#include "base/memory.h"
#include "sandbox/login/jwt.h"

#include <sodium.h>
#include <string.h>

enum { CODE_LASTS_MS = 10 * 60 * 1000, TOKEN_LEAST = 3600, TOKEN_SPREAD = 1800 };

/* Access tokens last between 60 and 90 minutes, at random, as Entra's do. */
int64_t token_lifetime(void)
{
    return TOKEN_LEAST + (int64_t)randombytes_uniform(TOKEN_SPREAD);
}

json_t *token_answer(struct sandbox *sandbox, struct exchange *exchange, enum resource resource,
                     const json_t *claims, int64_t lasts)
{
    const char *kid;
    EVP_PKEY *key = keys_signing(sandbox->keys, &kid);
    json_auto_t *header = memory_needed(json_object());
    const char *token = resource == RESOURCE_GRAPH
                            ? jwt_write_for_graph(exchange->arena, sandbox->keys, claims)
                            : jwt_write(exchange->arena, key, kid, header, claims);
    return memory_needed(json_pack("{s:s, s:I, s:I, s:s}", "token_type", "Bearer", "expires_in",
                                   (json_int_t)(lasts - 1), "ext_expires_in",
                                   (json_int_t)(lasts - 1), "access_token", token));
}

static void client_credentials(struct sandbox *sandbox, struct exchange *exchange,
                               const struct pairs *form, bool certificate)
{
    const char *scope = pairs_get(form, "scope"), *error, *says;
    struct scopes scopes;
    if (!scope) {
        login_error(exchange, 400, "invalid_request", 90014,
                    "The required field 'scope' is missing from the credential.");
        return;
    }
    enum resource resource = scope_default_of(scope);
    if (resource == RESOURCE_NONE) {
        int aadsts = scopes_read(sandbox, exchange, exchange->app, scope, &scopes, &error, &says);
        if (!aadsts) {
            error = "invalid_scope";
            aadsts = 1002012;
            says = "The provided value for scope is not valid. Client credential flows must have "
                   "a scope value with /.default suffixed to the resource identifier, and this "
                   "tenant knows none but those of Graph and Azure Resource Manager.";
        }
        login_error(exchange, 400, error, aadsts, says);
        return;
    }
    json_auto_t *wanted = NULL;
    if (!claims_wanted(exchange, form, &wanted))
        return;
    int64_t lasts = token_lifetime();
    json_auto_t *claims = claims_app(sandbox, exchange, resource, certificate,
                                     claims_wanted_challenges(wanted), lasts);
    answer_json(exchange, 200, token_answer(sandbox, exchange, resource, claims, lasts));
}

static bool verifier_fits(const struct asked *asked, const char *verifier)
{
    if (!asked->challenge || !verifier)
        return !asked->challenge && !verifier;
    if (asked->challenge_is_plain)
        return text_equals(asked->challenge, verifier);
    struct digest digest = digest_of_text(verifier);
    char text[DIGEST_BASE64URL_SIZE];
    digest_base64url(&digest, text);
    return text_equals(asked->challenge, text);
}

static struct code *wrong_code(struct exchange *exchange, int aadsts, const char *says)
{
    login_error(exchange, 400, "invalid_grant", aadsts, says);
    return NULL;
}

static struct code *find_code(struct sandbox *sandbox, struct exchange *exchange,
                              const struct pairs *form)
{
    struct code *code = sign_ins_find_code(sandbox->sign_ins, pairs_get(form, "code"));
    if (!code || code->refreshes)
        return wrong_code(exchange, 9002313, "Invalid request. The code is malformed or invalid.");
    const struct person *person = tenant_person(sandbox->tenant, code->evidence.person);
    if (code->asked.app != exchange->app)
        return wrong_code(exchange, 700005,
                          "Provided authorization code is intended to use "
                          "against another client.");
    if (code->redeemed)
        return wrong_code(exchange, 54005,
                          "OAuth2 Authorization code was already redeemed, please "
                          "retry with a new valid code.");
    if (exchange->now_ms - code->made_ms > CODE_LASTS_MS)
        return wrong_code(exchange, 70008,
                          "The provided authorization code or refresh token has "
                          "expired due to inactivity.");
    if (!text_equals(pairs_get(form, "redirect_uri"), code->asked.redirect_uri))
        return wrong_code(exchange, 500112,
                          "The reply address does not match the reply address "
                          "provided when requesting the authorization code.");
    if (!verifier_fits(&code->asked, pairs_get(form, "code_verifier")))
        return wrong_code(exchange, 501481,
                          "The Code_Verifier does not match the code_challenge "
                          "supplied in the authorization request.");
    if (!person || !person->enabled)
        return wrong_code(exchange, 50057, "The user account is disabled.");
    exchange->person = person;
    return code;
}

/* Whatever is asked now must have been asked of /authorize. */
static bool scopes_within(const struct scopes *asked, const struct scopes *granted)
{
    return (asked->resource == RESOURCE_NONE ||
            (asked->resource == granted->resource && asked->api == granted->api)) &&
           asked->openid <= granted->openid && asked->profile <= granted->profile &&
           asked->email <= granted->email && asked->offline <= granted->offline;
}

static bool find_scopes(struct sandbox *sandbox, struct exchange *exchange,
                        const struct pairs *form, const struct code *code, struct scopes *scopes)
{
    const char *asked = pairs_get(form, "scope"), *error, *says;
    struct scopes granted;
    (void)scopes_read(sandbox, exchange, exchange->app, code->asked.scope, &granted, &error, &says);
    *scopes = granted;
    int aadsts =
        asked ? scopes_read(sandbox, exchange, exchange->app, asked, scopes, &error, &says) : 0;
    if (!aadsts && !scopes_within(scopes, &granted)) {
        aadsts = 70011;
        error = "invalid_scope";
        says = "The scope is wider than what the authorization code stands for.";
    }
    if (aadsts)
        login_error(exchange, 400, error, aadsts, says);
    return aadsts == 0;
}

static void authorization_code(struct sandbox *sandbox, struct exchange *exchange,
                               const struct pairs *form, bool certificate)
{
    struct code *code = find_code(sandbox, exchange, form);
    if (code)
        login_answer_tokens(sandbox, exchange, form, code, certificate);
}

void login_answer_tokens(struct sandbox *sandbox, struct exchange *exchange,
                         const struct pairs *form, struct code *code, bool certificate)
{
    const char *kid;
    struct scopes scopes;
    if (!find_scopes(sandbox, exchange, form, code, &scopes))
        return;
    code->redeemed = true;
    int64_t lasts = token_lifetime();
    EVP_PKEY *key = keys_signing(sandbox->keys, &kid);
    json_auto_t *header = memory_needed(json_object());
    bool service = scopes.resource == RESOURCE_GRAPH || scopes.resource == RESOURCE_ARM;
    if (!scopes.api)
        scopes.api = code->asked.app; /* openid alone: a token that only userinfo would take */
    json_auto_t *claims =
        service ? claims_delegated(sandbox, exchange, code, &scopes, certificate, lasts)
                : claims_api(sandbox, exchange, code, &scopes, certificate, lasts);
    json_t *answer = token_answer(sandbox, exchange, scopes.resource, claims, lasts);
    (void)json_object_set_new(answer, "scope", json_string(code->asked.scope));
    if (scopes.openid) {
        json_auto_t *id = claims_id(sandbox, exchange, code, &scopes);
        (void)json_object_set_new(answer, "id_token",
                                  json_string(jwt_write(exchange->arena, key, kid, header, id)));
    }
    if (scopes.offline) {
        struct code *refresh =
            sign_ins_code(sandbox->sign_ins, &code->asked, &code->evidence, exchange->now_ms);
        refresh->refreshes = true;
        (void)json_object_set_new(answer, "refresh_token", json_string(refresh->text));
    }
    answer_json(exchange, 200, answer);
}

void login_token(struct sandbox *sandbox, struct exchange *exchange)
{
    struct pairs form = {.arena = exchange->arena};
    const char *type = exchange_header(exchange, "Content-Type");
    bool certificate;
    answer_header(exchange, "Cache-Control", "no-store, no-cache");
    if (!login_tenant(sandbox, exchange))
        return;
    if (!type || !text_starts_with(type, "application/x-www-form-urlencoded") ||
        !pairs_read(&form, exchange_body(exchange))) {
        login_error(exchange, 400, "invalid_request", 900144,
                    "The request body must be application/x-www-form-urlencoded.");
        return;
    }
    const char *grant = pairs_get(&form, "grant_type");
    bool by_code = text_equals(grant, "authorization_code");
    bool refresh = text_equals(grant, "refresh_token");
    bool on_behalf = text_equals(grant, "urn:ietf:params:oauth:grant-type:jwt-bearer");
    if (!by_code && !on_behalf && !refresh && !text_equals(grant, "client_credentials")) {
        login_error(exchange, 400, grant ? "unsupported_grant_type" : "invalid_request",
                    grant ? 70003 : 900144,
                    grant ? "The app requested an unsupported grant type."
                          : "The request body must contain the following parameter: 'grant_type'.");
        return;
    }
    if (!client_authenticate(sandbox, exchange, &form, &certificate))
        return;
    if (by_code)
        authorization_code(sandbox, exchange, &form, certificate);
    else if (refresh)
        login_refresh(sandbox, exchange, &form, certificate);
    else if (on_behalf)
        login_on_behalf(sandbox, exchange, &form, certificate);
    else
        client_credentials(sandbox, exchange, &form, certificate);
}
