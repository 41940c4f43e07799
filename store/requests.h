/* Requests with all that belongs to them: roles, words, evidence, approval and decisions. */
#pragma once

#include "model/ids.h"
#include "model/lifecycle.h"
#include "model/person.h"
#include "store/store.h"

enum { STORED_ROLES = 10 };

struct stored_request {
    struct request_id id;
    struct person requester;
    enum request_state state;
    const char *why; /* code of the reason it was refused, or NULL */
    int64_t duration_seconds;
    int64_t start_at; /* -1: as soon as may be */
    int64_t start_within_seconds;
    const char *justification_mark; /* the commitment that events carry */
    const char *justification;      /* NULL once it was erased */
    const char *ticket;
    int64_t submitted_at, check_until;
    int64_t lapses_at; /* when nobody may decide any more; -1: not pending yet */
    int64_t decide_by; /* the latest that may become; -1: the same */
    int64_t stuck_at;  /* since when too few are left to approve it; -1: enough are */
    const char *policy_version;
    const char *sign_in;  /* JSON */
    const char *demands;  /* JSON; NULL until they are known */
    const char *occasion; /* JSON (access/occasion.h); NULL: asked before it was kept */
    const char *bundle;   /* that it asks for; NULL: for roles by themselves */
    bool undo;            /* of the bundle: when one is not given, the others are given back */
    bool urgent;          /* to be had before it is approved */
    size_t role_count;
    struct {
        const char *role, *target;
        const char *extends; /* id of the grant that was held then, which it prolongs; or NULL */
    } roles[STORED_ROLES];
};

/* Adds the request with its roles, in state `checking`. */
enum fail store_request_add(struct store *store, const struct stored_request *request,
                            struct reason *why);
/* FAIL_NOT_FOUND when there is none. */
enum fail store_request(struct store *store, const struct request_id *id, struct arena *arena,
                        struct stored_request *request, struct reason *why);
/* FAIL_CONFLICT when it is not in `from` any more. Only access/moves.c calls this. */
enum fail store_request_move(struct store *store, const struct request_id *id,
                             enum request_state from, enum request_state to, const char *because_of,
                             struct reason *why);
enum fail store_request_demand(struct store *store, const struct stored_request *request,
                               struct reason *why);
/* `lapses_at` and `stuck_at`. */
enum fail store_request_lapses(struct store *store, const struct stored_request *request,
                               struct reason *why);
enum fail store_request_shorten(struct store *store, const struct request_id *id, int64_t seconds,
                                struct reason *why);
enum fail store_requests_since(struct store *store, const struct person_key *person, int64_t since,
                               int64_t *count, struct reason *why);
/* A request that stands in the way of another one for this target, which one that is active does
   not; FAIL_NOT_FOUND when none does. */
enum fail store_request_open_for(struct store *store, const struct person_key *person,
                                 const char *target, struct request_id *id, struct reason *why);

/* A page of ids, the newest first, older than `before`; state and role NULL: any. */
struct request_page {
    const struct person_key *person; /* NULL: everybody's */
    bool as_approver;
    bool to_review; /* instead: what this person owes a look at */
    const char *before, *state, *role;
    size_t most;
};
enum fail store_requests_page(struct store *store, const struct request_page *page,
                              struct arena *arena, size_t *count, struct request_id **ids,
                              struct reason *why);

/* What people typed; the commitment is its key. */
enum fail store_words_add(struct store *store, const char *commitment, const unsigned char salt[16],
                          const char *text, struct reason *why);
/* `*fresh` says whether this version is seen for the first time. */
enum fail store_policy_save(struct store *store, const char *version, const char *text, int64_t now,
                            bool *fresh, struct reason *why);

/* FAIL_NOT_FOUND when it was never in force. */
enum fail store_policy(struct store *store, const char *version, struct arena *arena,
                       const char **text, struct reason *why);

enum fail store_evidence_save(struct store *store, const struct request_id *id, const char *phase,
                              const char *list, int64_t now, struct reason *why);
/* NULL when nothing was judged yet. */
enum fail store_evidence(struct store *store, const struct request_id *id, const char *phase,
                         struct arena *arena, const char **list, struct reason *why);
