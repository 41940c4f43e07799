/* What is in a proof bundle: its files in their order, and the manifest that vouches for them. */
#pragma once

#include "audit/checkpoint.h"

enum bundle_file {
    BUNDLE_CHECKPOINT,
    BUNDLE_PREVIOUS, /* the only one that may be missing */
    BUNDLE_LEAVES,
    BUNDLE_RECORDS,
    BUNDLE_CSV,
    BUNDLE_POLICY,
    BUNDLE_MANIFEST,
    BUNDLE_FILES
};

const char *bundle_file_name(enum bundle_file file);

enum {
    MANIFEST_FILTER_SIZE = 513,
    MANIFEST_MOST = 4096,
    LEAF_LINE = DIGEST_BASE64_SIZE /* of leaves.b64: base64 and a line end */
};

struct manifest {
    char origin[NOTE_NAME_SIZE];
    int64_t size;       /* of the checkpoint */
    int64_t first, end; /* the events asked for: from `first` up to, and without, `end` */
    char filter[MANIFEST_FILTER_SIZE]; /* in the exporter's words; empty: every event of these */
    int64_t records;                   /* how many of them are in the bundle */
    bool present[BUNDLE_FILES];        /* never of the manifest itself */
    struct digest digests[BUNDLE_FILES];
};

/* The name of the key that signs the manifests of a log: `<origin>/export`; false when that is too
   long. */
bool manifest_key_name(const char *origin, char name[NOTE_NAME_SIZE]);
void manifest_write(const struct manifest *manifest, struct text *text);
enum fail manifest_read(struct slice text, struct manifest *ret, struct reason *why);
