/* Records: an event as the bytes that are hashed, and those bytes read back. */
#pragma once

#include "audit/slice.h"
#include "base/digest.h"
#include "base/text.h"
#include "model/event.h"

enum { RECORD_MOST = 64 * 1024, COMMITMENT_SALT = 16 };

/* Adds the record of `event` at `seq` to `record`: canonical JSON with every member of an event
   (design 5.2), null where there is nothing, plus `v` (1) and `prev`, the leaf hash before it, NULL
   at 0. FAIL_BROKEN, with nothing added, when a text or `detail` is outside the profile of
   canonical.h, `detail` is no object, or the record is longer than RECORD_MOST or the limit of
   `record`. */
enum fail record_write(const struct event *event, int64_t seq, const struct digest *prev,
                       struct text *record, struct reason *why);

/* A record taken apart; the slices point into it. Texts stand as between the quotes in JSON, with
   its escapes; a slice of nothing is null. */
struct record {
    int64_t seq, at_ms;
    struct slice at, code, actor_kind, actor_tid, actor_oid, subject_tid, subject_oid;
    struct slice request, grant, role, from, to;
    struct slice detail; /* a JSON object */
    struct slice prev;   /* base64 */
};

/* Reads exactly what record_write may write, with any code and any kind of actor: those lists grow.
   FAIL_INVALID says near which byte something else stands. */
enum fail record_read(struct slice bytes, struct record *ret, struct reason *why);

/* `records.csv`: the header, and the row of a record with its leaf hash in base64. */
void record_csv_header(struct text *csv);
void record_csv_row(const struct record *record, const char *leaf, struct text *csv);

/* Stands for free text in a record: the text can be erased, and while it is kept, salt and text
   prove what was recorded. */
void record_commitment(const uint8_t salt[COMMITMENT_SALT], const char *text,
                       char commitment[DIGEST_BASE64_SIZE]);
