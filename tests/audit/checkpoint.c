/* Goal: checkpoints are those of C2SP tlog-checkpoint, to the byte. */
#include "audit/checkpoint.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

static struct note_signer *golden_signer(const char *name)
{
    scoped(secret_scoped) struct secret *seed = secret_new(NOTE_SEED_SIZE);
    struct note_signer *signer = NULL;
    for (size_t i = 0; i < seed->length; i++)
        seed->bytes[i] = (uint8_t)i;
    ck_assert_fine(note_signer_new(name, seed, &signer, &spec_why));
    return signer;
}

START_TEST(the_golden_checkpoint_comes_out)
{
    scoped(note_signer_scoped) struct note_signer *signer = golden_signer("pimb.example/log1");
    scoped(text_scoped) struct text note = TEXT_LIMIT(NOTE_MOST);
    struct checkpoint checkpoint = {.origin = "pimb.example/log1", .size = 3};
    char key[NOTE_KEY_TEXT_SIZE];
    ck_assert(digest_read_base64("LsWy9EeL656oyIuX3YbnvtkPxFSv8xI2VAc84erWIMU=", &checkpoint.root));
    ck_assert_fine(checkpoint_sign(&checkpoint, 1, (const struct note_signer *const[]){signer},
                                   &note, &spec_why));
    ck_assert_text(
        text_of(&note),
        "pimb.example/log1\n3\nLsWy9EeL656oyIuX3YbnvtkPxFSv8xI2VAc84erWIMU=\n\n"
        "\xE2\x80\x94 pimb.example/log1 "
        "TC399WixWVjM+/XIXKNgKsbjXtyrtvndMXX8bMIzB4LIIjzYkI1g+L5aJchev0AyP13+7EVZbaVgBqK4"
        "or7kdmD51QE=\n");
    note_key_write(note_signer_key(signer), key);
    ck_assert_text(key, "pimb.example/log1+4c2dfdf5+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
}
END_TEST

START_TEST(it_is_read_back)
{
    struct checkpoint checkpoint;
    char root[DIGEST_BASE64_SIZE];
    ck_assert_fine(checkpoint_read(slice_of("example.com/behind-the-sofa\n20852163\n"
                                            "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"),
                                   &checkpoint, &spec_why));
    ck_assert_text(checkpoint.origin, "example.com/behind-the-sofa");
    ck_assert_int_eq(checkpoint.size, 20852163);
    digest_base64(&checkpoint.root, root);
    ck_assert_text(root, "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
}
END_TEST

START_TEST(other_texts_are_no_checkpoints)
{
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    static const char *const wrong[] = {
        "",
        "o\n",
        "o\n1\n",
        "\n1\n" ROOT "\n",
        "o\n1\n" ROOT,
        "o\n01\n" ROOT "\n",
        "o\n-1\n" ROOT "\n",
        "o\n1 \n" ROOT "\n",
        "o\n\n" ROOT "\n",
        "o\n9007199254740992\n" ROOT "\n",
        "o\n1\n" ROOT " \n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        "o\n1\n" ROOT "\nextension\n",
        "o\n1\n" ROOT "\n\n",
    };
    struct checkpoint checkpoint;
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(checkpoint_read(slice_of(wrong[i]), &checkpoint, NULL) == FAIL_INVALID, "%s",
                      wrong[i]);
}
END_TEST

START_TEST(only_a_key_of_the_origin_signs_it)
{
    scoped(note_signer_scoped) struct note_signer *own = golden_signer("a.example"),
                                                  *other = golden_signer("b.example");
    scoped(text_scoped) struct text note = TEXT_LIMIT(NOTE_MOST);
    const struct checkpoint checkpoint = {.origin = "a.example"};
    const struct note_signer *const others[] = {other}, *const both[] = {other, own};
    ck_assert_int_eq(checkpoint_sign(&checkpoint, 1, others, &note, NULL), FAIL_BROKEN);
    ck_assert_fine(checkpoint_sign(&checkpoint, 2, both, &note, &spec_why));
    struct note read;
    ck_assert_fine(note_read(slice_of(text_of(&note)), &read, &spec_why));
    ck_assert_int_eq(note_signed_by(&read, note_signer_key(own)), NOTE_SIGNED);
    ck_assert_int_eq(note_signed_by(&read, note_signer_key(other)), NOTE_SIGNED);
}
END_TEST

SPECIFICATION("audit/checkpoint", the_golden_checkpoint_comes_out, it_is_read_back,
              other_texts_are_no_checkpoints, only_a_key_of_the_origin_signs_it)
