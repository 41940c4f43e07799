/* What Entra lets the application do. */
#pragma once

#include "base/arena.h"
#include "base/secret.h"

#include <stddef.h>

/* Reads the claim `roles` of the application's own token for Graph. This is the one place where a
   token for somebody else is looked into (contract 2.8, 3.2): to tell an operator what was granted,
   never to decide anything by it; hence its signature is not looked at. No such claim: nothing was
   granted. The texts are the arena's. */
enum fail own_rights_read(const struct secret *token, struct arena *arena, size_t *count,
                          const char ***ret, struct reason *why);
