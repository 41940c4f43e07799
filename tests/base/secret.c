/* Goal: secrets are read from files only their owner can see, and everything else is refused with
 * its reason. */
#include "base/secret.h"
#include "support/spec.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(a_line_is_read_without_its_end)
{
    const char *path = spec_file("password", "hunter2\n");
    ck_assert_int_eq(chmod(path, 0600), 0);
    scoped(secret_scoped) struct secret *secret = NULL;
    ck_assert_fine(secret_read_line(path, &secret, &spec_why));
    ck_assert_text(secret_text(secret), "hunter2");
}
END_TEST

START_TEST(a_file_that_others_may_read_is_refused)
{
    const char *path = spec_file("password", "hunter2\n");
    struct secret *secret = NULL;
    struct reason why = {0};
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(secret_read(path, &secret, &why), FAIL_INVALID);
    ck_assert(strstr(why.text, "may be read or changed by others: chmod 600 it") != NULL);
}
END_TEST

START_TEST(links_folders_empty_and_missing_files_are_refused)
{
    struct secret *secret = NULL;
    const char *real = spec_file("real", "x"), *empty = spec_file("empty", "");
    ck_assert_int_eq(chmod(real, 0600) + chmod(empty, 0600), 0);
    ck_assert_int_eq(symlink(real, spec_path("link")), 0);
    ck_assert_int_eq(secret_read(spec_path("link"), &secret, NULL), FAIL_INVALID);
    ck_assert_int_eq(secret_read(empty, &secret, NULL), FAIL_INVALID);
    ck_assert_int_eq(secret_read(spec_path("missing"), &secret, NULL), FAIL_INVALID);
    ck_assert_int_eq(secret_read(spec_folder(), &secret, NULL), FAIL_INVALID);
    ck_assert_ptr_null(secret);
}
END_TEST

START_TEST(a_written_secret_is_private_and_never_overwritten)
{
    scoped(secret_scoped) struct secret *key = secret_copy("key", 3), *back = NULL;
    struct stat about;
    ck_assert_fine(secret_write(spec_path("key"), key, &spec_why));
    ck_assert_int_eq(stat(spec_path("key"), &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0600);
    ck_assert_int_eq(secret_write(spec_path("key"), key, NULL), FAIL_CONFLICT);
    ck_assert_fine(secret_read(spec_path("key"), &back, &spec_why));
    ck_assert_text(secret_text(back), "key");
}
END_TEST

SPECIFICATION("base/secret", a_line_is_read_without_its_end, a_file_that_others_may_read_is_refused,
              links_folders_empty_and_missing_files_are_refused,
              a_written_secret_is_private_and_never_overwritten)
