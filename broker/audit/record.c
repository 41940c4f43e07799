#include "audit/record.h"

#include "audit/canonical.h"
#include "audit/csv.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/scoped.h"

#include <stdlib.h>

/* The form of a record, for writing and for reading: what stands before each of its texts, in the
   order of the names. Detail, seq, subject and the end stand between. */
static const struct slice head[] = {SLICE_OF("{\"actor\":{\"kind\":"), SLICE_OF(",\"oid\":"),
                                    SLICE_OF(",\"tid\":"), SLICE_OF("},\"at\":"),
                                    SLICE_OF(",\"code\":")};
static const struct slice detail_name = SLICE_OF(",\"detail\":");
static const struct slice middle[] = {SLICE_OF(",\"from\":"), SLICE_OF(",\"grant\":"),
                                      SLICE_OF(",\"prev\":"), SLICE_OF(",\"request\":"),
                                      SLICE_OF(",\"role\":")};
static const struct slice seq_name = SLICE_OF(",\"seq\":");
static const struct slice subject_name = SLICE_OF(",\"subject\":");
static const struct slice whom[] = {SLICE_OF("{\"oid\":"), SLICE_OF(",\"tid\":")};
static const struct slice tail[] = {SLICE_OF(",\"to\":")};
static const struct slice end = SLICE_OF(",\"v\":1}");

enum { SEQ_DIGITS = 20 };

static void add(struct text *record, struct slice piece)
{
    text_add_bytes(record, piece.at, piece.length);
}

/* False, and `*wrong` is what stands before it, when a text is outside the profile. */
static bool add_texts(struct text *record, size_t count, const struct slice before[],
                      const char *const texts[], const char **wrong)
{
    for (size_t i = 0; i < count; i++) {
        add(record, before[i]);
        *wrong = before[i].at;
        if (!canonical_add(record, texts[i]))
            return false;
    }
    return true;
}

static bool add_detail(struct text *record, const json_t *detail, const char **wrong)
{
    add(record, detail_name);
    *wrong = detail_name.at;
    if (!detail)
        return canonical_add(record, NULL);
    char *json = json_canonical(detail);
    struct slice rest = slice_of(json), value;
    bool fine = json_is_object(detail) && canonical_value(&rest, &value) && !rest.length;
    text_add(record, json);
    free(json);
    return fine;
}

static bool add_subject(struct text *record, const struct person_key *subject, const char **wrong)
{
    add(record, subject_name);
    if (!subject)
        return canonical_add(record, NULL);
    const char *const texts[] = {subject->oid, subject->tid};
    bool fine = add_texts(record, COUNT(whom), whom, texts, wrong);
    text_add_char(record, '}');
    return fine;
}

static bool add_event(struct text *record, const struct event *event, int64_t seq, const char *prev,
                      const char **wrong)
{
    const struct actor *actor = &event->actor;
    const struct person_key *by = actor->kind == ACTOR_PERSON ? &actor->person : NULL;
    char at[25];
    moment_text_ms(event->at_ms, at);
    const char *const heads[] = {actor_kind_text(actor->kind), by ? by->oid : NULL,
                                 by ? by->tid : NULL, at, event_code_text(event->code)};
    const char *const middles[] = {event->from, event->grant ? event->grant->text : NULL, prev,
                                   event->request ? event->request->text : NULL, event->role};
    if (!add_texts(record, COUNT(head), head, heads, wrong) ||
        !add_detail(record, event->detail, wrong) ||
        !add_texts(record, COUNT(middle), middle, middles, wrong))
        return false;
    add(record, seq_name);
    text_addf(record, "%lld", (long long)seq);
    if (!add_subject(record, event->subject, wrong) ||
        !add_texts(record, COUNT(tail), tail, &event->to, wrong))
        return false;
    add(record, end);
    return true;
}

enum fail record_write(const struct event *event, int64_t seq, const struct digest *prev,
                       struct text *record, struct reason *why)
{
    size_t before = record->length;
    char link[DIGEST_BASE64_SIZE];
    const char *code = event_code_text(event->code), *wrong;
    if (seq < 0 || seq > NUMBER_MOST || !prev != !seq)
        return because(why, FAIL_BROKEN, "record %lld has %s record before it", (long long)seq,
                       prev ? "a" : "no");
    if (prev)
        digest_base64(prev, link);
    bool fine = add_event(record, event, seq, prev ? link : NULL, &wrong);
    if (fine && !record->cut && record->length - before <= RECORD_MOST)
        return FAIL_NONE;
    record->length = before;
    if (record->data)
        record->data[before] = '\0';
    if (!fine)
        return because(why, FAIL_BROKEN, "%s: what follows %s cannot be recorded", code, wrong);
    return because(why, FAIL_BROKEN, "%s: longer than a record may be", code);
}

static bool read_texts(struct slice *rest, size_t count, const struct slice before[],
                       struct slice *const texts[])
{
    for (size_t i = 0; i < count; i++)
        if (!slice_skip(rest, before[i]) || !canonical_text(rest, texts[i]))
            return false;
    return true;
}

static bool read_detail(struct slice *rest, struct slice *detail)
{
    if (!slice_skip(rest, detail_name))
        return false;
    return slice_skip(rest, SLICE("null")) ||
           (rest->length && *rest->at == '{' && canonical_value(rest, detail));
}

static bool read_subject(struct slice *rest, struct record *record)
{
    struct slice *const texts[] = {&record->subject_oid, &record->subject_tid};
    if (!slice_skip(rest, subject_name))
        return false;
    return slice_skip(rest, SLICE("null")) ||
           (read_texts(rest, COUNT(whom), whom, texts) && slice_skip(rest, SLICE("}")) &&
            record->subject_oid.at && record->subject_tid.at);
}

/* Only as moment_text_ms writes it: moment_read alone takes more. */
static bool read_moment(struct slice at, int64_t *at_ms)
{
    char text[25];
    int64_t seconds;
    if (at.length != 24 || !slice_copy(at, text, sizeof text) || text[10] != 'T' ||
        text[17] == '6' || text[19] != '.' || text[23] != 'Z' || !moment_read(text, &seconds))
        return false;
    *at_ms = seconds * 1000 + (text[20] - '0') * 100 + (text[21] - '0') * 10 + (text[22] - '0');
    return true;
}

static bool read_event(struct slice *rest, struct record *record)
{
    struct slice *const heads[] = {&record->actor_kind, &record->actor_oid, &record->actor_tid,
                                   &record->at, &record->code};
    struct slice *const middles[] = {&record->from, &record->grant, &record->prev, &record->request,
                                     &record->role};
    struct slice *const tails[] = {&record->to};
    return read_texts(rest, COUNT(head), head, heads) && read_detail(rest, &record->detail) &&
           read_texts(rest, COUNT(middle), middle, middles) && slice_skip(rest, seq_name) &&
           canonical_number(rest, &record->seq) && read_subject(rest, record) &&
           read_texts(rest, COUNT(tail), tail, tails) && slice_skip(rest, end) && !rest->length;
}

/* What may be null together only, or not at all. */
static bool is_complete(const struct record *record)
{
    return record->actor_kind.at && record->code.at &&
           !record->actor_oid.at == !record->actor_tid.at && !record->prev.at == !record->seq;
}

enum fail record_read(struct slice bytes, struct record *ret, struct reason *why)
{
    struct record record = {.seq = 0};
    struct slice rest = bytes;
    if (bytes.length > RECORD_MOST)
        return because(why, FAIL_INVALID, "longer than %d bytes", RECORD_MOST);
    if (!read_event(&rest, &record) || !is_complete(&record) ||
        !read_moment(record.at, &record.at_ms))
        return because(why, FAIL_INVALID, "not the canonical form near byte %zu",
                       bytes.length - rest.length);
    *ret = record;
    return FAIL_NONE;
}

void record_csv_header(struct text *csv)
{
    text_add(csv, "seq,at,code,actor_kind,actor_tid,actor_oid,subject_tid,subject_oid,"
                  "request,grant,role,from,to,detail,leaf\r\n");
}

/* snprintf would take as long as half of the row. */
static struct slice digits_of(int64_t number, char room[SEQ_DIGITS])
{
    char *at = room + SEQ_DIGITS;
    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    return (struct slice){.at = at, .length = (size_t)(room + SEQ_DIGITS - at)};
}

void record_csv_row(const struct record *record, const char *leaf, struct text *csv)
{
    char room[SEQ_DIGITS];
    const struct slice cells[] = {
        digits_of(record->seq, room),
        record->at,
        record->code,
        record->actor_kind,
        record->actor_tid,
        record->actor_oid,
        record->subject_tid,
        record->subject_oid,
        record->request,
        record->grant,
        record->role,
        record->from,
        record->to,
        record->detail,
        slice_of(leaf),
    };
    csv_row(csv, COUNT(cells), cells);
}

void record_commitment(const uint8_t salt[COMMITMENT_SALT], const char *text,
                       char commitment[DIGEST_BASE64_SIZE])
{
    const void *const pieces[] = {salt, text};
    struct digest digest =
        digest_of_pieces(2, pieces, (const size_t[]){COMMITMENT_SALT, strlen(text)});
    digest_base64(&digest, commitment);
}
