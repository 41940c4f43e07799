/* `curfew serve`: builds all parts, runs until it is told to end, and takes them down in order. */
#pragma once

#include "settings.h"

#include <stdio.h>

/* The exit code: 0 after an orderly end, 3 when the disk could not be trusted any more. FAIL with
 * `why` when it does not start. */
enum fail serve(const struct settings *settings, int *code, struct reason *why);
/* Takes a restored store for good: its log goes on under a new origin, and safe mode ends
 * (design 3.10). */
enum fail accept_store(const struct settings *settings, struct text *says, struct reason *why);
/* Whether `format` is one that can be exported. */
bool export_knows(const char *format);
/* Writes the whole history; `format` is csv, jsonl or bundle. Exporting is an event, so no process
 * may be serving meanwhile. */
enum fail export_to(const struct settings *settings, const char *format, FILE *to,
                    struct reason *why);
