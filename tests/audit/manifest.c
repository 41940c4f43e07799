/* Goal: a manifest is written in one way, and read in no other. */
#include "audit/manifest.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

static const char written[] =
    "curfew bundle v1\n"
    "origin a.example/log\n"
    "size 9\n"
    "range 2 5\n"
    "filter role = \"copilot-owner\"\n"
    "records 1\n"
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  checkpoint\n"
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  leaves.b64\n"
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  records.jsonl\n"
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  records.csv\n"
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  policy.txt\n";

static struct manifest example(void)
{
    struct manifest manifest = {.origin = "a.example/log",
                                .size = 9,
                                .first = 2,
                                .end = 5,
                                .filter = "role = \"copilot-owner\"",
                                .records = 1};
    for (int i = 0; i < BUNDLE_MANIFEST; i++) {
        manifest.present[i] = i != BUNDLE_PREVIOUS;
        manifest.digests[i] = digest_of_text("abc");
    }
    return manifest;
}

START_TEST(it_is_written_line_by_line)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(MANIFEST_MOST);
    struct manifest manifest = example();
    manifest_write(&manifest, &text);
    ck_assert_text(text_of(&text), written);
}
END_TEST

START_TEST(it_is_read_back)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(MANIFEST_MOST);
    struct manifest manifest = example(), back;
    manifest.present[BUNDLE_PREVIOUS] = true;
    manifest.filter[0] = '\0';
    manifest_write(&manifest, &text);
    ck_assert_fine(manifest_read(slice_of(text_of(&text)), &back, &spec_why));
    ck_assert_text(back.origin, manifest.origin);
    ck_assert_text(back.filter, "");
    ck_assert_int_eq(back.size, 9);
    ck_assert_int_eq(back.first, 2);
    ck_assert_int_eq(back.end, 5);
    ck_assert_int_eq(back.records, 1);
    for (int i = 0; i < BUNDLE_MANIFEST; i++) {
        ck_assert(back.present[i]);
        ck_assert_mem_eq(&back.digests[i], &manifest.digests[i], sizeof back.digests[i]);
    }
}
END_TEST

START_TEST(every_other_text_is_refused)
{
    static const char *const changes[][2] = {
        {"v1", "v2"},
        {"origin ", "origin"},
        {"size 9", "size 09"},
        {"range 2 5", "range 5 2"},
        {"range 2 5", "range 2 10"},
        {"range 2 5", "range 2"},
        {"filter role = \"copilot-owner\"", "filter "},
        {"records 1\n", ""},
        {"records 1\n", "records 1\n\n"},
        {"ba78", "BA78"},
        {"ba78", " a78"},
        {"ba78", "ba7"},
        {"ba78", "ba788"},
        {"  checkpoint", " checkpoint"},
        {"  checkpoint", "   checkpoint"},
        {"checkpoint\n", "checkpoint2\n"},
        {"leaves.b64", "records.jsonl"},
        {"policy.txt\n", "policy.txt"},
        {"policy.txt\n", "policy.txt\nmore\n"},
    };
    struct manifest manifest;
    ck_assert_fine(manifest_read(slice_of(written), &manifest, &spec_why));
    for (size_t i = 0; i < COUNT(changes); i++) {
        scoped(text_scoped) struct text text = TEXT_LIMIT(MANIFEST_MOST);
        const char *at = strstr(written, changes[i][0]);
        ck_assert_ptr_nonnull(at);
        text_add_bytes(&text, written, (size_t)(at - written));
        text_add(&text, changes[i][1]);
        text_add(&text, at + strlen(changes[i][0]));
        ck_assert_msg(manifest_read(slice_of(text_of(&text)), &manifest, NULL) == FAIL_INVALID,
                      "%s", text_of(&text));
    }
}
END_TEST

START_TEST(the_key_of_exports_is_named_after_the_log)
{
    char name[NOTE_NAME_SIZE], long_origin[NOTE_NAME_SIZE];
    ck_assert(manifest_key_name("a.example/log", name));
    ck_assert_text(name, "a.example/log/export");
    memset(long_origin, 'x', sizeof long_origin - 1);
    long_origin[sizeof long_origin - 1] = '\0';
    ck_assert(!manifest_key_name(long_origin, name));
}
END_TEST

SPECIFICATION("audit/manifest", it_is_written_line_by_line, it_is_read_back,
              every_other_text_is_refused, the_key_of_exports_is_named_after_the_log)
