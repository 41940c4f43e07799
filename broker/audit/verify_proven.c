/* Signed decisions: the token that a record names is there, was signed by the keys that it names,
   and says what the record says. */
#include "audit/commitment.h"
#include "audit/proven.h"
#include "audit/tar.h"
#include "audit/verification.h"
#include "base/memory.h"

#include <stdlib.h>

struct key_set {
    char hex[DIGEST_HEX_SIZE];
    struct slice text;
};

void proofs_scoped(struct proofs *proofs)
{
    free(proofs->key_sets);
}

/* The next file, when it has this name and digest. */
static bool take_file(struct verification *run, struct proofs *proofs, const char *name,
                      const char *hex, struct slice *content)
{
    struct tar_file file = {.name = {0}};
    char own[DIGEST_HEX_SIZE];
    struct slice rest = proofs->rest;
    if (!rest.length || tar_take(&rest, &file, NULL) || !text_equals(file.name, name)) {
        verification_find(run, VERIFY_MISMATCH, "%s: it is not there", name);
        return false;
    }
    proofs->rest = rest;
    struct digest digest = digest_of(file.content.at, file.content.length);
    digest_hex(&digest, own);
    if (!text_equals(own, hex)) {
        verification_find(run, VERIFY_MISMATCH, "%s: it is not the one that was recorded", name);
        return false;
    }
    *content = file.content;
    return true;
}

static bool take_key_set(struct verification *run, struct proofs *proofs,
                         const struct proven *proven, struct slice *ret)
{
    char name[PROVEN_NAME_SIZE];
    for (size_t i = 0; i < proofs->key_set_count; i++)
        if (text_equals(proofs->key_sets[i].hex, proven->keys_hex)) {
            *ret = proofs->key_sets[i].text;
            return true;
        }
    proven_keys_name(proven, name);
    if (!take_file(run, proofs, name, proven->keys_hex, ret))
        return false;
    proofs->key_sets =
        memory_grow(proofs->key_sets, (proofs->key_set_count + 1) * sizeof *proofs->key_sets);
    struct key_set *one = &proofs->key_sets[proofs->key_set_count++];
    memcpy(one->hex, proven->keys_hex, sizeof one->hex);
    one->text = *ret;
    return true;
}

static bool is(struct slice slice, const char *text)
{
    return slice.at && slice_is(slice, text);
}

/* Does the record say of itself what was signed? */
static bool fits(const struct record *record, const struct commitment *commitment)
{
    const char *code = commitment->approves ? "decision.approved" : "decision.denied";
    return is(record->code, code) && is(record->request, commitment->request) &&
           is(record->actor_tid, commitment->tid) && is(record->actor_oid, commitment->approver) &&
           is(record->subject_tid, commitment->tid) &&
           is(record->subject_oid, commitment->requester);
}

static const char *copy_of(struct arena *arena, struct slice slice)
{
    return arena_copy_bytes(arena, slice.at, slice.length);
}

static void note_issuer(struct verified *verdict, const char *issuer)
{
    if (verdict->signed_count && !text_equals(verdict->issuer, issuer))
        verdict->several_issuers = true;
    if (!verdict->signed_count)
        (void)slice_copy(slice_of(issuer), verdict->issuer, sizeof verdict->issuer);
    verdict->signed_count++;
}

static void check_token(struct verification *run, const struct record *record,
                        const struct proven *proven, struct slice token, struct slice keys)
{
    struct commitment commitment;
    struct reason why = {{0}};
    char nonce[DIGEST_BASE64URL_SIZE], issuer[TOKEN_ISSUER_SIZE];
    scoped(arena_scoped) struct arena *arena = arena_new();
    const char *text = copy_of(arena, proven->commitment);
    if (!commitment_read(text, arena, &commitment) || !fits(record, &commitment)) {
        verification_find(run, VERIFY_UNLAWFUL, "record %lld: what was signed is something else",
                          (long long)record->seq);
        return;
    }
    commitment_nonce(text, nonce);
    const struct token_wanted wanted = {.tid = commitment.tid,
                                        .oid = commitment.approver,
                                        .nonce = nonce,
                                        .at = record->at_ms / 1000};
    if (!run->options->check_token) {
        verification_find(run, VERIFY_SIGNATURE, "record %lld: nothing here checks tokens",
                          (long long)record->seq);
        return;
    }
    if (run->options->check_token(copy_of(arena, token), copy_of(arena, keys), &wanted, issuer,
                                  &why)) {
        verification_find(run, VERIFY_SIGNATURE, "approvals/%lld.jws: %s", (long long)record->seq,
                          why.text);
        return;
    }
    note_issuer(run->verdict, issuer);
    const struct older *held = &run->older[OLDER_HELD];
    run->verdict->signed_held += held->fits && record->seq < held->checkpoint.size;
}

void verification_proof(struct verification *run, struct proofs *proofs,
                        const struct record *record)
{
    struct proven proven;
    struct slice token, keys;
    char name[PROVEN_NAME_SIZE];
    bool right;
    if (!proven_read(record, &proven, &right))
        return;
    if (!right) {
        verification_find(run, VERIFY_UNLAWFUL, "record %lld: it says wrongly what was signed",
                          (long long)record->seq);
        return;
    }
    proven_token_name(record->seq, name);
    if (take_file(run, proofs, name, proven.token_hex, &token) &&
        take_key_set(run, proofs, &proven, &keys))
        check_token(run, record, &proven, token, keys);
}
