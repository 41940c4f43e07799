/* Proof bundles: what an auditor takes away and checks elsewhere, written as a stream. */
#pragma once

#include "audit/manifest.h"
#include "audit/record.h"

enum {
    BUNDLE_PAGE = 64 * 1024, /* of records */
    LEAVES_AT_ONCE = 1024,
    /* The limit of a chunk: a page as rows, where each byte may be written twice. */
    BUNDLE_CHUNK = 4 * (BUNDLE_PAGE + RECORD_MOST)
};

/* Where the log is read. Each call is short, so that no transaction lasts as long as the stream;
   asked again for the same place, it must answer the same: the records of a range are read three
   times. */
struct bundle_source {
    void *context;
    /* Writes leaf hashes from `seq` on: at least one, at most `room`. */
    enum fail (*leaves)(void *context, int64_t seq, size_t room, struct digest leaves[],
                        size_t *count, struct reason *why);
    /* Adds records that were asked for, from `seq` on, below `end` and in order, each with a LF
       behind it, until the page has BUNDLE_PAGE bytes or more; nothing when there are none left. */
    enum fail (*records)(void *context, int64_t seq, int64_t end, struct text *page,
                         struct reason *why);
    /* Add what has that digest: the token of a signed decision, or the keys it was checked with. */
    enum fail (*token)(void *context, const struct digest *digest, struct text *token,
                       struct reason *why);
    enum fail (*key_set)(void *context, const struct digest *digest, struct text *key_set,
                         struct reason *why);
};

struct bundle_order {
    const char *checkpoint; /* the signed note of the log at the size that is exported */
    const char *previous;   /* the one that the auditor holds; may be NULL */
    const char *policy;     /* as trust_write writes it */
    int64_t first, end;     /* events from `first` up to, and without, `end` */
    const char *filter; /* what was asked for, in words on one line; NULL: all of these events */
    const struct note_signer *signer; /* named `<origin>/export`; borrowed */
};

struct bundle; /* opaque; borrows the source and the signer */

/* FAIL_INVALID when the order does not fit its checkpoint. */
enum fail bundle_new(const struct bundle_order *order, const struct bundle_source *source,
                     struct bundle **ret, struct reason *why);
void bundle_free(struct bundle *bundle);
SCOPED(bundle)

/* Adds the next piece to `chunk`, which the caller empties, and says whether there is more. A piece
   may be empty: sizes come before contents, so the records are counted first. FAIL_BROKEN when the
   source does not hold what the checkpoint says; what was written then is no bundle. */
enum fail bundle_next(struct bundle *bundle, struct text *chunk, bool *more, struct reason *why);

/* The files of a bundle that was read; a missing one is a slice of nothing. */
struct bundle_files {
    struct slice files[BUNDLE_FILES];
    struct slice proofs; /* the tokens and key sets as they stand in the archive: for tar_take */
};

/* FAIL_INVALID unless it is exactly what bundle_next may have written, as far as the archive goes.
 */
enum fail bundle_open(struct slice tar, struct bundle_files *ret, struct reason *why);
