/* Patterns of texts that people type. The C library's matcher walks all possibilities at once, so
   its cost grows with text and pattern only, as long as the pattern refers to nothing it matched
   before and repeats nothing thousands of times. */
#include "policies/pattern.h"
#include "policies/internal.h"

#include "base/text.h"

#include <regex.h>
#include <string.h>

enum { PATTERN_BYTES = 200, PATTERN_REPEATS = 1000 };

static void regex_scoped(regex_t *regex)
{
    regfree(regex);
}

/* How often its intervals let something be repeated, within one another at the most. */
static int64_t repeats(const char *pattern)
{
    int64_t all = 1;
    for (const char *at = pattern; *at && all <= PATTERN_REPEATS; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == '{') {
            int64_t most = 0;
            const char *end = at + 1;
            for (int64_t number = 0; *end && *end != '}'; end++) {
                number = *end >= '0' && *end <= '9' ? number * 10 + (*end - '0') : 0;
                most = number > most ? number : most;
                if (most > PATTERN_REPEATS)
                    break;
            }
            all *= most > 1 ? most : 1;
        }
    }
    return all;
}

const char *pattern_wrong(const char *pattern, struct arena *arena)
{
    regex_t regex;
    char says[100];
    if (strlen(pattern) > PATTERN_BYTES)
        return arena_text(arena, "is longer than %d bytes", PATTERN_BYTES);
    for (const char *at = pattern; *at; at++) {
        if (*at != '\\' || !at[1])
            continue;
        if (*++at >= '1' && *at <= '9')
            return arena_text(arena, "refers back to what it matched (\\%c): leave that out", *at);
    }
    if (repeats(pattern) > PATTERN_REPEATS)
        return arena_text(arena, "repeats too much: its numbers in {} may multiply to %d",
                          PATTERN_REPEATS);
    int wrong = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
    if (!wrong) {
        regfree(&regex);
        return NULL;
    }
    (void)regerror(wrong, &regex, says, sizeof says);
    return arena_text(arena, "is no POSIX extended regular expression: %s", says);
}

bool pattern_fits(const char *pattern, const char *text)
{
    regmatch_t whole;
    scoped(regex_scoped) regex_t regex = {0};
    if (regcomp(&regex, pattern, REG_EXTENDED) != 0)
        return false;
    /* The match is the leftmost and of those the longest: if the whole fits, it is the whole. */
    return regexec(&regex, text, 1, &whole, 0) == 0 && whole.rm_so == 0 &&
           (size_t)whole.rm_eo == strlen(text);
}
