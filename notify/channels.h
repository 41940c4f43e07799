/* The table of channels, and what each must do. */
#pragma once

#include "notify/notify.h"

struct notify {
    struct loop *loop;
    struct bearer bearer;
    const char *graph, *graph_scope, *mail_from; /* owned */
    bool private_peer;
};

struct channel {
    const char *kind; /* as settings and the database have it */
    void (*send)(struct notify *notify, const struct letter *letter,
                 void (*done)(void *context, enum sending sending, int64_t retry_ms,
                              const struct reason *why),
                 void *context);
};

void graph_mail_send(struct notify *notify, const struct letter *letter,
                     void (*done)(void *context, enum sending sending, int64_t retry_ms,
                                  const struct reason *why),
                     void *context);
