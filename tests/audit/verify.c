/* Goal: an untouched bundle is fine, and whoever touched one, even with the key for exports in
 * hand, is found out, with the record named. */
#include "audit/verify.h"
#include "audit/fixture.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>

enum { TAR_MOST = 16 * 1024 * 1024 };

static const struct verify_options plain = {.now = 0};

static struct verified verify(const struct text *tar, const struct verify_options *options)
{
    struct verified verdict;
    verify_bundle((struct slice){tar->data, tar->length}, options, &verdict);
    ck_assert_int_eq(verdict.code, verdict.count ? verdict.findings[0].code : VERIFY_FINE);
    return verdict;
}

static void check(const struct text *tar, const struct verify_options *options,
                  enum verify_code code, const char *says)
{
    struct verified verdict = verify(tar, options);
    ck_assert_msg(verdict.code == code, "%d: %s", (int)verdict.code, verdict.findings[0].says);
    if (says)
        ck_assert_text(verdict.findings[0].says, says);
}

static void open_log(struct fixture *log, int64_t size)
{
    fixture_open(log, FIXTURE_ORIGIN, 1);
    fixture_live(log, size);
}

/* The whole log as a bundle, taken apart; `tar` keeps the bytes. */
static struct bundle_files export_all(const struct fixture *log, struct text *tar)
{
    struct bundle_files files;
    fixture_bundle(log, 0, log->size, NULL, NULL, tar);
    ck_assert_fine(bundle_open((struct slice){tar->data, tar->length}, &files, &spec_why));
    return files;
}

static bool all_but_submissions(const struct fixture *log, int64_t seq)
{
    return memmem(log->records[seq].at, log->records[seq].length, "submitted", 9) == NULL;
}

START_TEST(an_untouched_bundle_is_fine)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST);
    open_log(&log, 200);
    fixture_bundle(&log, 0, 200, NULL, NULL, &tar);
    struct verified verdict = verify(&tar, &plain);
    ck_assert_msg(verdict.code == VERIFY_FINE, "%s", verdict.findings[0].says);
    ck_assert_int_eq(verdict.checkpoint.size, 200);
    ck_assert_int_eq(verdict.records, 200);
    ck_assert_int_eq(verdict.end, 200);
    ck_assert(verdict.self_asserted);
    ck_assert_int_eq(verdict.held, -1);
}
END_TEST

START_TEST(a_part_of_a_log_is_fine_too)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text range = TEXT_LIMIT(TAR_MOST), some = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text none = TEXT_LIMIT(TAR_MOST);
    open_log(&log, 100);
    fixture_bundle(&log, 30, 60, NULL, NULL, &range);
    check(&range, &plain, VERIFY_FINE, NULL);
    log.withhold = all_but_submissions;
    fixture_bundle(&log, 10, 90, "code = request.submitted", NULL, &some);
    struct verified verdict = verify(&some, &plain);
    ck_assert_int_eq(verdict.code, VERIFY_FINE);
    ck_assert_int_eq(verdict.records, 12);
    ck_assert_text(verdict.filter, "code = request.submitted");
    scoped(fixture_scoped) struct fixture empty;
    fixture_open(&empty, FIXTURE_ORIGIN, 1);
    fixture_bundle(&empty, 0, 0, NULL, NULL, &none);
    check(&none, &plain, VERIFY_FINE, NULL);
}
END_TEST

START_TEST(a_bundle_cut_anywhere_is_unreadable)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST);
    open_log(&log, 30);
    fixture_bundle(&log, 0, 30, NULL, NULL, &tar);
    for (size_t length = tar.length; length-- > 0;) {
        struct text cut = {.data = tar.data, .length = length};
        check(&cut, &plain, VERIFY_UNREADABLE, NULL);
    }
}
END_TEST

/* An insider who signs the manifest anew after changing records.jsonl and records.csv alike: what
   stands in `order` are the records in their new order, ended by -1. */
static void check_reordered(const int order[], enum verify_code code, const char *says)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), packed = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text records = TEXT_LIMIT(TAR_MOST), rows = TEXT_LIMIT(TAR_MOST);
    open_log(&log, 10);
    struct bundle_files files = export_all(&log, &tar);
    record_csv_header(&rows);
    int count = 0;
    for (; order[count] >= 0; count++) {
        struct record record;
        char leaf[DIGEST_BASE64_SIZE];
        struct slice bytes = log.records[order[count]];
        text_add_bytes(&records, bytes.at, bytes.length);
        text_add_char(&records, '\n');
        digest_base64(&log.leaves[order[count]], leaf);
        ck_assert_fine(record_read(bytes, &record, &spec_why));
        record_csv_row(&record, leaf, &rows);
    }
    files.files[BUNDLE_RECORDS] = slice_of(text_of(&records));
    files.files[BUNDLE_CSV] = slice_of(text_of(&rows));
    fixture_pack(&log, &files, count, &packed);
    check(&packed, &plain, code, says);
}

START_TEST(dropped_reordered_and_doubled_records_are_named)
{
    check_reordered((const int[]){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1}, VERIFY_FINE, NULL);
    check_reordered((const int[]){0, 1, 2, 4, 5, 6, 7, 8, 9, -1}, VERIFY_GAP,
                    "record 3: it is missing");
    check_reordered((const int[]){1, 2, 3, 4, 5, 6, 7, 8, 9, -1}, VERIFY_GAP,
                    "record 0: it is missing");
    check_reordered((const int[]){0, 1, 2, 3, 4, 5, 6, 7, 8, -1}, VERIFY_GAP,
                    "record 9: it is missing");
    check_reordered((const int[]){-1}, VERIFY_GAP, "record 0: it is missing");
    check_reordered((const int[]){0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, -1}, VERIFY_GAP,
                    "record 2: it stands behind record 2");
    check_reordered((const int[]){0, 1, 3, 2, 4, 5, 6, 7, 8, 9, -1}, VERIFY_GAP,
                    "record 2: it is missing");
}
END_TEST

/* The first `was` in a file becomes `is`, of the same length; the manifest is signed anew. */
static void check_replaced(enum bundle_file file, const char *was, const char *is,
                           enum verify_code code, const char *says)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), packed = TEXT_LIMIT(TAR_MOST);
    open_log(&log, 10);
    struct bundle_files files = export_all(&log, &tar);
    char *at = memmem(files.files[file].at, files.files[file].length, was, strlen(was));
    ck_assert_ptr_nonnull(at);
    memcpy(at, is, strlen(is));
    fixture_pack(&log, &files, 10, &packed);
    check(&packed, &plain, code, says);
}

START_TEST(what_an_insider_changes_is_named)
{
    check_replaced(BUNDLE_RECORDS, "\"seq\":3,", "\"seq\":7,", VERIFY_GAP,
                   "record 3: it is missing");
    check_replaced(BUNDLE_RECORDS, "\"from\":\"pending\"", "\"from\":\"waiting\"", VERIFY_MISMATCH,
                   "record 3: it is not the one that was logged");
    check_replaced(BUNDLE_RECORDS, "\"v\":1}", "\"v\":2}", VERIFY_MISMATCH,
                   "record 0, or what stands in its place: not the canonical form near byte 477");
    check_replaced(BUNDLE_RECORDS, "\n", " ", VERIFY_MISMATCH, NULL);
    check_replaced(BUNDLE_CSV, "decision.approved", "decision.approveD", VERIFY_MISMATCH,
                   "record 2: its row in records.csv is another");
    check_replaced(BUNDLE_CSV, "seq,at", "seq,AT", VERIFY_MISMATCH,
                   "records.csv: its first line is another");
    check_replaced(BUNDLE_LEAVES, "=\n", "= ", VERIFY_MISMATCH,
                   "leaves.b64: the hash of record 0 is none");
    check_replaced(BUNDLE_POLICY, " 0 -", " 9 -", VERIFY_FINE, NULL);
    check_replaced(BUNDLE_POLICY, " 0 -", " 0 9", VERIFY_SIGNATURE,
                   "checkpoint: no trusted key of " FIXTURE_ORIGIN " for size 10 signed it");
    check_replaced(BUNDLE_CHECKPOINT, "\n10\n", "\n11\n", VERIFY_SIGNATURE,
                   "checkpoint: a signature by " FIXTURE_ORIGIN " does not hold");
}
END_TEST

START_TEST(files_that_do_not_belong_are_seen)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), rows = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text one = TEXT_LIMIT(TAR_MOST), two = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text three = TEXT_LIMIT(TAR_MOST), four = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text note = TEXT_LIMIT(NOTE_MOST);
    open_log(&log, 10);
    const struct bundle_files files = export_all(&log, &tar);
    struct bundle_files changed = files;
    changed.files[BUNDLE_LEAVES].length -= LEAF_LINE;
    fixture_pack(&log, &changed, 10, &one);
    check(&one, &plain, VERIFY_MISMATCH, "leaves.b64: not 10 lines with a leaf hash");
    changed = files;
    text_add_bytes(&rows, files.files[BUNDLE_CSV].at, files.files[BUNDLE_CSV].length);
    text_add(&rows, "10,,,,,,,,,,,,,,\r\n");
    changed.files[BUNDLE_CSV] = slice_of(text_of(&rows));
    fixture_pack(&log, &changed, 10, &two);
    check(&two, &plain, VERIFY_MISMATCH, "records.csv: there are rows without a record");
    fixture_pack(&log, &files, 9, &three);
    check(&three, &plain, VERIFY_GAP, "records.jsonl: 10 records, not the 9 that were exported");
    /* A file that the manifest does not know. */
    changed = files;
    fixture_checkpoint(&log, 5, &note);
    changed.files[BUNDLE_PREVIOUS] = slice_of(text_of(&note));
    fixture_pack(&log, &changed, -1, &four);
    check(&four, &plain, VERIFY_MISMATCH, "prev-checkpoint: not as the manifest has it");
}
END_TEST

START_TEST(a_manifest_of_another_export_does_not_fit)
{
    scoped(fixture_scoped) struct fixture log, shorter;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), other = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text packed = TEXT_LIMIT(TAR_MOST);
    open_log(&log, 10);
    open_log(&shorter, 9);
    struct bundle_files files = export_all(&log, &tar);
    files.files[BUNDLE_MANIFEST] = export_all(&shorter, &other).files[BUNDLE_MANIFEST];
    fixture_pack(&log, &files, -1, &packed);
    check(&packed, &plain, VERIFY_MISMATCH, "MANIFEST: it is about another checkpoint");
}
END_TEST

/* Records and rows of the whole log under the manifest of a range. */
START_TEST(records_that_nobody_asked_for_are_seen)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), part = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text packed = TEXT_LIMIT(TAR_MOST), cut = TEXT_LIMIT(TAR_MOST);
    struct bundle_files files;
    open_log(&log, 10);
    struct bundle_files all = export_all(&log, &tar);
    fixture_bundle(&log, 0, 5, NULL, NULL, &part);
    ck_assert_fine(bundle_open((struct slice){part.data, part.length}, &files, &spec_why));
    files.files[BUNDLE_RECORDS] = all.files[BUNDLE_RECORDS];
    files.files[BUNDLE_CSV] = all.files[BUNDLE_CSV];
    fixture_pack(&log, &files, 10, &packed);
    check(&packed, &plain, VERIFY_GAP, "record 5: the bundle is about 0 to 4");
    all.files[BUNDLE_RECORDS].length--;
    fixture_pack(&log, &all, 10, &cut);
    check(&cut, &plain, VERIFY_GAP, "records.jsonl: its last line has no end");
}
END_TEST

START_TEST(a_checkpoint_of_another_log_does_not_fit)
{
    scoped(fixture_scoped) struct fixture log, other;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), packed = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text note = TEXT_LIMIT(NOTE_MOST), policy = TEXT_LIMIT(NOTE_MOST);
    open_log(&log, 10);
    fixture_open(&other, "curfew.example/log2", 7);
    fixture_live(&other, 9);
    fixture_add_small(&other);
    struct bundle_files files = export_all(&log, &tar);
    fixture_checkpoint(&other, 10, &note);
    files.files[BUNDLE_CHECKPOINT] = slice_of(text_of(&note));
    fixture_pack(&log, &files, 10, &packed);
    check(&packed, &plain, VERIFY_SIGNATURE,
          "checkpoint: no trusted key of curfew.example/log2 for size 10 signed it");
    fixture_policy(&log, &policy);
    fixture_policy(&other, &policy);
    struct verify_options both = {.policy = slice_of(text_of(&policy))};
    check(&packed, &both, VERIFY_SIGNATURE,
          "MANIFEST: no trusted key of curfew.example/log2/export for size 10 signed it");
    /* The same origin and key, but another history. */
    scoped(fixture_scoped) struct fixture twin;
    scoped(text_scoped) struct text twins = TEXT_LIMIT(NOTE_MOST), again = TEXT_LIMIT(TAR_MOST);
    open_log(&twin, 9);
    fixture_add_small(&twin);
    fixture_checkpoint(&twin, 10, &twins);
    files.files[BUNDLE_CHECKPOINT] = slice_of(text_of(&twins));
    fixture_pack(&log, &files, 10, &again);
    check(&again, &plain, VERIFY_MISMATCH, "leaves.b64: not the leaves of the checkpoint");
}
END_TEST

/* Verifies a log of 20 against a checkpoint of another, held by the auditor. */
static void check_held(const struct fixture *held, int64_t size, enum verify_code code,
                       const char *says)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), note = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text policy = TEXT_LIMIT(NOTE_MOST), with = TEXT_LIMIT(TAR_MOST);
    open_log(&log, 20);
    struct bundle_files files = export_all(&log, &tar);
    fixture_policy(&log, &policy);
    fixture_policy(held, &policy);
    fixture_checkpoint(held, size, &note);
    struct verify_options options = {.policy = slice_of(text_of(&policy)),
                                     .previous = slice_of(text_of(&note))};
    check(&tar, &options, code, says);
    if (code == VERIFY_FINE)
        ck_assert_int_eq(verify(&tar, &options).held, size);
    /* The same as a file of the bundle. */
    files.files[BUNDLE_PREVIOUS] = slice_of(text_of(&note));
    fixture_pack(&log, &files, 20, &with);
    options.previous = (struct slice){.at = NULL};
    check(&with, &options, code, NULL);
    if (code == VERIFY_FINE)
        ck_assert_int_eq(verify(&with, &options).accompanied, size);
}

START_TEST(the_log_must_continue_an_older_checkpoint)
{
    scoped(fixture_scoped) struct fixture same, forked, other, stranger;
    open_log(&same, 25);
    for (int64_t size = 0; size <= 20; size++)
        check_held(&same, size, VERIFY_FINE, NULL);
    check_held(&same, 25, VERIFY_FORKED, "your checkpoint: it has 25 events, the bundle only 20");
    open_log(&forked, 13);
    fixture_add_small(&forked);
    check_held(&forked, 13, VERIFY_FINE, NULL);
    check_held(&forked, 14, VERIFY_FORKED,
               "your checkpoint: its 14 events are not those of the bundle");
    fixture_open(&other, "curfew.example/log2", 7);
    check_held(&other, 0, VERIFY_FORKED,
               "your checkpoint: it is of another log, curfew.example/log2");
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), note = TEXT_LIMIT(NOTE_MOST);
    fixture_open(&stranger, FIXTURE_ORIGIN, 50);
    fixture_checkpoint(&stranger, 0, &note);
    fixture_bundle(&same, 0, 25, NULL, NULL, &tar);
    const struct verify_options options = {.previous = slice_of(text_of(&note))};
    check(&tar, &options, VERIFY_SIGNATURE,
          "your checkpoint: no trusted key of " FIXTURE_ORIGIN " for size 0 signed it");
}
END_TEST

START_TEST(a_record_that_links_elsewhere_is_named)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), record = TEXT_LIMIT(RECORD_MOST);
    open_log(&log, 5);
    const struct event event = {.code = EVENT_SERVICE_STOPPED};
    ck_assert_fine(record_write(&event, 5, &log.leaves[3], &record, &spec_why));
    fixture_add_bytes(&log, slice_of(text_of(&record)));
    fixture_bundle(&log, 0, 6, NULL, NULL, &tar);
    check(&tar, &plain, VERIFY_GAP, "record 5: it names another record before it");
}
END_TEST

START_TEST(an_unlawful_history_is_named)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST);
    struct person_key person = fixture_person(1);
    const struct request_id request = {"01JDREQ0000000000000000001"};
    const struct event event = {.code = EVENT_REQUEST_APPROVED,
                                .subject = &person,
                                .request = &request,
                                .from = "pending",
                                .to = "approved"};
    open_log(&log, 13);
    fixture_add(&log, &event);
    fixture_bundle(&log, 0, 14, NULL, NULL, &tar);
    check(&tar, &plain, VERIFY_UNLAWFUL,
          "record 13: request 01JDREQ0000000000000000001 leaves a state in which it was not");
}
END_TEST

START_TEST(a_log_that_ended_long_ago_is_stale)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), part = TEXT_LIMIT(TAR_MOST);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_add_small(&log);
    fixture_bundle(&log, 0, 1, NULL, NULL, &tar);
    struct verify_options options = {.now = 1767225600 + 7200, .most_seconds = 7200};
    check(&tar, &options, VERIFY_FINE, NULL);
    options.now++;
    check(&tar, &options, VERIFY_STALE, "the newest event is 7201 seconds old, 7200 allowed");
    fixture_add_small(&log);
    fixture_bundle(&log, 0, 1, NULL, NULL, &part);
    check(&part, &options, VERIFY_STALE, "the newest event is not in the bundle: no age");
}
END_TEST

START_TEST(keys_must_be_known_and_readable)
{
    scoped(fixture_scoped) struct fixture log, other;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), policy = TEXT_LIMIT(NOTE_MOST);
    open_log(&log, 5);
    fixture_bundle(&log, 0, 5, NULL, NULL, &tar);
    fixture_open(&other, FIXTURE_ORIGIN, 9);
    fixture_policy(&other, &policy);
    struct verify_options options = {.policy = slice_of(text_of(&policy))};
    check(&tar, &options, VERIFY_SIGNATURE,
          "checkpoint: no trusted key of " FIXTURE_ORIGIN " for size 5 signed it");
    options.policy = slice_of("nonsense\n");
    check(&tar, &options, VERIFY_UNREADABLE,
          "the policy: line 1 is not a verifier key, a first and a last size");
}
END_TEST

START_TEST(findings_stop_at_their_limit)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), packed = TEXT_LIMIT(TAR_MOST);
    open_log(&log, 60);
    struct bundle_files files = export_all(&log, &tar);
    char *records = (char *)(uintptr_t)files.files[BUNDLE_RECORDS].at;
    for (size_t i = 0; i < files.files[BUNDLE_RECORDS].length; i++)
        if (records[i] != '\n')
            records[i] = 'x';
    fixture_pack(&log, &files, 60, &packed);
    ck_assert_uint_eq(verify(&packed, &plain).count, VERIFY_FINDINGS);
    const struct verify_options few = {.findings = 3};
    ck_assert_uint_eq(verify(&packed, &few).count, 3);
}
END_TEST

START_TEST(files_are_read_from_disk)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), note = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text policy = TEXT_LIMIT(NOTE_MOST);
    struct verified verdict;
    open_log(&log, 20);
    fixture_bundle(&log, 0, 20, NULL, NULL, &tar);
    fixture_checkpoint(&log, 12, &note);
    fixture_policy(&log, &policy);
    const char *path = spec_path("bundle.tar");
    FILE *file = fopen(path, "we");
    ck_assert_uint_eq(fwrite(tar.data, 1, tar.length, file), tar.length);
    ck_assert_int_eq(fclose(file), 0);
    verify_files(path, spec_file("policy", text_of(&policy)), spec_file("old", text_of(&note)),
                 &plain, &verdict);
    ck_assert_int_eq(verdict.code, VERIFY_FINE);
    ck_assert_int_eq(verdict.held, 12);
    ck_assert(!verdict.self_asserted);
    verify_files(path, NULL, NULL, &plain, &verdict);
    ck_assert_int_eq(verdict.code, VERIFY_FINE);
    ck_assert(verdict.self_asserted);
    verify_files(spec_path("missing"), NULL, NULL, &plain, &verdict);
    ck_assert_int_eq(verdict.code, VERIFY_UNREADABLE);
    verify_files(path, spec_path("missing"), NULL, &plain, &verdict);
    ck_assert_int_eq(verdict.code, VERIFY_UNREADABLE);
    verify_files(spec_file("empty", ""), NULL, NULL, &plain, &verdict);
    ck_assert_int_eq(verdict.code, VERIFY_UNREADABLE);
}
END_TEST

SPECIFICATION("audit/verify", an_untouched_bundle_is_fine, a_part_of_a_log_is_fine_too,
              a_bundle_cut_anywhere_is_unreadable, dropped_reordered_and_doubled_records_are_named,
              what_an_insider_changes_is_named, files_that_do_not_belong_are_seen,
              a_manifest_of_another_export_does_not_fit, records_that_nobody_asked_for_are_seen,
              a_checkpoint_of_another_log_does_not_fit, the_log_must_continue_an_older_checkpoint,
              a_record_that_links_elsewhere_is_named, an_unlawful_history_is_named,
              a_log_that_ended_long_ago_is_stale, keys_must_be_known_and_readable,
              findings_stop_at_their_limit, files_are_read_from_disk)
