/* Who can approve a request: the people that its stages name, resolved live, never the requester by
   any of their accounts. */
#pragma once

#include "access/stages.h"
#include "access/worker.h"

struct approver_set {
    size_t count;
    struct person *people;
    bool cut; /* there are more, whom nobody lists */
};

/* Of one stage; those of `to` may decide once it was escalated. */
struct approver_stage {
    struct approver_set from, to;
};

struct approvers {
    bool known; /* every group answered */
    size_t stage_count;
    struct approver_stage stages[APPROVAL_STAGES]; /* beside the demands */
    int64_t given, needed; /* what all of them together could give, of what is needed */
    size_t count;          /* distinct people over all stages */
    const char *names;     /* the first few, for a sentence */
};

/* What was decided already counts where it was said; `progress` NULL: nothing was. False: facts
   were asked for, answer PACE_WAIT. Memory of the task's arena. */
bool approvers_resolve(struct task *task, const struct demands *demands,
                       const struct person_key *requester, struct progress *progress,
                       int64_t age_ms, struct approvers *ret);
/* Whether somebody may speak on a stage, by what was resolved; whoever is not listed might, where
   the list was cut. */
bool approvers_hold(const struct approver_stage *stage, bool escalated,
                    const struct person_key *person);
/* The piece of evidence about them. */
void judge_approvers(const struct approvers *approvers, const struct demands *demands, int64_t now,
                     struct evidence_list *list);
