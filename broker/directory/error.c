#include "directory/error.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

static json_t *read_envelope(const char *bytes, size_t length)
{
    json_t *answer = NULL;
    return json_read(bytes, length, &answer, NULL, NULL) == FAIL_NONE ? answer : NULL;
}

/* The code; where it is empty, the one inside, which is spelt in two ways. */
static const char *code_of(const json_t *answer)
{
    const json_t *error = json_object_get(answer, "error");
    const json_t *inner = json_object_get(error, "innerError");
    const char *code = json_member_text(error, "code");
    if (!inner)
        inner = json_object_get(error, "innererror");
    const char *nested = json_member_text(inner, "code");
    return code && !*code && nested ? nested : code;
}

/* The message up to the last whole character that fits. */
static const char *message_of(const json_t *answer, struct arena *arena)
{
    const char *message = json_member_text(json_object_get(answer, "error"), "message");
    size_t length = message ? strlen(message) : 0;
    if (length > ERROR_MESSAGE_LIMIT) {
        length = ERROR_MESSAGE_LIMIT;
        while (((unsigned char)message[length] & 0xC0) == 0x80)
            length--;
    }
    return arena_copy_bytes(arena, message, length);
}

bool error_read(const char *bytes, size_t length, struct arena *arena, struct error *ret)
{
    json_auto_t *answer = read_envelope(bytes, length);
    const char *code = code_of(answer);
    if (code)
        *ret =
            (struct error){.code = arena_copy(arena, code), .message = message_of(answer, arena)};
    return code;
}

bool error_is_there(const char *bytes, size_t length)
{
    json_auto_t *answer = read_envelope(bytes, length);
    return code_of(answer);
}

bool error_challenge(const struct answer *answer, struct challenge *ret)
{
    if (answer->status != 401 && answer->status != 403)
        return false;
    for (size_t i = 0; i < answer->challenge_count; i++)
        if (challenge_of_header(answer->challenges[i], ret))
            return true;
    return false;
}

bool error_is_absence(const char *bytes, size_t length)
{
    json_auto_t *answer = read_envelope(bytes, length);
    const char *code = code_of(answer);
    return text_equals_ignoring_case(code, "Request_ResourceNotFound") ||
           text_equals_ignoring_case(code, "ResourceNotFound");
}
