/* What a record says of the token that proves a signed decision: `detail.signed`. */
#pragma once

#include "audit/record.h"

struct proven {
    struct slice commitment; /* canonical JSON: what was signed (commitment.h) */
    struct slice token,
        keys; /* base64: SHA-256 of the token, and of the key set it was checked with */
    char token_hex[DIGEST_HEX_SIZE], keys_hex[DIGEST_HEX_SIZE];
};

enum { PROVEN_TOKEN_MOST = 16 * 1024, PROVEN_KEYS_MOST = 256 * 1024, PROVEN_NAME_SIZE = 100 };

/* Whether the record says so at all; `*right` is false when it says it wrongly. */
bool proven_read(const struct record *record, struct proven *ret, bool *right);
/* Whether the record of a request that became pending says that decisions on it are to be signed.
 */
bool proven_is_wanted(const struct record *record);
/* Names in a bundle: `approvals/<seq>.jws`, `jwks/<SHA-256 in hex>.json`. */
void proven_token_name(int64_t seq, char name[PROVEN_NAME_SIZE]);
void proven_keys_name(const struct proven *proven, char name[PROVEN_NAME_SIZE]);
