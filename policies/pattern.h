/* Patterns of texts: POSIX extended regular expressions. */
#pragma once

#include <stdbool.h>

/* Whether the whole text is what the pattern says; a pattern that cannot be used fits nothing. */
bool pattern_fits(const char *pattern, const char *text);
