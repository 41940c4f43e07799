/* The job of a request: gathers evidence while it is `checking`, asks approvers, and lets it lapse
 * when nobody decides. */
#pragma once

#include "access/worker.h"

enum pace check_step(struct task *task);

/* While nobody decides, approvers are resolved again so often: who left is not waited for, who came
 * is asked. */
enum { APPROVERS_AGAIN_SECONDS = 60 };
/* So long too few people may be left to approve it before it is refused. */
enum { STUCK_SECONDS = 15 * 60 };
