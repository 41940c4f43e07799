/* A request that is only rehearsed, by whoever tries a policy at the command line: judged by the
   code that judges one that is submitted, and explained to people. */
#pragma once

#include "access/given.h"
#include "access/requests.h"
#include "access/worker.h"

struct rehearsal {
    struct submission submission; /* of its caller's person, at their sign-in */
    const struct given *given;    /* facts from a file; NULL: from the directory and the store */
    bool with_sign_in;            /* otherwise only what is known without one is judged */
    /* What came of it: */
    enum verdict verdict; /* VERDICT_UNKNOWN: it cannot be told */
    struct text *report;
};

/* The step of an inquiry about it. */
enum pace rehearsal_step(struct task *task, void *rehearsal);
