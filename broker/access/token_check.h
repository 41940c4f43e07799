/* The token of a signed decision, checked with a key set that one has: a token_checker. */
#pragma once

#include "audit/verify.h"

enum fail token_check(const char *token, const char *key_set, const struct token_wanted *wanted,
                      char issuer[TOKEN_ISSUER_SIZE], struct reason *why);
