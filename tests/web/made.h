/* A visit without a socket, for the tests of this folder: `made_visit` is as a server would hand it
 * over. */
#pragma once

#include "web/web.h"

#include "support/spec.h"

#undef fail /* Check has a macro of that name */

struct made {
    struct access access;
    struct web *web;
    struct visit visit;
};

/* From 192.0.2.1, without headers; quotas are wide. */
void made_visit(struct made *made, enum method method, const char *path);
void made_header(struct made *made, const char *name, const char *value);
void made_query(struct made *made, const char *name, const char *value);
/* Runs it and answers the status; `made_code` is the problem's. */
int made_run(struct made *made);
const char *made_code(const struct made *made);
void made_free(struct made *made);
