/* Whom a verifier believes (`policy.txt`): keys, and for which sizes of the log each may sign.
 *
 * One line for each key: `<verifier key> <first size> <last size, or - for no end>`. The name of a
 * key says what it is for: the origin signs checkpoints, `<origin>/export` the manifests of
 * bundles, any other name is a witness, who signs checkpoints too. Lines that begin with # and
 * empty lines count for nothing. */
#pragma once

#include "audit/checkpoint.h"

enum { TRUST_KEYS = 32 };

struct trusted_key {
    struct note_key key;
    int64_t first, last; /* sizes; NUMBER_MOST: no end */
};

struct trust {
    size_t count;
    struct trusted_key keys[TRUST_KEYS];
};

enum fail trust_read(struct slice text, struct trust *ret, struct reason *why);
void trust_write(const struct trust *trust, struct text *text);

/* FAIL_NONE when a key of this name that may sign at this size signed the note. FAIL_DENIED when
   there is none, or when any line that names a trusted key is not by that key. `*signer` (may be
   NULL) is the key. */
enum fail trust_check(const struct trust *trust, const struct note *note, const char *name,
                      int64_t size, const struct note_key **signer, struct reason *why);

/* Reads a checkpoint and has trust_check look for a key of its origin and size; FAIL_INVALID when
   it is no checkpoint. */
enum fail trust_read_checkpoint(const struct trust *trust, struct slice bytes,
                                struct checkpoint *ret, const struct note_key **signer,
                                struct reason *why);
