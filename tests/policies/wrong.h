/* Policies with a mistake in them, and what is said of it. */
#pragma once

#include "base/form.h"

extern struct complaints complaints; /* of what was read last */
/* Reads the folder of this case, which must be wrong. */
void read_wrong(void);
void one_complaint(const char *field, const char *says);
/* soc.json with `new` for `old` gives exactly this complaint. */
void refused(const char *old, const char *new, const char *field, const char *says);

/* soc.json with `new` for `old` gives exactly this complaint; `says` NULL: none. */
struct mistake {
    const char *old, *new, *field, *says;
};
void each_refused(size_t count, const struct mistake mistakes[]);
