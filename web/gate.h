/* The gate: requests that two programs could read differently are refused before anything looks at
   them, and their connection ends (RFC 9112, 11; security.md F1). Pure. */
#pragma once

#include "web/visit.h"

/* What MHD made of the request's head. */
struct head {
    const char *method, *version;
    const char *target; /* with its query, as it stood in the request line */
    size_t header_count;
    const struct header *headers;
    const size_t *value_lengths; /* beside headers: a NUL inside makes them longer than the text */
    bool too_many_headers;
    /* How many bytes came. The head, written plainly once more, must have as many: what was
       skipped, joined or cut while reading it would show. 0: not known. */
    size_t size;
};

/* 0 when the request may pass, otherwise the status it is refused with. */
int gate_refuses(const struct head *head, struct reason *why);
