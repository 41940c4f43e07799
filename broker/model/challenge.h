/* What a service demands that the next sign-in brings before it goes on (contract 2.9). */
#pragma once

#include "base/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHALLENGE_MOST = 4, CONTEXT_SIZE = 4 };

struct challenge {
    size_t context_count, policy_count;
    char contexts[CHALLENGE_MOST][CONTEXT_SIZE]; /* authentication contexts, "c1" to "c99" */
    char policies[CHALLENGE_MOST][GUID_SIZE];    /* of Conditional Access, to be met */
    int64_t not_before; /* tokens issued earlier do not count any more; 0: it does not say */
};

bool challenge_is_empty(const struct challenge *challenge);

/* Whether this is the name of an authentication context. */
bool context_is(const char *text);
/* Reads the claims that a sign-in is to ask for, as JSON. False, `*ret` untouched, when they are of
   any other form: what is not understood is not passed on. */
bool challenge_read(const char *json, struct challenge *ret);
/* The same where they stand percent-encoded in the message of an error of PIM. */
bool challenge_find(const char *message, struct challenge *ret);
/* The same where they stand in base64 in a header WWW-Authenticate, whose challenges and parameters
   come in any order; only those of the scheme Bearer with the error insufficient_claims. */
bool challenge_of_header(const char *value, struct challenge *ret);
