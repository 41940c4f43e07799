/* The job of a grant: brings the directory to what it should hold for this grant, and proves it by
   reading. Level-triggered: each step looks at what is in the store and in the directory and does
   the one next thing, so a crash anywhere is only a step that is done again. README.md has the
   picture. */
#pragma once

#include "access/worker.h"

enum pace holding_step(struct task *task);
/* Removes what came of a grant after it was over, which another job saw; once in five minutes. */
enum pace holding_remove_late(struct task *task, const struct grant_id *grant);

enum {
    PROOF_SECONDS =
        150, /* reads over so long that show nothing prove that there is nothing (design 10) */
    WATCH_SECONDS = 60, /* how often a live grant is read */
    GRACE_SECONDS =
        60, /* after its end the directory gets so long to end it by itself (contract S2) */
    TOO_YOUNG_SECONDS = 301, /* PIM ends nothing that is younger than five minutes (contract 4.5) */
    ALARM_SECONDS = 10 * 60, /* an outcome that is not known for so long is an alarm */
    LATE_SECONDS = 120,   /* access that is still there so long after its end is an alarm (I-01) */
    SKEW_SECONDS = 60,    /* clocks that differ by more are not trusted (security.md T26) */
    ATTEMPT_SECONDS = 60, /* how long a write in a person's name may be on its way */
    HELD_SECONDS = 24 * 3600, /* PIM lapses what nobody approved in that time (contract 6) */
    LEAST_SECONDS = 5 * 60,   /* PIM takes nothing shorter (contract 4.5) */
    REPLICATION_SECONDS = 120 /* how long a new principal may be unknown to PIM (contract 13) */
};
