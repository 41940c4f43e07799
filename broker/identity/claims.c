#include "identity/claims.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

enum { MOST_ITEMS = 64, MOST_ITEM_BYTES = 256 };

/* Shapes. */

/* Leaves `*ret` alone when the claim is absent. */
static enum fail read_moment(const json_t *token, const char *name, int64_t *ret,
                             struct reason *why)
{
    const json_t *value = json_object_get(token, name);
    if (value && (!json_is_integer(value) || json_integer_value(value) < 0))
        return because(why, FAIL_INVALID, "%s is no moment", name);
    if (value)
        *ret = json_integer_value(value);
    return FAIL_NONE;
}

static enum fail read_text(const json_t *token, const char *name, const char **ret,
                           struct reason *why)
{
    const json_t *value = json_object_get(token, name);
    if (value && !json_is_string(value))
        return because(why, FAIL_INVALID, "%s is no text", name);
    *ret = json_string_value(value);
    return FAIL_NONE;
}

static enum fail read_list(const json_t *token, const char *name, struct arena *arena,
                           struct text_list *ret, struct reason *why)
{
    const json_t *value = json_object_get(token, name), *item;
    size_t index;
    if (!value)
        return FAIL_NONE;
    if (!json_is_array(value) || json_array_size(value) > MOST_ITEMS)
        return because(why, FAIL_INVALID, "%s is no list of texts", name);
    const char **items = ARENA_ARRAY(arena, const char *, MOST_ITEMS);
    json_array_foreach (value, index, item) {
        if (!json_is_string(item) || json_string_length(item) > MOST_ITEM_BYTES)
            return because(why, FAIL_INVALID, "%s is no list of texts", name);
        items[index] = json_string_value(item);
    }
    *ret = (struct text_list){.count = json_array_size(value), .items = items};
    return FAIL_NONE;
}

/* Whose token, for whom, and when. */

static enum fail need_text(const json_t *token, const char *name, const char *wanted,
                           struct reason *why)
{
    if (wanted && text_equals(json_member_text(token, name), wanted))
        return FAIL_NONE;
    return because(why, FAIL_INVALID, "%s is not what it should be", name);
}

static enum fail check_times(const json_t *token, int64_t now, int64_t *issued_at,
                             struct reason *why)
{
    int64_t expires = -1, starts = 0, issued = -1;
    enum fail fail = read_moment(token, "exp", &expires, why);
    fail = fail ? fail : read_moment(token, "nbf", &starts, why);
    fail = fail ? fail : read_moment(token, "iat", &issued, why);
    if (fail)
        return fail;
    if (expires < 0 || now - expires > CLAIMS_SKEW_SECONDS)
        return because(why, FAIL_INVALID, "the token has expired");
    if (starts - now > CLAIMS_SKEW_SECONDS)
        return because(why, FAIL_INVALID, "the token does not count yet");
    if (issued < 0 || issued - now > CLAIMS_SKEW_SECONDS || now - issued > CLAIMS_AGE_SECONDS)
        return because(why, FAIL_INVALID, "the token was not issued just now");
    *issued_at = issued;
    return FAIL_NONE;
}

static enum fail check_person(const json_t *token, const struct expected *expected,
                              struct person_key *person, struct reason *why)
{
    const json_t *account = json_object_get(token, "acct");
    if (!person_key_read(json_member_text(token, "tid"), json_member_text(token, "oid"), person))
        return because(why, FAIL_INVALID, "tid and oid are not both ids");
    if (!text_equals(person->tid, expected->tenant_id))
        return because(why, FAIL_INVALID, "a person of another tenant");
    if (text_is_empty(json_member_text(token, "sub")))
        return because(why, FAIL_INVALID, "the token has no subject");
    if (account && !json_is_integer(account))
        return because(why, FAIL_INVALID, "acct is no number");
    if (account && json_integer_value(account) != 0)
        return because(why, FAIL_DENIED, "a guest of the tenant");
    return FAIL_NONE;
}

/* What both kinds of token have in common. */
static enum fail check_token(const json_t *token, const struct expected *expected,
                             const char *version, struct signed_in *who, struct reason *why)
{
    enum fail fail = need_text(token, "ver", version, why);
    fail = fail ? fail : need_text(token, "iss", expected->issuer, why);
    fail = fail ? fail : need_text(token, "aud", expected->client_id, why);
    fail = fail ? fail : check_times(token, expected->now, &who->issued_at, why);
    return fail ? fail : check_person(token, expected, &who->person, why);
}

/* Evidence. */

static enum fail read_device(const json_t *token, struct arena *arena, const char **ret,
                             struct reason *why)
{
    const json_t *value = json_object_get(token, "deviceid");
    char guid[GUID_SIZE];
    if (!value)
        return FAIL_NONE;
    if (!text_read_guid(json_string_value(value), guid))
        return because(why, FAIL_INVALID, "deviceid is no id");
    *ret = arena_copy(arena, guid);
    return FAIL_NONE;
}

static enum fail read_evidence(const json_t *token, int64_t now, struct arena *arena,
                               struct signed_in *who, struct reason *why)
{
    who->auth_time = -1;
    enum fail fail = read_moment(token, "auth_time", &who->auth_time, why);
    if (!fail && who->auth_time - now > CLAIMS_SKEW_SECONDS)
        fail = because(why, FAIL_INVALID, "auth_time is yet to come");
    fail = fail ? fail : read_list(token, "acrs", arena, &who->acrs, why);
    fail = fail ? fail : read_list(token, "amr", arena, &who->amr, why);
    fail = fail ? fail : read_list(token, "roles", arena, &who->roles, why);
    fail = fail ? fail : read_device(token, arena, &who->device_id, why);
    fail = fail ? fail : read_text(token, "name", &who->name, why);
    fail = fail ? fail : read_text(token, "preferred_username", &who->user_name, why);
    fail = fail ? fail : read_text(token, "sid", &who->session, why);
    return fail ? fail : read_text(token, "ipaddr", &who->address, why);
}

enum fail claims_of_id_token(const json_t *token, const struct expected *expected,
                             struct arena *arena, struct signed_in *ret, struct reason *why)
{
    struct signed_in who = {0};
    if (json_object_get(token, "scp") || json_object_get(token, "events"))
        return because(why, FAIL_INVALID, "not an ID token");
    enum fail fail = check_token(token, expected, "2.0", &who, why);
    fail = fail ? fail : need_text(token, "nonce", expected->nonce, why);
    if (!fail && json_object_get(token, "azp"))
        fail = need_text(token, "azp", expected->client_id, why);
    fail = fail ? fail : read_evidence(token, expected->now, arena, &who, why);
    if (!fail)
        *ret = who;
    return fail;
}

static bool has_scope(const json_t *token, const char *wanted)
{
    const char *at = json_member_text(token, "scp");
    size_t length = strlen(wanted);
    while (at && *at) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, wanted, length) == 0)
            return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

enum fail claims_of_api_token(const json_t *token, const struct expected *expected,
                              struct arena *arena, struct signed_in *ret, struct reason *why)
{
    struct signed_in who = {0};
    const json_t *kind = json_object_get(token, "idtyp");
    enum fail fail = check_token(token, expected, "1.0", &who, why);
    fail = fail ? fail : need_text(token, "appid", expected->client_id, why);
    if (!fail &&
        (!has_scope(token, "access") || (kind && !text_equals(json_string_value(kind), "user"))))
        fail = because(why, FAIL_INVALID, "the token is not for a person's access");
    fail = fail ? fail : read_evidence(token, expected->now, arena, &who, why);
    if (!fail)
        *ret = who;
    return fail;
}

/* Both together. */

static struct text_list join_lists(const struct text_list *one, const struct text_list *other,
                                   struct arena *arena)
{
    if (!one->items || !other->items)
        return one->items ? *one : *other;
    const char **items = ARENA_ARRAY(arena, const char *, one->count);
    size_t count = 0;
    for (size_t i = 0; i < one->count; i++) {
        bool in_both = false;
        for (size_t j = 0; j < other->count; j++)
            in_both = in_both || text_equals(one->items[i], other->items[j]);
        if (in_both)
            items[count++] = one->items[i];
    }
    return (struct text_list){.count = count, .items = items};
}

static int64_t older(int64_t one, int64_t other)
{
    if (one < 0 || other < 0)
        return one < 0 ? other : one;
    return one < other ? one : other;
}

enum fail claims_join(const struct signed_in *id, const struct signed_in *api, struct arena *arena,
                      struct signed_in *ret, struct reason *why)
{
    struct signed_in both = *id;
    if (!person_is(&id->person, &api->person))
        return because(why, FAIL_INVALID, "the two tokens are about two persons");
    if (id->device_id && api->device_id && !text_equals(id->device_id, api->device_id))
        return because(why, FAIL_INVALID, "the two tokens are about two devices");
    both.auth_time = older(id->auth_time, api->auth_time);
    both.acrs = join_lists(&id->acrs, &api->acrs, arena);
    both.amr = join_lists(&id->amr, &api->amr, arena);
    both.roles = join_lists(&id->roles, &api->roles, arena);
    both.device_id = id->device_id ? id->device_id : api->device_id;
    both.session = id->session ? id->session : api->session;
    both.address = id->address ? id->address : api->address;
    *ret = both;
    return FAIL_NONE;
}
