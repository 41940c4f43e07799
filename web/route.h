/* The routes: one table says all that can be asked of Curfew over HTTP, by whom, and how much may
 * be sent (routes.c). */
#pragma once

#include "web/visit.h"

enum who {
    ANYONE,    /* no session is looked for */
    SIGNED_IN, /* a person with a session */
    AUDITOR,   /* with the app role, and a sign-in that is fresh enough */
    OVERSEER,  /* the same, or with that of administrators */
    METRICS,   /* an address that may read /metrics */
};

enum kind {
    KIND_API,  /* JSON; counted and limited */
    KIND_AUTH, /* the way to and from a sign-in; limited apart */
    KIND_PAGE, /* the one static shell, and its files: anonymous, the same for everybody */
    KIND_OPS,  /* for machines that watch this one */
};

struct route {
    enum method method;
    const char *path; /* `{…}` stands for one segment */
    enum who who;
    enum kind kind;
    size_t body;       /* bytes; 0: none may come */
    const char *query; /* the members it knows, with spaces between; NULL: nobody looks at them */
    handler *handler;
};

extern const struct route routes[];
extern const size_t route_count;

/* The route of a path, with its parameters; NULL when there is none with this method. */
const struct route *route_find(enum method method, const char *path, struct arena *arena,
                               const char *params[VISIT_PARAMS]);
/* The methods that a path has, as the header Allow says it; NULL when it has none. */
const char *route_allows(const char *path);
