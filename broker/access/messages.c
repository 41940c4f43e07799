/* A message is `waiting` until it is `sent`. It is `sending` before it leaves, on disk: after a
   crash, or without an answer, it is sent once more (`resending`), and never a third time.
   `no_address`, `failed` and `dropped` (there was nothing to say any more) end it too. */
#include "access/messages.h"

#include "access/message_facts.h"
#include "access/moves.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/approvals.h"
#include "store/delegations.h"
#include "store/people.h"

#include <string.h>

enum { GIVE_UP_SECONDS = 24 * 3600 };

static const char *const kinds[] = {
    [MESSAGE_DECIDE] = "decide",
    [MESSAGE_DECIDED] = "decided",
    [MESSAGE_APPROVED] = "approved",
    [MESSAGE_DENIED] = "denied",
    [MESSAGE_REFUSED] = "refused",
    [MESSAGE_LAPSED] = "lapsed",
    [MESSAGE_ACTIVE] = "active",
    [MESSAGE_ENDED] = "ended",
    [MESSAGE_FAILED] = "failed",
    [MESSAGE_START] = "start",
    [MESSAGE_ALARM] = "alarm",
    [MESSAGE_OUTSIDE] = "outside",
    [MESSAGE_DELEGATE] = "delegate",
    [MESSAGE_DELEGATED] = "delegated",
    [MESSAGE_DELEGATION_ENDED] = "delegation_ended",
    [MESSAGE_REMIND] = "remind",
    [MESSAGE_STUCK] = "stuck",
    [MESSAGE_WARNED] = "warned",
    [MESSAGE_TOLD] = "told",
    [MESSAGE_URGENT] = "urgent",
    [MESSAGE_OVERDUE] = "overdue",
    [MESSAGE_REVIEWED] = "reviewed",
};

const char *message_kind_text(enum message_kind kind)
{
    return kinds[kind];
}

static enum fail add_link(struct turn *turn, const struct request_id *request,
                          const struct person_key *to, struct reason *why)
{
    char locator[LOCATOR_SIZE];
    message_locator(turn->access, request, to, locator);
    struct digest digest = digest_of_text(locator);
    return store_link_add(turn->store, &digest, request, to, why);
}

static enum fail record(struct turn *turn, const struct stored_message *message,
                        enum event_code code, struct reason *why)
{
    json_auto_t *detail =
        memory_needed(json_pack("{s:s, s:s, s:s, s:s?}", "message", message->id.text, "kind",
                                message->kind, "channel", message->channel, "why", message->why));
    return turn_record(turn,
                       (struct event){.code = code,
                                      .subject = &message->to.key,
                                      .request = message->request,
                                      .grant = message->grant,
                                      .detail = detail},
                       why);
}

/* Puts it into the outbox; of the message: what it is about. */
static enum fail put(struct turn *turn, struct stored_message message, const struct person_key *to,
                     struct reason *why)
{
    struct person person = {.key = *to};
    struct reason ignored = {0};
    bool fresh = false;
    if (!turn->access->options.mail_from)
        return FAIL_NONE;
    enum fail fail = store_person(turn->store, to, turn->arena, &person, &ignored);
    if (fail && fail != FAIL_NOT_FOUND)
        return because(why, fail, "%s", ignored.text);
    bool known = !text_is_empty(person.mail);
    message.to = person;
    message.channel = "graph_mail";
    message.state = known ? "waiting" : "no_address";
    message.made_at = turn->now;
    id_new(turn->now_ms, message.id.text);
    fail = store_message_add(turn->store, &message, &fresh, why);
    if (fail || !fresh)
        return fail;
    /* Whom a rule names may not see the request by that. */
    if (message.request && !text_equals(message.kind, kinds[MESSAGE_TOLD]))
        fail = add_link(turn, message.request, to, why);
    if (!fail && !known)
        fail = record(turn, &message, EVENT_MESSAGE_NO_ADDRESS, why);
    if (!fail && known)
        fail = turn_job(turn, job_message, message.id.text, RANK_MESSAGE, turn->now, why);
    return fail;
}

enum fail message_put(struct turn *turn, enum message_kind kind, const struct request_id *request,
                      const struct grant_id *grant, const struct person_key *to, struct reason *why)
{
    return put(turn,
               (struct stored_message){.kind = kinds[kind], .request = request, .grant = grant}, to,
               why);
}

enum fail message_remind(struct turn *turn, const struct request_id *request, int round,
                         const struct person_key *to, struct reason *why)
{
    return put(
        turn,
        (struct stored_message){.kind = kinds[MESSAGE_REMIND], .request = request, .round = round},
        to, why);
}

enum fail message_about(struct turn *turn, enum message_kind kind, const struct stored_grant *grant,
                        const char *about, const struct person_key *to, struct reason *why)
{
    return put(
        turn,
        (struct stored_message){
            .kind = kinds[kind], .request = &grant->request, .grant = &grant->id, .about = about},
        to, why);
}

enum fail message_alarm(struct turn *turn, const char *findings, const struct person_key *to,
                        struct reason *why)
{
    return put(turn, (struct stored_message){.kind = kinds[MESSAGE_ALARM], .findings = findings},
               to, why);
}

enum fail message_delegation(struct turn *turn, enum message_kind kind,
                             const struct delegation_id *delegation, const struct person_key *to,
                             struct reason *why)
{
    return put(turn, (struct stored_message){.kind = kinds[kind], .delegation = delegation}, to,
               why);
}

static enum fail tell_stand_ins(struct turn *turn, enum message_kind kind,
                                const struct request_id *request, const struct person_key *except,
                                struct reason *why)
{
    size_t count = 0;
    struct stored_delegation *list = NULL;
    enum fail fail = store_stand_ins(turn->store, request, turn->arena, &count, &list, why);
    for (size_t i = 0; !fail && i < count; i++)
        if (!except || !person_is(&list[i].delegate.key, except))
            fail = message_put(turn, kind, request, NULL, &list[i].delegate.key, why);
    return fail;
}

static enum fail tell_approvers(struct turn *turn, enum message_kind kind,
                                const struct request_id *request, const struct person_key *except,
                                struct reason *why)
{
    size_t count = 0;
    struct stored_stage stages[STORED_STAGES] = {{0}};
    enum fail fail = store_stages(turn->store, request, turn->arena, &count, stages, why);
    for (size_t i = 0; !fail && i < count; i++)
        for (size_t k = 0; !fail && stages[i].opened_at >= 0 && k < stages[i].approver_count; k++)
            if (!except || !person_is(&stages[i].approvers[k].key, except))
                fail = message_put(turn, kind, request, NULL, &stages[i].approvers[k].key, why);
    return fail ? fail : tell_stand_ins(turn, kind, request, except, why);
}

enum fail message_approvers(struct turn *turn, const struct request_id *request,
                            const struct person_key *except, struct reason *why)
{
    return tell_approvers(turn, MESSAGE_DECIDED, request, except, why);
}

enum fail message_everybody(struct turn *turn, enum message_kind kind,
                            const struct request_id *request, const struct person_key *requester,
                            struct reason *why)
{
    enum fail fail = message_put(turn, kind, request, NULL, requester, why);
    return fail ? fail : tell_approvers(turn, kind, request, requester, why);
}

/* One message in hand. */
struct mail {
    struct stored_message message;
    struct letter letter;
    const char *to; /* the next state */
    int64_t retry_ms;
    struct task *task;
};

static enum fail apply_state(struct turn *turn, void *data, struct reason *why)
{
    struct mail *mail = data;
    bool sent = text_equals(mail->to, "sent"), failed = text_equals(mail->to, "failed");
    enum fail fail = store_message_move(turn->store, &mail->message.id, mail->message.state,
                                        mail->to, mail->message.why, sent ? turn->now : -1, why);
    if (!fail && (sent || failed))
        fail = record(turn, &mail->message, sent ? EVENT_MESSAGE_SENT : EVENT_MESSAGE_FAILED, why);
    bool over = sent || failed || text_equals(mail->to, "dropped");
    if (!fail && over)
        fail = store_job_end(turn->store, job_message, mail->message.id.text, why);
    if (!fail)
        mail->message.state = mail->to;
    return fail;
}

static enum pace put_back(struct task *task, void *data, enum fail fail)
{
    const struct mail *mail = data;
    (void)fail;
    return task_hold(task, mail->retry_ms);
}

static void sent(void *context, enum sending sending, int64_t retry_ms, const struct reason *why)
{
    struct mail *mail = context;
    bool again = text_equals(mail->message.state, "resending");
    mail->retry_ms = retry_ms;
    mail->message.why = sending == SENT ? NULL : arena_copy(task_arena(mail->task), why->text);
    if (sending == SENT)
        mail->to = "sent";
    else if (sending == SEND_LATER)
        mail->to = again ? "sending" : "waiting";
    else if (sending == SEND_NEVER || again)
        mail->to = "failed";
    else
        mail->to = "sending"; /* not known: the next step sends it once more */
    bool over = text_equals(mail->to, "sent") || text_equals(mail->to, "failed");
    task_goes_on(mail->task, over ? task_change(mail->task, apply_state, mail)
                                  : task_change_then(mail->task, apply_state, mail, put_back));
}

static enum pace send(struct task *task, void *data, enum fail fail)
{
    struct mail *mail = data;
    if (fail)
        return task_hold(task, 0);
    task_begins(task);
    notify_send(task_access(task)->notify, mail->message.channel, &mail->letter, sent, mail);
    return PACE_WAIT;
}

enum pace message_step(struct task *task)
{
    struct mail *mail = ARENA_NEW(task_arena(task), struct mail);
    struct message_id id;
    struct reason why = {0};
    struct store *store = task_store(task);
    mail->task = task;
    memcpy(id.text, task_subject(task), ID_SIZE);
    enum fail fail = store ? store_message(store, &id, task_arena(task), &mail->message, &why)
                           : FAIL_UNAVAILABLE;
    if (fail)
        return task_hold(task, 0);
    fail = message_letter(task_access(task), store, &mail->message, task_arena(task), &mail->letter,
                          &why);
    if (fail == FAIL_UNAVAILABLE)
        return task_hold(task, 0);
    bool waiting = text_equals(mail->message.state, "waiting");
    bool unsure = text_equals(mail->message.state, "sending");
    mail->to = waiting ? "sending" : "resending";
    if (fail && !waiting) {
        /* It may have been read by somebody: that belongs into the history. */
        mail->to = "failed";
        mail->message.why = "it may have left, and there is nothing to say any more";
    } else if (fail)
        mail->to = "dropped";
    else if ((!waiting && !unsure) || moment_now() - mail->message.made_at > GIVE_UP_SECONDS)
        mail->to = "failed";
    if (text_equals(mail->to, "dropped") || text_equals(mail->to, "failed"))
        return task_change(task, apply_state, mail);
    return task_change_then(task, apply_state, mail, send);
}
