/* Goal: the verdict says in plain words what was proved, and what was not. */
#include "audit/fixture.h"
#include "audit/verify.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

enum { TAR_MOST = 1024 * 1024 };

static const struct verify_options plain = {.now = 0};

static struct verified verify(const struct text *tar, const struct verify_options *options)
{
    struct verified verdict;
    verify_bundle((struct slice){tar->data, tar->length}, options, &verdict);
    return verdict;
}

static const char *report_of(const struct verified *verdict, struct text *report)
{
    text_clear(report);
    verify_report(verdict, report);
    return text_of(report);
}

START_TEST(the_report_says_what_was_witnessed)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), note = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text policy = TEXT_LIMIT(NOTE_MOST), report = TEXT_LIMIT(10000);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 10);
    fixture_checkpoint(&log, 7, &note);
    fixture_bundle(&log, 0, 10, NULL, NULL, &tar);
    struct verified verdict = verify(&tar, &plain);
    const char *says = report_of(&verdict, &report);
    ck_assert(strstr(says, "self-asserted: the keys came with the bundle.") != NULL);
    ck_assert(strstr(says, "\nnot witnessed: ") != NULL);
    ck_assert(strstr(says, "\nfine\n") != NULL);
    fixture_policy(&log, &policy);
    const struct verify_options options = {.policy = slice_of(text_of(&policy)),
                                           .previous = slice_of(text_of(&note))};
    verdict = verify(&tar, &options);
    says = report_of(&verdict, &report);
    ck_assert(strstr(says, "keys: from your own list.\n") != NULL);
    ck_assert(strstr(says, "witnessed: the first 7 events, by the checkpoint that you held.") !=
              NULL);
    ck_assert(strstr(says, "self-asserted") == NULL);
    char *at = memmem(tar.data, tar.length, "checking", 8);
    ck_assert_ptr_nonnull(at);
    *at = 'C';
    verdict = verify(&tar, &options);
    ck_assert_text(report_of(&verdict, &report),
                   "found (2): record 0: it is not the one that was logged\n"
                   "found (2): record 0: its row in records.csv is another\n"
                   "found (2): records.jsonl: not as the manifest has it\n"
                   "NOT fine\n");
}
END_TEST

START_TEST(a_witness_counts_when_one_trusts_it)
{
    scoped(fixture_scoped) struct fixture log, witness;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), packed = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text note = TEXT_LIMIT(NOTE_MOST), policy = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text report = TEXT_LIMIT(10000);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 10);
    fixture_open(&witness, "witness.example", 40);
    struct bundle_files files;
    fixture_bundle(&log, 0, 10, NULL, NULL, &tar);
    ck_assert_fine(bundle_open((struct slice){tar.data, tar.length}, &files, &spec_why));
    struct verified verdict = verify(&tar, &plain);
    const struct note_signer *const both[] = {log.log_key, witness.log_key};
    ck_assert_fine(checkpoint_sign(&verdict.checkpoint, 2, both, &note, &spec_why));
    files.files[BUNDLE_CHECKPOINT] = slice_of(text_of(&note));
    fixture_pack(&log, &files, 10, &packed);
    verdict = verify(&packed, &plain);
    ck_assert_int_eq(verdict.code, VERIFY_FINE);
    ck_assert_text(verdict.witnesses, "");
    fixture_policy(&log, &policy);
    fixture_policy(&witness, &policy);
    const struct verify_options options = {.policy = slice_of(text_of(&policy))};
    verdict = verify(&packed, &options);
    ck_assert_text(verdict.witnesses, "witness.example");
    ck_assert(strstr(report_of(&verdict, &report),
                     "witnessed: all 10 events, by witness.example.") != NULL);
}
END_TEST

static bool the_third(const struct fixture *log, int64_t seq)
{
    (void)log;
    return seq == 3;
}

START_TEST(it_says_what_is_there_and_what_is_not)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), note = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text report = TEXT_LIMIT(10000);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 10);
    fixture_checkpoint(&log, 6, &note);
    log.withhold = the_third;
    fixture_bundle(&log, 2, 9, "all but the third", text_of(&note), &tar);
    struct verified verdict = verify(&tar, &plain);
    const char *says = report_of(&verdict, &report);
    ck_assert(strstr(says, "checkpoint: " FIXTURE_ORIGIN ", 10 events, root ") == says);
    ck_assert(strstr(says, "\nsigned by: " FIXTURE_ORIGIN "+") != NULL);
    ck_assert(strstr(says, "\nevents: from 2, 7 of them, of which 6 were asked for (all but the "
                           "third); of the others only the leaf hashes\n") != NULL);
    ck_assert(strstr(says, "\nprev-checkpoint: the log continues one of 6 events.") != NULL);
}
END_TEST

SPECIFICATION("audit/verify_report", the_report_says_what_was_witnessed,
              a_witness_counts_when_one_trusts_it, it_says_what_is_there_and_what_is_not)
