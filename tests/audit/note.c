/* Goal: notes are those of C2SP signed-note, signed and read as others sign and read them. */
#include "audit/note.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>

/* Public examples of the format: the Go package that began it, and the specification's readers. */
static const char neumann_secret[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char neumann_key[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char neumann_text[] = "If you think cryptography is the answer to your problem,\n"
                                   "then you don't know what your problem is.\n";
#define NEUMANN_LINE                                                                               \
    "\xE2\x80\x94 PeterNeumann "                                                                   \
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=" \
    "\n"
/* Well-formed, by somebody unknown; the signature is longer than one of Ed25519. */
#define UNKNOWN_LINE                                                                               \
    "\xE2\x80\x94 witness.example/w1 "                                                             \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "AAAAAAAA"                                                                                     \
    "\n"

static struct note_key key_of(const char *text)
{
    struct note_key key;
    ck_assert_fine(note_key_read(slice_of(text), &key, &spec_why));
    return key;
}

static struct note_signer *signer_of(const char *text)
{
    scoped(secret_scoped) struct secret *secret = secret_copy(text, strlen(text));
    struct note_signer *signer = NULL;
    ck_assert_fine(note_signer_read(secret, &signer, &spec_why));
    return signer;
}

/* How the note is signed by the example's key; -1 when it is no note. */
static int signed_by_neumann(const char *bytes, size_t length)
{
    struct note note;
    struct note_key key = key_of(neumann_key);
    if (note_read((struct slice){bytes, length}, &note, NULL))
        return -1;
    ck_assert_uint_lt(note.text.length, length);
    return (int)note_signed_by(&note, &key);
}

static void check_note(const char *format, int expected)
{
    char bytes[2048];
    (void)snprintf(bytes, sizeof bytes, "%s%s", neumann_text, format);
    ck_assert_msg(signed_by_neumann(bytes, strlen(bytes)) == expected, "%s", bytes);
}

START_TEST(a_signer_writes_the_note_that_others_write)
{
    scoped(note_signer_scoped) struct note_signer *signer = signer_of(neumann_secret);
    scoped(text_scoped) struct text note = TEXT_LIMIT(NOTE_MOST);
    char text[NOTE_KEY_TEXT_SIZE];
    ck_assert_fine(note_sign(slice_of(neumann_text), 1, (const struct note_signer *const[]){signer},
                             &note, &spec_why));
    ck_assert(strncmp(text_of(&note), neumann_text, strlen(neumann_text)) == 0);
    ck_assert_text(text_of(&note) + strlen(neumann_text), "\n" NEUMANN_LINE);
    note_key_write(note_signer_key(signer), text);
    ck_assert_text(text, neumann_key);
    scoped(secret_scoped) struct secret *secret = note_signer_text(signer);
    ck_assert_text(secret_text(secret), neumann_secret);
    ck_assert_uint_eq(secret->length, strlen(neumann_secret));
}
END_TEST

START_TEST(a_published_example_is_signed_by_its_key)
{
    static const char bytes[] = "This is an example message.\n\n\xE2\x80\x94 example.com/foo "
                                "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOB"
                                "H3mFXmRKuwHjG1Yu72IneyaQM="
                                "\n";
    struct note_key key =
        key_of("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    struct note note;
    ck_assert_fine(note_read(slice_of(bytes), &note, &spec_why));
    ck_assert(slice_is(note.text, "This is an example message.\n"));
    ck_assert_int_eq(note_signed_by(&note, &key), NOTE_SIGNED);
}
END_TEST

START_TEST(several_lines_count_each_for_its_key)
{
    check_note("\n" NEUMANN_LINE, NOTE_SIGNED);
    check_note("\n" UNKNOWN_LINE, NOTE_UNSIGNED);
    check_note("\n" UNKNOWN_LINE NEUMANN_LINE UNKNOWN_LINE, NOTE_SIGNED);
    check_note("\n" NEUMANN_LINE NEUMANN_LINE, NOTE_SIGNED);
    check_note("more\n\n" NEUMANN_LINE, NOTE_FORGED);
}
END_TEST

START_TEST(a_forged_line_spoils_the_note)
{
    /* The same key, another signature; then one that is too short. */
    check_note("\n" NEUMANN_LINE "\xE2\x80\x94 PeterNeumann "
               "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6R"
               "yyBwJnAA=\n",
               NOTE_FORGED);
    check_note("\n" NEUMANN_LINE "\xE2\x80\x94 PeterNeumann x08gowAA\n", NOTE_FORGED);
    /* The name without the id, and the id without the name, are somebody else's. */
    check_note("\n\xE2\x80\x94 PeterNeumann AAAAAAAAAAAA\n", NOTE_UNSIGNED);
    check_note("\n\xE2\x80\x94 peterneumann x08gowAA\n", NOTE_UNSIGNED);
}
END_TEST

START_TEST(what_is_no_note_is_refused)
{
    check_note("", -1);
    check_note("\n", -1);
    check_note("\n\n", -1);
    check_note(NEUMANN_LINE, -1);
    check_note("\n- PeterNeumann AAAAAAAAAAAA\n", -1);
    check_note("\n\xE2\x80\x94PeterNeumann AAAAAAAAAAAA\n", -1);
    check_note("\n\xE2\x80\x94 PeterNeumann\n", -1);
    check_note("\n\xE2\x80\x94 PeterNeumann \n", -1);
    check_note("\n\xE2\x80\x94  AAAAAAAAAAAA\n", -1);
    check_note("\n\xE2\x80\x94 Peter+Neumann AAAAAAAAAAAA\n", -1);
    check_note("\n\xE2\x80\x94 PeterNeumann AAAAAAAAAAA\n", -1);
    check_note("\n\xE2\x80\x94 PeterNeumann AAAA\n", -1);
    check_note("\n\xE2\x80\x94 PeterNeumann AAAAAAAAAAAA \n", -1);
    check_note("\n\xE2\x80\x94 PeterNeumann AAAAAAAAAAAA\r\n", -1);
    check_note("\n\xE2\x80\x94 PeterNeumann AAAAAAAAAAAA", -1);
    check_note("\n" NEUMANN_LINE "x", -1);
    check_note("\n" NEUMANN_LINE "\n", -1);
    check_note("\r\n\n" NEUMANN_LINE, -1);
    check_note("\t\n\n" NEUMANN_LINE, -1);
    check_note("\xFF\n\n" NEUMANN_LINE, -1);
    ck_assert_int_eq(signed_by_neumann("a\0b\n\n" NEUMANN_LINE, 5 + strlen(NEUMANN_LINE)), -1);
    ck_assert_int_eq(signed_by_neumann(NULL, 0), -1);
}
END_TEST

START_TEST(the_last_empty_line_divides_the_note)
{
    scoped(note_signer_scoped) struct note_signer *signer = signer_of(neumann_secret);
    static const char *const texts[] = {"\n", "\n\n\n", "a\n\nb\n", "a\n\n", "\xE2\x80\x94 a b\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        scoped(text_scoped) struct text bytes = TEXT_LIMIT(NOTE_MOST);
        struct note note;
        ck_assert_fine(note_sign(slice_of(texts[i]), 1, (const struct note_signer *const[]){signer},
                                 &bytes, &spec_why));
        ck_assert_fine(note_read(slice_of(text_of(&bytes)), &note, &spec_why));
        ck_assert(slice_is(note.text, texts[i]));
        ck_assert_int_eq(note_signed_by(&note, note_signer_key(signer)), NOTE_SIGNED);
    }
}
END_TEST

START_TEST(a_changed_byte_of_the_text_or_the_signature_is_seen)
{
    char bytes[512];
    int length = snprintf(bytes, sizeof bytes, "%s\n%s", neumann_text, NEUMANN_LINE);
    for (int i = 0; i < length; i++) {
        bytes[i] ^= 1;
        ck_assert_int_ne(signed_by_neumann(bytes, (size_t)length), NOTE_SIGNED);
        bytes[i] ^= 1;
    }
    ck_assert_int_eq(signed_by_neumann(bytes, (size_t)length), NOTE_SIGNED);
}
END_TEST

START_TEST(keys_are_read_strictly)
{
    static const char *const wrong[] = {
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW ",
        "PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "otherName+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    };
    struct note_key key;
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(note_key_read(slice_of(wrong[i]), &key, NULL) == FAIL_INVALID, "%s",
                      wrong[i]);
}
END_TEST

START_TEST(signing_keys_are_read_strictly)
{
    static const char *const wrong[] = {
        "PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
        "PRIVATE+KEY+PeterNeumann+c74f20a4+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDF",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        scoped(secret_scoped) struct secret *text = secret_copy(wrong[i], strlen(wrong[i]));
        struct note_signer *signer = NULL;
        ck_assert_int_eq(note_signer_read(text, &signer, NULL), FAIL_INVALID);
        ck_assert_ptr_null(signer);
    }
    scoped(secret_scoped) struct secret *seed = secret_new(NOTE_SEED_SIZE), *few = secret_new(31);
    static const char *const names[] = {"", "a b", "a+b", "a\n", "\xC3\xA9"};
    struct note_signer *signer = NULL;
    for (size_t i = 0; i < COUNT(names); i++)
        ck_assert_int_eq(note_signer_new(names[i], seed, &signer, NULL), FAIL_INVALID);
    ck_assert_int_eq(note_signer_new("a", few, &signer, NULL), FAIL_INVALID);
}
END_TEST

START_TEST(only_lines_of_text_are_signed)
{
    scoped(note_signer_scoped) struct note_signer *signer = signer_of(neumann_secret);
    scoped(text_scoped) struct text note = TEXT_LIMIT(NOTE_MOST);
    static const char *const wrong[] = {"", "a", "a\r\n", "\x01\n", "\xFF\n"};
    const struct note_signer *const signers[] = {signer};
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_int_eq(note_sign(slice_of(wrong[i]), 1, signers, &note, NULL), FAIL_BROKEN);
    ck_assert_int_eq(note_sign(slice_of("a\n"), 0, signers, &note, NULL), FAIL_BROKEN);
    ck_assert_uint_eq(note.length, 0);
}
END_TEST

SPECIFICATION("audit/note", a_signer_writes_the_note_that_others_write,
              a_published_example_is_signed_by_its_key, several_lines_count_each_for_its_key,
              a_forged_line_spoils_the_note, what_is_no_note_is_refused,
              the_last_empty_line_divides_the_note,
              a_changed_byte_of_the_text_or_the_signature_is_seen, keys_are_read_strictly,
              signing_keys_are_read_strictly, only_lines_of_text_are_signed)
