/* Who can approve a request: the people its lines name, resolved live, never the requester. */
#pragma once

#include "access/worker.h"

struct approver_line {
    size_t count;
    struct person *people;
};

struct approvers {
    bool known; /* every group answered */
    size_t line_count;
    struct approver_line lines[APPROVAL_LINES];
    int64_t given, needed; /* what all of them together could give, of what is needed */
    size_t count;          /* distinct people over all lines */
    const char *names;     /* the first few, for a sentence */
};

/* False: facts were asked for, answer PACE_WAIT. Memory of the task's arena. */
bool approvers_resolve(struct task *task, const struct demands *demands,
                       const struct person_key *requester, int64_t age_ms, struct approvers *ret);
/* The piece of evidence about them. */
void judge_approvers(const struct approvers *approvers, const struct demands *demands, int64_t now,
                     struct evidence_list *list);
