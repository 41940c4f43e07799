/* The lives of requests and grants, lived again from their records: what the tables of
 * model/lifecycle.h do not allow is found. */
#pragma once

#include "audit/record.h"
#include "base/scoped.h"

struct lives; /* opaque; keeps slices of the records it was given */

struct lives *lives_new(void);
void lives_free(struct lives *lives);
SCOPED(lives)

/* Records come in order; withheld ones are seen by their `seq`, and what depends on them is not
   judged. FAIL_DENIED when the record says what must never be. */
enum fail lives_add(struct lives *lives, const struct record *record, struct reason *why);
