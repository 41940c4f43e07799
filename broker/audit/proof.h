/* The proof that one record is in the log, as a text to keep (C2SP tlog-proof). */
#pragma once

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/trust.h"

enum { PROOF_MOST = NOTE_MOST + 64 + (MERKLE_LEVELS + 1) * DIGEST_BASE64_SIZE };

/* Adds the proof of event `seq` in the tree of `checkpoint`, a signed note. FAIL_NOT_FOUND when it
   is not in it. */
enum fail proof_write(const struct merkle_nodes *nodes, int64_t seq, struct slice checkpoint,
                      struct text *proof, struct reason *why);
/* The same from a bundle alone: hashes all of its leaves. */
enum fail proof_from_bundle(struct slice bundle, int64_t seq, struct text *proof,
                            struct reason *why);
/* FAIL_NONE when these are the bytes of record `*seq` of the log that signed `*checkpoint` with a
   trusted key. FAIL_INVALID when the proof cannot be read, FAIL_DENIED when it proves nothing. */
enum fail proof_check(struct slice proof, struct slice record, const struct trust *trust,
                      int64_t *seq, struct checkpoint *checkpoint, struct reason *why);
