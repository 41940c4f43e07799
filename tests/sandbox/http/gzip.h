/* gzip without being asked: small on the wire, as large as wanted when unpacked. */
#pragma once

#include "base/text.h"

/* Replaces the text by its gzip form, with `blanks` spaces behind it. */
void gzip_text(struct text *text, size_t blanks);
