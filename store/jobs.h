/* Jobs, links and messages: what is to be done later, and what people are told. */
#pragma once

#include "model/ids.h"
#include "model/person.h"
#include "store/store.h"

enum { STORED_SUBJECT = 64 }; /* room for a subject and its NUL */

struct stored_job {
    const char *kind, *subject;
    int64_t rank, due_at, tries;
};

/* One job for each kind and subject: a new due moment replaces the old one. */
enum fail store_job_put(struct store *store, const struct stored_job *job, struct reason *why);
/* The same, but one that is there stays as it is. */
enum fail store_job_begin(struct store *store, const struct stored_job *job, struct reason *why);
enum fail store_job_end(struct store *store, const char *kind, const char *subject,
                        struct reason *why);
/* Those due at `now`, ends before starts; copied into the arena. */
enum fail store_jobs_due(struct store *store, int64_t now, size_t most, struct arena *arena,
                         size_t *count, struct stored_job **jobs, struct reason *why);
/* When the first job after `now` is due; INT64_MAX: none is. */
enum fail store_job_next(struct store *store, int64_t now, int64_t *due_at, struct reason *why);

enum fail store_link_add(struct store *store, const struct digest *token,
                         const struct request_id *id, const struct person_key *person,
                         struct reason *why);
/* FAIL_NOT_FOUND when there is none, or it is not this person's. */
enum fail store_link(struct store *store, const struct digest *token,
                     const struct person_key *person, struct request_id *id, struct reason *why);

struct stored_message {
    struct message_id id;
    const char *kind;
    const struct request_id *request;
    const struct grant_id *grant; /* NULL: about the request */
    const char *findings;         /* of one about neither: those that it tells of (store/watch.h) */
    const struct delegation_id *delegation; /* of one about none of these */
    const char *about;                      /* which of several of its kind; or NULL */
    struct person to;                       /* name and mail as known when it is read */
    int round;                              /* tells apart what may be told more than once */
    const char *channel;
    const char *state; /* "waiting", "sending", "sent", "failed", "no_address" */
    const char *why;
    int64_t made_at, sent_at;
};

/* `*fresh` is false when this person was told this before: then nothing was added. */
enum fail store_message_add(struct store *store, const struct stored_message *message, bool *fresh,
                            struct reason *why);
enum fail store_message(struct store *store, const struct message_id *id, struct arena *arena,
                        struct stored_message *message, struct reason *why);
/* FAIL_CONFLICT when it is not in `from` any more. */
enum fail store_message_move(struct store *store, const struct message_id *id, const char *from,
                             const char *to, const char *because_of, int64_t sent_at,
                             struct reason *why);
