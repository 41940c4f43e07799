/* Goal: evidence is kept as codes, shown as sentences, and no piece that speaks against is ever
 * lost. */
#include "model/evidence.h"
#include "base/json.h"
#include "base/scoped.h"
#include "base/text.h"
#include "support/spec.h"

#include <string.h>

static struct evidence piece(enum verdict verdict, const char *code, bool passing)
{
    return (struct evidence){.check = "device",
                             .verdict = verdict,
                             .code = code,
                             .args = json_pack("{s:s}", "device", "SEC-114"),
                             .source = "intune",
                             .observed_at = 1768471200,
                             .passing = passing};
}

START_TEST(what_is_kept_are_codes_and_arguments_without_sentences)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    evidence_add(&list, piece(VERDICT_PASS, "device_compliant", false));
    evidence_add(&list, (struct evidence){.check = "account",
                                          .verdict = VERDICT_UNKNOWN,
                                          .code = "account_unread",
                                          .source = "entra",
                                          .observed_at = -1});
    json_auto_t *packed = evidence_pack(&list);
    char *text = json_canonical(packed);
    ck_assert_text(text, "[{\"args\":{\"device\":\"SEC-114\"},\"check\":\"device\",\"code\":"
                         "\"device_compliant\",\"observed_at\":1768471200,\"source\":\"intune\","
                         "\"verdict\":\"pass\"},{\"check\":\"account\",\"code\":\"account_unread\","
                         "\"observed_at\":-1,\"source\":\"entra\",\"verdict\":\"unknown\"}]");
    free(text);
}
END_TEST

START_TEST(what_is_shown_are_sentences_with_the_way_to_mend_it)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    evidence_add(&list, piece(VERDICT_FAIL, "device_entra_noncompliant", false));
    json_auto_t *packed = evidence_pack(&list);
    json_auto_t *view = evidence_view(packed);
    const json_t *shown = json_array_get(view, 0);
    ck_assert_uint_eq(json_array_size(view), 1);
    ck_assert_uint_eq(json_object_size(shown), 8);
    ck_assert_text(json_member_text(shown, "check"), "device");
    ck_assert_text(json_member_text(shown, "verdict"), "fail");
    ck_assert_text(json_member_text(shown, "code"), "device_entra_noncompliant");
    ck_assert_text(json_member_text(shown, "says"), "Entra does not call SEC-114 compliant.");
    ck_assert_text(json_member_text(shown, "mend"),
                   "Open Company Portal on SEC-114, choose Check status, wait a few minutes, "
                   "then ask again.");
    ck_assert_text(json_member_text(shown, "source"), "intune");
    ck_assert_text(json_member_text(shown, "observed_at"), "2026-01-15T10:00:00Z");
    ck_assert_text(json_member_text(json_object_get(shown, "raw"), "device"), "SEC-114");
}
END_TEST

START_TEST(what_was_never_observed_or_needs_no_mending_is_null)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    evidence_add(&list, (struct evidence){.check = "account",
                                          .verdict = VERDICT_PASS,
                                          .code = "account_enabled",
                                          .source = "entra",
                                          .observed_at = -1});
    json_auto_t *packed = evidence_pack(&list);
    json_auto_t *view = evidence_view(packed);
    const json_t *shown = json_array_get(view, 0);
    ck_assert(json_is_null(json_object_get(shown, "mend")));
    ck_assert(json_is_null(json_object_get(shown, "observed_at")));
    ck_assert(json_is_null(json_object_get(shown, "raw")));
}
END_TEST

START_TEST(a_code_that_has_no_sentence_any_more_is_shown_itself)
{
    json_auto_t *packed = json_pack("[{s:s, s:s, s:s, s:s}]", "check", "mfa", "verdict", "pass",
                                    "code", "mfa_of_old", "source", "sign-in");
    json_auto_t *view = evidence_view(packed);
    ck_assert_text(json_member_text(json_array_get(view, 0), "says"), "mfa_of_old");
}
END_TEST

START_TEST(what_nobody_packed_is_no_view)
{
    static const char *const wrong[] = {"{}",
                                        "[1]",
                                        "[{}]",
                                        "[[]]",
                                        "[{\"check\":\"mfa\",\"verdict\":\"pass\",\"code\":1,"
                                        "\"source\":\"sign-in\"}]",
                                        "[{\"check\":\"mfa\",\"verdict\":\"pass\","
                                        "\"code\":\"mfa_missing\"}]"};
    ck_assert_ptr_null(evidence_view(NULL));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        json_auto_t *json = NULL;
        ck_assert_fine(json_read(wrong[i], strlen(wrong[i]), &json, NULL, &spec_why));
        ck_assert_msg(!evidence_view(json), "%s", wrong[i]);
    }
}
END_TEST

START_TEST(one_fail_outweighs_everything)
{
    bool waits;
    scoped(evidence_scoped) struct evidence_list list = {0};
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_PASS);
    evidence_add(&list, piece(VERDICT_PASS, "device_compliant", false));
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_PASS);
    evidence_add(&list, piece(VERDICT_UNKNOWN, "device_unread", true));
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_UNKNOWN);
    evidence_add(&list, piece(VERDICT_FAIL, "device_missing", false));
    evidence_add(&list, piece(VERDICT_PASS, "device_compliant", false));
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_FAIL);
    ck_assert_text(evidence_first(&list, VERDICT_FAIL)->code, "device_missing");
    ck_assert_text(evidence_first(&list, VERDICT_UNKNOWN)->code, "device_unread");
}
END_TEST

START_TEST(an_unknown_waits_only_when_waiting_may_mend_all_of_them)
{
    bool waits;
    scoped(evidence_scoped) struct evidence_list list = {0};
    evidence_add(&list, piece(VERDICT_UNKNOWN, "device_unread", true));
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_UNKNOWN);
    ck_assert(waits);
    evidence_add(&list, piece(VERDICT_UNKNOWN, "device_state_unknown", false));
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_UNKNOWN);
    ck_assert(!waits);
}
END_TEST

START_TEST(a_full_list_never_loses_what_speaks_against)
{
    bool waits;
    scoped(evidence_scoped) struct evidence_list list = {0};
    for (int i = 0; i < EVIDENCE_MOST + 3; i++)
        evidence_add(&list, piece(VERDICT_PASS, "device_compliant", false));
    ck_assert_uint_eq(list.count, EVIDENCE_MOST);
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_PASS);
    for (int i = 0; i < EVIDENCE_MOST + 3; i++)
        evidence_add(&list, piece(VERDICT_UNKNOWN, "device_unread", true));
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_UNKNOWN);
    evidence_add(&list, piece(VERDICT_FAIL, "device_missing", false));
    evidence_add(&list, piece(VERDICT_PASS, "device_compliant", false));
    ck_assert_int_eq(evidence_verdict(&list, &waits), VERDICT_FAIL);
    ck_assert_uint_eq(list.count, EVIDENCE_MOST);
}
END_TEST

SPECIFICATION("model/evidence", what_is_kept_are_codes_and_arguments_without_sentences,
              what_is_shown_are_sentences_with_the_way_to_mend_it,
              what_was_never_observed_or_needs_no_mending_is_null,
              a_code_that_has_no_sentence_any_more_is_shown_itself, what_nobody_packed_is_no_view,
              one_fail_outweighs_everything,
              an_unknown_waits_only_when_waiting_may_mend_all_of_them,
              a_full_list_never_loses_what_speaks_against)
