#include "access/signing.h"

#include "access/purposes.h"
#include "audit/commitment.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/approvals.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

bool decision_needs_sign_in(const struct decision *decision)
{
    return !decision->signing && (decision->held || demands_ask_signed(decision->demands));
}

/* What is agreed to, as the request stands now; in canonical JSON, of the arena. */
static const char *compose(struct turn *turn, const struct decision *decision, int64_t duration,
                           const char *reason, const char *salt)
{
    const struct stored_request *request = decision->request;
    /* Not `lapses_at`, which moves with each stage: what was signed before would not hold any more.
     */
    int64_t by = request->decide_by > request->lapses_at ? request->decide_by : request->lapses_at;
    int64_t from = request->start_at > by ? request->start_at : by;
    struct commitment commitment = {
        .tid = request->requester.key.tid,
        .request = request->id.text,
        .requester = request->requester.key.oid,
        .approver = decision->caller->person.key.oid,
        .place = decision->place == &decision->places[0] ? NULL : decision->place->person.oid,
        .role_count = request->role_count,
        .approves = decision->approves,
        .duration = duration,
        .start_by = from + request->start_within_seconds,
        .justification = request->justification_mark,
        .reason = reason,
        .policy = request->policy_version,
        .salt = salt,
    };
    for (size_t i = 0; i < request->role_count; i++) {
        char *hash = arena_take(turn->arena, DIGEST_BASE64_SIZE, 1);
        commitment_target(request->roles[i].target, hash);
        commitment.roles[i].role = request->roles[i].role;
        commitment.roles[i].target = hash;
    }
    char *text = commitment_write(&commitment);
    const char *copy = arena_copy(turn->arena, text);
    free(text);
    return copy;
}

static void add_context(json_t *contexts, const char *context)
{
    for (size_t i = 0; i < json_array_size(contexts); i++)
        if (text_equals(json_string_value(json_array_get(contexts, i)), context))
            return;
    (void)json_array_append_new(contexts, json_string(context));
}

static json_t *pack_contexts(const struct demands *demands, const struct challenge *challenge)
{
    json_t *contexts = memory_needed(json_array());
    for (size_t i = 0; i < demands->context_count; i++)
        add_context(contexts, demands->contexts[i]);
    for (size_t i = 0; challenge && i < challenge->context_count; i++)
        add_context(contexts, challenge->contexts[i]);
    return contexts;
}

static json_t *pack_policies(const struct challenge *challenge)
{
    json_t *policies = memory_needed(json_array());
    for (size_t i = 0; challenge && i < challenge->policy_count; i++)
        (void)json_array_append_new(policies, json_string(challenge->policies[i]));
    return policies;
}

/* `challenge` may be NULL. */
static enum fail commit(struct turn *turn, struct decision *decision, int64_t duration,
                        const uint8_t reason_salt[COMMITMENT_SALT], int round,
                        const struct challenge *challenge, struct reason *why)
{
    uint8_t chance[COMMITMENT_SALT];
    char salt[BASE64_SIZE(COMMITMENT_SALT)], reason[DIGEST_BASE64_SIZE], span[32] = "";
    randombytes_buf(chance, sizeof chance);
    base64_write(chance, sizeof chance, salt);
    record_commitment(reason_salt, decision->reason, reason);
    const char *commitment = compose(turn, decision, duration, reason, salt);
    base64_write(reason_salt, COMMITMENT_SALT, salt);
    if (decision->duration_seconds >= 0)
        span_text(decision->duration_seconds, span);
    json_auto_t *body = memory_needed(json_pack(
        "{s:s, s:{s:s, s:s, s:s*, s:s*}, s:o, s:s, s:o, s:o, s:i}", "request", decision->id.text,
        "decision", "decision", decision->approves ? "approve" : "deny", "reason", decision->reason,
        "duration", *span ? span : NULL, "for", decision->in_place_of, "commitment",
        memory_needed(json_loads(commitment, 0, NULL)), "reason_salt", salt, "contexts",
        pack_contexts(decision->demands, challenge), "policies", pack_policies(challenge), "round",
        round));
    char *text = json_canonical(body);
    locator_new(decision->locator);
    enum fail fail = purpose_commit(turn, decision->caller, "decide", text, decision->locator, why);
    free(text);
    return fail;
}

enum fail signing_ask(struct turn *turn, struct decision *decision, struct reason *why)
{
    uint8_t reason_salt[COMMITMENT_SALT];
    int64_t duration = decision->duration_seconds >= 0 ? decision->duration_seconds
                                                       : decision->request->duration_seconds;
    randombytes_buf(reason_salt, sizeof reason_salt);
    return commit(turn, decision, duration, reason_salt, 0, NULL, why);
}

enum fail signing_check(struct turn *turn, struct decision *decision, struct reason *why)
{
    struct signing *signing = decision->signing;
    struct commitment signed_;
    if (!commitment_read(signing->commitment, turn->arena, &signed_))
        return because(why, FAIL_BROKEN, "what was committed to cannot be read");
    const char *now = compose(turn, decision, signed_.duration, signed_.reason, signed_.salt);
    char reason[DIGEST_BASE64_SIZE];
    record_commitment(signing->reason_salt, decision->reason, reason);
    /* The time may have been shortened meanwhile by another approver: the least binds anyway. */
    bool same_time = decision->duration_seconds >= 0
                         ? signed_.duration == decision->duration_seconds
                         : signed_.duration >= decision->request->duration_seconds;
    if (!text_equals(now, signing->commitment) || !text_equals(reason, signed_.reason) ||
        !same_time)
        return because(why, FAIL_CONFLICT, "request %s is not what was committed to",
                       decision->id.text);
    signing->duration_seconds = signed_.duration;
    return FAIL_NONE;
}

enum fail signing_judge(struct turn *turn, struct decision *decision, bool *fine,
                        struct reason *why)
{
    bool waits;
    const struct access_options *options = &turn->access->options;
    const struct signing *signing = decision->signing;
    scoped(evidence_scoped) struct evidence_list list = {0};
    const struct findings findings = {
        .now = turn->now,
        .person = &decision->caller->person.key,
        .sign_in = &decision->caller->sign_in,
        .memberships = decision->places[0].memberships,
        .contexts = decision->contexts,
        .claim_count = options->claim_count,
        .claims = options->claims,
    };
    judge_mfa(decision->demands, &findings, &list);
    enum verdict verdict = evidence_verdict(&list, &waits);
    *fine = verdict == VERDICT_PASS;
    if (*fine)
        return FAIL_NONE;
    if (sign_in_may_mend(&list) && signing->round < SIGNING_ROUNDS)
        return commit(turn, decision, signing->duration_seconds, signing->reason_salt,
                      signing->round + 1, NULL, why);
    decision->lacks = evidence_first(&list, verdict)->code;
    json_auto_t *detail = memory_needed(
        json_pack("{s:s, s:o}", "why", decision->lacks, "evidence", evidence_pack(&list)));
    return tell_request(turn, decision->request, EVENT_SIGNING_REFUSED, detail, why);
}

enum fail signing_more(struct turn *turn, struct decision *decision,
                       const struct challenge *challenge, struct reason *why)
{
    const struct signing *signing = decision->signing;
    return commit(turn, decision, signing->duration_seconds, signing->reason_salt,
                  signing->round + 1, challenge, why);
}

enum fail signing_keep(struct turn *turn, const struct decision *decision, json_t *detail,
                       struct reason *why)
{
    const struct signing *signing = decision->signing;
    const struct stored_proof proof = {.by = decision->caller->person.key,
                                       .commitment = signing->commitment,
                                       .token = signing->id_token,
                                       .key_set = signing->key_set};
    struct digest token = digest_of_text(proof.token), keys = digest_of_text(proof.key_set);
    char token_text[DIGEST_BASE64_SIZE], keys_text[DIGEST_BASE64_SIZE];
    digest_base64(&token, token_text);
    digest_base64(&keys, keys_text);
    (void)json_object_set_new(
        detail, "signed",
        memory_needed(json_pack("{s:o, s:s, s:s}", "commitment",
                                memory_needed(json_loads(proof.commitment, 0, NULL)), "token",
                                token_text, "keys", keys_text)));
    return store_proof_add(turn->store, &decision->id, &proof, why);
}

bool signing_nonce(const char *body, char nonce[DIGEST_BASE64URL_SIZE])
{
    json_auto_t *json = json_loads(body, 0, NULL);
    const json_t *commitment = json_object_get(json, "commitment");
    if (!commitment)
        return false;
    char *text = json_canonical(commitment);
    commitment_nonce(text, nonce);
    free(text);
    return true;
}

bool signing_read(const char *body, struct arena *arena, struct decision *decision,
                  struct signing *ret)
{
    json_auto_t *json = json_loads(body, 0, NULL);
    const char *request = json_member_text(json, "request"),
               *salt = json_member_text(json, "reason_salt");
    const json_t *commitment = json_object_get(json, "commitment");
    struct complaints complaints = {.arena = arena};
    size_t length;
    struct signing read = {.round = (int)json_member_number(json, "round", 0)};
    if (!request || !id_is(request) || !salt || !commitment ||
        !base64_read(salt, sizeof read.reason_salt, read.reason_salt, &length) ||
        length != sizeof read.reason_salt)
        return false;
    decision_read(json_object_get(json, "decision"), &complaints, decision);
    if (complaints.count)
        return false;
    decision->reason = arena_copy(arena, decision->reason);
    decision->in_place_of = arena_copy(arena, decision->in_place_of);
    memcpy(decision->id.text, request, ID_SIZE);
    char *text = json_canonical(commitment);
    read.commitment = arena_copy(arena, text);
    free(text);
    *ret = read;
    return true;
}
