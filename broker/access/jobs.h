/* The kinds of jobs: all that Curfew does later, in one table. */
#pragma once

#include "access/worker.h"

struct job_kind {
    const char *name; /* as the database has it */
    enum pace (*step)(struct task *task);
};

const struct job_kind *job_kind_find(const char *name);
