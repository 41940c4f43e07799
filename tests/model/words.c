/* Goal: whatever is judged can be said, and whoever can mend it is told how. */
#include "model/words.h"
#include "base/scoped.h"
#include "base/text.h"
#include "support/spec.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* What says that all is well: nothing to mend. */
static const char *const speak_for[] = {
    "account_enabled",
    "approvers_found",
    "device_by_context",
    "device_compliant",
    "membership_fine",
    "mfa_by_context",
    "mfa_by_context_undated",
    "mfa_by_method",
    "pim_fine",
    "risk_fine",
    "mfa_by_method_undated",
    "eligibility_direct",
    "pim_rules_fine",
    "device_managed",
    "device_synced",
    "device_workstation",
    "modern_auth_fine",
    "sign_in_risk_fine",
    "ticket_open",
    "eligibility_through_group",
};

/* What speaks against, and the person cannot change it. */
static const char *const beyond_mending[] = {"account_gone", "membership_missing"};

/* How the codes of evidence begin; sources hold other words in quotes too. */
static const char *const checks[] = {
    "account_",      "approvals_",       "limits_",      "approvers_", "device_",
    "mfa_",          "membership_",      "pim_",         "risk_",      "eligibility_",
    "sign_in_risk_", "sign_in_unlogged", "modern_auth_", "ticket_",    "justification_"};

static bool is_one_of(const char *text, size_t count, const char *const list[])
{
    for (size_t i = 0; i < count; i++)
        if (text_equals(text, list[i]))
            return true;
    return false;
}

static bool is_code(const char *word)
{
    if (strspn(word, "abcdefghijklmnopqrstuvwxyz_") != strlen(word) ||
        text_equals(word, "pim_rules")) /* the name of a check */
        return false;
    for (size_t i = 0; i < COUNT(checks); i++)
        if (text_starts_with(word, checks[i]))
            return true;
    return false;
}

/* Calls `see` with each code in quotes in the files of policies/ that judge. */
static size_t scan(void (*see)(const char *code, struct arena *arena))
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    DIR *opened = opendir(SOURCES "/policies");
    size_t seen = 0;
    ck_assert_ptr_nonnull(opened);
    for (struct dirent *entry; (entry = readdir(opened));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!text_starts_with(entry->d_name, "judge") || !text_equals(dot, ".c"))
            continue;
        char line[1000], word[200];
        FILE *file = fopen(arena_text(arena, SOURCES "/policies/%s", entry->d_name), "re");
        ck_assert_ptr_nonnull(file);
        while (fgets(line, sizeof line, file))
            for (char *at = strchr(line, '"'); at; at = strchr(at + 1, '"'))
                if (sscanf(at, "\"%199[^\"]\"", word) == 1 && is_code(word)) {
                    see(word, arena);
                    seen++;
                }
        ck_assert_int_eq(fclose(file), 0);
    }
    ck_assert_int_eq(closedir(opened), 0);
    return seen;
}

static void must_be_said(const char *code, struct arena *arena)
{
    ck_assert_msg(words_say(arena, code, NULL), "%s has no sentence", code);
}

static void must_be_mendable(const char *code, struct arena *arena)
{
    bool needs_none = is_one_of(code, COUNT(speak_for), speak_for) ||
                      is_one_of(code, COUNT(beyond_mending), beyond_mending);
    bool has = words_say(arena, arena_text(arena, "%s.mend", code), NULL);
    ck_assert_msg(has != needs_none, "%s: %s", code,
                  has ? "there is nothing to mend" : "nobody is told how to mend it");
}

START_TEST(every_code_that_policies_emit_has_a_sentence)
{
    ck_assert_uint_gt(scan(must_be_said), 30);
}
END_TEST

START_TEST(every_code_that_speaks_against_says_how_to_mend_it)
{
    (void)scan(must_be_mendable);
}
END_TEST

START_TEST(every_mend_belongs_to_a_sentence)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    for (size_t i = 0; words_key(i); i++) {
        const char *key = words_key(i);
        const char *dot = strchr(key, '.');
        if (!dot)
            continue;
        ck_assert_text(dot, ".mend");
        const char *code = arena_copy_bytes(arena, key, (size_t)(dot - key));
        ck_assert_msg(words_say(arena, code, NULL), "%s has no sentence to mend", key);
    }
}
END_TEST

START_TEST(keys_are_in_the_order_in_which_they_are_searched)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    size_t count = 0;
    for (; words_key(count); count++) {
        if (count)
            ck_assert_int_lt(strcmp(words_key(count - 1), words_key(count)), 0);
        ck_assert_ptr_nonnull(words_say(arena, words_key(count), NULL));
    }
    ck_assert_uint_gt(count, 50);
    ck_assert_ptr_null(words_key(count + 1));
}
END_TEST

START_TEST(sentences_are_whole)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    for (size_t i = 0; words_key(i); i++) {
        const char *key = words_key(i);
        const char *says = words_say(arena, key, NULL);
        size_t length = strlen(says);
        if (is_code(key) || strchr(key, '.'))
            ck_assert_msg(strchr(says, ' ') && says[length - 1] == '.', "%s: %s", key, says);
        ck_assert_msg(length && text_is_utf8(says, length) && !text_forbidden_character(says), "%s",
                      key);
        ck_assert_msg(!strpbrk(says, "{}"), "%s: a placeholder is not closed", key);
    }
}
END_TEST

START_TEST(placeholders_are_filled_with_texts_and_numbers)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *args = json_pack("{s:i, s:i}", "minutes", 12, "limit", 10);
    ck_assert_text(words_say(arena, "mfa_stale", args),
                   "Multifactor authentication was 12 min ago; at most 10 min are allowed.");
    json_auto_t *names = json_pack("{s:s, s:s}", "device", "SEC-114", "state", "noncompliant");
    ck_assert_text(words_say(arena, "device_noncompliant", names),
                   "SEC-114 is not compliant: Intune says \"noncompliant\".");
}
END_TEST

START_TEST(what_fills_a_placeholder_is_not_read_again)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *args = json_pack("{s:s, s:s}", "device", "{state}%s", "state", "x");
    ck_assert_text(words_say(arena, "device_unmanaged", args),
                   "{state}%s is not managed by Intune.");
}
END_TEST

START_TEST(a_placeholder_without_a_value_is_a_question_mark)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    ck_assert_text(words_say(arena, "device_unmanaged", NULL), "? is not managed by Intune.");
    json_auto_t *wrong = json_pack("{s:b}", "device", 1);
    ck_assert_text(words_say(arena, "device_unmanaged", wrong), "? is not managed by Intune.");
}
END_TEST

START_TEST(an_unknown_key_says_nothing)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    ck_assert_ptr_null(words_say(arena, "device_on_fire", NULL));
    ck_assert_ptr_null(words_say(arena, "", NULL));
}
END_TEST

SPECIFICATION("model/words", every_code_that_policies_emit_has_a_sentence,
              every_code_that_speaks_against_says_how_to_mend_it, every_mend_belongs_to_a_sentence,
              keys_are_in_the_order_in_which_they_are_searched, sentences_are_whole,
              placeholders_are_filled_with_texts_and_numbers,
              what_fills_a_placeholder_is_not_read_again,
              a_placeholder_without_a_value_is_a_question_mark, an_unknown_key_says_nothing)
