#include "sandbox/pages/front.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/pages/html.h"
#include "sandbox/pim/pim.h"
#include "sandbox/tenant/change.h"

#include <string.h>

enum { CALLS = 25, MAILS = 10, SOON = 24 * 3600 };

/* A cell that has nothing to say is not shown on a phone. */
static void add_cell(struct text *page, const char *label, const char *text)
{
    html_addf(page, text && *text ? "<td data-label=\"%s\">%s</td>" : "<td class=\"none\"></td>",
              label, text);
}

/* The time of day in "2026-01-15T10:00:00.000Z". */
static const char *time_of_day(struct exchange *exchange, const char *moment)
{
    bool whole = moment && strlen(moment) > strlen("2026-01-15T10:00:00");
    return whole ? arena_copy_bytes(exchange->arena, moment + 11, 8) : "";
}

/* "2026-01-15 10:00:00", and how long until then when it is soon: "in 1 h 59 min", "in 4 min 10 s".
 */
static const char *when(struct exchange *exchange, int64_t moment_ms)
{
    char text[21];
    int64_t left = (moment_ms - exchange->now_ms) / 1000;
    if (moment_ms == MOMENT_NEVER)
        return "never";
    moment_text(moment_ms / 1000, text);
    text[10] = ' ';
    text[19] = '\0';
    if (left <= 0 || left >= SOON)
        return arena_copy(exchange->arena, text);
    bool hours = left >= 3600;
    return arena_text(exchange->arena, "%s (in %lld %s %lld %s)", text,
                      (long long)(hours ? left / 3600 : left / 60), hours ? "h" : "min",
                      (long long)(hours ? left % 3600 / 60 : left % 60), hours ? "min" : "s");
}

static void add_persons(struct sandbox *sandbox, struct exchange *exchange, struct text *page)
{
    text_add(page, "<section class=\"card\"><h2>Who can sign in</h2><table>"
                   "<tr><th>Person</th><th>What they can do</th><th>Devices</th></tr>");
    for (size_t i = 0; i < sandbox->tenant->persons_count; i++) {
        const struct person *person = sandbox->tenant->persons[i];
        const char *devices = "";
        if (person->deleted || person->mailbox)
            continue;
        for (size_t k = 0; k < sandbox->tenant->devices_count; k++) {
            const struct device *device = sandbox->tenant->devices[k];
            if (!device->deleted && text_equals(device->owner, person->id))
                devices = arena_text(exchange->arena, "%s%s%s (%s)", devices, *devices ? ", " : "",
                                     device->name, device_compliance_words(device));
        }
        html_addf(page, "<tr><td><strong>%s</strong><br><span class=\"small\">%s</span></td>",
                  person->name, person->upn);
        html_addf(page, "<td>%s%s</td>", person->says ? person->says : "",
                  person->enabled ? "" : " (account disabled)");
        add_cell(page, "Devices", devices);
        text_add(page, "</tr>");
    }
    text_add(page,
             "</table><p class=\"small\">Nobody here has a password: the sign-in page asks who "
             "you are and what you bring along.</p></section>");
}

static bool is_live(const struct assignment *held, int64_t now_ms)
{
    return held->manner != OUTSIDE && held->manner != ELIGIBLE && held->starts_ms <= now_ms &&
           now_ms < held->gone_ms;
}

static void add_assignments(struct sandbox *sandbox, struct exchange *exchange, struct text *page)
{
    bool any = false;
    text_add(page,
             "<section class=\"card\"><h2>Access that is live now</h2>"
             "<table><tr><th>Who</th><th>What</th><th>Since</th><th>Ends</th><th>By</th></tr>");
    for (size_t i = sandbox->tenant->assignments_count; i-- > 0;) {
        const struct assignment *held = sandbox->tenant->assignments[i];
        const struct person *person = tenant_person(sandbox->tenant, held->principal);
        if (!person || !is_live(held, exchange->now_ms))
            continue;
        any = true;
        html_addf(page, "<tr><td><strong>%s</strong></td><td>%s (%s)</td>", person->name,
                  pim_target_name(sandbox->tenant, &held->target), held->target.part);
        add_cell(page, "Since", when(exchange, held->starts_ms));
        add_cell(page, "Ends", when(exchange, held->ends_ms));
        add_cell(page, "By", held->by);
        text_add(page, "</tr>");
    }
    if (!any)
        text_add(page, "<tr><td colspan=\"5\" class=\"empty\">Nothing at the moment.</td></tr>");
    text_add(page, "</table></section>");
}

static void add_mail(struct exchange *exchange, struct text *page, const json_t *mail)
{
    bool html = text_equals(json_member_text(mail, "content_type"), "html");
    size_t i;
    json_t *to;
    text_add(page, "<details><summary>");
    html_addf(page, "<strong>%s</strong> <span class=\"small\">to",
              json_member_text(mail, "subject"));
    json_array_foreach (json_object_get(mail, "to"), i, to)
        html_addf(page, " %s", json_string_value(to));
    html_addf(page, ", %s", time_of_day(exchange, json_member_text(mail, "at")));
    text_add(page, "</span></summary>");
    if (html) {
        html_addf(page,
                  "<iframe sandbox=\"allow-popups allow-top-navigation-by-user-activation\" "
                  "title=\"mail\" src=\"/_sandbox/mail/%d/html\" loading=\"lazy\"></iframe>",
                  (int)json_member_number(mail, "id", 0));
    } else {
        text_add(page, "<div class=\"mail\">");
        html_add_linked(page, json_member_text(mail, "content"));
        text_add(page, "</div>");
    }
    text_add(page, "</details>");
}

static void add_mails(struct sandbox *sandbox, struct exchange *exchange, struct text *page)
{
    size_t count = json_array_size(sandbox->tenant->mails);
    text_add(page,
             "<section class=\"card\"><h2>Mailbox</h2><p class=\"small\">What Curfew has sent, to "
             "whomever. The newest is on top.</p>");
    for (size_t i = count; i-- > 0 && count - i <= MAILS;)
        add_mail(exchange, page, json_array_get(sandbox->tenant->mails, i));
    if (!count)
        text_add(page,
                 "<p class=\"empty\">No mail yet. It comes when somebody asks for a role that "
                 "others must approve.</p>");
    text_add(page, "</section>");
}

/* The names of what a call changed, as "assign". */
static const char *effects(struct exchange *exchange, const json_t *call)
{
    const char *names = "", *name;
    json_t *value;
    json_object_foreach (json_object_get(call, "effect"), name, value)
        names = arena_text(exchange->arena, "%s%s%s", names, *names ? ", " : "", name);
    return json_object_get(call, "fault") ? arena_text(exchange->arena, "%s (fault)", names)
                                          : names;
}

static void add_call(struct sandbox *sandbox, struct exchange *exchange, struct text *page,
                     const json_t *call)
{
    const char *path = json_member_text(call, "path"), *at = json_member_text(call, "at");
    bool login = path && strlen(path) > GUID_SIZE &&
                 strncmp(path + 1, sandbox->tenant->id, GUID_SIZE - 1) == 0;
    html_addf(page, "<tr><td class=\"code\">%s</td><td class=\"code\">%s %s%s</td>",
              time_of_day(exchange, at), json_member_text(call, "method"), login ? "/{tenant}" : "",
              login ? path + GUID_SIZE : path);
    html_addf(page, "<td data-label=\"Answer\">%d %s</td>",
              (int)json_member_number(call, "status", 0), json_member_text(call, "code"));
    add_cell(page, "Client", json_member_text(call, "app"));
    add_cell(page, "Effect", effects(exchange, call));
    text_add(page, "</tr>");
}

static void add_calls(struct sandbox *sandbox, struct exchange *exchange, struct text *page)
{
    json_auto_t *calls =
        journal_read(sandbox->journal, journal_last(sandbox->journal) - CALLS, CALLS);
    text_add(page, "<section class=\"card\"><h2>The last calls</h2><table><tr><th>When</th>"
                   "<th>Call</th><th>Answer</th><th>Client</th><th>Effect</th></tr>");
    for (size_t i = json_array_size(calls); i-- > 0;)
        add_call(sandbox, exchange, page, json_array_get(calls, i));
    text_add(page, "</table></section>");
}

/* Where Curfew is: the host of its first redirect URI. */
static void add_curfew(struct sandbox *sandbox, struct exchange *exchange, struct text *page)
{
    const struct app *app = sandbox->tenant->apps_count ? sandbox->tenant->apps[0] : NULL;
    const char *uri = app ? json_string_value(json_array_get(app->redirect_uris, 0)) : NULL;
    const char *host = uri ? strstr(uri, "//") : NULL;
    if (!host)
        return;
    size_t length = (size_t)(host - uri) + 2 + strcspn(host + 2, "/");
    html_addf(
        page,
        "<ol class=\"small\"><li>Go to %s, sign in as somebody who may ask, and ask for a role."
        "</li><li>Open the approver&#39;s mail below, follow its link, and sign in as the "
        "approver.</li><li>See the access live here, and see it end by itself.</li></ol>"
        "<p><a class=\"button\" href=\"%s\">Go to %s</a></p>",
        app->name, arena_copy_bytes(exchange->arena, uri, length), app->name);
}

void front_page(struct sandbox *sandbox, struct exchange *exchange)
{
    scoped(text_scoped) struct text page = TEXT_LIMIT(HTML_LIMIT);
    html_begin(&page, sandbox->tenant->name, 0);
    text_add(&page, "<div class=\"wide\"><header class=\"card\">");
    html_addf(&page,
              "<h1>%s, a stand-in for a Microsoft Entra tenant</h1><p class=\"small\">Sign-in, "
              "Microsoft Graph and a mailbox, on this machine only. Its clock says %s UTC.</p>",
              sandbox->tenant->name, when(exchange, exchange->now_ms));
    add_curfew(sandbox, exchange, &page);
    text_add(&page, "</header><main>");
    add_mails(sandbox, exchange, &page);
    add_assignments(sandbox, exchange, &page);
    add_persons(sandbox, exchange, &page);
    add_calls(sandbox, exchange, &page);
    /* Not while somebody reads a mail. */
    text_add(&page, "</main></div><script>setInterval(() => {"
                    "if (!document.querySelector('details[open]')) location.reload()}, 5000)"
                    "</script>");
    html_end(&page);
    answer_header(exchange, "Cache-Control", "no-store");
    answer_header(exchange, "Content-Security-Policy",
                  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                  "frame-src 'self'; base-uri 'none'; form-action 'none'");
    answer_text(exchange, 200, HTML_TYPE, text_of(&page));
}

void front_mail(struct sandbox *sandbox, struct exchange *exchange)
{
    size_t i;
    json_t *mail;
    answer_text(exchange, 404, HTML_TYPE, "There is no such mail.");
    json_array_foreach (sandbox->tenant->mails, i, mail) {
        int64_t id = json_member_number(mail, "id", 0);
        if (!text_equals(arena_text(exchange->arena, "%lld", (long long)id), exchange->params[0]))
            continue;
        answer_header(exchange, "Content-Security-Policy",
                      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
                      "sandbox allow-popups allow-top-navigation-by-user-activation");
        answer_text(exchange, 200, HTML_TYPE, /* links lead out of the frame */
                    arena_text(exchange->arena, "<base target=\"_top\">%s",
                               json_member_text(mail, "content")));
    }
}
