/* The store: one database file, read through a pool of connections and changed by the writer alone.
 */
#pragma once

#include "base/arena.h"
#include "store/sql.h"

#include <stdbool.h>
#include <stdint.h>

/* One connection and what the typed calls of this folder need; every one of them takes it first. */
struct store {
    struct sql *sql;
    uint64_t state; /* of a borrowed one: stores_state when it was borrowed */
};

struct stores; /* opaque: the database file with its pool of reading connections; any thread */

/* `url` is `sqlite:PATH`; FAIL_INVALID says what else it was. Locks the file against a second
   process, migrates it;
   `*made` says whether it is new. */
enum fail stores_open(const char *url, struct stores **ret, bool *made, struct reason *why);
void stores_free(struct stores *stores);
SCOPED(stores)

/* The same of one that only reads, for whoever looks into a store that may be in use: nothing is
   locked, made or changed (store_look). */
enum fail stores_look(const char *url, struct stores **ret, struct reason *why);

/* A connection for the writer; the caller's now. */
enum fail stores_writer(struct stores *stores, struct store **ret, struct reason *why);
void store_free(struct store *store);
SCOPED(store)

/* A connection for reading, from the pool: whatever it reads until it is given back is of one and
   the same moment. Give it back soon and never hold it while waiting for anything. */
enum fail stores_borrow(struct stores *stores, struct store **ret, struct reason *why);
void stores_return(struct stores *stores, struct store *store);

/* A connection that only reads, at one moment, freed with store_free: nothing is locked, made or
   changed, whether the store is in use or not. FAIL_NOT_FOUND: there is none; FAIL_CONFLICT: it is
   not of this program's schema; FAIL_UNAVAILABLE: damaged, or not to be read. */
enum fail store_look(const char *url, struct store **ret, struct reason *why);

/* What the store holds now, as a number: while it stays the same, nothing was committed. 0 while
   something is being committed. What was read through a connection that was borrowed in this state
   may be said again as long as the store is in it. Any thread. */
uint64_t stores_state(const struct stores *stores);
/* The writer's, around each COMMIT. */
void stores_change_begins(struct stores *stores);
void stores_change_ends(struct stores *stores);

/* Writes a consistent copy of the whole database to a new file, while everything goes on. */
enum fail stores_backup(const char *url, const char *to, struct reason *why);
