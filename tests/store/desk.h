/* What the tests of the store begin with: a store of notes, changes that can be waited for, and a
 * frame that writes down what it was told. */
#pragma once

#include "store/writer.h"
#include "support/spec.h"

#include <stdatomic.h>

#undef fail /* Check has a macro of that name */

/* A change of these tests: inserts a note with its number unless it has `work` of its own. */
struct task {
    struct change change;
    enum fail (*work)(struct task *task, struct store *store, struct reason *why);
    void (*told)(struct task *task); /* on the writer's thread, before the task counts as done */
    int64_t number;
    size_t size;       /* of the note; 0: a short text */
    atomic_bool *gate; /* waits in `apply` until it is open */
    bool done;         /* written under the desk's lock */
    enum fail fail;
    struct reason why;
    size_t place; /* among all that were answered, from 0 */
};

/* The store of this case: notes.db in its folder. */
struct stores *desk_open(void);
const char *desk_path(void);
const char *desk_url(void);
/* A writer with the frame below. */
struct writer *desk_writer(struct stores *stores);

void task_put(struct writer *writer, struct task *task);
/* Waits until the task was answered. */
void task_wait(struct task *task);
enum fail task_do(struct writer *writer, struct task *task);
/* Puts a first task that holds the writer until the gate opens, so that what is put meanwhile goes
   into the same transaction. */
void task_hold(struct writer *writer, struct task *task, atomic_bool *gate);
/* Adds a note to the store, for tasks with work of their own. */
enum fail note_add(struct store *store, int64_t number, struct reason *why);

/* How many notes there are, and whether note `number` is, in a connection of the pool. */
int64_t notes_count(struct stores *stores);
bool notes_have(struct stores *stores, int64_t number);

/* What the frame was told, as "savepoint seal committed"; empties itself. */
const char *frame_told(void);
/* Steps of the frame that a test may take over; NULL again: nothing. */
extern enum fail (*frame_seal)(struct store *store, struct reason *why);
extern void (*frame_step)(const char *step);
/* Whether the frame was told that the disk is lost. */
extern atomic_bool frame_lost;
