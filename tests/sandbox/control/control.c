/* What concerns the stand-in itself: journal, mailbox, faults, held calls, switches, reset. */
#include "sandbox/control/control.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/http/server.h"

enum { JOURNAL_PAGE = 1000 };

void control_error(struct exchange *exchange, int status, const char *says)
{
    answer_json(exchange, status, json_pack("{s:s}", "error", says));
}

bool control_complained(struct exchange *exchange, const struct complaints *complaints)
{
    if (!complaints->count)
        return false;
    control_error(exchange, 400, complaints_text(complaints));
    return true;
}

json_t *control_body(struct exchange *exchange)
{
    json_t *body = NULL;
    struct reason why = {0};
    if (exchange->body.length == 0)
        return memory_needed(json_object());
    if (json_read(exchange_body(exchange), exchange->body.length, &body, NULL, &why))
        control_error(exchange, 400, why.text);
    return body;
}

void control_items(struct exchange *exchange, json_t *list)
{
    answer_json(exchange, 200, json_pack("{s:o}", "items", list));
}

void control_overview(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct tenant *tenant = sandbox->tenant;
    answer_json(exchange, 200,
                json_pack("{s:s, s:{s:s, s:s, s:s}, s:s, s:s, s:s, s:I}", "origin", sandbox->origin,
                          "tenant", "id", tenant->id, "name", tenant->name, "domain",
                          tenant->domain, "folder", sandbox->folder, "key_file",
                          arena_text(exchange->arena, "%s/curfew.key.pem", sandbox->folder),
                          "certificate_file",
                          arena_text(exchange->arena, "%s/curfew.cert.pem", sandbox->folder),
                          "journal", (json_int_t)journal_last(sandbox->journal)));
}

/* A number of the query, `fallback` when absent; false with a 400 when it is none. */
static bool query_number(struct exchange *exchange, const char *name, int64_t highest,
                         int64_t fallback, int64_t *number)
{
    const char *text = exchange_query(exchange, name);
    *number = fallback;
    if (!text || text_read_number(text, highest, number))
        return true;
    control_error(exchange, 400, arena_text(exchange->arena, "%s must be a whole number", name));
    return false;
}

void control_journal(struct sandbox *sandbox, struct exchange *exchange)
{
    int64_t after, most;
    if (!query_number(exchange, "after", INT64_MAX, 0, &after) ||
        !query_number(exchange, "limit", JOURNAL_PAGE, JOURNAL_PAGE, &most))
        return;
    answer_json(exchange, 200,
                json_pack("{s:o, s:I}", "items",
                          journal_read(sandbox->journal, after, (size_t)most), "last",
                          (json_int_t)journal_last(sandbox->journal)));
}

static bool is_to(const json_t *mail, const char *address)
{
    static const char *const lists[] = {"to", "cc", "bcc"};
    for (size_t i = 0; i < COUNT(lists); i++) {
        size_t k;
        json_t *one;
        json_array_foreach (json_object_get(mail, lists[i]), k, one)
            if (text_equals_ignoring_case(json_string_value(one), address))
                return true;
    }
    return false;
}

void control_mail(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *to = exchange_query(exchange, "to");
    int64_t after;
    size_t i;
    json_t *mail;
    if (!query_number(exchange, "after", INT64_MAX, 0, &after))
        return;
    json_t *list = memory_needed(json_array());
    json_array_foreach (sandbox->tenant->mails, i, mail)
        if (json_member_number(mail, "id", 0) > after && (!to || is_to(mail, to)))
            (void)json_array_append(list, mail);
    control_items(exchange, list);
}

void control_mail_delete(struct sandbox *sandbox, struct exchange *exchange)
{
    (void)json_array_clear(sandbox->tenant->mails);
    answer_nothing(exchange, 204);
}

void control_faults(struct sandbox *sandbox, struct exchange *exchange)
{
    control_items(exchange, faults_json(sandbox->faults));
}

void control_fault_add(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    int64_t id = faults_add(sandbox->faults, body, exchange->now_ms, &complaints);
    if (!control_complained(exchange, &complaints))
        answer_json(exchange, 201, json_pack("{s:I}", "id", (json_int_t)id));
}

void control_faults_delete(struct sandbox *sandbox, struct exchange *exchange)
{
    int64_t id = 0;
    bool number =
        !exchange->params[0] || (text_read_number(exchange->params[0], INT64_MAX, &id) && id > 0);
    if (number && faults_remove(sandbox->faults, id))
        answer_nothing(exchange, 204);
    else
        control_error(exchange, 404, "there is no such fault");
}

void control_held(struct sandbox *sandbox, struct exchange *exchange)
{
    control_items(exchange, server_held(sandbox->server));
}

void control_release(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    struct form form = form_open(body, "", &complaints);
    int64_t id = form_number(&form, "id", 1, INT64_MAX, 0);
    bool drop = form_flag(&form, "drop", false);
    form_end(&form);
    if (!control_complained(exchange, &complaints))
        answer_json(exchange, 200,
                    json_pack("{s:i}", "released", server_release(sandbox->server, id, drop)));
}

void control_switches(struct sandbox *sandbox, struct exchange *exchange)
{
    answer_json(exchange, 200, switches_json(&sandbox->switches));
}

void control_switches_change(struct sandbox *sandbox, struct exchange *exchange)
{
    struct complaints complaints = {.arena = exchange->arena};
    json_auto_t *body = control_body(exchange);
    if (!body)
        return;
    switches_read(&sandbox->switches, body, &complaints);
    if (!control_complained(exchange, &complaints))
        control_switches(sandbox, exchange);
}

void control_reset(struct sandbox *sandbox, struct exchange *exchange)
{
    sandbox_reset(sandbox);
    answer_nothing(exchange, 204);
}
