#include "audit/proof.h"

#include "audit/bundle.h"

static const char title[] = "c2sp.org/tlog-proof@v1\n";

enum fail proof_write(const struct merkle_nodes *nodes, int64_t seq, struct slice checkpoint,
                      struct text *proof, struct reason *why)
{
    struct checkpoint read;
    struct note note;
    struct merkle_proof hashes;
    enum fail fail = note_read(checkpoint, &note, why);
    if (!fail)
        fail = checkpoint_read(note.text, &read, why);
    if (!fail)
        fail = merkle_prove_inclusion(nodes, seq, read.size, &hashes, why);
    if (fail)
        return fail;
    text_addf(proof, "%sindex %lld\n", title, (long long)seq);
    for (size_t i = 0; i < hashes.count; i++) {
        char hash[DIGEST_BASE64_SIZE];
        digest_base64(&hashes.hashes[i], hash);
        text_addf(proof, "%s\n", hash);
    }
    text_add_char(proof, '\n');
    text_add_bytes(proof, checkpoint.at, checkpoint.length);
    return proof->cut ? because(why, FAIL_BROKEN, "the proof is longer than its place") : FAIL_NONE;
}

/* A node over the leaves of leaves.b64, which is the context. */
static enum fail read_node(void *context, int level, int64_t index, struct digest *hash,
                           struct reason *why)
{
    const struct slice *leaves = context;
    struct merkle tree = {.size = 0};
    size_t at = ((size_t)index << level) * LEAF_LINE;
    for (int64_t i = 0; i < INT64_C(1) << level; i++, at += LEAF_LINE) {
        char text[DIGEST_BASE64_SIZE];
        struct digest leaf;
        struct slice line = {.at = leaves->at + at, .length = LEAF_LINE - 1};
        if (at + LEAF_LINE > leaves->length || !slice_copy(line, text, sizeof text) ||
            !digest_read_base64(text, &leaf))
            return because(why, FAIL_INVALID, "leaves.b64 is too short, or broken");
        (void)merkle_add(&tree, &leaf, NULL);
    }
    *hash = merkle_root(&tree);
    return FAIL_NONE;
}

enum fail proof_from_bundle(struct slice bundle, int64_t seq, struct text *proof,
                            struct reason *why)
{
    struct bundle_files files;
    enum fail fail = bundle_open(bundle, &files, why);
    if (fail)
        return fail;
    const struct merkle_nodes nodes = {.context = &files.files[BUNDLE_LEAVES], .read = read_node};
    return proof_write(&nodes, seq, files.files[BUNDLE_CHECKPOINT], proof, why);
}

/* Everything down to the empty line; `*proof` is then the checkpoint. */
static bool take_hashes(struct slice *proof, int64_t *seq, struct merkle_proof *hashes)
{
    struct slice line;
    hashes->count = 0;
    if (!slice_skip(proof, slice_of(title)) || !slice_skip(proof, SLICE("index ")) ||
        !slice_take(proof, '\n', &line) || !slice_read_number(line, seq))
        return false;
    for (; slice_take(proof, '\n', &line) && line.length; hashes->count++) {
        char text[DIGEST_BASE64_SIZE];
        if (hashes->count == COUNT(hashes->hashes) || !slice_copy(line, text, sizeof text) ||
            !digest_read_base64(text, &hashes->hashes[hashes->count]))
            return false;
    }
    return proof->length > 0;
}

enum fail proof_check(struct slice proof, struct slice record, const struct trust *trust,
                      int64_t *seq, struct checkpoint *checkpoint, struct reason *why)
{
    struct merkle_proof hashes;
    struct checkpoint read;
    int64_t index;
    if (!take_hashes(&proof, &index, &hashes))
        return because(why, FAIL_INVALID, "not a proof: c2sp.org/tlog-proof@v1 is one");
    enum fail fail = trust_read_checkpoint(trust, proof, &read, NULL, why);
    if (fail)
        return fail;
    struct digest leaf = merkle_leaf(record.at, record.length);
    if (!merkle_includes(&read.root, read.size, &leaf, index, &hashes))
        return because(why, FAIL_DENIED, "this is not record %lld of the log", (long long)index);
    *seq = index;
    *checkpoint = read;
    return FAIL_NONE;
}
