/* How a folder gets the token for a service without knowing who signs in, or how. */
#pragma once

#include "base/fail.h"
#include "base/secret.h"

#include <stdint.h>

struct bearer {
    void *context;
    /* `done` is called exactly once on the loop's thread, perhaps before `get` returns; the token
       is borrowed until `done` returns. */
    void (*get)(void *context, const char *scope,
                void (*done)(void *context, enum fail fail, const struct reason *why,
                             const struct secret *token),
                void *done_context);
    /* The service refused the token: the next `get` brings a new one. `not_before` is from when on
       it takes tokens, in seconds; 0: it did not say. */
    void (*refused)(void *context, const char *scope, int64_t not_before);
};
