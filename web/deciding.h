/* A decision on its way: what the directory says of the approver is read for this very decision.
   Used by POST …/decision and by the callback that completes one. */
#pragma once

#include "access/decisions.h"
#include "web/visit.h"

struct deciding {
    struct decision decision;
    struct decision_needs needs;
    struct place *earlier;
    size_t fact_count;
    struct fact **facts; /* shared from memory: to be given back */
};

/* `decision` has its id, its caller, and `signing` when it is completed. FAIL_NOT_FOUND when there
   is no such request. */
enum fail deciding_prepare(struct visit *visit, struct store *store, struct deciding *deciding);
/* Finds out what is needed, and then goes on. */
enum next deciding_begin(struct visit *visit, struct deciding *deciding, handler *then);
void deciding_let_go(struct deciding *deciding);
