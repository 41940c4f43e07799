/* One target as a step of the watch saw it; what the files of the watch share. */
#pragma once

#include "access/drift.h"
#include "access/drift_compare.h"

/* Whoever an object id stands for. */
struct drift_who {
    const char *type; /* "person", "group", "application"; NULL: not known */
    const char *name, *mail;
};

struct drift_seen {
    struct task *task;
    struct stored_watch watch;
    const struct role *role;
    int64_t read_at;
    const struct admin_rules *admin; /* these two only while it is looked at */
    const struct self_rules *self;
    struct drift_findings found;
    struct drift_who *who; /* of each that was found */
    const char **details;  /* and what is kept of it: JSON */
    size_t open_count;     /* those that were found before */
    struct stored_finding *open;
    const char *rules; /* PIM's rules as they are kept */
};

enum sight_of_target { TARGET_WAITS, TARGET_UNKNOWN, TARGET_SEEN };

/* Reads the target of `seen->watch`. TARGET_WAITS: facts were asked for. TARGET_UNKNOWN: something
   was not answered, so nothing is said of it. What was found outlives the facts: it is the task's.
 */
enum sight_of_target drift_look(struct drift_seen *seen);
/* The open finding that this is, or NULL. */
const struct stored_finding *drift_open(const struct drift_seen *seen,
                                        const struct drift_finding *finding);
/* What is kept of a finding: its sentence and what else was seen; while the facts are there. The
   caller's. */
json_t *drift_detail(const struct drift_seen *seen, size_t finding);
/* Changes, each to be handed to task_change with what was seen. */
enum fail drift_apply(struct turn *turn, void *seen, struct reason *why);
enum fail drift_apply_gone(struct turn *turn, void *seen, struct reason *why);
/* Removes one of those that were found before and that nothing explains, where the policy says so.
 */
enum pace drift_remove(struct drift_seen *seen);
/* In how many seconds the next reading of a target is due. */
int64_t drift_period(const struct access *access);
