#include "audit/merkle.h"

#include <string.h>

struct digest merkle_leaf(const void *record, size_t length)
{
    const void *const pieces[] = {"\0", record};
    return digest_of_pieces(2, pieces, (const size_t[]){1, length});
}

static struct digest parent_of(const struct digest *left, const struct digest *right)
{
    uint8_t bytes[1 + 2 * DIGEST_SIZE] = {1};
    memcpy(bytes + 1, left->bytes, DIGEST_SIZE);
    memcpy(bytes + 1 + DIGEST_SIZE, right->bytes, DIGEST_SIZE);
    return digest_of(bytes, sizeof bytes);
}

struct digest merkle_root(const struct merkle *tree)
{
    struct digest root = digest_of("", 0);
    bool any = false;
    for (int level = 0; tree->size >> level; level++) {
        if (!(tree->size >> level & 1))
            continue;
        root = any ? parent_of(&tree->frontier[level], &root) : tree->frontier[level];
        any = true;
    }
    return root;
}

size_t merkle_add(struct merkle *tree, const struct digest *leaf,
                  struct merkle_node completed[MERKLE_LEVELS])
{
    struct digest hash = *leaf;
    int level = 0;
    for (; tree->size >> level & 1; level++) {
        hash = parent_of(&tree->frontier[level], &hash);
        if (completed)
            completed[level] = (struct merkle_node){
                .level = level + 1, .index = tree->size >> (level + 1), .hash = hash};
    }
    tree->frontier[level] = hash;
    tree->size++;
    return (size_t)level;
}

enum fail merkle_load(const struct merkle_nodes *nodes, int64_t size, struct merkle *ret,
                      struct reason *why)
{
    struct merkle tree = {.size = size};
    for (int level = 0; size >> level; level++) {
        if (!(size >> level & 1))
            continue;
        enum fail fail =
            nodes->read(nodes->context, level, (size >> level) - 1, &tree.frontier[level], why);
        if (fail)
            return fail;
    }
    *ret = tree;
    return FAIL_NONE;
}

/* The root over the leaves from `begin` up to, and without, `end`, as RFC 6962 divides a tree:
   `begin` is then a multiple of each power of two in their number. */
static enum fail read_range(const struct merkle_nodes *nodes, int64_t begin, int64_t end,
                            struct digest *ret, struct reason *why)
{
    struct digest root = {{0}}, piece;
    bool any = false;
    for (int level = 0; begin < end; level++) {
        if (!((end - begin) >> level & 1))
            continue;
        end -= INT64_C(1) << level;
        enum fail fail = nodes->read(nodes->context, level, end >> level, &piece, why);
        if (fail)
            return fail;
        root = any ? parent_of(&piece, &root) : piece;
        any = true;
    }
    *ret = root;
    return FAIL_NONE;
}

/* Where RFC 6962 divides a tree of `size` leaves: the largest power of two below it. */
static int64_t left_part(int64_t size)
{
    int64_t part = 1;
    while (part * 2 < size)
        part *= 2;
    return part;
}

static void turn_round(struct merkle_proof *proof)
{
    for (size_t i = 0, j = proof->count; i + 1 < j; i++) {
        struct digest kept = proof->hashes[i];
        proof->hashes[i] = proof->hashes[--j];
        proof->hashes[j] = kept;
    }
}

enum fail merkle_prove_inclusion(const struct merkle_nodes *nodes, int64_t index, int64_t size,
                                 struct merkle_proof *ret, struct reason *why)
{
    if (index < 0 || index >= size)
        return because(why, FAIL_NOT_FOUND, "a tree of %lld leaves has no leaf %lld",
                       (long long)size, (long long)index);
    struct merkle_proof proof = {.count = 0};
    for (int64_t begin = 0, end = size; end - begin > 1;) {
        int64_t middle = begin + left_part(end - begin);
        bool left = index < middle;
        enum fail fail = read_range(nodes, left ? middle : begin, left ? end : middle,
                                    &proof.hashes[proof.count++], why);
        if (fail)
            return fail;
        *(left ? &end : &begin) = middle;
    }
    turn_round(&proof);
    *ret = proof;
    return FAIL_NONE;
}

enum fail merkle_prove_consistency(const struct merkle_nodes *nodes, int64_t old_size, int64_t size,
                                   struct merkle_proof *ret, struct reason *why)
{
    if (old_size < 0 || old_size > size)
        return because(why, FAIL_NOT_FOUND, "a tree of %lld leaves does not begin with %lld",
                       (long long)size, (long long)old_size);
    struct merkle_proof proof = {.count = 0};
    int64_t begin = 0, end = old_size ? size : 0;
    enum fail fail = FAIL_NONE;
    while (end != old_size) {
        int64_t middle = begin + left_part(end - begin);
        bool left = old_size <= middle;
        fail = read_range(nodes, left ? middle : begin, left ? end : middle,
                          &proof.hashes[proof.count++], why);
        if (fail)
            return fail;
        *(left ? &end : &begin) = middle;
    }
    /* A last part that begins at the first leaf is the old tree itself, whose root is known. */
    if (begin > 0)
        fail = read_range(nodes, begin, end, &proof.hashes[proof.count++], why);
    if (fail)
        return fail;
    turn_round(&proof);
    *ret = proof;
    return FAIL_NONE;
}

/* How a proof climbs: a node, and the last one of its level. */
struct climb {
    int64_t node, last;
};

static void go_up(struct climb *climb)
{
    climb->node >>= 1;
    climb->last >>= 1;
}

/* Is the next hash of the proof a left one? Goes on to the level above it. */
static bool comes_from_left(struct climb *climb)
{
    bool left = climb->node & 1 || climb->node == climb->last;
    /* The last node of a level may have no partner until some levels above. */
    while (left && !(climb->node & 1) && climb->node)
        go_up(climb);
    go_up(climb);
    return left;
}

bool merkle_includes(const struct digest *root, int64_t size, const struct digest *leaf,
                     int64_t index, const struct merkle_proof *proof)
{
    if (index < 0 || index >= size)
        return false;
    struct climb climb = {.node = index, .last = size - 1};
    struct digest hash = *leaf;
    for (size_t i = 0; i < proof->count; i++) {
        if (climb.last == 0)
            return false;
        const struct digest *next = &proof->hashes[i];
        hash = comes_from_left(&climb) ? parent_of(next, &hash) : parent_of(&hash, next);
    }
    return climb.last == 0 && digest_equals(&hash, root);
}

bool merkle_continues(const struct digest *root, int64_t size, const struct digest *old_root,
                      int64_t old_size, const struct merkle_proof *proof)
{
    if (old_size < 0 || old_size > size)
        return false;
    if (old_size == 0 || old_size == size) {
        struct digest expected = old_size ? *root : digest_of("", 0);
        return proof->count == 0 && digest_equals(old_root, &expected);
    }
    struct climb climb = {.node = old_size - 1, .last = size - 1};
    while (climb.node & 1)
        go_up(&climb);
    /* A perfect old tree is a node of the new one: its root is where both paths begin. */
    size_t next = climb.node ? 1 : 0;
    if (proof->count < next)
        return false;
    struct digest old_hash = next ? proof->hashes[0] : *old_root, hash = old_hash;
    for (; next < proof->count; next++) {
        const struct digest *one = &proof->hashes[next];
        if (climb.last == 0)
            return false;
        if (comes_from_left(&climb)) {
            old_hash = parent_of(one, &old_hash);
            hash = parent_of(one, &hash);
        } else {
            hash = parent_of(&hash, one);
        }
    }
    return climb.last == 0 && digest_equals(&old_hash, old_root) && digest_equals(&hash, root);
}
