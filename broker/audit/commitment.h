/* What a signed decision says: exactly this decision of exactly this person on exactly this
   request. Its digest is the nonce of the approver's sign-in, so that the token which comes of it
   is their signature (design 8). */
#pragma once

#include "base/arena.h"
#include "base/digest.h"

#include <stdbool.h>
#include <stdint.h>

enum { COMMITMENT_ROLES = 10 };

/* Hashes are base64: of free text its salted commitment (record.h), of a target commitment_target.
 */
struct commitment {
    const char *tid, *request, *requester, *approver;
    const char *place; /* object id of the approver in whose place; NULL: they are one themselves */
    size_t role_count;
    struct {
        const char *role, *target;
    } roles[COMMITMENT_ROLES];
    bool approves;
    int64_t duration; /* seconds that were agreed to at most */
    int64_t start_by; /* agreed to until then */
    const char *justification, *reason;
    const char *policy; /* its version */
    const char *salt;   /* 16 bytes of chance in base64: the nonce says nothing by itself */
};

/* Canonical JSON, freed with free(). */
char *commitment_write(const struct commitment *commitment);
/* Exactly what commitment_write may write; texts of the arena. */
bool commitment_read(const char *text, struct arena *arena, struct commitment *ret);

/* base64url(SHA-256("curfew-decision-v1\n" || text)). */
void commitment_nonce(const char *text, char nonce[DIGEST_BASE64URL_SIZE]);
/* base64(SHA-256(target)), of a target as model/role.h writes it. */
void commitment_target(const char *target, char hash[DIGEST_BASE64_SIZE]);
