/* Access before approval: whom it is told to, and the reviews that are owed for it. */
#pragma once

#include "model/ids.h"
#include "model/person.h"
#include "store/store.h"

enum { STORED_REVIEWS = 8 };

/* A look that one rule wants at it. */
struct stored_review {
    int line; /* from 1 */
    const char *rule;
    int64_t due_at;
    int64_t reviewed_at; /* -1: it is owed; then the rest says nothing */
    struct person by;
    const char *outcome, *reason; /* the reason is NULL once it was erased */
};

enum fail store_review_add(struct store *store, const struct request_id *id,
                           const struct stored_review *review, struct reason *why);
enum fail store_reviews(struct store *store, const struct request_id *id, struct arena *arena,
                        size_t *count, struct stored_review reviews[STORED_REVIEWS],
                        struct reason *why);
/* Of the struct: line, by, outcome, reviewed_at; `mark` is the commitment to the reason.
   FAIL_CONFLICT when somebody looked at it first. */
enum fail store_review_make(struct store *store, const struct request_id *id,
                            const struct stored_review *review, const char *mark,
                            struct reason *why);

/* Somebody it is told to: of the review with that line, or an approver who was passed over (0). */
struct stored_told {
    int line;
    struct person person;
};

enum fail store_urgent_tell(struct store *store, const struct request_id *id, int line,
                            const struct person_key *person, struct reason *why);
enum fail store_urgent_told(struct store *store, const struct request_id *id, struct arena *arena,
                            size_t *count, struct stored_told **told, struct reason *why);

enum fail store_review_is_owed(struct store *store, const struct request_id *id, bool *owed,
                               struct reason *why);
/* The request that keeps somebody from having anything else urgent; FAIL_NOT_FOUND when none does.
 */
enum fail store_urgent_open(struct store *store, const struct person_key *person,
                            struct request_id *id, struct reason *why);
