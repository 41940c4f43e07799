/* Asking for roles, before anything is written: what policy refuses outright, whether a fresh
   sign-in is needed, or, as a dry run, the whole verdict. Used by POST /api/v1/requests and by the
   callback that completes one. */
#pragma once

#include "access/findings.h"
#include "access/requests.h"
#include "web/visit.h"

struct asking {
    struct visit *visit;
    struct submission submission;
    bool dry_run;
    bool after_sign_in; /* this is the fresh sign-in: there is no second one */
    enum fail fail;     /* refused outright; complaints are the call's */
    bool needs_sign_in;
    bool held;                  /* PIM holds one of its roles until it is approved there */
    const char *pim_context;    /* that PIM wants its sign-in to carry; or NULL */
    char locator[LOCATOR_SIZE]; /* of the purpose that was committed; "" when none was */
    json_t *evidence;           /* of a dry run: packed; the call's arena does not own it */
    struct demands demands;
};

/* Finds out which groups the caller is in, as far as the policy speaks of them, and who is at risk,
   where a rule asks. */
struct grouped {
    struct visit *visit;
    struct fact *memberships; /* perhaps not known */
    struct fact *risks;       /* the same; NULL: no rule asks */
};
enum next asking_groups(struct visit *visit, struct grouped *grouped, handler *then);
/* Finds out what is needed, from memory where it is fresh enough, and then goes on. */
enum next asking_begin(struct visit *visit, struct asking *asking, handler *then);
/* The reply of a dry run. */
enum next asking_verdict(struct visit *visit, struct asking *asking);
