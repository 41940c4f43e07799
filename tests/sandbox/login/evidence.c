/* What a person brought along, and what a client wants to see of it: from one token to the next. */
#include "sandbox/login/login.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* {"access_token": {"acrs": {"essential", "value" | "values"}}} */
json_t *claims_wanted_values(const json_t *claims, const char *token, const char *claim)
{
    const json_t *wanted = json_object_get(json_object_get(claims, token), claim);
    const json_t *values = json_object_get(wanted, "values");
    const char *value = json_member_text(wanted, "value");
    json_t *list = memory_needed(json_array());
    if (json_is_array(values))
        (void)json_array_extend(list, (json_t *)values);
    if (value)
        (void)json_array_append_new(list, json_string(value));
    return list;
}

bool claims_wanted(struct exchange *exchange, const struct pairs *form, json_t **ret)
{
    const char *text = pairs_get(form, "claims");
    if (text && (json_read(text, strlen(text), ret, NULL, NULL) || !json_is_object(*ret))) {
        login_error(exchange, 400, "invalid_request", 90014,
                    "The claims request parameter is not valid JSON.");
        return false;
    }
    return true;
}

bool claims_wanted_challenges(const json_t *claims)
{
    const json_t *values = json_object_get(
        json_object_get(json_object_get(claims, "access_token"), "xms_cc"), "values");
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)values, i, value)
        if (text_equals(json_string_value(value), "cp1"))
            return true;
    return false;
}

/* Entra's own tokens have an "rh" as well, which says nothing to anybody else. */
void evidence_write(json_t *claims, const struct evidence *evidence)
{
    json_auto_t *kept = memory_needed(json_pack("{s:i, s:I, s:s, s:s, s:b, s:s?}", "m",
                                                evidence->mfa, "t", (json_int_t)evidence->at_ms,
                                                "d", evidence->device, "s", evidence->session, "c",
                                                evidence->contexts, "i", evidence->address));
    char *compact = json_compact(kept);
    size_t length = strlen(compact);
    char *encoded = memory_new(BASE64URL_SIZE(length), 1);
    base64url_write(compact, length, encoded);
    (void)json_object_set_new(claims, "rh", json_string(encoded));
    free(encoded);
    free(compact);
}

bool evidence_read(struct exchange *exchange, const json_t *claims, struct evidence *evidence)
{
    const char *encoded = json_member_text(claims, "rh");
    const char *person = json_member_text(claims, "oid");
    json_auto_t *kept = NULL;
    size_t length = encoded ? strlen(encoded) : 0, got;
    char *bytes = arena_take(exchange->arena, length + 1, 1);
    *evidence = (struct evidence){0};
    if (!encoded || !text_read_guid(person, evidence->person) ||
        !base64url_read(encoded, length, bytes, &got) || json_read(bytes, got, &kept, NULL, NULL))
        return false;
    evidence->mfa = (enum mfa)json_member_number(kept, "m", 0);
    evidence->at_ms = json_member_number(kept, "t", 0);
    evidence->contexts = json_is_true(json_object_get(kept, "c"));
    evidence->address = arena_copy(exchange->arena, json_member_text(kept, "i"));
    (void)text_read_guid(json_member_text(kept, "d"), evidence->device);
    (void)text_read_guid(json_member_text(kept, "s"), evidence->session);
    return true;
}
