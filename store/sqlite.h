/* What sqlite.c and the files beside it share about the SQLite library; nobody outside the store
 * includes it. */
#pragma once

#include "base/fail.h"

#include <sqlite3.h>

struct migration;

/* Opens a file with the settings that every connection of ours has. */
enum fail sqlite_connect(const char *path, int flags, sqlite3 **ret, struct reason *why);
void sqlite_close(sqlite3 **database);
/* Runs fixed statements that need no values. */
enum fail sqlite_script(sqlite3 *database, const char *script, struct reason *why);
enum fail sqlite_failed(sqlite3 *database, const char *doing, struct reason *why);
/* Whether an open database is whole, and of the schema that these steps make: FAIL_UNAVAILABLE when
   it is damaged or cannot be read, FAIL_CONFLICT when it is older or newer, or is no store. */
enum fail sqlite_inspect(sqlite3 *database, const char *path, const struct migration *steps,
                         struct reason *why);
/* The file of a `sqlite:PATH`; FAIL_INVALID says what else the text is. */
enum fail store_path(const char *url, const char **path, struct reason *why);
