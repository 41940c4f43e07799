/* Persons as they are shown, their sessions, and what a sign-in is for. */
#pragma once

#include "model/person.h"
#include "store/store.h"

/* What the directory or a sign-in says; NULL for name or mail keeps what was known. */
enum fail store_person_save(struct store *store, const struct person *person, int64_t now,
                            struct reason *why);
/* FAIL_NOT_FOUND when nothing is known of them. */
enum fail store_person(struct store *store, const struct person_key *key, struct arena *arena,
                       struct person *person, struct reason *why);

struct stored_session {
    struct digest token;
    struct person_key person;
    int64_t opened_at, seen_at, ends_at;
    const char *sign_in; /* JSON */
};

enum fail store_session_add(struct store *store, const struct stored_session *session,
                            struct reason *why);
enum fail store_session(struct store *store, const struct digest *token, struct arena *arena,
                        struct stored_session *session, struct reason *why);
enum fail store_session_touch(struct store *store, const struct digest *token, int64_t now,
                              struct reason *why);
/* `*was_there` (may be NULL) says whether there was one. */
enum fail store_session_end(struct store *store, const struct digest *token, bool *was_there,
                            struct reason *why);

struct stored_purpose {
    struct digest id;
    const char *kind, *body;
    struct person_key person;
    struct digest session;
    int64_t ends_at, used_at; /* -1: not used */
};

enum fail store_purpose_add(struct store *store, const struct stored_purpose *purpose,
                            struct reason *why);
enum fail store_purpose(struct store *store, const struct digest *id, struct arena *arena,
                        struct stored_purpose *purpose, struct reason *why);
/* Single use: FAIL_CONFLICT when it was used before, or is over. */
enum fail store_purpose_use(struct store *store, const struct digest *id, int64_t now,
                            struct reason *why);
/* An OAuth state comes back once: FAIL_CONFLICT the second time. */
enum fail store_state_use(struct store *store, const struct digest *state, int64_t ends_at,
                          struct reason *why);

/* An answer that is given again to the same Idempotency-Key. */
struct stored_replay {
    const struct person_key *person;
    const char *route, *key;
    struct digest body;
    int status;
    const char *location, *answer;
    int64_t ends_at;
};

enum fail store_replay_add(struct store *store, const struct stored_replay *replay,
                           struct reason *why);
/* Fills body, status, location and answer for person, route and key; FAIL_NOT_FOUND when there is
 * none. */
enum fail store_replay(struct store *store, struct stored_replay *replay, int64_t now,
                       struct arena *arena, struct reason *why);

/* Forgets sessions, purposes, states, replays and findings that are over. */
enum fail store_sweep(struct store *store, int64_t now, struct reason *why);
