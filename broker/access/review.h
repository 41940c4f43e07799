/* Carrying a decision to PIM, which holds what it is about, with the token of whoever just signed
   in for it: mode `pim_approval` (design 6). Used once, and dropped with the review. */
#pragma once

#include "access/decisions.h"
#include "access/worker.h"

struct review {
    struct decision *decision;
    const struct secret *assertion; /* the token of that sign-in; borrowed; NULL: there is none */
    enum fail fail;                 /* of the whole; FAIL_NONE: the decision stands in Curfew */
    const char *code; /* what became of it in PIM, when that is no plain yes; or NULL */
    /* Its own. */
    struct task *task;
    struct secret *token;            /* of Graph, in their name */
    bool asked;                      /* Entra for that token */
    struct challenge challenge;      /* what their next sign-in must bring; empty: nothing */
    struct fact *approval;           /* what waits in PIM, as they see it */
    struct work *work;               /* the grant; with the write when there is one to send */
    const char *approval_id, *words; /* of the write */
    bool committed;
};

/* An inquiry: reads, exchanges, commits the decision with the intent, sends it once, and records
   what came of it. An approval that PIM does not take does not count; a denial stands whatever PIM
   says. */
enum pace review_step(struct task *task, void *review);
void review_wipe(struct review *review);

/* Inside the change that decides: the intent. FAIL_DENIED, FAIL_CONFLICT or FAIL_UNAVAILABLE for an
   approval that cannot go to PIM. */
enum fail review_commit(struct turn *turn, struct review *review, struct reason *why);
