/* Secrets that a test can look for in its own memory afterwards. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { CANARY = 40, CANARIES = 3 };

/* Writes the CANARY characters of that canary, which stand nowhere else: here they are masked. */
void canary_write(size_t which, char *to);
bool canary_is_at(size_t which, const char *at);
/* Whether it still stands there, although that memory was given back. */
bool canary_is_left_at(size_t which, const char *at);
/* How often its second half stands anywhere in the memory that this process may write: free()
   itself writes over the beginning. */
size_t canary_traces(size_t which);
