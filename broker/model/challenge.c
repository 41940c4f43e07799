#include "model/challenge.h"

#include "base/json.h"
#include "base/scoped.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { CLAIMS_LIMIT = 2048 };

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
        bool context = text_equals(name, "acrs");
        right &= (context || text_equals(name, "polids")) &&
                 read_wanted(member, &read, context ? add_context : add_policy);
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
