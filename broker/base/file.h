/* Whole files: read within a limit, written so that a crash leaves the old or the new one. */
#pragma once

#include "base/text.h"

/* Adds the file's bytes to `text`, whose limit is the file's. FAIL_INVALID when it cannot be read
 * or is larger. */
enum fail file_read(const char *path, struct text *text, struct reason *why);
/* Replaces the file: written beside it with this mode, synced, renamed, and the folder synced. */
enum fail file_replace(const char *path, const void *bytes, size_t length, unsigned mode,
                       struct reason *why);
