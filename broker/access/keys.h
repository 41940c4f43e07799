/* Curfew's own keys: one for sealing, one for signing the audit log, and beside them the highest
   checkpoint that was ever signed, so that an older store is noticed (design 3.10). */
#pragma once

#include "audit/checkpoint.h"
#include "base/seal.h"

#include <stdbool.h>

struct keys; /* opaque; any thread */

/* Reads the folder. Keys are made only when `fresh` (the store is empty) and none are there;
   FAIL_INVALID when some are missing beside a store that is not empty, or when they or their folder
   are not private. `origin` names the log of a fresh store. */
enum fail keys_open(const char *folder, const char *origin, bool fresh, struct keys **ret,
                    struct reason *why);
void keys_free(struct keys *keys);
SCOPED(keys)

const struct seal *keys_seal(const struct keys *keys);
/* Signs checkpoints, under the origin's name. */
const struct note_signer *keys_signer(const struct keys *keys);
/* Signs checkpoints in safe mode, under `<origin>/restored`, which no verifier is told to trust:
   the same name must never stand under two histories (I-12). */
const struct note_signer *keys_restored_signer(const struct keys *keys);
/* Signs manifests of bundles, under `<origin>/export`. */
const struct note_signer *keys_export_signer(const struct keys *keys);
const char *keys_origin(const struct keys *keys);

/* The highest checkpoint that was kept; a size of 0 when there is none yet. */
const struct checkpoint *keys_highest(const struct keys *keys);
/* Replaces it on disk, synced. */
enum fail keys_raise(struct keys *keys, const struct checkpoint *checkpoint, int64_t now,
                     struct reason *why);
/* An operator took a restored store for good: its log goes on under a new origin, so that nobody
   takes it for the one that was lost. The highest checkpoint becomes that of the store. */
enum fail keys_begin_epoch(struct keys *keys, const struct checkpoint *store, int64_t now,
                           struct reason *why);
/* Whom a verifier may believe: the text of `policy.txt` (audit/trust.h). */
void keys_trust(const struct keys *keys, struct text *policy);
