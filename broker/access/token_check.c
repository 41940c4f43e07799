#include "access/token_check.h"

#include "base/text.h"
#include "identity/id_token.h"

#include <stdio.h>

enum fail token_check(const char *token, const char *key_set, const struct token_wanted *wanted,
                      char issuer[TOKEN_ISSUER_SIZE], struct reason *why)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct id_token_found found;
    const struct id_token_wanted asked = {
        .tenant_id = wanted->tid, .nonce = wanted->nonce, .at = wanted->at};
    enum fail fail = id_token_check(token, key_set, &asked, arena, &found, why);
    if (!fail && !text_equals(found.person.oid, wanted->oid))
        fail = because(why, FAIL_INVALID, "it is somebody else's");
    if (!fail)
        (void)snprintf(issuer, TOKEN_ISSUER_SIZE, "%s for %s", found.issuer, found.client_id);
    return fail;
}
