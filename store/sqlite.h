/* What sqlite.c and the files beside it share about the SQLite library; nobody outside the store
 * includes it. */
#pragma once

#include "base/fail.h"

#include <sqlite3.h>

/* Opens a file with the settings that every connection of ours has. */
enum fail sqlite_connect(const char *path, int flags, sqlite3 **ret, struct reason *why);
void sqlite_close(sqlite3 **database);
/* Runs fixed statements that need no values. */
enum fail sqlite_script(sqlite3 *database, const char *script, struct reason *why);
enum fail sqlite_failed(sqlite3 *database, const char *doing, struct reason *why);
/* The file of a `sqlite:PATH`; FAIL_INVALID says what else the text is. */
enum fail store_path(const char *url, const char **path, struct reason *why);
