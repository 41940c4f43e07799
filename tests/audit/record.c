/* Goal: an event has one record, byte for byte, and only that text is read back. */
#include "audit/record.h"
#include "audit/merkle.h"
#include "base/json.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <sodium.h>
#include <string.h>

static const struct person_key analyst = {"11111111-2222-4333-8444-555555555555",
                                          "aaaaaaaa-0000-4000-8000-000000000001"};
static const struct person_key approver = {"11111111-2222-4333-8444-555555555555",
                                           "aaaaaaaa-0000-4000-8000-000000000002"};
static const struct request_id request = {"01JDREQ0000000000000000000"};
static const struct grant_id grant = {"01JDGRA0000000000000000000"};

static const char small[] =
    "{\"actor\":{\"kind\":\"curfew\",\"oid\":null,\"tid\":null},\"at\":\"2026-01-01T00:00:00."
    "007Z\","
    "\"code\":\"service.started\",\"detail\":null,\"from\":null,\"grant\":null,\"prev\":null,"
    "\"request\":null,\"role\":null,\"seq\":0,\"subject\":null,\"to\":null,\"v\":1}";

static const char full[] =
    "{\"actor\":{\"kind\":\"person\",\"oid\":\"aaaaaaaa-0000-4000-8000-000000000002\","
    "\"tid\":\"11111111-2222-4333-8444-555555555555\"},\"at\":\"2026-01-01T00:00:01.250Z\","
    "\"code\":\"grant.active\",\"detail\":{\"a\":[1,true],\"says\":\"\\\"\xC3\xA9\\\"\\n\"},"
    "\"from\":\"activating\",\"grant\":\"01JDGRA0000000000000000000\","
    "\"prev\":\"FAWApmnE7eCtnelHyGWtQ28IsZbZdyljw54bp8o5BF8=\","
    "\"request\":\"01JDREQ0000000000000000000\",\"role\":\"copilot-owner\",\"seq\":1,"
    "\"subject\":{\"oid\":\"aaaaaaaa-0000-4000-8000-000000000001\","
    "\"tid\":\"11111111-2222-4333-8444-555555555555\"},\"to\":\"active\",\"v\":1}";

static struct event small_event(void)
{
    return (struct event){.at_ms = INT64_C(1767225600007), .code = EVENT_SERVICE_STARTED};
}

static struct event full_event(const json_t *detail)
{
    return (struct event){
        .at_ms = INT64_C(1767225601250),
        .code = EVENT_GRANT_ACTIVE,
        .actor = {.kind = ACTOR_PERSON, .person = approver},
        .subject = &analyst,
        .request = &request,
        .grant = &grant,
        .role = "copilot-owner",
        .from = "activating",
        .to = "active",
        .detail = detail,
    };
}

static enum fail read_text(const char *text, struct record *record)
{
    return record_read(slice_of(text), record, NULL);
}

START_TEST(an_event_is_written_with_every_member)
{
    scoped(text_scoped) struct text record = TEXT_LIMIT(RECORD_MOST);
    struct event event = small_event();
    ck_assert_fine(record_write(&event, 0, NULL, &record, &spec_why));
    ck_assert_text(text_of(&record), small);
    struct digest prev = merkle_leaf(small, strlen(small));
    json_auto_t *detail = json_pack("{s:s, s:[i, b]}", "says", "\"\xC3\xA9\"\n", "a", 1, 1);
    event = full_event(detail);
    text_clear(&record);
    ck_assert_fine(record_write(&event, 1, &prev, &record, &spec_why));
    ck_assert_text(text_of(&record), full);
}
END_TEST

START_TEST(it_is_what_a_json_library_would_write)
{
    static const char *const records[] = {small, full};
    for (size_t i = 0; i < COUNT(records); i++) {
        json_auto_t *json = NULL;
        ck_assert_fine(json_read(records[i], strlen(records[i]), &json, NULL, &spec_why));
        char *again = json_canonical(json);
        ck_assert_text(again, records[i]);
        free(again);
    }
}
END_TEST

START_TEST(a_record_is_read_back_in_pieces)
{
    struct record record;
    ck_assert_fine(record_read(slice_of(full), &record, &spec_why));
    ck_assert_int_eq(record.seq, 1);
    ck_assert_int_eq(record.at_ms, INT64_C(1767225601250));
    ck_assert(slice_is(record.code, "grant.active"));
    ck_assert(slice_is(record.actor_kind, "person"));
    ck_assert(slice_is(record.actor_oid, approver.oid));
    ck_assert(slice_is(record.actor_tid, approver.tid));
    ck_assert(slice_is(record.subject_oid, analyst.oid));
    ck_assert(slice_is(record.request, request.text));
    ck_assert(slice_is(record.grant, grant.text));
    ck_assert(slice_is(record.role, "copilot-owner"));
    ck_assert(slice_is(record.from, "activating"));
    ck_assert(slice_is(record.to, "active"));
    ck_assert(slice_is(record.detail, "{\"a\":[1,true],\"says\":\"\\\"\xC3\xA9\\\"\\n\"}"));
    ck_assert(slice_is(record.prev, "FAWApmnE7eCtnelHyGWtQ28IsZbZdyljw54bp8o5BF8="));
    ck_assert_fine(record_read(slice_of(small), &record, &spec_why));
    ck_assert_int_eq(record.seq, 0);
    ck_assert_ptr_null(record.prev.at);
    ck_assert_ptr_null(record.detail.at);
    ck_assert_ptr_null(record.subject_oid.at);
}
END_TEST

/* One replacement in the small record, and what must be refused. */
static void check_refused(const char *was, const char *is)
{
    char text[1024];
    struct record record = {.seq = -7};
    const char *at = strstr(small, was);
    ck_assert_ptr_nonnull(at);
    (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - small), small, is, at + strlen(was));
    ck_assert_msg(read_text(text, &record) == FAIL_INVALID, "%s", text);
    ck_assert_int_eq(record.seq, -7);
}

START_TEST(no_other_text_is_a_record)
{
    static const char *const changes[][2] = {
        {"{\"actor\"", " {\"actor\""},
        {"\"v\":1}", "\"v\":1} "},
        {"\"v\":1}", "\"v\":1}\n"},
        {"\"v\":1}", "\"v\":2}"},
        {",\"v\":1}", "}"},
        {"\"v\":1}", "\"v\":1,\"w\":1}"},
        {"\"to\":null,", ""},
        {"\"seq\":0", "\"seq\":1"},
        {"\"seq\":0", "\"seq\":-0"},
        {"\"seq\":0", "\"seq\":00"},
        {"\"seq\":0", "\"seq\":0.0"},
        {"\"seq\":0", "\"seq\":\"0\""},
        {"\"prev\":null", "\"prev\":\"\""},
        {"\"code\":\"service.started\"", "\"code\":null"},
        {"\"curfew\"", "null"},
        {"\"oid\":null", "\"oid\":\"x\""},
        {"\"detail\":null", "\"detail\":1"},
        {"\"detail\":null", "\"detail\":[]"},
        {"\"detail\":null", "\"detail\":{\"b\":1,\"a\":1}"},
        {"\"detail\":null", "\"detail\":{\"a\":1.5}"},
        {"\"subject\":null", "\"subject\":{}"},
        {"\"subject\":null", "\"subject\":{\"oid\":\"x\",\"tid\":null}"},
        {"\"role\":null", "\"role\":\"\\u0061\""},
        {"\"role\":null", "\"role\":\"\r\""},
        {"00:00:00.007Z", "00:00:00.007z"},
        {"00:00:00.007Z", "00:00:00.07Z"},
        {"00:00:00.007Z", "00:00:00Z"},
        {"00:00:00.007Z", "00:00:60.007Z"},
        {"00:00:00.007Z", "00:00:00.007+00:00"},
        {"2026-01-01", "2026-02-30"},
        {"01T00", "01 00"},
    };
    struct record record;
    ck_assert_fine(record_read(slice_of(small), &record, &spec_why));
    for (size_t i = 0; i < COUNT(changes); i++)
        check_refused(changes[i][0], changes[i][1]);
}
END_TEST

START_TEST(a_record_cut_anywhere_is_none)
{
    struct record record;
    for (size_t length = 0; length < strlen(full); length++)
        ck_assert_int_eq(record_read((struct slice){full, length}, &record, NULL), FAIL_INVALID);
}
END_TEST

static void check_broken(const struct event *event, int64_t seq, const struct digest *prev,
                         const char *says)
{
    scoped(text_scoped) struct text record = TEXT_LIMIT(RECORD_MOST);
    struct reason why = {{0}};
    text_add(&record, "before");
    ck_assert_int_eq(record_write(event, seq, prev, &record, &why), FAIL_BROKEN);
    ck_assert_uint_eq(record.length, strlen("before"));
    ck_assert_msg(strstr(why.text, says) != NULL, "%s", why.text);
}

START_TEST(what_is_outside_the_profile_is_not_recorded)
{
    struct event event = small_event();
    struct digest prev = digest_of("", 0);
    event.role = "a\rb";
    check_broken(&event, 0, NULL, "service.started: what follows ,\"role\": cannot be recorded");
    event.role = "a\xFF";
    check_broken(&event, 0, NULL, ",\"role\":");
    static const char *const details[] = {"[]",
                                          "{\"a\":1.5}",
                                          "{\"A\":1}",
                                          "{\"a\":\"\\u0001\"}",
                                          "{\"a\":9007199254740992}",
                                          "{\"a\":{\"b c\":1}}"};
    for (size_t i = 0; i < COUNT(details); i++) {
        json_auto_t *detail = json_loads(details[i], 0, NULL);
        event = small_event();
        event.detail = detail;
        check_broken(&event, 0, NULL, ",\"detail\":");
    }
    event = small_event();
    check_broken(&event, 1, NULL, "no record before it");
    check_broken(&event, 0, &prev, "a record before it");
    check_broken(&event, -1, &prev, "record -1");
}
END_TEST

START_TEST(a_record_has_a_largest_size)
{
    static char role[RECORD_MOST];
    struct event event = small_event();
    memset(role, 'x', sizeof role - 1);
    event.role = role;
    check_broken(&event, 0, NULL, "longer than a record may be");
    scoped(text_scoped) struct text narrow = TEXT_LIMIT(100);
    event = small_event();
    ck_assert_int_eq(record_write(&event, 0, NULL, &narrow, NULL), FAIL_BROKEN);
    ck_assert_uint_eq(narrow.length, 0);
}
END_TEST

START_TEST(a_record_has_a_row)
{
    scoped(text_scoped) struct text csv = TEXT_LIMIT(4096);
    struct record record;
    record_csv_header(&csv);
    ck_assert_fine(record_read(slice_of(small), &record, &spec_why));
    record_csv_row(&record, "leaf=", &csv);
    ck_assert_fine(record_read(slice_of(full), &record, &spec_why));
    record_csv_row(&record, "leaf=", &csv);
    ck_assert_text(
        text_of(&csv),
        "seq,at,code,actor_kind,actor_tid,actor_oid,subject_tid,subject_oid,request,grant,role,"
        "from,to,detail,leaf\r\n"
        "0,2026-01-01T00:00:00.007Z,service.started,curfew,,,,,,,,,,,leaf=\r\n"
        "1,2026-01-01T00:00:01.250Z,grant.active,person,11111111-2222-4333-8444-555555555555,"
        "aaaaaaaa-0000-4000-8000-000000000002,11111111-2222-4333-8444-555555555555,"
        "aaaaaaaa-0000-4000-8000-000000000001,01JDREQ0000000000000000000,"
        "01JDGRA0000000000000000000,copilot-owner,activating,active,"
        "\"{\"\"a\"\":[1,true],\"\"says\"\":\"\"\\\"\"\xC3\xA9\\\"\"\\n\"\"}\",leaf=\r\n");
}
END_TEST

START_TEST(a_commitment_is_the_hash_of_salt_and_text)
{
    static const uint8_t salt[COMMITMENT_SALT] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                  8, 9, 10, 11, 12, 13, 14, 15};
    char commitment[DIGEST_BASE64_SIZE], text[DIGEST_BASE64_SIZE];
    uint8_t bytes[COMMITMENT_SALT + 3];
    memcpy(bytes, salt, sizeof salt);
    memcpy(bytes + sizeof salt, "why", 3);
    struct digest digest = digest_of(bytes, sizeof bytes);
    digest_base64(&digest, text);
    record_commitment(salt, "why", commitment);
    ck_assert_text(commitment, text);
}
END_TEST

SPECIFICATION("audit/record", an_event_is_written_with_every_member,
              it_is_what_a_json_library_would_write, a_record_is_read_back_in_pieces,
              no_other_text_is_a_record, a_record_cut_anywhere_is_none,
              what_is_outside_the_profile_is_not_recorded, a_record_has_a_largest_size,
              a_record_has_a_row, a_commitment_is_the_hash_of_salt_and_text)
