/* Goal: one record can be proved to be in the log, without the others. */
#include "audit/proof.h"
#include "audit/fixture.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

static struct trust trust_of(const struct fixture *log)
{
    scoped(text_scoped) struct text policy = TEXT_LIMIT(4096);
    struct trust trust;
    fixture_policy(log, &policy);
    ck_assert_fine(trust_read(slice_of(text_of(&policy)), &trust, &spec_why));
    return trust;
}

START_TEST(every_record_of_a_bundle_is_proved)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(1024 * 1024);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 37);
    fixture_bundle(&log, 0, 37, NULL, NULL, &tar);
    struct trust trust = trust_of(&log);
    for (int64_t seq = 0; seq < log.size; seq++) {
        scoped(text_scoped) struct text proof = TEXT_LIMIT(PROOF_MOST);
        struct checkpoint checkpoint;
        int64_t found;
        ck_assert_fine(
            proof_from_bundle((struct slice){tar.data, tar.length}, seq, &proof, &spec_why));
        struct slice text = slice_of(text_of(&proof));
        ck_assert_fine(proof_check(text, log.records[seq], &trust, &found, &checkpoint, &spec_why));
        ck_assert_int_eq(found, seq);
        ck_assert_int_eq(checkpoint.size, 37);
        ck_assert_int_eq(
            proof_check(text, log.records[(seq + 1) % 37], &trust, &found, &checkpoint, NULL),
            FAIL_DENIED);
    }
}
END_TEST

START_TEST(it_is_the_text_of_tlog_proof)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(1024 * 1024), proof = TEXT_LIMIT(PROOF_MOST);
    char hash[DIGEST_BASE64_SIZE];
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 2);
    fixture_bundle(&log, 0, 2, NULL, NULL, &tar);
    ck_assert_fine(proof_from_bundle((struct slice){tar.data, tar.length}, 1, &proof, &spec_why));
    digest_base64(&log.leaves[0], hash);
    struct slice rest = slice_of(text_of(&proof)), line;
    ck_assert(slice_skip(&rest, SLICE("c2sp.org/tlog-proof@v1\nindex 1\n")));
    ck_assert(slice_take(&rest, '\n', &line) && slice_is(line, hash));
    ck_assert(slice_skip(&rest, SLICE("\n" FIXTURE_ORIGIN "\n2\n")));
}
END_TEST

START_TEST(a_changed_byte_proves_nothing)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(1024 * 1024), proof = TEXT_LIMIT(PROOF_MOST);
    struct checkpoint checkpoint;
    int64_t seq = -1;
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 11);
    fixture_bundle(&log, 0, 11, NULL, NULL, &tar);
    struct trust trust = trust_of(&log);
    ck_assert_fine(proof_from_bundle((struct slice){tar.data, tar.length}, 5, &proof, &spec_why));
    for (size_t i = 0; i < proof.length; i++) {
        proof.data[i] ^= 1;
        ck_assert_int_ne(proof_check((struct slice){proof.data, proof.length}, log.records[5],
                                     &trust, &seq, &checkpoint, NULL),
                         FAIL_NONE);
        proof.data[i] ^= 1;
    }
    for (size_t length = 0; length < proof.length; length++)
        ck_assert_int_ne(proof_check((struct slice){proof.data, length}, log.records[5], &trust,
                                     &seq, &checkpoint, NULL),
                         FAIL_NONE);
    ck_assert_int_eq(seq, -1);
}
END_TEST

START_TEST(what_is_not_there_is_not_proved)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(1024 * 1024), proof = TEXT_LIMIT(PROOF_MOST);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 4);
    fixture_bundle(&log, 0, 4, NULL, NULL, &tar);
    struct slice bundle = {tar.data, tar.length};
    ck_assert_int_eq(proof_from_bundle(bundle, 4, &proof, NULL), FAIL_NOT_FOUND);
    ck_assert_int_eq(proof_from_bundle(bundle, -1, &proof, NULL), FAIL_NOT_FOUND);
    bundle.length--;
    ck_assert_int_eq(proof_from_bundle(bundle, 1, &proof, NULL), FAIL_INVALID);
    ck_assert_uint_eq(proof.length, 0);
}
END_TEST

SPECIFICATION("audit/proof", every_record_of_a_bundle_is_proved, it_is_the_text_of_tlog_proof,
              a_changed_byte_proves_nothing, what_is_not_there_is_not_proved)
