/* Refresh tokens, for who asks for offline_access (contract 2.3). */
#include "sandbox/login/login.h"

static void wrong(struct exchange *exchange, int aadsts, const char *says)
{
    login_error(exchange, 400, "invalid_grant", aadsts, says);
}

/* Conditional Access looks again each time; false with an answer. */
static bool check_access(struct sandbox *sandbox, struct exchange *exchange,
                         const struct code *code)
{
    const char *says;
    const struct access_asked asked = {code->asked.resource, code->asked.api_contexts, NULL};
    int aadsts =
        access_decide(sandbox, exchange->person, &code->evidence, &asked, exchange->now_ms, &says);
    if (aadsts)
        login_error(exchange, 400, "interaction_required", aadsts, says);
    return aadsts == 0;
}

void login_refresh(struct sandbox *sandbox, struct exchange *exchange, const struct pairs *form,
                   bool certificate)
{
    struct code *code = sign_ins_find_code(sandbox->sign_ins, pairs_get(form, "refresh_token"));
    if (!code || !code->refreshes || code->asked.app != exchange->app) {
        wrong(exchange, 9002313, "Invalid request. The refresh token is malformed or invalid.");
        return;
    }
    exchange->person = tenant_person(sandbox->tenant, code->evidence.person);
    if (!exchange->person || !exchange->person->enabled)
        wrong(exchange, 50057, "The user account is disabled.");
    else if (code->evidence.at_ms < exchange->person->sessions_from_ms)
        wrong(exchange, 50173,
              "The provided grant has expired due to it being revoked, a fresh auth token is "
              "needed.");
    else if (check_access(sandbox, exchange, code))
        login_answer_tokens(sandbox, exchange, form, code, certificate);
}
