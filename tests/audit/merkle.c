/* Goal: the tree is that of RFC 6962, and proofs hold for what they prove and for nothing else. */
#include "audit/merkle.h"
#include "base/memory.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

enum { LARGEST = 131 };

static struct digest leaves[4096];
static struct merkle_node kept[MERKLE_LEVELS][LARGEST];
static int reads;

static void make_leaves(size_t count)
{
    for (size_t i = 0; i < count; i++)
        leaves[i] = merkle_leaf(&i, sizeof i);
}

/* RFC 6962, 2.1, word by word. */
static struct digest naive_root(const struct digest *from, size_t count)
{
    if (count == 0)
        return digest_of("", 0);
    if (count == 1)
        return *from;
    size_t k = 1;
    while (k * 2 < count)
        k *= 2;
    struct digest left = naive_root(from, k), right = naive_root(from + k, count - k);
    const void *const pieces[] = {"\x01", left.bytes, right.bytes};
    return digest_of_pieces(3, pieces, (const size_t[]){1, DIGEST_SIZE, DIGEST_SIZE});
}

/* The store of a log of LARGEST events: all nodes that merkle_add completed. */
static void keep_nodes(void)
{
    struct merkle tree = {.size = 0};
    struct merkle_node completed[MERKLE_LEVELS];
    make_leaves(LARGEST);
    for (size_t i = 0; i < LARGEST; i++) {
        kept[0][i].hash = leaves[i];
        size_t count = merkle_add(&tree, &leaves[i], completed);
        for (size_t j = 0; j < count; j++)
            kept[completed[j].level][completed[j].index] = completed[j];
    }
}

static enum fail read_node(void *context, int level, int64_t index, struct digest *hash,
                           struct reason *why)
{
    static const struct digest never = {{0}};
    (void)context;
    reads++;
    if (index >= LARGEST || memcmp(&kept[level][index].hash, &never, sizeof never) == 0)
        return because(why, FAIL_NOT_FOUND, "no node %d/%lld", level, (long long)index);
    *hash = kept[level][index].hash;
    return FAIL_NONE;
}

static const struct merkle_nodes nodes = {.read = read_node};

START_TEST(known_roots_come_out)
{
    static const char *const records[] = {
        "{\"a\":\"req.create\",\"seq\":0,\"t\":\"2026-01-01T00:00:00.000Z\"}",
        "{\"a\":\"req.approve\",\"seq\":1,\"t\":\"2026-01-01T00:00:01.000Z\"}",
        "{\"a\":\"graph.intent\",\"seq\":2,\"t\":\"2026-01-01T00:00:02.000Z\"}",
    };
    static const char *const leaf_texts[] = {
        "p3fKLuKPeFX2VlWkl8wRW7aYZfLTbiO26x3HwVmtSFg=",
        "wiIpCOA2sR9y4h2YKhJm6IynKct+Vun0WnGTfJklhws=",
        "s99gTFoQ/dWbeQV030HEC6F1LB7zjlZnr32sU8COgvY=",
    };
    static const char *const roots[] = {
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "p3fKLuKPeFX2VlWkl8wRW7aYZfLTbiO26x3HwVmtSFg=",
        "c39G96Y/w9jsLXrBK+6aiMu5KBDUPKQTjjVKf4sJlNk=",
        "LsWy9EeL656oyIuX3YbnvtkPxFSv8xI2VAc84erWIMU=",
    };
    struct merkle tree = {.size = 0};
    char text[DIGEST_BASE64_SIZE];
    for (size_t i = 0;; i++) {
        struct digest root = merkle_root(&tree);
        digest_base64(&root, text);
        ck_assert_text(text, roots[i]);
        if (i == 3)
            break;
        struct digest leaf = merkle_leaf(records[i], strlen(records[i]));
        digest_base64(&leaf, text);
        ck_assert_text(text, leaf_texts[i]);
        (void)merkle_add(&tree, &leaf, NULL);
    }
}
END_TEST

START_TEST(a_hundred_thousand_trees_are_those_of_the_definition)
{
    uint32_t chance = 1;
    make_leaves(COUNT(leaves));
    for (int i = 0; i < 100000; i++) {
        struct merkle tree = {.size = 0};
        chance = chance * 1664525 + 1013904223;
        size_t size = chance >> 8 & 15, from = chance >> 12 & 2047;
        if (i % 1000 == 0)
            size = chance >> 12 & 2047;
        for (size_t j = 0; j < size; j++)
            (void)merkle_add(&tree, &leaves[from + j], NULL);
        struct digest root = merkle_root(&tree), expected = naive_root(leaves + from, size);
        ck_assert_mem_eq(&root, &expected, sizeof root);
    }
}
END_TEST

START_TEST(every_completed_node_is_the_root_over_its_leaves)
{
    struct merkle tree = {.size = 0};
    struct merkle_node completed[MERKLE_LEVELS];
    size_t all = 0;
    make_leaves(1024);
    for (size_t i = 0; i < 1024; i++) {
        size_t count = merkle_add(&tree, &leaves[i], completed);
        all += count;
        for (size_t j = 0; j < count; j++) {
            size_t width = (size_t)1 << completed[j].level;
            struct digest expected = naive_root(leaves + (size_t)completed[j].index * width, width);
            ck_assert_int_eq(completed[j].level, (int)j + 1);
            ck_assert_mem_eq(&completed[j].hash, &expected, sizeof expected);
        }
    }
    ck_assert_uint_eq(all, 1023);
}
END_TEST

START_TEST(a_tree_is_loaded_from_its_nodes)
{
    struct merkle grown = {.size = 0}, loaded;
    keep_nodes();
    for (int64_t size = 0; size <= LARGEST; size++) {
        ck_assert_fine(merkle_load(&nodes, size, &loaded, &spec_why));
        struct digest one = merkle_root(&grown), other = merkle_root(&loaded);
        ck_assert_mem_eq(&one, &other, sizeof one);
        if (size < LARGEST)
            (void)merkle_add(&grown, &leaves[size], NULL);
    }
}
END_TEST

/* Each change of a right proof must be refused. */
static void check_altered(const struct merkle_proof *proof, const struct digest *root, int64_t size,
                          const struct digest *leaf, int64_t index)
{
    struct merkle_proof altered = *proof;
    altered.hashes[altered.count++] = *leaf;
    ck_assert(!merkle_includes(root, size, leaf, index, &altered));
    altered = *proof;
    if (altered.count) {
        altered.count--;
        ck_assert(!merkle_includes(root, size, leaf, index, &altered));
        altered = *proof;
        altered.hashes[(size_t)index % altered.count].bytes[5] ^= 1;
        ck_assert(!merkle_includes(root, size, leaf, index, &altered));
    }
    if (size > 1)
        ck_assert(!merkle_includes(root, size, leaf, (index + 1) % size, proof));
    ck_assert(!merkle_includes(root, size, leaf, index + size, proof));
    ck_assert(!merkle_includes(root, size, leaf, -1, proof));
}

START_TEST(every_inclusion_is_proved_and_nothing_else)
{
    keep_nodes();
    for (int64_t size = 1; size <= LARGEST; size++) {
        struct digest root = naive_root(leaves, (size_t)size);
        for (int64_t index = 0; index < size; index++) {
            struct merkle_proof proof;
            reads = 0;
            ck_assert_fine(merkle_prove_inclusion(&nodes, index, size, &proof, &spec_why));
            ck_assert_int_le(reads, 2 * 8);
            ck_assert(merkle_includes(&root, size, &leaves[index], index, &proof));
            check_altered(&proof, &root, size, &leaves[index], index);
        }
    }
}
END_TEST

START_TEST(every_continuation_is_proved_and_nothing_else)
{
    keep_nodes();
    for (int64_t size = 0; size <= LARGEST; size++) {
        struct digest root = naive_root(leaves, (size_t)size);
        for (int64_t old = 0; old <= size; old++) {
            struct digest old_root = naive_root(leaves, (size_t)old), other = old_root;
            struct merkle_proof proof;
            reads = 0;
            ck_assert_fine(merkle_prove_consistency(&nodes, old, size, &proof, &spec_why));
            ck_assert_int_le(reads, 2 * 9);
            ck_assert(merkle_continues(&root, size, &old_root, old, &proof));
            other.bytes[0] ^= 1;
            ck_assert(!merkle_continues(&root, size, &other, old, &proof));
            ck_assert(!merkle_continues(&other, size, &old_root, old, &proof) || !old);
            proof.hashes[proof.count++] = root;
            ck_assert(!merkle_continues(&root, size, &old_root, old, &proof));
            proof.count -= proof.count > 1 ? 2 : 1;
            ck_assert(!merkle_continues(&root, size, &old_root, old, &proof) || old == 0 ||
                      old == size);
        }
    }
}
END_TEST

static enum fail read_nothing(void *context, int level, int64_t index, struct digest *hash,
                              struct reason *why)
{
    (void)context;
    (void)hash;
    return because(why, FAIL_UNAVAILABLE, "node %d/%lld cannot be read", level, (long long)index);
}

START_TEST(what_is_not_in_the_tree_has_no_proof)
{
    const struct merkle_nodes unreadable = {.read = read_nothing};
    struct merkle_proof proof;
    struct merkle tree;
    struct reason why = {{0}};
    ck_assert_int_eq(merkle_prove_inclusion(&nodes, 3, 3, &proof, &why), FAIL_NOT_FOUND);
    ck_assert_text(why.text, "a tree of 3 leaves has no leaf 3");
    ck_assert_int_eq(merkle_prove_inclusion(&nodes, -1, 3, &proof, NULL), FAIL_NOT_FOUND);
    ck_assert_int_eq(merkle_prove_consistency(&nodes, 4, 3, &proof, NULL), FAIL_NOT_FOUND);
    ck_assert_int_eq(merkle_prove_inclusion(&unreadable, 3, 4, &proof, NULL), FAIL_UNAVAILABLE);
    ck_assert_int_eq(merkle_prove_consistency(&unreadable, 3, 4, &proof, NULL), FAIL_UNAVAILABLE);
    ck_assert_int_eq(merkle_load(&unreadable, 4, &tree, NULL), FAIL_UNAVAILABLE);
}
END_TEST

SPECIFICATION("audit/merkle", known_roots_come_out,
              a_hundred_thousand_trees_are_those_of_the_definition,
              every_completed_node_is_the_root_over_its_leaves, a_tree_is_loaded_from_its_nodes,
              every_inclusion_is_proved_and_nothing_else,
              every_continuation_is_proved_and_nothing_else, what_is_not_in_the_tree_has_no_proof)
