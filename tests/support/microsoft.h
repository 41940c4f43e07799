/* Bodies that Microsoft prints, as far as they are at hand: where CURFEW_CONTRACT says, or in
   shared/graph/data beside the checkout. They are not ours to keep. */
#pragma once

#include "support/spec.h"

#include <jansson.h>
#include <stdbool.h>

/* False, and said so, when they are not at hand. */
bool microsoft_is_at_hand(const char *test);
/* The index of the examples; the caller's. */
json_t *microsoft_index(void);
/* An example by its name, or by the number it begins with; the caller's. */
json_t *microsoft_example(const char *name);

/* SPECIFICATION for tests of those bodies: skipped where there are none. */
#define SPECIFICATION_OF_EXAMPLES(name, ...)                                                       \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const cases[] = {__VA_ARGS__};                                                \
        return microsoft_is_at_hand(name) ? spec_run(name, sizeof cases / sizeof cases[0], cases)  \
                                          : 77;                                                    \
    }
