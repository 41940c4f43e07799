/* Goal: the same files give the same archive, and no other archive is read. */
#include "audit/tar.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>

static void add_file(struct text *tar, const char *name, const char *content)
{
    ck_assert_fine(tar_begin(tar, name, (int64_t)strlen(content), &spec_why));
    text_add(tar, content);
    tar_pad(tar, (int64_t)strlen(content));
}

static void make_archive(struct text *tar)
{
    char block[TAR_BLOCK + 1];
    memset(block, 'x', TAR_BLOCK);
    block[TAR_BLOCK] = '\0';
    add_file(tar, "empty", "");
    add_file(tar, "short.txt", "hello\n");
    add_file(tar, "block", block);
    tar_end(tar);
}

/* Reads it all; answers how many files it has, or -1. */
static int count_files(struct slice tar)
{
    struct tar_file file;
    for (int count = 0;; count++) {
        if (tar_take(&tar, &file, NULL))
            return -1;
        if (!file.name[0])
            return tar.length ? -1 : count;
    }
}

START_TEST(files_come_out_as_they_went_in)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(10000);
    struct tar_file file;
    make_archive(&tar);
    ck_assert_uint_eq(tar.length, 3 * 512 + 512 + 512 + 1024);
    struct slice rest = {.at = tar.data, .length = tar.length};
    ck_assert_fine(tar_take(&rest, &file, &spec_why));
    ck_assert_text(file.name, "empty");
    ck_assert_uint_eq(file.content.length, 0);
    ck_assert_fine(tar_take(&rest, &file, &spec_why));
    ck_assert_text(file.name, "short.txt");
    ck_assert(slice_is(file.content, "hello\n"));
    ck_assert_fine(tar_take(&rest, &file, &spec_why));
    ck_assert_uint_eq(file.content.length, 512);
    ck_assert_fine(tar_take(&rest, &file, &spec_why));
    ck_assert_text(file.name, "");
    ck_assert_uint_eq(rest.length, 0);
}
END_TEST

START_TEST(the_tar_of_the_system_reads_it)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(10000);
    char command[512], listing[256] = "";
    make_archive(&tar);
    const char *path = spec_path("archive.tar");
    FILE *file = fopen(path, "we");
    ck_assert_uint_eq(fwrite(tar.data, 1, tar.length, file), tar.length);
    ck_assert_int_eq(fclose(file), 0);
    (void)snprintf(command, sizeof command, "TZ=UTC tar tvf %s --numeric-owner", path);
    FILE *output = popen(command, "re");
    ck_assert_uint_gt(fread(listing, 1, sizeof listing - 1, output), 0);
    ck_assert_int_eq(pclose(output), 0);
    ck_assert_text(listing, "-rw-r--r-- 0/0               0 1970-01-01 00:00 empty\n"
                            "-rw-r--r-- 0/0               6 1970-01-01 00:00 short.txt\n"
                            "-rw-r--r-- 0/0             512 1970-01-01 00:00 block\n");
}
END_TEST

START_TEST(a_changed_byte_outside_of_the_contents_is_seen)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(10000);
    make_archive(&tar);
    for (size_t i = 0; i < tar.length; i++) {
        bool content = (i >= 1024 && i < 1024 + 6) || (i >= 2048 && i < 2048 + 512);
        tar.data[i] ^= 1;
        ck_assert_msg((count_files((struct slice){tar.data, tar.length}) == 3) == content, "%zu",
                      i);
        tar.data[i] ^= 1;
    }
}
END_TEST

START_TEST(an_archive_cut_anywhere_or_continued_is_refused)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(10000);
    make_archive(&tar);
    ck_assert_int_eq(count_files((struct slice){tar.data, tar.length}), 3);
    for (size_t length = 0; length < tar.length; length++)
        ck_assert_int_eq(count_files((struct slice){tar.data, length}), -1);
    tar_end(&tar);
    ck_assert_int_eq(count_files((struct slice){tar.data, tar.length}), -1);
}
END_TEST

START_TEST(names_and_sizes_have_limits)
{
    scoped(text_scoped) struct text tar = TEXT_LIMIT(10000);
    char name[TAR_NAME_SIZE + 1];
    memset(name, 'n', TAR_NAME_SIZE);
    name[TAR_NAME_SIZE] = '\0';
    ck_assert_int_eq(tar_begin(&tar, name, 0, NULL), FAIL_BROKEN);
    ck_assert_int_eq(tar_begin(&tar, "", 0, NULL), FAIL_BROKEN);
    ck_assert_int_eq(tar_begin(&tar, "a", TAR_FILE_MOST + 1, NULL), FAIL_TOO_LARGE);
    ck_assert_fine(tar_begin(&tar, name + 1, TAR_FILE_MOST, &spec_why));
}
END_TEST

SPECIFICATION("audit/tar", files_come_out_as_they_went_in, the_tar_of_the_system_reads_it,
              a_changed_byte_outside_of_the_contents_is_seen,
              an_archive_cut_anywhere_or_continued_is_refused, names_and_sizes_have_limits)
