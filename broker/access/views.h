/* What people and programs see of requests, grants and roles, as JSON (design 5.2). */
#pragma once

#include "access/caller.h"
#include "access/moves.h"

/* What a caller is to a request. */
struct sight_of {
    bool requester, approver, special; /* special: auditor or administrator */
};

/* FAIL_NOT_FOUND for strangers. */
enum fail view_sight(struct store *store, const struct request_id *id, const struct caller *caller,
                     struct sight_of *ret, struct reason *why);
/* One request with its evidence, approval and grants. */
enum fail view_request(const struct access *access, struct store *store,
                       const struct request_id *id, struct arena *arena, json_t **ret,
                       struct reason *why);
/* One that was submitted just now: nothing was found out of it, asked or given yet. */
json_t *view_submitted(const struct access *access, const struct stored_request *request,
                       struct arena *arena);
/* Whether a link to it still leads anywhere: until 30 days after it is all over (design 5.2);
 * FAIL_NOT_FOUND when not. */
enum fail view_link(struct store *store, const struct request_id *id, int64_t now,
                    struct arena *arena, struct reason *why);
enum fail view_grant(const struct access *access, struct store *store,
                     const struct stored_grant *grant, json_t **ret, struct reason *why);
/* Adds to a grant what its watch found, what it leaves behind, and when products see it. */
enum fail view_live(struct store *store, const struct stored_grant *grant, const struct role *role,
                    json_t *view, struct arena *arena, struct reason *why);
/* What whoever asks for a role or decides on it should know of the role itself; `role` may be NULL.
 */
json_t *view_warnings(const struct role *role, struct arena *arena);
json_t *view_person(const struct person *person);
/* The catalogue entry of a role for whoever asks, with what stands in the way now; NULL when no
   rule is about them. */
enum fail view_role(const struct access *access, struct store *store, const struct role *role,
                    const struct occasion *occasion, struct arena *arena, json_t **ret,
                    struct reason *why);
/* The same of a bundle, with its roles. */
enum fail view_bundle_entry(const struct access *access, struct store *store,
                            const struct bundle *bundle, const struct occasion *occasion,
                            struct arena *arena, json_t **ret, struct reason *why);
/* What all matching rules demand, in words: a list of `says`. The caller's. */
json_t *view_requires(const struct demands *demands, struct arena *arena);
/* Every target that is watched: when it was read, and what was found. */
enum fail view_watch(struct access *access, struct store *store, int64_t now, struct arena *arena,
                     json_t **ret, struct reason *why);
/* An event, with names beside the ids: `record` is the stored text. */
json_t *view_event(struct store *store, const struct access *access, const char *record,
                   struct arena *arena);
