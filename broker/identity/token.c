#include "identity/token.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "identity/fields.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_LIMIT = 128 * 1024, TOKEN_LIMIT = 64 * 1024, LONGEST_LIFE = 2 * 24 * 60 * 60 };

struct asking {
    struct registration *registration;
    struct text form;
    void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                 const struct tokens *tokens);
    void *context;
};

static void end(struct asking *asking, enum fail fail, const struct refusal *refusal,
                const struct tokens *tokens)
{
    struct asking ended = *asking;
    free(asking);
    fields_scoped(&ended.form);
    ended.done(ended.context, fail, refusal, tokens);
}

static void end_because(struct asking *asking, enum fail fail, const struct reason *why)
{
    const struct refusal refusal = {.reason = *why};
    end(asking, fail, &refusal, NULL);
}

/* What Entra refuses. */

static enum fail kind_of(const char *error)
{
    static const struct {
        const char *error;
        enum fail fail;
    } kinds[] = {
        {"invalid_grant", FAIL_NOT_SIGNED_IN},
        {"access_denied", FAIL_NOT_SIGNED_IN},
        {"interaction_required", FAIL_STEP_UP_NEEDED},
        {"login_required", FAIL_STEP_UP_NEEDED},
        {"consent_required", FAIL_STEP_UP_NEEDED},
        {"invalid_client", FAIL_BROKEN},
        {"invalid_request", FAIL_BROKEN},
        {"invalid_resource", FAIL_BROKEN},
        {"invalid_scope", FAIL_BROKEN},
        {"unauthorized_client", FAIL_BROKEN},
        {"unsupported_grant_type", FAIL_BROKEN},
    };
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (text_equals(error, kinds[i].error))
            return kinds[i].fail;
    return FAIL_UNAVAILABLE;
}

/* Only what has a fixed form is taken over: error_description names people. */
static enum fail read_refusal(const struct answer *answer, const json_t *json,
                              struct refusal *refusal)
{
    const json_t *codes = json_object_get(json, "error_codes");
    const char *error = json_member_text(json, "error");
    char trace[GUID_SIZE] = "none";
    enum fail fail =
        answer->status >= 500 || answer->status == 429 ? FAIL_UNAVAILABLE : kind_of(error);
    refusal->aadsts = json_integer_value(json_array_get(codes, 0));
    (void)challenge_read(json_member_text(json, "claims"), &refusal->challenge);
    (void)text_read_guid(json_member_text(json, "trace_id"), trace);
    return because(&refusal->reason, fail,
                   "the token endpoint answers %d %.40s, AADSTS%lld, trace %s", answer->status,
                   error ? error : "", (long long)refusal->aadsts, trace);
}

/* What it grants. */

static struct secret *read_token(const json_t *json, const char *name)
{
    const json_t *value = json_object_get(json, name);
    size_t length = json_string_length(value);
    return length && length <= TOKEN_LIMIT ? secret_copy(json_string_value(value), length) : NULL;
}

static enum fail read_tokens(const json_t *json, struct tokens *tokens, struct refusal *refusal)
{
    tokens->expires_in = json_member_number(json, "expires_in", 0);
    if (!text_equals_ignoring_case(json_member_text(json, "token_type"), "Bearer") ||
        tokens->expires_in <= 0 || tokens->expires_in > LONGEST_LIFE)
        return because(&refusal->reason, FAIL_UNAVAILABLE,
                       "the token endpoint's answer is none that is understood");
    tokens->access = read_token(json, "access_token");
    tokens->id = read_token(json, "id_token");
    if (!tokens->access)
        return because(&refusal->reason, FAIL_UNAVAILABLE,
                       "the token endpoint's answer has no access token");
    return FAIL_NONE;
}

static enum fail read_answer(const struct answer *answer, struct tokens *tokens,
                             struct refusal *refusal)
{
    json_auto_t *json = NULL;
    if (answer->outcome != OUTCOME_ANSWERED)
        return because(&refusal->reason, FAIL_UNAVAILABLE, "the token endpoint: %s",
                       answer->reason.text);
    if (json_read(answer->body, answer->length, &json, NULL, NULL))
        return because(&refusal->reason, FAIL_UNAVAILABLE,
                       "the token endpoint answers %d and no JSON", answer->status);
    return answer->status == 200 ? read_tokens(json, tokens, refusal)
                                 : read_refusal(answer, json, refusal);
}

static void answered(void *context, const struct answer *answer)
{
    struct asking *asking = context;
    struct tokens tokens = {0};
    struct refusal refusal = {0};
    throttle_learn(&asking->registration->throttle, SERVICE_LOGIN, answer, randombytes_random(),
                   moment_now_ms());
    enum fail fail = read_answer(answer, &tokens, &refusal);
    end(asking, fail, fail ? &refusal : NULL, fail ? NULL : &tokens);
    secret_free(tokens.access);
    secret_free(tokens.id);
}

/* Asking. */

char *token_claims(json_t *members)
{
    json_t *wanted = members ? members : memory_needed(json_object());
    json_auto_t *claims = memory_needed(json_pack("{s:o}", "access_token", wanted));
    (void)json_object_set_new(wanted, "xms_cc",
                              memory_needed(json_pack("{s:[s]}", "values", "cp1")));
    return json_compact(claims);
}

static void ask(void *context, enum fail fail, const struct reason *why,
                const struct endpoints *endpoints)
{
    struct asking *asking = context;
    struct registration *registration = asking->registration;
    struct reason own = {0};
    int64_t free_at;
    if (fail) {
        end_because(asking, fail, why);
        return;
    }
    fail = credential_add(registration->credential, endpoints->token, moment_now(), &asking->form,
                          &own);
    if (!fail && asking->form.cut)
        fail = because(&own, FAIL_NOT_SIGNED_IN, "a form of more than %d bytes", FIELDS_LIMIT);
    if (!fail && !throttle_take(&registration->throttle, SERVICE_LOGIN, moment_now_ms(), &free_at))
        fail = because(&own, FAIL_UNAVAILABLE, "the token endpoint wants to be left alone");
    if (fail) {
        end_because(asking, fail == FAIL_INVALID ? FAIL_BROKEN : fail, &own);
        return;
    }
    const struct call call = {.method = "POST",
                              .url = endpoints->token,
                              .content_type = "application/x-www-form-urlencoded",
                              .body = asking->form.data,
                              .body_length = asking->form.length,
                              .write = true,
                              .private_peer = registration->private_peer,
                              .answer_limit = ANSWER_LIMIT};
    loop_call(registration->loop, &call, answered, asking);
}

void token_request(struct registration *registration, size_t count,
                   const struct token_field fields[],
                   void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                                const struct tokens *tokens),
                   void *context)
{
    struct asking *asking = MEMORY_NEW(struct asking);
    *asking = (struct asking){
        .registration = registration, .form = fields_new(), .done = done, .context = context};
    fields_add(&asking->form, "client_id", registration->client_id);
    for (size_t i = 0; i < count; i++)
        fields_add(&asking->form, fields[i].name, fields[i].value);
    provider_endpoints(registration->provider, ask, asking);
}
