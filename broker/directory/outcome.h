/* What became of a write, from what was answered. Pure. */
#pragma once

#include "directory/directory.h"

/* The texts of `*ret` live as long as those of its arguments and the arena. */
void outcome_of(const struct write *write, const struct answer *answer, struct arena *arena,
                struct written *ret);
