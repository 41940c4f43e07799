#include "identity/own_rights.h"

#include "base/digest.h"
#include "base/json.h"

#include <sodium.h>
#include <string.h>

enum { TOKEN_LIMIT = 64 * 1024 };

static enum fail read_claims(const struct secret *token, json_t **ret, struct reason *why)
{
    const char *text = secret_text(token), *first = strchr(text, '.');
    const char *last = first ? strchr(first + 1, '.') : NULL;
    if (!last || token->length > TOKEN_LIMIT)
        return because(why, FAIL_INVALID, "the token cannot be looked into");
    scoped(secret_scoped) struct secret *part = secret_copy(first + 1, (size_t)(last - first - 1));
    scoped(secret_scoped) struct secret *claims = secret_new(part->length + 1);
    size_t length = 0;
    if (!base64url_read(secret_text(part), claims->length, claims->bytes, &length))
        return because(why, FAIL_INVALID, "the token cannot be looked into");
    return json_read(secret_text(claims), length, ret, NULL, why);
}

enum fail own_rights_read(const struct secret *token, struct arena *arena, size_t *count,
                          const char ***ret, struct reason *why)
{
    json_auto_t *claims = NULL;
    const char **rights = NULL;
    size_t found = 0, i;
    json_t *one;
    enum fail fail = read_claims(token, &claims, why);
    if (fail)
        return fail;
    const json_t *roles = json_object_get(claims, "roles");
    json_array_foreach ((json_t *)roles, i, one) {
        if (!json_is_string(one))
            continue;
        rights = ARENA_MORE(arena, rights, found);
        rights[found++] = arena_copy(arena, json_string_value(one));
    }
    *count = found;
    *ret = rights;
    return FAIL_NONE;
}
