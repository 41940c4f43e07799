/* What a sign-in under way must remember: it goes along in a sealed cookie, which the browser
   brings back with the code (design 3.6). */
#pragma once

#include "web/visit.h"

struct baggage {
    char state[TOKEN_SIZE], nonce[TOKEN_SIZE], verifier[TOKEN_SIZE], purpose[LOCATOR_SIZE];
    char session[DIGEST_BASE64_SIZE]; /* of this browser until now; "" when it had none */
    bool fresh;
    int64_t ends_at;
};

/* The value of the cookie; of the call's arena. */
const char *baggage_seal(const struct visit *visit, const struct baggage *baggage);
/* What the call's cookie holds; false when there is none that we made. */
bool baggage_open(struct visit *visit, struct baggage *ret);
