/* Asking for what is held already: more time for it (design 3.7). */
#pragma once

#include "access/requests.h"

/* Whether the role at that place of the submission's request is held, which the request then
   prolongs. FAIL_CONFLICT when it would not; the submission says why and what stands in the way. */
enum fail prolong_check(struct turn *turn, struct submission *submission, size_t i,
                        struct reason *why);
