/* The gate: requests that two programs could read differently are refused before anything looks at
   them, and their connection ends (RFC 9112, 11; security.md F1). Pure. */
#pragma once

#include "web/visit.h"

/* What MHD made of the request's head. */
struct head {
    const char *method, *version,
        *target; /* target: as it stood in the request line, without the query */
    size_t header_count;
    const struct header *headers;
    const size_t *value_lengths; /* beside headers: a NUL inside makes them longer than the text */
    bool too_many_headers;
};

/* 0 when the request may pass, otherwise the status it is refused with. */
int gate_refuses(const struct head *head, struct reason *why);
