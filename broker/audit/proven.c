#include "audit/proven.h"

#include "audit/canonical.h"

#include <stdio.h>

/* Takes the next member of an object of which `{` or the member before was taken. */
static bool take_member(struct slice *rest, struct slice *name, struct slice *value)
{
    return canonical_text(rest, name) && name->at && slice_skip(rest, SLICE(":")) &&
           canonical_value(rest, value) &&
           (slice_skip(rest, SLICE(",")) || slice_skip(rest, SLICE("}")));
}

static bool member(struct slice object, const char *wanted, struct slice *ret)
{
    struct slice name, value;
    if (!slice_skip(&object, SLICE("{")))
        return false;
    while (object.length && take_member(&object, &name, &value))
        if (slice_is(name, wanted)) {
            *ret = value;
            return true;
        }
    return false;
}

/* A text member without its quotes, which must be the base64 of a digest; also in hexadecimal. */
static bool read_digest(struct slice object, const char *name, struct slice *ret,
                        char hex[DIGEST_HEX_SIZE])
{
    char text[DIGEST_BASE64_SIZE];
    struct digest digest;
    struct slice value;
    if (!member(object, name, &value) || !canonical_text(&value, ret) ||
        !slice_copy(*ret, text, sizeof text) || !digest_read_base64(text, &digest))
        return false;
    digest_hex(&digest, hex);
    return true;
}

bool proven_read(const struct record *record, struct proven *ret, bool *right)
{
    struct slice of;
    if (!record->detail.at || !member(record->detail, "signed", &of))
        return false;
    *right = member(of, "commitment", &ret->commitment) &&
             read_digest(of, "token", &ret->token, ret->token_hex) &&
             read_digest(of, "keys", &ret->keys, ret->keys_hex);
    return true;
}

bool proven_is_wanted(const struct record *record)
{
    struct slice says;
    return record->detail.at && member(record->detail, "decisions", &says) &&
           slice_is(says, "\"signed\"");
}

void proven_token_name(int64_t seq, char name[PROVEN_NAME_SIZE])
{
    (void)snprintf(name, PROVEN_NAME_SIZE, "approvals/%lld.jws", (long long)seq);
}

void proven_keys_name(const struct proven *proven, char name[PROVEN_NAME_SIZE])
{
    (void)snprintf(name, PROVEN_NAME_SIZE, "jwks/%s.json", proven->keys_hex);
}
