#include "audit/lives.h"

#include "audit/proven.h"
#include "base/memory.h"
#include "model/lifecycle.h"

#include <sodium.h>
#include <stdlib.h>
#include <strings.h>

enum { NO_STATE = -1 };

/* One request or grant. */
struct life {
    struct slice id;       /* of nothing: a free place of the table */
    int state;             /* enum request_state or grant_state; NO_STATE when it is not known */
    int64_t seen_at;       /* the last of its records; -1: none yet */
    bool whole;            /* nothing was withheld from the start of the log to that record */
    bool agreed;           /* an approver agreed to the request */
    bool wants_signed;     /* decisions on the request are to be signed */
    struct slice tid, oid; /* of the requester; of nothing when withheld */
};

/* A hash table with open addressing; its size is a power of two. */
struct table {
    size_t size, used;
    struct life *lives;
};

struct lives {
    struct table requests, grants;
    int64_t next;                           /* the record that would follow */
    int64_t withheld;                       /* the last record that was not seen; -1: none */
    uint8_t key[crypto_shorthash_KEYBYTES]; /* ids come from others, who must not choose places */
};

/* What the two lives have in common. */
struct noun {
    const char *word;
    int first; /* the state in which a life begins */
    int (*state_of)(const char *text);
    bool (*may_become)(int from, int to);
    bool (*is_over)(int state);
};

static int request_state_of(const char *text)
{
    enum request_state state;
    return request_state_read(text, &state) ? (int)state : NO_STATE;
}

static bool request_moves(int from, int to)
{
    return request_may_become((enum request_state)from, (enum request_state)to);
}

static bool request_over(int state)
{
    return state != NO_STATE && request_is_over((enum request_state)state);
}

static int grant_state_of(const char *text)
{
    enum grant_state state;
    return grant_state_read(text, &state) ? (int)state : NO_STATE;
}

static bool grant_moves(int from, int to)
{
    return grant_may_become((enum grant_state)from, (enum grant_state)to);
}

static bool grant_over(int state)
{
    return state != NO_STATE && grant_is_over((enum grant_state)state);
}

static const struct noun request_noun = {"request", REQUEST_CHECKING, request_state_of,
                                         request_moves, request_over};
static const struct noun grant_noun = {"grant", GRANT_WAITING, grant_state_of, grant_moves,
                                       grant_over};

struct lives *lives_new(void)
{
    struct lives *lives = MEMORY_NEW(struct lives);
    lives->withheld = -1;
    crypto_shorthash_keygen(lives->key);
    return lives;
}

void lives_free(struct lives *lives)
{
    if (!lives)
        return;
    free(lives->requests.lives);
    free(lives->grants.lives);
    free(lives);
}

static struct life *place_of(const struct lives *lives, const struct table *table, struct slice id)
{
    uint64_t hash;
    (void)crypto_shorthash((uint8_t *)&hash, (const uint8_t *)id.at, id.length, lives->key);
    size_t place = (size_t)hash & (table->size - 1);
    while (table->lives[place].id.at && !slice_equals(table->lives[place].id, id))
        place = (place + 1) & (table->size - 1);
    return &table->lives[place];
}

static void grow(const struct lives *lives, struct table *table)
{
    struct table larger = {.size = table->size ? table->size * 2 : 256, .used = table->used};
    larger.lives = memory_new(larger.size, sizeof *larger.lives);
    for (size_t i = 0; i < table->size; i++)
        if (table->lives[i].id.at)
            *place_of(lives, &larger, table->lives[i].id) = table->lives[i];
    free(table->lives);
    *table = larger;
}

/* The life of this id as far as it is known, a new one where there was none. */
static struct life *find(struct lives *lives, const struct noun *noun, struct slice id)
{
    struct table *table = noun == &request_noun ? &lives->requests : &lives->grants;
    if (table->used * 2 >= table->size)
        grow(lives, table);
    struct life *life = place_of(lives, table, id);
    if (!life->id.at) {
        table->used++;
        *life =
            (struct life){.id = id, .state = NO_STATE, .seen_at = -1, .whole = lives->withheld < 0};
    } else if (life->seen_at < lives->withheld) {
        life->whole = false;
        if (!noun->is_over(life->state))
            life->state = NO_STATE;
    }
    return life;
}

static enum fail unlawful(struct reason *why, const struct noun *noun, struct slice id,
                          const char *says)
{
    int shown = id.length < 40 ? (int)id.length : 40;
    return because(why, FAIL_DENIED, "%s %.*s %s", noun->word, shown, id.at, says);
}

/* The state that a code leads to: its second word, and `checking` for a submission. */
static const char *state_in(const char *code)
{
    const char *word = strchr(code, '.');
    return !word ? "" : text_equals(word + 1, "submitted") ? "checking" : word + 1;
}

static enum fail judge(const struct noun *noun, const struct life *life,
                       const struct record *record, int *state, struct reason *why)
{
    char code[64], text[32];
    if (!slice_copy(record->code, code, sizeof code) || noun->state_of(state_in(code)) == NO_STATE)
        return FAIL_NONE; /* a code newer than this program */
    int to = noun->state_of(state_in(code)), from = NO_STATE;
    if (!slice_is(record->to, state_in(code)))
        return unlawful(why, noun, life->id, "does not become what the code says");
    if (noun->is_over(life->state))
        return unlawful(why, noun, life->id, "goes on after its end");
    if (!record->from.at) {
        if (life->seen_at >= 0)
            return unlawful(why, noun, life->id, "begins a second time");
        if (to != noun->first)
            return unlawful(why, noun, life->id, "begins in a state in which none begins");
    } else {
        if (slice_copy(record->from, text, sizeof text))
            from = noun->state_of(text);
        if (from == NO_STATE || !noun->may_become(from, to))
            return unlawful(why, noun, life->id, "makes a move that is not in the table");
        if (life->state == NO_STATE ? life->whole : life->state != from)
            return unlawful(why, noun, life->id, "leaves a state in which it was not");
    }
    *state = to;
    return FAIL_NONE;
}

static enum fail move(const struct noun *noun, struct life *life, const struct record *record,
                      struct reason *why)
{
    enum fail fail = judge(noun, life, record, &life->state, why);
    if (fail) { /* one wrong record says nothing about those that follow */
        life->state = NO_STATE;
        life->whole = false;
    }
    life->seen_at = record->seq;
    return fail;
}

static enum fail live_request(struct lives *lives, const struct record *record, struct reason *why)
{
    if (!record->request.at)
        return because(why, FAIL_DENIED, "no request is named");
    struct life *life = find(lives, &request_noun, record->request);
    bool was_pending = life->state == REQUEST_PENDING;
    bool by_subject = record->subject_oid.at != NULL;
    if (!life->oid.at && (by_subject || !record->from.at)) {
        life->tid = by_subject ? record->subject_tid : record->actor_tid;
        life->oid = by_subject ? record->subject_oid : record->actor_oid;
    }
    enum fail fail = move(&request_noun, life, record, why);
    if (!fail && life->state == REQUEST_PENDING)
        life->wants_signed |= proven_is_wanted(record);
    if (!fail && was_pending && life->state == REQUEST_APPROVED && life->whole && !life->agreed)
        return unlawful(why, &request_noun, life->id, "is approved though nobody agreed");
    return fail;
}

static bool same_person(struct slice tid, struct slice oid, struct slice other_tid,
                        struct slice other_oid)
{
    return oid.at && other_oid.at && tid.length == other_tid.length &&
           oid.length == other_oid.length && strncasecmp(tid.at, other_tid.at, tid.length) == 0 &&
           strncasecmp(oid.at, other_oid.at, oid.length) == 0;
}

static enum fail live_decision(struct lives *lives, const struct record *record, struct reason *why)
{
    if (!record->request.at)
        return because(why, FAIL_DENIED, "no request is named");
    struct life *life = find(lives, &request_noun, record->request);
    life->seen_at = record->seq;
    if (!record->actor_oid.at)
        return unlawful(why, &request_noun, life->id, "is decided by nobody");
    if (same_person(record->actor_tid, record->actor_oid, life->tid, life->oid) ||
        same_person(record->actor_tid, record->actor_oid, record->subject_tid, record->subject_oid))
        return unlawful(why, &request_noun, life->id, "is decided by its own requester");
    if (life->state == NO_STATE ? life->whole : life->state != REQUEST_PENDING)
        return unlawful(why, &request_noun, life->id, "is decided while it is not pending");
    struct proven proven;
    bool right;
    if (life->wants_signed && !proven_read(record, &proven, &right))
        return unlawful(why, &request_noun, life->id, "is decided without a signature");
    life->agreed = life->agreed || slice_is(record->code, "decision.approved");
    return FAIL_NONE;
}

static enum fail live_grant(struct lives *lives, const struct record *record, struct reason *why)
{
    if (!record->grant.at || !record->request.at)
        return because(why, FAIL_DENIED, "no grant, or no request of it, is named");
    struct life *grant = find(lives, &grant_noun, record->grant);
    enum fail fail = move(&grant_noun, grant, record, why);
    if (fail || grant->state != GRANT_ACTIVE)
        return fail;
    const struct life *request = find(lives, &request_noun, record->request);
    if (request->state == NO_STATE ? request->whole : request->state != REQUEST_APPROVED)
        return unlawful(why, &grant_noun, grant->id,
                        "is active though its request is not approved");
    return FAIL_NONE;
}

enum fail lives_add(struct lives *lives, const struct record *record, struct reason *why)
{
    static const struct {
        const char *begins;
        enum fail (*live)(struct lives *lives, const struct record *record, struct reason *why);
    } kinds[] = {{"request.", live_request}, {"decision.", live_decision}, {"grant.", live_grant}};
    if (record->seq > lives->next)
        lives->withheld = record->seq - 1;
    lives->next = record->seq + 1;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct slice code = record->code;
        if (slice_skip(&code, slice_of(kinds[i].begins)))
            return kinds[i].live(lives, record, why);
    }
    return FAIL_NONE;
}
