/* Names and values as queries and forms carry them (application/x-www-form-urlencoded). They may
 * hold secrets: nothing stays behind in memory. */
#pragma once

#include "base/text.h"

enum { FIELDS_LIMIT = 64 * 1024 };

/* All the room they may need is taken at once, for growing would leave copies. */
struct text fields_new(void);
/* Wipes what was written. */
void fields_scoped(struct text *fields);
void fields_add(struct text *fields, const char *name, const char *value);
