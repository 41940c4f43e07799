/* Who is asked to approve a request, and what they decided. */
#pragma once

#include "model/ids.h"
#include "model/person.h"
#include "store/store.h"

enum { STORED_LINES = 8 };

/* One rule's demand: `need` of its approvers must agree. */
struct stored_line {
    int line; /* from 1 */
    const char *rule;
    int64_t need, due_at;
    const char *from; /* JSON: users and groups */
    bool is_signed;   /* deciding takes a sign-in that says what was decided */
    size_t approver_count;
    struct person *approvers;
};

struct stored_decision {
    struct person by;
    struct person
        place; /* the approver in whose place; the same as `by`, who decides in their own */
    bool approves;
    const char *reason;       /* NULL once it was erased */
    int64_t duration_seconds; /* -1: as asked */
    int64_t decided_at;
};

enum fail store_line_add(struct store *store, const struct request_id *id,
                         const struct stored_line *line, struct reason *why);
enum fail store_approver_add(struct store *store, const struct request_id *id, int line,
                             const struct person_key *person, struct reason *why);
enum fail store_lines(struct store *store, const struct request_id *id, struct arena *arena,
                      size_t *count, struct stored_line lines[STORED_LINES], struct reason *why);
/* Whether the person was asked about this request. */
enum fail store_approver_is(struct store *store, const struct request_id *id,
                            const struct person_key *person, bool *is, struct reason *why);

/* `mark` is the commitment to the reason. FAIL_CONFLICT when this person decided before. */
enum fail store_decision_add(struct store *store, const struct request_id *id,
                             const struct stored_decision *decision, const char *mark,
                             struct reason *why);
/* PIM did not take what this person decided: it does not count, and they may decide again. What
   they signed is kept, as the history names it. */
enum fail store_decision_drop(struct store *store, const struct request_id *id,
                              const struct person_key *person, struct reason *why);
enum fail store_decisions(struct store *store, const struct request_id *id, struct arena *arena,
                          size_t *count, struct stored_decision **decisions, struct reason *why);
enum fail store_decisions_since(struct store *store, const struct person_key *person, int64_t since,
                                int64_t *count, struct reason *why);

/* What proves a signed decision: the token of the sign-in whose nonce is the commitment's digest,
   and the keys of its issuer that it was checked with (canonical JSON). */
struct stored_proof {
    struct person_key by;
    const char *commitment, *token, *key_set;
};

/* Beside the decision of the same person. */
enum fail store_proof_add(struct store *store, const struct request_id *id,
                          const struct stored_proof *proof, struct reason *why);
/* Of the decisions on a request. */
enum fail store_proofs(struct store *store, const struct request_id *id, struct arena *arena,
                       size_t *count, struct stored_proof **proofs, struct reason *why);
/* The token with that digest, and the text of the key set with that one; FAIL_NOT_FOUND when there
   is none. */
enum fail store_token(struct store *store, const struct digest *digest, struct arena *arena,
                      const char **token, struct reason *why);
enum fail store_key_set(struct store *store, const struct digest *digest, struct arena *arena,
                        const char **text, struct reason *why);
