/* Bringing a database file to the schema of this program. */
#pragma once

#include "base/fail.h"

#include <stdbool.h>

struct migration {
    const char *name; /* "0001_start" */
    const char *sql;
};
extern const struct migration migrations[]; /* ends in a row without a name */

/* Creates the file when there is none, checks it, and runs the migrations it lacks, each in a
   transaction of its own, recorded with its digest; `*made` says that none had run before.
   FAIL_CONFLICT when a recorded migration is not the one of this program, or when the database is
   newer than the program. */
enum fail store_migrate(const char *path, const struct migration *steps, bool *made,
                        struct reason *why);
