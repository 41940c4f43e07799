#include "support/spec.h"

#include "base/arena.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct reason spec_why;

static char folder[64];
static struct arena *paths;

static void tally(const char *name, int passed, int failed)
{
    const char *to = getenv("TALLY");
    char path[4096];
    if (!to || snprintf(path, sizeof path, "%s/%s", to, name) >= (int)sizeof path)
        return;
    for (char *at = path + strlen(to) + 1; *at; at++)
        if (*at == '/')
            *at = '.';
    FILE *file = fopen(path, "we");
    if (!file)
        return;
    (void)fprintf(file, "%d %d\n", passed, failed);
    (void)fclose(file);
}

int spec_run(const char *name, size_t count, const TTest *const cases[])
{
    Suite *suite = suite_create(name);
    if (sodium_init() < 0)
        return EXIT_FAILURE;
    for (size_t i = 0; i < count; i++) {
        TCase *tcase = tcase_create(cases[i]->name);
        tcase_set_timeout(tcase,
                          240); /* for what hangs: the longest takes 30 s, on an idle machine */
        tcase_add_test(tcase, cases[i]);
        suite_add_tcase(suite, tcase);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int ran = srunner_ntests_run(runner), failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    tally(name, ran - failed, failed);
    printf("%s: %d passed, %d failed\n", name, ran - failed, failed);
    return failed || !ran ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void clean_up(void)
{
    if (folder[0])
        (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(paths);
}

const char *spec_folder(void)
{
    if (!folder[0]) {
        (void)snprintf(folder, sizeof folder, "/tmp/curfew-test-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(folder));
        paths = arena_new();
        (void)atexit(clean_up);
    }
    return folder;
}

const char *spec_path(const char *name)
{
    (void)spec_folder();
    return arena_text(paths, "%s/%s", folder, name);
}

const char *spec_file(const char *name, const char *content)
{
    const char *path = spec_path(name);
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fputs(content, file) < 0, 0);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}
