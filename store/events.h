/* Events and the tree over them, as rows. */
#pragma once

#include "base/digest.h"
#include "store/store.h"

struct stored_head {
    int64_t size, at_ms;
    const char *checkpoint;
    struct digest last;
};

/* The head of the tree; a size of 0 when nothing was ever recorded. */
enum fail store_head(struct store *store, struct arena *arena, struct stored_head *head,
                     struct reason *why);
enum fail store_head_write(struct store *store, const struct stored_head *head, struct reason *why);

struct stored_event {
    int64_t seq, at_ms;
    const char *code, *actor, *subject, *request, *grant, *role, *from, *to;
    const char *record;
    size_t record_length;
    struct digest leaf;
};

enum fail store_event_add(struct store *store, const struct stored_event *event,
                          struct reason *why);
enum fail store_node_add(struct store *store, int level, int64_t position,
                         const struct digest *hash, struct reason *why);
/* Level 0 are the leaves. FAIL_NOT_FOUND when there is none. */
enum fail store_node(struct store *store, int level, int64_t position, struct digest *hash,
                     struct reason *why);

/* What the history is asked for: seq from `first` up to and without `end`; a NULL filter does not
 * filter. */
struct event_filter {
    int64_t first, end;
    const char *actor, *subject, *role, *code, *request;
};

/* Rows of the history, the oldest first; each row's texts live until the next. Columns are those of
 * stored_event. */
struct rows store_events(struct store *store, const struct event_filter *filter, int64_t most);
/* Columns seq and record, the newest first. */
struct rows store_events_newest(struct store *store, const struct event_filter *filter,
                                int64_t most);
/* Leaf hashes in order: one column. */
struct rows store_leaves(struct store *store, int64_t first, int64_t end);
/* The seq of the first event at or after that moment; `none` when there is none. */
enum fail store_event_since(struct store *store, int64_t at_ms, int64_t none, int64_t *seq,
                            struct reason *why);
/* Whether the history has an alarm of this kind about that grant. */
enum fail store_alarm_raised(struct store *store, const char *request, const char *grant,
                             const char *alarm, bool *raised, struct reason *why);
enum fail store_exports_since(struct store *store, const char *actor, int64_t since_ms,
                              int64_t *count, struct reason *why);
