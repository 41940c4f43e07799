/* Counting approvals. Each person counts once over all lines, so lines that share approvers need as
   many people as their needs add up to (design 3.8). Pure. */
#pragma once

#include "model/person.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TALLY_LINES = 8, TALLY_PEOPLE = 512 };

/* One line: `need` of those people whose place in `may` is set. */
struct tally_line {
    int64_t need;
    const bool *may; /* beside the people that are counted */
};

/* How many of the needed approvals `people` persons can give together; met when that is
 * tally_needed. */
int64_t tally_given(size_t line_count, const struct tally_line lines[], size_t people);
int64_t tally_needed(size_t line_count, const struct tally_line lines[]);
