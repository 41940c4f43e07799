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
    size_t approver_count;
    struct person *approvers;
};

struct stored_decision {
    struct person by;
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
enum fail store_decisions(struct store *store, const struct request_id *id, struct arena *arena,
                          size_t *count, struct stored_decision **decisions, struct reason *why);
enum fail store_decisions_since(struct store *store, const struct person_key *person, int64_t since,
                                int64_t *count, struct reason *why);
