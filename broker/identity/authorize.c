#include "identity/authorize.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "identity/fields.h"

#include <stdlib.h>

json_t *acrs_asked(size_t count, const char *const contexts[])
{
    json_t *acrs = memory_needed(json_pack("{sb}", "essential", 1));
    json_auto_t *values = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(values, json_string(contexts[i]));
    if (count == 1)
        (void)json_object_set(acrs, "value", json_array_get(values, 0));
    else
        (void)json_object_set(acrs, "values", values);
    return acrs;
}

/* {"id_token": {"acrs": {"essential": true, "value": "c1"}}, "access_token": …} */
static json_t *claims_asked(const struct sign_in_begin *begin)
{
    json_t *claims = memory_needed(json_object()), *access_token = memory_needed(json_object());
    if (begin->context_count) {
        json_auto_t *acrs = acrs_asked(begin->context_count, begin->contexts);
        (void)json_object_set_new(claims, "id_token",
                                  memory_needed(json_pack("{s:O}", "acrs", acrs)));
        (void)json_object_set(access_token, "acrs", acrs);
    }
    if (begin->policy_count) {
        json_t *policies = memory_needed(json_array());
        for (size_t i = 0; i < begin->policy_count; i++)
            (void)json_array_append_new(policies, json_string(begin->policies[i]));
        (void)json_object_set_new(
            access_token, "polids",
            memory_needed(json_pack("{s:b, s:o}", "essential", 1, "values", policies)));
    }
    (void)json_object_set_new(claims, "access_token", access_token);
    return claims;
}

static void add_claims(const struct sign_in_begin *begin, struct text *query)
{
    json_auto_t *claims = claims_asked(begin);
    char *written = json_compact(claims);
    fields_add(query, "claims", written);
    free(written);
}

void authorize_query(const struct sign_in_begin *begin, const char *client_id,
                     const char *redirect_uri, const char *scope, struct text *query)
{
    struct digest challenge = digest_of_text(begin->verifier);
    char written[DIGEST_BASE64URL_SIZE];
    digest_base64url(&challenge, written);
    fields_add(query, "client_id", client_id);
    fields_add(query, "response_type", "code");
    fields_add(query, "response_mode", "query");
    fields_add(query, "redirect_uri", redirect_uri);
    fields_add(query, "scope", scope);
    fields_add(query, "state", begin->state);
    fields_add(query, "nonce", begin->nonce);
    fields_add(query, "code_challenge", written);
    fields_add(query, "code_challenge_method", "S256");
    if (begin->fresh)
        fields_add(query, "prompt", "login");
    else if (begin->choose_account && !begin->login_hint)
        fields_add(query, "prompt", "select_account");
    if (begin->login_hint)
        fields_add(query, "login_hint", begin->login_hint);
    if (begin->context_count || begin->policy_count)
        add_claims(begin, query);
}
