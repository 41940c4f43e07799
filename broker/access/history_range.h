/* What history.c and export.c share. */
#pragma once

#include "access/history.h"
#include "store/events.h"

/* The seqs that a filter's time span covers, below `end`. */
enum fail history_range(struct store *store, const struct history_filter *filter, int64_t end,
                        struct event_filter *range, struct reason *why);
