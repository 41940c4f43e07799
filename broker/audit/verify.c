#include "audit/verification.h"

#include "audit/merkle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void verification_find(struct verification *run, enum verify_code code, const char *format, ...)
{
    struct verified *verdict = run->verdict;
    if (verification_is_enough(run))
        return;
    struct finding *finding = &verdict->findings[verdict->count++];
    finding->code = code;
    va_list values;
    va_start(values, format);
    (void)vsnprintf(finding->says, sizeof finding->says, format, values);
    va_end(values);
    verdict->code = verdict->findings[0].code;
}

bool verification_is_enough(const struct verification *run)
{
    size_t most = run->options->findings;
    return run->verdict->count >= (most && most < VERIFY_FINDINGS ? most : VERIFY_FINDINGS);
}

struct slice verification_leaf(const struct verification *run, int64_t seq)
{
    return (struct slice){.at = run->bundle.files[BUNDLE_LEAVES].at + seq * LEAF_LINE,
                          .length = LEAF_LINE - 1};
}

static bool open_bundle(struct verification *run, struct slice bundle)
{
    struct reason why = {{0}};
    struct slice policy = run->options->policy;
    if (bundle_open(bundle, &run->bundle, &why)) {
        verification_find(run, VERIFY_UNREADABLE, "the bundle: %s", why.text);
        return false;
    }
    run->verdict->self_asserted = !policy.at;
    if (trust_read(policy.at ? policy : run->bundle.files[BUNDLE_POLICY], &run->trust, &why)) {
        verification_find(run, VERIFY_UNREADABLE, "the policy: %s", why.text);
        return false;
    }
    return true;
}

static bool read_checkpoint(struct verification *run, const char *name, struct slice bytes,
                            struct checkpoint *ret, const struct note_key **signer)
{
    struct reason why = {{0}};
    enum fail fail = trust_read_checkpoint(&run->trust, bytes, ret, signer, &why);
    if (fail)
        verification_find(run, VERIFY_SIGNATURE, "%s: %s", name, why.text);
    return !fail;
}

/* Keys that are neither the log's nor its exports' are those of witnesses. */
static void name_witnesses(struct verification *run)
{
    struct verified *verdict = run->verdict;
    struct note note;
    if (note_read(run->bundle.files[BUNDLE_CHECKPOINT], &note, NULL))
        return;
    for (size_t i = 0; i < run->trust.count; i++) {
        const struct trusted_key *trusted = &run->trust.keys[i];
        const char *name = trusted->key.name;
        size_t length = strlen(verdict->witnesses);
        if (!text_equals(name, verdict->checkpoint.origin) &&
            !text_equals(name, run->export_name) && verdict->checkpoint.size >= trusted->first &&
            verdict->checkpoint.size <= trusted->last &&
            note_signed_by(&note, &trusted->key) == NOTE_SIGNED)
            (void)snprintf(verdict->witnesses + length, sizeof verdict->witnesses - length, "%s%s",
                           length ? ", " : "", name);
    }
}

static bool check_checkpoint(struct verification *run)
{
    struct verified *verdict = run->verdict;
    const struct note_key *signer;
    if (!read_checkpoint(run, "checkpoint", run->bundle.files[BUNDLE_CHECKPOINT],
                         &verdict->checkpoint, &signer))
        return false;
    note_key_write(signer, verdict->signer);
    if (!manifest_key_name(verdict->checkpoint.origin, run->export_name)) {
        verification_find(run, VERIFY_SIGNATURE, "checkpoint: its origin is too long");
        return false;
    }
    name_witnesses(run);
    return true;
}

static bool check_manifest(struct verification *run)
{
    struct verified *verdict = run->verdict;
    struct manifest *manifest = &run->manifest;
    const struct checkpoint *checkpoint = &verdict->checkpoint;
    struct reason why = {{0}};
    struct note note;
    enum fail fail = note_read(run->bundle.files[BUNDLE_MANIFEST], &note, &why);
    if (!fail)
        fail = trust_check(&run->trust, &note, run->export_name, checkpoint->size, NULL, &why);
    if (!fail)
        fail = manifest_read(note.text, manifest, &why);
    if (fail) {
        verification_find(run, VERIFY_SIGNATURE, "MANIFEST: %s", why.text);
        return false;
    }
    if (!text_equals(manifest->origin, checkpoint->origin) || manifest->size != checkpoint->size) {
        verification_find(run, VERIFY_MISMATCH, "MANIFEST: it is about another checkpoint");
        return false;
    }
    verdict->first = manifest->first;
    verdict->end = manifest->end;
    memcpy(verdict->filter, manifest->filter, sizeof verdict->filter);
    return true;
}

static void check_older(struct verification *run, struct older *older)
{
    const struct checkpoint *now = &run->verdict->checkpoint, *then = &older->checkpoint;
    if (!older->note.at ||
        !read_checkpoint(run, older->name, older->note, &older->checkpoint, NULL))
        return;
    if (!text_equals(then->origin, now->origin))
        verification_find(run, VERIFY_FORKED, "%s: it is of another log, %s", older->name,
                          then->origin);
    else if (then->size > now->size)
        verification_find(run, VERIFY_FORKED, "%s: it has %lld events, the bundle only %lld",
                          older->name, (long long)then->size, (long long)now->size);
    else
        older->fits = true;
}

/* Called when the leaves up to the size of `tree` were added. */
static void compare_older(struct verification *run, struct older *older, const struct merkle *tree)
{
    if (!older->fits || older->checkpoint.size != tree->size)
        return;
    struct digest root = merkle_root(tree);
    if (!digest_equals(&older->checkpoint.root, &root))
        verification_find(run, VERIFY_FORKED, "%s: its %lld events are not those of the bundle",
                          older->name, (long long)tree->size);
}

/* False when the file is not long enough to look leaves up in it. */
static bool check_leaves(struct verification *run)
{
    const struct checkpoint *checkpoint = &run->verdict->checkpoint;
    struct merkle tree = {.size = 0};
    if ((int64_t)run->bundle.files[BUNDLE_LEAVES].length != checkpoint->size * LEAF_LINE) {
        verification_find(run, VERIFY_MISMATCH, "leaves.b64: not %lld lines with a leaf hash",
                          (long long)checkpoint->size);
        return false;
    }
    for (;;) {
        struct digest leaf;
        char text[DIGEST_BASE64_SIZE];
        for (size_t i = 0; i < OLDER; i++)
            compare_older(run, &run->older[i], &tree);
        if (tree.size == checkpoint->size)
            break;
        struct slice line = verification_leaf(run, tree.size);
        if (!slice_copy(line, text, sizeof text) || line.at[line.length] != '\n' ||
            !digest_read_base64(text, &leaf)) {
            verification_find(run, VERIFY_MISMATCH, "leaves.b64: the hash of record %lld is none",
                              (long long)tree.size);
            return true;
        }
        (void)merkle_add(&tree, &leaf, NULL);
    }
    struct digest root = merkle_root(&tree);
    if (!digest_equals(&root, &checkpoint->root))
        verification_find(run, VERIFY_MISMATCH, "leaves.b64: not the leaves of the checkpoint");
    return true;
}

static void check_files(struct verification *run)
{
    const struct manifest *manifest = &run->manifest;
    for (enum bundle_file i = 0; i < BUNDLE_MANIFEST && !verification_is_enough(run); i++) {
        struct slice file = run->bundle.files[i];
        struct digest digest = digest_of(file.at, file.length);
        if (manifest->present[i] != !!file.at ||
            (file.at && !digest_equals(&digest, &manifest->digests[i])))
            verification_find(run, VERIFY_MISMATCH, "%s: not as the manifest has it",
                              bundle_file_name(i));
    }
}

static void check_age(struct verification *run)
{
    const struct verify_options *options = run->options;
    int64_t seconds = options->now - run->newest_ms / 1000;
    if (options->most_seconds && run->newest_ms < 0)
        verification_find(run, VERIFY_STALE, "the newest event is not in the bundle: no age");
    else if (options->most_seconds && seconds > options->most_seconds)
        verification_find(run, VERIFY_STALE, "the newest event is %lld seconds old, %lld allowed",
                          (long long)seconds, (long long)options->most_seconds);
}

void verify_bundle(struct slice bundle, const struct verify_options *options,
                   struct verified *verdict)
{
    *verdict = (struct verified){.held = -1, .accompanied = -1};
    struct verification run = {.options = options, .verdict = verdict, .newest_ms = -1};
    if (!open_bundle(&run, bundle) || !check_checkpoint(&run) || !check_manifest(&run))
        return;
    run.older[OLDER_HELD] = (struct older){.name = "your checkpoint", .note = options->previous};
    run.older[OLDER_ACCOMPANYING] =
        (struct older){.name = "prev-checkpoint", .note = run.bundle.files[BUNDLE_PREVIOUS]};
    for (size_t i = 0; i < OLDER; i++)
        check_older(&run, &run.older[i]);
    if (!check_leaves(&run))
        return;
    verify_records(&run);
    check_files(&run);
    check_age(&run);
    if (run.older[OLDER_HELD].fits)
        verdict->held = run.older[OLDER_HELD].checkpoint.size;
    if (run.older[OLDER_ACCOMPANYING].fits)
        verdict->accompanied = run.older[OLDER_ACCOMPANYING].checkpoint.size;
}

static void unmap(struct slice *file)
{
    if (file->at)
        (void)munmap((void *)(uintptr_t)file->at, file->length);
}

static void close_scoped(int *file)
{
    if (*file >= 0)
        (void)close(*file);
}

static void cannot_read(struct verified *verdict, const char *path, const char *says)
{
    *verdict =
        (struct verified){.code = VERIFY_UNREADABLE, .count = 1, .held = -1, .accompanied = -1};
    verdict->findings[0].code = VERIFY_UNREADABLE;
    (void)snprintf(verdict->findings[0].says, sizeof verdict->findings[0].says, "%s: %s", path,
                   says);
}

static bool map(struct verified *verdict, const char *path, struct slice *ret)
{
    scoped(close_scoped) int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0) {
        cannot_read(verdict, path, strerror(errno));
        return false;
    }
    if (about.st_size < 1) {
        cannot_read(verdict, path, "there is nothing in it");
        return false;
    }
    void *at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (at == MAP_FAILED) {
        cannot_read(verdict, path, strerror(errno));
        return false;
    }
    *ret = (struct slice){.at = at, .length = (size_t)about.st_size};
    return true;
}

void verify_files(const char *bundle, const char *policy, const char *previous,
                  const struct verify_options *options, struct verified *verdict)
{
    struct verify_options all = *options;
    scoped(unmap) struct slice tar = {.at = NULL}, keys = {.at = NULL}, older = {.at = NULL};
    if (!map(verdict, bundle, &tar) || (policy && !map(verdict, policy, &keys)) ||
        (previous && !map(verdict, previous, &older)))
        return;
    all.policy = keys;
    all.previous = older;
    verify_bundle(tar, &all, verdict);
}
