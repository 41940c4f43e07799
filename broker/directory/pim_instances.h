/* PIM's lists of what is in force now, …ScheduleInstances: one for assignments, one for
   eligibilities, and both for groups and for roles (contract 4.3, 5.2). */
#pragma once

#include "directory/entry.h"
#include "directory/reader.h"

enum pim_list { PIM_ASSIGNMENTS, PIM_ELIGIBILITIES };

/* The path that asks for one target's list; more of the filter may follow. */
void pim_instances_ask(const struct target *target, enum pim_list list, struct text *path);
/* Whether an entry is about the target: nothing of a filter is believed. */
bool pim_is_about(struct entry *entry, const struct target *target);
