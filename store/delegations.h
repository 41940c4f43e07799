/* Delegations: an approver names somebody to decide in their place for a time. Whose requests that
   touches is worked out anew each time; who was asked by it stays. */
#pragma once

#include "model/ids.h"
#include "model/person.h"
#include "store/store.h"

struct stored_delegation {
    struct delegation_id id;
    struct person approver, delegate;
    int64_t from_at, until_at; /* in force from the first on, and no more from the second on */
    const char *reason_mark;   /* the commitment to it; only when it is added */
    const char *reason;        /* NULL once it was erased, and where nobody reads it */
    int64_t made_at;
    int64_t ended_at;     /* before its time; -1: it was not */
    const char *ended_by; /* object id */
};

/* Whether it is, or would be, in force at that moment. */
bool delegation_is_in_force(const struct stored_delegation *delegation, int64_t now);

enum fail store_delegation_add(struct store *store, const struct stored_delegation *delegation,
                               struct reason *why);
/* FAIL_NOT_FOUND when there is none. */
enum fail store_delegation(struct store *store, const struct delegation_id *id, struct arena *arena,
                           struct stored_delegation *delegation, struct reason *why);
/* A page of those that a person made or that name them, the newest first, older than `before`. */
enum fail store_delegations_of(struct store *store, const struct person_key *person,
                               const char *before, size_t most, struct arena *arena, size_t *count,
                               struct stored_delegation **list, struct reason *why);
/* Whether this approver has one in force at any moment between the two. */
enum fail store_delegation_between(struct store *store, const struct person_key *approver,
                                   int64_t from, int64_t until, bool *any, struct reason *why);
/* How many this approver made after that moment. */
enum fail store_delegations_since(struct store *store, const struct person_key *approver,
                                  int64_t since, int64_t *count, struct reason *why);
/* FAIL_CONFLICT when it is over. */
enum fail store_delegation_end(struct store *store, const struct delegation_id *id, int64_t now,
                               const struct person_key *by, struct reason *why);

/* Those by which a person may decide on a request now: of approvers that were asked themselves,
   first those for whom nobody has spoken yet. */
enum fail store_delegations_for(struct store *store, const struct request_id *request,
                                const struct person_key *delegate, int64_t now, size_t most,
                                struct arena *arena, size_t *count, struct stored_delegation **list,
                                struct reason *why);
/* Those in force now of the approvers of a request who have not decided; none that names the
   requester. */
enum fail store_delegations_in_force(struct store *store, const struct request_id *request,
                                     int64_t now, struct arena *arena, size_t *count,
                                     struct stored_delegation **list, struct reason *why);
/* Who is asked about a request by this delegation, and who was by any. */
enum fail store_stand_in_add(struct store *store, const struct request_id *request,
                             const struct delegation_id *delegation, struct reason *why);
enum fail store_stand_ins(struct store *store, const struct request_id *request,
                          struct arena *arena, size_t *count, struct stored_delegation **list,
                          struct reason *why);
/* The pending requests that this approver was asked about. */
enum fail store_delegation_touches(struct store *store, const struct person_key *approver,
                                   struct arena *arena, size_t *count, struct request_id **requests,
                                   struct reason *why);
