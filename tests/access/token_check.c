/* Goal: a signed decision is proved by its token, offline: what was signed, by whom and with which
 * keys; and no changed byte, and no other token, passes for it. */
#include "access/token_check.h"
#include "audit/commitment.h"
#include "audit/fixture.h"
#include "base/json.h"
#include "identity/issuer.h"
#include "support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { TAR_MOST = 1024 * 1024, AT = 1767225600 };

#define ISSUER    ISSUER_V2("https://login.microsoftonline.com")
#define REQUESTER "00000000-0000-4000-8000-000000001b58"
#define REQUEST   "01JDREQ0000000000000000000"

static const struct verify_options plain = {.check_token = token_check};
static struct fixture fixture_;
static char *token, *key_set;

static char *commitment_of(const char *approver, bool approves)
{
    const struct commitment commitment = {
        .tid = TENANT,
        .request = REQUEST,
        .requester = REQUESTER,
        .approver = approver,
        .role_count = 1,
        .roles = {{"copilot-owner", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}},
        .approves = approves,
        .duration = 3600,
        .start_by = AT + 7200,
        .justification = "j",
        .reason = "r",
        .policy = "sha256:0",
        .salt = "AAECAwQFBgcICQoLDA0ODw==",
    };
    return commitment_write(&commitment);
}

/* A token whose nonce is that of the commitment, with these claims changed. */
static void sign(const char *commitment, const char *patch, size_t key)
{
    char nonce[DIGEST_BASE64URL_SIZE];
    json_t *claims = id_claims(ISSUER, AT);
    commitment_nonce(commitment, nonce);
    (void)json_object_set_new(claims, "nonce", json_string(nonce));
    char *text = patched(claims, patch);
    free(token);
    token = token_signed(key_number(key), "{\"alg\":\"RS256\",\"kid\":\"k1\"}", text);
    free(text);
}

/* The decision as the log has it, in the middle of a request's life. */
static void log_decision(const char *commitment, enum event_code code)
{
    struct digest of_token = digest_of_text(token), of_keys = digest_of_text(key_set);
    char token_text[DIGEST_BASE64_SIZE], keys_text[DIGEST_BASE64_SIZE];
    struct person_key requester = {.tid = TENANT, .oid = REQUESTER};
    struct request_id id = {.text = REQUEST};
    digest_base64(&of_token, token_text);
    digest_base64(&of_keys, keys_text);
    json_auto_t *detail =
        json_pack("{s:{s:o, s:s, s:s}}", "signed", "commitment", json_loads(commitment, 0, NULL),
                  "token", token_text, "keys", keys_text);
    const struct {
        enum event_code code;
        const char *from, *to;
    } steps[] = {{EVENT_REQUEST_SUBMITTED, NULL, "checking"},
                 {EVENT_REQUEST_PENDING, "checking", "pending"},
                 {code, NULL, NULL}};
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct event event = {.at_ms = (int64_t)AT * 1000 + (int64_t)i,
                              .code = steps[i].code,
                              .subject = &requester,
                              .request = &id,
                              .from = steps[i].from,
                              .to = steps[i].to,
                              .detail = steps[i].to ? NULL : detail};
        event.actor.kind = ACTOR_PERSON;
        event.actor.person = (struct person_key){.tid = TENANT, .oid = PERSON};
        if (i == 0)
            event.actor.person = requester;
        fixture_add(&fixture_, &event);
    }
    fixture_.token = token;
    fixture_.key_set = key_set;
}

static void open_log(void)
{
    json_auto_t *set = key_set_with(jwk_of(key_number(0), "k1"));
    fixture_open(&fixture_, FIXTURE_ORIGIN, 1);
    fixture_add_small(&fixture_);
    key_set = json_canonical(set);
}

static void close_log(void)
{
    fixture_scoped(&fixture_);
    free(token);
    free(key_set);
    token = key_set = NULL;
}

static struct verified verify(const struct text *tar)
{
    struct verified verdict;
    verify_bundle((struct slice){tar->data, tar->length}, &plain, &verdict);
    return verdict;
}

static struct verified logged(const char *commitment, enum event_code code)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST);
    log_decision(commitment, code);
    fixture_bundle(&fixture_, 0, fixture_.size, NULL, NULL, &tar);
    return verify(&tar);
}

START_TEST(a_signed_decision_is_proved_and_the_report_says_what_that_is_worth)
{
    scoped(text_scoped) struct text report = TEXT_LIMIT(10000);
    open_log();
    char *commitment = commitment_of(PERSON, true);
    sign(commitment, NULL, 0);
    struct verified verdict = logged(commitment, EVENT_DECISION_APPROVED);
    ck_assert_msg(verdict.code == VERIFY_FINE, "%s", verdict.findings[0].says);
    ck_assert_int_eq(verdict.signed_count, 1);
    verify_report(&verdict, &report);
    ck_assert_ptr_nonnull(strstr(text_of(&report), "signed decisions: 1, by tokens of " ISSUER
                                                   " for " CLIENT "\nself-asserted: "));
    free(commitment);
    close_log();
}
END_TEST

START_TEST(a_decision_before_the_checkpoint_that_one_held_was_witnessed)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), held = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text policy = TEXT_LIMIT(NOTE_MOST), report = TEXT_LIMIT(10000);
    struct verified verdict;
    open_log();
    char *commitment = commitment_of(PERSON, true);
    sign(commitment, NULL, 0);
    log_decision(commitment, EVENT_DECISION_APPROVED);
    fixture_checkpoint(&fixture_, fixture_.size, &held);
    fixture_policy(&fixture_, &policy);
    fixture_bundle(&fixture_, 0, fixture_.size, NULL, NULL, &tar);
    const struct verify_options options = {.policy = slice_of(text_of(&policy)),
                                           .previous = slice_of(text_of(&held)),
                                           .check_token = token_check};
    verify_bundle((struct slice){tar.data, tar.length}, &options, &verdict);
    verify_report(&verdict, &report);
    ck_assert_ptr_nonnull(
        strstr(text_of(&report), "signed decisions: 1 of them with keys that were witnessed.\n"));
    ck_assert_ptr_null(strstr(text_of(&report), "self-asserted"));
    free(commitment);
    close_log();
}
END_TEST

START_TEST(no_changed_byte_of_a_token_or_a_key_set_goes_unseen)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST);
    struct bundle_files files;
    open_log();
    char *commitment = commitment_of(PERSON, true);
    sign(commitment, NULL, 0);
    log_decision(commitment, EVENT_DECISION_APPROVED);
    fixture_bundle(&fixture_, 0, fixture_.size, NULL, NULL, &tar);
    ck_assert_int_eq(verify(&tar).code, VERIFY_FINE);
    ck_assert_fine(bundle_open((struct slice){tar.data, tar.length}, &files, &spec_why));
    ck_assert_uint_gt(files.proofs.length, 3000);
    for (size_t i = 0; i < files.proofs.length; i++) {
        char *at = tar.data + (files.proofs.at - tar.data) + i;
        *at ^= (char)(1 << i % 8);
        ck_assert_msg(verify(&tar).code != VERIFY_FINE, "byte %zu", i);
        *at ^= (char)(1 << i % 8);
    }
    free(commitment);
    close_log();
}
END_TEST

/* An operator who logs, and signs the log of, what no approver signed. */
START_TEST(another_token_proves_nothing)
{
    static const struct {
        const char *patch;
        size_t key;
    } tokens[] = {
        {"{\"nonce\": \"n-0S6_WzA2Mj\"}", 0},
        {"{\"oid\": \"" REQUESTER "\"}", 0},
        {"{\"tid\": \"11111111-2222-4333-8444-555555555555\"}", 0},
        {"{\"iat\": 1767220000}", 0},
        {"{\"exp\": 1767220000}", 0},
        {"{\"iss\": \"https://login.microsoftonline.com.evil.example/v2.0\"}", 1},
        {"{\"ver\": \"1.0\"}", 0},
        {NULL, 1},
    };
    for (size_t i = 0; i < COUNT(tokens); i++) {
        open_log();
        char *commitment = commitment_of(PERSON, true);
        sign(commitment, tokens[i].patch, tokens[i].key);
        struct verified verdict = logged(commitment, EVENT_DECISION_APPROVED);
        ck_assert_msg(verdict.code == VERIFY_SIGNATURE, "%zu: %d", i, (int)verdict.code);
        free(commitment);
        close_log();
    }
}
END_TEST

START_TEST(a_record_that_says_something_else_than_what_was_signed_is_unlawful)
{
    for (int i = 0; i < 2; i++) {
        open_log();
        char *commitment = i ? commitment_of(PERSON, false) : commitment_of(REQUESTER, true);
        sign(commitment, NULL, 0);
        ck_assert_int_eq(logged(commitment, EVENT_DECISION_APPROVED).code, VERIFY_UNLAWFUL);
        free(commitment);
        close_log();
    }
}
END_TEST

START_TEST(a_proof_that_is_withheld_or_too_many_is_found)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), less = TEXT_LIMIT(TAR_MOST);
    scoped(text_scoped) struct text more = TEXT_LIMIT(TAR_MOST), twice = TEXT_LIMIT(TAR_MOST);
    struct bundle_files files;
    open_log();
    char *commitment = commitment_of(PERSON, true);
    sign(commitment, NULL, 0);
    log_decision(commitment, EVENT_DECISION_APPROVED);
    fixture_bundle(&fixture_, 0, fixture_.size, NULL, NULL, &tar);
    ck_assert_fine(bundle_open((struct slice){tar.data, tar.length}, &files, &spec_why));
    text_add_bytes(&twice, files.proofs.at, files.proofs.length);
    text_add_bytes(&twice, files.proofs.at, files.proofs.length);
    files.proofs.length = 0;
    fixture_pack(&fixture_, &files, -1, &less);
    ck_assert_int_eq(verify(&less).code, VERIFY_MISMATCH);
    files.proofs = (struct slice){twice.data, twice.length};
    fixture_pack(&fixture_, &files, -1, &more);
    ck_assert_int_eq(verify(&more).code, VERIFY_MISMATCH);
    free(commitment);
    close_log();
}
END_TEST

SPECIFICATION("access/token_check",
              a_signed_decision_is_proved_and_the_report_says_what_that_is_worth,
              a_decision_before_the_checkpoint_that_one_held_was_witnessed,
              no_changed_byte_of_a_token_or_a_key_set_goes_unseen, another_token_proves_nothing,
              a_record_that_says_something_else_than_what_was_signed_is_unlawful,
              a_proof_that_is_withheld_or_too_many_is_found)
