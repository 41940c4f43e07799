/* PIM's lists of what is in force now, …ScheduleInstances: one for assignments, one for
   eligibilities, and both for groups, for roles of Entra and for those of Azure (contract 4.3, 5.2,
   8). */
#pragma once

#include "directory/entry.h"
#include "directory/reader.h"

enum pim_list { PIM_ASSIGNMENTS, PIM_ELIGIBILITIES };

/* The path that asks for one target's list: one person's, or everybody's (`oid` is NULL). */
void pim_instances_ask(const struct target *target, enum pim_list list, const char *oid,
                       struct text *path);
/* An entry of such a list: the object that has its members. */
struct entry pim_entry_open(const json_t *value, const struct target *target, struct arena *arena,
                            struct reason *why);
/* Whether an entry is about the target: nothing of a filter is believed. A role of Azure that is
   held above the scope is held at it too. */
bool pim_is_about(struct entry *entry, const struct target *target);
/* The same, held at this very target and not above it. */
bool pim_is_here(struct entry *entry, const struct target *target);
/* Whether what is about the target is held by its principal and at this very target: neither
   through a group nor at a scope above. */
bool pim_is_direct(struct entry *entry, const struct target *target);
