/* What a look at something live found wrong with it, what somebody has open, and signing people
 * out.
 */
#pragma once

#include "model/ids.h"
#include "model/person.h"
#include "store/store.h"

struct stored_doubt {
    struct doubt_id id;
    const char *subject; /* id of a grant, or object id of a person */
    const char *check;
    int64_t since;
    const char *piece;  /* JSON: the last bad reading, as evidence */
    int64_t revokes_at; /* -1: it takes nothing away */
    bool revoked;       /* access was taken away for it */
};

/* Keeps the moment and the id of the first of a row of bad readings. */
enum fail store_doubt_save(struct store *store, const struct stored_doubt *doubt,
                           struct reason *why);
/* All of one subject. */
enum fail store_doubts(struct store *store, const char *subject, struct arena *arena, size_t *count,
                       struct stored_doubt **doubts, struct reason *why);
/* Its piece and when it revokes; FAIL_NOT_FOUND when it is over. */
enum fail store_doubt(struct store *store, const char *id, struct arena *arena,
                      struct stored_doubt *doubt, struct reason *why);
/* It is well again; what access was taken away for stays. */
enum fail store_doubt_end(struct store *store, const char *subject, const char *check,
                          struct reason *why);

/* Whether somebody has a session, a request that is not settled, or a grant that is not over. */
enum fail store_open_of(struct store *store, const struct person_key *person, bool *any,
                        struct reason *why);
/* Their requests that are not settled. */
enum fail store_requests_open_of(struct store *store, const struct person_key *person,
                                 struct arena *arena, size_t *count, struct request_id **ids,
                                 struct reason *why);
enum fail store_sessions_end_of(struct store *store, const struct person_key *person,
                                int64_t *count, struct reason *why);

/* The device that a grant was started from, where that was by a sign-in of its own; or NULL. */
enum fail store_grant_device_set(struct store *store, const struct grant_id *id, const char *device,
                                 struct reason *why);
enum fail store_grant_device(struct store *store, const struct grant_id *id, struct arena *arena,
                             const char **device, struct reason *why);

/* Signing the holder of a grant out, which was taken away. */
struct stored_sign_out {
    struct grant_id grant;
    int64_t asked_at;
    const char *intent, *path; /* NULL: no write was meant yet */
    int64_t committed_at;
    const char *outcome; /* NULL: to be sent; see the schema */
    int64_t outcome_at;
    int status;
    const char *code, *correlation;
};

enum fail store_sign_out_ask(struct store *store, const struct grant_id *grant,
                             const struct person_key *person, int64_t now, struct reason *why);
/* Those of a person that are not over, that with the newest write first. */
enum fail store_sign_outs_open(struct store *store, const struct person_key *person,
                               struct arena *arena, size_t *count,
                               struct stored_sign_out **sign_outs, struct reason *why);
/* When it was asked for and what became of it; FAIL_NOT_FOUND when it was not. */
enum fail store_sign_out(struct store *store, const struct grant_id *grant, struct arena *arena,
                         struct stored_sign_out *sign_out, struct reason *why);
/* Of the struct: grant, intent, path, committed_at. */
enum fail store_sign_out_commit(struct store *store, const struct stored_sign_out *sign_out,
                                struct reason *why);
/* Of the struct: grant, outcome, outcome_at, status, code, correlation. */
enum fail store_sign_out_answer(struct store *store, const struct stored_sign_out *sign_out,
                                struct reason *why);
