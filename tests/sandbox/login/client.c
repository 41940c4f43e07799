/* Clients authenticate with an assertion that they signed (private_key_jwt) or a secret. */
#include "sandbox/login/login.h"

#include "base/digest.h"
#include "base/json.h"
#include "sandbox/login/jwt.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SKEW = 300, ASSERTION_MOST = 24 * 3600 };

static const struct app *wrong(struct exchange *exchange, int aadsts, const char *says)
{
    login_error(exchange, 401, "invalid_client", aadsts, says);
    return NULL;
}

/* The header names the registered certificate: x5t#S256 beside PS256, or x5t beside RS256. */
static bool is_registered(const struct sandbox *sandbox, const struct jwt *jwt,
                          enum signing *signing)
{
    X509 *certificate = keys_client_certificate(sandbox->keys);
    const char *algorithm = json_member_text(jwt->header, "alg");
    bool modern = text_equals(algorithm, "PS256");
    if (!modern && !text_equals(algorithm, "RS256"))
        return false;
    char *thumbprint = modern ? certificate_x5t_s256(certificate) : certificate_x5t(certificate);
    bool same = text_equals(json_member_text(jwt->header, modern ? "x5t#S256" : "x5t"), thumbprint);
    free(thumbprint);
    *signing = modern ? SIGNING_PS256 : SIGNING_RS256;
    return same;
}

static bool is_audience(const struct sandbox *sandbox, struct exchange *exchange,
                        const char *audience)
{
    const char *base = arena_text(exchange->arena, "%s/%s", sandbox->origin, sandbox->tenant->id);
    return text_equals(audience, arena_text(exchange->arena, "%s/oauth2/v2.0/token", base)) ||
           text_equals(audience, arena_text(exchange->arena, "%s/v2.0", base));
}

/* The claims of an assertion whose signature is right. */
static const struct app *check_claims(struct sandbox *sandbox, struct exchange *exchange,
                                      const struct app *app, const json_t *claims)
{
    const char *issuer = json_member_text(claims, "iss"), *jti = json_member_text(claims, "jti");
    int64_t now = exchange->now_ms / 1000;
    int64_t ends = json_member_number(claims, "exp", 0);
    int64_t begins = json_member_number(claims, "nbf", 0);
    if (!text_equals_ignoring_case(issuer, app->id) ||
        !text_equals(issuer, json_member_text(claims, "sub")))
        return wrong(exchange, 700021,
                     "Client assertion application identifier doesn't match 'client_id' "
                     "parameter, or issuer and subject differ.");
    if (!is_audience(sandbox, exchange, json_member_text(claims, "aud")))
        return wrong(exchange, 50012,
                     "Authentication failed: the audience of the client "
                     "assertion is not this token endpoint.");
    if (ends <= now - SKEW || begins > now + SKEW || ends > now + ASSERTION_MOST || !begins)
        return wrong(exchange, 700024, "Client assertion is not within its valid time range.");
    if (!jti)
        return wrong(exchange, 50027, "JWT token is invalid or malformed: jti is missing.");
    if (!sign_ins_note_assertion(sandbox->sign_ins, app->id, jti))
        return wrong(exchange, 50012,
                     "Authentication failed: this client assertion was used "
                     "before (jti).");
    return app;
}

static const struct app *check_assertion(struct sandbox *sandbox, struct exchange *exchange,
                                         const struct app *app, const char *assertion)
{
    scoped(jwt_scoped) struct jwt jwt;
    enum signing signing;
    if (!jwt_read(assertion, &jwt))
        return wrong(exchange, 50027, "JWT token is invalid or malformed.");
    if (!app->signs_assertions || !is_registered(sandbox, &jwt, &signing))
        return wrong(exchange, 700027,
                     "The certificate with identifier used to sign the client assertion is not "
                     "registered on application.");
    EVP_PKEY *key = X509_get0_pubkey(keys_client_certificate(sandbox->keys));
    if (!jwt_signed_by(&jwt, key, signing))
        return wrong(exchange, 50012,
                     "Authentication failed: the client assertion contains an "
                     "invalid signature.");
    return check_claims(sandbox, exchange, app, jwt.claims);
}

static bool secret_equals(const char *one, const char *other)
{
    struct digest digest = digest_of_text(one), expected = digest_of_text(other);
    return digest_equals(&digest, &expected);
}

const struct app *client_authenticate(struct sandbox *sandbox, struct exchange *exchange,
                                      const struct pairs *form, bool *certificate)
{
    const char *id = pairs_get(form, "client_id");
    const char *assertion = pairs_get(form, "client_assertion");
    const char *secret = pairs_get(form, "client_secret");
    const struct app *app = id ? tenant_app(sandbox->tenant, id) : NULL;
    if (!app) {
        login_error(exchange, 400, "unauthorized_client", 700016,
                    "Application with that identifier was not found in the directory.");
        return NULL;
    }
    exchange->app = app;
    *certificate = assertion != NULL;
    if (assertion) {
        if (!text_equals(pairs_get(form, "client_assertion_type"),
                         "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"))
            return wrong(exchange, 700025, "client_assertion_type is missing or unknown.");
        return check_assertion(sandbox, exchange, app, assertion);
    }
    if (!secret)
        return wrong(exchange, 7000218,
                     "The request body must contain the following parameter: 'client_assertion' "
                     "or 'client_secret'.");
    if (!app->secret || !secret_equals(secret, app->secret))
        return wrong(exchange, 7000215, "Invalid client secret provided.");
    return app;
}
