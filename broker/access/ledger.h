/* The ledger: appends events to the audit log inside the writer's transactions. Its head moves only
 * with what is on disk. */
#pragma once

#include "access/keys.h"
#include "model/event.h"
#include "store/writer.h"

struct ledger; /* opaque; appended to on the writer's thread only */

/* `*sound` is false when the store is older than the highest checkpoint, or contradicts it or
 * itself: safe mode. */
enum fail ledger_open(struct keys *keys, struct store *store, struct ledger **ret, bool *sound,
                      struct reason *why);
void ledger_free(struct ledger *ledger);
SCOPED(ledger)

/* Records the event in the transaction at hand. No event is ever dated before its predecessor. */
enum fail ledger_append(struct ledger *ledger, struct store *store, const struct event *event,
                        struct reason *why);
/* The highest checkpoint must be on disk before the changes of this transaction are answered:
   somebody is about to act on them outside. Whether it is, ledger_is_kept says. */
void ledger_anchor(struct ledger *ledger);
/* False while the highest checkpoint could not be kept: nothing may be granted. Any thread. */
bool ledger_is_kept(const struct ledger *ledger);
/* Tries again what could not be kept; on the writer's thread. */
enum fail ledger_keep(struct ledger *ledger, struct reason *why);

/* Called after each COMMIT, with the requests that its events spoke of. */
struct ledger_listener {
    void *context;
    void (*committed)(void *context, size_t count, const struct request_id requests[]);
    void (*lost)(void *context); /* the disk cannot be trusted any more */
};
struct writer_frame ledger_frame(struct ledger *ledger, const struct ledger_listener *listener);

/* The checkpoint of what is in the store; for the operator's commands. */
void ledger_checkpoint(const struct ledger *ledger, struct checkpoint *ret);
/* Keeps the highest checkpoint on disk; at the orderly end. */
enum fail ledger_sync(struct ledger *ledger, struct reason *why);
/* The store was taken for good, under a new origin (keys_begin_epoch): from now on it is the log.
   Before the writer has anything to do. */
void ledger_accept(struct ledger *ledger);
