/* Goal: a history that the two tables do not allow is found, and a lawful one is not. */
#include "audit/lives.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>

#define ANALYST  "aaaaaaaa-0000-4000-8000-000000000001"
#define APPROVER "aaaaaaaa-0000-4000-8000-000000000002"
#define TENANT   "11111111-2222-4333-8444-555555555555"

/* One line of a story: code, who did it (NULL: Curfew), from, to. It is about request R and grant G
   of ANALYST; `withheld` is how many records before it are not there. */
struct line {
    const char *code, *by, *from, *to;
    int withheld;
    const char *detail;
};

#define SUBMITTED                                                                                  \
    {                                                                                              \
        "request.submitted", ANALYST, NULL, "checking", 0, NULL                                    \
    }
#define PENDING                                                                                    \
    {                                                                                              \
        "request.pending", NULL, "checking", "pending", 0, NULL                                    \
    }
#define AGREED                                                                                     \
    {                                                                                              \
        "decision.approved", APPROVER, NULL, NULL, 0, NULL                                         \
    }
#define APPROVED                                                                                   \
    {                                                                                              \
        "request.approved", APPROVER, "pending", "approved", 0, NULL                               \
    }
#define WAITING                                                                                    \
    {                                                                                              \
        "grant.waiting", NULL, NULL, "waiting", 0, NULL                                            \
    }
#define TRYING                                                                                     \
    {                                                                                              \
        "grant.activating", NULL, "waiting", "activating", 0, NULL                                 \
    }
#define ACTIVE                                                                                     \
    {                                                                                              \
        "grant.active", NULL, "activating", "active", 0, NULL                                      \
    }

static bool nobody_is_meant; /* records without a subject: the one who submits is the requester */

/* What is said of the last line, "" when all of them are lawful. Every line before the last must
   be. */
static const char *tell(size_t count, const struct line lines[])
{
    static struct reason why;
    scoped(lives_scoped) struct lives *lives = lives_new();
    int64_t seq = 0;
    why = (struct reason){{0}};
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        bool of_grant = strncmp(line->code, "grant.", 6) == 0;
        seq += line->withheld;
        struct record record = {
            .seq = seq++,
            .code = slice_of(line->code),
            .actor_tid = slice_of(line->by ? TENANT : NULL),
            .actor_oid = slice_of(line->by),
            .subject_tid = slice_of(nobody_is_meant ? NULL : TENANT),
            .subject_oid = slice_of(nobody_is_meant ? NULL : ANALYST),
            .request = slice_of("R"),
            .grant = slice_of(of_grant ? "G" : NULL),
            .from = slice_of(line->from),
            .to = slice_of(line->to),
            .detail = slice_of(line->detail),
        };
        enum fail fail = lives_add(lives, &record, &why);
        if (i + 1 < count)
            ck_assert_msg(!fail, "%s: %s", line->code, why.text);
        else
            ck_assert_int_eq(fail, why.text[0] ? FAIL_DENIED : FAIL_NONE);
    }
    return why.text;
}

#define TELL(...)                                                                                  \
    tell(sizeof((const struct line[]){__VA_ARGS__}) / sizeof(struct line),                         \
         (const struct line[]){__VA_ARGS__})

START_TEST(a_whole_life_is_lawful)
{
    ck_assert_text(TELL(SUBMITTED, PENDING, AGREED, APPROVED, WAITING, TRYING, ACTIVE,
                        {"grant.ending", ANALYST, "active", "ending", 0, NULL},
                        {"grant.ended", NULL, "ending", "ended", 0, NULL}),
                   "");
    ck_assert_text(
        TELL(SUBMITTED, {"request.approved", NULL, "checking", "approved", 0, NULL}, WAITING), "");
    ck_assert_text(TELL(SUBMITTED, WAITING, PENDING, TRYING, AGREED, APPROVED, ACTIVE), "");
    ck_assert_text(TELL({"service.started", NULL, NULL, NULL, 0, NULL},
                        {"alarm.raised", NULL, NULL, NULL, 0, NULL}),
                   "");
}
END_TEST

START_TEST(a_life_begins_once_and_at_its_beginning)
{
    ck_assert_text(TELL({"request.pending", NULL, NULL, "pending", 0, NULL}),
                   "request R begins in a state in which none begins");
    ck_assert_text(TELL(PENDING), "request R leaves a state in which it was not");
    ck_assert_text(TELL(SUBMITTED, SUBMITTED), "request R begins a second time");
    ck_assert_text(TELL(SUBMITTED, {"grant.activating", NULL, NULL, "activating", 0, NULL}),
                   "grant G begins in a state in which none begins");
}
END_TEST

START_TEST(every_move_is_in_the_table)
{
    ck_assert_text(TELL(SUBMITTED, {"request.lapsed", NULL, "checking", "lapsed", 0, NULL}),
                   "request R makes a move that is not in the table");
    ck_assert_text(TELL(SUBMITTED, {"request.pending", NULL, "nowhere", "pending", 0, NULL}),
                   "request R makes a move that is not in the table");
    ck_assert_text(TELL(SUBMITTED, APPROVED), "request R leaves a state in which it was not");
    ck_assert_text(TELL(WAITING, {"grant.active", NULL, "waiting", "active", 0, NULL}),
                   "grant G makes a move that is not in the table");
    ck_assert_text(TELL(SUBMITTED, {"request.pending", NULL, "checking", "refused", 0, NULL}),
                   "request R does not become what the code says");
    ck_assert_text(TELL(SUBMITTED, {"request.pending", NULL, "checking", NULL, 0, NULL}),
                   "request R does not become what the code says");
}
END_TEST

START_TEST(nothing_follows_the_end)
{
    ck_assert_text(TELL(SUBMITTED, {"request.refused", NULL, "checking", "refused", 0, NULL},
                        {"request.cancelled", ANALYST, "pending", "cancelled", 0, NULL}),
                   "request R goes on after its end");
    ck_assert_text(TELL(SUBMITTED, {"request.refused", NULL, "checking", "refused", 0, NULL},
                        {"request.cancelled", ANALYST, "pending", "cancelled", 5, NULL}),
                   "request R goes on after its end");
    ck_assert_text(TELL(WAITING, {"grant.lapsed", NULL, "waiting", "lapsed", 0, NULL}, TRYING),
                   "grant G goes on after its end");
}
END_TEST

START_TEST(nobody_decides_their_own_request)
{
    ck_assert_text(TELL(SUBMITTED, PENDING, {"decision.approved", ANALYST, NULL, NULL, 0, NULL}),
                   "request R is decided by its own requester");
    ck_assert_text(
        TELL(SUBMITTED, PENDING,
             {"decision.denied", "AAAAAAAA-0000-4000-8000-000000000001", NULL, NULL, 0, NULL}),
        "request R is decided by its own requester");
    nobody_is_meant = true;
    ck_assert_text(TELL(SUBMITTED, PENDING, {"decision.approved", ANALYST, NULL, NULL, 0, NULL}),
                   "request R is decided by its own requester");
    nobody_is_meant = false;
    ck_assert_text(TELL({"decision.approved", ANALYST, NULL, NULL, 3, NULL}),
                   "request R is decided by its own requester");
    ck_assert_text(TELL(SUBMITTED, PENDING, {"decision.approved", NULL, NULL, NULL, 0, NULL}),
                   "request R is decided by nobody");
}
END_TEST

START_TEST(a_decision_needs_a_pending_request)
{
    ck_assert_text(TELL(AGREED), "request R is decided while it is not pending");
    ck_assert_text(TELL(SUBMITTED, AGREED), "request R is decided while it is not pending");
    ck_assert_text(
        TELL(SUBMITTED, PENDING, {"request.lapsed", NULL, "pending", "lapsed", 0, NULL}, AGREED),
        "request R is decided while it is not pending");
}
END_TEST

START_TEST(approval_needs_somebody_who_agreed)
{
    ck_assert_text(TELL(SUBMITTED, PENDING, APPROVED),
                   "request R is approved though nobody agreed");
    ck_assert_text(
        TELL(SUBMITTED, PENDING, {"decision.denied", APPROVER, NULL, NULL, 0, NULL}, APPROVED),
        "request R is approved though nobody agreed");
}
END_TEST

START_TEST(a_request_that_wants_decisions_signed_gets_no_others)
{
    static const char pending[] = "{\"decisions\":\"signed\",\"evidence\":[]}";
    static const char proved[] = "{\"reason\":\"\",\"signed\":{\"commitment\":{},"
                                 "\"keys\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\","
                                 "\"token\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"}}";
    ck_assert_text(TELL(SUBMITTED, {"request.pending", NULL, "checking", "pending", 0, pending},
                        {"decision.approved", APPROVER, NULL, NULL, 0, proved}, APPROVED),
                   "");
    ck_assert_text(TELL(SUBMITTED, {"request.pending", NULL, "checking", "pending", 0, pending},
                        {"decision.denied", APPROVER, NULL, NULL, 0, "{\"reason\":\"signed\"}"}),
                   "request R is decided without a signature");
}
END_TEST

START_TEST(access_needs_an_approved_request)
{
    ck_assert_text(TELL(SUBMITTED, PENDING, WAITING, TRYING, ACTIVE),
                   "grant G is active though its request is not approved");
    ck_assert_text(TELL(WAITING, TRYING, ACTIVE),
                   "grant G is active though its request is not approved");
}
END_TEST

START_TEST(what_was_withheld_is_not_held_against_anybody)
{
    ck_assert_text(
        TELL({"request.pending", NULL, "checking", "pending", 1, NULL}, AGREED, APPROVED), "");
    ck_assert_text(TELL(SUBMITTED, {"request.approved", APPROVER, "pending", "approved", 2, NULL}),
                   "");
    ck_assert_text(TELL({"grant.active", NULL, "activating", "active", 4, NULL}), "");
    ck_assert_text(TELL(SUBMITTED, {"decision.approved", APPROVER, NULL, NULL, 1, NULL}, APPROVED),
                   "");
    /* What is seen without a gap is judged again. */
    ck_assert_text(TELL({"request.pending", NULL, "checking", "pending", 1, NULL},
                        {"request.refused", NULL, "checking", "refused", 0, NULL}),
                   "request R leaves a state in which it was not");
    ck_assert_text(
        TELL({"request.pending", NULL, "checking", "pending", 1, NULL}, WAITING, TRYING, ACTIVE),
        "grant G is active though its request is not approved");
}
END_TEST

START_TEST(a_record_names_whose_life_it_is_about)
{
    static const char *const codes[] = {"request.pending", "decision.approved", "grant.active"};
    for (size_t i = 0; i < COUNT(codes); i++) {
        scoped(lives_scoped) struct lives *lives = lives_new();
        struct record record = {.code = slice_of(codes[i]), .to = SLICE("active")};
        ck_assert_int_eq(lives_add(lives, &record, NULL), FAIL_DENIED);
    }
}
END_TEST

START_TEST(codes_of_later_versions_are_let_pass)
{
    ck_assert_text(TELL(SUBMITTED, {"request.annotated", NULL, NULL, NULL, 0, NULL}, PENDING), "");
}
END_TEST

START_TEST(many_lives_stay_apart)
{
    enum { MANY = 5000 };
    scoped(lives_scoped) struct lives *lives = lives_new();
    static char ids[MANY][12];
    static const struct {
        const char *code, *from, *to;
    } steps[] = {{"request.submitted", NULL, "checking"},
                 {"request.refused", "checking", "refused"}};
    struct record record = {.seq = 0};
    for (size_t step = 0; step < COUNT(steps); step++)
        for (int i = 0; i < MANY; i++, record.seq++) {
            (void)snprintf(ids[i], sizeof ids[i], "R%d", i);
            record.request = slice_of(ids[i]);
            record.code = slice_of(steps[step].code);
            record.from = slice_of(steps[step].from);
            record.to = slice_of(steps[step].to);
            ck_assert_fine(lives_add(lives, &record, &spec_why));
        }
    ck_assert_int_eq(lives_add(lives, &record, NULL), FAIL_DENIED);
}
END_TEST

SPECIFICATION("audit/lives", a_whole_life_is_lawful, a_life_begins_once_and_at_its_beginning,
              every_move_is_in_the_table, nothing_follows_the_end, nobody_decides_their_own_request,
              a_decision_needs_a_pending_request, approval_needs_somebody_who_agreed,
              a_request_that_wants_decisions_signed_gets_no_others,
              access_needs_an_approved_request, what_was_withheld_is_not_held_against_anybody,
              a_record_names_whose_life_it_is_about, codes_of_later_versions_are_let_pass,
              many_lives_stay_apart)
