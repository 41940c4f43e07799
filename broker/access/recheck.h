/* The watch that rules have kept over access while it lives: one bad reading warns its holder, a
   row of them takes it away or raises an alarm, a good one ends the row (scenario S62). */
#pragma once

#include "access/moves.h"
#include "access/worker.h"

enum sight_of_reading { READING_NONE, READING_GOOD, READING_BAD };

/* What one look said of one thing. Nobody's answer says nothing; an answer that is not understood
   speaks against. */
struct reading_of {
    enum sight_of_reading sight;
    const char *code, *piece; /* unless it is good: evidence as it is kept */
};

/* The pieces that were judged, as one reading. */
struct reading_of recheck_read(const struct evidence_list *list, struct arena *arena);

/* The grant is active from now on; inside that change. */
enum fail recheck_begin(struct turn *turn, const struct stored_grant *grant, struct reason *why);
/* Takes the grant away for what a reading says; inside a change. */
enum fail recheck_revoke(struct turn *turn, struct stored_grant *grant, enum watch_check check,
                         const struct reading_of *reading, struct reason *why);
enum pace recheck_step(struct task *task);
