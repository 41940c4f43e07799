/* What a sign-in is for, and what happens when somebody comes back from it. */
#pragma once

#include "access/caller.h"
#include "access/decisions.h"
#include "access/requests.h"

enum { PURPOSE_SECONDS = 600 };

/* Commits a purpose: exactly this body will be done by exactly this person when they come back,
   once. Inside a change; `locator` is what stands in the address of the sign-in. */
enum fail purpose_commit(struct turn *turn, const struct caller *caller, const char *kind,
                         const char *body, const char *locator, struct reason *why);
/* The purpose of a locator, while it may be used; FAIL_NOT_FOUND otherwise. */
struct purpose {
    struct digest id;
    const char *kind, *body; /* body is JSON */
    struct person_key person;
    struct digest session;
};
enum fail purpose_find(struct store *store, const char *locator, int64_t now, struct arena *arena,
                       struct purpose *ret, struct reason *why);

/* Somebody came back: one change that takes the state for used, opens the session, ends the one
   before, and does what the purpose says. */
struct arrival {
    struct act act;
    struct digest state;
    int64_t state_ends_at;
    const struct person *person;
    const struct sign_in *sign_in;
    unsigned roles;
    const char *cookie;               /* of the new session */
    const struct digest *old_session; /* NULL: none is known */
    const struct purpose *purpose;    /* NULL: only to sign in */
    struct submission *submission;    /* of the purpose "submit" */
    struct decision *decision;        /* of the purpose "decide" */
    enum fail done;                   /* how what the purpose asked for went */
    struct reason done_why;
};
enum fail arrival_apply(struct turn *turn, void *arrival, struct reason *why);

struct departure {
    struct act act;
    const struct caller *caller;
};
enum fail departure_apply(struct turn *turn, void *departure, struct reason *why);
