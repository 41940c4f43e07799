/* Curfew's own tokens (client credentials, contract 2.6): kept, renewed early, fetched once for all
 * who ask. */
#pragma once

#include "identity/registration.h"
#include "outbound/bearer.h"

struct app_tokens; /* opaque; borrows its registration */

struct app_tokens *app_tokens_new(struct registration *registration);
void app_tokens_free(struct app_tokens *tokens);
SCOPED(app_tokens)

struct bearer app_tokens_bearer(struct app_tokens *tokens);
