/* A JSON document that is fetched when it is needed and kept: one fetch for all who wait. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"
#include "outbound/loop.h"

#include <jansson.h>
#include <stdbool.h>

/* After half a day a newer one is tried for; after a day the old one counts no more. */
enum {
    DOCUMENT_AGE_SECONDS = 24 * 60 * 60,
    DOCUMENT_RENEWED_SECONDS = DOCUMENT_AGE_SECONDS / 2,
    DOCUMENT_PAUSE_SECONDS = 5 * 60,
    DOCUMENT_LIMIT = 256 * 1024
};

struct document; /* opaque; borrows its loop */

/* `accept` takes what was fetched, or says why not: then what was kept before goes on counting. */
struct document *document_new(struct loop *loop, bool private_peer,
                              enum fail (*accept)(void *context, const json_t *json,
                                                  struct reason *why),
                              void *context);
void document_free(struct document *document);
SCOPED(document)

/* Where it is fetched from the next time. */
void document_move(struct document *document, const char *url);

/* What whoever asks takes: what is kept; what is kept, but they found it wanting, for which reason
   alone it is fetched once in DOCUMENT_PAUSE_SECONDS at most, whatever strangers make one look for;
   or only what was fetched in the last DOCUMENT_PAUSE_SECONDS. */
enum document_wish { DOCUMENT_KEPT, DOCUMENT_WANTING, DOCUMENT_RECENT };

/* Tells `done`, perhaps before this returns, when there is such a document, or else
   FAIL_UNAVAILABLE. */
void document_get(struct document *document, enum document_wish wish,
                  void (*done)(void *context, enum fail fail, const struct reason *why),
                  void *context);
