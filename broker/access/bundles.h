/* Bundles: roles that were asked for as one start one after the other, end together, and where one
   of them is not given, the others stay or are given back. Each grant looks at the others of its
   request and settles itself; nothing is written across grants but when they are looked at next. */
#pragma once

#include "access/moves.h"

/* Where a grant stands among the others of its request. */
struct bundle_place {
    const char *waits_for; /* the role that is to be active before; NULL: it is its turn */
    bool undone;           /* another one was not given, and the bundle is all of them or none */
    int64_t ends_at;       /* when the first was given to end; -1: none was yet */
};

/* Of a grant whose request is no bundle: its turn, of its own end. */
enum fail bundle_place(struct store *store, const struct stored_request *request,
                       const struct stored_grant *grant, struct arena *arena,
                       struct bundle_place *ret, struct reason *why);
/* Inside a change: a grant of the request is active or over, so the others look again. */
enum fail bundle_goes_on(struct turn *turn, const struct request_id *request, struct reason *why);
/* What was asked for, as it is shown; null where it is no bundle. */
json_t *view_bundle(const struct access *access, const struct stored_request *request);
