/* Housekeeping: forgets what is over, and keeps the highest checkpoint on disk even when nothing
 * happens. */
#pragma once

#include "access/worker.h"

enum pace house_step(struct task *task);
/* Begins it; once at the start. */
enum fail house_begin(struct access *access, struct reason *why);
