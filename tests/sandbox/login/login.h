/* Entra sign-in: what the files of this folder know of each other. */
#pragma once

#include "sandbox/sandbox.h"
#include "sandbox/tenant/change.h"

/* Handlers of the route table. */
void login_discovery_v2(struct sandbox *sandbox, struct exchange *exchange);
void login_discovery_v1(struct sandbox *sandbox, struct exchange *exchange);
void login_keys_v2(struct sandbox *sandbox, struct exchange *exchange);
void login_keys_v1(struct sandbox *sandbox, struct exchange *exchange);
void login_authorize(struct sandbox *sandbox, struct exchange *exchange);
void login_page(struct sandbox *sandbox, struct exchange *exchange);
void login_submit(struct sandbox *sandbox, struct exchange *exchange);
void login_token(struct sandbox *sandbox, struct exchange *exchange);
void login_logout(struct sandbox *sandbox, struct exchange *exchange);

/* Issuers of the tenant; in the exchange's arena. */
const char *issuer_v2(const struct sandbox *sandbox, struct exchange *exchange);
const char *issuer_v1(const struct sandbox *sandbox, struct exchange *exchange);
/* False, with an answer, when the path names another tenant than this one. */
bool login_tenant(const struct sandbox *sandbox, struct exchange *exchange);

/* An error of the token endpoint, as contract 2.3 has it. */
void login_error(struct exchange *exchange, int status, const char *error, int aadsts,
                 const char *says);
/* The same as a page, where nobody may be sent back. */
void login_error_page(struct exchange *exchange, int status, int aadsts, const char *says);
/* The same at the client's redirect URI. */
void login_redirect_error(struct exchange *exchange, const struct asked *asked, const char *error,
                          int aadsts, const char *says);

/* Scopes, taken apart. */
struct scopes {
    bool openid, profile, email;
    const struct app *api; /* whose API, NULL when none */
    const char *scp;       /* the names of its scopes */
};
/* 0, or the AADSTS code with its error and sentence. */
int scopes_read(const struct sandbox *sandbox, struct exchange *exchange, const struct app *app,
                const char *text, struct scopes *scopes, const char **error, const char **says);
/* Whether `scope` asks for Graph as an application does, in any cloud. */
bool scope_is_graph_default(const char *scope);

/* Conditional Access (conditional_access.c): 0 when every policy lets it pass, or the AADSTS code.
 */
int access_decide(const struct sandbox *sandbox, const struct person *person,
                  const struct evidence *evidence, const json_t *contexts, int64_t now_ms,
                  const char **says);

/* Sends the browser back with a code. */
void login_finish(struct sandbox *sandbox, struct exchange *exchange, const struct flow *flow,
                  const struct evidence *evidence);
/* The first page of a flow: accounts, or the form of the one that is hinted at. */
/* The page after signing out. */
void login_signed_out(struct exchange *exchange);
void login_show(const struct sandbox *sandbox, struct exchange *exchange, const struct flow *flow,
                const struct person *person);

/* The client that authenticated itself, NULL with an answer. `certificate`: it signed. */
const struct app *client_authenticate(struct sandbox *sandbox, struct exchange *exchange,
                                      const struct pairs *form, bool *certificate);

/* The claims of each token. New references. */
json_t *claims_id(struct sandbox *sandbox, struct exchange *exchange, const struct code *code,
                  const struct scopes *scopes);
json_t *claims_api(struct sandbox *sandbox, struct exchange *exchange, const struct code *code,
                   const struct scopes *scopes, bool certificate, int64_t lasts);
json_t *claims_graph_app(struct sandbox *sandbox, struct exchange *exchange, bool certificate,
                         int64_t lasts);
