/* How Curfew proves to the token endpoint which application it is. */
#pragma once

#include "base/text.h"
#include "identity/oidc.h"

struct credential; /* opaque */

/* FAIL_INVALID: not exactly one kind, or its files do not hold what they should. */
enum fail credential_new(const struct credential_files *files, const char *client_id,
                         struct credential **ret, struct reason *why);
void credential_free(struct credential *credential);
SCOPED(credential)

/* Adds the proof to the form that goes to `token_endpoint`: client_secret, or an assertion. Files
   are read here, each time. */
enum fail credential_add(const struct credential *credential, const char *token_endpoint,
                         int64_t now, struct text *form, struct reason *why);
