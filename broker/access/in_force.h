/* The policy in force, which a reload replaces while everything runs. Whatever runs (a call, a job,
   a change) keeps the one it began with to its end: its `struct access` is its own. Any thread. */
#pragma once

#include "access/access.h"

struct in_force; /* opaque */

/* Takes the policy over. */
struct in_force *in_force_new(struct policy *policy);
void in_force_free(struct in_force *in_force);
SCOPED(in_force)

/* Puts `next` in force and takes it over; the one before is the caller's, to be freed or put back.
 */
struct policy *in_force_put(struct in_force *in_force, struct policy *next);
/* Whether the newest version in the folder was refused: what is in force is not what stands there.
 */
void in_force_note_refused(struct in_force *in_force, bool refused);
bool in_force_refused(const struct in_force *in_force);

/* What runs begins: `own` is the parts with the policy in force now. Pointers into that policy hold
   until access_end. */
void access_begin(const struct access *parts, struct access *own);
/* The same with the policy of whoever it works for, which outlives it. */
void access_join(const struct access *whose, struct access *own);
void access_end(struct access *own);

/* The policy that a request was submitted under: the one in force, or an earlier one from the
   store. The caller's; NULL, with `why` for the log, when it cannot be had. */
struct policy *access_policy_of(const struct access *access, struct store *store,
                                const char *version, struct reason *why);
