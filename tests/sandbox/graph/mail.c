/* POST /users/{id}/sendMail: 202 and nothing more; what was sent lies in the tenant's mailbox. */
#include "sandbox/graph/handlers.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/graph/graph.h"

#include <string.h>

enum { RECIPIENTS = 500, HEADERS = 5, SUBJECT_MOST = 255, CONTENT_MOST = 512 * 1024 };

/* Addresses of [{"emailAddress": {"address", "name"}}]. New reference. */
static json_t *read_recipients(struct form *form, const char *name)
{
    json_t *addresses = memory_needed(json_array());
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)form_list(form, name, OPTIONAL, RECIPIENTS), i, value) {
        const char *place =
            arena_text(form->complaints->arena, "%s[%zu]", form_place(form, name), i);
        struct form recipient = form_open(value, place, form->complaints);
        struct form address =
            form_open(form_object(&recipient, "emailAddress", REQUIRED), place, form->complaints);
        const char *text = form_text(&address, "address", REQUIRED, 320);
        (void)form_text(&address, "name", OPTIONAL, 320);
        if (text && (!strchr(text, '@') || strpbrk(text, " \r\n<>,;")))
            complain(form->complaints, place, "is no mail address");
        if (text)
            (void)json_array_append_new(addresses, json_string(text));
        form_end(&address);
        form_end(&recipient);
    }
    return addresses;
}

static json_t *read_headers(struct form *form, const char **code)
{
    json_t *headers = memory_needed(json_object());
    const json_t *list = form_list(form, "internetMessageHeaders", OPTIONAL, RECIPIENTS);
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)list, i, value) {
        struct form header =
            form_open(value, form_place(form, "internetMessageHeaders"), form->complaints);
        const char *name = form_text(&header, "name", REQUIRED, 256);
        const char *text = form_text(&header, "value", REQUIRED, 1024);
        form_end(&header);
        if (name && strncasecmp(name, "x-", 2) != 0)
            *code = "InvalidInternetMessageHeader";
        if (name && text)
            (void)json_object_set_new(headers, name, json_string(text));
    }
    if (json_array_size(list) > HEADERS)
        *code = "InvalidInternetMessageHeaderCollection";
    return headers;
}

static void read_body(struct form *message, json_t *mail)
{
    struct form body = form_open(form_object(message, "body", REQUIRED),
                                 form_place(message, "body"), message->complaints);
    const char *type = form_text(&body, "contentType", REQUIRED, 8);
    const char *content = form_text(&body, "content", REQUIRED, CONTENT_MOST);
    bool html = text_equals_ignoring_case(type, "html");
    form_end(&body);
    if (type && !html && !text_equals_ignoring_case(type, "text"))
        form_complain(&body, "contentType", "must be Text or HTML");
    (void)json_object_set_new(mail, "content_type", json_string(html ? "html" : "text"));
    (void)json_object_set_new(mail, "content", json_string(content ? content : ""));
}

/* The mail as it is kept; with complaints or a `code` when Graph would refuse it. New reference. */
static json_t *read_message(const json_t *request, struct complaints *complaints, const char **code)
{
    struct form form = form_open(request, "", complaints);
    struct form message = form_open(form_object(&form, "message", REQUIRED), "message", complaints);
    json_t *mail = memory_needed(json_object());
    const char *subject = form_text(&message, "subject", OPTIONAL, SUBJECT_MOST);
    (void)json_object_set_new(mail, "subject", json_string(subject ? subject : ""));
    (void)json_object_set_new(mail, "to", read_recipients(&message, "toRecipients"));
    (void)json_object_set_new(mail, "cc", read_recipients(&message, "ccRecipients"));
    (void)json_object_set_new(mail, "bcc", read_recipients(&message, "bccRecipients"));
    (void)json_object_set_new(mail, "reply_to", read_recipients(&message, "replyTo"));
    (void)json_object_set_new(mail, "headers", read_headers(&message, code));
    read_body(&message, mail);
    (void)form_text(&message, "importance", OPTIONAL, 16);
    (void)form_value(&message, "attachments", OPTIONAL);
    (void)form_value(&message, "categories", OPTIONAL);
    (void)form_value(&message, "@odata.type", OPTIONAL);
    form_end(&message);
    const json_t *saved = form_value(&form, "saveToSentItems", OPTIONAL); /* some send text */
    (void)json_object_set_new(
        mail, "saved",
        json_boolean(!json_is_false(saved) &&
                     !text_equals_ignoring_case(json_string_value(saved), "false")));
    form_end(&form);
    return mail;
}

/* An application may be held to some mailboxes. */
static bool may_send_as(const struct exchange *exchange, const struct person *person)
{
    size_t i;
    json_t *value;
    json_array_foreach (exchange->app->mail_from, i, value)
        if (text_equals_ignoring_case(json_string_value(value), person->mail))
            return true;
    return false;
}

static bool check_sender(struct sandbox *sandbox, struct exchange *exchange,
                         const struct person *person)
{
    (void)sandbox;
    if (!person) {
        graph_error(exchange, 404, "ErrorInvalidUser",
                    arena_text(exchange->arena, "The requested user '%s' is invalid.",
                               exchange->params[0]));
        return false;
    }
    if (may_send_as(exchange, person))
        return true;
    graph_error(exchange, 403, "ErrorAccessDenied",
                "Access is denied. Check credentials and try again.");
    return false;
}

static size_t recipients(const json_t *mail)
{
    return json_array_size(json_object_get(mail, "to")) +
           json_array_size(json_object_get(mail, "cc")) +
           json_array_size(json_object_get(mail, "bcc"));
}

static bool refuse(struct exchange *exchange, const struct complaints *complaints, const char *code,
                   const json_t *mail)
{
    if (complaints->count)
        graph_error(exchange, 400, "RequestBodyRead", complaints_text(complaints));
    else if (text_equals(code, "InvalidInternetMessageHeader"))
        graph_error(exchange, 400, code,
                    "The internet message header name should start with 'x-' or 'X-'.");
    else if (code)
        graph_error(exchange, 400, code,
                    "Maximum number of headers in one message should be less than or equal to 5.");
    else if (recipients(mail) == 0)
        graph_error(exchange, 400, "ErrorInvalidRecipients",
                    "At least one recipient is not valid.");
    else
        return false;
    return true;
}

void graph_send_mail(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct person *person = tenant_person(sandbox->tenant, exchange->params[0]);
    const char *code = NULL;
    char at[25];
    struct complaints complaints = {.arena = exchange->arena};
    if (!check_sender(sandbox, exchange, person))
        return;
    json_auto_t *body = graph_body(exchange);
    if (!body)
        return;
    json_auto_t *mail = read_message(body, &complaints, &code);
    if (refuse(exchange, &complaints, code, mail))
        return;
    json_t *mails = sandbox->tenant->mails;
    moment_text_ms(exchange->now_ms, at);
    (void)json_object_set_new(mail, "id", json_integer((json_int_t)json_array_size(mails) + 1));
    (void)json_object_set_new(mail, "at", json_string(at));
    (void)json_object_set_new(mail, "from", json_string(person->mail));
    (void)json_array_append(mails, mail);
    answer_effect(exchange, "mail",
                  json_pack("{s:O, s:O, s:O}", "id", json_object_get(mail, "id"), "to",
                            json_object_get(mail, "to"), "subject",
                            json_object_get(mail, "subject")));
    answer_nothing(exchange, 202);
}
