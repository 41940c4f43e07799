#include "base/fail.h"

#include "base/text.h"

#include <stdio.h>

static const struct {
    int status;
    const char *code;
    const char *sentence;
} kinds[] = {
#define X(name, status, code, sentence) [FAIL_##name] = {status, code, sentence},
    FAILS(X)
#undef X
};

enum fail because(struct reason *why, enum fail fail, const char *format, ...)
{
    if (why && !why->text[0]) {
        va_list values;
        va_start(values, format);
        (void)vsnprintf(why->text, sizeof why->text, format, values);
        va_end(values);
        /* Cut inside a character, or told from outside: it must still fit into the log. */
        text_tame(why->text);
    }
    return fail;
}

int fail_status(enum fail fail)
{
    return kinds[fail].status;
}

const char *fail_code(enum fail fail)
{
    return kinds[fail].code;
}

const char *fail_sentence(enum fail fail)
{
    return kinds[fail].sentence;
}
