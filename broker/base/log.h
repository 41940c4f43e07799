/* The log: one line of JSON for each thing worth saying, on standard error. Never a secret. */
#pragma once

#include <jansson.h>

enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR };

/* `event` is a stable dotted name; the members follow as json_pack writes an object ("{s:s}",
 * "why", text). */
void log_line(enum log_level level, const char *event, const char *format, ...);
