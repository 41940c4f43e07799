/* A verification under way: what the steps of verify.c and verify_records.c share. */
#pragma once

#include "audit/bundle.h"
#include "audit/trust.h"
#include "audit/verify.h"

/* An older checkpoint that the log must continue. */
struct older {
    const char *name; /* for people */
    struct slice note;
    bool fits; /* its root is yet to be compared */
    struct checkpoint checkpoint;
};

enum { OLDER_HELD, OLDER_ACCOMPANYING, OLDER };

struct verification {
    const struct verify_options *options;
    struct verified *verdict;
    struct bundle_files bundle;
    struct trust trust;
    char export_name[NOTE_NAME_SIZE]; /* of the key that signs manifests */
    struct manifest manifest;
    struct older older[OLDER];
    int64_t newest_ms; /* of the last event of the log; -1 when its record is not there */
};

/* Adds a finding; those over the limit are dropped. */
void verification_find(struct verification *run, enum verify_code code, const char *format, ...)
    PRINTF(3, 4);
bool verification_is_enough(const struct verification *run);
/* The line of event `seq` in leaves.b64; its length must have been checked. */
struct slice verification_leaf(const struct verification *run, int64_t seq);

/* The tokens and key sets of the bundle, in the order of the records that name them. */
struct proofs {
    struct slice rest;
    size_t key_set_count;
    struct key_set *key_sets; /* that were met */
};
void verification_proof(struct verification *run, struct proofs *proofs,
                        const struct record *record);
void proofs_scoped(struct proofs *proofs);

/* Checks records.jsonl and records.csv against leaves.b64, the manifest and each other. */
void verify_records(struct verification *run);
