/* Mail through Microsoft Graph: POST /users/{mailbox}/sendMail, 202 without a body (contract 10).
 */
#include "notify/channels.h"

#include "base/id.h"
#include "base/json.h"
#include "base/memory.h"
#include "outbound/url.h"

#include <stdlib.h>
#include <string.h>

struct mailing {
    struct notify *notify;
    char *url, *body;
    void (*done)(void *context, enum sending sending, int64_t retry_ms, const struct reason *why);
    void *context;
};

static void mailing_free(struct mailing *mailing)
{
    free(mailing->url);
    free(mailing->body);
    free(mailing);
}

/* The headers are fixed: nothing a person typed becomes one, and automatic replies are not asked
 * for. */
static char *body_of(const struct letter *letter)
{
    json_auto_t *body = memory_needed(
        json_pack("{s:{s:s, s:{s:s, s:s}, s:[{s:{s:s, s:s}}], s:[{s:s, s:s}, {s:s, s:s}]}, s:b}",
                  "message", "subject", letter->subject, "body", "contentType", "html", "content",
                  letter->html, "toRecipients", "emailAddress", "address", letter->to_address,
                  "name", letter->to_name ? letter->to_name : letter->to_address,
                  "internetMessageHeaders", "name", "x-curfew-message", "value", letter->id, "name",
                  "x-auto-response-suppress", "value", "All", "saveToSentItems", 0));
    return json_compact(body);
}

static void answered(void *context, const struct answer *answer)
{
    struct mailing *mailing = context;
    struct reason why = {0};
    enum sending sending = SEND_UNSURE;
    if (answer->outcome == OUTCOME_NOT_SENT)
        sending = SEND_LATER;
    else if (answer->outcome == OUTCOME_ANSWERED && answer->status == 202)
        sending = SENT;
    else if (answer->outcome == OUTCOME_ANSWERED &&
             (answer->status == 429 || answer->status == 401))
        sending = SEND_LATER;
    else if (answer->outcome == OUTCOME_ANSWERED && answer->status >= 400 && answer->status < 500)
        sending = SEND_NEVER;
    if (answer->outcome == OUTCOME_ANSWERED && answer->status == 401)
        mailing->notify->bearer.refused(mailing->notify->bearer.context,
                                        mailing->notify->graph_scope, 0);
    if (sending != SENT)
        (void)because(&why, FAIL_UNAVAILABLE, "sendMail: %s%d %s",
                      answer->outcome == OUTCOME_ANSWERED ? "" : "not answered, ", answer->status,
                      answer->reason.text);
    mailing->done(mailing->context, sending,
                  answer->retry_after_ms > 0 ? answer->retry_after_ms : 0, &why);
    mailing_free(mailing);
}

static void with_token(void *context, enum fail fail, const struct reason *why,
                       const struct secret *token)
{
    struct mailing *mailing = context;
    if (fail) {
        mailing->done(mailing->context, SEND_LATER, 0, why);
        mailing_free(mailing);
        return;
    }
    char id[GUID_SIZE];
    guid_new(id);
    const struct call_header headers[] = {{"client-request-id", id}};
    const struct call call = {
        .method = "POST",
        .url = mailing->url,
        .header_count = 1,
        .headers = headers,
        .content_type = "application/json",
        .body = mailing->body,
        .body_length = strlen(mailing->body),
        .bearer = token,
        .write = true,
        .private_peer = mailing->notify->private_peer,
    };
    loop_call(mailing->notify->loop, &call, answered, mailing);
}

void graph_mail_send(struct notify *notify, const struct letter *letter,
                     void (*done)(void *context, enum sending sending, int64_t retry_ms,
                                  const struct reason *why),
                     void *context)
{
    struct mailing *mailing = MEMORY_NEW(struct mailing);
    struct text url = TEXT_LIMIT(2048);
    text_addf(&url, "%s/v1.0/users/", notify->graph);
    url_escape(&url, notify->mail_from);
    text_add(&url, "/sendMail");
    *mailing = (struct mailing){.notify = notify,
                                .url = memory_copy(text_of(&url)),
                                .body = body_of(letter),
                                .done = done,
                                .context = context};
    text_scoped(&url);
    notify->bearer.get(notify->bearer.context, notify->graph_scope, with_token, mailing);
}
