/* The Merkle tree of RFC 6962 over the records: its root, and proofs about it.
 *
 * A node (level, index) is the root of the perfect subtree over the leaves from index << level up
 * to, and without, (index + 1) << level. Level 0 are the leaves. */
#pragma once

#include "base/digest.h"
#include "base/fail.h"

/* Sizes stay below 2^53, so there are at most this many levels. */
enum { MERKLE_LEVELS = 54 };

/* What must be known to add leaves. A plain value: add to a copy, keep it when the change is on
   disk. All zero is the empty tree. */
struct merkle {
    int64_t size;
    struct digest frontier[MERKLE_LEVELS]; /* at each bit of `size`, the last node of that level */
};

struct merkle_node {
    int level;
    int64_t index;
    struct digest hash;
};

struct digest merkle_leaf(const void *record, size_t length);
struct digest merkle_root(const struct merkle *tree);
/* Adds a leaf hash and answers how many inner nodes that completed, the lowest first; `completed`
   may be NULL. The leaf itself is node (0, size before). */
size_t merkle_add(struct merkle *tree, const struct digest *leaf,
                  struct merkle_node completed[MERKLE_LEVELS]);

/* Where nodes are kept: every leaf and every node that merkle_add completed. */
struct merkle_nodes {
    void *context;
    enum fail (*read)(void *context, int level, int64_t index, struct digest *hash,
                      struct reason *why);
};

/* The tree of this size from its nodes: one read for each bit of the size. */
enum fail merkle_load(const struct merkle_nodes *nodes, int64_t size, struct merkle *ret,
                      struct reason *why);

/* The hashes of a proof in the order of RFC 6962, 2.1: from the leaves to the root. */
struct merkle_proof {
    size_t count;
    struct digest hashes[MERKLE_LEVELS + 1];
};

/* Proves that leaf `index` is in the tree of `size` leaves, with O(log size) reads; FAIL_NOT_FOUND
   when it is not. */
enum fail merkle_prove_inclusion(const struct merkle_nodes *nodes, int64_t index, int64_t size,
                                 struct merkle_proof *ret, struct reason *why);
/* Proves that the tree of `old_size` is the beginning of that of `size`, with O(log size) reads;
   FAIL_NOT_FOUND when it cannot be. */
enum fail merkle_prove_consistency(const struct merkle_nodes *nodes, int64_t old_size, int64_t size,
                                   struct merkle_proof *ret, struct reason *why);

/* RFC 9162, 2.1.3.2. */
bool merkle_includes(const struct digest *root, int64_t size, const struct digest *leaf,
                     int64_t index, const struct merkle_proof *proof);
/* RFC 9162, 2.1.4.2; the empty tree is the beginning of every tree, with an empty proof. */
bool merkle_continues(const struct digest *root, int64_t size, const struct digest *old_root,
                      int64_t old_size, const struct merkle_proof *proof);
