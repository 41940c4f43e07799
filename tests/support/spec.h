/* A test program in one macro: SPECIFICATION("folder/file", first_case, second_case, …) stands at
 * its end. */
#pragma once

#include "base/fail.h"

#include <check.h>
#include <stdlib.h>

#define SPECIFICATION(name, ...)                                                                   \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const cases[] = {__VA_ARGS__};                                                \
        return spec_run(name, sizeof cases / sizeof cases[0], cases);                              \
    }

/* Runs each case in a process of its own, prints `N passed, N failed` and, where the environment
   names a folder TALLY, leaves the two numbers there in a file of its own. */
int spec_run(const char *name, size_t count, const TTest *const cases[]);

/* A new empty folder for this case, removed with all that is in it when the process ends. */
const char *spec_folder(void);
/* `name` inside that folder; the text is kept until the process ends. */
const char *spec_path(const char *name);
/* Writes the whole text to a file of that folder and returns its path. */
const char *spec_file(const char *name, const char *content);

/* The rounds of a sweep: all of them in the program as it is shipped, a tenth where a sanitizer
   makes each take ten times as long. */
#if defined(__SANITIZE_ADDRESS__)
#define SPEC_ROUNDS(all) ((all) / 10)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPEC_ROUNDS(all) ((all) / 10)
#endif
#endif
#ifndef SPEC_ROUNDS
#define SPEC_ROUNDS(all) (all)
#endif

#define ck_assert_text(got, expected) ck_assert_pstr_eq((got), (expected))
/* A place for the reason of a call that should succeed: `ck_assert_fine(thing_do(…, &spec_why))`.
 */
extern struct reason spec_why;

#define ck_assert_fine(call)                                                                       \
    do {                                                                                           \
        spec_why = (struct reason){0};                                                             \
        enum fail spec_fail = (call);                                                              \
        ck_assert_msg(spec_fail == FAIL_NONE, "%s: %s", fail_code(spec_fail), spec_why.text);      \
    } while (0)
