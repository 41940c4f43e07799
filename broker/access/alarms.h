/* Telling of what the watch found: one message for all that was found together, to whom the policy
   names under `alarms`. */
#pragma once

#include "access/approvers.h"
#include "access/worker.h"

/* Inside a change that found something: has it told, if the policy names anybody. */
enum fail alarm_put(struct turn *turn, struct reason *why);
/* Whom the policy names now, as the only stage of `ret`. False: answer PACE_WAIT. */
bool alarm_told(struct task *task, struct approvers *ret);
enum pace alarm_step(struct task *task);
