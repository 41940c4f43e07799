/* Sign-ins under way and done: what was asked of /authorize, who answered with which evidence,
   the codes that came of it, and the sessions of browsers. */
#pragma once

#include "base/id.h"
#include "base/scoped.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct app;
struct sign_ins; /* opaque; used under the sandbox's lock */

/* Whom a token is for. */
enum resource { RESOURCE_NONE, RESOURCE_API, RESOURCE_GRAPH, RESOURCE_ARM };

/* What a client asked of /authorize. */
struct asked {
    const struct app *app;
    const char *redirect_uri, *scope, *state, *nonce, *prompt, *login_hint;
    const char *challenge; /* PKCE; NULL: none */
    bool challenge_is_plain;
    bool knows_challenges;              /* xms_cc cp1: it can handle claims challenges */
    json_t *id_contexts, *api_contexts; /* wanted as acrs of each token */
    json_t *policies; /* of Conditional Access, whose challenge is answered (polids) */
    enum resource resource;
    int64_t max_age; /* seconds; -1: did not say */
};

enum mfa { MFA_NONE, MFA_CODE, MFA_PASSKEY };

/* What a person brought along. */
struct evidence {
    char person[GUID_SIZE], session[GUID_SIZE];
    char device[GUID_SIZE]; /* its object id; "" when there is none */
    enum mfa mfa;
    const char *risk; /* of the sign-in itself, static; NULL: none */
    bool contexts;    /* false: contexts are left out, whatever was asked */
    int64_t at_ms;    /* of the authentication */
    const char *address;
};

struct flow {
    char id[LOCATOR_SIZE];
    struct asked asked;
};

struct code {
    char text[TOKEN_SIZE];
    struct asked asked;
    struct evidence evidence;
    int64_t made_ms;
    bool redeemed;
    bool refreshes; /* it is a refresh token, which may be used again */
};

struct session {
    char cookie[TOKEN_SIZE];
    struct evidence evidence;
    bool ended;
};

struct sign_ins *sign_ins_new(void);
void sign_ins_free(struct sign_ins *sign_ins);
SCOPED(sign_ins)

/* Texts of `asked` are copied, its lists stolen. */
struct flow *sign_ins_begin(struct sign_ins *sign_ins, const struct asked *asked);
struct code *sign_ins_code(struct sign_ins *sign_ins, const struct asked *asked,
                           const struct evidence *evidence, int64_t now_ms);
struct session *sign_ins_session(struct sign_ins *sign_ins, const struct evidence *evidence);

/* NULL when there is none. */
struct flow *sign_ins_find_flow(struct sign_ins *sign_ins, const char *id);
struct code *sign_ins_find_code(struct sign_ins *sign_ins, const char *text);
struct session *sign_ins_find_session(struct sign_ins *sign_ins, const char *cookie);

/* False when this client assertion was seen before. */
bool sign_ins_note_assertion(struct sign_ins *sign_ins, const char *client, const char *jti);
