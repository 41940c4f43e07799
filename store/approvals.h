/* Who is asked to approve a request, and what they decided. */
#pragma once

#include "model/ids.h"
#include "model/person.h"
#include "store/store.h"

enum { STORED_STAGES = 40 };

/* A stage of one rule's line: `need` of its approvers must agree, and `deny` denials end it all. */
struct stored_stage {
    int line, stage; /* from 1; the line's first stage may have any number */
    const char *rule;
    int64_t need, deny;
    int64_t opened_at;    /* -1: its turn has not come */
    int64_t due_at;       /* of one whose turn has not come: the latest */
    int reminded;         /* so many times */
    int64_t escalated_at; /* -1: it was not */
    bool needs_reason;
    bool is_signed;   /* deciding takes a sign-in that says what was decided */
    const char *from; /* JSON: whom the policy takes its approvers from; only written */
    size_t approver_count;
    struct person *approvers;
    bool *spoke; /* beside them: decided when this stage had been asked, and may count for it */
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

enum fail store_stage_add(struct store *store, const struct request_id *id,
                          const struct stored_stage *stage, struct reason *why);
/* What changes of it: opened, due, reminded, escalated. */
enum fail store_stage_move(struct store *store, const struct request_id *id,
                           const struct stored_stage *stage, struct reason *why);
/* Somebody who may speak on the stage, and whether they did; that they spoke stays. */
enum fail store_approver_add(struct store *store, const struct request_id *id,
                             const struct stored_stage *stage, const struct person_key *person,
                             bool spoke, struct reason *why);
/* The stages of all lines, in order. */
enum fail store_stages(struct store *store, const struct request_id *id, struct arena *arena,
                       size_t *count, struct stored_stage stages[STORED_STAGES],
                       struct reason *why);
/* Whether the person was asked about this request, or is to be. */
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
