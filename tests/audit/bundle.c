/* Goal: a bundle is a stream of small pieces, always the same ones, and never whole for a log that
 * is not. */
#include "audit/bundle.h"
#include "audit/fixture.h"
#include "audit/tar.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

enum { TAR_MOST = 16 * 1024 * 1024 };

static struct bundle_files open_bundle(const struct text *tar)
{
    struct bundle_files files;
    ck_assert_fine(bundle_open((struct slice){tar->data, tar->length}, &files, &spec_why));
    return files;
}

static bool odd_ones(const struct fixture *fixture, int64_t seq)
{
    (void)fixture;
    return seq % 2;
}

START_TEST(it_holds_leaves_records_and_rows)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST);
    char line[DIGEST_BASE64_SIZE];
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 300);
    fixture_bundle(&log, 0, 300, NULL, NULL, &tar);
    struct bundle_files files = open_bundle(&tar);
    ck_assert_ptr_null(files.files[BUNDLE_PREVIOUS].at);
    ck_assert_uint_eq(files.files[BUNDLE_LEAVES].length, 300 * LEAF_LINE);
    struct slice leaves = files.files[BUNDLE_LEAVES], records = files.files[BUNDLE_RECORDS], piece;
    struct slice rows = files.files[BUNDLE_CSV], row;
    ck_assert(slice_take(&rows, '\n', &row));
    for (int64_t seq = 0; seq < 300; seq++) {
        digest_base64(&log.leaves[seq], line);
        ck_assert(slice_take(&leaves, '\n', &piece) && slice_is(piece, line));
        ck_assert(slice_take(&records, '\n', &piece) && slice_equals(piece, log.records[seq]));
        ck_assert(slice_take(&rows, '\n', &row) && row.length > DIGEST_BASE64_SIZE);
        row.at += row.length - DIGEST_BASE64_SIZE;
        row.length = DIGEST_BASE64_SIZE - 1;
        ck_assert(slice_is(row, line));
    }
    ck_assert_uint_eq(leaves.length + records.length + rows.length, 0);
}
END_TEST

START_TEST(the_manifest_says_what_it_is)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), previous = TEXT_LIMIT(NOTE_MOST);
    struct manifest manifest;
    struct note note;
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 100);
    fixture_checkpoint(&log, 40, &previous);
    log.withhold = odd_ones;
    fixture_bundle(&log, 10, 90, "seq = even", text_of(&previous), &tar);
    struct bundle_files files = open_bundle(&tar);
    ck_assert_fine(note_read(files.files[BUNDLE_MANIFEST], &note, &spec_why));
    ck_assert_int_eq(note_signed_by(&note, note_signer_key(log.export_key)), NOTE_SIGNED);
    ck_assert_fine(manifest_read(note.text, &manifest, &spec_why));
    ck_assert_text(manifest.origin, FIXTURE_ORIGIN);
    ck_assert_int_eq(manifest.size, 100);
    ck_assert_int_eq(manifest.first, 10);
    ck_assert_int_eq(manifest.end, 90);
    ck_assert_int_eq(manifest.records, 40);
    ck_assert_text(manifest.filter, "seq = even");
    for (int i = 0; i < BUNDLE_MANIFEST; i++) {
        struct digest digest = digest_of(files.files[i].at, files.files[i].length);
        ck_assert(manifest.present[i]);
        ck_assert_mem_eq(&manifest.digests[i], &digest, sizeof digest);
    }
    ck_assert(slice_is(files.files[BUNDLE_PREVIOUS], text_of(&previous)));
}
END_TEST

START_TEST(the_same_log_gives_the_same_bytes)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text one = TEXT_LIMIT(TAR_MOST), other = TEXT_LIMIT(TAR_MOST);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 50);
    fixture_bundle(&log, 0, 50, NULL, NULL, &one);
    fixture_bundle(&log, 0, 50, NULL, NULL, &other);
    ck_assert_uint_eq(one.length, other.length);
    ck_assert_mem_eq(one.data, other.data, one.length);
}
END_TEST

START_TEST(an_empty_log_and_an_empty_range_have_bundles)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), other = TEXT_LIMIT(TAR_MOST);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_bundle(&log, 0, 0, NULL, NULL, &tar);
    ck_assert_uint_eq(open_bundle(&tar).files[BUNDLE_LEAVES].length, 0);
    fixture_live(&log, 10);
    fixture_bundle(&log, 5, 5, NULL, NULL, &other);
    ck_assert_uint_eq(open_bundle(&other).files[BUNDLE_RECORDS].length, 0);
    ck_assert_uint_eq(open_bundle(&other).files[BUNDLE_LEAVES].length, 10 * LEAF_LINE);
}
END_TEST

/* A source that goes wrong in one way. */
enum wrong {
    FINE,
    GAP,
    TWICE,
    SHORT,
    OTHER_LEAF,
    NO_LEAVES,
    OTHER_LENGTH,
    OTHER_WORDS,
    HALF_A_LINE,
    GARBAGE,
    TOO_LONG
};

struct faulty {
    struct fixture *log;
    enum wrong wrong;
    int asked;
};

static enum fail faulty_leaves(void *context, int64_t seq, size_t room, struct digest leaves[],
                               size_t *count, struct reason *why)
{
    struct faulty *faulty = context;
    (void)why;
    for (*count = 0; *count < room; seq++)
        leaves[(*count)++] = faulty->log->leaves[seq];
    if (faulty->wrong == OTHER_LEAF)
        leaves[0].bytes[0] ^= 1;
    if (faulty->wrong == NO_LEAVES)
        *count = 0;
    return FAIL_NONE;
}

static enum fail faulty_records(void *context, int64_t seq, int64_t end, struct text *page,
                                struct reason *why)
{
    struct faulty *faulty = context;
    (void)why;
    faulty->asked++;
    if (faulty->wrong == OTHER_LENGTH && faulty->asked == 3)
        return FAIL_NONE;
    for (; seq < (faulty->wrong == SHORT ? end - 1 : end); seq++) {
        if (faulty->wrong == GAP && seq == 3)
            continue;
        for (int i = 0; i < (faulty->wrong == TWICE && seq == 3 ? 2 : 1); i++) {
            text_add_bytes(page, faulty->log->records[seq].at, faulty->log->records[seq].length);
            text_add_char(page, '\n');
        }
    }
    if (faulty->wrong == OTHER_WORDS && faulty->asked == 3)
        page->data[page->length - 2] = ' ';
    if (faulty->wrong == HALF_A_LINE)
        page->length--;
    if (faulty->wrong == GARBAGE)
        text_add(page, "{}\n");
    for (int i = 0; faulty->wrong == TOO_LONG && i < 2 * BUNDLE_PAGE; i++)
        text_add_char(page, 'x');
    return FAIL_NONE;
}

static enum fail write_faulty(struct faulty *faulty, size_t *written, struct reason *why)
{
    scoped(text_scoped) struct text checkpoint = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text policy = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text chunk = TEXT_LIMIT(BUNDLE_CHUNK);
    scoped(bundle_scoped) struct bundle *bundle = NULL;
    fixture_checkpoint(faulty->log, faulty->log->size, &checkpoint);
    fixture_policy(faulty->log, &policy);
    const struct bundle_order order = {.checkpoint = text_of(&checkpoint),
                                       .policy = text_of(&policy),
                                       .end = faulty->log->size,
                                       .signer = faulty->log->export_key};
    const struct bundle_source source = {
        .context = faulty, .leaves = faulty_leaves, .records = faulty_records};
    ck_assert_fine(bundle_new(&order, &source, &bundle, &spec_why));
    *written = 0;
    for (bool more = true; more; text_clear(&chunk)) {
        enum fail fail = bundle_next(bundle, &chunk, &more, why);
        if (fail)
            return fail;
        *written += chunk.length;
    }
    return FAIL_NONE;
}

START_TEST(a_log_that_is_not_whole_is_not_exported)
{
    static const struct {
        enum wrong wrong;
        bool begun;
        const char *says;
    } cases[] = {
        {GAP, false, "record 3 is missing"},
        {TWICE, false, "record 3 stands where 4 was asked for"},
        {SHORT, false, "record 19 is missing"},
        {GARBAGE, false, "not the canonical form near byte 0"},
        {TOO_LONG, false, "a page of records is longer than a page"},
        {OTHER_LEAF, true, "the leaves do not give the root of the checkpoint"},
        {NO_LEAVES, true, "the log has no event 0"},
        {OTHER_LENGTH, true, "record 0 is missing"},
        {OTHER_WORDS, true, "not the canonical form near byte 487"},
        {HALF_A_LINE, false, "a page of records ends within a line"},
    };
    scoped(fixture_scoped) struct fixture log;
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 20);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct faulty faulty = {.log = &log};
        struct reason why = {{0}};
        size_t written;
        ck_assert_fine(write_faulty(&faulty, &written, &spec_why));
        faulty = (struct faulty){.log = &log, .wrong = cases[i].wrong};
        ck_assert_int_eq(write_faulty(&faulty, &written, &why), FAIL_BROKEN);
        ck_assert_text(why.text, cases[i].says);
        ck_assert_int_eq(written > 0, cases[i].begun);
    }
}
END_TEST

START_TEST(an_order_must_fit_its_checkpoint)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text checkpoint = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text policy = TEXT_LIMIT(NOTE_MOST), newer = TEXT_LIMIT(NOTE_MOST);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 21);
    fixture_policy(&log, &policy);
    fixture_checkpoint(&log, 20, &checkpoint);
    fixture_checkpoint(&log, 21, &newer);
    const struct bundle_order fine = {.checkpoint = text_of(&checkpoint),
                                      .policy = text_of(&policy),
                                      .end = 20,
                                      .signer = log.export_key};
    struct bundle_order orders[10];
    for (size_t i = 0; i < COUNT(orders); i++)
        orders[i] = fine;
    orders[0].end = 21;
    orders[1].first = -1;
    orders[2].first = 20, orders[2].end = 19;
    orders[3].signer = log.log_key;
    orders[4].filter = "";
    orders[5].filter = "-";
    orders[6].filter = "a\nb";
    orders[7].checkpoint = "no note\n";
    orders[8].policy = "nobody\n";
    orders[9].previous = text_of(&newer);
    const struct bundle_source source = {.context = NULL};
    scoped(bundle_scoped) struct bundle *made = NULL;
    ck_assert_fine(bundle_new(&fine, &source, &made, &spec_why));
    for (size_t i = 0; i < COUNT(orders); i++) {
        struct bundle *bundle = NULL;
        ck_assert_int_eq(bundle_new(&orders[i], &source, &bundle, NULL), FAIL_INVALID);
        ck_assert_ptr_null(bundle);
    }
}
END_TEST

START_TEST(only_the_files_of_a_bundle_in_their_order_are_read)
{
    static const char *const archives[][9] = {
        {"checkpoint", "leaves.b64", "records.jsonl", "records.csv", "policy.txt"},
        {"checkpoint", "leaves.b64", "records.jsonl", "records.csv", "policy.txt", "MANIFEST", "x"},
        {"leaves.b64", "checkpoint", "records.jsonl", "records.csv", "policy.txt", "MANIFEST"},
        {"checkpoint", "leaves.b64", "leaves.b64", "records.jsonl", "records.csv", "policy.txt",
         "MANIFEST"},
        {"checkpoint", "leaves.b64", "../records.jsonl", "records.csv", "policy.txt", "MANIFEST"},
    };
    for (size_t i = 0; i < COUNT(archives); i++) {
        scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST);
        struct bundle_files files;
        for (size_t j = 0; archives[i][j]; j++)
            ck_assert_fine(tar_begin(&tar, archives[i][j], 0, &spec_why));
        tar_end(&tar);
        ck_assert_int_eq(bundle_open((struct slice){tar.data, tar.length}, &files, NULL),
                         FAIL_INVALID);
    }
}
END_TEST

SPECIFICATION("audit/bundle", it_holds_leaves_records_and_rows, the_manifest_says_what_it_is,
              the_same_log_gives_the_same_bytes, an_empty_log_and_an_empty_range_have_bundles,
              a_log_that_is_not_whole_is_not_exported, an_order_must_fit_its_checkpoint,
              only_the_files_of_a_bundle_in_their_order_are_read)
