/* Counting approvals. Each person counts once over all lines and their stages, so those that share
   approvers need as many people as their needs add up to (design 3.8). Here each stage is a line of
   its own. Pure. */
#pragma once

#include "model/person.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TALLY_LINES = 40, TALLY_PEOPLE = 512 };

/* One line: `need` of those people whose place in `may` is set. */
struct tally_line {
    int64_t need;
    const bool *may; /* beside the people that are counted */
};

/* How many of the needed approvals `people` persons can give together; met when that is
 * tally_needed. */
int64_t tally_given(size_t line_count, const struct tally_line lines[], size_t people);
/* The same, with how many each line has in `filled`. People are taken in their order: what is
   filled stays filled when more of them come. */
int64_t tally_fill(size_t line_count, const struct tally_line lines[], size_t people,
                   int64_t filled[]);
int64_t tally_needed(size_t line_count, const struct tally_line lines[]);
