/* A service swaps the token that it was called with for one of Graph or ARM (contract 2.5). */
#include "sandbox/login/login.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/login/jwt.h"

#include <stdlib.h>
#include <string.h>

static bool wrong(struct exchange *exchange, int aadsts, const char *says)
{
    login_error(exchange, 400, "invalid_grant", aadsts, says);
    return false;
}

static bool is_for(const struct app *app, const char *audience)
{
    return text_equals_ignoring_case(audience, app->id) ||
           (app->identifier_uri && text_equals(audience, app->identifier_uri));
}

/* Signed by this tenant, for the client that presents it, in the name of a person. */
static bool check_assertion(struct sandbox *sandbox, struct exchange *exchange,
                            const struct jwt *jwt)
{
    const char *issuer = json_member_text(jwt->claims, "iss");
    EVP_PKEY *key = keys_find(sandbox->keys, json_member_text(jwt->header, "kid"));
    if (!key || !text_equals(json_member_text(jwt->header, "alg"), "RS256") ||
        !jwt_signed_by(jwt, key, SIGNING_RS256))
        return wrong(exchange, 50013, "Assertion failed signature validation.");
    if (!text_equals(issuer, issuer_v1(sandbox, exchange)) &&
        !text_equals(issuer, issuer_v2(sandbox, exchange)))
        return wrong(exchange, 50013, "Assertion is invalid: the issuer is not this tenant's.");
    if (!is_for(exchange->app, json_member_text(jwt->claims, "aud")))
        return wrong(exchange, 50013,
                     "Assertion audience does not match the client app presenting the assertion.");
    if (json_member_number(jwt->claims, "exp", 0) <= exchange->now_ms / 1000)
        return wrong(exchange, 500133, "Assertion is not within its valid time range.");
    if (text_equals(json_member_text(jwt->claims, "idtyp"), "app") ||
        !json_member_text(jwt->claims, "scp"))
        return wrong(exchange, 50013,
                     "Assertion is invalid: it was not issued in the name of a user.");
    return true;
}

/* The person of the assertion, who may be shut out since; false with an answer. */
static bool check_person(struct sandbox *sandbox, struct exchange *exchange,
                         const struct evidence *evidence)
{
    const struct person *person = tenant_person(sandbox->tenant, evidence->person);
    if (!person || !person->enabled)
        return wrong(exchange, 50057, "The user account is disabled.");
    exchange->person = person;
    if (evidence->at_ms < person->sessions_from_ms)
        return wrong(exchange, 50173,
                     "The provided grant has expired due to it being revoked, a fresh auth token "
                     "is needed.");
    return true;
}

/* What the next sign-in must ask for: the wanted contexts, or the policy that refused. */
static const char *challenge(struct exchange *exchange, const struct access_policy *policy)
{
    json_auto_t *claims =
        memory_needed(policy->context ? json_pack("{s:{s:{s:b, s:s}}}", "access_token", "acrs",
                                                  "essential", 1, "value", policy->context)
                                      : json_pack("{s:{s:{s:b, s:[s]}}}", "access_token", "polids",
                                                  "essential", 1, "values", policy->id));
    char *compact = json_compact(claims);
    const char *kept = arena_copy(exchange->arena, compact);
    free(compact);
    return kept;
}

static bool check_access(struct sandbox *sandbox, struct exchange *exchange,
                         const struct code *code, const struct scopes *scopes)
{
    int aadsts;
    const struct access_asked asked = {scopes->resource, code->asked.api_contexts, NULL};
    const struct access_policy *policy = access_refusing(sandbox, exchange->person, &code->evidence,
                                                         &asked, exchange->now_ms, &aadsts);
    if (policy)
        login_error_claims(exchange, aadsts, access_sentence(aadsts), challenge(exchange, policy));
    return !policy;
}

/* The contexts that the token is to carry: those asked for, and those that the assertion has. */
static void add_carried(struct sandbox *sandbox, const json_t *assertion, struct code *code)
{
    size_t i, k;
    json_t *carried, *asked;
    if (!sandbox->switches.obo_keeps_acrs)
        return;
    json_array_foreach (json_object_get(assertion, "acrs"), i, carried) {
        bool there = text_equals(json_string_value(carried), "p1");
        json_array_foreach (code->asked.api_contexts, k, asked)
            there = there || json_equal(asked, carried);
        if (!there)
            (void)json_array_append(code->asked.api_contexts, carried);
    }
}

static bool read_wanted(struct exchange *exchange, const struct pairs *form, struct code *code,
                        json_t **claims)
{
    if (!claims_wanted(exchange, form, claims))
        return false;
    code->asked.api_contexts = claims_wanted_values(*claims, "access_token", "acrs");
    code->asked.knows_challenges = claims_wanted_challenges(*claims);
    return true;
}

/* Scope and consent; false with an answer. */
static bool read_scopes(struct sandbox *sandbox, struct exchange *exchange, const char *text,
                        struct scopes *scopes)
{
    const char *error, *says;
    int aadsts = scopes_read(sandbox, exchange, exchange->app, text, scopes, &error, &says);
    if (!aadsts && scopes->resource != RESOURCE_GRAPH && scopes->resource != RESOURCE_ARM) {
        error = "invalid_scope";
        aadsts = 70011;
        says = "The provided value for the input parameter 'scope' is not valid: it names no "
               "resource behind this one.";
    }
    if (aadsts)
        login_error(exchange, 400, error, aadsts, says);
    if (aadsts == 65001)
        (void)json_object_set_new(exchange->json, "suberror", json_string("consent_required"));
    return aadsts == 0;
}

static bool check_form(struct exchange *exchange, const struct pairs *form)
{
    static const char *const needed[] = {"assertion", "scope", "requested_token_use"};
    const char *use = pairs_get(form, "requested_token_use");
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (pairs_get(form, needed[i]))
            continue;
        login_error(exchange, 400, "invalid_request", 900144,
                    arena_text(exchange->arena,
                               "The request body must contain the following parameter: '%s'.",
                               needed[i]));
        return false;
    }
    if (text_equals(use, "on_behalf_of"))
        return true;
    login_error(exchange, 400, "invalid_request", 90014, "requested_token_use is not supported.");
    return false;
}

static void exchange_token(struct sandbox *sandbox, struct exchange *exchange,
                           const struct pairs *form, const struct jwt *jwt, bool certificate)
{
    struct scopes scopes;
    json_auto_t *wanted = NULL;
    struct code code = {.asked.app = exchange->app};
    if (!evidence_read(exchange, jwt->claims, &code.evidence)) {
        (void)wrong(exchange, 50013, "Assertion is invalid: it is not one for a middle tier.");
        return;
    }
    if (!check_person(sandbox, exchange, &code.evidence) ||
        !read_scopes(sandbox, exchange, pairs_get(form, "scope"), &scopes) ||
        !read_wanted(exchange, form, &code, &wanted))
        return;
    if (check_access(sandbox, exchange, &code, &scopes)) {
        int64_t lasts = token_lifetime();
        add_carried(sandbox, jwt->claims, &code);
        json_auto_t *claims =
            claims_delegated(sandbox, exchange, &code, &scopes, certificate, lasts);
        json_t *answer = token_answer(sandbox, exchange, scopes.resource, claims, lasts);
        (void)json_object_set_new(answer, "scope", json_string(scopes.scp));
        answer_json(exchange, 200, answer);
    }
    json_decref(code.asked.api_contexts);
}

void login_on_behalf(struct sandbox *sandbox, struct exchange *exchange, const struct pairs *form,
                     bool certificate)
{
    scoped(jwt_scoped) struct jwt jwt = {0};
    if (!check_form(exchange, form))
        return;
    if (!jwt_read(pairs_get(form, "assertion"), &jwt))
        (void)wrong(exchange, 50013, "Assertion is malformed.");
    else if (check_assertion(sandbox, exchange, &jwt))
        exchange_token(sandbox, exchange, form, &jwt, certificate);
}
