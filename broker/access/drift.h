/* The watch over the catalogue's targets: who holds each now, and PIM's own rules of it, against
   what Curfew did (I-25). README.md says what is found, and why nothing is found by mistake. */
#pragma once

#include "access/worker.h"
#include "store/grants.h"

enum {
    DRIFT_EVERY_SECONDS = 120, /* how often a target is read */
    DRIFT_SPACING_MS = 750,    /* at most one target in so long: with more than 160, less often */
    DRIFT_AT_ONCE = 8,         /* but so many when none was read for a while */
    DRIFT_LATE_SECONDS = 300,  /* what was not read for so long is said to be late (I-25) */
};

enum pace drift_step(struct task *task);
/* Has the policy's targets watched; once at the start. */
enum fail drift_begin(struct access *access, struct reason *why);
/* Inside the change that ends a grant: somebody took it away in the directory. */
enum fail drift_missing(struct turn *turn, const struct stored_grant *grant, struct reason *why);
/* The role whose target has that key, or NULL. */
const struct role *drift_role(const struct access *access, const char *target, struct arena *arena);
