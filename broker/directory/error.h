/* What an answer of Graph says went wrong (contract 11). Pure. */
#pragma once

#include "base/arena.h"
#include "model/challenge.h"
#include "outbound/call.h"

#include <stdbool.h>
#include <stddef.h>

enum { ERROR_MESSAGE_LIMIT = 1000 };

struct error {
    const char *code;    /* as it stands there, perhaps "" */
    const char *message; /* at most ERROR_MESSAGE_LIMIT bytes; for people, never to decide by */
};

/* False, and `*ret` untouched, when there is no error envelope. */
bool error_read(const char *bytes, size_t length, struct arena *arena, struct error *ret);
bool error_is_there(const char *bytes, size_t length);
/* Whether it is a challenge that is understood (contract 2.9), in whichever of its headers. */
bool error_challenge(const struct answer *answer, struct challenge *ret);
/* Whether it says that the thing asked for does not exist, which a proxy's 404 does not. */
bool error_is_absence(const char *bytes, size_t length);
