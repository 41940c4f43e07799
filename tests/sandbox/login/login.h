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
/* The grant types that are more than a few lines: on_behalf.c. */
void login_on_behalf(struct sandbox *sandbox, struct exchange *exchange, const struct pairs *form,
                     bool certificate);
/* A refresh token, redeemed; and a new one for whoever asked for offline_access. */
void login_refresh(struct sandbox *sandbox, struct exchange *exchange, const struct pairs *form,
                   bool certificate);
/* Answers with the tokens that the scopes stand for, within what the code stands for. */
void login_answer_tokens(struct sandbox *sandbox, struct exchange *exchange,
                         const struct pairs *form, struct code *code, bool certificate);
void login_logout(struct sandbox *sandbox, struct exchange *exchange);

/* Issuers of the tenant; in the exchange's arena. */
const char *issuer_v2(const struct sandbox *sandbox, struct exchange *exchange);
const char *issuer_v1(const struct sandbox *sandbox, struct exchange *exchange);
/* False, with an answer, when the path names another tenant than this one. */
bool login_tenant(const struct sandbox *sandbox, struct exchange *exchange);

/* An error of the token endpoint, as contract 2.3 has it. */
void login_error(struct exchange *exchange, int status, const char *error, int aadsts,
                 const char *says);
/* The same with what the client's client should ask for next: `claims`, JSON in a text (2.9). */
void login_error_claims(struct exchange *exchange, int aadsts, const char *says,
                        const char *claims);
/* The same as a page, where nobody may be sent back. */
void login_error_page(struct exchange *exchange, int status, int aadsts, const char *says);
/* The same at the client's redirect URI. */
void login_redirect_error(struct exchange *exchange, const struct asked *asked, const char *error,
                          int aadsts, const char *says);

/* Scopes, taken apart. */
struct scopes {
    bool openid, profile, email, offline;
    enum resource resource;
    const struct app *api; /* whose API, NULL when it is none of this tenant's own */
    const char *scp;       /* the names of the scopes */
};
/* 0, or the AADSTS code with its error and sentence. */
int scopes_read(const struct sandbox *sandbox, struct exchange *exchange, const struct app *app,
                const char *text, struct scopes *scopes, const char **error, const char **says);
/* What `scope` asks for as an application does, "{Graph or ARM}/.default", in any cloud. */
enum resource scope_default_of(const char *scope);

/* What is to be reached, and what else is to be proved on the way. */
struct access_asked {
    enum resource resource;
    const json_t *contexts, *policies;
};

/* Conditional Access (conditional_access.c): 0 when every policy lets it pass, or the AADSTS code.
 */
int access_decide(const struct sandbox *sandbox, const struct person *person,
                  const struct evidence *evidence, const struct access_asked *asked, int64_t now_ms,
                  const char **says);
/* The first policy that refuses, with its code; NULL when every one lets it pass. */
const struct access_policy *access_refusing(const struct sandbox *sandbox,
                                            const struct person *person,
                                            const struct evidence *evidence,
                                            const struct access_asked *asked, int64_t now_ms,
                                            int *aadsts);
const char *access_sentence(int aadsts);
/* Whether an enabled policy asks something of this person for the context; `*targeted`: whether
   there is any policy for it, of whatever state. */
bool access_guards(const struct sandbox *sandbox, const char *context, const struct person *person,
                   int64_t now_ms, bool *targeted);

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

/* How long ago most tokens say that they were issued, in seconds. */
enum { BACKDATED_SECONDS = 300 };

/* The claims of each token. New references. */
json_t *claims_id(struct sandbox *sandbox, struct exchange *exchange, const struct code *code,
                  const struct scopes *scopes);
json_t *claims_api(struct sandbox *sandbox, struct exchange *exchange, const struct code *code,
                   const struct scopes *scopes, bool certificate, int64_t lasts);
/* For Graph or ARM, as an application or in the name of a person. */
json_t *claims_app(struct sandbox *sandbox, struct exchange *exchange, enum resource resource,
                   bool certificate, bool knows_challenges, int64_t lasts);
json_t *claims_delegated(struct sandbox *sandbox, struct exchange *exchange,
                         const struct code *code, const struct scopes *scopes, bool certificate,
                         int64_t lasts);
/* The token itself, as its resource wants it, in an answer of the token endpoint. */
json_t *token_answer(struct sandbox *sandbox, struct exchange *exchange, enum resource resource,
                     const json_t *claims, int64_t lasts);
/* How long the next access token lasts, in seconds. */
int64_t token_lifetime(void);

/* What a person brought along, inside their API token where only this service reads it: "rh". */
void evidence_write(json_t *claims, const struct evidence *evidence);
bool evidence_read(struct exchange *exchange, const json_t *claims, struct evidence *evidence);
/* The claims parameter of the token endpoint, NULL when there is none; false with an answer. */
bool claims_wanted(struct exchange *exchange, const struct pairs *form, json_t **ret);
/* The values wanted in it of a claim (acrs, polids) of one token, and whether cp1 is declared. */
json_t *claims_wanted_values(const json_t *claims, const char *token, const char *claim);
bool claims_wanted_challenges(const json_t *claims);
