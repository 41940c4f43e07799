#include "audit/bundle.h"

#include "audit/merkle.h"
#include "audit/proven.h"
#include "audit/record.h"
#include "audit/tar.h"
#include "audit/trust.h"
#include "base/memory.h"

#include <sodium.h>
#include <stdlib.h>

struct bundle {
    char *texts[BUNDLE_FILES]; /* of the files that are known from the start */
    struct bundle_source source;
    const struct note_signer *signer;
    struct checkpoint checkpoint;
    struct manifest manifest;
    bool counted;
    enum bundle_file file; /* under way */
    bool begun;
    int64_t next;                /* the event to go on with */
    int64_t sizes[BUNDLE_FILES]; /* known before a file begins */
    int64_t written;             /* of the file under way */
    crypto_hash_sha256_state hash;
    struct merkle tree;
    struct text page;
    bool proved; /* tokens and key sets were written, or there are none */
    size_t key_set_count;
    char (*key_sets)[DIGEST_HEX_SIZE]; /* that were written */
};

/* Would the bundle's own list of keys do for its checkpoints? */
static enum fail check_keys(const struct bundle_order *order, struct checkpoint *checkpoint,
                            struct reason *why)
{
    struct trust trust;
    struct checkpoint previous = {.size = 0};
    enum fail fail = trust_read(slice_of(order->policy), &trust, why);
    if (!fail)
        fail = trust_read_checkpoint(&trust, slice_of(order->checkpoint), checkpoint, NULL, why);
    if (!fail && order->previous)
        fail = trust_read_checkpoint(&trust, slice_of(order->previous), &previous, NULL, why);
    if (!fail && previous.size > checkpoint->size)
        fail = because(why, FAIL_INVALID, "the older checkpoint is the newer one");
    return fail ? FAIL_INVALID : FAIL_NONE;
}

static enum fail read_order(const struct bundle_order *order, struct bundle *bundle,
                            struct reason *why)
{
    struct manifest *manifest = &bundle->manifest;
    struct checkpoint *checkpoint = &bundle->checkpoint;
    const char *signer = note_signer_key(order->signer)->name;
    char name[NOTE_NAME_SIZE];
    enum fail fail = check_keys(order, checkpoint, why);
    if (fail)
        return fail;
    if (order->first < 0 || order->end < order->first || order->end > checkpoint->size)
        return because(why, FAIL_INVALID, "events %lld to %lld are not in a log of %lld",
                       (long long)order->first, (long long)order->end, (long long)checkpoint->size);
    if (!manifest_key_name(checkpoint->origin, name) || !text_equals(name, signer))
        return because(why, FAIL_INVALID, "the key of an export of %s is not %s",
                       checkpoint->origin, signer);
    *manifest =
        (struct manifest){.size = checkpoint->size, .first = order->first, .end = order->end};
    memcpy(manifest->origin, checkpoint->origin, sizeof manifest->origin);
    if (order->filter &&
        (!*order->filter || text_equals(order->filter, "-") || strpbrk(order->filter, "\r\n") ||
         !slice_copy(slice_of(order->filter), manifest->filter, sizeof manifest->filter)))
        return because(why, FAIL_INVALID, "a filter is said in one line of 1 to %d bytes",
                       MANIFEST_FILTER_SIZE - 1);
    return FAIL_NONE;
}

enum fail bundle_new(const struct bundle_order *order, const struct bundle_source *source,
                     struct bundle **ret, struct reason *why)
{
    scoped(bundle_scoped) struct bundle *bundle = MEMORY_NEW(struct bundle);
    bundle->source = *source;
    bundle->signer = order->signer;
    bundle->page.limit = BUNDLE_PAGE + RECORD_MOST + 1;
    enum fail fail = read_order(order, bundle, why);
    if (fail)
        return fail;
    bundle->texts[BUNDLE_CHECKPOINT] = memory_copy(order->checkpoint);
    bundle->texts[BUNDLE_PREVIOUS] = memory_copy(order->previous);
    bundle->texts[BUNDLE_POLICY] = memory_copy(order->policy);
    for (int i = 0; i < BUNDLE_MANIFEST; i++)
        bundle->sizes[i] = bundle->texts[i] ? (int64_t)strlen(bundle->texts[i]) : 0;
    bundle->sizes[BUNDLE_LEAVES] = bundle->checkpoint.size * LEAF_LINE;
    bundle->next = order->first;
    *ret = take(bundle);
    return FAIL_NONE;
}

void bundle_free(struct bundle *bundle)
{
    if (!bundle)
        return;
    for (int i = 0; i < BUNDLE_FILES; i++)
        free(bundle->texts[i]);
    text_scoped(&bundle->page);
    free(bundle->key_sets);
    free(bundle);
}

/* Each answers whether the file under way is whole with what it added. */
static enum fail add_text(struct bundle *bundle, struct text *chunk, bool *whole,
                          struct reason *why)
{
    (void)why;
    text_add(chunk, bundle->texts[bundle->file]);
    *whole = true;
    return FAIL_NONE;
}

static enum fail add_leaves(struct bundle *bundle, struct text *chunk, bool *whole,
                            struct reason *why)
{
    struct digest leaves[LEAVES_AT_ONCE];
    int64_t left = bundle->checkpoint.size - bundle->tree.size;
    size_t room = left < LEAVES_AT_ONCE ? (size_t)left : LEAVES_AT_ONCE, count = 0;
    if (room) {
        enum fail fail = bundle->source.leaves(bundle->source.context, bundle->tree.size, room,
                                               leaves, &count, why);
        if (fail)
            return fail;
        if (!count || count > room)
            return because(why, FAIL_BROKEN, "the log has no event %lld",
                           (long long)bundle->tree.size);
    }
    for (size_t i = 0; i < count; i++) {
        char line[LEAF_LINE + 1];
        digest_base64(&leaves[i], line);
        line[LEAF_LINE - 1] = '\n';
        text_add_bytes(chunk, line, LEAF_LINE);
        (void)merkle_add(&bundle->tree, &leaves[i], NULL);
    }
    if (bundle->tree.size < bundle->checkpoint.size)
        return FAIL_NONE;
    struct digest root = merkle_root(&bundle->tree);
    if (!digest_equals(&root, &bundle->checkpoint.root))
        return because(why, FAIL_BROKEN, "the leaves do not give the root of the checkpoint");
    *whole = true;
    return FAIL_NONE;
}

/* Takes the next record of a page; FAIL_BROKEN unless it is the next that was asked for. */
static enum fail take_record(struct bundle *bundle, struct slice *rest, struct slice *line,
                             struct record *record, struct reason *why)
{
    const struct manifest *manifest = &bundle->manifest;
    if (!slice_take(rest, '\n', line))
        return because(why, FAIL_BROKEN, "a page of records ends within a line");
    if (record_read(*line, record, why) != FAIL_NONE)
        return FAIL_BROKEN;
    if (record->seq < bundle->next || record->seq >= manifest->end)
        return because(why, FAIL_BROKEN, "record %lld stands where %lld was asked for",
                       (long long)record->seq, (long long)bundle->next);
    if (record->seq > bundle->next && !*manifest->filter)
        return because(why, FAIL_BROKEN, "record %lld is missing", (long long)bundle->next);
    bundle->next = record->seq + 1;
    return FAIL_NONE;
}

static enum fail add_row(struct bundle *bundle, const struct record *record, struct slice line,
                         struct text *rows, struct reason *why)
{
    (void)bundle;
    (void)why;
    char leaf[DIGEST_BASE64_SIZE];
    struct digest digest = merkle_leaf(line.at, line.length);
    digest_base64(&digest, leaf);
    record_csv_row(record, leaf, rows);
    return FAIL_NONE;
}

static enum fail add_file(struct text *chunk, const char *name, const struct text *content,
                          struct reason *why)
{
    if (content->cut || !content->length)
        return because(why, FAIL_BROKEN, "%s is not there, or too long", name);
    enum fail fail = tar_begin(chunk, name, (int64_t)content->length, why);
    if (fail)
        return fail;
    text_add_bytes(chunk, content->data, content->length);
    tar_pad(chunk, (int64_t)content->length);
    return FAIL_NONE;
}

static struct digest digest_of_slice(struct slice base64)
{
    char text[DIGEST_BASE64_SIZE];
    struct digest digest = {{0}};
    if (slice_copy(base64, text, sizeof text))
        (void)digest_read_base64(text, &digest);
    return digest;
}

static enum fail add_key_set(struct bundle *bundle, const struct proven *proven, struct text *chunk,
                             struct reason *why)
{
    char name[PROVEN_NAME_SIZE];
    struct digest digest = digest_of_slice(proven->keys);
    scoped(text_scoped) struct text content = TEXT_LIMIT(PROVEN_KEYS_MOST);
    for (size_t i = 0; i < bundle->key_set_count; i++)
        if (text_equals(bundle->key_sets[i], proven->keys_hex))
            return FAIL_NONE;
    bundle->key_sets = memory_grow(bundle->key_sets, (bundle->key_set_count + 1) * DIGEST_HEX_SIZE);
    memcpy(bundle->key_sets[bundle->key_set_count++], proven->keys_hex, DIGEST_HEX_SIZE);
    proven_keys_name(proven, name);
    enum fail fail = bundle->source.key_set(bundle->source.context, &digest, &content, why);
    return fail ? FAIL_BROKEN : add_file(chunk, name, &content, why);
}

/* The token of a signed decision, and the keys it was checked with where they come first. */
static enum fail add_proof(struct bundle *bundle, const struct record *record, struct slice line,
                           struct text *chunk, struct reason *why)
{
    struct proven proven;
    bool right;
    char name[PROVEN_NAME_SIZE];
    scoped(text_scoped) struct text content = TEXT_LIMIT(PROVEN_TOKEN_MOST);
    (void)line;
    if (!proven_read(record, &proven, &right))
        return FAIL_NONE;
    if (!right)
        return because(why, FAIL_BROKEN, "record %lld says wrongly what was signed",
                       (long long)record->seq);
    struct digest digest = digest_of_slice(proven.token);
    proven_token_name(record->seq, name);
    enum fail fail = bundle->source.token(bundle->source.context, &digest, &content, why);
    if (fail)
        return FAIL_BROKEN;
    fail = add_file(chunk, name, &content, why);
    return fail ? fail : add_key_set(bundle, &proven, chunk, why);
}

/* What to add for a record to `chunk`. */
typedef enum fail adder(struct bundle *bundle, const struct record *record, struct slice line,
                        struct text *chunk, struct reason *why);

/* Reads the next page into `page`, and has something added for each record unless `add` is NULL.
   After the last page, a reading may begin again. */
static enum fail read_page(struct bundle *bundle, adder *add, struct text *chunk, bool *whole,
                           struct reason *why)
{
    const struct manifest *manifest = &bundle->manifest;
    struct slice line;
    struct record record = {.seq = 0};
    text_clear(&bundle->page);
    enum fail fail = bundle->source.records(bundle->source.context, bundle->next, manifest->end,
                                            &bundle->page, why);
    if (!fail && bundle->page.cut)
        fail = because(why, FAIL_BROKEN, "a page of records is longer than a page");
    if (fail)
        return fail;
    for (struct slice rest = {bundle->page.data, bundle->page.length}; rest.length;) {
        fail = take_record(bundle, &rest, &line, &record, why);
        if (fail)
            return fail;
        fail = add ? add(bundle, &record, line, chunk, why) : FAIL_NONE;
        if (fail)
            return fail;
        bundle->manifest.records += !bundle->counted;
        if (chunk && add == add_proof && chunk->length >= BUNDLE_PAGE)
            return FAIL_NONE; /* proofs are longer than their records: go on behind this one */
    }
    *whole = !bundle->page.length;
    if (*whole && !*manifest->filter && bundle->next != manifest->end)
        return because(why, FAIL_BROKEN, "record %lld is missing", (long long)bundle->next);
    if (*whole)
        bundle->next = manifest->first;
    return FAIL_NONE;
}

/* Sizes stand in front of contents: the first reading of the records only counts. */
static enum fail count_page(struct bundle *bundle, struct reason *why)
{
    scoped(text_scoped) struct text rows = TEXT_LIMIT(BUNDLE_CHUNK);
    if (!bundle->sizes[BUNDLE_CSV])
        record_csv_header(&rows);
    enum fail fail = read_page(bundle, add_row, &rows, &bundle->counted, why);
    if (fail)
        return fail;
    bundle->sizes[BUNDLE_RECORDS] += (int64_t)bundle->page.length;
    bundle->sizes[BUNDLE_CSV] += (int64_t)rows.length;
    return FAIL_NONE;
}

static enum fail add_records(struct bundle *bundle, struct text *chunk, bool *whole,
                             struct reason *why)
{
    enum fail fail = read_page(bundle, NULL, NULL, whole, why);
    text_add_bytes(chunk, bundle->page.data, bundle->page.length);
    return fail;
}

static enum fail add_rows(struct bundle *bundle, struct text *chunk, bool *whole,
                          struct reason *why)
{
    if (!bundle->written)
        record_csv_header(chunk);
    return read_page(bundle, add_row, chunk, whole, why);
}

static enum fail (*const adders[BUNDLE_FILES])(struct bundle *bundle, struct text *chunk,
                                               bool *whole, struct reason *why) = {
    [BUNDLE_CHECKPOINT] = add_text, [BUNDLE_PREVIOUS] = add_text, [BUNDLE_LEAVES] = add_leaves,
    [BUNDLE_RECORDS] = add_records, [BUNDLE_CSV] = add_rows,      [BUNDLE_POLICY] = add_text,
    [BUNDLE_MANIFEST] = add_text,
};

static enum fail sign_manifest(struct bundle *bundle, struct reason *why)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(MANIFEST_MOST);
    scoped(text_scoped) struct text note = TEXT_LIMIT(MANIFEST_MOST);
    manifest_write(&bundle->manifest, &text);
    enum fail fail =
        note_sign((struct slice){text_of(&text), text.length}, 1, &bundle->signer, &note, why);
    if (fail)
        return fail;
    bundle->texts[BUNDLE_MANIFEST] = memory_copy(text_of(&note));
    bundle->sizes[BUNDLE_MANIFEST] = (int64_t)note.length;
    return FAIL_NONE;
}

static enum fail begin_file(struct bundle *bundle, struct text *chunk, struct reason *why)
{
    if (bundle->file == BUNDLE_PREVIOUS && !bundle->texts[BUNDLE_PREVIOUS])
        bundle->file++;
    if (bundle->file == BUNDLE_MANIFEST) {
        enum fail fail = sign_manifest(bundle, why);
        if (fail)
            return fail;
    }
    bundle->begun = true;
    bundle->written = 0;
    (void)crypto_hash_sha256_init(&bundle->hash);
    return tar_begin(chunk, bundle_file_name(bundle->file), bundle->sizes[bundle->file], why);
}

static void end_file(struct bundle *bundle, struct text *chunk)
{
    (void)crypto_hash_sha256_final(&bundle->hash, bundle->manifest.digests[bundle->file].bytes);
    bundle->manifest.present[bundle->file] = true;
    tar_pad(chunk, bundle->written);
    bundle->begun = false;
    if (++bundle->file == BUNDLE_FILES)
        tar_end(chunk);
}

enum fail bundle_next(struct bundle *bundle, struct text *chunk, bool *more, struct reason *why)
{
    enum fail fail = FAIL_NONE;
    bool whole = false;
    if (!bundle->counted) {
        *more = true;
        return count_page(bundle, why);
    }
    if (bundle->file == BUNDLE_POLICY && !bundle->proved) {
        *more = true;
        fail = read_page(bundle, add_proof, chunk, &bundle->proved, why);
        return fail || !chunk->cut ? fail : because(why, FAIL_BROKEN, "too many proofs on a page");
    }
    if (!bundle->begun)
        fail = begin_file(bundle, chunk, why);
    if (fail)
        return fail;
    size_t start = chunk->length;
    fail = adders[bundle->file](bundle, chunk, &whole, why);
    if (fail)
        return fail;
    (void)crypto_hash_sha256_update(&bundle->hash, (const uint8_t *)text_of(chunk) + start,
                                    chunk->length - start);
    bundle->written += (int64_t)(chunk->length - start);
    if (chunk->cut || (whole && bundle->written != bundle->sizes[bundle->file]))
        return because(why, FAIL_BROKEN, "%s is not as long as it was reckoned",
                       bundle_file_name(bundle->file));
    if (whole)
        end_file(bundle, chunk);
    *more = bundle->file != BUNDLE_FILES;
    return FAIL_NONE;
}

/* Moves past the tokens and key sets. */
static enum fail take_proofs(struct slice *tar, struct slice *proofs, struct reason *why)
{
    struct slice rest = *tar;
    struct tar_file file;
    for (*proofs = *tar;; *tar = rest) {
        enum fail fail = tar_take(&rest, &file, why);
        if (fail)
            return fail;
        if (!text_starts_with(file.name, "approvals/") && !text_starts_with(file.name, "jwks/"))
            break;
    }
    proofs->length = (size_t)(tar->at - proofs->at);
    return FAIL_NONE;
}

enum fail bundle_open(struct slice tar, struct bundle_files *ret, struct reason *why)
{
    struct bundle_files files = {.files = {{NULL, 0}}};
    struct tar_file file;
    for (int next = 0; next <= BUNDLE_FILES; next++) {
        if (next == BUNDLE_POLICY && take_proofs(&tar, &files.proofs, why))
            return FAIL_INVALID;
        enum fail fail = tar_take(&tar, &file, why);
        if (fail)
            return fail;
        if (next == BUNDLE_PREVIOUS && !text_equals(file.name, bundle_file_name(BUNDLE_PREVIOUS)))
            next++;
        const char *expected = next < BUNDLE_FILES ? bundle_file_name((enum bundle_file)next) : "";
        if (!text_equals(file.name, expected))
            return because(why, FAIL_INVALID, "\"%s\" stands in the archive where \"%s\" must",
                           file.name, expected);
        if (next < BUNDLE_FILES)
            files.files[next] = file.content;
    }
    *ret = files;
    return FAIL_NONE;
}
