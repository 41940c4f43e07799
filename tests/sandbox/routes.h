/* Everything the stand-in answers, in one table. */
#pragma once

#include "sandbox/sandbox.h"

enum serves { LOGIN, V1, BETA, BOTH, ARM, CONTROL, PAGE };

/* Roles of Entra: any or none, or one of those that read PIM and reports (contract 3.3). */
enum standing { ANY, READER };

struct route {
    enum serves serves;
    const char *method,
        *path; /* the path without version or scope; {…} takes one segment, or a part */
    const char *delegated;  /* permissions in the name of a person, as graph_may reads them */
    const char *needs;      /* permissions of applications; of both: NULL, nobody may */
    enum standing standing; /* of the person in whose name it is called */
    enum limiter limiter;
    void (*answer)(struct sandbox *sandbox, struct exchange *exchange);
};

extern const struct route routes[];
extern const size_t routes_count;

/* Finds the route of a call and fills in its parameters. NULL when there is none; `*other_method`
   says that one of another method fits. */
const struct route *route_find(struct exchange *exchange, bool *other_method);
