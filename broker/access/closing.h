/* People who left: whoever has anything open here is looked up in the directory every five minutes,
   and who is disabled or gone there loses all of it (I-22). */
#pragma once

#include "access/worker.h"

/* Somebody has something open from now on; inside that change. */
enum fail closing_begin(struct turn *turn, const struct person_key *person, struct reason *why);
enum pace closing_step(struct task *task);
