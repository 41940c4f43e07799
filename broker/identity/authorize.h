/* The question that the browser takes to Entra: authorize, with PKCE (contract 2.2, 2.9). */
#pragma once

#include "base/text.h"
#include "identity/oidc.h"

#include <jansson.h>

/* The query without "?". */
void authorize_query(const struct sign_in_begin *begin, const char *client_id,
                     const char *redirect_uri, const char *scope, struct text *query);
/* The member `acrs` of a claims request, new: any one of these contexts. */
json_t *acrs_asked(size_t count, const char *const contexts[]);
