/* Grants: what their holder, an approver or an administrator asks of them. Bringing it about is the
 * job of holding.c. */
#pragma once

#include "access/caller.h"
#include "access/moves.h"

enum { GRANT_PHASE_SIZE = ID_SIZE + 8 };
/* The phase under which a request keeps the evidence that was judged at this grant's start. */
void grant_phase(const struct grant_id *grant, char phase[GRANT_PHASE_SIZE]);

/* One grant for each role of a request that is approved and has none yet; inside the change that
   approves it. */
enum fail grants_make(struct turn *turn, const struct stored_request *request, struct reason *why);
/* What PIM approves has its grant from the submission on (design 2); inside that change. `*made` is
   "" when there is none. */
enum fail grant_make_held(struct turn *turn, const struct stored_request *request,
                          struct grant_id *made, struct reason *why);
/* The grant of a request that PIM holds until it is approved there; `*any` is false when there is
   none. */
enum fail grant_held(struct store *store, const struct request_id *id, struct arena *arena,
                     struct stored_grant *grant, bool *any, struct reason *why);
/* The request is over and was not approved: what PIM holds of it must not come into force. `code`
   is why. */
enum fail grants_withdraw(struct turn *turn, const struct request_id *id, const char *code,
                          struct reason *why);
/* The other way round: the grant is over, or ends, with that code, and so is its request unless
   that was decided. */
enum fail grant_takes_request(struct turn *turn, const struct stored_grant *grant, const char *code,
                              struct reason *why);

/* Ends a grant that waits: nothing of it is in the directory. `code` is why. FAIL_CONFLICT when it
 * does not wait any more. */
enum fail grant_give_up(struct turn *turn, struct stored_grant *grant, const char *code,
                        const json_t *detail, struct reason *why);

/* Takes a grant away, by whoever the turn acts for, before it started as well; what is over or ends
   already stays so. Its holder is signed out where its role says so. `detail` is borrowed. */
enum fail grant_revoke(struct turn *turn, struct stored_grant *grant, const json_t *detail,
                       struct reason *why);
/* The same, with whatever else gives the same to the same person: for a cause that is theirs. */
enum fail grant_revoke_access(struct turn *turn, struct stored_grant *grant, const json_t *detail,
                              struct reason *why);

/* An end that somebody asks for. Filled by the caller; `reason` of a revocation must be given. */
struct grant_end {
    struct act act;
    struct grant_id id;
    const struct caller *caller;
    bool revoke; /* otherwise the holder releases it */
    const char *reason;
};

/* Accepted at once, carried out as soon as the directory lets it. What is over already stays what
   it became, which is no failure. FAIL_NOT_FOUND for strangers, FAIL_DENIED for who may see it but
   not end it. */
enum fail grant_end_apply(struct turn *turn, void *end, struct reason *why);
