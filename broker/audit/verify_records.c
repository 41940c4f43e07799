#include "audit/lives.h"
#include "audit/merkle.h"
#include "audit/verification.h"

struct reading {
    struct slice records, rows; /* what is left of both */
    int64_t next;               /* the event that follows when none is withheld */
    bool rows_lost;             /* a row differed, which is said once */
    struct text *row;           /* used again for each */
    struct lives *lives;
    struct proofs *proofs;
};

static void check_row(struct verification *run, struct reading *reading,
                      const struct record *record, const char *leaf)
{
    text_clear(reading->row);
    record_csv_row(record, leaf, reading->row);
    if (reading->rows_lost ||
        slice_skip(&reading->rows, (struct slice){reading->row->data, reading->row->length}))
        return;
    reading->rows_lost = true;
    verification_find(run, VERIFY_MISMATCH, "record %lld: its row in records.csv is another",
                      (long long)record->seq);
}

/* May this record stand here? Goes on to the next. */
static bool check_place(struct verification *run, struct reading *reading, int64_t seq)
{
    const struct manifest *manifest = &run->manifest;
    if (seq < manifest->first || seq >= manifest->end) {
        verification_find(run, VERIFY_GAP, "record %lld: the bundle is about %lld to %lld",
                          (long long)seq, (long long)manifest->first, (long long)manifest->end - 1);
        return false;
    }
    if (seq < reading->next) {
        verification_find(run, VERIFY_GAP, "record %lld: it stands behind record %lld",
                          (long long)seq, (long long)reading->next - 1);
        return false;
    }
    if (seq > reading->next && !*manifest->filter)
        verification_find(run, VERIFY_GAP, "record %lld: it is missing", (long long)reading->next);
    reading->next = seq + 1;
    return true;
}

/* Is it the record that was logged, behind the one it names? */
static bool check_links(struct verification *run, const struct record *record, const char *leaf)
{
    if (!slice_is(verification_leaf(run, record->seq), leaf)) {
        verification_find(run, VERIFY_MISMATCH, "record %lld: it is not the one that was logged",
                          (long long)record->seq);
        return false;
    }
    if (record->seq && !slice_equals(record->prev, verification_leaf(run, record->seq - 1)))
        verification_find(run, VERIFY_GAP, "record %lld: it names another record before it",
                          (long long)record->seq);
    return true;
}

static void check_record(struct verification *run, struct reading *reading, struct slice line)
{
    struct record record;
    struct reason why = {{0}};
    char leaf[DIGEST_BASE64_SIZE];
    if (record_read(line, &record, &why)) {
        reading->rows_lost = true;
        verification_find(run, VERIFY_MISMATCH, "record %lld, or what stands in its place: %s",
                          (long long)reading->next, why.text);
        return;
    }
    struct digest digest = merkle_leaf(line.at, line.length);
    digest_base64(&digest, leaf);
    bool own = check_place(run, reading, record.seq) && check_links(run, &record, leaf);
    check_row(run, reading, &record, leaf);
    if (!own)
        return;
    if (lives_add(reading->lives, &record, &why))
        verification_find(run, VERIFY_UNLAWFUL, "record %lld: %s", (long long)record.seq, why.text);
    verification_proof(run, reading->proofs, &record);
    if (record.seq + 1 == run->manifest.size)
        run->newest_ms = record.at_ms;
}

static void check_end(struct verification *run, const struct reading *reading)
{
    const struct manifest *manifest = &run->manifest;
    if (reading->records.length)
        verification_find(run, VERIFY_GAP, "records.jsonl: its last line has no end");
    if (!*manifest->filter && reading->next < manifest->end)
        verification_find(run, VERIFY_GAP, "record %lld: it is missing", (long long)reading->next);
    if (run->verdict->records != manifest->records)
        verification_find(run, VERIFY_GAP,
                          "records.jsonl: %lld records, not the %lld that were exported",
                          (long long)run->verdict->records, (long long)manifest->records);
    if (!reading->rows_lost && reading->rows.length)
        verification_find(run, VERIFY_MISMATCH, "records.csv: there are rows without a record");
    if (reading->proofs->rest.length)
        verification_find(run, VERIFY_MISMATCH, "approvals: there is more than the records name");
}

void verify_records(struct verification *run)
{
    scoped(text_scoped) struct text row = TEXT_LIMIT(BUNDLE_CHUNK);
    scoped(lives_scoped) struct lives *lives = lives_new();
    scoped(proofs_scoped) struct proofs proofs = {.rest = run->bundle.proofs};
    struct reading reading = {.records = run->bundle.files[BUNDLE_RECORDS],
                              .rows = run->bundle.files[BUNDLE_CSV],
                              .next = run->manifest.first,
                              .row = &row,
                              .lives = lives,
                              .proofs = &proofs};
    struct slice line;
    record_csv_header(&row);
    if (!slice_skip(&reading.rows, slice_of(text_of(&row)))) {
        reading.rows_lost = true;
        verification_find(run, VERIFY_MISMATCH, "records.csv: its first line is another");
    }
    while (!verification_is_enough(run) && slice_take(&reading.records, '\n', &line)) {
        run->verdict->records++;
        check_record(run, &reading, line);
    }
    if (!verification_is_enough(run))
        check_end(run, &reading);
}
