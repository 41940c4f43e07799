/* URLs: what may stand in them, and whether two lead to the same place. */
#pragma once

#include "base/text.h"

/* Scheme, host and port are the same and nobody's name stands before the host: the check for every
   address that an answer names (RFC 6454, 4). */
bool url_is_same_origin(const char *one, const char *other);
/* Adds `text` with everything but letters, digits and "-._~" as %XX (RFC 3986, 2.3). */
void url_escape(struct text *to, const char *text);
