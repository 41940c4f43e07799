/* Telling people whom rules name (`tell`) what became of somebody's access. */
#pragma once

#include "access/moves.h"
#include "access/worker.h"

/* Inside the change that it tells of; nothing when no rule that matched the request names anybody.
 */
enum fail tell_begin(struct turn *turn, const struct stored_grant *grant, enum tell tell,
                     struct reason *why);
enum pace tell_step(struct task *task);
