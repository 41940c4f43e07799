/* Grants, the holdings they lean on, and the intents to write to the directory. */
#pragma once

#include "model/ids.h"
#include "model/lifecycle.h"
#include "model/person.h"
#include "model/role.h"
#include "store/store.h"

struct stored_grant {
    struct grant_id id;
    struct request_id request;
    int position;
    struct person_key holder;
    const char *role, *target;
    enum activation mode;
    enum grant_state state;
    const char *why; /* why it ended or failed, or what it waits for: a code, or NULL */
    bool has_holding;
    struct holding_id holding;
    int64_t start_by;
    int64_t starts_at, ends_at, ended_at; /* -1: not yet */
    const char *seen;                     /* "yes", "no", "unknown" */
    int64_t seen_at, absent_at;
    const char *status;    /* what the directory said last, in its own word, or NULL */
    const char *asked_end; /* "released", "revoked", "bundle_undone" or NULL */
};

/* Adds a grant in state `waiting`; of the struct: id, request, position, holder, role, target,
 * start_by, mode. */
enum fail store_grant_add(struct store *store, const struct stored_grant *grant,
                          struct reason *why);
enum fail store_grant(struct store *store, const struct grant_id *id, struct arena *arena,
                      struct stored_grant *grant, struct reason *why);
/* All grants of one request. */
enum fail store_grants_of(struct store *store, const struct request_id *id, struct arena *arena,
                          size_t *count, struct stored_grant **grants, struct reason *why);
/* The others of the same person and target whose ends the directory may show: of the open holding,
   whatever became of them, and of holdings that were closed after `since`. */
enum fail store_grants_beside(struct store *store, const struct stored_grant *grant, int64_t since,
                              struct arena *arena, size_t *count, struct stored_grant **grants,
                              struct reason *why);
/* Those of a person for one target that are not over, the oldest first. */
enum fail store_grants_live_for(struct store *store, const struct person_key *person,
                                const char *target, struct arena *arena, size_t *count,
                                struct stored_grant **grants, struct reason *why);
/* A page of a person's grants (NULL: everybody's live ones), the newest first, older than `before`
 * (NULL: all). */
enum fail store_grants_page(struct store *store, const struct person_key *person, bool live,
                            const char *before, size_t most, struct arena *arena, size_t *count,
                            struct stored_grant **grants, struct reason *why);
/* What a person held and was done with after that moment, the newest first. */
enum fail store_grants_used(struct store *store, const struct person_key *person, int64_t since,
                            size_t most, struct arena *arena, size_t *count,
                            struct stored_grant **grants, struct reason *why);
/* FAIL_CONFLICT when it is not in `from` any more. Only access/moves.c calls this. */
enum fail store_grant_move(struct store *store, const struct grant_id *id, enum grant_state from,
                           enum grant_state to, const char *because_of, struct reason *why);
/* Why it waits on: a code. FAIL_CONFLICT when it does not wait any more. */
enum fail store_grant_not_started(struct store *store, const struct grant_id *id,
                                  const char *because_of, struct reason *why);
enum fail store_grant_hold(struct store *store, const struct grant_id *id,
                           const struct holding_id *holding, int64_t ends_at, struct reason *why);
/* It was read in the directory at `now`, where it began at `start_at`. */
enum fail store_grant_seen(struct store *store, const struct grant_id *id, int64_t now,
                           int64_t start_at, struct reason *why);
/* A read at `now` showed nothing; the first of a row of such reads counts. */
enum fail store_grant_absent(struct store *store, const struct grant_id *id, int64_t now,
                             struct reason *why);
enum fail store_grant_status(struct store *store, const struct grant_id *id, const char *status,
                             struct reason *why);
/* The first end that was asked for stays. */
enum fail store_grant_ask_end(struct store *store, const struct grant_id *id, const char *end,
                              struct reason *why);
enum fail store_grant_close(struct store *store, const struct grant_id *id, int64_t now,
                            const char *seen, struct reason *why);

struct stored_holding {
    struct holding_id id;
    struct person_key person;
    const char *target;
    int64_t ends_at; /* as the directory was last seen to hold it; before that, as it was written */
    int64_t opened_at, closed_at; /* -1: open */
};

/* FAIL_CONFLICT when one is open for this person and target. */
enum fail store_holding_add(struct store *store, const struct stored_holding *holding,
                            struct reason *why);
enum fail store_holding(struct store *store, const struct holding_id *id, struct arena *arena,
                        struct stored_holding *holding, struct reason *why);
/* The one that is open for this person and target; FAIL_NOT_FOUND when none is. */
enum fail store_holding_open_for(struct store *store, const struct person_key *person,
                                 const char *target, struct arena *arena,
                                 struct stored_holding *holding, struct reason *why);
/* The directory was seen to hold it until then. */
enum fail store_holding_reach(struct store *store, const struct holding_id *id, int64_t ends_at,
                              struct reason *why);
/* Unless another grant that leans on it is not over: it closes with the last one. */
enum fail store_holding_close(struct store *store, const struct holding_id *id, int64_t now,
                              struct reason *why);

struct stored_intent {
    struct intent_id id;
    struct holding_id holding;
    struct grant_id grant;
    const char *action; /* "assign", "update" (its end), "remove", "approve" or "deny" */
    const char *method, *path, *body;
    int64_t committed_at;
    /* "open" (perhaps sent), "accepted", "refused", "not_sent", "unknown", "absent" (proved),
     * "done" (seen) */
    const char *outcome;
    int64_t outcome_at;
    int status;       /* of HTTP, 0: none */
    const char *code; /* error code or request status, in the directory's own word */
    const char *directory_request, *correlation;
    const char *approval; /* that PIM wants first; or NULL */
    const char *by;       /* oid of who approves or denies; or NULL */
};

enum fail store_intent_add(struct store *store, const struct stored_intent *intent,
                           struct reason *why);
/* Of the struct: id, outcome, outcome_at, status, code, directory_request, correlation, approval.
   FAIL_CONFLICT when its outcome is final already. */
enum fail store_intent_answer(struct store *store, const struct stored_intent *intent,
                              struct reason *why);
/* All tries to take away what a holding holds. */
struct removals {
    int64_t first_at; /* -1: none yet */
    int64_t accepted, unknown;
};

enum fail store_removals(struct store *store, const struct holding_id *holding,
                         struct removals *removals, struct reason *why);
/* The newest of a holding with that action, meant for that grant (NULL: for any); "assign" stands
   for "update" as well. FAIL_NOT_FOUND when there is none. */
enum fail store_intent_newest(struct store *store, const struct holding_id *holding,
                              const struct grant_id *grant, const char *action, struct arena *arena,
                              struct stored_intent *intent, struct reason *why);
