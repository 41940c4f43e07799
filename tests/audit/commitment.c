/* Goal: what an approver signs has one spelling, and its nonce is that of the golden vectors, which
 * were made by other means (Python: json, hashlib). */
#include "audit/commitment.h"
#include "base/scoped.h"
#include "base/text.h"
#include "support/spec.h"

#include <stdlib.h>
#include <string.h>

static const char golden[] =
    "{\"approver\":\"bbbbbbbb-0000-4000-8000-000000000002\",\"decision\":\"approve"
    "\",\"duration\":3600,\"justification\":\"rf5uEJ7uI0hMGT9SjRokojuaR6+Ys3mZpBdTB"
    "EXOfnI=\",\"policy\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e83"
    "10c060f61caaff8a\",\"reason\":\"hEXv4yeS2kP8Y1G1GG5aI5nmax8ZJYawdFXEW/48Nhw=\""
    ",\"request\":\"01JD8ZK3T5M9Q2W7X4Y6A1B0CD\",\"requester\":\"aaaaaaaa-0000-4000"
    "-8000-000000000001\",\"roles\":[{\"role\":\"copilot-owner\",\"target\":\"odV+6"
    "chxBhS4kQ7U/x5xLC4lhCxT3X1uiRmIMO29INM=\"},{\"role\":\"reader\",\"target\":\"2"
    "SmKENGwc1g33EvYXaxkGw887yekfl1TpU8vP1svz/o=\"}],\"salt\":\"AAECAwQFBgcICQoLDA0"
    "ODw==\",\"start_by\":1767229200,\"tid\":\"7e4a0000-0000-4000-8000-000000000001"
    "\",\"v\":1}";
static const char golden_nonce[] = "OFw1da6ZncYLD6V6ORsVirCj1RWM-nF59OCLiUexir0";
static const char denied_nonce[] = "yoShcn0eKa5P13V9G1Z8X5hCioUdhJufi6FIwRIDUTA";

static struct arena *arena;

static struct commitment one(void)
{
    static const char target[] = "group 0d4e2a34-6f1b-4c55-9d0f-0a9c5f1f2b3c member";
    static char hash[DIGEST_BASE64_SIZE];
    commitment_target(target, hash);
    return (struct commitment){
        .tid = "7e4a0000-0000-4000-8000-000000000001",
        .request = "01JD8ZK3T5M9Q2W7X4Y6A1B0CD",
        .requester = "aaaaaaaa-0000-4000-8000-000000000001",
        .approver = "bbbbbbbb-0000-4000-8000-000000000002",
        .role_count = 2,
        .roles = {{"copilot-owner", hash},
                  {"reader", "2SmKENGwc1g33EvYXaxkGw887yekfl1TpU8vP1svz/o="}},
        .approves = true,
        .duration = 3600,
        .start_by = 1767229200,
        .justification = "rf5uEJ7uI0hMGT9SjRokojuaR6+Ys3mZpBdTBEXOfnI=",
        .reason = "hEXv4yeS2kP8Y1G1GG5aI5nmax8ZJYawdFXEW/48Nhw=",
        .policy = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        .salt = "AAECAwQFBgcICQoLDA0ODw==",
    };
}

START_TEST(the_golden_vectors_hold)
{
    struct commitment commitment = one();
    char nonce[DIGEST_BASE64URL_SIZE];
    char *text = commitment_write(&commitment);
    ck_assert_str_eq(text, golden);
    commitment_nonce(text, nonce);
    ck_assert_str_eq(nonce, golden_nonce);
    free(text);
    commitment.approves = false;
    text = commitment_write(&commitment);
    commitment_nonce(text, nonce);
    ck_assert_str_eq(nonce, denied_nonce);
    free(text);
}
END_TEST

START_TEST(what_was_written_is_read_back)
{
    struct commitment back;
    arena = arena_new();
    ck_assert(commitment_read(golden, arena, &back));
    char *again = commitment_write(&back);
    ck_assert_str_eq(again, golden);
    ck_assert_int_eq(back.duration, 3600);
    ck_assert(back.approves);
    free(again);
    arena_free(arena);
}
END_TEST

START_TEST(what_is_decided_in_anothers_place_says_so)
{
    struct commitment commitment = one(), back;
    char nonce[DIGEST_BASE64URL_SIZE];
    arena = arena_new();
    commitment.place = "cccccccc-0000-4000-8000-000000000003";
    char *text = commitment_write(&commitment);
    ck_assert_ptr_nonnull(strstr(text, "\"for\":\"cccccccc-0000-4000-8000-000000000003\""));
    ck_assert(commitment_read(text, arena, &back));
    ck_assert_text(back.place, commitment.place);
    commitment_nonce(text, nonce);
    ck_assert_str_ne(nonce, golden_nonce);
    free(text);
    ck_assert(commitment_read(golden, arena, &back));
    ck_assert_ptr_null(back.place);
    arena_free(arena);
}
END_TEST

/* Any byte: what is still read says something else, and its nonce is another. */
START_TEST(no_changed_byte_says_the_same)
{
    arena = arena_new();
    size_t length = strlen(golden);
    for (size_t i = 0; i < length; i++) {
        for (int bit = 0; bit < 7; bit++) {
            char bent[sizeof golden], nonce[DIGEST_BASE64URL_SIZE];
            struct commitment back;
            memcpy(bent, golden, sizeof golden);
            bent[i] = (char)(bent[i] ^ (1 << bit));
            if (!bent[i] || !commitment_read(bent, arena, &back))
                continue;
            commitment_nonce(bent, nonce);
            ck_assert_str_ne(nonce, golden_nonce);
        }
        arena_reset(arena);
    }
    arena_free(arena);
}
END_TEST

START_TEST(other_spellings_are_refused)
{
    static const struct {
        const char *old, *new;
    } bends[] = {
        {"\"v\":1", "\"v\":2"},
        {"\"v\":1", "\"v\":1,\"w\":1"},
        {"\"v\":1}", "\"v\":1} "},
        {"\"duration\":3600", "\"duration\":3600.0"},
        {"\"duration\":3600", "\"duration\":-1"},
        {"\"duration\":3600,", ""},
        {"\"decision\":\"approve\"", "\"decision\":\"maybe\""},
        {"\"role\":\"reader\",", ""},
        {"\"role\":\"reader\"", "\"role\":\"reader\",\"role\":\"reader\""},
        {"{\"approver\"", "{ \"approver\""},
    };
    struct commitment back;
    arena = arena_new();
    for (size_t i = 0; i < COUNT(bends); i++) {
        const char *at = strstr(golden, bends[i].old);
        ck_assert_ptr_nonnull(at);
        const char *bent = arena_text(arena, "%.*s%s%s", (int)(at - golden), golden, bends[i].new,
                                      at + strlen(bends[i].old));
        ck_assert_msg(!commitment_read(bent, arena, &back), "%s", bends[i].new);
    }
    ck_assert(!commitment_read("", arena, &back));
    ck_assert(!commitment_read("[]", arena, &back));
    arena_free(arena);
}
END_TEST

SPECIFICATION("audit/commitment", the_golden_vectors_hold, what_was_written_is_read_back,
              what_is_decided_in_anothers_place_says_so, no_changed_byte_says_the_same,
              other_spellings_are_refused)
