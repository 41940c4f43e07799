/* What goes back: a status, headers and a body, or a stream of pieces. */
#pragma once

#include "base/form.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { REPLY_HEADERS = 8 };

struct reply_header {
    const char *name, *value; /* of the call's arena */
};

/* A body that is made while it is sent, in pieces, so that its size does not matter. */
struct stream {
    void *context;
    /* Adds the next piece to `piece`, and says whether there is more. A failure ends the
     * connection, visibly cut. */
    enum fail (*next)(void *context, struct text *piece, bool *more, struct reason *why);
    void (*free)(void *context);
};

struct reply {
    int status; /* 0: none was made yet */
    const char *type;
    const char *body; /* of the arena, or static */
    size_t length;
    bool is_static;       /* the body outlives every call */
    const char *encoding; /* Content-Encoding, or NULL */
    size_t header_count;
    struct reply_header headers[REPLY_HEADERS];
    bool close; /* the connection ends with this reply */
    struct stream stream;
};

void reply_header(struct reply *reply, const char *name, const char *value);
/* application/problem+json (RFC 9457): `detail` NULL is the kind's own sentence. What stands in it
   may come from outside: what is no text becomes `?`. */
void reply_problem(struct reply *reply, struct arena *arena, enum fail fail, int status,
                   const char *detail, const struct complaints *complaints, const char *instance);
void reply_json(struct reply *reply, struct arena *arena, int status, const json_t *body);

/* The headers of every reply. */
extern const struct reply_header reply_fixed_headers[];
extern const size_t reply_fixed_header_count;
