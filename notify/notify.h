/* Telling people: words rendered from a kind and its facts, sent through a channel. */
#pragma once

#include "base/arena.h"
#include "outbound/bearer.h"
#include "outbound/loop.h"

#include <jansson.h>
#include <stdint.h>

/* One message, ready to be sent: plain text, and the same as HTML. What people typed is inert in
 * both. */
struct letter {
    const char *id; /* the same for each try: receivers can tell a repetition */
    const char *to_name, *to_address;
    const char *subject; /* one line */
    const char *text, *html;
};

/* Renders notify/messages/<kind>.txt with the members of `facts`; `link` (may be NULL) is where the
   button leads. FAIL_BROKEN when there is no such kind. */
enum fail letter_write(const char *kind, const json_t *facts, const char *link, struct arena *arena,
                       struct letter *ret, struct reason *why);

struct notify_settings {
    const char *graph; /* scheme and host of Microsoft Graph */
    const char *graph_scope;
    bool private_peer;
    const char *mail_from; /* the mailbox that sends; NULL: no channel */
};

struct notify; /* opaque; the loop's thread */

struct notify *notify_new(struct loop *loop, const struct notify_settings *settings,
                          const struct bearer *bearer);
void notify_free(struct notify *notify);
SCOPED(notify)

enum sending {
    SENT,        /* taken by the channel */
    SEND_LATER,  /* certainly not taken: again after `retry_ms` (0: our own measure) */
    SEND_UNSURE, /* it may have been taken: once more at the most, with the same id */
    SEND_NEVER,  /* refused for good: `why` says so */
};

/* `done` is called exactly once on the loop's thread. */
void notify_send(struct notify *notify, const char *channel, const struct letter *letter,
                 void (*done)(void *context, enum sending sending, int64_t retry_ms,
                              const struct reason *why),
                 void *context);
