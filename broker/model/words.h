/* The words that people read, by key: one file for each language (model/words/en.txt). */
#pragma once

#include "base/arena.h"

#include <jansson.h>

/* The sentence under `key` with each `{name}` replaced by that member of `args` (texts and whole
   numbers); NULL when there is no such key. */
const char *words_say(struct arena *arena, const char *key, const json_t *args);
/* The keys in order, NULL past the end: for the test that looks for missing ones. */
const char *words_key(size_t index);
