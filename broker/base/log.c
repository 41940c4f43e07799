#include "base/log.h"

#include "base/memory.h"
#include "base/moment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void log_line(enum log_level level, const char *event, const char *format, ...)
{
    static const char *const levels[] = {"info", "warning", "error"};
    char at[25];
    moment_text_ms(moment_now_ms(), at);
    va_list values;
    va_start(values, format);
    json_error_t error;
    json_auto_t *members = json_vpack_ex(&error, 0, format, values);
    va_end(values);
    json_auto_t *line = memory_needed(
        json_pack("{s:s, s:s, s:s}", "at", at, "level", levels[level], "event", event));
    if (members)
        (void)json_object_update_missing(line, members);
    else
        (void)json_object_set_new(line, "log_error", json_string(error.text));
    /* One write, so that lines of several threads never mix; ASCII, so that nothing steers a
     * terminal. */
    char *text = memory_needed(json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII));
    size_t length = strlen(text);
    text[length] = '\n';
    (void)!write(STDERR_FILENO, text, length + 1);
    free(text);
}
