#include "model/challenge.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/scoped.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { CLAIMS_LIMIT = 2048, VALUE_LIMIT = BASE64_SIZE(CLAIMS_LIMIT), SECONDS_MOST = INT32_MAX };

bool challenge_is_empty(const struct challenge *challenge)
{
    return !challenge->context_count && !challenge->policy_count && !challenge->not_before;
}

bool context_is(const char *text)
{
    size_t length = text ? strlen(text) : 0;
    return (length == 2 || length == 3) && text[0] == 'c' && text[1] >= '1' && text[1] <= '9' &&
           (length == 2 || (text[2] >= '0' && text[2] <= '9'));
}

static bool add_context(struct challenge *challenge, const json_t *value)
{
    const char *context = json_string_value(value);
    if (!context_is(context) || challenge->context_count == CHALLENGE_MOST)
        return false;
    (void)snprintf(challenge->contexts[challenge->context_count++], CONTEXT_SIZE, "%s", context);
    return true;
}

static bool add_policy(struct challenge *challenge, const json_t *value)
{
    return challenge->policy_count < CHALLENGE_MOST &&
           text_read_guid(json_string_value(value), challenge->policies[challenge->policy_count]) &&
           ++challenge->policy_count;
}

/* Seconds since the epoch, as text. */
static bool add_not_before(struct challenge *challenge, const json_t *value)
{
    const char *text = json_string_value(value);
    return text && text_read_number(text, SECONDS_MOST, &challenge->not_before) &&
           challenge->not_before > 0;
}

/* {"essential": true, "value": …} or with "values": […] */
static bool read_wanted(const json_t *wanted, struct challenge *challenge,
                        bool (*add)(struct challenge *challenge, const json_t *value))
{
    const char *name;
    json_t *member;
    size_t found = 0;
    bool right = json_is_object(wanted);
    json_object_foreach ((json_t *)wanted, name, member) {
        if (text_equals(name, "value")) {
            right &= add(challenge, member);
            found++;
        } else if (text_equals(name, "values")) {
            right &= json_is_array(member) && json_array_size(member) > 0;
            for (size_t i = 0; i < json_array_size(member); i++)
                right &= add(challenge, json_array_get(member, i));
            found++;
        } else {
            right &= text_equals(name, "essential") && json_is_boolean(member);
        }
    }
    return right && found == 1;
}

static bool (*adder_of(const char *name))(struct challenge *challenge, const json_t *value)
{
    static const struct {
        const char *name;
        bool (*add)(struct challenge *challenge, const json_t *value);
    } claims[] = {{"acrs", add_context}, {"polids", add_policy}, {"nbf", add_not_before}};
    for (size_t i = 0; i < COUNT(claims); i++)
        if (text_equals(name, claims[i].name))
            return claims[i].add;
    return NULL;
}

bool challenge_read(const char *json, struct challenge *ret)
{
    struct challenge read = {0};
    json_auto_t *claims = NULL;
    const char *name;
    json_t *member;
    bool right = json && strlen(json) <= CLAIMS_LIMIT &&
                 json_read(json, strlen(json), &claims, NULL, NULL) == FAIL_NONE;
    const json_t *wanted = json_object_get(claims, "access_token");
    if (!right || json_object_size(claims) != 1 || !json_object_size(wanted))
        return false;
    json_object_foreach ((json_t *)wanted, name, member) {
        bool (*add)(struct challenge * challenge, const json_t *value) = adder_of(name);
        right &= add && read_wanted(member, &read, add);
    }
    if (right)
        *ret = read;
    return right;
}

static int hex_of(char character)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = character ? strchr(digits, character) : NULL;
    int value = found ? (int)(found - digits) : -1;
    return value < 16 ? value : value - 6;
}

bool challenge_find(const char *message, struct challenge *ret)
{
    scoped(text_scoped) struct text json = TEXT_LIMIT(CLAIMS_LIMIT);
    const char *at = message ? strstr(message, "claims=") : NULL;
    if (!at)
        return false;
    for (at += strlen("claims="); *at && !strchr(" \t\r\n\"'&", *at); at++) {
        int byte = (unsigned char)*at;
        if (byte == '%') {
            int high = hex_of(at[1]), low = high < 0 ? -1 : hex_of(at[2]);
            if (low < 0 || !(high | low))
                return false;
            byte = high << 4 | low;
            at += 2;
        }
        text_add_char(&json, (char)byte);
    }
    return !json.cut && challenge_read(text_of(&json), ret);
}

/* A header WWW-Authenticate (RFC 9110, 11.6.1). */

static void skip(const char **at, const char *characters)
{
    *at += strspn(*at, characters);
}

static bool read_word(const char **at, struct text *word)
{
    size_t length = strcspn(*at, " \t,=\"");
    text_clear(word);
    for (size_t i = 0; i < length; i++)
        text_add_char(word, (*at)[i]);
    *at += length;
    return length && !word->cut;
}

static bool read_value(const char **at, struct text *value)
{
    skip(at, " \t");
    if (**at != '"')
        return read_word(at, value);
    text_clear(value);
    for ((*at)++; **at && **at != '"'; (*at)++) {
        if (**at == '\\' && (*at)[1])
            (*at)++;
        text_add_char(value, **at);
    }
    if (**at != '"')
        return false;
    (*at)++;
    return !value->cut;
}

static bool decode_claims(const char *text, struct challenge *ret)
{
    char json[CLAIMS_LIMIT + 1];
    size_t length;
    if (!base64_read(text, CLAIMS_LIMIT, json, &length) || memchr(json, '\0', length))
        return false;
    json[length] = '\0';
    return challenge_read(json, ret);
}

bool challenge_of_header(const char *value, struct challenge *ret)
{
    scoped(text_scoped) struct text word = TEXT_LIMIT(VALUE_LIMIT), text = TEXT_LIMIT(VALUE_LIMIT);
    struct challenge read = {0};
    bool bearer = false, wanted = false, claims = false;
    const char *at = value ? value : "";
    for (skip(&at, " \t,"); *at; skip(&at, " \t,")) {
        if (!read_word(&at, &word))
            return false;
        skip(&at, " \t");
        if (*at != '=') { /* a scheme: the parameters behind it are its own */
            if (wanted && claims)
                break;
            bearer = text_equals_ignoring_case(text_of(&word), "Bearer");
            wanted = claims = false;
            continue;
        }
        at++;
        if (!*at || *at == '=' || *at == ',') { /* the end of credentials that are no parameter */
            skip(&at, "=");
            continue;
        }
        if (!read_value(&at, &text))
            return false;
        if (bearer && text_equals_ignoring_case(text_of(&word), "error"))
            wanted = text_equals(text_of(&text), "insufficient_claims");
        else if (bearer && text_equals_ignoring_case(text_of(&word), "claims"))
            claims = decode_claims(text_of(&text), &read);
    }
    if (wanted && claims)
        *ret = read;
    return wanted && claims;
}
