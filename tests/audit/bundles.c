/* Makes bundles, good ones and such as only an insider can make, and says what the verifier finds:
 *
 *     bundles make FOLDER                writes them there, with policy.txt and checkpoints
 *     bundles verify [--policy FILE] [--prev FILE] BUNDLE...      prints one code for each */
#include "audit/fixture.h"
#include "audit/verify.h"
#include "base/scoped.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAR_MOST = 16 * 1024 * 1024 };

static const char *folder;

static void save(const char *name, const struct text *content)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (!file || fwrite(content->data, 1, content->length, file) != content->length ||
        fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static void save_bundle(const struct fixture *log, const char *name, int64_t first, int64_t end,
                        const char *filter, const char *previous)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST);
    fixture_bundle(log, first, end, filter, previous, &tar);
    save(name, &tar);
}

static void save_checkpoint(const struct fixture *log, const char *name, int64_t size)
{
    scoped(text_scoped) struct text note = TEXT_LIMIT(NOTE_MOST);
    fixture_checkpoint(log, size, &note);
    save(name, &note);
}

static void add_replaced(struct text *text, struct slice old, const char *was, const char *is)
{
    const char *at = memmem(old.at, old.length, was, strlen(was));
    if (!at)
        exit(EXIT_FAILURE);
    const char *rest = at + strlen(was);
    text_add_bytes(text, old.at, (size_t)(at - old.at));
    text_add(text, is);
    text_add_bytes(text, rest, (size_t)(old.at + old.length - rest));
}

/* The first `was` in a file becomes `is`; the manifest is signed anew, with `records`. */
static void save_changed(const struct fixture *log, const char *name, enum bundle_file file,
                         const char *was, const char *is, int64_t records)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), packed = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text content = TEXT_LIMIT(TAR_MOST);
    struct bundle_files files;
    fixture_bundle(log, 0, log->size, NULL, NULL, &tar);
    if (bundle_open((struct slice){tar.data, tar.length}, &files, NULL))
        exit(EXIT_FAILURE);
    add_replaced(&content, files.files[file], was, is);
    files.files[file] = (struct slice){content.data, content.length};
    fixture_pack(log, &files, records, &packed);
    save(name, &packed);
}

static bool every_third(const struct fixture *log, int64_t seq)
{
    (void)log;
    return seq % 3 != 0;
}

/* A log whose last record was changed before it was hashed: an insider with every key. */
static void save_logged(const char *name, const char *was, const char *is)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text changed = TEXT_LIMIT(RECORD_MOST), tar = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text leaves = TEXT_LIMIT(TAR_MOST), records = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text rows = TEXT_LIMIT(TAR_MOST), note = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text packed = TEXT_LIMIT(TAR_MOST);
    struct bundle_files files;
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 9);
    fixture_add_small(&log);
    fixture_bundle(&log, 0, log.size, NULL, NULL, &tar);
    if (bundle_open((struct slice){tar.data, tar.length}, &files, NULL))
        exit(EXIT_FAILURE);
    add_replaced(&changed, log.records[9], was, is);
    fixture_drop(&log);
    fixture_add_bytes(&log, slice_of(text_of(&changed)));
    record_csv_header(&rows);
    for (int64_t i = 0; i < log.size; i++) {
        char leaf[DIGEST_BASE64_SIZE];
        struct record record;
        digest_base64(&log.leaves[i], leaf);
        text_addf(&leaves, "%s\n", leaf);
        text_addf(&records, "%s\n", log.records[i].at);
        if (record_read(log.records[i], &record, NULL) == FAIL_NONE)
            record_csv_row(&record, leaf, &rows);
    }
    fixture_checkpoint(&log, log.size, &note);
    files.files[BUNDLE_CHECKPOINT] = slice_of(text_of(&note));
    files.files[BUNDLE_LEAVES] = slice_of(text_of(&leaves));
    files.files[BUNDLE_RECORDS] = slice_of(text_of(&records));
    files.files[BUNDLE_CSV] = slice_of(text_of(&rows));
    fixture_pack(&log, &files, log.size, &packed);
    save(name, &packed);
}

static int make(void)
{
    scoped(fixture_scoped) struct fixture log, forked, other;
    scoped(text_scoped) struct text policy = TEXT_LIMIT(NOTE_MOST), old = TEXT_LIMIT(NOTE_MOST);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 60);
    fixture_policy(&log, &policy);
    fixture_checkpoint(&log, 41, &old);
    save("policy.txt", &policy);
    save_checkpoint(&log, "held.checkpoint", 33);
    save_bundle(&log, "good.tar", 0, 60, NULL, NULL);
    save_bundle(&log, "good-range.tar", 17, 44, NULL, text_of(&old));
    log.withhold = every_third;
    save_bundle(&log, "good-filter.tar", 5, 60, "every third", NULL);
    log.withhold = NULL;
    save_changed(&log, "row.tar", BUNDLE_CSV, "request.pending", "request.Pending", 60);
    save_changed(&log, "formula.tar", BUNDLE_CSV, "request.pending", "=1", 60);
    save_changed(&log, "leaf.tar", BUNDLE_LEAVES, "=\n", "A\n", 60);
    save_changed(&log, "short-leaves.tar", BUNDLE_LEAVES, "=\n", "\n", 60);
    save_changed(&log, "state.tar", BUNDLE_RECORDS, "\"pending\"", "\"PENDING\"", 60);
    save_changed(&log, "space.tar", BUNDLE_RECORDS, "\"v\":1}", "\"v\":1} ", 60);
    save_changed(&log, "number.tar", BUNDLE_RECORDS, "\"seq\":5,", "\"seq\":50,", 60);
    save_changed(&log, "unended.tar", BUNDLE_RECORDS, "\n", "", 60);
    save_changed(&log, "count.tar", BUNDLE_POLICY, "0", "0", 59);
    save_changed(&log, "key.tar", BUNDLE_POLICY, " 0 -", " 61 -", 60);
    save_logged("logged-late.tar", "\"prev\":\"", "\"prev\":\"A");
    save_logged("logged-version.tar", "\"v\":1", "\"v\":2");
    save_logged("logged-fraction.tar", "\"detail\":null", "\"detail\":{\"a\":1.5}");
    save_logged("logged-unsorted.tar", "\"detail\":null", "\"detail\":{\"b\":1,\"a\":1}");
    save_logged("logged-control.tar", "\"role\":null", "\"role\":\"\\u0007\"");
    save_logged("logged-good.tar", "\"role\":null", "\"role\":\"=1,\\n\\t\\\"\\\\\xC3\xA9\"");
    save_logged("logged-deep.tar", "\"detail\":null",
                "\"detail\":{\"a\":[[[[[[[[[[[[[[1]]]]]]]]]]]]]]}");
    save_logged("logged-too-deep.tar", "\"detail\":null",
                "\"detail\":{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}");
    fixture_open(&forked, FIXTURE_ORIGIN, 1);
    fixture_live(&forked, 20);
    fixture_add_small(&forked);
    save_checkpoint(&forked, "forked.checkpoint", 21);
    save_checkpoint(&forked, "beginning.checkpoint", 20);
    fixture_open(&other, FIXTURE_ORIGIN, 7);
    save_checkpoint(&other, "stranger.checkpoint", 0);
    return EXIT_SUCCESS;
}

static int verify(int count, char *arguments[])
{
    const char *policy = NULL, *previous = NULL;
    const struct verify_options options = {.now = 0};
    for (; count > 1 && strncmp(*arguments, "--", 2) == 0; count -= 2, arguments += 2)
        *(strcmp(*arguments, "--policy") == 0 ? &policy : &previous) = arguments[1];
    for (; count > 0; count--, arguments++) {
        struct verified verdict;
        verify_files(*arguments, policy, previous, &options, &verdict);
        printf("%d %s\n", (int)verdict.code, verdict.count ? verdict.findings[0].says : "fine");
    }
    return EXIT_SUCCESS;
}

int main(int count, char *arguments[])
{
    if (count < 3 || sodium_init() < 0)
        return EXIT_FAILURE;
    folder = arguments[2];
    return strcmp(arguments[1], "make") == 0 ? make() : verify(count - 2, arguments + 2);
}
