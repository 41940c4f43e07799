/* Requests of the past, held against a draft of the policy and against what is in force, by who is
   in which group now: what the draft would change, and which it would leave without approvers. */
#pragma once

#include "access/worker.h"
#include "store/requests.h"

struct replayed {
    const struct policy *now, *draft;
    size_t count;
    const struct stored_request *requests;
    /* What came of it: */
    size_t changed, unknown, lonely; /* lonely: nobody could approve it by the draft */
    struct text *report;
};

/* The step of an inquiry about it; its access must have a policy. */
enum pace replayed_step(struct task *task, void *replayed);
