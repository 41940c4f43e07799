/* Goal: a signature counts when its key is on the list, for this purpose and this size. */
#include "audit/trust.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>

static struct note_signer *signer_of(const char *name, unsigned char fill)
{
    scoped(secret_scoped) struct secret *seed = secret_new(NOTE_SEED_SIZE);
    struct note_signer *signer = NULL;
    memset(seed->bytes, fill, seed->length);
    ck_assert_fine(note_signer_new(name, seed, &signer, &spec_why));
    return signer;
}

/* Two keys of one log, the second from size 100 on, and somebody else's. */
static struct note_signer *older, *newer, *other;
static struct trust trust;

static void prepare(void)
{
    older = signer_of("log.example", 1);
    newer = signer_of("log.example", 2);
    other = signer_of("other.example", 3);
    trust = (struct trust){.count = 3};
    trust.keys[0] = (struct trusted_key){*note_signer_key(older), 0, 100};
    trust.keys[1] = (struct trusted_key){*note_signer_key(newer), 100, NUMBER_MOST};
    trust.keys[2] = (struct trusted_key){*note_signer_key(other), 0, NUMBER_MOST};
}

static void clean_up(void)
{
    note_signer_free(older);
    note_signer_free(newer);
    note_signer_free(other);
}

static enum fail check(size_t count, const struct note_signer *const signers[], int64_t size,
                       struct reason *why)
{
    scoped(text_scoped) struct text bytes = TEXT_LIMIT(NOTE_MOST);
    struct note note;
    ck_assert_fine(note_sign(slice_of("text\n"), count, signers, &bytes, &spec_why));
    ck_assert_fine(note_read(slice_of(text_of(&bytes)), &note, &spec_why));
    return trust_check(&trust, &note, "log.example", size, NULL, why);
}

START_TEST(a_list_is_written_and_read_back)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(4096), again = TEXT_LIMIT(4096);
    struct trust back;
    prepare();
    trust_write(&trust, &text);
    ck_assert_fine(trust_read(slice_of(text_of(&text)), &back, &spec_why));
    trust_write(&back, &again);
    ck_assert_text(text_of(&again), text_of(&text));
    ck_assert_uint_eq(back.count, 3);
    ck_assert_int_eq(back.keys[0].last, 100);
    ck_assert_int_eq(back.keys[1].last, NUMBER_MOST);
    clean_up();
}
END_TEST

START_TEST(a_key_counts_for_its_sizes)
{
    struct reason why = {{0}};
    prepare();
    const struct note_signer *const by_older[] = {older}, *const by_newer[] = {newer};
    ck_assert_int_eq(check(1, by_older, 0, NULL), FAIL_NONE);
    ck_assert_int_eq(check(1, by_older, 100, NULL), FAIL_NONE);
    ck_assert_int_eq(check(1, by_older, 101, &why), FAIL_DENIED);
    ck_assert_text(why.text, "no trusted key of log.example for size 101 signed it");
    ck_assert_int_eq(check(1, by_newer, 99, NULL), FAIL_DENIED);
    ck_assert_int_eq(check(1, by_newer, 100, NULL), FAIL_NONE);
    clean_up();
}
END_TEST

START_TEST(a_key_of_another_name_does_not_stand_in)
{
    prepare();
    const struct note_signer *const by_other[] = {other}, *const by_both[] = {other, older};
    ck_assert_int_eq(check(1, by_other, 5, NULL), FAIL_DENIED);
    ck_assert_int_eq(check(2, by_both, 5, NULL), FAIL_NONE);
    clean_up();
}
END_TEST

START_TEST(an_unknown_key_counts_for_nothing)
{
    prepare();
    scoped(note_signer_scoped) struct note_signer *stranger = signer_of("log.example", 9);
    const struct note_signer *const by_stranger[] = {stranger}, *const both[] = {stranger, older};
    ck_assert_int_eq(check(1, by_stranger, 5, NULL), FAIL_DENIED);
    ck_assert_int_eq(check(2, both, 5, NULL), FAIL_NONE);
    clean_up();
}
END_TEST

START_TEST(one_forged_line_spoils_all)
{
    static const char format[] = "text\n\n%s\xE2\x80\x94 other.example %s\n";
    char bytes[1024], text[NOTE_KEY_TEXT_SIZE], line[256];
    scoped(text_scoped) struct text fine = TEXT_LIMIT(NOTE_MOST);
    struct reason why = {{0}};
    struct note note;
    prepare();
    const struct note_signer *const by_both[] = {older, other};
    ck_assert_fine(note_sign(slice_of("text\n"), 2, by_both, &fine, &spec_why));
    const char *first = text_of(&fine) + strlen("text\n\n");
    int length = (int)(strchr(first, '\n') + 1 - first);
    (void)snprintf(line, sizeof line, "%.*s", length, first);
    note_key_write(note_signer_key(other), text);
    /* The signature of the first line under the name and the id of the second. */
    char signature[256];
    (void)snprintf(signature, sizeof signature, "%s",
                   strstr(first + length, "other.example ") + strlen("other.example "));
    signature[strlen(signature) - 1] = '\0';
    signature[20] = signature[20] == 'A' ? 'B' : 'A';
    (void)snprintf(bytes, sizeof bytes, format, line, signature);
    ck_assert_fine(note_read(slice_of(bytes), &note, &spec_why));
    ck_assert_int_eq(trust_check(&trust, &note, "log.example", 5, NULL, &why), FAIL_DENIED);
    ck_assert_text(why.text, "a signature by other.example does not hold");
    clean_up();
}
END_TEST

START_TEST(lists_are_read_strictly)
{
#define KEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static const char *const wrong[] = {
        "",
        "# nobody\n",
        KEY,
        KEY "\n",
        KEY " 0\n",
        KEY " 0 \n",
        KEY " 0 -",
        KEY " 2 1\n",
        KEY " -1 1\n",
        KEY " 0 1 2\n",
        KEY " 00 -\n",
        KEY "  0 -\n",
        " " KEY " 0 -\n",
        "x" KEY " 0 -\n",
    };
    struct trust read;
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(trust_read(slice_of(wrong[i]), &read, NULL) == FAIL_INVALID, "%s", wrong[i]);
    ck_assert_fine(trust_read(slice_of("# mine\n\n" KEY " 0 -\n" KEY " 5 5\n"), &read, &spec_why));
    ck_assert_uint_eq(read.count, 2);
}
END_TEST

SPECIFICATION("audit/trust", a_list_is_written_and_read_back, a_key_counts_for_its_sizes,
              a_key_of_another_name_does_not_stand_in, an_unknown_key_counts_for_nothing,
              one_forged_line_spoils_all, lists_are_read_strictly)
