#include "notify/channels.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>

static const struct channel channels[] = {
    {"graph_mail", graph_mail_send},
};

struct notify *notify_new(struct loop *loop, const struct notify_settings *settings,
                          const struct bearer *bearer)
{
    struct notify *notify = MEMORY_NEW(struct notify);
    *notify = (struct notify){
        .loop = loop,
        .bearer = *bearer,
        .graph = memory_copy(settings->graph),
        .graph_scope = memory_copy(settings->graph_scope),
        .mail_from = memory_copy(settings->mail_from),
        .private_peer = settings->private_peer,
    };
    return notify;
}

void notify_free(struct notify *notify)
{
    if (!notify)
        return;
    free((char *)notify->graph);
    free((char *)notify->graph_scope);
    free((char *)notify->mail_from);
    free(notify);
}

void notify_send(struct notify *notify, const char *channel, const struct letter *letter,
                 void (*done)(void *context, enum sending sending, int64_t retry_ms,
                              const struct reason *why),
                 void *context)
{
    struct reason why = {0};
    for (size_t i = 0; i < COUNT(channels); i++) {
        if (text_equals(channels[i].kind, channel)) {
            channels[i].send(notify, letter, done, context);
            return;
        }
    }
    (void)because(&why, FAIL_INVALID, "there is no channel \"%s\"", channel);
    done(context, SEND_NEVER, 0, &why);
}
